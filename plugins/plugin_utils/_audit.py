# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit found: from the plan of the task to sentences, and to how the libraries stand today. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._diff import differences
from ansible_collections.imanage.control_center.plugins.module_utils._errors import quoted

MEND = "To end the drift, preview an onboarding of this tenant, and run it."
_AUTHORIZED, _UNAUTHORIZED, _ENDED = "authorized", "unauthorized", "ended"


def libraries(look: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The libraries as they are, each with its C(standing), C(authorized), and by whom and until when it is."""
    rows = {row["id"]: row for row in look["libraries"]}
    # Without a page no library is listed; that all will be is one of the assumptions.
    standings = _standings(look["plan"]) or dict.fromkeys(rows, _AUTHORIZED)
    return [
        {
            "id": library,
            "standing": standing,
            "authorized": standing not in (_UNAUTHORIZED, _ENDED),
            **{field: rows.get(library, {}).get(field) for field in ("authorized_by", "expires_at")},
        }
        for library, standing in standings.items()
    ]


def findings(look: Mapping[str, Any]) -> list[str]:
    """What differs from what is wanted, in the words of the screen, and who else authorized libraries."""
    plan = look["plan"]
    told = [
        f"{quoted(change['title'])}: {'; '.join(differences(change['before'], change['after']))}."
        for change in plan["changes"]
        if change["stage"] != "authorization"
    ]
    rows = libraries(look)
    for standing in dict.fromkeys(row["standing"] for row in rows if row["standing"] != _AUTHORIZED):
        these = [row for row in rows if row["standing"] == standing]
        told.append(f"{_head(standing, plan)}: {', '.join(_worded(row) for row in these)}.")
    if told:
        told.append(MEND)
    return told + _foreign(rows, look["tenant"]["authorizes"])


def _standings(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    """How the libraries stand before what the plan does on the page of authorizations; empty where it does nothing."""
    return next((change["before"] for change in plan["changes"] if change["stage"] == "authorization"), {})


def _head(standing: str, plan: Mapping[str, Any]) -> str:
    if standing == _UNAUTHORIZED:
        # Without a page no library is listed; that all will be is one of the assumptions.
        return "Not authorized" if plan["assumptions"] else "New libraries, listed and not authorized yet"
    return "Authorizations that have ended" if standing == _ENDED else f"Authorized, but it {standing}"


def _worded(row: Mapping[str, Any]) -> str:
    """A library, and where it is or was authorized, until when and by whom."""
    if not row["authorized_by"]:
        return quoted(row["id"])
    until = f"{quoted(row['expires_at'])}, " if row["expires_at"] else ""
    return f"{quoted(row['id'])} ({until}by {quoted(row['authorized_by'])})"


def _foreign(rows: list[dict[str, Any]], me: str | None) -> list[str]:
    """For information: an authorization of somebody else counts, as long as that account does."""
    others = [row for row in rows if row["authorized"] and row["authorized_by"].casefold() != str(me).casefold()]
    if not others or not me:
        return []
    return [
        f"Authorized by somebody else than {quoted(me)}: {', '.join(_worded(row) for row in others)}. That is no "
        "drift, but each ends with its account, or with the membership in NRTADMIN."
    ]
