# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns what was read of a tenant into variables of the role, with which a run changes nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import APPLICATIONS, POLICY
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.applications import MEMBER_KINDS, is_added
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import shared, without

_REFRESH = "allow_refresh_token"
_EXPIRIES = tuple(name for name, field in POLICY.items() if field.unit)


class Part(NamedTuple):
    """Some variables, without the prefix of the role, and the comments above them."""

    variables: dict[str, Any]
    comments: list[str]


def parts(there: Mapping[str, Any]) -> list[Part]:
    """The variables of a tenant, and comments about what is not known.

    C(there) has C(info), the result of imanage_onboarding_info for all libraries, with C(authorize_by=person) and
    without C(authorized_on); C(applications), with access and token policies; and of the inventory C(names) of the two
    applications, C(users), C(groups), C(authorize_by), C(authorized_on) and C(libraries_except). C(with_email): whether
    to export the e-mail address of the authorizations.
    """
    info, names = there["info"], there["names"]
    found = {row["name"]: row for row in there["applications"]}
    tracker, configuration = (found.get(name) for name in names)
    named = {
        variable: name
        for variable, name, usual in zip(("application", "configuration_application"), names, APPLICATIONS)
        if name != usual
    }
    gaps = [f"iManage has not provisioned {spelled(name)}: the catalog does not have it." for name in info["missing"]]
    if not is_added(tracker) and not is_added(configuration):
        words = "Neither application is added. absent means that an onboarding leaves this tenant alone."
        return [Part({"state": "absent", **named}, [words, *gaps])]
    for name, row in ((name, found[name]) for name in names if name in found):
        if row["status"] != "enabled":
            gaps.append(f"{spelled(name)} is not {'enabled' if is_added(row) else 'added'}. A run does that.")
    return [
        Part({"state": "present", **named}, gaps),
        _access(tracker, there),
        _policy(configuration),
        *_libraries(there),
    ]


def _access(tracker: Mapping[str, Any] | None, there: Mapping[str, Any]) -> Part:
    access = tracker and tracker["access"]
    if not access:
        return Part({}, [])
    if access["mode"] == "custom":
        words = "Members who are added later stay. tracker_onboarding_exclusive: true would remove them."
        return Part({"access": "custom", **{kind: list(access[kind]) for kind in MEMBER_KINDS}}, [words])
    # With access for all, a list of the inventory would be refused. ansible-core 2.18 makes an empty text of null.
    return Part({"access": "all", **{kind: None for kind in MEMBER_KINDS if there[kind] not in (None, "")}}, [])


def _policy(configuration: Mapping[str, Any] | None) -> Part:
    policy = configuration and configuration["token_policy"]
    if not policy:
        return Part({}, [])
    comments = [] if policy[_REFRESH] else ["Refresh tokens are not allowed. A run allows them."]
    known = {name: policy[name] for name in _EXPIRIES if policy[name] is not None}
    comments += [f"{name} is {value}, which cannot be asked for." for name, value in known.items() if value < 1]
    return Part({name: value for name, value in known.items() if value >= 1}, comments)


def _libraries(there: Mapping[str, Any]) -> list[Part]:
    info, days = there["info"], there["authorized_on"]
    rows, excluded = info["libraries"], there["libraries_except"]
    if info["tracker_calls"] is None:
        unknown = "There is no page of authorizations, so it is not known which libraries are authorized."
        return [_dated(days, there["authorize_by"], []), Part({}, [unknown])]
    is_read = info["tracker_calls"]
    # Where the authorizations cannot be read, the inventory is the record.
    dated = shared([row["id"] for row in rows], days)
    authorized = [row["id"] for row in rows if row["authorized"]] if is_read else dated
    unlisted = info["not_visible"] or []
    left = without([*(row["id"] for row in rows), *unlisted], [*authorized, *excluded])
    comments = []
    if info["not_visible"] is None and is_read:
        comments.append("This account cannot see whether there are other libraries.")
    if hidden := without(unlisted, excluded):
        comments.append(f"Not listed for this account, so it is not known whether authorized: {_named(hidden)}.")
    if missing := without(left, unlisted):
        what = "Not authorized" if is_read else "Perhaps not authorized, because the inventory has no day"
        comments.append(f"{what}: {_named(missing)}.")
    named: dict[str, Any] = {}
    if left and authorized:
        named["libraries"] = authorized
    elif left:
        comments.append("No library is known to be authorized, so none is named. A run would authorize every library.")
    elif excluded:
        named["libraries_except"] = list(excluded)
    dropped = [row["id"] for row in rows if is_read and (not row["authorized_by"] or row["authorized_at"])]
    by = there["authorize_by"] if is_read else "person"
    words = [] if is_read else ["This tenant does not answer Tracker's calls, so a person authorizes the libraries."]
    return [Part(named, comments), _dated({key: days[key] for key in without(days, dropped)}, by, words), _email(there)]


def _dated(days: Mapping[str, Any], by: str, comments: list[str]) -> Part:
    """Who authorizes, and the days that the page does not show."""
    variables: dict[str, Any] = {"authorize_by": by} if by == "person" else {}
    if days:
        variables["authorized_on"] = {key: str(day) for key, day in days.items()}
    return Part(variables, comments)


def _email(there: Mapping[str, Any]) -> Part:
    """The one address that was entered for the libraries, if it is to be exported."""
    rows = there["info"]["libraries"] if there["with_email"] else []
    entered = {row["authorized_by_email"] for row in rows if row["authorized"]} - {None}
    usable = [address for address in entered if "@" in address]
    return Part({"email": usable[0]}, []) if len(entered) == len(usable) == 1 else Part({}, [])


def _named(names: Iterable[str]) -> str:
    return ", ".join(map(spelled, names))
