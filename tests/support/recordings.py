# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings as a browser would save them (HAR), made of what really went over the wire: complete, with all secrets."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox import Reply, Request

HOST = "https://cloudimanage.com"
Entry = dict[str, Any]


def har(exchanges: Iterable[tuple[Request, Reply]], host: str = HOST) -> dict[str, Any]:
    """A recording of exchanges. C(host) takes the sandbox's place in addresses and in bodies."""
    return {
        "log": {"version": "1.2", "creator": {"name": "test"}, "entries": [_entry(*one, host) for one in exchanges]}
    }


def _entry(request: Request, reply: Reply, host: str) -> Entry:
    query = f"?{urlencode(request.query)}" if request.query else ""
    entry: Entry = {
        "startedDateTime": "2026-03-01T09:30:00.000Z",
        "time": 12.5,
        "request": {
            "method": request.method,
            "url": f"{host}{request.path}{query}",
            "httpVersion": "HTTP/1.1",
            "headers": _pairs(request.headers),
            "queryString": _pairs(request.query),
            "cookies": _pairs({"session": request.headers.get("x-auth-token", "")}),
        },
        "response": {
            "status": reply.status,
            "statusText": "",
            "headers": _pairs(reply.headers),
            "cookies": [],
            "content": {
                "size": len(reply.body),
                "mimeType": reply.headers.get("content-type", ""),
                "text": reply.body.decode().replace(request.base, host),
            },
        },
    }
    if request.body:
        text = request.body.decode()
        entry["request"]["postData"] = {"mimeType": request.content_type, "text": text}
        if "form" in request.content_type:
            entry["request"]["postData"]["params"] = _pairs(dict(parse_qsl(text)))
    return entry


def _pairs(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value)} for name, value in values.items()]


def page(path: str, status: int = 200, host: str = HOST) -> Entry:
    """A page that a browser loads."""
    content = {"size": 6, "mimeType": "text/html; charset=utf-8", "text": "<html>"}
    return {
        "request": {"method": "GET", "url": host + path, "headers": [], "queryString": [], "cookies": []},
        "response": {"status": status, "headers": [], "cookies": [], "content": content},
    }


def call(method: str, path: str, reply: Any = None, request: Any = None, status: int = 200, host: str = HOST) -> Entry:
    """A call of an interface."""
    entry = page(path, status, host)
    entry["request"]["method"] = method
    text = "" if reply is None else json.dumps(reply)
    entry["response"]["content"] = {"size": len(text), "mimeType": "application/json" if text else "", "text": text}
    if request is not None:
        entry["request"]["postData"] = {"mimeType": "application/json", "text": json.dumps(request)}
    return entry


def moved(recording: dict[str, Any], renamed: Callable[[str], str]) -> None:
    """Give every path below the host another name."""
    for entry in recording["log"]["entries"]:
        address, mark, query = entry["request"]["url"].partition("?")
        host = "/".join(address.split("/")[:3])
        entry["request"]["url"] = host + renamed(address[len(host) :]) + mark + query


def changed(recording: dict[str, Any], which: Callable[[Entry], bool], change: Callable[[Any], Any]) -> int:
    """Change the JSON of some replies; returns of how many."""
    count = 0
    for entry in recording["log"]["entries"]:
        content = entry["response"]["content"]
        if which(entry) and content.get("text"):
            content["text"] = json.dumps(change(json.loads(content["text"])))
            count += 1
    return count


def packed(recording: dict[str, Any], zipped: bool) -> None:
    """Encode every reply, as a HAR file has what is no plain text."""
    for entry in recording["log"]["entries"]:
        content = entry["response"]["content"]
        raw = content["text"].encode()
        content["text"] = base64.b64encode(gzip.compress(raw) if zipped else raw).decode()
        content["encoding"] = "base64"


def without_values(entries: Iterable[Entry]) -> list[Entry]:
    """The entries as browsers save them that leave bodies out."""
    for entry in entries:
        entry["response"]["content"].pop("text", None)
    return list(entries)
