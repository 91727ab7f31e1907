# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the write for an application's token policy. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import POLICY_DEFAULTS, POLICY_FIELDS
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step


class PolicyWant(NamedTuple):
    """The managed fields of a token policy. None means not managed."""

    allow_refresh_token: bool | None = None
    refresh_token_expiry_days: int | None = None
    access_token_expiry_minutes: int | None = None


POLICY_LABELS = {
    "allow_refresh_token": "Allow Refresh Token",
    "refresh_token_expiry_days": "Refresh Token Expiry (days)",
    "access_token_expiry_minutes": "Access Token Expiry (minutes)",
}


def plan_token_policy(want: PolicyWant, have: Mapping[str, Any], app_id: str, read_fields: Collection[str]) -> Plan:
    """Plan the token policy of the application C(app_id).

    C(read_fields) are the fields that Control Center returned. The other fields of C(have) are documented defaults.
    """
    wanted = {field: value for field, value in want._asdict().items() if value is not None}
    target = {**have, **wanted}
    if not target["allow_refresh_token"]:
        if want.refresh_token_expiry_days is not None:
            raise Failure(
                "bad_option",
                "refresh_token_expiry_days is given, but refresh tokens are not allowed for this application.",
                advice="Give allow_refresh_token: true with it, or leave the expiry out.",
            )
        target["refresh_token_expiry_days"] = None
    elif not have["allow_refresh_token"] and want.refresh_token_expiry_days is None:
        # Allowing refresh tokens sets this expiry, whatever it was before.
        target["refresh_token_expiry_days"] = POLICY_DEFAULTS["refresh_token_expiry_days"]
    before = {POLICY_LABELS[field]: have[field] for field in wanted}
    after = {POLICY_LABELS[field]: target[field] for field in wanted}
    steps = []
    if before != after:
        value = {
            wire: target[field]
            for field, wire in POLICY_FIELDS.items()
            if field in wanted or _keeps(field, have, read_fields)
        }
        if not target["allow_refresh_token"]:
            value.pop(POLICY_FIELDS["refresh_token_expiry_days"], None)
        body = {"type": "value", "value": value}
        keeps = tuple(wire for field, wire in POLICY_FIELDS.items() if field not in wanted)
        step = Step(
            "writeTokenPolicy", {"app_id": app_id}, body, "set the token policy", touches=tuple(after), keeps=keeps
        )
        steps.append(step)
    return Plan(before, after, steps, target)


def _keeps(field: str, have: Mapping[str, Any], read_fields: Collection[str]) -> bool:
    """Whether to send an unmanaged field as it was read, because the write replaces the whole policy."""
    return field == "allow_refresh_token" or (field in read_fields and have[field] is not None)
