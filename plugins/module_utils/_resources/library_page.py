# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the page "Tracker background service authorization": its rows, their ends, and the unlisted libraries."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client, text_or_none
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import (
    CONFIGURATION,
    POLICY,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import seen, spelled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.authorizations import (
    AuthorizationWant,
    format_time,
    is_authorized,
    managed_rows,
    parse_time,
)
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import caseless, without
from ansible_collections.imanage.control_center.plugins.module_utils._resources.applications import checked_row
from ansible_collections.imanage.control_center.plugins.module_utils._resources.token_policy import read_policy

PAGE = "Tracker background service authorization"
# The fields of a library, without its id.
FIELDS = ("authorized", "authorized_by", "authorized_by_email", "authorized_at", "expires_at", "expires_from")


def result(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows of the given libraries, or all, and the tenant's libraries that the page does not list."""
    libraries = checked_libraries(parameters["libraries"])
    try:
        records = [record(client, row, {}) for row in page_rows(client)]
    except Failure as failure:
        if failure.kind == "not_found" or isinstance(failure, NoSuchCall):
            raise missing_page(failure) from failure
        raise
    unlisted = unlisted_libraries(client, records)
    listed = [row["id"] for row in records]
    check_listed(libraries, [*listed, *(unlisted or [])])
    if refused := without(libraries or [], listed):
        raise not_administered(refused)
    return {"libraries": managed_rows(AuthorizationWant(libraries=libraries), records), "unlisted": unlisted}


def unlisted_libraries(client: Client, records: list[dict[str, Any]]) -> list[str] | None:
    """The tenant's libraries that the page does not list; None, with a warning, if the user may not read them."""
    try:
        every = [row["id"] for row in client.rows("listLibraries")]
    except Failure as failure:
        if failure.kind != "permission":
            raise
        client.warnings.append(f"{client.where}: unlisted libraries are unknown. {failure.reason()}")
        return None
    return without(every, [row["id"] for row in records])


def check_listed(asked: list[str] | None, every: list[str]) -> None:
    """Raise C(not_found) if the tenant does not have a named library."""
    if unknown := without(asked or [], every):
        near = [one for one in every if seen(one).casefold() in [seen(name).casefold() for name in unknown]]
        raise Failure(
            "not_found",
            f"This tenant does not list the {library_list(unknown)} for the signed-in user.",
            advice=f"It lists the {library_list(near)}: correct the name. Spaces and invisible characters count."
            if near
            else "Check the names; a library is listed only for its NRTADMINs.",
        )


def not_administered(libraries: list[str]) -> Failure:
    """The failure for libraries of the tenant that the page does not list for the signed-in user."""
    return Failure(
        "permission",
        f"The signed-in user is not an NRTADMIN of the {library_list(libraries)}.",
        advice="Make the user a member of NRTADMIN there (this can take up to 8 hours to take effect), or sign in as "
        "a member.",
    )


def missing_page(failure: Failure) -> Failure:
    """Turn the failure of a call into one that explains the missing page."""
    return failure.with_facts(
        kind="not_added",
        what=f"Control Center has no page {PAGE}; it exists while {CONFIGURATION!r} is added and enabled.",
        advice="Add and enable that application. If it is enabled, set api_paths to where this tenant serves the page.",
    )


def read_configuration_application(client: Client) -> Mapping[str, Any] | None:
    """Read the configuration application by its usual name; None if that is not possible."""
    try:
        rows = client.rows("listApps")
    except Failure as failure:
        if failure.kind != "permission":
            raise
        return None
    found = next((row for row in rows if row["name"] == CONFIGURATION), None)
    return checked_row(client, found) if found else None


def allows_refresh(client: Client) -> bool | None:
    """Whether refresh tokens are allowed for the configuration application; None if that cannot be known."""
    configuration = read_configuration_application(client)
    return bool(read_policy(client, configuration["id"])[0]["allow_refresh_token"]) if configuration else None


def checked_libraries(libraries: list[str] | None) -> list[str] | None:
    """Return the given libraries, each once. Raises C(bad_option) for an empty list."""
    if libraries is not None and not libraries:
        raise Failure(
            "bad_option", "libraries is an empty list.", advice="Leave it out for every library, or name at least one."
        )
    return None if libraries is None else without(libraries, [])


def page_rows(client: Client) -> list[dict[str, Any]]:
    """Read the rows of the page. Raises C(unexpected_reply) if they show who authorized in an unknown field."""
    rows = client.rows("listLibraryAuthorizations")
    if any(set(row) - {"id"} for row in rows) and not any("authorized_by" in row for row in rows):
        raise client.unexpected("listLibraryAuthorizations", {}, "has no authorized_by in any row")
    return rows


def record(
    client: Client, row: Mapping[str, Any], stated: Mapping[str, str], known_days: int | None = None
) -> dict[str, Any]:
    """A row of the page as this collection returns it. If the page shows no end, the end is reckoned or unknown.

    C(known_days) is the expiry of refresh tokens before this run or as planned, if it is known.
    """
    by = row.get("authorized_by")
    who = by and (text_or_none(by.get("id")) or text_or_none(by.get("name")))
    if by is not None and not who:
        raise client.unexpected(
            "listLibraryAuthorizations", {}, f"does not show who authorized the {library_list([row['id']])}"
        )
    plain = {
        "id": row["id"],
        "authorized": by is not None,
        "authorized_by": who,
        "authorized_by_email": by and text_or_none(by.get("email")),
        "authorized_at": text_or_none(row.get("authorized_at")) or None,
        "expires_at": row.get("expires_at") or None,
        "expires_from": None,
    }
    if plain["expires_at"] is not None:
        parse_time(plain["expires_at"])
    if by is None:
        return plain
    if plain["expires_at"] is not None:
        plain["expires_from"] = "tenant"
    else:
        written = client.accepted.get(("authorizeLibrary", row["id"]))
        since = plain["authorized_at"] or (written and format_time(written)) or stated.get(caseless(row["id"]))
        # This run changed the policy before it authorized.
        plain.update(reckon_end(client, since, None if written else known_days))
    return {**plain, "authorized": is_authorized(plain, client.now())}


def reckon_end(client: Client, since: str | None, known_days: int | None) -> dict[str, Any]:
    """Reckon the end of an authorization from the day on which it was made.

    It is not known whether a later change of the policy applies to older tokens, so the shorter expiry counts.
    """
    try:
        made = parse_time(since) if since else None
    except Failure:  # The page shows a time that cannot be read.
        made = None
    days = made and min(filter(None, (known_days, _refresh_days(client))), default=None)
    try:
        until = format_time(made + datetime.timedelta(days=days)) if made and days else None
    except OverflowError:  # The end is after the year 9999.
        until = None
    return {"authorized_at": since, "expires_at": until, "expires_from": "reckoned" if until else "unknown"}


def _refresh_days(client: Client) -> int | None:
    """The expiry of refresh tokens of the configuration application, in days; None if that cannot be known."""
    policy: dict[str, Any] = {}
    try:
        configuration = read_configuration_application(client)
        policy = read_policy(client, configuration["id"])[0] if configuration else {}
    except Failure as failure:
        if failure.kind not in ("permission", "unexpected_reply"):
            raise
    return refresh_days(policy) if policy else None


def refresh_days(policy: Mapping[str, Any]) -> int:
    """The expiry in days. If refresh tokens are not allowed yet, the expiry that allowing them sets."""
    days: int = policy["refresh_token_expiry_days"] or POLICY["refresh_token_expiry_days"].default
    return days


def is_named_only(row: Mapping[str, Any]) -> bool:
    by: Mapping[str, Any] | None = row.get("authorized_by")
    return by is not None and not isinstance(by.get("id"), str)


def library_list(names: list[str]) -> str:
    return ("library " if len(names) == 1 else "libraries ") + ", ".join(map(spelled, names))
