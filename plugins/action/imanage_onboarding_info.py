# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""imanage_onboarding_info, inside the controller."""

from __future__ import annotations

from typing import Any

from ansible_collections.imanage.control_center.plugins.modules.imanage_onboarding_info import TASK
from ansible_collections.imanage.control_center.plugins.plugin_utils._task import misspelt
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.action import InProcessAction
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.undefined import of_the_role


class ActionModule(InProcessAction):
    """Runs the module of this name. Refuses misspelt and undefined variables of the role first."""

    task_definition = TASK

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the task's result."""
        variables = task_vars or {}
        names = [name for name in variables if isinstance(name, str)]
        if wrong := misspelt.misspelt(names):
            what = ", ".join(f"{name} (is {right} meant?)" for name, right in wrong.items())
            return self._refusal(f"There is no variable {what}.", "Correct it.")
        intent = variables.get("__tracker_onboarding_intent")
        # Without it, this is not the task of the role.
        if intent and (refused := self._undefined(of_the_role(self._task.args, intent), variables)):
            return refused
        if others := misspelt.unknown(names):
            self._display.warning(f"The role tracker_onboarding has no variable {', '.join(others)}.")
        return super().run(tmp, task_vars)
