# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under /_sandbox/: what tests and demos ask of the sandbox itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .faults import Fault
from .fields import DescriptionError, Fields
from .machine import Sandbox

Endpoint = Callable[[Request], Awaitable[Response]]


def control_api(sandbox: Sandbox) -> Starlette:
    """A Starlette application over one sandbox."""

    async def log(request: Request) -> Response:
        if request.method == "DELETE":
            sandbox.clear_log()
            return Response(status_code=204)
        query = request.query_params
        return JSONResponse([entry.plain() for entry in sandbox.requests(query.get("tenant"), query.get("operation"))])

    async def tenants(request: Request) -> Response:
        if request.method == "POST":
            return _added(await request.json())
        return JSONResponse(
            [
                {"name": one.name, "customer_id": one.customer_id, "users": [user.id for user in one.users]}
                for one in sandbox.tenants
            ]
        )

    async def tenant(request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "PUT":
            description = await request.json()
            if not isinstance(description, dict) or description.setdefault("name", name) != name:
                raise DescriptionError("The description must be a mapping with the name that the path has.")
            return _added(description)
        found = sandbox.tenant(name)
        if request.method == "DELETE":
            sandbox.remove(name)
            return Response(status_code=204)
        return JSONResponse(found.snapshot())

    def _added(description: Any) -> Response:
        return JSONResponse(sandbox.add(description).snapshot(), 201)

    async def faults(request: Request) -> Response:
        name = request.path_params.get("name")
        known = sandbox.faults if name is None else sandbox.tenant(name).faults
        if request.method == "DELETE":
            known.clear()
            return Response(status_code=204)
        if request.method == "POST":
            given = await request.json()
            known.extend([Fault.from_description(one) for one in (given if isinstance(given, list) else [given])])
        return JSONResponse([fault.plain() for fault in known])

    async def consent(request: Request) -> Response:
        fields = Fields(await request.json(), "A consent")
        library, user = fields.take("library", str), fields.take("user", str)
        fields.end()
        sandbox.tenant(request.path_params["name"]).consent(library, user)
        return Response(status_code=204)

    async def advance(request: Request) -> Response:
        fields = Fields(await request.json(), "An advance")
        seconds = fields.take("seconds", (int, float))
        fields.end()
        sandbox.advance(seconds)
        return JSONResponse({"now": sandbox.now().isoformat()})

    async def reset(request: Request) -> Response:
        sandbox.reset()
        return Response(status_code=204)

    return Starlette(
        routes=[
            _route("log", log, "GET", "DELETE"),
            _route("tenants", tenants, "GET", "POST"),
            _route("tenants/{name}", tenant, "GET", "PUT", "DELETE"),
            _route("tenants/{name}/faults", faults, "GET", "POST", "DELETE"),
            _route("tenants/{name}/consent", consent, "POST"),
            _route("faults", faults, "GET", "POST", "DELETE"),
            _route("advance", advance, "POST"),
            _route("reset", reset, "POST"),
        ],
        # LookupError covers the KeyError of an unknown tenant; ValueError covers JSON and descriptions.
        exception_handlers={LookupError: _problem(404), ValueError: _problem(400)},
    )


def _route(path: str, endpoint: Endpoint, *methods: str) -> Route:
    return Route(f"/_sandbox/{path}", endpoint, methods=list(methods))


def _problem(status: int) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, problem: Exception) -> Response:
        return JSONResponse({"error": str(problem.args[0]) if problem.args else ""}, status)

    return answer
