# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be written for an application to be added, enabled and open to the right people. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import ACCESS_MODES
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step, shared, without

MEMBER_KINDS = {"users": "user", "groups": "group"}
# The fields of the screen that each write is about.
_ADDED, _ENABLED, _ACCESS = ("Added",), ("Enable application?",), ("Allow access to", "Users", "Groups")


class ApplicationWish(NamedTuple):
    """What is wanted of an application; None is not managed."""

    state: str = "present"
    enabled: bool | None = None
    mode: str | None = None
    users: list[str] | None = None
    groups: list[str] | None = None
    exclusive: bool = False


def is_added(application: Mapping[str, Any] | None) -> bool:
    """Whether an application is more than an entry of the catalog."""
    return application is not None and application["status"] != "available"


def manages_access(wish: ApplicationWish) -> bool:
    """Whether anything is wanted of who may use the application. Otherwise it is not even read."""
    return any(value is not None for value in (wish.mode, wish.users, wish.groups))


def leaves_nobody(wish: ApplicationWish, access: Mapping[str, Any] | None) -> bool:
    """Whether an application would be open to the members of its lists alone, and there are none.

    C(access): as it was read; None for an application that is not added yet.
    """
    if wish.state == "absent" or wish.mode != "custom":
        return False
    after = _wished_access(wish, access or {"mode": "all", **{kind: [] for kind in MEMBER_KINDS}})
    return not any(after[kind] for kind in MEMBER_KINDS)


def as_added(application: Mapping[str, Any], enabled: bool = True) -> dict[str, Any]:
    """An application right after it was added: access for all, no members (contract operation updateApp)."""
    return {
        **application,
        "status": "enabled" if enabled else "disabled",
        "enabled": enabled,
        "access": {"mode": "all", "users": [], "groups": []},
    }


def plan_application(wish: ApplicationWish, current: Mapping[str, Any] | None) -> Plan:
    """Plan the presence, the state and the access list of an application as read; None: there is none."""
    added = is_added(current)
    if wish.state == "absent":
        gone = current and {**current, "status": "available", "enabled": False, "access": None}
        steps = [_remove_step(current)] if added and current else []
        return Plan({"Added": added}, {"Added": False}, steps, gone if added else current)
    if current is None:
        raise ValueError("only an application that was found can be planned to be present")

    start = dict(current) if added else as_added(current)
    if not manages_access(wish):
        start["access"] = None
    target = {**start, "enabled": start["enabled"] if wish.enabled is None else wish.enabled}
    target["status"] = "enabled" if target["enabled"] else "disabled"
    access_body: dict[str, Any] = {}
    shown = target
    if manages_access(wish):
        access_body, target["access"] = _plan_access(wish, start["access"])
        shown = {**target, "access": _wished_access(wish, start["access"])}

    ids = _app_ids(current)
    steps = []
    # A new application is open to everybody. Where its access is to be narrowed and it is sure to be enabled again
    # by the next run if this one is cut short, it stays disabled until its access list is in place.
    guarded = not added and wish.enabled is True and wish.mode == "custom"
    if guarded:
        steps.append(_status_step(ids, "disabled", "add the application", _ADDED))
    elif not added:
        # Adding opens it to everybody, unless that is written next.
        touches = (*_ADDED, *_ENABLED, *(() if access_body else _ACCESS))
        steps.append(_status_step(ids, target["status"], "add the application", touches))
    if access_body:
        # Added for a list that is refused, an application would be open to all, or to nobody.
        undo = None if added else _remove_step(current)._replace(touches=steps[0].touches)
        steps.append(Step("updateAppAccess", ids, access_body, "set who has access", undo, _ACCESS))
    if guarded or (added and target["enabled"] != start["enabled"]):
        verb = "enable" if target["enabled"] else "disable"
        steps.append(_status_step(ids, target["status"], f"{verb} the application", _ENABLED))
    return Plan(
        _application_view(wish, current if added else None, new=not added),
        _application_view(wish, shown, new=not added),
        steps,
        target,
    )


def _app_ids(application: Mapping[str, Any]) -> dict[str, str]:
    return {"app_id": application["id"]}


def _remove_step(application: Mapping[str, Any]) -> Step:
    return Step("removeApp", _app_ids(application), None, "remove the application", touches=_ADDED)


def _status_step(ids: dict[str, str], status: str, does: str, touches: tuple[str, ...]) -> Step:
    return Step("updateApp", ids, {"status": status}, does, touches=touches)


def _plan_access(wish: ApplicationWish, start: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The body of the write, empty when there is nothing to write, and the access that a run would read."""
    body: dict[str, Any] = {}
    outcome = dict(start)
    if wish.mode is not None and wish.mode != start["mode"]:
        body["default_security"] = ACCESS_MODES[wish.mode]
        outcome["mode"] = wish.mode
    for field, kind in MEMBER_KINDS.items():
        wanted = getattr(wish, field)
        if wanted is None:
            continue
        include = without(wanted, start[field])
        remove = without(start[field], wanted) if wish.exclusive else []
        body.setdefault("include", []).extend({"id": member, "type": kind} for member in include)
        body.setdefault("remove", []).extend({"id": member, "type": kind} for member in remove)
        # How the server spells a new member is not known before it was read.
        outcome[field] = None if include else without(start[field], remove)
    return {key: value for key, value in body.items() if value}, outcome


def _wished_access(wish: ApplicationWish, start: Mapping[str, Any]) -> dict[str, Any]:
    """The managed access after the write, new members spelled as they were asked for."""
    lists = {}
    for field in MEMBER_KINDS:
        wanted = getattr(wish, field) or []
        kept = shared(start[field], wanted) if wish.exclusive else start[field]
        lists[field] = sorted([*kept, *without(wanted, start[field])], key=str.casefold)
    return {"mode": wish.mode or start["mode"], **lists}


def _application_view(wish: ApplicationWish, application: Mapping[str, Any] | None, new: bool) -> dict[str, Any]:
    """The managed fields, in the words of the screen."""
    view: dict[str, Any] = {"Added": application is not None}
    if application is None:
        return view
    if new or wish.enabled is not None:
        view["Enable application?"] = application["enabled"]
    access = application["access"]
    if wish.mode is not None:
        view["Allow access to"] = {"all": "All Users", "custom": "Custom"}[access["mode"]]
    for field in MEMBER_KINDS:
        if getattr(wish, field) is not None:
            view[field.capitalize()] = access[field]
    return view
