# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a handler sees of one call, and the checks that several handlers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .answers import IN_A_BROWSER, Answers
from .contract import Operation
from .model import Tenant
from .people import User
from .tokens import Tokens
from .wire import FORM, JSON, Refusal, Reply, Request, data_reply


@dataclass(frozen=True)
class Call:
    """A request on its way to a handler; signed-in operations have a tenant and a user."""

    request: Request
    operation: Operation
    parameters: dict[str, str]
    query: dict[str, str]
    now: datetime
    tokens: Tokens
    tenants: Mapping[str, Tenant]
    signed_in: tuple[Tenant, User] | None = None
    scope: str | None = None
    in_browser: bool = False

    @property
    def tenant(self) -> Tenant:
        """The tenant of the signed-in user."""
        assert self.signed_in is not None
        return self.signed_in[0]

    @property
    def user(self) -> User:
        """The signed-in user."""
        assert self.signed_in is not None
        return self.signed_in[1]

    @property
    def answers(self) -> Answers:
        """The forms in which the tenant answers; a person in a browser sees pages, which have one form."""
        return IN_A_BROWSER if self.in_browser else self.tenant.answers


def need_to_write(call: Call) -> None:
    """Refuse a write by a user who may only read, or with a token whose scope is too small."""
    if not call.operation.writes:
        return
    if call.user.read_only:
        raise Refusal(403, "NotAuthorized", f"{call.user.id} may read, and change nothing.")
    # A person in a browser has no token.
    if not (call.in_browser or call.answers.may_write(call.scope)):
        raise Refusal(403, "InsufficientScope", f"The granted scope is {call.scope}, and changes need admin.")


def need_app_management(call: Call) -> None:
    """Refuse users without the App Management privilege."""
    if not call.user.app_management:
        raise Refusal(
            403,
            "NotAuthorized",
            f"{call.user.id} has no Global Management role with the App Management privilege.",
        )


def json_body(call: Call, known: tuple[str, ...]) -> dict[str, Any]:
    """The JSON object of a request, which may have the known fields and no others."""
    if call.request.content_type != JSON:
        raise Refusal(415, "UnsupportedMediaType", f"The body must be {JSON}.")
    try:
        body = call.request.json()
    except ValueError:
        raise Refusal(400, "InvalidInput", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "InvalidInput", "The body must be a JSON object.")
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise Refusal(400, "InvalidInput", f"Unknown fields: {', '.join(unknown)}.")
    return body


def form_body(call: Call) -> dict[str, str]:
    """The fields of a form-encoded request."""
    if call.request.body and call.request.content_type != FORM:
        raise Refusal(415, "UnsupportedMediaType", f"The body must be {FORM}.")
    try:
        return call.request.form()
    except ValueError:
        raise Refusal(400, "InvalidInput", "The body is not form-encoded.") from None


def page(call: Call, rows: list[dict[str, Any]]) -> Reply:
    """One page of rows, never longer than the server likes."""
    offset = int(call.query.get("offset", 0))
    limit = min(int(call.query.get("limit", call.tenant.page_size)), call.tenant.page_size)
    beside = {"total_count": len(rows)} if call.query.get("total") == "true" else {}
    return data_reply(rows[offset : offset + limit], **beside)
