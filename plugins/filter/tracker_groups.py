# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter by which the playbook preview makes its change sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.change_sheet import groups


def tracker_groups(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The tenants of a plan in groups; see the documentation beside this file."""
    return groups(plan["tenants"])


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"tracker_groups": tracker_groups}
