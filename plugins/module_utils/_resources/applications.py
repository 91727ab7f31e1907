# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications of a tenant: find, read, plan, report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client, text_or_none
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import is_private_cloud
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import ACCESS_MODES, ADDED, APP
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NotYet
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import in_quotes, seen, spelled
from ansible_collections.imanage.control_center.plugins.module_utils._api.shape import mismatch
from ansible_collections.imanage.control_center.plugins.module_utils._plan.applications import (
    MEMBER_KINDS,
    ApplicationWant,
    as_added,
    is_added,
    leaves_nobody,
    manages_access,
    plan_application,
)
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan
from ansible_collections.imanage.control_center.plugins.module_utils._resources import in_order

_MODE_OF_WIRE = {wire: mode for mode, wire in ACCESS_MODES.items()}

assumptions, is_independent, report_refused = in_order.assumptions, in_order.is_independent, in_order.report_refused


class Want(NamedTuple):
    """The application, by name or by id, and its managed fields."""

    name: str | None
    app_id: str | None
    managed: ApplicationWant


def want_of(parameters: Mapping[str, Any]) -> Want:
    """Return what the options ask for. Raises C(bad_option)."""
    lists = [kind for kind in MEMBER_KINDS if parameters[kind] is not None]
    if lists and parameters["access"] != "custom":
        raise Failure(
            "bad_option",
            f"{' and '.join(lists)} without access: custom. An application that is open to all is open to others too.",
            advice="Give access: custom with the list, or leave the list out.",
        )
    managed = ApplicationWant(
        state=parameters["state"],
        enabled=parameters["enabled"],
        mode=parameters["access"],
        users=parameters["users"],
        groups=parameters["groups"],
        exclusive=parameters["exclusive"],
    )
    return Want(parameters["name"], parameters["app_id"], managed)


def read(client: Client, want: Want) -> dict[str, Any] | None:
    """Read the application and its access list. None if an application that is to be absent does not exist."""
    try:
        application = find(client, want.name, want.app_id)
    except Failure as failure:
        if want.managed.state == "absent" and failure.kind in ("not_provisioned", "not_found"):
            if failure.kind == "not_found" and want.name:
                client.warnings.append(f"{client.where}: nothing to remove. {failure.what}")
            return None
        raise
    if is_added(application) and want.managed.state == "present" and manages_access(want.managed):
        application["access"] = read_access(client, application["id"])
    if leaves_nobody(want.managed, application["access"]):
        name = in_quotes(application["name"])
        client.warnings.append(
            f"{client.where}: access is custom and nobody is in the lists, so nobody can use {name}."
        )
    return application


def plan(want: Want, have: dict[str, Any] | None) -> Plan:
    """Plan the writes."""
    return plan_application(want.managed, have)


def report(client: Client, want: Want, have: dict[str, Any] | None) -> dict[str, Any]:
    """The task's return values."""
    return {"application": have}


def title(want: Want, have: dict[str, Any] | None) -> str:
    """The name in the head of a diff."""
    return have["name"] if have else want.name or want.app_id or ""


def want_to_verify(want: Want, have: dict[str, Any] | None) -> Want:
    """The same want: planning on what is read afterwards needs nothing else."""
    return want


# -- finding and reading, for the token policy and the info module too ----------------------------------------------


def find(client: Client, name: str | None, app_id: str | None) -> dict[str, Any]:
    """Find the application with this name or id, added or in the catalog.

    Raises C(not_found) for an unknown id or a misspelt name, C(not_provisioned) for a name that is in no list, and
    C(ambiguous_name) for a name that several applications have.
    """
    if app_id is not None:
        try:
            return record(client.call("readApp", app_id=app_id)["data"])
        except Failure as failure:
            if failure.kind != "not_found":
                raise
            raise failure.with_facts(what=f"There is no application with the id {in_quotes(app_id)}.") from failure
    matches, others = by_name(client, [name or ""])
    if len(matches) > 1:
        ids = ", ".join(spelled(match["id"]) for match in matches)
        raise Failure("ambiguous_name", f"{len(matches)} applications are named {in_quotes(name)}, with the ids {ids}.")
    if matches:
        return matches[0]
    near = near_miss(name or "", others)
    if near:
        raise Failure(
            "not_found",
            near,
            advice="Names match exactly, upper and lower case included: correct the name and run again.",
        )
    if is_private_cloud(client.connection.url):
        raise Failure(
            "not_provisioned",
            f"{in_quotes(name)} is not among the tenant's applications, and imanage.work has no catalog of them.",
            advice="An administrator uploads the application's packages for the tenant's region there. This "
            "collection serves cloudimanage.com only.",
        )
    raise Failure(
        "not_provisioned",
        f"{in_quotes(name)} is neither among the tenant's applications nor in its catalog of applications.",
    )


def find_added(client: Client, name: str | None, app_id: str | None) -> dict[str, Any]:
    """Find an added application. Raises NotYet while it is only in the catalog."""
    application = find(client, name, app_id)
    if not is_added(application):
        raise NotYet(
            "not_added",
            f"{in_quotes(application['name'])} is in the catalog, but it has not been added.",
            assumed={**as_added(application), "access": None},
            assumptions=[
                f"{in_quotes(application['name'])} is assumed to be added by an earlier task, with the documented "
                "defaults."
            ],
        )
    return application


def checked_row(client: Client, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Check the row of an application that decides something. Raises C(unexpected_reply)."""
    problem = mismatch(row, APP, f"the row of {in_quotes(row['name'])}")
    if problem:
        raise client.unexpected("listApps", {}, f"returns an unusable row: {problem}")
    return row


def by_name(client: Client, names: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the applications with these names, and the other applications.

    It is not published whether the list without a filter includes the catalog. So the catalog is read too if the
    list lacks a name.
    """
    rows = client.rows("listApps")
    if set(names) - {row["name"] for row in rows}:
        known = {text_or_none(row.get("id")) for row in rows} - {None}
        catalog = client.rows("listApps", query={"status": "available"})
        rows += [row for row in catalog if text_or_none(row.get("id")) not in known]
    for row in rows:
        if row["name"] in names:
            checked_row(client, row)
    records = [record(row) for row in rows]
    return [row for row in records if row["name"] in names], [row for row in records if row["name"] not in names]


def record(row: Mapping[str, Any]) -> dict[str, Any]:
    """An application as this collection returns it. It has named fields only, because the reply contains secrets."""
    publisher = row.get("publisher")
    return {
        "id": text_or_none(row.get("id")),
        "name": row["name"],
        "status": text_or_none(row.get("status")),
        "enabled": row.get("status") == ADDED[0],
        "description": text_or_none(row.get("description")),
        "publisher": text_or_none(publisher.get("name")) if isinstance(publisher, dict) else text_or_none(publisher),
        "access": None,
    }


def read_access(client: Client, app_id: str) -> dict[str, Any]:
    """Read who may use an added application."""
    reply = client.call("readAppAccess", app_id=app_id)
    is_list = isinstance(reply["data"], list)
    members = reply["data"] if is_list else reply["data"].get("members")
    security = (reply if is_list else reply["data"])["default_security"]
    if members is None and _MODE_OF_WIRE[security] == "custom":
        raise client.unexpected("readAppAccess", {"app_id": app_id}, "does not list who has access to the application")
    return {
        "mode": _MODE_OF_WIRE[security],
        **{
            field: sorted((row["id"] for row in members or [] if row["type"] == kind), key=str.casefold)
            for field, kind in MEMBER_KINDS.items()
        },
    }


def near_miss(name: str, others: list[dict[str, Any]]) -> str | None:
    """A sentence about names that differ only in case, spaces or invisible characters, or None."""
    near = sorted({row["name"] for row in others if _loose(row["name"]) == _loose(name)})
    return (
        f"No application is named {in_quotes(name)}; there is {' and '.join(in_quotes(one) for one in near)}."
        if near
        else None
    )


def _loose(name: str) -> str:
    return seen(name).casefold()
