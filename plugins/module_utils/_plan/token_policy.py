# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the write for an application's token policy. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import POLICY
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step


def plan_token_policy(
    want: Mapping[str, Any], have: Mapping[str, Any], app_id: str, read_fields: Collection[str]
) -> Plan:
    """Plan the token policy of the application C(app_id).

    C(want) are the managed fields. C(read_fields) are the fields that Control Center returned. The other fields of
    C(have) are documented defaults.
    """
    target = {**have, **want}
    if not target["allow_refresh_token"]:
        if "refresh_token_expiry_days" in want:
            raise Failure(
                "bad_option",
                "refresh_token_expiry_days is given, but refresh tokens are not allowed for this application.",
                advice="Give allow_refresh_token: true with it, or leave the expiry out.",
            )
        target["refresh_token_expiry_days"] = None
    elif not have["allow_refresh_token"] and "refresh_token_expiry_days" not in want:
        # Allowing refresh tokens sets this expiry, whatever it was before.
        target["refresh_token_expiry_days"] = POLICY["refresh_token_expiry_days"].default
    before = {POLICY[name].label: have[name] for name in want}
    after = {POLICY[name].label: target[name] for name in want}
    steps = []
    if before != after:
        value = {
            field.wire: target[name]
            for name, field in POLICY.items()
            if name in want or _keeps(name, have, read_fields)
        }
        if not target["allow_refresh_token"]:
            value.pop(POLICY["refresh_token_expiry_days"].wire, None)
        body = {"type": "value", "value": value}
        keeps = tuple(field.wire for name, field in POLICY.items() if name not in want)
        step = Step(
            "writeTokenPolicy", {"app_id": app_id}, body, "set the token policy", touches=tuple(after), keeps=keeps
        )
        steps.append(step)
    return Plan(before, after, steps, target)


def _keeps(name: str, have: Mapping[str, Any], read_fields: Collection[str]) -> bool:
    """Whether to send an unmanaged field as it was read, because the write replaces the whole policy."""
    return name == "allow_refresh_token" or (name in read_fields and have[name] is not None)
