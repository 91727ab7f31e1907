# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with a call, as data, and how a task ends then: by what the call is for."""

from __future__ import annotations

import email.utils
import time
from typing import Any, NamedTuple

# What the columns of EXPECTED are for; the client knows no other kinds of call.
ROLES = ("read", "write", "sign-in", "sign-out")
RETRY_TIMEOUT = 20
SIGN_OUT_SECONDS = 5
# Signing out never fails a task. TOLD: a warning says that the token was not revoked.
OK, IN_PART, TOLD = "ok", "ok, in part", "ok, told"


class Column(NamedTuple):
    """A fault. C(ends) has the outcome for each of the roles.

    C(times): how many calls it strikes, None for all. C(late): how many seconds each of them takes of the client's
    clock.
    """

    group: str
    name: str
    fault: dict[str, Any]
    ends: tuple[str, str, str, str]
    times: int | None = 1
    late: float = 0.0

    def settings(self, here: str, elsewhere: str) -> dict[str, Any]:
        """The fault for the sandbox; C(here) and C(elsewhere) are the addresses that a redirect may name."""
        known = {
            "HERE": here,
            "ELSEWHERE": elsewhere,
            "IN_THREE_SECONDS": email.utils.formatdate(time.time() + 3, usegmt=True),
        }
        return {name: _filled(value, known) for name, value in self.fault.items()}


def _filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, known) for name, one in value.items()}
    for word, text in known.items():
        value = value.replace(word, text) if isinstance(value, str) else value
    return value


def _status(status: int, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"kind": "status", "status": status, **({"headers": named} if named else {})}


def _all(outcome: str, out: str = TOLD) -> tuple[str, str, str, str]:
    return outcome, outcome, outcome, out


ALWAYS = None
# A kind that no server can provoke: nobody listens where the client connects.
REFUSED = "refused"
FINE = _all(OK, OK)
CONNECTION, STATUS, LIMIT, REPLY = "Connection", "Status", "Rate limit", "Reply"
# Of a write, what is read back decides.
_BROKEN = ("unexpected_reply", OK, "unexpected_reply", OK)
_MOVED = _all("unexpected_reply")

COLUMNS = (
    Column(CONNECTION, "refused, once", {"kind": REFUSED}, FINE),
    Column(CONNECTION, "refused, always", {"kind": REFUSED}, _all("unreachable"), ALWAYS),
    Column(CONNECTION, "reset before the request", {"kind": "drop_before"}, FINE),
    Column(CONNECTION, "reset after it was applied", {"kind": "drop_after"}, FINE),
    Column(CONNECTION, "reset in the middle of the reply", {"kind": "drop_middle"}, FINE),
    Column(CONNECTION, "reset, always", {"kind": "drop_before"}, _all("unreachable"), ALWAYS),
    Column(CONNECTION, "time-out before applying", {"kind": "hang", "applied": False}, FINE, late=1),
    Column(CONNECTION, "time-out after applying", {"kind": "hang", "applied": True}, FINE, late=1),
    Column(CONNECTION, "slow drip", {"kind": "drip", "seconds": 0.0005}, FINE),
    Column(
        CONNECTION,
        "drip beyond retry_timeout",
        {"kind": "drip", "seconds": 0.0005},
        ("unreachable", OK, "unreachable", TOLD),
        late=RETRY_TIMEOUT + 1,
    ),
    Column(STATUS, "401, once", _status(401), (OK, OK, "sign_in", OK)),
    Column(STATUS, "401, always", _status(401), _all("sign_in", OK), ALWAYS),
    Column(STATUS, "403", _status(403), ("permission", "permission", "sign_in", TOLD)),
    Column(STATUS, "404", _status(404), _all("not_found", OK)),
    Column(STATUS, "409", _status(409), _all("conflict")),
    Column(STATUS, "500", _status(500), ("unexpected_reply", OK, "unexpected_reply", TOLD)),
    Column(
        STATUS,
        "500, applied",
        {**_status(500), "applied": True},
        ("unexpected_reply", OK, "unexpected_reply", TOLD),
    ),
    Column(STATUS, "500, always", _status(500), _all("unexpected_reply"), ALWAYS),
    Column(STATUS, "502, once", _status(502), FINE),
    Column(STATUS, "502, always", _status(502), _all("unreachable"), ALWAYS),
    Column(STATUS, "503, once", _status(503), FINE),
    Column(STATUS, "503, always", _status(503), _all("unreachable"), ALWAYS),
    Column(STATUS, "302 to the same host", {"kind": "redirect", "location": "HERE/login"}, _MOVED),
    Column(STATUS, "307 to another host", {"kind": "redirect", "location": "ELSEWHERE/", "status": 307}, _MOVED),
    Column(LIMIT, "retry-after, seconds", _status(429, retry_after="3"), FINE),
    Column(LIMIT, "retry-after, date", _status(429, retry_after="IN_THREE_SECONDS"), FINE),
    Column(LIMIT, "x-ratelimit-reset", _status(429, x_ratelimit_reset="3"), FINE),
    Column(LIMIT, "x-ratelimit-reset, date", _status(429, x_ratelimit_reset="IN_THREE_SECONDS"), FINE),
    Column(LIMIT, "both headers", _status(429, x_ratelimit_reset="1", retry_after="3"), FINE),
    Column(LIMIT, "headers that say nothing", _status(429, x_ratelimit_reset="", retry_after="soon"), FINE),
    Column(LIMIT, "no header", _status(429), FINE),
    Column(LIMIT, "no header, always", _status(429), _all("rate_limited"), ALWAYS),
    Column(LIMIT, "longer than retry_timeout", _status(429, x_ratelimit_reset="999"), _all("rate_limited")),
    Column(REPLY, "login page with 200", {"kind": "html"}, _MOVED),
    Column(REPLY, "empty", {"kind": "empty"}, _BROKEN),
    Column(REPLY, "truncated JSON", {"kind": "truncated"}, _BROKEN),
    Column(REPLY, "JSON of another shape", {"kind": "shape"}, _BROKEN),
    Column(REPLY, "extra fields", {"kind": "extra"}, FINE),
    Column(REPLY, "null for an object", {"kind": "null"}, _BROKEN),
    Column(REPLY, "a row or all fields missing", {"kind": "lacking"}, _BROKEN, ALWAYS),
    Column(REPLY, "a page for ever", {"kind": "repeat_page"}, _BROKEN, ALWAYS),
    Column(REPLY, "gzip", {"kind": "gzip"}, FINE),
    Column(REPLY, "5 MB", {"kind": "extra", "size": 5_000_000}, FINE),
)

# Calls for which a reply means something else than for the others: (row or operation, column): outcome and why.
_UNLISTED = "libraries that the page does not list cannot be known then; a warning says so"
_ROLES = "app_management is null where the roles cannot be read"
_NO_PAGE = "the page has to be there, since its application is enabled"
_PASSES = "what something on the way answers may pass, so the page is asked for again"
_NO_TOTAL = "the list of libraries says nowhere how long it is"
SPECIAL = {
    ("readTokenPolicy", "404"): (OK, "a policy that was never set; the documented defaults hold"),
    ("readTokenPolicy, read back", "404"): (OK, "what was taken in may take its time to show, so it is read again"),
    ("listLibraries", "403"): (OK, _UNLISTED),
    ("listLibraries, read back", "403"): (IN_PART, _UNLISTED),
    **{
        (operation, column.name): (IN_PART, _ROLES)
        for operation in ("listRoles", "listRoleMembers")
        for column in COLUMNS
        if column.ends[0] != OK
    },
    ("listLibraryAuthorizations", "404"): ("unexpected_reply", _NO_PAGE),
    ("listLibraryAuthorizations, read back", "404"): ("unexpected_reply", _NO_PAGE),
    ("listLibraryAuthorizations", "login page with 200"): (OK, _PASSES),
    ("listLibraryAuthorizations, read back", "login page with 200"): ("unexpected_reply", "it was there before"),
    ("listLibraries", "a row or all fields missing"): (OK, _NO_TOTAL),
    ("listLibraries, read back", "a row or all fields missing"): (OK, _NO_TOTAL),
}
