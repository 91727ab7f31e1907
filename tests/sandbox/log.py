# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests, without the secrets in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from .wire import FORM, Request

SECRETS = ("password", "client_secret", "refresh_token", "access_token")
MASK = "***"


@dataclass(frozen=True)
class Entry:
    """One request and how it ended; status is None if no reply was sent."""

    number: int
    tenant: str | None
    user: str | None
    operation: str | None
    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int | None
    time: datetime
    connection: str | None
    fault: str | None
    authorization_header: bool

    def plain(self) -> dict[str, Any]:
        """The entry as data."""
        return {**asdict(self), "time": self.time.isoformat()}


def readable_body(request: Request) -> Any:
    """The body as data with secrets masked; a body that cannot be read is not kept, it might be a secret."""
    if not request.body:
        return None
    try:
        return masked(request.form() if request.content_type == FORM else request.json())
    except ValueError:
        return f"<{len(request.body)} bytes that could not be read>"


def masked(value: Any) -> Any:
    """Plain data with the values of secret fields replaced."""
    if isinstance(value, dict):
        return {key: MASK if key.lower() in SECRETS else masked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [masked(one) for one in value]
    return value
