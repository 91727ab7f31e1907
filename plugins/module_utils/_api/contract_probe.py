# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes the calls that write: sends each assumed call once, for an object that does not exist.

Each probe uses another object, so that no probe undoes another. Applications and authorizations are listed before and
after. A token policy is written only for an application that the user names, with the values that were read.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api import contract_check, names, text
from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client, Outcome
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import (
    ACCESS_MODES,
    ADDED,
    Operation,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract_check import Finding
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall, quoted
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._api.replies import is_html

# For each probe: the list that would show a created object, and the body that an onboarding would send.
_PROBES: dict[str, tuple[str, dict[str, Any] | None]] = {
    "updateApp": ("listApps", {"status": ADDED[0]}),
    "removeApp": ("listApps", None),
    "updateAppAccess": ("listApps", {"default_security": ACCESS_MODES["custom"]}),
    "authorizeLibrary": ("listLibraryAuthorizations", {"email": ""}),
    "unauthorizeLibrary": ("listLibraryAuthorizations", None),
}
# For each list: the name of a row, the field that shows a change, and the id in the path.
_LISTS = {
    "listApps": ("application", "status", "app_id"),
    "listLibraryAuthorizations": ("library", "authorized_by", "library_id"),
}
_POLICY = "writeTokenPolicy"
_WITHOUT_NAME = "Name an added application as probe_application, and its token policy is written back unchanged."


class _Request(NamedTuple):
    """What a probe sends, or why it sends nothing. C(listed): the list that would show a created object."""

    ids: dict[str, str] = {}
    body: Any = None
    listed: str | None = None
    why_not: str | None = None

    def as_text(self, client: Client, name: str) -> str:
        """Method, path and body."""
        body = "without a body" if self.body is None else json.dumps(self.body)
        return f"{client.connection.operations[name].method} {client.path(name, self.ids)} {body}"


def preview(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Make every reading call, and return what a probe would send. Never writes."""
    found, requests = _prepared(client, parameters, {"app_id": "A-NEW-UUID", "library_id": "NO-SUCH-LIBRARY-XXXXXXXX"})
    for name, request in requests.items():
        why = request.why_not or "A probe would send this."
        probe = None if request.why_not else request.as_text(client, name)
        found[name] = Finding("not_tried", details=(why,), probe=probe)
    return contract_check.result_of(client, found)


def run(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Make every reading call, and with C(probe) the writing ones. Raises Failure if the tenant was changed."""
    found, requests = _prepared(client, parameters)
    sent = {name: request for name, request in requests.items() if not request.why_not}
    before = {name: _listed(client, name) for name in _LISTS if any(one.listed == name for one in sent.values())}
    trouble = []
    for name, request in requests.items():
        operation = client.connection.operations[name]
        if request.why_not:
            found[name] = Finding("not_tried", details=(request.why_not,))
            continue
        outcome = client.attempt(name, request.ids, body=request.body)
        if name == _POLICY:
            finding, changed = _finding_for_policy(client, operation, outcome, request)
            trouble += changed
        else:
            finding = _finding_for_missing(client, operation, outcome)
        found[name] = finding._replace(probe=request.as_text(client, name))
    for name, rows in before.items():
        trouble += _difference(client, name, rows)
    if trouble:
        raise Failure(
            "unexpected_reply",
            f"The probe must not change anything, but after it {' and '.join(trouble)}. Correct that in Control "
            "Center, and do not onboard this tenant with these calls.",
            advice="",
            result=contract_check.result_of(client, found),
        )
    return contract_check.result_of(client, found)


# -- before anything is sent -----------------------------------------------------------------------------------------


def _prepared(
    client: Client, parameters: Mapping[str, Any], ids: Mapping[str, str] | None = None
) -> tuple[dict[str, Finding], dict[str, _Request]]:
    """Make the reading calls, and prepare each probe, with the given C(ids) or with new ones."""
    if not parameters["probe"]:
        if parameters["probe_application"]:
            raise Failure(
                "bad_option", "probe_application is given without probe.", advice="Set probe to true as well."
            )
        return contract_check.read_all(client), {}
    found = contract_check.read_all(client)
    if found["discover"].verdict != "as_contract":
        why = _Request(why_not="It was not sent, because discover did not show reliably which tenant this is.")
        return found, dict.fromkeys((*_PROBES, _POLICY), why)
    requests = {name: _request_for_missing(client, name, ids) for name in _PROBES}
    requests[_POLICY] = _unchanged_policy(client, parameters["probe_application"])
    return found, requests


def _request_for_missing(client: Client, name: str, ids: Mapping[str, str] | None) -> _Request:
    listed, body = _PROBES[name]
    try:
        client.rows(listed)
    except Failure as failure:
        return _Request(why_not=f"It was not sent, because its list cannot be compared afterwards. {failure.what}")
    kind = _LISTS[listed][2]
    identity = ids[kind] if ids else str(uuid.uuid4()) if kind == "app_id" else _missing_library()
    if name == "authorizeLibrary":
        email = client.identity.email or client.identity.user
        if "@" not in email:
            return _Request(why_not="It was not sent, because Control Center shows no e-mail of the signed-in user.")
        body = {"email": email}
    return _Request({kind: identity}, body, listed)


def _missing_library() -> str:
    return f"NO-SUCH-LIBRARY-{secrets.token_hex(4).upper()}"


def _unchanged_policy(client: Client, name: str | None) -> _Request:
    """The token policy of the named application, unchanged. Raises C(bad_option)."""
    if not name:
        return _Request(why_not=_WITHOUT_NAME)
    added = [row for row in client.rows("listApps") if row.get("status") in ADDED and row["name"] == name]
    if len(added) != 1 or not isinstance(added[0].get("id"), str):
        raise Failure(
            "bad_option",
            f"probe_application is {name!r}, but {len(added)} added applications have that name.",
            advice="Give the name of one added application, as Control Center shows it.",
        )
    outcome = client.attempt("readTokenPolicy", {"app_id": added[0]["id"]})
    if outcome.failure is not None:
        return _Request(why_not=f"It was not sent, because there is no policy to write back. {outcome.failure.what}")
    return _Request({"app_id": added[0]["id"]}, {"type": "value", **_data(outcome)})


def _data(outcome: Outcome) -> dict[str, Any]:
    """The data of a checked reply."""
    assert outcome.reply is not None
    data: dict[str, Any] = text.parse_json(outcome.reply.body)["data"]
    return data


# -- what the outcomes mean ------------------------------------------------------------------------------------------


def _finding_for_missing(client: Client, operation: Operation, outcome: Outcome) -> Finding:
    """The finding for a write about an object that does not exist."""
    if outcome.reply is not None and outcome.failure is None and is_html(outcome.reply.body):
        return Finding("absent", outcome.reply.status, ("The reply is an HTML page, so the call does not exist.",))
    if outcome.failure is None:
        assert outcome.reply is not None
        client.warnings.append(f"{client.where}: {operation.id} accepted a write about an object that does not exist.")
        words = "It ACCEPTED A WRITE about an object that does not exist. Do not onboard this tenant with it."
        return Finding("differs", outcome.reply.status, (words,))
    if outcome.reply is not None and outcome.reply.status == 404 and not isinstance(outcome.failure, NoSuchCall):
        words = "Control Center says in its own form that the object does not exist, so the call exists."
        return Finding("as_contract", 404, (words,))
    return _refused(operation, outcome, outcome.failure)


def _finding_for_policy(
    client: Client, operation: Operation, outcome: Outcome, request: _Request
) -> tuple[Finding, list[str]]:
    """The finding for a policy that was written back, and a phrase if the policy differs now."""
    again = client.attempt("readTokenPolicy", request.ids)
    if again.failure is not None:
        changed = [f"the token policy that was written back cannot be read ({again.failure.what.rstrip('.')})"]
    else:
        changed = (
            [] if _data(again)["value"] == request.body["value"] else ["the token policy that was written back differs"]
        )
    if outcome.failure is not None:
        return _refused(operation, outcome, outcome.failure), changed
    assert outcome.reply is not None
    if changed:
        return Finding(
            "differs", outcome.reply.status, ("The policy that was read back differs from the one that was written.",)
        ), changed
    return Finding("as_contract", outcome.reply.status, ("The policy was written back and read again, unchanged.",)), []


def _refused(operation: Operation, outcome: Outcome, failure: Failure) -> Finding:
    """The finding for a refused call, or a call without a reply."""
    reason = failure.reason()
    if outcome.reply is None:
        return Finding("failed", details=(reason,))
    status = outcome.reply.status
    if status == 405:
        allowed = outcome.reply.headers.get("Allow")
        verbs = f"The path exists, but needs another method: {quoted(allowed)}." if allowed else reason
        return Finding("differs", status, (verbs,))
    if status in (401, 403):
        return Finding("not_allowed", status, (reason, "A privilege is missing, or the scope of the token."))
    if isinstance(failure, NoSuchCall) or (status < 429 and is_html(outcome.reply.body)):
        return Finding("absent", status, (reason,))
    fields = ", ".join(_named_fields(outcome.reply.body))
    if status == 400 and fields:
        return Finding("differs", status, (f"The call exists, but needs another field: {fields}.", reason))
    return Finding("failed" if status == 429 or status >= 500 else "differs", status, (reason,))


def _named_fields(body: bytes) -> list[str]:
    """The fields that a refusal names in its messages."""
    try:
        rows = text.parse_json(body)["error"]["messages"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return []
    rows = rows if isinstance(rows, list) else []
    named = [row["field"] for row in rows if isinstance(row, dict) and isinstance(row.get("field"), str)]
    return list(dict.fromkeys(names.safe_name(name) for name in named))


# -- the lists before and after --------------------------------------------------------------------------------------


def _listed(client: Client, name: str) -> set[tuple[str, str]]:
    """The rows of a list, each by its id and the field that shows a change."""
    field = _LISTS[name][1]
    rows = client.rows(name)
    if name == "listApps":
        return {(str(row.get("id")), str(row.get(field))) for row in rows}
    return {(str(row.get("id")), "authorized" if row.get(field) else "not authorized") for row in rows}


def _difference(client: Client, name: str, before: set[tuple[str, str]]) -> list[str]:
    """The new and the missing rows of a list, in phrases."""
    what = _LISTS[name][0]
    try:
        now = _listed(client, name)
    except Failure as failure:
        return [f"it is unknown whether there is a new {what} ({failure.what.rstrip('.')})"]
    return [f"the {what} {spelled(one)} ({quoted(state)}) is new" for one, state in sorted(now - before)] + [
        f"the {what} {spelled(one)} ({quoted(state)}) is gone" for one, state in sorted(before - now)
    ]
