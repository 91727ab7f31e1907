# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a tenant stands after the onboarding of some applications: Tracker's fact without what only Tracker has. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._contract import POLICY_FIELDS
from ansible_collections.imanage.control_center.plugins.module_utils._options import STAGES
from ansible_collections.imanage.control_center.plugins.plugin_utils import _tracker_result

# Libraries are Tracker's alone.
_STAGES = STAGES[:3]
_OF_LIBRARIES = ("libraries", "authorizations", "expires_at")


def conclude(records: Mapping[str, Any]) -> dict[str, Any]:
    """The role's result fact.

    C(records) has C(applications), the list as it was given, C(intent), C(tenant), C(url), C(run) and C(check_mode).
    """
    has_policy = any(_gives_policy(one) for one in records["applications"])
    wanted = _STAGES if has_policy else _STAGES[:2]
    fact = _tracker_result.conclude({**records, "wanted": wanted})
    stages = {stage: fact["stages"][stage] for stage in _STAGES}
    return {key: value for key, value in {**fact, "stages": stages}.items() if key not in _OF_LIBRARIES}


def _gives_policy(application: Any) -> bool:
    """Whether something of the token policy is managed; what is null is not given."""
    if not isinstance(application, Mapping):
        # Ansible takes text such as name=x for a dictionary too.
        return any(field in str(application) for field in POLICY_FIELDS)
    return any(application.get(field) is not None for field in POLICY_FIELDS)
