# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups the tenants of a plan for the change sheet of the playbook preview."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.change_sheet import groups


def tracker_groups(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Group the tenants of a plan; see tracker_groups.yml."""
    return groups(plan["tenants"])


class FilterModule:
    """The class that Ansible loads from this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tracker_groups": tracker_groups}
