# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a tenant answers as the contract says: every reading call, and none that writes.

A list that is paged is asked for a second page too, and a call that is not there where it may be instead. What is
reported of a reply is its status, the names and types of its fields, and the server's own words where it refused;
never a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api import names
from ansible_collections.imanage.control_center.plugins.module_utils._api.client import ROWS_AT_ONCE, Client, Look
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import (
    ADDED,
    API_PREFIX,
    APP,
    EXTENSION,
    OPERATIONS,
    Operation,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall
from ansible_collections.imanage.control_center.plugins.module_utils._api.shape import differences, unknown_fields
from ansible_collections.imanage.control_center.plugins.module_utils._api.text import parsed

# What every onboarding reads, besides signing in.
NEEDED = (
    "requestToken",
    "discover",
    "listApps",
    "readTokenPolicy",
    "listLibraries",
    "listLibraryAuthorizations",
)
# What every first onboarding writes. Only a probe finds something out about these.
_WRITTEN = ("updateApp", "writeTokenPolicy", "authorizeLibrary")
# What stops an onboarding. A call that is not allowed now may be once the account has its privileges.
_OBSTACLES = ("differs", "absent", "failed")
# Nobody answered at all, or as somebody else: there is no tenant to say anything about.
_HOPELESS = ("bad_option", "sign_in", "wrong_tenant", "unreachable", "tls", "rate_limited")
_NO_SUCH_CALL = (404, 410)
_NOT_ALLOWED = (401, 403)
# A token policy that was never set has no form to look at, so several applications are asked about.
_MOST_APPLICATIONS = 5
# Tracker's applications are used, so their rows have to be whole.
_OURS = "imanage tracker"
_ROW = re.compile(r"\[\d+\]")


class Finding(NamedTuple):
    """What is known of one call now; the value that it gave, for those that need an id of it; what a probe sends."""

    verdict: str
    status: int | None = None
    details: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()
    value: Any = None
    probe: str | None = None


def looked(client: Client) -> dict[str, Finding]:
    """Make every reading call; one that fails stops none of the others. Raises Failure of signing in."""
    found: dict[str, Finding] = {"discover": _who(client)}
    for name, operation in client.connection.operations.items():
        if name not in found:
            found[name] = _found(client, operation, found)
    return found


def result_of(client: Client, found: Mapping[str, Finding]) -> dict[str, Any]:
    """What was found, as the task returns it."""
    known = found["discover"].verdict == "as_contract" or client.connection.customer_id is not None
    return {
        "customer_id": client.customer_id if known else None,
        "url": client.connection.url,
        "operations": [_row(operation, found[name]) for name, operation in client.connection.operations.items()],
        "obstacles": [name for name in (*NEEDED, *_WRITTEN) if found[name].verdict in _OBSTACLES],
    }


def _row(operation: Operation, finding: Finding) -> dict[str, Any]:
    return {
        "operation": operation.id,
        "does": operation.does,
        "method": operation.method,
        "path": operation.path,
        "evidence": operation.evidence,
        "needed": operation.id in NEEDED,
        "verdict": finding.verdict,
        "status": finding.status,
        "details": list(finding.details),
        "unknown_fields": list(finding.unknown_fields),
        "probe": finding.probe,
    }


def _who(client: Client) -> Finding:
    """Ask who is signed in. Raises Failure where that is nobody, or somebody of another tenant."""
    finding, look = _looked(client, client.connection.operations["discover"], {})
    if look.failure is not None and look.failure.kind in _HOPELESS:
        raise look.failure
    if finding.verdict != "as_contract":
        return finding
    try:
        client.identified(finding.value["data"])
    except Failure as failure:
        if failure.kind in _HOPELESS:
            raise
        return finding._replace(verdict="differs", details=(failure.what,))
    return finding


def _found(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    if operation.writes:
        return Finding("not_tried", details=("It writes, so only an onboarding or a probe makes it.",))
    if operation.id == "requestToken":
        if client.signed_in:
            return Finding("as_contract", 200)
        return Finding("not_tried", details=("An access token was given, so nobody signed in.",))
    if operation.id == "revokeToken":
        return Finding("not_tried", details=("The task makes it at its end, and warns where it fails.",))
    if found["discover"].verdict != "as_contract" and not _does_without(client):
        return Finding("not_tried", details=("discover did not say which tenant this is. Give its customer_id.",))
    special = _SPECIAL.get(operation.id)
    return special(client, operation, found) if special else _looked(client, operation, {})[0]


def _does_without(client: Client) -> bool:
    """Go on without what discovery says: the option says which tenant, and the contract where its API is."""
    if client.connection.customer_id is None:
        return False
    client.connection = client.connection._replace(api_url=client.connection.url + API_PREFIX)
    return True


# -- calls about one of a list --------------------------------------------------------------------------------------


def _any_application(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    return _about_the_first(client, operation, "app_id", _applications(found), "listApps gave no application")


def _added_application(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    return _about_the_first(client, operation, "app_id", _added(found), "listApps gave no application that is added")


def _role(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    # The order of the contract: roles are listed before their members are.
    return _about_the_first(client, operation, "role_id", _rows(found["listRoles"]), "listRoles gave no role")


def _about_the_first(
    client: Client, operation: Operation, name: str, rows: Iterable[Mapping[str, Any]], otherwise: str
) -> Finding:
    row = next(iter(rows), None)
    if row is None:
        return Finding("not_tried", details=(f"{otherwise} to ask about.",))
    return _looked(client, operation, {name: row["id"]})[0]


def _policy(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    finding = Finding("not_tried", details=("listApps gave no application to ask about.",))
    # Of one that is only in the catalog, the call says at least that it is there.
    for row in (_added(found) or _applications(found))[:_MOST_APPLICATIONS]:
        finding, look = _looked(client, operation, {"app_id": row["id"]})
        if not _is_nothing_there(look):
            return finding
    if finding.status == 404:
        return finding._replace(
            verdict="not_tried",
            details=(
                "Control Center says in its own form that no token policy was ever set, so how one looks was not seen. "
                "Verify again once an application has one.",
            ),
        )
    return finding


def _is_nothing_there(look: Look) -> bool:
    """Whether Control Center says in its own form that there is no such thing. The call is there then."""
    return look.reply is not None and look.reply.status == 404 and not isinstance(look.failure, NoSuchCall)


def _page(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    finding = _looked(client, operation, {})[0]
    is_there = any(row.get("name") == EXTENSION and row.get("status") == ADDED[0] for row in _applications(found))
    if finding.status == 404 and not is_there:
        return finding._replace(
            verdict="not_tried",
            details=(
                f"The page is there only while {EXTENSION} is added and enabled, so 404 says nothing of this call. "
                "Verify again once it is.",
            ),
        )
    return finding


_SPECIAL: dict[str, Callable[[Client, Operation, Mapping[str, Finding]], Finding]] = {
    "readApp": _any_application,
    "readAppAccess": _added_application,
    "readTokenPolicy": _policy,
    "listRoleMembers": _role,
    "listLibraryAuthorizations": _page,
}


def _applications(found: Mapping[str, Finding]) -> list[dict[str, Any]]:
    return _rows(found["listApps"])


def _added(found: Mapping[str, Finding]) -> list[dict[str, Any]]:
    """The applications that are added, Tracker's before others: they are those that an onboarding asks about."""
    rows = [row for row in _applications(found) if row.get("status") in ADDED]
    return sorted(rows, key=lambda row: row.get("name") != EXTENSION)


def _rows(finding: Finding) -> list[dict[str, Any]]:
    """The rows of a list that can be asked about, also where the list is not quite as the contract says."""
    data = finding.value.get("data") if isinstance(finding.value, dict) else None
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    return [row for row in rows if isinstance(row.get("id"), str) and row["id"] not in ("", ".", "..")]


# -- one call ---------------------------------------------------------------------------------------------------------


def _looked(client: Client, operation: Operation, ids: Mapping[str, str]) -> tuple[Finding, Look]:
    look = client.look(operation.id, ids)
    finding = _finding(operation, look)
    if isinstance(look.failure, NoSuchCall):
        finding = _elsewhere(client, operation, ids, finding)
    elif operation.paged and finding.verdict == "as_contract" and finding.value["data"]:
        finding = _and_the_next_page(client, operation, ids, finding)
    return finding, look


def _elsewhere(client: Client, operation: Operation, ids: Mapping[str, str], finding: Finding) -> Finding:
    """The finding of a call that is not there, with what to set where it is answered at another path."""
    given = client.connection
    for path in operation.candidates:
        if path == operation.path:
            continue
        there = operation._replace(path=path)
        client.connection = given._replace(operations={**given.operations, operation.id: there})
        try:
            look = client.look(operation.id, ids)
        finally:
            client.connection = given
        if _finding(there, look).verdict == "as_contract" or _is_nothing_there(look):
            paths = {one.id: one.path for one in given.operations.values() if one.path != OPERATIONS[one.id].path}
            paths.update({one.id: path for one in given.operations.values() if path in one.candidates})
            setting = f"imanage_api_paths: {json.dumps(paths)}"
            details = (*finding.details, "Another path is answered as the contract says. Set it:", setting)
            return finding._replace(details=details)
    return finding


def _and_the_next_page(client: Client, operation: Operation, ids: Mapping[str, str], first: Finding) -> Finding:
    """The finding of a list with what its second page says, by the rules by which all of it is read."""
    rows, total = first.value["data"], first.value.get("total_count")
    has_total = isinstance(total, int) and not isinstance(total, bool)
    look = client.look(operation.id, ids, offset=len(rows))
    second = _finding(operation, look)
    if second.verdict != "as_contract":
        if has_total and total <= len(rows):
            # The first page has all rows by its own count, so nobody asks for another.
            return first
        details = tuple(f"Of the second page: {detail}" for detail in second.details)
        return second._replace(details=details, value=first.value)
    known = [row.get("id", row) for row in rows]
    repeated = second.value["data"]
    if any(row.get("id", row) not in known for row in repeated):
        try:
            # Where there is more than one page, all of them are read, as an onboarding does.
            return first._replace(value={"data": client.rows(operation.id, query=None, **ids)})
        except Failure as failure:
            return first._replace(verdict="differs", details=(failure.reason(),))
    if repeated and ((has_total and total > len(rows)) or len(repeated) >= ROWS_AT_ONCE):
        return first._replace(verdict="differs", details=("The second page repeats the rows of the first.",))
    if has_total and total > len(rows):
        details = (f"total_count announces {total} rows, and there are {len(rows)}.",)
        return first._replace(verdict="differs", details=details)
    return first


def _finding(operation: Operation, look: Look) -> Finding:
    """What a reply, or that there was none, says of a call."""
    reasons = (look.failure.reason(),) if look.failure else ()
    if look.reply is None:
        return Finding("failed", details=reasons)
    status = look.reply.status
    if isinstance(look.failure, NoSuchCall):
        return Finding("absent", status, reasons)
    if not operation.accepts(status):
        return Finding(_verdict_of(status), status, reasons)
    try:
        value = parsed(look.reply.body)
    except (ValueError, RecursionError):
        return Finding("differs", status, (look.failure.what if look.failure else "",))
    shape = {"data": [APP]} if operation.id == "listApps" else operation.reply
    unknown = sorted({names.shown_place(way) for way in unknown_fields(value, shape)})
    found = dict.fromkeys(_sentence(one) for one in (*differences(value, operation.reply), *_of_ours(operation, value)))
    if found:
        return Finding("differs", status, tuple(found), tuple(unknown), value)
    empty = operation.lists and not value["data"]
    unseen = ("The list is empty, so what its rows look like was not seen.",) if empty else ()
    return Finding("as_contract", status, unseen, tuple(unknown), value)


def _of_ours(operation: Operation, value: Any) -> Iterator[str]:
    """How the rows of Tracker's applications differ from what is used of them."""
    if operation.id == "listApps" and isinstance(value, dict) and isinstance(value.get("data"), list):
        for row in value["data"]:
            if isinstance(row, dict) and str(row.get("name")).casefold().startswith(_OURS):
                yield from differences(row, APP, "the reply.data[]")


def _verdict_of(status: int) -> str:
    if status in _NO_SUCH_CALL:
        return "absent"
    if status in _NOT_ALLOWED:
        return "not_allowed"
    return "failed" if status == 429 or status >= 500 else "differs"


def _sentence(difference: str) -> str:
    """A difference of a row as one of all rows, as a sentence."""
    text = _ROW.sub("[]", difference)
    return f"{text[0].upper()}{text[1:]}."
