# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes over the wire: requests, replies, and how a reply is delivered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

JSON = "application/json"
HTML = "text/html; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
WITHOUT_BODY = (204, 304)


@dataclass(frozen=True)
class Request:
    """One HTTP request; the path is as it was sent, percent-encoding included."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    base: str = "http://127.0.0.1"
    peer: str | None = None

    @property
    def content_type(self) -> str:
        """The media type of the body, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        """The fields of a form-encoded body; ValueError if it is invalid or names a field twice."""
        pairs = parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(self.body))
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise ValueError("a field is given twice")
        return fields

    def json(self) -> Any:
        """The JSON body; ValueError if it is invalid."""
        try:
            return json.loads(self.body.decode("utf-8"), parse_constant=_no_constant)
        except RecursionError:
            raise ValueError("nested too deeply") from None


@dataclass(frozen=True)
class Delivery:
    """How a transport delivers a reply: normal, delay, drop, middle, hang or drip."""

    kind: str = "normal"
    seconds: float = 0.0


@dataclass(frozen=True)
class Reply:
    """One HTTP reply, and how it is to be delivered."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delivery: Delivery = Delivery()

    def json(self) -> Any:
        """The JSON body."""
        return json.loads(self.body)


class Refusal(Exception):
    """A handler's way of answering with an error; nothing may have been applied before it is raised."""

    def __init__(self, status: int, code: str, message: str, messages: list[dict[str, str]] | None = None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.messages = messages


def json_reply(status: int, value: Any, headers: dict[str, str] | None = None) -> Reply:
    """A reply with a JSON body."""
    return Reply(status, {"content-type": JSON, **(headers or {})}, json.dumps(value).encode())


def data_reply(data: Any, status: int = 200, **beside: Any) -> Reply:
    """A success in the envelope that all calls but the token endpoint use."""
    return json_reply(status, {"data": data, **beside})


def error_reply(refusal: Refusal, transaction: str, headers: dict[str, str] | None = None) -> Reply:
    """An error in the Error form of the contract."""
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.message, "transaction": transaction}
    if refusal.messages is not None:
        error["messages"] = refusal.messages
    return json_reply(refusal.status, {"error": error}, headers)


def html_reply(status: int, headers: dict[str, str] | None = None) -> Reply:
    """A page of a gateway in front of Control Center, and not Control Center's own form."""
    words = f"{status} {HTTPStatus(status).phrase}"
    page = f"<!DOCTYPE html><html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>"
    return Reply(status, {"content-type": HTML, **(headers or {})}, page.encode())


def oauth_error(error: str, description: str) -> Reply:
    """A refusal of the token endpoint in the form of RFC 6749."""
    return json_reply(400, {"error": error, "error_description": description})


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
