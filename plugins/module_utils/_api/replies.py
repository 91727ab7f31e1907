# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a reply into its checked value or a failure. Pure."""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import origin
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import CONSENT_CODE, Operation
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import (
    Failure,
    NoSuchCall,
    Uncertain,
    quoted,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.shape import mismatch
from ansible_collections.imanage.control_center.plugins.module_utils._api.text import parse_json

_KIND_OF_STATUS = {
    400: "bad_option",
    401: "sign_in",
    403: "permission",
    404: "not_found",
    409: "conflict",
    429: "rate_limited",
    502: "unreachable",
    503: "unreachable",
    504: "unreachable",
}


class Reply(NamedTuple):
    """A reply: status, headers (case-insensitive), and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def http_date(text: str | None) -> datetime.datetime | None:
    """The time in an HTTP header; None if it has none."""
    try:
        date = email.utils.parsedate_to_datetime(text or "")
        # HTTP dates are UTC, also if the zone is missing or -0000.
        date = date if date.tzinfo else date.replace(tzinfo=datetime.timezone.utc)
        return date.astimezone(datetime.timezone.utc)
    except (ValueError, TypeError, OverflowError):
        return None


def checked(operation: Operation, path: str, reply: Reply, hidden: Callable[[str], str], note: str = "") -> Any:
    """Return the reply's value, or None for a write and for a call without a reply.

    C(hidden) removes secrets from server text. C(note) is a sentence for a refusal. Raises Failure if the reply is a
    refusal or differs from the contract, NoSuchCall if the tenant does not have the call, and Uncertain if a refused
    write may have been applied.
    """
    if not operation.accepts(reply.status):
        raise _refusal(operation, path, reply, hidden, note)
    if operation.reply is None:
        return None
    if is_html(reply.body) and operation.id != "requestToken":
        raise _no_such_call(operation, path, reply, "the reply is an HTML page instead of JSON")
    try:
        value = parse_json(reply.body)
    except (ValueError, RecursionError):
        problem: str | None = f"the reply is {_kind_of(reply.body)} instead of JSON"
    else:
        problem = mismatch(value, operation.reply)
    if problem:
        raise Failure(
            "unexpected_reply",
            f"Cannot {operation.does} ({operation.id}): {problem}.",
            **wire(operation, path, reply.status),
        )
    return value


def refresh_token_in(reply: Reply) -> str | None:
    """The refresh token in the reply to a sign-in, even if the rest of the reply is invalid."""
    try:
        token = parse_json(reply.body)["refresh_token"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
    return token if isinstance(token, str) and reply.status == 200 else None


def wire(
    operation: Operation,
    path: str,
    status: int | None = None,
    code: str | None = None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """The facts about a call, as keyword arguments for Failure."""
    return {
        "operation": operation.id,
        "method": operation.method,
        "path": path,
        "status": status,
        "code": code,
        "request_id": request_id,
    }


def _refusal(operation: Operation, path: str, reply: Reply, hidden: Callable[[str], str], note: str) -> Failure:
    status = reply.status
    text, code, request_id = (hidden(part) or None for part in _error_words(reply.body))
    if status in (405, 501) or (status == 404 and not _is_own_error(reply.body)):
        return _no_such_call(operation, path, reply, f"this tenant has no such call at {path} (status {reply.status})")
    kind = _KIND_OF_STATUS.get(status, "unexpected_reply")
    if operation.id == "requestToken" and status in (400, 401, 403):
        kind = "sign_in"
    elif operation.id == "authorizeLibrary" and status == 403 and code == CONSENT_CODE:
        kind = "consent_required"
    what = f"Cannot {operation.does} ({operation.id}, status {reply.status})."
    if 300 <= status < 400:
        target = quoted(origin(reply.headers.get("Location", "")))
        what = f"Cannot {operation.does} ({operation.id}): redirected to {target}, and redirects are not followed."
    failure: type[Failure] = Uncertain if operation.writes and status >= 500 else Failure
    full = f"{what} {note}" if note else what
    return failure(kind, full, words=text, **wire(operation, path, status, code, request_id))


def _no_such_call(operation: Operation, path: str, reply: Reply, what: str) -> NoSuchCall:
    elsewhere = f" It may be at {' or '.join(operation.candidates)}." if operation.candidates else ""
    return NoSuchCall(
        "unexpected_reply",
        f"Cannot {operation.does} ({operation.id}): {what}.",
        advice=f"Verify the contract, and set api_paths to where this tenant serves the call.{elsewhere}",
        **wire(operation, path, reply.status),
    )


def _is_own_error(body: bytes) -> bool:
    """Whether a refusal has Control Center's own form. Gateways use other forms, also in JSON."""
    try:
        error = parse_json(body)["error"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return False
    return isinstance(error, dict) and any(error.get(name) for name in ("code", "code_message", "message"))


def _error_words(body: bytes) -> tuple[str, str, str]:
    """The server's message, its code and the request's id, from Control Center's form or that of RFC 6749."""
    try:
        value = parse_json(body)
    except (ValueError, RecursionError):
        return "", "", ""
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, str):
        return str(value.get("error_description") or error), error, ""
    if not isinstance(error, dict):
        return "", "", ""
    rows = error.get("messages")
    details = [row.get("code_message") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    sentences = [error.get("message") or error.get("code_message"), *details]
    text = " ".join(dict.fromkeys(str(sentence) for sentence in sentences if sentence))
    return text, str(error.get("code") or ""), str(error.get("transaction") or "")


def is_html(body: bytes) -> bool:
    """Whether a reply is an HTML page, such as the login page of a gateway."""
    return body[:200].lstrip().startswith(b"<")


def _kind_of(body: bytes) -> str:
    start = body[:200].lstrip()
    if not start:
        return "empty"
    if is_html(body):
        return "an HTML page"
    return "a text that ends too early or is damaged" if start[:1] in b"{[" else "a text"
