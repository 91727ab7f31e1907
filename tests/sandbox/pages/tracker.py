# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extensions, and the page of the tracker configuration, "Tracker background service authorization"."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from ..handle_tracker import insists_on_consent, listed
from ..wire import Refusal
from . import paths
from .visit import Visit


def extension(visit: Visit) -> Response:
    """The page of the extension, for those too who may not manage applications."""
    return visit.show("extension.html", rows=_rows(visit))


def libraries(visit: Visit) -> Response:
    """The libraries in which the user is NRTADMIN, and whose credentials are kept for each."""
    problem = None
    if visit.posted:
        library = visit.value("library")
        try:
            visit.do("unauthorizeLibrary", library_id=library)
        except Refusal as refusal:
            problem = refusal.message
        else:
            return visit.go(paths.TRACKER, f"The library {library} is no longer authorized.")
    return visit.show("tracker.html", rows=_rows(visit), problem=problem)


def authorize(visit: Visit) -> Response:
    """The e-mail ID of one library, and the consent of the person who enters it."""
    session, problem = visit.session, None
    library = listed(session.tenant, session.user, visit.address("library"))
    email = visit.value("email")
    if visit.posted:
        try:
            visit.do("authorizeLibrary", {"email": email}, library_id=library.id)
        except Refusal as refusal:
            problem = refusal.message
        else:
            return visit.go(paths.TRACKER, f"The library {library.id} is authorized by {session.user.name}.")
    insists = insists_on_consent(session.tenant, library)
    return visit.show("authorize.html", library=library, email=email, insists=insists, problem=problem)


def counted(visit: Visit) -> tuple[int, int] | None:
    """How many libraries are authorized, of how many; None while there is no such page."""
    if visit.session.tenant.extension is None:
        return None
    rows = _rows(visit)
    return sum(row["state"] == "authorized" for row in rows), len(rows)


def _rows(visit: Visit) -> list[dict[str, Any]]:
    return [
        {"expires_at": None, **row, "state": _state(row, visit.now)} for row in visit.rows("listLibraryAuthorizations")
    ]


def _state(row: dict[str, Any], now: str) -> str:
    if row["authorized_by"] is None:
        return "unauthorized"
    ended = row.get("expires_at") is not None and row["expires_at"] <= now
    return "ended" if ended else "authorized"
