# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the content of plan.json, and the groups of the change sheet, for the playbook preview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.change_sheet import groups
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.plan_file import content


def tracker_plan(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Make the plan and its groups; see tracker_plan.yml."""
    plan = content(results, datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return {"plan": plan, "groups": groups(plan["tenants"])}


class FilterModule:
    """The class that Ansible loads from this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tracker_plan": tracker_plan}
