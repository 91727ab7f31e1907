# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages as a Starlette application: which handler answers where, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ..machine import Sandbox
from ..wire import Refusal
from . import adding, applications, entrance, paths, tracker
from .sessions import Sessions
from .visit import Visit

Handler = Callable[[Visit], Response]
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


def pages(sandbox: Sandbox) -> Starlette:
    """The pages over one sandbox."""
    sessions = Sessions(sandbox)

    def page(path: str, handler: Handler, *methods: str, everybody: bool = False) -> Route:
        async def endpoint(request: Request) -> Response:
            return _answer(sandbox, sessions, request, await request.body(), handler, everybody)

        return Route(path, endpoint, methods=list(methods or ("GET",)))

    return Starlette(
        routes=[
            page(paths.ROOT, entrance.home),
            page(paths.SIGN_IN, entrance.sign_in, "GET", "POST", everybody=True),
            page(paths.SIGN_OUT, entrance.sign_out, "POST"),
            page(paths.APPLICATIONS, applications.every),
            page(paths.APPLICATION, applications.one, "GET", "POST"),
            page(paths.ADD, adding.find),
            page(f"{paths.ADD}/authentication", adding.authentication),
            page(f"{paths.ADD}/access", adding.access),
            page(f"{paths.ADD}/review", adding.review, "GET", "POST"),
            page(paths.EXTENSION, tracker.extension),
            page(paths.TRACKER, tracker.libraries, "GET", "POST"),
            page(paths.AUTHORIZE, tracker.authorize, "GET", "POST"),
            Mount(paths.STATIC, StaticFiles(directory=Path(__file__).parent / "static")),
            page(f"{paths.ROOT}/{{rest:path}}", entrance.nowhere),
        ]
    )


def _answer(
    sandbox: Sandbox, sessions: Sessions, request: Request, body: bytes, handler: Handler, everybody: bool
) -> Response:
    # Browsers keep cookies by host whatever the port, and several sandboxes may run on one.
    cookie = f"sandbox_{request.scope['server'][1]}"
    known = request.cookies.get(cookie)
    visit = Visit(sandbox, sessions, request, body, known or sessions.key())
    if visit.posted and not sessions.proven(visit.key, visit.value("proof")):
        words = "This form was not sent from a page of this sandbox, or that page is too old. Nothing was changed."
        response = visit.show("problem.html", 403, problem=words)
    elif not (everybody or visit.signed_in):
        wanted = f"?{request.url.query}" if request.url.query and not visit.posted else ""
        response = visit.go(f"{paths.SIGN_IN}?{urlencode({'to': request.url.path + wanted})}")
    else:
        try:
            response = handler(visit)
        except Refusal as refusal:
            response = visit.show("problem.html", problem=refusal.message)
    response.headers.update(HEADERS)
    if visit.key != known:
        secure = request.url.scheme == "https"
        response.set_cookie(cookie, visit.key, path=paths.ROOT, httponly=True, samesite="strict", secure=secure)
    return response
