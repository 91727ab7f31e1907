# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter by which the playbook preview makes plan.json."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.plan_file import written


def tracker_plan(results: list[dict[str, Any]]) -> dict[str, Any]:
    """What is written to plan.json; see the documentation beside this file."""
    return written(results, datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"tracker_plan": tracker_plan}
