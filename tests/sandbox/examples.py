# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ready tenant and a small caller, for tests that speak to a sandbox directly."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from . import contract
from .machine import Sandbox
from .wire import FORM, JSON, Reply, Request


def example(name: str = "acme", customer_id: int = 101, **changes: Any) -> dict[str, Any]:
    """A description of a tenant where everything is ready; users have preset tokens such as acme-admin-token."""
    return {
        "name": name,
        "customer_id": customer_id,
        "users": [
            _user(name, "admin", app_management=True, nrtadmin="all"),
            _user(name, "manager", app_management=True),
            _user(name, "nrt", nrtadmin=["ACTIVE"]),
            _user(name, "pat"),
        ],
        "groups": ["Partners", "IT"],
        "libraries": ["ACTIVE", "ARCHIVE", {"id": "SPM", "hidden": True}],
        "applications": [
            {"id": "drive", "name": "iManage Drive", "status": "enabled"},
            {"id": "curation", "name": "iManage Insight+ Curation Web Extension", "status": "disabled"},
            {"id": "tracker", "name": "iManage Tracker", "client_secret": "tracker-client-secret"},
            {"id": "tracker-cc", "name": "iManage Tracker CC configuration"},
        ],
        **changes,
        # What most tests are about can be seen only where it is shown.
        "answers": {"access": "object", "dates": "shown", **changes.get("answers", {})},
    }


def _user(tenant: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{name}@{tenant}.example",
        "name": name.title(),
        "password": f"{tenant}-{name}-password",
        "access_token": f"{tenant}-{name}-token",
        "refresh_token": f"{tenant}-{name}-refresh",
        **more,
    }


class Caller:
    """Calls operations of the contract by their id."""

    def __init__(self, sandbox: Sandbox, token: str | None = "acme-admin-token", customer_id: int | str = 101):
        self.sandbox = sandbox
        self.token = token
        self.customer_id = customer_id

    def __call__(
        self,
        operation: str,
        *,
        query: dict[str, str] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        **parameters: str,
    ) -> Reply:
        """One call; the body is encoded as the operation takes it."""
        return self.sandbox.handle(self.request(operation, query, body, headers, parameters))

    def request(
        self,
        operation: str,
        query: dict[str, str] | None,
        body: Any,
        headers: dict[str, str] | None,
        parameters: dict[str, str],
    ) -> Request:
        """The request of one call."""
        known = contract.operations()[operation]
        given = {"customer_id": str(self.customer_id), **parameters}
        path = "/".join(quote(given[one[1:-1]], safe="") if one.startswith("{") else one for one in known.segments)
        sent = {"x-auth-token": self.token} if self.token and known.signed_in else {}
        content = b""
        if body is not None:
            form = known.body_type == FORM
            sent["content-type"] = FORM if form else JSON
            content = (urlencode(body) if form else json.dumps(body)).encode()
        return Request(known.method, path, query or {}, {**sent, **(headers or {})}, content)


def error(reply: Reply) -> dict[str, Any]:
    """The error of a refusal."""
    return reply.json()["error"]
