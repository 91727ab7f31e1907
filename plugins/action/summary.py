# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints lines for people. With a callback in another format, the lines are in the result only."""

from __future__ import annotations

from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import callback_loader

# The callbacks with output for people. Extra lines would break output that a program reads.
FOR_PEOPLE = ("default", "awx_display")


class ActionModule(ActionBase):
    """Prints its lines."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Print and return the lines. They contain text of servers, so control characters are removed."""
        super().run(tmp, task_vars)
        _result, given = self.validate_argument_spec({"lines": {"type": "list", "elements": "str", "required": True}})
        lines = ["".join(sign if sign.isprintable() else " " for sign in line) for line in given["lines"]]
        if constants.DEFAULT_STDOUT_CALLBACK.rpartition(".")[2] not in FOR_PEOPLE:
            return {"changed": False, "msg": lines, "_ansible_verbose_always": True}
        if self._heading_waits():
            self._display.banner(f"TASK [{self._task.get_name()}]")
        for line in lines:
            self._display.display(line)
        return {"changed": False, "msg": lines}

    def _heading_waits(self) -> bool:
        """Whether Ansible prints the heading only with the first result, after the lines."""
        callback = callback_loader.get("ansible.builtin.default")
        callback.set_options()
        return not (callback.get_option("display_skipped_hosts") and callback.get_option("display_ok_hosts"))
