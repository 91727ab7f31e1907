# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""imanage_onboarding, inside the controller."""

from __future__ import annotations

from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._options import STAGES
from ansible_collections.imanage.control_center.plugins.modules.imanage_onboarding import TASK
from ansible_collections.imanage.control_center.plugins.plugin_utils._action import InProcessAction


class ActionModule(InProcessAction):
    """The task of the module of this name. The tags of the command line choose among its stages."""

    task_definition = TASK

    def given(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """The options, with the stages that the tags leave."""
        given = super().given(task_vars)
        only = list(task_vars.get("ansible_run_tags") or ["all"])
        if only == ["all"]:
            return given
        stages = given.get("stages", list(STAGES))
        return {**given, "stages": [stage for stage in stages if self._is_chosen(stage, only, task_vars)]}

    def _is_chosen(self, stage: str, only: list[str], task_vars: dict[str, Any]) -> bool:
        """Whether the tags would let a task run that had, of its own, this stage's tag and none of the others'."""
        others = tuple(f"_{one}" for one in STAGES if one != stage)
        probe = self._task.copy()
        probe._tags = [tag for tag in probe._tags if not str(tag).endswith(others)]
        return probe.evaluate_tags(only, [], task_vars)
