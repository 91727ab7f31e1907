# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Coming in and going out: sign-in, the first page, and addresses that lead nowhere."""

from __future__ import annotations

from starlette.responses import Response

from ..wire import Refusal
from . import paths
from .tracker import counted
from .visit import Visit


def sign_in(visit: Visit) -> Response:
    """Ask for user id and password, then lead to the page that was wanted."""
    username, to = visit.value("username"), visit.value("to", paths.ROOT)
    problem = None
    if visit.posted:
        try:
            tenant, user = visit.sandbox.sign_in_by_hand(username, visit.value("password"))
        except Refusal as refusal:
            problem = refusal.message
        else:
            visit.sessions.close(visit.key)
            visit.key = visit.sessions.open(tenant, user)
            return visit.go(to if paths.inside(to.partition("?")[0]) else paths.ROOT)
    return visit.show("sign_in.html", username=username, to=to, problem=problem)


def sign_out(visit: Visit) -> Response:
    """End the session."""
    visit.sessions.close(visit.key)
    visit.key = visit.sessions.key()
    return visit.go(paths.SIGN_IN)


def home(visit: Visit) -> Response:
    """What there is; a hand-over leads here, and from here to the page that waits for a person."""
    return visit.show("home.html", count=counted(visit))


def nowhere(visit: Visit) -> Response:
    """There is no such page."""
    if visit.request.path_params["rest"] == "":
        return visit.go(paths.ROOT)
    return visit.show("problem.html", 404, problem=f"There is no page {visit.request.url.path}.")
