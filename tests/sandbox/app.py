# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ASGI application: HTTP and the pages in front of the state machine, faults of the connection included."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from .control import control_api
from .machine import Sandbox
from .pages import inside, pages
from .wire import WITHOUT_BODY, Reply, Request

CONTROL = "/_sandbox/"


class App:
    """A plain ASGI callable; the server puts each connection's transport into scope["state"]["transport"]."""

    def __init__(self, sandbox: Sandbox, latency: float = 0.0):
        self._sandbox = sandbox
        self._latency = latency
        self._control = control_api(sandbox)
        self._pages = pages(sandbox)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if scope["path"].startswith(CONTROL):
            await self._control(scope, receive, send)
            return
        if inside(scope["path"]):
            await self._pages(scope, receive, send)
            return
        request = await _request(scope, receive)
        if request is None:
            return
        # What a request does is done on arrival; only the reply can be late. So a client that
        # gives up can be sure that the server had applied the request, as in the worst case.
        reply = self._sandbox.handle(request)
        if self._latency and await _gone(receive, self._latency):
            return
        await _deliver(reply, scope["state"]["transport"], receive, send)


async def _request(scope: Any, receive: Any) -> Request | None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    host, port = scope["server"]
    peer = scope["client"]
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("ascii"),
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers=headers,
        body=body,
        base=f"{scope['scheme']}://{headers.get('host', f'{host}:{port}')}",
        peer=f"{peer[0]}:{peer[1]}" if peer else None,
    )


async def _deliver(reply: Reply, transport: asyncio.Transport, receive: Any, send: Any) -> None:
    kind, seconds = reply.delivery.kind, reply.delivery.seconds
    if kind == "drop":
        transport.abort()
        await _gone(receive)
    elif kind == "hang":
        await _gone(receive)
    elif kind == "middle":
        await _start(reply, send)
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        # close, unlike abort, still sends what was written.
        transport.close()
        await _gone(receive)
    elif kind == "drip":
        await _start(reply, send)
        for index in range(len(reply.body)):
            await send({"type": "http.response.body", "body": reply.body[index : index + 1], "more_body": True})
            if await _gone(receive, seconds):
                return
        await send({"type": "http.response.body"})
    elif not (kind == "delay" and await _gone(receive, seconds)):
        await _start(reply, send)
        await send({"type": "http.response.body", "body": reply.body})


async def _start(reply: Reply, send: Any) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    if reply.status not in WITHOUT_BODY:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _gone(receive: Any, seconds: float | None = None) -> bool:
    """Wait until the client has gone (True), or until the time is over (False)."""

    async def disconnected() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(disconnected(), seconds)
    except TimeoutError:
        return False
    return True
