# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Summarizes the results of the tenants for the playbooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.summary import summary


def tracker_summary(
    results: list[dict[str, Any]], about: dict[str, Any], verified: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Make the lines and figures of a run; see tracker_summary.yml."""
    return summary(results, about, verified or [])


class FilterModule:
    """The class that Ansible loads from this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tracker_summary": tracker_summary}
