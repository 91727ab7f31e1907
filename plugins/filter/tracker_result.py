# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the result fact of the role tracker_onboarding."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.tracker_result import (
    NOTHING_RAN,
    result_fact,
)


def tracker_result(records: Any) -> dict[str, Any]:
    """Make the result fact of a tenant; see tracker_result.yml."""
    if not isinstance(records, dict):
        raise AnsibleFilterError("tracker_result needs a dictionary of the results that the role's tasks registered")
    # Reading the environment here is much cheaper than a lookup in the role.
    return result_fact({**NOTHING_RAN, **records, "url": records["url"] or os.environ.get("IMANAGE_URL", "")})


class FilterModule:
    """The class that Ansible loads from this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tracker_result": tracker_result}
