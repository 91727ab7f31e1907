# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a tenant knows the calls that write: each assumed one is asked once about an object that does not exist.

Every probe has an object of its own, so that none takes back what another left. Applications and authorizations are
listed before and after. The token policy is left alone, but for one application that the user names: what was read of
it is written back.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api import contract_check, names, text
from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client, Look
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import (
    ACCESS_MODES,
    ADDED,
    Operation,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract_check import Finding
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall, quoted
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._api.replies import is_page

# The list in which an object that a probe made would be, and what is sent: the body that an onboarding would send.
_PROBES: dict[str, tuple[str, dict[str, Any] | None]] = {
    "updateApp": ("listApps", {"status": ADDED[0]}),
    "removeApp": ("listApps", None),
    "updateAppAccess": ("listApps", {"default_security": ACCESS_MODES["custom"]}),
    "authorizeLibrary": ("listLibraryAuthorizations", {"email": ""}),
    "unauthorizeLibrary": ("listLibraryAuthorizations", None),
}
# What a row is called, by which of its fields it is another one, and which id stands in the path.
_LISTS = {
    "listApps": ("application", "status", "app_id"),
    "listLibraryAuthorizations": ("library", "authorized_by", "library_id"),
}
_POLICY = "writeTokenPolicy"
_WITHOUT_NAME = "Name an added application as probe_application, and its own token policy is written back as it is."


class _Request(NamedTuple):
    """What a probe sends, or why it sends nothing. C(listed): where an object that it made would be."""

    ids: dict[str, str] = {}
    body: Any = None
    listed: str | None = None
    otherwise: str | None = None

    def shown(self, client: Client, name: str) -> str:
        """Method, path and body."""
        body = "without a body" if self.body is None else json.dumps(self.body)
        return f"{client.connection.operations[name].method} {client.path(name, self.ids)} {body}"


def preview(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Make every reading call, and say what a probe would send. Sends nothing that writes."""
    found, requests = _prepared(client, parameters, {"app_id": "A-NEW-UUID", "library_id": "NO-SUCH-LIBRARY-XXXXXXXX"})
    for name, request in requests.items():
        why = request.otherwise or "A probe would send this."
        shown = None if request.otherwise else request.shown(client, name)
        found[name] = Finding("not_tried", details=(why,), probe=shown)
    return contract_check.result_of(client, found)


def done(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Make every reading call, and with C(probe) those that write. Raises Failure where the tenant is another then."""
    found, requests = _prepared(client, parameters)
    sent = {name: request for name, request in requests.items() if not request.otherwise}
    before = {name: _listed(client, name) for name in _LISTS if any(one.listed == name for one in sent.values())}
    trouble = []
    for name, request in requests.items():
        operation = client.connection.operations[name]
        if request.otherwise:
            found[name] = Finding("not_tried", details=(request.otherwise,))
            continue
        look = client.look(name, request.ids, body=request.body)
        if name == _POLICY:
            finding, changed = _of_policy(client, operation, look, request)
            trouble += changed
        else:
            finding = _of_nothing(client, operation, look)
        found[name] = finding._replace(probe=request.shown(client, name))
    for name, rows in before.items():
        trouble += _difference(client, name, rows)
    if trouble:
        raise Failure(
            "unexpected_reply",
            f"The probe was to change nothing, and after it {' and '.join(trouble)}: put that right in Control Center, "
            "and do not onboard this tenant with these calls.",
            advice="",
            result=contract_check.result_of(client, found),
        )
    return contract_check.result_of(client, found)


# -- before anything is sent -----------------------------------------------------------------------------------------


def _prepared(
    client: Client, parameters: Mapping[str, Any], shown: Mapping[str, str] | None = None
) -> tuple[dict[str, Finding], dict[str, _Request]]:
    """What the reading calls say, and what each probe sends, with the ids C(shown) or with new ones."""
    if not parameters["probe"]:
        if parameters["probe_application"]:
            raise Failure("bad_option", "probe_application is given without probe.", advice="Set probe to true too.")
        return contract_check.looked(client), {}
    found = contract_check.looked(client)
    if found["discover"].verdict != "as_contract":
        why = _Request(otherwise="It was not sent, because discover did not say for sure which tenant this is.")
        return found, dict.fromkeys((*_PROBES, _POLICY), why)
    requests = {name: _about_nothing(client, name, shown) for name in _PROBES}
    requests[_POLICY] = _policy_as_it_is(client, parameters["probe_application"])
    return found, requests


def _about_nothing(client: Client, name: str, shown: Mapping[str, str] | None) -> _Request:
    listed, body = _PROBES[name]
    try:
        client.rows(listed)
    except Failure as failure:
        return _Request(otherwise=f"It was not sent, because its list cannot be compared afterwards. {failure.what}")
    kind = _LISTS[listed][2]
    identity = shown[kind] if shown else str(uuid.uuid4()) if kind == "app_id" else _no_library()
    if name == "authorizeLibrary":
        email = client.identity.email or client.identity.user
        if "@" not in email:
            return _Request(otherwise="It was not sent, because Control Center shows no e-mail of the signed-in user.")
        body = {"email": email}
    return _Request({kind: identity}, body, listed)


def _no_library() -> str:
    return f"NO-SUCH-LIBRARY-{secrets.token_hex(4).upper()}"


def _policy_as_it_is(client: Client, name: str | None) -> _Request:
    """The token policy of the application that is named, just as it was read. Raises C(bad_option)."""
    if not name:
        return _Request(otherwise=_WITHOUT_NAME)
    added = [row for row in client.rows("listApps") if row.get("status") in ADDED and row["name"] == name]
    if len(added) != 1 or not isinstance(added[0].get("id"), str):
        raise Failure(
            "bad_option",
            f"probe_application is {name!r}, and {len(added)} added applications have that name.",
            advice="Give the name of one, as Control Center shows it.",
        )
    look = client.look("readTokenPolicy", {"app_id": added[0]["id"]})
    if look.failure is not None:
        return _Request(otherwise=f"It was not sent, because there is no policy to write back. {look.failure.what}")
    return _Request({"app_id": added[0]["id"]}, {"type": "value", **_data(look)})


def _data(look: Look) -> dict[str, Any]:
    """What a checked reply is about."""
    assert look.reply is not None
    data: dict[str, Any] = text.parsed(look.reply.body)["data"]
    return data


# -- what the answers say --------------------------------------------------------------------------------------------


def _of_nothing(client: Client, operation: Operation, look: Look) -> Finding:
    """What the answer to a write about an object that does not exist says of the call."""
    if look.reply is not None and look.failure is None and is_page(look.reply.body):
        return Finding("absent", look.reply.status, ("A page of HTML came back, so no call is there.",))
    if look.failure is None:
        assert look.reply is not None
        client.warnings.append(f"{client.where}: {operation.id} accepted a write about an object that does not exist.")
        words = "It ACCEPTED A WRITE about an object that does not exist. Do not onboard this tenant with it."
        return Finding("differs", look.reply.status, (words,))
    if look.reply is not None and look.reply.status == 404 and not isinstance(look.failure, NoSuchCall):
        words = "Control Center says in its own form that there is no such object, so the call is there."
        return Finding("as_contract", 404, (words,))
    return _refused(operation, look, look.failure)


def _of_policy(client: Client, operation: Operation, look: Look, request: _Request) -> tuple[Finding, list[str]]:
    """What the answer to a policy that was written back says, and whether the policy is another one now."""
    again = client.look("readTokenPolicy", request.ids)
    if again.failure is not None:
        changed = [f"the token policy that was written back cannot be read ({again.failure.what.rstrip('.')})"]
    else:
        changed = (
            []
            if _data(again)["value"] == request.body["value"]
            else ["the token policy that was written back is another one"]
        )
    if look.failure is not None:
        return _refused(operation, look, look.failure), changed
    assert look.reply is not None
    if changed:
        return Finding("differs", look.reply.status, ("What is read back is not what was written.",)), changed
    return Finding("as_contract", look.reply.status, ("What was read was written back, and reads the same.",)), []


def _refused(operation: Operation, look: Look, failure: Failure) -> Finding:
    """What a refusal, or no answer, says of a call."""
    reason = failure.reason()
    if look.reply is None:
        return Finding("failed", details=(reason,))
    status = look.reply.status
    if status == 405:
        allowed = look.reply.headers.get("Allow")
        verbs = f"The path is there, and wants another method: {quoted(allowed)}." if allowed else reason
        return Finding("differs", status, (verbs,))
    if status in (401, 403):
        return Finding("not_allowed", status, (reason, "A privilege is missing, or the scope of the token."))
    if isinstance(failure, NoSuchCall) or (status < 429 and is_page(look.reply.body)):
        return Finding("absent", status, (reason,))
    fields = ", ".join(_wanted_fields(look.reply.body))
    if status == 400 and fields:
        return Finding("differs", status, (f"The call is there, and wants another field: {fields}.", reason))
    return Finding("failed" if status == 429 or status >= 500 else "differs", status, (reason,))


def _wanted_fields(body: bytes) -> list[str]:
    """The fields that the messages of a refusal name."""
    try:
        rows = text.parsed(body)["error"]["messages"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return []
    rows = rows if isinstance(rows, list) else []
    named = [row["field"] for row in rows if isinstance(row, dict) and isinstance(row.get("field"), str)]
    return list(dict.fromkeys(names.shown(name) for name in named))


# -- the lists before and after --------------------------------------------------------------------------------------


def _listed(client: Client, name: str) -> set[tuple[str, str]]:
    """The rows of a list by what tells one from another."""
    field = _LISTS[name][1]
    rows = client.rows(name)
    if name == "listApps":
        return {(str(row.get("id")), str(row.get(field))) for row in rows}
    return {(str(row.get("id")), "authorized" if row.get(field) else "not authorized") for row in rows}


def _difference(client: Client, name: str, before: set[tuple[str, str]]) -> list[str]:
    """What is new in a list, and what is gone from it, in words."""
    what = _LISTS[name][0]
    try:
        now = _listed(client, name)
    except Failure as failure:
        return [f"nobody can say whether there is a new {what} ({failure.what.rstrip('.')})"]
    return [f"the {what} {spelled(one)} ({quoted(state)}) is new" for one, state in sorted(now - before)] + [
        f"the {what} {spelled(one)} ({quoted(state)}) is gone" for one, state in sorted(before - now)
    ]
