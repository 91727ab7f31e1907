# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings > Applications: the list, and the page of one application."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from ..wire import Refusal
from . import paths
from .choices import NEVER_SET, AccessChoice, PolicyChoice
from .visit import Visit


def every(visit: Visit) -> Response:
    """The applications that were added; the others are in the catalog."""
    rows = [row for row in visit.rows("listApps") if row["status"] != "available"]
    return visit.show("applications.html", rows=rows)


def one(visit: Visit) -> Response:
    """One application, and what can be changed about it."""
    identity = visit.address("id")
    row = visit.do("readApp", app_id=identity)
    access = AccessChoice.of(visit.do("readAppAccess", app_id=identity))
    policy, problem = PolicyChoice.of(_policy(visit, identity)), None
    if visit.posted:
        wanted = visit.value("do")
        try:
            said = _change(visit, identity, wanted, access)
        except Refusal as refusal:
            problem = refusal.message
            policy = PolicyChoice.read(visit.values) if wanted == "authentication" else policy
        else:
            query = urlencode({"id": identity})
            return visit.go(paths.APPLICATIONS if wanted == "remove" else f"{paths.APPLICATION}?{query}", said)
    extension = visit.session.tenant.extension
    return visit.show(
        "application.html",
        row=row,
        access=access,
        policy=policy,
        problem=problem,
        configuration=extension is not None and extension.id == row["id"],
    )


def _policy(visit: Visit, identity: str) -> dict:
    try:
        return visit.do("readTokenPolicy", app_id=identity)["value"]
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        return NEVER_SET


def _change(visit: Visit, identity: str, wanted: str, before: AccessChoice) -> str:
    """Do one thing, and say what was done."""
    match wanted:
        case "enabled" | "disabled":
            visit.do("updateApp", {"status": wanted}, app_id=identity)
            return f"The application is {wanted}."
        case "access":
            visit.do("updateAppAccess", AccessChoice.read(visit.values).change(before), app_id=identity)
            return "Access is saved."
        case "authentication":
            policy = PolicyChoice.read(visit.values).policy
            visit.do("writeTokenPolicy", {"type": "value", "value": policy}, app_id=identity)
            return "Authentication is saved."
        case "remove":
            visit.do("removeApp", app_id=identity)
            return "The application is removed; it is in the catalog again."
    raise Refusal(400, "InvalidInput", "The form says nothing that can be done here.")
