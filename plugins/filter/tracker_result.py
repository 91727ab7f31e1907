# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter by which the role tracker_onboarding makes its result fact."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.tracker_result import NOTHING_RAN, conclude


def tracker_result(records: Any) -> dict[str, Any]:
    """The result fact of a tenant; see the documentation beside this file."""
    if not isinstance(records, dict):
        raise AnsibleFilterError("tracker_result needs a dictionary of what the role's tasks registered")
    # A lookup in the role would do the same at many times the cost.
    return conclude({**NOTHING_RAN, **records, "url": records["url"] or os.environ.get("IMANAGE_URL", "")})


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"tracker_result": tracker_result}
