# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be written for libraries to be authorized, or not, for Tracker's background service. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step, caseless


class AuthorizationWish(NamedTuple):
    """What is wanted of the libraries' background service authorization. C(libraries) None: all that are listed.

    C(excluded): libraries that are left alone, whatever is wanted of the others.

    C(standing): the ids of the users whose authorization may stand, beside that of the account; None: anybody's.

    C(replaced), when verifying a run, is what was read before it. An authorization that is another one now was renewed,
    even if it still ends within the days asked for because authorizations do not last longer here; and what was left
    alone has to be so at the time of that reading, not at a later one.
    """

    state: str = "authorized"
    libraries: list[str] | None = None
    email: str | None = None
    standing: tuple[str, ...] | None = None
    renew_before_days: int = 0
    replaced: Authorizations | None = None
    excluded: tuple[str, ...] = ()


class Authorizations(NamedTuple):
    """What was read: the rows, the clock by which they end, and who is signed in (None where nobody asked)."""

    rows: list[dict[str, Any]]
    now: datetime.datetime
    user: str | None = None
    email: str | None = None


def plan_authorizations(wish: AuthorizationWish, current: Authorizations) -> Plan:
    """Plan the authorization of libraries that are all listed."""
    before, after, outcome, steps = {}, {}, [], []
    for row in asked(wish, current.rows):
        standing = _standing(wish, row, current)
        may_stand = {caseless(f"authorized by {user}") for user in wish.standing or ()}
        goal = standing if caseless(standing) in may_stand else _goal(wish, current)
        settled = standing == goal
        before[row["id"]], after[row["id"]] = standing, goal
        outcome.append(row if settled else _blank(row, wish.state == "authorized"))
        if not settled:
            steps.append(_authorization_step(wish, row["id"], current))
    return Plan(before, after, steps, outcome)


def asked(wish: AuthorizationWish, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the libraries that something is wanted of."""
    others = {caseless(library) for library in wish.excluded}
    wanted = None if wish.libraries is None else {caseless(library) for library in wish.libraries}
    keyed = [(row, caseless(row["id"])) for row in rows]
    return [row for row, key in keyed if key not in others and (wanted is None or key in wanted)]


def authorized(row: Mapping[str, Any], now: datetime.datetime) -> bool:
    """Whether the authorization of a row stands; one that has ended does not."""
    if row["authorized_by"] is None:
        return False
    return row["expires_at"] is None or moment(row["expires_at"]) > now


def short_lived(wish: AuthorizationWish, current: Authorizations) -> list[str]:
    """The libraries that every run authorizes again, because an authorization lasts no longer than is asked for.

    None when verifying a run: what it wrote says nothing that the next run does not say.
    """
    return [
        row["id"]
        for row in (asked(wish, current.rows) if wish.replaced is None else [])
        if row["authorized_at"]
        and _standing(wish, row, current) == _ending(wish)
        and _ends_early(wish, row, moment(row["authorized_at"]))
    ]


def moment(text: str) -> datetime.datetime:
    """A time of the wire (ISO 8601; without a zone it is UTC). Raises C(unexpected_reply)."""
    try:
        # Python 3.9 and 3.10 read neither Z nor fractions of other than three or six digits.
        time = datetime.datetime.fromisoformat(_plain_iso(text))
    except ValueError:
        raise Failure(
            "unexpected_reply", f"Where a library's authorization has a time, {text[:40]!r} stands."
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)


def iso(time: datetime.datetime) -> str:
    """A time in the form that the wire has."""
    return time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain_iso(text: str) -> str:
    text = text.strip()
    text = text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text
    head, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{head}.{digits[:6]:0<6}{rest[len(digits) :]}"


def _standing(wish: AuthorizationWish, row: Mapping[str, Any], current: Authorizations) -> str:
    if row["authorized_by"] is None:
        return "unauthorized"
    if wish.state == "unauthorized":
        return "authorized"
    now = (wish.replaced or current).now
    if not authorized(row, now):
        return "ended"
    if _ends_early(wish, row, now) and not _is_renewed(wish, row):
        return _ending(wish)
    if wish.standing is not None:
        mine = caseless(row["authorized_by"]) == caseless(str(current.user))
        return f"authorized by {current.user if mine else row['authorized_by']}"
    return "authorized"


def _is_renewed(wish: AuthorizationWish, row: Mapping[str, Any]) -> bool:
    """Whether this is not the authorization that was there before the run."""
    if wish.replaced is None:
        return False
    fields = ("authorized_by", "authorized_at", "expires_at")
    earlier = next((one for one in wish.replaced.rows if one["id"] == row["id"]), None)
    return earlier is None or any(earlier[field] != row[field] for field in fields)


def _ends_early(wish: AuthorizationWish, row: Mapping[str, Any], now: datetime.datetime) -> bool:
    return bool(wish.renew_before_days and row["expires_at"]) and moment(row["expires_at"]) - now <= _days(wish)


def _days(wish: AuthorizationWish) -> datetime.timedelta:
    return datetime.timedelta(days=min(wish.renew_before_days, datetime.timedelta.max.days))


def _ending(wish: AuthorizationWish) -> str:
    return f"ends within {wish.renew_before_days} days"


def _goal(wish: AuthorizationWish, current: Authorizations) -> str:
    if wish.state == "authorized" and wish.standing is not None:
        return f"authorized by {current.user}"
    return wish.state


def _blank(row: Mapping[str, Any], is_authorized: bool) -> dict[str, Any]:
    return {**dict.fromkeys(row), "id": row["id"], "authorized": is_authorized}


def _authorization_step(wish: AuthorizationWish, library: str, current: Authorizations) -> Step:
    ids = {"library_id": library}
    if wish.state == "unauthorized":
        return Step(
            "unauthorizeLibrary", ids, None, f"withdraw the authorization of {spelled(library)}", touches=(library,)
        )
    email = wish.email or current.email
    if not email:
        raise Failure(
            "bad_option",
            "The signed-in user has no e-mail address, which authorizing a library asks for.",
            advice="Give email.",
        )
    return Step("authorizeLibrary", ids, {"email": email}, f"authorize {spelled(library)}", touches=(library,))
