# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records in a file who changed what, in which tenant, and when. Only ever appends to the file."""

from __future__ import annotations

DOCUMENTATION = r"""
name: change_record
type: notification
author: the imanage.control_center authors (@imanage-control-center)
short_description: Keep a record of every change
version_added: 1.0.0
description:
  - When a task of this collection has ended, appends one line of JSON to a file for each write in its result. A refused
    write has a line too, with the reason.
  - The file is only ever appended to. Several runs can use it at the same time. A missing file is created, readable by
    its owner only.
  - A run that cannot write to the file stops before its first task, also in check mode. If a write cannot be recorded
    later, there is a warning.
  - A preview changes nothing and records nothing.
notes:
  - If the run, or the module on another host, is killed before a task has ended, the writes of the task are not
    recorded.
  - C(no_log) hides the writes of a task; a warning says so. A task with C(poll=0) is recorded when
    M(ansible.builtin.async_status) reads its result.
  - C(ansible) and C(ansible-console) load this callback only with E(ANSIBLE_LOAD_CALLBACK_PLUGINS=1). Without it, tasks
    that write warn that there is no record.
requirements:
  - Enable it, for example by E(ANSIBLE_CALLBACKS_ENABLED=imanage.control_center.change_record).
options:
  path:
    description: The path of the file. A relative path starts at the working directory of the run.
    type: str
    default: imanage-changes.jsonl
    env:
      - name: IMANAGE_CHANGE_RECORD_PATH
    ini:
      - section: imanage_change_record
        key: path
"""

import os
import uuid
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._task import change_record

# async_status returns the results of background tasks.
ACTIONS = ("imanage_application", "imanage_app_auth", "imanage_library_authorization", "async_status")


class CallbackModule(CallbackBase):
    """Records the writes in the results of tasks."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = change_record.NAME
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._path = ""
        self._run_id = str(uuid.uuid4())
        self._patience = change_record.PATIENCE

    def set_play_context(self, play_context: Any) -> None:
        """Check the file before each play. An error here ends the run; in an event it would only be a warning."""
        self._path = os.path.abspath(os.path.expanduser(self.get_option("path")))
        try:
            change_record.start(self._path)
        except OSError as error:
            raise AnsibleError(
                f"The record of changes cannot be written: {self._path}: {error.strerror}. Make that file writable, or "
                "remove the callback from callbacks_enabled. Nothing is changed without a record."
            ) from None

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task, or its whole loop, has succeeded."""
        self._record(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task has failed, perhaps after some writes."""
        self._record(result, failed=True)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host became unreachable, perhaps after some items of a loop."""
        self._record(result, failed=True)

    def v2_runner_retry(self, result: Any) -> None:
        """An attempt of a task has failed and is repeated. The last attempt comes as its result."""
        self._record(result, failed=True)

    def _record(self, result: Any, failed: bool = False) -> None:
        # ansible-core 2.18 has only the names with an underscore. Later versions have both.
        task, found = result._task, result._result
        action = str(task.action).rpartition(".")[2]
        if action not in ACTIONS:
            return
        if writes := change_record.writes(found):
            self._append(result._host.get_name(), writes)
        # A task that did not change anything and did not fail has no writes.
        if action != "async_status" and (failed or found.get("changed")) and not result._task_fields.get("check_mode"):
            self._warn_of_hidden(task.get_name(), change_record.parts(found))

    def _append(self, tenant: str, writes: Any) -> None:
        lines = [change_record.line(tenant, self._run_id, one) for one in writes]
        try:
            change_record.append(self._path, "".join(lines), self._patience)
        except OSError as error:
            if isinstance(error, TimeoutError):
                self._patience = change_record.LITTLE_PATIENCE
            for one in writes:
                self._display.warning(
                    f"{tenant}: {one.get('operation')} ({one['outcome']}) is not in the record of changes: "
                    f"{self._path}: {error.strerror}."
                )

    def _warn_of_hidden(self, task: str, parts: Any) -> None:
        if any("censored" in one for one in parts):
            self._display.warning(
                f"The writes of the task '{task}' are not in the record of changes: no_log hides them."
            )
        elif any("ansible_job_id" in one and "writes" not in one for one in parts):
            self._display.warning(
                f"The writes of the task '{task}' are recorded only when async_status reads its result."
            )
