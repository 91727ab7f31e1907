# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the plan of an audit into sentences, and into the current state of the libraries. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled, titled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.diff import differences
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import caseless

MEND = "To end the drift, preview an onboarding of this tenant, and run it."
REMOVE = "To end the drift, preview an offboarding of this tenant, and run it."
_KEPT = ("authorized_by", "authorized_at", "expires_at", "expires_from")
_AUTHORIZED, _UNAUTHORIZED, _ENDED = "authorized", "unauthorized", "ended"


def libraries(info: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The current libraries, each with C(state), C(authorized), who authorized it, and its end.

    C(state) and C(authorized) are null if they cannot be read.
    """
    rows = {row["id"]: row for row in info["libraries"]}
    states = {**{library: _state(row) for library, row in rows.items()}, **_states_before(info["plan"])}
    return [
        {
            **{field: rows.get(library, {}).get(field) for field in _KEPT},
            "id": library,
            "state": state,
            "authorized": None if state is None else state not in (_UNAUTHORIZED, _ENDED),
        }
        for library, state in states.items()
    ]


def findings(info: Mapping[str, Any], mend: str = MEND) -> list[str]:
    """Sentences about the differences, with the labels of the screen, and about authorizations of other users.

    C(mend) says how to end the drift.
    """
    plan = info["plan"]
    lines = [
        f"{titled(change['title'])}: {'; '.join(differences(change['before'], change['after']))}."
        for change in plan["changes"]
        if change["stage"] != "authorization"
    ]
    rows = libraries(info)
    # The other libraries are handed over to a person, or left alone.
    to_do = [row for row in rows if row["id"] in _states_before(plan) and row["state"] != _AUTHORIZED]
    for state in dict.fromkeys(row["state"] for row in to_do):
        these = [row for row in to_do if row["state"] == state]
        lines.append(f"{_head(state, info)}: {', '.join(_worded(row) for row in these)}.")
    if lines:
        lines.append(mend)
    return lines + _without_end(rows) + _foreign(rows, info["tenant"])


def _state(row: Mapping[str, Any]) -> str | None:
    """The state of a library without a planned write."""
    if row["authorized"] is None:
        return None
    return _AUTHORIZED if row["authorized"] else _ENDED if row["authorized_by"] else _UNAUTHORIZED


def _states_before(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    """The state of the libraries with planned writes, before these writes."""
    return next((change["before"] for change in plan["changes"] if change["stage"] == "authorization"), {})


def _head(state: str, info: Mapping[str, Any]) -> str:
    if state == _UNAUTHORIZED:
        # No library is listed while the page does not exist.
        return "Not authorized" if info.get("tracker_calls") is None else "New libraries, listed and not authorized yet"
    return "Authorizations that have expired" if state == _ENDED else f"Authorized, but it {state}"


def _worded(row: Mapping[str, Any]) -> str:
    """A library, with the end and the user of its authorization, if it has or had one."""
    if not row["authorized_by"]:
        return spelled(row["id"])
    until = f"{spelled(row['expires_at'])}, " if row["expires_at"] else ""
    return f"{spelled(row['id'])} ({until}by {spelled(row['authorized_by'])})"


def _without_end(rows: list[dict[str, Any]]) -> list[str]:
    """A sentence about authorizations with an unknown end, which cannot be renewed in time."""
    unknown = [spelled(row["id"]) for row in rows if row["authorized"] and row["expires_from"] == "unknown"]
    if not unknown:
        return []
    return [
        f"Control Center does not show when these authorizations end: {', '.join(unknown)}. Keep the day on which "
        "each was authorized in tracker_onboarding_authorized_on."
    ]


def _foreign(rows: list[dict[str, Any]], tenant: Mapping[str, Any]) -> list[str]:
    """A sentence about authorizations of other users, which last only as long as their accounts."""
    me = {caseless(str(tenant.get(name))) for name in ("authorizes", "authorizes_name")}
    others = [row for row in rows if row["authorized"] and caseless(row["authorized_by"]) not in me]
    if not others or not tenant["authorizes"]:
        return []
    return [
        f"Authorized by another user than {spelled(tenant['authorizes'])}: {', '.join(map(_worded, others))}. "
        "This is not drift, but each authorization ends with its account, or with its membership in NRTADMIN."
    ]
