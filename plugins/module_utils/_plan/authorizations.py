# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the writes that authorize libraries for Tracker's background service, or withdraw that. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step, caseless


class AuthorizationWant(NamedTuple):
    """What the options ask for. C(libraries) is None for all listed libraries. C(excluded) are left alone.

    C(accepted_users) are the users whose authorizations may stay, besides the account's; None for everybody's.

    C(replaced), only after the writes, is what was read before them. An authorization that differs from it was renewed,
    even if it still ends within C(renew_before_days), because authorizations may not last longer here. Whether one was
    due is decided by the time of that first reading.
    """

    state: str = "authorized"
    libraries: list[str] | None = None
    email: str | None = None
    accepted_users: tuple[str, ...] | None = None
    renew_before_days: int = 0
    replaced: Authorizations | None = None
    excluded: tuple[str, ...] = ()


class Authorizations(NamedTuple):
    """What was read: the rows, the server's time, and the signed-in user (None if that was not read)."""

    rows: list[dict[str, Any]]
    now: datetime.datetime
    user: str | None = None
    email: str | None = None


def plan_authorizations(want: AuthorizationWant, have: Authorizations) -> Plan:
    """Plan the writes for the listed libraries."""
    before, after, will_have, steps = {}, {}, [], []
    for row in managed_rows(want, have.rows):
        state = _state_of(want, row, have)
        may_stand = {caseless(f"authorized by {user}") for user in want.accepted_users or ()}
        goal = state if caseless(state) in may_stand else _goal(want, have)
        is_done = state == goal
        before[row["id"]], after[row["id"]] = state, goal
        will_have.append(row if is_done else _blank(row, want.state == "authorized"))
        if not is_done:
            steps.append(_authorization_step(want, row["id"], have))
    return Plan(before, after, steps, will_have)


def managed_rows(want: AuthorizationWant, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the managed libraries."""
    others = {caseless(library) for library in want.excluded}
    wanted = None if want.libraries is None else {caseless(library) for library in want.libraries}
    keyed = [(row, caseless(row["id"])) for row in rows]
    return [row for row, key in keyed if key not in others and (wanted is None or key in wanted)]


def is_authorized(row: Mapping[str, Any], now: datetime.datetime) -> bool:
    """Whether a row is authorized and the authorization has not expired."""
    if row["authorized_by"] is None:
        return False
    return row["expires_at"] is None or parse_time(row["expires_at"]) > now


def short_lived(want: AuthorizationWant, have: Authorizations) -> list[str]:
    """The libraries that every run authorizes again, because authorizations do not last longer than the renewal days.

    Empty after the writes: the next run reports them.
    """
    return [
        row["id"]
        for row in (managed_rows(want, have.rows) if want.replaced is None else [])
        if row["authorized_at"]
        and _state_of(want, row, have) == _ending(want)
        and _ends_early(want, row, parse_time(row["authorized_at"]))
    ]


def parse_time(text: str) -> datetime.datetime:
    """Parse a time of a reply (ISO 8601, UTC if it has no zone). Raises C(unexpected_reply)."""
    try:
        # Python 3.9 and 3.10 can parse neither Z nor fractions of other than three or six digits.
        time = datetime.datetime.fromisoformat(_plain_iso(text))
    except ValueError:
        raise Failure(
            "unexpected_reply", f"The authorization of a library has {text[:40]!r} in place of a time."
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)


def format_time(time: datetime.datetime) -> str:
    """Format a time as in the replies."""
    return time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain_iso(text: str) -> str:
    text = text.strip()
    text = text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text
    head, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{head}.{digits[:6]:0<6}{rest[len(digits) :]}"


def _state_of(want: AuthorizationWant, row: Mapping[str, Any], have: Authorizations) -> str:
    if row["authorized_by"] is None:
        return "unauthorized"
    if want.state == "unauthorized":
        return "authorized"
    now = (want.replaced or have).now
    if not is_authorized(row, now):
        return "ended"
    if _ends_early(want, row, now) and not _is_renewed(want, row):
        return _ending(want)
    if want.accepted_users is not None:
        mine = caseless(row["authorized_by"]) == caseless(str(have.user))
        return f"authorized by {have.user if mine else row['authorized_by']}"
    return "authorized"


def _is_renewed(want: AuthorizationWant, row: Mapping[str, Any]) -> bool:
    """Whether this authorization is another one than before the writes."""
    if want.replaced is None:
        return False
    fields = ("authorized_by", "authorized_at", "expires_at")
    earlier = next((one for one in want.replaced.rows if one["id"] == row["id"]), None)
    return earlier is None or any(earlier[field] != row[field] for field in fields)


def _ends_early(want: AuthorizationWant, row: Mapping[str, Any], now: datetime.datetime) -> bool:
    return bool(want.renew_before_days and row["expires_at"]) and parse_time(row["expires_at"]) - now <= _days(want)


def _days(want: AuthorizationWant) -> datetime.timedelta:
    return datetime.timedelta(days=min(want.renew_before_days, datetime.timedelta.max.days))


def _ending(want: AuthorizationWant) -> str:
    return f"ends within {want.renew_before_days} days"


def _goal(want: AuthorizationWant, have: Authorizations) -> str:
    if want.state == "authorized" and want.accepted_users is not None:
        return f"authorized by {have.user}"
    return want.state


def _blank(row: Mapping[str, Any], is_authorized: bool) -> dict[str, Any]:
    return {**dict.fromkeys(row), "id": row["id"], "authorized": is_authorized}


def _authorization_step(want: AuthorizationWant, library: str, have: Authorizations) -> Step:
    ids = {"library_id": library}
    if want.state == "unauthorized":
        return Step(
            "unauthorizeLibrary", ids, None, f"withdraw the authorization of {spelled(library)}", touches=(library,)
        )
    email = want.email or have.email
    if not email:
        raise Failure(
            "bad_option",
            "The signed-in user has no e-mail address, but authorizing a library needs one.",
            advice="Give email.",
        )
    return Step("authorizeLibrary", ids, {"email": email}, f"authorize {spelled(library)}", touches=(library,))
