# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who changed what, at which tenant, when: a record in a file that is only appended to."""

from __future__ import annotations

DOCUMENTATION = r"""
name: change_record
type: notification
author: the imanage.control_center authors (@imanage-control-center)
short_description: Keep a record of every change
version_added: 1.0.0
description:
  - Appends one line of JSON to a file for each write in the result of a task of this collection, when the task has
    ended. A write that was refused has a line too, with the reason.
  - The file is only ever appended to, by several runs at once if need be. It is made where it is missing, readable by
    its owner alone.
  - A run that cannot write to the file ends before its first task, in check mode too. A write that cannot be recorded
    later is a warning.
  - A preview changes nothing and records nothing.
notes:
  - What a task wrote has no line where the run, or the task's module on another host, was killed before the task had
    ended.
  - C(no_log) hides what a task wrote; a warning says so. A task with C(poll=0) is recorded when
    M(ansible.builtin.async_status) reads its result.
  - C(ansible) and C(ansible-console) load this callback with E(ANSIBLE_LOAD_CALLBACK_PLUGINS=1) only. Without it the
    tasks that write warn that no record is kept.
requirements:
  - Enable it, for example by E(ANSIBLE_CALLBACKS_ENABLED=imanage.control_center.change_record).
options:
  path:
    description: The file. A path that is not absolute starts where the run was started.
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

# async_status has the results of those that ran in the background.
ACTIONS = ("imanage_application", "imanage_app_auth", "imanage_library_authorization", "async_status")


class CallbackModule(CallbackBase):
    """Records what tasks wrote, from their results."""

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
        """Before each play, in every program: here an error ends the run, while in an event it is but a warning."""
        self._path = os.path.abspath(os.path.expanduser(self.get_option("path")))
        try:
            change_record.start(self._path)
        except OSError as error:
            raise AnsibleError(
                f"The record of changes cannot be written: {self._path}: {error.strerror}. Make that file writable, or "
                "take the callback out of callbacks_enabled: what cannot be recorded is not changed."
            ) from None

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task, or all of its loop, has ended well."""
        self._record(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task has failed, after some writes maybe."""
        self._record(result, failed=True)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host was lost, after some items of a loop maybe."""
        self._record(result, failed=True)

    def v2_runner_retry(self, result: Any) -> None:
        """A task is about to be tried again. The last attempt comes as its result."""
        self._record(result, failed=True)

    def _record(self, result: Any, failed: bool = False) -> None:
        # Core 2.18 has the underscored names only, later ones have them too.
        task, found = result._task, result._result
        action = str(task.action).rpartition(".")[2]
        if action not in ACTIONS:
            return
        if writes := change_record.writes(found):
            self._append(result._host.get_name(), writes)
        # Whoever changed nothing and did not fail wrote nothing.
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
            self._display.warning(f"What the task '{task}' wrote is not in the record of changes: no_log hides it.")
        elif any("ansible_job_id" in one and "writes" not in one for one in parts):
            self._display.warning(
                f"What the task '{task}' writes is in the record of changes only when async_status has read its result."
            )
