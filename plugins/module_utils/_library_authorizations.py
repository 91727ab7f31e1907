# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page "Tracker background service authorization": its libraries, who authorized them, and what to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._approval import left_out
from ansible_collections.imanage.control_center.plugins.module_utils._client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._contract import EXTENSION
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, NotYet, quoted
from ansible_collections.imanage.control_center.plugins.module_utils._plan import Plan, Step, without
from ansible_collections.imanage.control_center.plugins.module_utils._plan_authorizations import (
    Authorizations,
    AuthorizationWish,
    asked,
    authorized,
    moment,
    plan_authorizations,
    short_lived,
)

PAGE = "Tracker background service authorization"


class Wish(NamedTuple):
    """What is wanted, whether a library that waits for a person is handed over, and the writes that were approved."""

    managed: AuthorizationWish
    hand_over: bool
    planned: list[dict[str, Any]] | None


class Current(NamedTuple):
    """What was read. C(unlisted): libraries of the tenant without a row; None where that cannot be known."""

    authorizations: Authorizations
    unlisted: list[str] | None


def wish(parameters: Mapping[str, Any]) -> Wish:
    """What the options ask for; raises C(bad_option)."""
    if parameters["renew_before_days"] < 0:
        raise Failure(
            "bad_option", f"renew_before_days is {parameters['renew_before_days']}, but it must be 0 or more."
        )
    email = parameters["email"]
    if email is not None and "@" not in email:
        raise Failure("bad_option", f"email is {email!r}, but it must be an e-mail address.")
    libraries, excluded = checked_libraries(parameters["libraries"]), parameters["except"] or []
    managed = AuthorizationWish(
        state=parameters["state"],
        libraries=None if libraries is None else without(libraries, excluded),
        email=email,
        authorizer=parameters["authorizer"],
        renew_before_days=parameters["renew_before_days"],
        excluded=tuple(excluded),
    )
    return Wish(managed, parameters["on_consent_required"] == "hand_over", parameters.get("planned"))


def checked_libraries(libraries: list[str] | None) -> list[str] | None:
    """The libraries asked for, each once; raises C(bad_option) for an empty list."""
    if libraries is not None and not libraries:
        raise Failure(
            "bad_option", "libraries is an empty list.", advice="Leave it out for every library, or name at least one."
        )
    return None if libraries is None else without(libraries, [])


def read(client: Client, wanted: Wish) -> Current:
    """The rows of the page and what it does not list. Raises NotYet while the page does not exist."""
    managed = wanted.managed
    user, email = None, managed.email
    if managed.state == "authorized" and (managed.authorizer == "me" or not email):
        who = client.identity
        user, email = who.user, email or who.email or (who.user if "@" in who.user else None)
    try:
        rows = client.rows("listLibraryAuthorizations")
    except Failure as failure:
        if failure.kind != "not_found":
            raise
        extension = (_extension(client) or {}).get("status")
        if managed.state == "unauthorized" and extension == "available":
            return Current(Authorizations([], client.now()), None)
        raise _without_page(client, wanted, failure, extension, user, email) from None
    records = [record(client, row) for row in rows]
    unlisted = _unlisted(client, records)
    _check_listed(managed.libraries, [row["id"] for row in records], unlisted)
    found = Authorizations(records, client.now(), user, email)
    again = short_lived(managed, found)
    if again:
        client.warnings.append(
            f"{client.where}: renew_before_days is {managed.renew_before_days}, and authorizations last no longer than "
            f"that here ({_libraries(again)}), so every run authorizes them again. A smaller number, or a longer "
            "Refresh Token Expiry, ends that."
        )
    return Current(found, unlisted)


def plan(wanted: Wish, current: Current) -> Plan:
    """What has to be written. Of all libraries, those that an approved plan does not have are left out."""
    managed, found = wanted.managed, current.authorizations
    made = plan_authorizations(managed, found)
    if managed.libraries is None and (others := left_out(made.steps, wanted.planned)):
        excluded = tuple(step.ids["library_id"] for step in others)
        made = plan_authorizations(managed._replace(excluded=(*managed.excluded, *excluded)), found)
        planned = {row["id"]: row for row in made.outcome}
        rows = [planned.get(row["id"], row) for row in asked(managed, found.rows)]
        made = made._replace(outcome=rows, left_out=tuple(others))
    return made._replace(outcome=current._replace(authorizations=found._replace(rows=made.outcome)))


def assumption(client: Client, plan: Plan) -> str | None:
    """What an earlier task has to bring before these writes are accepted: refresh tokens are kept only if allowed."""
    if not any(step.operation == "authorizeLibrary" for step in plan.steps):
        return None
    allows = allows_refresh(client)
    if allows is None:
        return f"Refresh tokens are assumed to be allowed for {EXTENSION!r}; the signed-in user may not read whether."
    return None if allows else f"Refresh tokens are assumed to be allowed for {EXTENSION!r} by an earlier task."


def verifying(wanted: Wish, current: Current) -> Wish:
    """What is wanted once the writes are made, given what was read before them."""
    return wanted._replace(managed=wanted.managed._replace(replaced=current.authorizations))


def report(client: Client, wanted: Wish, current: Current) -> dict[str, Any]:
    """The task's return values, without what was handed over."""
    rows = asked(wanted.managed, current.authorizations.rows)
    return {"libraries": rows, "unlisted": current.unlisted, "handed_over": []}


def title(wanted: Wish, current: Current) -> str:
    """What a diff names in its head."""
    return PAGE


def independent(step: Step) -> bool:
    """One library's refusal does not stop the others."""
    return True


def hand_over(client: Client, wanted: Wish, refused: list[tuple[Step, Failure]]) -> list[dict[str, Any]]:
    """The libraries for which a person has to give consent, with what that person has to do."""
    waiting = [(step, failure) for step, failure in refused if failure.kind == "consent_required" and wanted.hand_over]
    return [_handed_over(client, step.ids["library_id"], failure) for step, failure in waiting]


# -- reading, for the info module too -------------------------------------------------------------------------------


def record(client: Client, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the page as this collection returns it."""
    by = row.get("authorized_by") or {}
    plain = {
        "id": row["id"],
        "authorized": False,
        "authorized_by": by.get("id"),
        "authorized_by_email": by.get("email"),
        "authorized_at": row.get("authorized_at"),
        "expires_at": row.get("expires_at"),
    }
    for field in ("authorized_at", "expires_at"):
        if plain[field] is not None:
            moment(plain[field])
    return {**plain, "authorized": authorized(plain, client.now())}


def answer(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of the libraries asked for (none given: all), and the tenant's libraries that the page does not list."""
    libraries = checked_libraries(parameters["libraries"])
    try:
        records = [record(client, row) for row in client.rows("listLibraryAuthorizations")]
    except Failure as failure:
        if failure.kind == "not_found":
            failure.kind = "not_added"
            _explain_missing_page(failure)
        raise
    unlisted = _unlisted(client, records)
    _check_listed(libraries, [row["id"] for row in records], unlisted)
    return {"libraries": asked(AuthorizationWish(libraries=libraries), records), "unlisted": unlisted}


def _unlisted(client: Client, records: list[dict[str, Any]]) -> list[str] | None:
    """The tenant's libraries that the page does not list; None, with a warning, where the user may not ask."""
    try:
        every = [row["id"] for row in client.rows("listLibraries")]
    except Failure as failure:
        if failure.kind != "permission":
            raise
        client.warnings.append(f"{client.where}: libraries that are not listed cannot be known. {failure.reason()}")
        return None
    return without(every, [row["id"] for row in records])


def _check_listed(asked: list[str] | None, listed: list[str], unlisted: list[str] | None) -> None:
    """A library asked for by name has to be listed, before anything is written."""
    missing = without(asked or [], listed)
    if not missing:
        return
    unknown = missing if unlisted is None else without(missing, unlisted)
    if unknown:
        raise Failure(
            "not_found",
            f"This tenant does not list the {_libraries(unknown)} for the signed-in user.",
            advice="Check the names; a library is listed only for its NRTADMINs.",
        )
    raise Failure(
        "permission",
        f"The signed-in user is no NRTADMIN of the {_libraries(missing)}.",
        advice="Make the user a member of NRTADMIN there (which can take up to 8 hours to take effect), or sign in as "
        "somebody who is.",
    )


def _explain_missing_page(failure: Failure) -> None:
    failure.what = f"Control Center has no page {PAGE}; it exists while {EXTENSION!r} is added and enabled."
    failure.advice = (
        "Add and enable that application, or, if it is, set api_paths to where this tenant serves the page."
    )


def _extension(client: Client) -> Mapping[str, Any] | None:
    """The extension's application under its usual name; None where that cannot be known."""
    try:
        rows = client.rows("listApps")
    except Failure as failure:
        if failure.kind != "permission":
            raise
        return None
    return next((row for row in rows if row["name"] == EXTENSION), None)


def allows_refresh(client: Client) -> bool | None:
    """Whether refresh tokens are allowed for the extension; None where that cannot be known."""
    extension = _extension(client)
    if extension is None:
        return None
    try:
        policy = client.call("readTokenPolicy", app_id=extension["id"])["data"]["value"]
    except Failure as failure:
        if failure.kind != "not_found":
            raise
        return False  # It was never set, and that is the default.
    return bool(policy["allow_refresh_token"])


def _without_page(
    client: Client, wanted: Wish, failure: Failure, extension: str | None, user: str | None, email: str | None
) -> Failure:
    """Why there is no page. An earlier task may bring it, unless its application is there already."""
    _explain_missing_page(failure)
    failure.kind = "not_added"
    if extension == "enabled":
        failure.kind = "unexpected_reply"
        failure.what = f"{EXTENSION!r} is added and enabled, but its page {PAGE} is not there."
    if extension == "enabled" or wanted.managed.state == "unauthorized":
        return failure
    every = [row["id"] for row in client.rows("listLibraries")]
    _check_listed(wanted.managed.libraries, every, None)
    names = ("authorized_by", "authorized_by_email", "authorized_at", "expires_at")
    rows = [{"id": library, "authorized": False, **dict.fromkeys(names)} for library in every]
    return NotYet(
        failure.kind,
        failure.what,
        advice=failure.advice,
        assumed=Current(Authorizations(rows, client.now(), user, email), None),
        assumption=f"An earlier task is assumed to bring the page {PAGE} of {EXTENSION!r} and to allow refresh tokens; "
        "the page is assumed to list every library of the tenant for the signed-in user, and not to ask for a person's "
        "consent.",
        **failure.wire,
    )


def _handed_over(client: Client, library: str, failure: Failure) -> dict[str, Any]:
    user, url = client.identity.user, f"{client.connection.url}/work/cc"
    said = f' Control Center said: "{failure.words}"' if failure.words else ""
    return {
        "library": library,
        "url": url,
        "user": user,
        "instructions": (
            f"Sign in to Control Center at {url} as {quoted(user)}, select {EXTENSION} under Extensions, then Open "
            f"tracker configuration; select Authorize for the library {quoted(library)}, enter the e-mail address, "
            f"and select Use my credentials & authorize.{said}"
        ),
    }


def _libraries(names: list[str]) -> str:
    return ("library " if len(names) == 1 else "libraries ") + ", ".join(quoted(name) for name in names)
