# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Applications page: catalog, adding, access, token policy."""

from __future__ import annotations

from typing import Any

from .applications import TRACKER, Access, Application
from .call import Call, json_body, need_app_management, page
from .policy import completed_policy, policy_problem
from .wire import Refusal, Reply, data_reply


def list_apps(call: Call) -> Reply:
    """Applications of every status, or of one."""
    need_app_management(call)
    status, name = call.query.get("status"), call.query.get("name", "").casefold()
    rows = [
        _row(call, app)
        for app in call.tenant.applications
        if status in (None, app.status) and name in app.name.casefold()
    ]
    return data_reply(rows) if call.answers.apps == "whole" else page(call, rows)


def read_app(call: Call) -> Reply:
    """One application."""
    return data_reply(_app(call).row())


def update_app(call: Call) -> Reply:
    """Add, enable or disable."""
    app = _app(call)
    status = json_body(call, ("status",)).get("status")
    if status not in ("enabled", "disabled"):
        raise Refusal(400, "InvalidInput", "status must be enabled or disabled.")
    app.set_status(status, call.now)
    return data_reply(app.row())


def remove_app(call: Call) -> Reply:
    """Return an application to the catalog; the kept refresh tokens go with the configuration application."""
    app = _added(call)
    if app.associated_settings:
        raise Refusal(409, "Conflict", f"{app.name} cannot be removed because it has associated settings.")
    app.set_status("available", call.now)
    if app.extension:
        for library in call.tenant.libraries:
            library.unauthorize()
    return Reply(204)


def read_app_access(call: Call) -> Reply:
    """Who may use an application."""
    return _access_reply(call, _access(_added(call)))


def update_app_access(call: Call) -> Reply:
    """Change who may use an application: all of the change, or nothing of it."""
    app = _added(call)
    access = _access(app)
    body = json_body(call, ("default_security", "include", "remove"))
    security = body.get("default_security", access.default_security)
    if security not in ("public", "private"):
        raise Refusal(400, "InvalidInput", "default_security must be public or private.")
    include, remove = _members(body, "include"), _members(body, "remove")
    spelled = [(kind, call.tenant.spelling(kind, identity)) for kind, identity in include]
    unknown = [member for member, (_rest, known) in zip(include, spelled, strict=True) if known is None]
    if unknown:
        words = [f"There is no {kind} {identity}." for kind, identity in unknown]
        raise Refusal(
            400,
            "InvalidInput",
            " ".join(words),
            [{"code": "NotFound", "code_message": word, "field": "include"} for word in words],
        )
    gone = {(kind, identity.lower()) for kind, identity in remove}
    kept = [member for member in access.members if (member[0], member[1].lower()) not in gone]
    access.members = list(dict.fromkeys([*kept, *((kind, known) for kind, known in spelled if known is not None)]))
    access.default_security = security
    app.edit_date = call.now
    return _access_reply(call, access)


def read_token_policy(call: Call) -> Reply:
    """The token policy, if somebody ever set it."""
    app = _added(call)
    if app.token_policy is None:
        raise Refusal(404, "NotFound", f"The token policy of {app.name} was never set.")
    return data_reply({"type": "value", "value": dict(app.token_policy)})


def write_token_policy(call: Call) -> Reply:
    """Replace the token policy as a whole."""
    app = _added(call)
    body = json_body(call, ("type", "value"))
    policy = body.get("value")
    if body.get("type") != "value" or not isinstance(policy, dict):
        raise Refusal(400, "InvalidInput", "The body must be an object with type value and an object as value.")
    problem = policy_problem(policy)
    if problem:
        raise Refusal(400, "InvalidInput", problem)
    app.token_policy = completed_policy(policy)
    app.edit_date = call.now
    return data_reply({"type": "value", "value": dict(app.token_policy)})


def _app(call: Call) -> Application:
    need_app_management(call)
    identity = call.parameters["app_id"]
    app = call.tenant.application(identity)
    if app is None:
        raise Refusal(404, "NotFound", f"There is no application {identity}.")
    return app


def _added(call: Call) -> Application:
    app = _app(call)
    if not app.added:
        raise Refusal(404, "NotFound", f"The application {app.id} is not added.")
    return app


def _row(call: Call, app: Application) -> dict[str, Any]:
    other = call.answers.security == "view" and app.name != TRACKER and not app.extension
    return {**app.row(), **({"default_security": "view"} if other else {})}


def _access(app: Application) -> Access:
    assert app.access is not None, "an added application has an access list"
    return app.access


def _access_reply(call: Call, access: Access) -> Reply:
    if call.answers.access == "object":
        return data_reply(access.plain())
    rows = []
    for kind, identity in access.members:
        user = call.tenant.user(identity) if kind == "user" else None
        name = user.name if user else identity
        rows.append({"id": identity, "name": name, "type": kind, "access": 1, "access_level": "read"})
    return data_reply(rows, default_security=access.default_security)


def _members(body: dict[str, Any], name: str) -> list[tuple[str, str]]:
    members = body.get(name, [])
    if not isinstance(members, list):
        raise Refusal(400, "InvalidInput", f"{name} must be a list.")
    for member in members:
        if not isinstance(member, dict) or set(member) != {"id", "type"} or not isinstance(member["id"], str):
            raise Refusal(400, "InvalidInput", f"{name} must hold objects with id and type.")
        if member["type"] not in ("user", "group"):
            raise Refusal(400, "InvalidInput", f"The type of a member in {name} must be user or group.")
    return [(member["type"], member["id"]) for member in members]


HANDLERS = {
    "listApps": list_apps,
    "readApp": read_app,
    "updateApp": update_app,
    "removeApp": remove_app,
    "readAppAccess": read_app_access,
    "updateAppAccess": update_app_access,
    "readTokenPolicy": read_token_policy,
    "writeTokenPolicy": write_token_policy,
}
