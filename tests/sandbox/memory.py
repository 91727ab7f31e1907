# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A transport for requests that reaches the sandbox without a network."""

from __future__ import annotations

import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from .machine import Sandbox
from .wire import WITHOUT_BODY, Reply, Request


class MemoryAdapter(HTTPAdapter):
    """In place of the adapter of requests. Time never really passes, so a delay is either a timeout or nothing."""

    def __init__(self, sandbox: Sandbox):
        super().__init__()
        self._sandbox = sandbox

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Answer a prepared request as the server would."""
        reply = self._sandbox.handle(_request(request))
        kind, seconds = reply.delivery.kind, reply.delivery.seconds
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        if kind == "drop":
            raise requests.exceptions.ConnectionError("The connection was closed without a reply.", request=request)
        if kind == "hang" or (kind in ("delay", "drip") and patience is not None and seconds > patience):
            raise requests.exceptions.ReadTimeout("No reply came in time.", request=request)
        return self.build_response(request, _raw(reply, request.method))


def _request(prepared: requests.PreparedRequest) -> Request:
    url = urlsplit(prepared.url or "")
    body = prepared.body or b""
    if isinstance(body, str):
        body = body.encode("utf-8")
    elif not isinstance(body, bytes):
        body = b"".join(body)
    return Request(
        method=prepared.method or "GET",
        path=url.path or "/",
        query=dict(parse_qsl(url.query, keep_blank_values=True)),
        headers={name.lower(): _text(value) for name, value in prepared.headers.items()},
        body=body,
        base=f"{url.scheme}://{url.netloc}",
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _raw(reply: Reply, method: str | None) -> HTTPResponse:
    headers = dict(reply.headers)
    if reply.status not in WITHOUT_BODY:
        headers["content-length"] = str(len(reply.body))
    body = reply.body[: len(reply.body) // 2] if reply.delivery.kind == "middle" else reply.body
    return HTTPResponse(
        body=io.BytesIO(body),
        headers=headers,
        status=reply.status,
        reason=HTTPStatus(reply.status).phrase if reply.status in set(HTTPStatus) else "",
        preload_content=False,
        request_method=method,
    )
