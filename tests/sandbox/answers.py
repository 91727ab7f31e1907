# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which a tenant answers, where nobody knows which of them is a real tenant's."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from .fields import DescriptionError, Fields
from .wire import JSON, Reply, html_reply

POLICY_CALLS = ("readTokenPolicy", "writeTokenPolicy")
TRACKER_CALLS = ("listLibraryAuthorizations", "authorizeLibrary", "unauthorizeLibrary")
# The prefix of the vendor's own web client, which signs in with a cookie.
DOOR = "/work/web/"


def _forms(*forms: Any) -> Any:
    """What a key may say; the first is the default."""
    return field(default=forms[0], metadata={"forms": forms})


@dataclass(frozen=True)
class Answers:
    """One form of each kind; the README says what they mean."""

    apps: str = _forms("paged", "whole")
    security: str = _forms("public_private", "view")
    access: str = _forms("list", "object")
    scope: str = _forms("needed", "ignored", "invalid", "less", "refused")
    writes: int | None = _forms(None, 200, 201, 202, 204)
    body: str = _forms("full", "empty")
    policy: str = _forms("contract", "foreign_404", "platform")
    dates: str = _forms("none", "shown")
    tracker: str | int = _forms("served", "page_404", 405, "html")
    door: bool = _forms(False, True)
    refresh: str = _forms("keeps", "rotates")

    def granted(self, asked: str | None) -> str | None:
        """The scope that a token gets; None where there are no scopes."""
        if self.scope == "invalid":
            return None
        return "user" if self.scope in ("less", "refused") else asked or "user"

    def may_write(self, scope: str | None) -> bool:
        """Whether a token of this scope may change anything."""
        return scope == "admin" or self.scope not in ("needed", "refused")

    def instead(self, operation: str, candidate: bool) -> Reply | None:
        """The reply for an operation that the tenant does not have; it is not in Control Center's form."""
        if operation in POLICY_CALLS and self.policy != "contract" and not candidate:
            return html_reply(404)
        if operation in TRACKER_CALLS and self.tracker != "served":
            headers = {"allow": "OPTIONS"} if self.tracker == 405 else {}
            return html_reply({"page_404": 404, 405: 405, "html": 200}[self.tracker], headers)
        return None

    def written(self, reply: Reply) -> Reply:
        """The reply to a write that was applied."""
        status = self.writes or reply.status
        if status == 204 or self.body == "empty":
            return Reply(status)
        # A removal has nothing to show, and only a 204 may lack a body by itself.
        return replace(reply, status=status, headers={"content-type": JSON}, body=reply.body or b"{}")


# Pages have one form, whatever the calls have.
IN_A_BROWSER = Answers(access="object", dates="shown")


def read_answers(description: Any, what: str) -> Answers:
    """Build from a description that names the forms which are not the default."""
    given = Fields(description, what)
    taken = {}
    for one in fields(Answers):
        forms = one.metadata["forms"]
        value = given.take(one.name, bool if one.default is False else (str, int), one.default)
        if value not in forms:
            words = ", ".join(str(form) for form in forms if form is not None)
            raise DescriptionError(f"{one.name} of {what} must be one of {words}, not {value!r}.")
        taken[one.name] = value
    given.end()
    return Answers(**taken)
