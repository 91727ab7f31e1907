# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the playbooks. They make what a run prints and writes of what its tasks returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import export, summary, vars_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.change_sheet import groups
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.plan_file import content
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.plain import plain


def tracker_summary(
    results: list[Mapping[str, Any]], about: dict[str, Any], verified: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Make the lines and figures of a run.

    Args:
        results: the facts of the tenants
        about: facts about the run, with C(mode), one of preview, run and audit, and C(at), when it began
        verified: the result of the lookup tracker_contract
    """
    return summary.summary(results, about, verified or [])


def tracker_plan(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Make the content of plan.json, C(plan), and the C(groups) of the change sheet."""
    plan = content(results, datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return {"plan": plan, "groups": groups(plan["tenants"])}


def tracker_export(there: dict[str, Any]) -> str:
    """Make the text of a file of variables, of what the playbook export read."""
    # ansible-core 2.18 makes an empty text of null.
    if "plan" not in there["info"] or there["applications"] in (None, ""):
        # The play ignores a lost connection, so this task runs after it.
        raise AnsibleFilterError("the tenant was not read")
    return vars_file.text(export.parts(plain(there)))


class FilterModule:
    """The class that Ansible loads from this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {one.__name__: one for one in (tracker_summary, tracker_plan, tracker_export)}
