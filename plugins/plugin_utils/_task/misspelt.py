# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds misspelt variables, which would have no effect without any notice. Pure.

It compares only names. No variable is templated and no vault is opened.
"""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.imanage.control_center.plugins.module_utils._run.options import CONNECTION_OPTIONS
from ansible_collections.imanage.control_center.plugins.module_utils._run.spelling import distance

ROLE, PLAYBOOKS = "tracker_onboarding_", "imanage_"
# The variables of all entry points of the role, and its result.
OF_THE_ROLE = (
    *("access", "access_token_expiry_minutes", "application", "authorize_by", "authorized_on", "authorizer"),
    *("configuration_application", "email", "exclusive", "groups", "libraries", "libraries_except"),
    *("on_consent_required", "on_failure", "on_unprovisioned", "plan", "provisioning_request"),
    *("refresh_token_expiry_days", "renew_before_days", "stages", "state", "users", "result"),
)
# The variables of the playbooks, including those that they set.
OF_THE_PLAYBOOKS = (
    *("nrtadmin_username", "nrtadmin_password", "plan", "report", "reports", "tenants", "serial", "fail_on", "confirm"),
    *("export", "export_email", "probe", "probe_application", "recording"),
    *("begun", "check_mode", "verified", "about", "results"),
)
KNOWN = {
    ROLE: frozenset(OF_THE_ROLE),
    PLAYBOOKS: frozenset((*CONNECTION_OPTIONS, *OF_THE_PLAYBOOKS)),
}
_SHORT = 5


def misspelt(names: Collection[str]) -> dict[str, str]:
    """The correct name of each misspelt variable, unless the correct one is given too."""
    found = {}
    for name in sorted(names):
        prefix, last = _parted(name)
        if prefix and last not in KNOWN[prefix]:
            near = [one for one in sorted(KNOWN[prefix]) if distance(last, one) <= (1 if len(last) <= _SHORT else 2)]
            closest = min(near, key=lambda one: distance(last, one), default=None)
            if closest and prefix + closest not in names:
                found[name] = prefix + closest
    return found


def unknown(names: Collection[str]) -> list[str]:
    """The variables with the prefix of the role that the role does not have."""
    return [name for name in sorted(names) if name.startswith(ROLE) and _parted(name)[1] not in KNOWN[ROLE]]


def _parted(name: str) -> tuple[str, str]:
    prefix = next((one for one in (ROLE, PLAYBOOKS) if name.startswith(one)), "")
    return prefix, name[len(prefix) :]
