# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings as a browser saves them (HAR), with secrets wherever it has some."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox import Reply, Request

HOST = "https://cloudimanage.com"
Entry = dict[str, Any]


def har(entries: Iterable[Entry]) -> dict[str, Any]:
    """A recording of entries."""
    return {"log": {"version": "1.2", "creator": {"name": "test"}, "entries": list(entries)}}


def call(
    method: str, path: str, status: int = 200, kind: str = "application/json", host: str = HOST, secret: str = "s3cret"
) -> Entry:
    """A request with its reply; C(kind) is the reply's. The secret is in everything but method, address and status."""
    secrets = [{"name": "Cookie", "value": secret}, {"name": secret, "value": "1"}]
    body = {"mimeType": kind, "text": f'{{"{secret}": "{secret}"}}', "comment": secret}
    more = {"headers": secrets, "cookies": secrets}
    return {
        "startedDateTime": "2026-03-01T09:30:00.000Z",
        "request": {"method": method, "url": host + path, "queryString": secrets, "postData": body, **more},
        "response": {"status": status, "statusText": secret, "content": body, "redirectURL": f"/{secret}", **more},
    }


def page(path: str, kind: str = "text/html; charset=utf-8") -> Entry:
    """A page that a browser loads, or a part of one."""
    return call("GET", path, kind=kind)


def made(exchanges: Iterable[tuple[Request, Reply]]) -> list[Entry]:
    """What really went over the wire, as if a browser had done it."""
    return [
        call(request.method, request.path, reply.status, reply.headers.get("content-type", ""))
        for request, reply in exchanges
    ]
