# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries' authorizations for Tracker's background service: read, plan, report."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import CONFIGURATION
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import (
    Failure,
    NoSuchCall,
    NotYet,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.approval import unapproved
from ansible_collections.imanage.control_center.plugins.module_utils._plan.authorizations import (
    Authorizations,
    AuthorizationWant,
    managed_rows,
    parse_time,
    plan_authorizations,
    short_lived,
)
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step, caseless, without
from ansible_collections.imanage.control_center.plugins.module_utils._resources.library_page import (
    FIELDS,
    PAGE,
    allows_refresh,
    check_listed,
    checked_libraries,
    is_named_only,
    library_list,
    missing_page,
    not_administered,
    page_rows,
    read_configuration_application,
    reckon_end,
    record,
    unlisted_libraries,
)
from ansible_collections.imanage.control_center.plugins.module_utils._resources.refused_libraries import (
    failure_of_all,
    handed_over,
    waiting_for_a_person,
)

_BY_PERSON = f"An earlier task is assumed to create the page {PAGE} of {CONFIGURATION!r}, on which a person authorizes."
_NO_CONSENT = (
    "Control Center is assumed to authorize the libraries without a person's consent. It says only when it is asked "
    "whether a person has to."
)
# Seconds between the attempts to read a page that does not exist.
_PAUSES = (0.5, 2.0)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Want(NamedTuple):
    """The managed fields, how to treat a library that waits for a person, and the approved writes.

    C(by_person): a person authorizes, and this account never does. C(stated): the day on which each library was
    authorized, from the inventory. C(configuration_status) and C(days): the status of the configuration application
    and the expiry of its refresh tokens, if the caller knows them. If the expiry changes, C(days) is the shorter one.
    """

    managed: AuthorizationWant
    hand_over: bool
    by_person: bool
    stated: dict[str, str]
    approved_writes: list[dict[str, Any]] | None
    configuration_status: str | None = None
    days: int | None = None


class Have(NamedTuple):
    """What was read. C(unlisted): the tenant's libraries without a row, or None if that cannot be known.

    C(is_served) is false if this tenant does not answer Tracker's calls. Then the authorizations are unknown.
    """

    authorizations: Authorizations
    unlisted: list[str] | None
    is_served: bool = True


def want_of(parameters: Mapping[str, Any]) -> Want:
    """Return what the options ask for. Raises C(bad_option)."""
    if parameters["renew_before_days"] < 0:
        raise Failure(
            "bad_option", f"renew_before_days is {parameters['renew_before_days']}, but it must be 0 or more."
        )
    email = parameters["email"]
    if email is not None and "@" not in email:
        raise Failure("bad_option", f"email is {email!r}, but it must be an e-mail address.")
    libraries, excluded = checked_libraries(parameters["libraries"]), parameters["except"] or []
    managed = AuthorizationWant(
        state=parameters["state"],
        libraries=None if libraries is None else without(libraries, excluded),
        email=email,
        accepted_users=_accepted_users(parameters["authorizer"]),
        renew_before_days=parameters["renew_before_days"],
        excluded=tuple(excluded),
    )
    return Want(
        managed,
        hand_over=parameters["on_consent_required"] == "hand_over",
        by_person=parameters["authorize_by"] == "person" and managed.state == "authorized",
        stated=checked_days(parameters["authorized_on"] or {}),
        approved_writes=parameters.get("planned"),
        days=parameters.get("refresh_token_expiry_days"),
    )


def _accepted_users(authorizer: list[str]) -> tuple[str, ...] | None:
    """The users whose authorizations may stay, besides the account; None for everybody. Raises C(bad_option)."""
    if not authorizer or ("keep" in authorizer and len(authorizer) > 1):
        raise Failure(
            "bad_option",
            f"authorizer is {', '.join(spelled(one) for one in authorizer) or 'an empty list'}.",
            advice="Give keep, or me, or the ids of the users whose authorizations may stay.",
        )
    return None if authorizer == ["keep"] else tuple(user for user in authorizer if user != "me")


def checked_days(stated: Mapping[str, Any]) -> dict[str, str]:
    """The days of C(authorized_on) by library. Raises C(bad_option) for an invalid or a future day."""
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    for library, day in stated.items():
        if not _is_day(str(day)) or parse_time(str(day)) > tomorrow:
            raise Failure(
                "bad_option",
                f"authorized_on has {str(day)[:40]!r} for the library {spelled(library)}, but it must be a day in the "
                "past.",
                advice="Give the day on which somebody authorized it, like 2026-03-01.",
            )
    return {caseless(str(library)): str(day) for library, day in stated.items()}


def _is_day(text: str) -> bool:
    try:
        parse_time(text)
    except Failure:
        return False
    return bool(_DAY.match(text))


def read(client: Client, want: Want) -> Have:
    """Read the rows of the page, and the libraries without a row. Raises NotYet while the page does not exist."""
    managed = want.managed
    user, email = None, managed.email
    if managed.state == "authorized" and (managed.accepted_users is not None or not email):
        who = client.identity
        user, email = who.user, email or who.email or (who.user if "@" in who.user else None)
    try:
        rows = page_rows(client)
    except Failure as failure:
        instead = _have_without_page(client, want, failure, user, email)
        if isinstance(instead, Have):
            return instead
        rows = instead
    _check_ids(client, want, rows)
    records = [record(client, row, want.stated, want.days) for row in rows]
    unlisted = unlisted_libraries(client, records)
    if not want.by_person or unlisted is not None:
        check_listed(managed.libraries, [*(row["id"] for row in records), *(unlisted or [])])
    found = Authorizations(records, client.now(), user, email)
    every_run = short_lived(managed, found)
    if every_run:
        client.warnings.append(
            f"{client.where}: renew_before_days is {managed.renew_before_days}, and authorizations do not last longer "
            f"than that here ({library_list(every_run)}), so every run authorizes them again. A smaller number, or a "
            "longer Refresh Token Expiry, stops that."
        )
    return Have(found, unlisted)


def _have_without_page(
    client: Client, want: Want, failure: Failure, user: str | None, email: str | None
) -> Have | list[dict[str, Any]]:
    """Find out why the page cannot be read. Return what is known without it or its rows, or raise the failure."""
    is_unknown = isinstance(failure, NoSuchCall)
    if is_unknown and ("listLibraryAuthorizations" in client.served or client.accepted):
        raise failure  # The call exists. A gateway answered instead of it.
    if not is_unknown and failure.kind != "not_found":
        raise failure
    withdraws = want.managed.state == "unauthorized"
    status = want.configuration_status or (read_configuration_application(client) or {}).get("status")
    if not is_unknown or status not in (None, "enabled"):
        if withdraws and status == "available":
            return Have(Authorizations([], client.now()), None)
        raise _no_page(client, want, failure, status, user, email) from None
    rows = _try_again(client, failure)
    if rows is None and withdraws:
        raise failure
    return _have_unserved(client, want, failure, user, email) if rows is None else rows


def _check_ids(client: Client, want: Want, rows: list[dict[str, Any]]) -> None:
    """Raise C(unexpected_reply) if the page shows users by name only, and C(authorizer) needs their ids."""
    nameless = [row["id"] for row in rows if is_named_only(row)]
    if nameless and want.managed.accepted_users is not None and not want.by_person:
        raise client.unexpected(
            "listLibraryAuthorizations",
            {},
            f"does not show the id of who authorized the {library_list(nameless)}, which authorizer needs",
        )


def _try_again(client: Client, failure: Failure) -> list[dict[str, Any]] | None:
    """Read the rows again, in case a gateway answered while the service was starting. None if that goes on."""
    for pause in _PAUSES if failure.wire["status"] in (200, 404) else ():
        time.sleep(pause)
        try:
            return page_rows(client)
        except NoSuchCall:
            continue
    return None


def plan(want: Want, have: Have) -> Plan:
    """Plan the writes. If no libraries are named, leave out those that the approved plan does not have."""
    managed, found = want.managed, have.authorizations
    if want.by_person or not have.is_served:
        return Plan({}, {}, [], have)
    made = plan_authorizations(managed, found)
    if managed.libraries is None and (others := unapproved(made.steps, want.approved_writes)):
        excluded = tuple(step.ids["library_id"] for step in others)
        made = plan_authorizations(managed._replace(excluded=(*managed.excluded, *excluded)), found)
        planned = {row["id"]: row for row in made.will_have}
        rows = [planned.get(row["id"], row) for row in managed_rows(managed, found.rows)]
        made = made._replace(will_have=rows, unapproved=tuple(others))
    return made._replace(
        will_have=have._replace(authorizations=found._replace(rows=made.will_have)), refused=_refused(managed, have)
    )


def _refused(managed: AuthorizationWant, have: Have) -> tuple[tuple[Step, Failure], ...]:
    """The named libraries that the tenant has but the page does not list for the signed-in user."""
    asked_for = without(managed.libraries or [], [row["id"] for row in have.authorizations.rows])
    # Never sent, so only the library of the step counts.
    return tuple((Step("", {"library_id": one}, None, ""), not_administered([one])) for one in asked_for)


def assumptions(client: Client, plan: Plan) -> list[str]:
    """Sentences about what only an earlier task or Control Center decides: refresh tokens and consent."""
    if not any(step.operation == "authorizeLibrary" for step in plan.steps):
        return []
    allows = allows_refresh(client)
    if allows:
        return [_NO_CONSENT]
    why = "; the signed-in user may not read whether" if allows is None else " by an earlier task"
    return [f"Refresh tokens are assumed to be allowed for {CONFIGURATION!r}{why}.", _NO_CONSENT]


def want_to_verify(want: Want, have: Have) -> Want:
    """Add what was read before the writes, to distinguish a renewal from the old authorization."""
    return want._replace(managed=want.managed._replace(replaced=have.authorizations))


def report(client: Client, want: Want, have: Have) -> dict[str, Any]:
    """The task's return values. Only libraries that this account never authorizes are handed over here."""
    rows = managed_rows(want.managed, have.authorizations.rows)
    waiting = _waiting(want, have) if want.by_person or not have.is_served else []
    unlisted = None if have.unlisted is None else [{"id": library} for library in have.unlisted]
    return {
        "libraries": rows,
        "not_visible": None if unlisted is None else [row["id"] for row in managed_rows(want.managed, unlisted)],
        "handed_over": [handed_over(client, library, "", have.is_served) for library in waiting],
    }


def scope(want: Want, have: Have) -> dict[str, list[str]]:
    """The tenant's libraries: C(wanted) are the managed ones, C(others) the rest."""
    every = [{"id": row["id"]} for row in have.authorizations.rows]
    every += [{"id": library} for library in have.unlisted or []]
    ids = [row["id"] for row in managed_rows(want.managed, every)]
    return {"wanted": ids, "others": without([row["id"] for row in every], ids)}


def title(want: Want, have: Have) -> str:
    """The name in the head of a diff."""
    return PAGE


def is_independent(step: Step) -> bool:
    """Yes: a refused library does not stop the others."""
    return True


def report_refused(
    client: Client,
    want: Want,
    have: Have,
    first_plan: Plan,
    refused: Sequence[tuple[Step, Failure]],
    result: dict[str, Any],
) -> dict[str, Any]:
    """The result with the libraries that wait for a person. Raises one Failure for the libraries that do not."""
    result = {**result, "handed_over": waiting_for_a_person(client, refused) if want.hand_over else []}
    waiting = {row["library"] for row in result["handed_over"]}
    failed = [(step, failure) for step, failure in refused if step.ids["library_id"] not in waiting]
    if failed or first_plan.refused:
        # The failure that the preview showed comes first.
        total = len(first_plan.steps) + len(first_plan.refused)
        raise failure_of_all([*first_plan.refused, *failed], total, result)
    # Somebody may have authorized one of them before the page was read again.
    left = plan(want, have)
    done = set(left.before) - {step.ids["library_id"] for step in left.steps}
    return {**result, "handed_over": [row for row in result["handed_over"] if row["library"] not in done]}


def _have_unserved(client: Client, want: Want, failure: Failure, user: str | None, email: str | None) -> Have:
    """The wanted libraries of a tenant that does not answer Tracker's calls. Their authorizations are unknown."""
    every = [row["id"] for row in client.rows("listLibraries")]
    check_listed(want.managed.libraries, every)
    fields = dict.fromkeys(FIELDS)
    rows = []
    for library in every:
        since = want.stated.get(caseless(library))
        known = reckon_end(client, since, want.days) if since else {}
        rows.append({"id": library, **fields, **known})
    have = Have(Authorizations(rows, client.now(), user, email), None, is_served=False)
    waiting = [] if want.hand_over or want.by_person else _waiting(want, have)
    if waiting:
        raise Failure(
            "consent_required",
            f"A person has to authorize the {library_list(waiting)}. {failure.what}",
            advice="Let a person authorize them in Control Center and keep the day in authorized_on; "
            "on_consent_required: hand_over reports such libraries instead of failing.",
            **failure.wire,
        )
    return have


def _waiting(want: Want, have: Have) -> list[str]:
    """The wanted libraries that a person has to authorize."""
    managed, found = want.managed, have.authorizations
    rows = managed_rows(managed, found.rows)
    unseen = without(managed.libraries or [], [row["id"] for row in found.rows])
    return [row["id"] for row in rows if not row["authorized"] and not is_stated(row, found.now)] + unseen


def is_stated(row: Mapping[str, Any], now: datetime.datetime) -> bool:
    """Whether only the inventory says that a library is authorized, and the authorization has not expired."""
    if row["authorized"] is not None or row["authorized_at"] is None:
        return False
    return row["expires_at"] is None or parse_time(row["expires_at"]) > now


def _no_page(
    client: Client, want: Want, failure: Failure, status: str | None, user: str | None, email: str | None
) -> Failure:
    """The failure for a missing page. An earlier task may create it, unless its application is enabled already."""
    missing = missing_page(failure)
    if status == "enabled":
        what = f"{CONFIGURATION!r} is added and enabled, but its page {PAGE} does not exist."
        return missing.with_facts(kind="unexpected_reply", what=what)
    if want.managed.state == "unauthorized":
        return missing
    every = [row["id"] for row in client.rows("listLibraries")]
    check_listed(want.managed.libraries, every)
    rows = [{"id": library, **dict.fromkeys(FIELDS), "authorized": False} for library in every]
    return NotYet(
        missing.kind,
        missing.what,
        advice=missing.advice,
        assumed=Have(Authorizations(rows, client.now(), user, email), None),
        assumptions=[_BY_PERSON]
        if want.by_person
        else [
            f"An earlier task is assumed to create the page {PAGE} of {CONFIGURATION!r} and to allow refresh tokens; "
            "the page is assumed to list every library of the tenant for the signed-in user.",
            _NO_CONSENT,
        ],
        **missing.wire,
    )
