# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the writes for an application: add, enable, set who has access, remove. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import ACCESS_MODES
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step, shared, without

MEMBER_KINDS = {"users": "user", "groups": "group"}
# The fields of the screen that each write changes.
_ADDED, _ENABLED, _ACCESS = ("Added",), ("Enable application?",), ("Allow access to", "Users", "Groups")


class ApplicationWant(NamedTuple):
    """The managed fields of an application. None means not managed."""

    state: str = "present"
    enabled: bool | None = None
    mode: str | None = None
    users: list[str] | None = None
    groups: list[str] | None = None
    exclusive: bool = False


def is_added(application: Mapping[str, Any] | None) -> bool:
    """Whether an application is added, and not only in the catalog."""
    return application is not None and application["status"] != "available"


def manages_access(want: ApplicationWant) -> bool:
    """Whether access is managed. Otherwise it is not even read."""
    return any(value is not None for value in (want.mode, want.users, want.groups))


def leaves_nobody(want: ApplicationWant, access: Mapping[str, Any] | None) -> bool:
    """Whether access would be custom with empty lists.

    C(access) is what was read, or None for an application that is not added yet.
    """
    if want.state == "absent" or want.mode != "custom":
        return False
    after = _wanted_access(want, access or {"mode": "all", **{kind: [] for kind in MEMBER_KINDS}})
    return not any(after[kind] for kind in MEMBER_KINDS)


def as_added(application: Mapping[str, Any], enabled: bool = True) -> dict[str, Any]:
    """An application right after it was added: access for all, no members (contract operation updateApp)."""
    return {
        **application,
        "status": "enabled" if enabled else "disabled",
        "enabled": enabled,
        "access": {"mode": "all", "users": [], "groups": []},
    }


def plan_application(want: ApplicationWant, have: Mapping[str, Any] | None) -> Plan:
    """Plan the presence, state and access of an application. C(have) is None if it does not exist."""
    added = is_added(have)
    if want.state == "absent":
        gone = have and {**have, "status": "available", "enabled": False, "access": None}
        steps = [_remove_step(have)] if added and have else []
        return Plan({"Added": added}, {"Added": False}, steps, gone if added else have)
    if have is None:
        raise ValueError("only an application that was found can be planned to be present")

    start = dict(have) if added else as_added(have)
    if not manages_access(want):
        start["access"] = None
    target = {**start, "enabled": start["enabled"] if want.enabled is None else want.enabled}
    target["status"] = "enabled" if target["enabled"] else "disabled"
    access_body: dict[str, Any] = {}
    as_wanted = target
    if manages_access(want):
        access_body, target["access"] = _plan_access(want, start["access"])
        as_wanted = {**target, "access": _wanted_access(want, start["access"])}

    ids = _app_ids(have)
    steps = []
    # A new application is open to all users. With custom access it stays disabled until its list is set. This needs
    # enabled: true: otherwise, if the run is cut short, the next run would not enable the application.
    guarded = not added and want.enabled is True and want.mode == "custom"
    if guarded:
        steps.append(_status_step(ids, "disabled", "add the application", _ADDED))
    elif not added:
        # Adding the application opens it to all users, unless the next write sets its access.
        touches = (*_ADDED, *_ENABLED, *(() if access_body else _ACCESS))
        steps.append(_status_step(ids, target["status"], "add the application", touches))
    if access_body:
        # If the list is refused, remove the application again: it would be open to all users, or to nobody.
        undo = None if added else _remove_step(have)._replace(touches=steps[0].touches)
        steps.append(Step("updateAppAccess", ids, access_body, "set who has access", undo, _ACCESS))
    if guarded or (added and target["enabled"] != start["enabled"]):
        verb = "enable" if target["enabled"] else "disable"
        steps.append(_status_step(ids, target["status"], f"{verb} the application", _ENABLED))
    return Plan(
        _application_view(want, have if added else None, new=not added),
        _application_view(want, as_wanted, new=not added),
        steps,
        target,
    )


def _app_ids(application: Mapping[str, Any]) -> dict[str, str]:
    return {"app_id": application["id"]}


def _remove_step(application: Mapping[str, Any]) -> Step:
    return Step("removeApp", _app_ids(application), None, "remove the application", touches=_ADDED)


def _status_step(ids: dict[str, str], status: str, does: str, touches: tuple[str, ...]) -> Step:
    return Step("updateApp", ids, {"status": status}, does, touches=touches)


def _plan_access(want: ApplicationWant, start: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the body of the write, empty if nothing is to be written, and the access that a run would read."""
    body: dict[str, Any] = {}
    will_have = dict(start)
    if want.mode is not None and want.mode != start["mode"]:
        body["default_security"] = ACCESS_MODES[want.mode]
        will_have["mode"] = want.mode
    for field, kind in MEMBER_KINDS.items():
        wanted = getattr(want, field)
        if wanted is None:
            continue
        include = without(wanted, start[field])
        remove = without(start[field], wanted) if want.exclusive else []
        body.setdefault("include", []).extend({"id": member, "type": kind} for member in include)
        body.setdefault("remove", []).extend({"id": member, "type": kind} for member in remove)
        # The server may spell a new member in another way, so the list is unknown until it is read.
        will_have[field] = None if include else without(start[field], remove)
    return {key: value for key, value in body.items() if value}, will_have


def _wanted_access(want: ApplicationWant, start: Mapping[str, Any]) -> dict[str, Any]:
    """The managed access after the write. New members are spelled as in the options."""
    lists = {}
    for field in MEMBER_KINDS:
        wanted = getattr(want, field) or []
        kept = shared(start[field], wanted) if want.exclusive else start[field]
        lists[field] = sorted([*kept, *without(wanted, start[field])], key=str.casefold)
    return {"mode": want.mode or start["mode"], **lists}


def _application_view(want: ApplicationWant, application: Mapping[str, Any] | None, new: bool) -> dict[str, Any]:
    """The managed fields, with the labels of the screen."""
    view: dict[str, Any] = {"Added": application is not None}
    if application is None:
        return view
    if new or want.enabled is not None:
        view["Enable application?"] = application["enabled"]
    access = application["access"]
    if want.mode is not None:
        view["Allow access to"] = {"all": "All Users", "custom": "Custom"}[access["mode"]]
    for field in MEMBER_KINDS:
        if getattr(want, field) is not None:
            view[field.capitalize()] = access[field]
    return view
