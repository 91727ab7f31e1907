# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter by which the playbooks say how the tenants stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.summary import summary


def tracker_summary(
    results: list[dict[str, Any]], about: dict[str, Any], verified: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Lines and figures of a run; see the documentation beside this file."""
    return summary(results, about, verified or [])


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"tracker_summary": tracker_summary}
