# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token policy of an application: its fields, written independently of the collection, and the rules for them."""

from __future__ import annotations

from typing import Any, NamedTuple


class Field(NamedTuple):
    """A field: the option that sets it, its name on the wire, its label on the screen, and its default."""

    option: str
    wire: str
    label: str
    default: bool | int


FIELDS = (
    ALLOW := Field("allow_refresh_token", "allow_refresh_token", "Allow Refresh Token", False),
    EXPIRY := Field("refresh_token_expiry_days", "refresh_token_expiry", "Refresh Token Expiry (days)", 365),
    IDLE := Field("access_token_expiry_minutes", "access_token_max_idle_time", "Access Token Expiry (minutes)", 30),
)


def policy_problem(policy: dict[str, Any]) -> str | None:
    """What is wrong with a token policy, in words; None if it can be set."""
    unknown = sorted(set(policy) - {field.wire for field in FIELDS})
    if unknown:
        return f"Unknown fields: {', '.join(unknown)}."
    for field in FIELDS:
        if isinstance(field.default, bool):
            if not isinstance(policy.get(field.wire, None if field is ALLOW else False), bool):
                return f"{field.wire} must be true or false."
            continue
        value = policy.get(field.wire, 1)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            return f"{field.wire} must be a whole number of at least 1."
    if not policy[ALLOW.wire] and EXPIRY.wire in policy:
        return f"{EXPIRY.wire} can be set only while {ALLOW.wire} is true."
    return None


def completed_policy(policy: dict[str, Any]) -> dict[str, Any]:
    """A valid policy with the documented defaults for what it leaves out."""
    omitted = () if policy[ALLOW.wire] else (EXPIRY,)
    return {field.wire: policy.get(field.wire, field.default) for field in FIELDS if field not in omitted}


def by_options(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy of the wire under the names of the options, with defaults. Without refresh tokens, no expiry."""
    named = {field.option: policy.get(field.wire, field.default) for field in FIELDS}
    return named if named[ALLOW.option] else {**named, EXPIRY.option: None}
