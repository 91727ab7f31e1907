# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether a tenant answers as the contract says. Makes every reading call, and no call that writes.

It also reads the second page of a paged list, and tries the other known paths of a missing call. The report has the
status of a reply, the names and types of its fields, and the server's words for a refusal, but no values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api import names
from ansible_collections.imanage.control_center.plugins.module_utils._api.client import ROWS_AT_ONCE, Client, Outcome
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import (
    ADDED,
    API_PREFIX,
    APP,
    CONFIGURATION,
    OPERATIONS,
    Operation,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall
from ansible_collections.imanage.control_center.plugins.module_utils._api.shape import differences, unknown_fields
from ansible_collections.imanage.control_center.plugins.module_utils._api.text import parse_json

# The calls that every onboarding makes to sign in and read.
NEEDED = (
    "requestToken",
    "discover",
    "listApps",
    "readTokenPolicy",
    "listLibraries",
    "listLibraryAuthorizations",
)
# The calls that every first onboarding makes to write. Only a probe can check these.
_WRITTEN = ("updateApp", "writeTokenPolicy", "authorizeLibrary")
# The verdicts that stop an onboarding. A call that is not allowed may be allowed with other privileges.
_OBSTACLES = ("differs", "absent", "failed")
# No reply, or a reply of another tenant: nothing can be checked.
_HOPELESS = ("bad_option", "sign_in", "wrong_tenant", "unreachable", "tls", "rate_limited")
_NO_SUCH_CALL = (404, 410)
_NOT_ALLOWED = (401, 403)
# A token policy that was never set shows no fields, so several applications are tried.
_MOST_APPLICATIONS = 5
# The rows of Tracker's applications are used, so they have to be complete.
_OURS = "imanage tracker"
_ROW = re.compile(r"\[\d+\]")


class Finding(NamedTuple):
    """The finding for one call. C(value): the reply, for calls that need an id of it. C(probe): what a probe sends."""

    verdict: str
    status: int | None = None
    details: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()
    value: Any = None
    probe: str | None = None


def read_all(client: Client) -> dict[str, Finding]:
    """Make every reading call. A failed call does not stop the others. Raises Failure only for signing in."""
    found: dict[str, Finding] = {"discover": _discover(client)}
    for name, operation in client.connection.operations.items():
        if name not in found:
            found[name] = _found(client, operation, found)
    return found


def result_of(client: Client, found: Mapping[str, Finding]) -> dict[str, Any]:
    """The findings as the task returns them."""
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


def _discover(client: Client) -> Finding:
    """Read who is signed in. Raises Failure if nobody is, or if the user belongs to another tenant."""
    finding, outcome = _attempt(client, client.connection.operations["discover"], {})
    if outcome.failure is not None and outcome.failure.kind in _HOPELESS:
        raise outcome.failure
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
        return Finding("not_tried", details=("An access token was given, so no sign-in was needed.",))
    if operation.id == "revokeToken":
        return Finding("not_tried", details=("The task makes it at its end, and warns if it fails.",))
    if found["discover"].verdict != "as_contract" and not _can_go_without_discovery(client):
        return Finding("not_tried", details=("discover did not show which tenant this is. Give its customer_id.",))
    special = _SPECIAL.get(operation.id)
    return special(client, operation, found) if special else _attempt(client, operation, {})[0]


def _can_go_without_discovery(client: Client) -> bool:
    """Take the tenant from customer_id and the address of its API from the contract. False without customer_id."""
    if client.connection.customer_id is None:
        return False
    client.connection = client.connection._replace(api_url=client.connection.url + API_PREFIX)
    return True


# -- calls about one of a list --------------------------------------------------------------------------------------


def _any_application(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    return _about_the_first(client, operation, "app_id", _applications(found), "listApps returned no application")


def _added_application(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    return _about_the_first(
        client, operation, "app_id", _added(found), "listApps returned no application that is added"
    )


def _role(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    # In the order of the contract, roles are listed before their members.
    return _about_the_first(client, operation, "role_id", _rows(found["listRoles"]), "listRoles returned no role")


def _about_the_first(
    client: Client, operation: Operation, name: str, rows: Iterable[Mapping[str, Any]], missing: str
) -> Finding:
    row = next(iter(rows), None)
    if row is None:
        return Finding("not_tried", details=(f"{missing} to use.",))
    return _attempt(client, operation, {name: row["id"]})[0]


def _policy(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    finding = Finding("not_tried", details=("listApps returned no application to use.",))
    # For an application of the catalog, the reply shows at least that the call exists.
    for row in (_added(found) or _applications(found))[:_MOST_APPLICATIONS]:
        finding, outcome = _attempt(client, operation, {"app_id": row["id"]})
        if not _is_missing_object(outcome):
            return finding
    if finding.status == 404:
        return finding._replace(
            verdict="not_tried",
            details=(
                "Control Center says in its own form that no token policy was ever set, so no policy could be checked. "
                "Verify again once an application has one.",
            ),
        )
    return finding


def _is_missing_object(outcome: Outcome) -> bool:
    """Whether Control Center says in its own form that the object does not exist. Then the call exists."""
    return outcome.reply is not None and outcome.reply.status == 404 and not isinstance(outcome.failure, NoSuchCall)


def _page(client: Client, operation: Operation, found: Mapping[str, Finding]) -> Finding:
    finding = _attempt(client, operation, {})[0]
    is_there = any(row.get("name") == CONFIGURATION and row.get("status") == ADDED[0] for row in _applications(found))
    if finding.status == 404 and not is_there:
        return finding._replace(
            verdict="not_tried",
            details=(
                f"The page exists only while {CONFIGURATION} is added and enabled, so 404 does not show whether the "
                "call exists. Verify again once it is enabled.",
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
    """The added applications. The configuration application is first, because an onboarding reads its policy."""
    rows = [row for row in _applications(found) if row.get("status") in ADDED]
    return sorted(rows, key=lambda row: row.get("name") != CONFIGURATION)


def _rows(finding: Finding) -> list[dict[str, Any]]:
    """The rows of a list that have a usable id, also if the list differs from the contract."""
    data = finding.value.get("data") if isinstance(finding.value, dict) else None
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    return [row for row in rows if isinstance(row.get("id"), str) and row["id"] not in ("", ".", "..")]


# -- one call ---------------------------------------------------------------------------------------------------------


def _attempt(client: Client, operation: Operation, ids: Mapping[str, str]) -> tuple[Finding, Outcome]:
    outcome = client.attempt(operation.id, ids)
    finding = _finding(operation, outcome)
    if isinstance(outcome.failure, NoSuchCall):
        finding = _try_other_paths(client, operation, ids, finding)
    elif operation.paged and finding.verdict == "as_contract" and finding.value["data"]:
        finding = _check_second_page(client, operation, ids, finding)
    return finding, outcome


def _try_other_paths(client: Client, operation: Operation, ids: Mapping[str, str], finding: Finding) -> Finding:
    """The finding of a missing call, with the setting to use if another path answers."""
    given = client.connection
    for path in operation.candidates:
        if path == operation.path:
            continue
        there = operation._replace(path=path)
        client.connection = given._replace(operations={**given.operations, operation.id: there})
        try:
            outcome = client.attempt(operation.id, ids)
        finally:
            client.connection = given
        if _finding(there, outcome).verdict == "as_contract" or _is_missing_object(outcome):
            paths = {one.id: one.path for one in given.operations.values() if one.path != OPERATIONS[one.id].path}
            paths.update({one.id: path for one in given.operations.values() if path in one.candidates})
            setting = f"imanage_api_paths: {json.dumps(paths)}"
            details = (*finding.details, "Another path answers as the contract says. Set it:", setting)
            return finding._replace(details=details)
    return finding


def _check_second_page(client: Client, operation: Operation, ids: Mapping[str, str], first: Finding) -> Finding:
    """The finding of a paged list after a check of its second page."""
    rows, total = first.value["data"], first.value.get("total_count")
    has_total = isinstance(total, int) and not isinstance(total, bool)
    outcome = client.attempt(operation.id, ids, offset=len(rows))
    second = _finding(operation, outcome)
    if second.verdict != "as_contract":
        if has_total and total <= len(rows):
            # The first page has all rows, so an onboarding reads no second page.
            return first
        details = tuple(f"On the second page: {detail}" for detail in second.details)
        return second._replace(details=details, value=first.value)
    known = [row.get("id", row) for row in rows]
    repeated = second.value["data"]
    if any(row.get("id", row) not in known for row in repeated):
        try:
            # If there are several pages, read all of them, as an onboarding does.
            return first._replace(value={"data": client.rows(operation.id, query=None, **ids)})
        except Failure as failure:
            return first._replace(verdict="differs", details=(failure.reason(),))
    if repeated and ((has_total and total > len(rows)) or len(repeated) >= ROWS_AT_ONCE):
        return first._replace(verdict="differs", details=("The second page repeats the rows of the first.",))
    if has_total and total > len(rows):
        details = (f"total_count announces {total} rows, but there are {len(rows)}.",)
        return first._replace(verdict="differs", details=details)
    return first


def _finding(operation: Operation, outcome: Outcome) -> Finding:
    """The finding for the outcome of one call."""
    reasons = (outcome.failure.reason(),) if outcome.failure else ()
    if outcome.reply is None:
        return Finding("failed", details=reasons)
    status = outcome.reply.status
    if isinstance(outcome.failure, NoSuchCall):
        return Finding("absent", status, reasons)
    if not operation.accepts(status):
        return Finding(_verdict_of(status), status, reasons)
    try:
        value = parse_json(outcome.reply.body)
    except (ValueError, RecursionError):
        return Finding("differs", status, (outcome.failure.what if outcome.failure else "",))
    shape = {"data": [APP]} if operation.id == "listApps" else operation.reply
    unknown = sorted({names.safe_path(way) for way in unknown_fields(value, shape)})
    found = dict.fromkeys(
        _sentence(one) for one in (*differences(value, operation.reply), *_tracker_differences(operation, value))
    )
    if found:
        return Finding("differs", status, tuple(found), tuple(unknown), value)
    empty = operation.lists and not value["data"]
    unseen = ("The list is empty, so its rows could not be checked.",) if empty else ()
    return Finding("as_contract", status, unseen, tuple(unknown), value)


def _tracker_differences(operation: Operation, value: Any) -> Iterator[str]:
    """Yield how the rows of Tracker's applications differ from the fields that are used."""
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
    """Turn a difference of one row into a sentence about the rows."""
    text = _ROW.sub("[]", difference)
    return f"{text[0].upper()}{text[1:]}."
