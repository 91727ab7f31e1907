# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback plugin for tests: one line of JSON for each result of a task, skipped ones included."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_lines
type: notification
short_description: One line of JSON for each result of a task
description: Writes to the file that TASK_LINES names.
"""


class CallbackModule(CallbackBase):
    """Writes down what happened."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_lines"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        # Where there is no terminal, core 2.18 breaks warnings at 79 columns.
        self._display.columns = 100_000

    def v2_runner_on_ok(self, result):
        """A task ended well."""
        self._write("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """A task failed."""
        self._write("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result):
        """A task was skipped."""
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result):
        """A host could not be reached."""
        self._write("unreachable", result)

    def _write(self, event, result):
        # Core 2.18 has the underscored names only.
        modern = hasattr(result, "host")
        host, task = (result.host, result.task) if modern else (result._host, result._task)
        outcome = result.result if modern else result._result
        role = getattr(task, "_role", None)
        items = outcome.get("results", [outcome])
        line = {
            "event": event,
            "host": host.get_name(),
            "task": task.get_name(),
            "action": task.action,
            "role": role.get_name() if role else None,
            "changed": bool(outcome.get("changed")),
            "times": 0 if event == "skipped" else sum(not item.get("skipped") for item in items),
            "diffs": [item["diff"] for item in items if item.get("diff")],
            "facts": outcome.get("ansible_facts", {}),
        }
        with open(os.environ["TASK_LINES"], "a", encoding="utf-8") as lines:
            lines.write(json.dumps(line, default=str) + "\n")
