# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback plugin for tests: every result of a task whole, one line of JSON each."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: whole_results
type: notification
short_description: Every result of a task whole, one line of JSON each
description: Writes to the file that WHOLE_RESULTS names.
"""


class CallbackModule(CallbackBase):
    """Writes down what tasks return."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "whole_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result):
        """A task ended well."""
        self._write(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """A task failed."""
        self._write(result)

    def v2_runner_on_skipped(self, result):
        """A task was skipped."""
        self._write(result)

    def v2_runner_on_unreachable(self, result):
        """A host could not be reached."""
        self._write(result)

    def _write(self, result):
        # Core 2.18 has the underscored names only.
        modern = hasattr(result, "host")
        host, task = (result.host, result.task) if modern else (result._host, result._task)
        outcome = result.result if modern else result._result
        line = {"host": host.get_name(), "task": task.get_name(), "result": outcome}
        with open(os.environ["WHOLE_RESULTS"], "a", encoding="utf-8") as lines:
            lines.write(json.dumps(line, default=str) + "\n")
