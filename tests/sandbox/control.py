# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under /_sandbox/: what is asked of a sandbox in another process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .machine import Sandbox

Endpoint = Callable[[Request], Awaitable[Response]]


def control_api(sandbox: Sandbox) -> Starlette:
    """A Starlette application over one sandbox."""

    async def log(request: Request) -> Response:
        if request.method == "DELETE":
            sandbox.clear_log()
            return Response(status_code=204)
        asked = sandbox.requests(operation=request.query_params.get("operation"))
        return JSONResponse([entry.plain() for entry in asked])

    async def tenants(request: Request) -> Response:
        return JSONResponse([{"name": one.name, "customer_id": one.customer_id} for one in sandbox.tenants])

    async def tenant(request: Request) -> Response:
        return JSONResponse(sandbox.tenant(request.path_params["name"]).snapshot())

    async def reset(request: Request) -> Response:
        sandbox.reset()
        return Response(status_code=204)

    return Starlette(
        routes=[
            _route("log", log, "GET", "DELETE"),
            _route("tenants", tenants, "GET"),
            _route("tenants/{name}", tenant, "GET"),
            _route("reset", reset, "POST"),
        ],
        exception_handlers={KeyError: _unknown},
    )


def _route(path: str, endpoint: Endpoint, *methods: str) -> Route:
    return Route(f"/_sandbox/{path}", endpoint, methods=list(methods))


def _unknown(request: Request, problem: Exception) -> Response:
    return JSONResponse({"error": str(problem.args[0])}, 404)
