# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures, with a sentence for people and named fields for machines."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable
from typing import Any

# What to do next, by kind of failure. A failure may have its own advice.
ADVICE = {
    "bad_option": "Correct the option and run again.",
    "sign_in": (
        "Check the credentials, and that neither the password nor the client secret has expired. The account must be "
        "allowed to sign in (allow_logon) without single sign-on and from this machine's address, and must not have to "
        "change its password at the next login."
    ),
    "permission": (
        "Applications need the App Management privilege of a Global Management role, library authorizations need "
        "NRTADMIN in each library; a change of roles can take up to 8 hours to take effect."
    ),
    "not_provisioned": (
        "Ask iManage to release the application for this tenant, through the account representative if it needs a "
        "subscription, then run again."
    ),
    "not_added": "Add and enable the application first, then run again.",
    "not_found": "Check the spelling, then run again.",
    "ambiguous_name": "Use app_id to choose one.",
    "consent_required": (
        "Let that person authorize the library in Control Center, then run again; on_consent_required: hand_over "
        "reports such libraries instead of failing."
    ),
    "conflict": "Resolve what stands in the way, then run again.",
    "rate_limited": "Run again later, with fewer forks, or with a longer retry_timeout.",
    "unreachable": "Check the url, the network and the proxy, then run again; what was done stays done.",
    "tls": "Give the authority's certificate as ca_path, or correct the host name in url.",
    "unexpected_reply": (
        "Only changes that were read back are reported as done. If this tenant serves the call elsewhere, set "
        "api_paths."
    ),
    "wrong_tenant": "Use this tenant's credentials, or correct customer_id.",
    "interrupted": "What was done stays done: run again, with a longer time-out if that was the cause.",
    "task_failed": "What was done stays done. Correct what the message names, or report it, then run again.",
}
KINDS = tuple(ADVICE)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]+")
_LONGEST_QUOTE = 500


class Failure(Exception):
    """Why a task failed.

    C(kind) is one of C(KINDS). C(what) says what was tried and what went wrong. C(advice) says what to do next, by
    default that of the kind. C(words) to C(request_id) come from the reply. C(result) has return values for the task.
    """

    def __init__(
        self,
        kind: str,
        what: str,
        *,
        advice: str | None = None,
        words: str | None = None,
        status: int | None = None,
        code: str | None = None,
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
        request_id: str | None = None,
        result: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        self.advice = ADVICE[kind] if advice is None else advice
        self.words = words
        self.wire: dict[str, Any] = {
            "status": status,
            "code": code,
            "operation": operation,
            "method": method,
            "path": path,
            "request_id": request_id,
        }
        self.result = result or {}

    def with_facts(self, **facts: Any) -> Failure:
        """Return a copy with other C(facts), by the names of the attributes."""
        other = type(self).__new__(type(self), *self.args)
        vars(other).update({**vars(self), **facts})
        return other

    def reason(self) -> str:
        """What went wrong, with the server's own words, without the tenant and the advice."""
        text = self.what
        if self.words:
            facts = " ".join(str(fact) for fact in (self.wire["status"], self.wire["code"]) if fact)
            text += f' Control Center said: "{self.words}"' + (f" ({facts})." if facts else ".")
        return text

    def render(self, where: str) -> dict[str, Any]:
        """The result of the failed task. C(where) names the tenant."""
        return {
            **self.result,
            "failed": True,
            "changed": bool(self.result.get("changed")),
            "msg": f"{where}: {self.reason()} {self.advice}".strip(),
            "failure": {"kind": self.kind, **self.wire},
        }


class Uncertain(Failure):
    """A write without a reply. It may have been applied; reading again shows whether it was."""


class NoSuchCall(Failure):
    """The tenant does not have this call at this path.

    It answers 405, 501, an HTML page, or 404 in another form than Control Center's.
    """


class TransportError(Exception):
    """No reply. C(sent): whether the request may have reached the server. C(kind) is a kind of failure.

    C(advice) replaces the advice of the kind.
    """

    def __init__(self, kind: str, words: str, sent: bool, advice: str | None = None) -> None:
        super().__init__(words)
        self.kind = kind
        self.sent = sent
        self.advice = advice


class NotYet(Failure):
    """Something is missing that an earlier task of the play may create.

    A run fails with it. A preview continues with C(assumed), the documented state after that task, and reports
    C(assumptions).
    """

    def __init__(self, kind: str, what: str, *, assumed: Any, assumptions: list[str], **wire: Any) -> None:
        super().__init__(kind, what, **wire)
        self.assumed = assumed
        self.assumptions = assumptions


def failure_of(error: BaseException) -> Failure:
    """The failure for any error that ended a task, also for a time-out of Ansible or a bug of this collection."""
    if isinstance(error, Failure):
        return error
    if not isinstance(error, Exception):
        return Failure("interrupted", "The task was stopped before it ended.")
    ways = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [f"{path.rpartition('/')[2]}, line {line}" for path, line in ways if "/control_center/" in path]
    place, words = ours[-1] if ours else "Python", f"{type(error).__name__}: {quoted(error)}"
    return Failure("task_failed", f"The task crashed in {place}: {words}.")


def done_before(done: Iterable[str]) -> str:
    """A sentence about what was done before the failure; empty if nothing was."""
    named = ", ".join(done)
    return f" Done before that, and kept: {named}." if named else ""


def quoted(text: object) -> str:
    """Server text for a message: one line, limited length, no control or direction characters."""
    line = _CONTROL.sub(" ", str(text)).strip()
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"
