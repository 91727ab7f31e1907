# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's documented behaviour in a few pure lines, so that plans can be carried out without a server."""

from __future__ import annotations

import datetime
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import ACCESS_MODES
from ansible_collections.imanage.control_center.plugins.module_utils._plan.authorizations import Authorizations
from sandbox.policy import by_options

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
_KINDS = {"user": "users", "group": "groups"}
_MODES = {wire: mode for mode, wire in ACCESS_MODES.items()}


def as_given(value: Any) -> Any:
    """The same with every word an object of its own, as in a playbook: only what it says can tell what it means."""
    if isinstance(value, dict):
        return {name: as_given(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_given(one) for one in value]
    return "".join(list(value)) if isinstance(value, str) else value


def application_after(application: dict[str, Any] | None, steps: list[Any]) -> dict[str, Any] | None:
    """The application that Control Center has after the steps of a plan."""
    for step in steps:
        assert application is not None
        assert step.ids == {"app_id": application["id"]}
        if step.operation == "updateApp":
            if application["status"] == "available":
                application = {**application, "access": {"mode": "all", "users": [], "groups": []}}
            status = step.body["status"]
            application = {**application, "status": status, "enabled": status == "enabled"}
        elif step.operation == "removeApp":
            assert application["status"] != "available"
            application = {**application, "status": "available", "enabled": False, "access": None}
        else:
            assert step.operation == "updateAppAccess"
            assert application["status"] != "available", "access can be set only on what is added"
            application = {**application, "access": _access_after(application["access"], step.body)}
    return application


def _access_after(access: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    assert set(body) <= {"default_security", "include", "remove"}
    assert body, "an empty body writes nothing"
    changed = {name: list(access[name]) for name in _KINDS.values()}
    for member in body.get("remove", []):
        members = changed[_KINDS[member["type"]]]
        assert member["id"].lower() in [one.lower() for one in members], "removes what is not there"
        changed[_KINDS[member["type"]]] = [one for one in members if one.lower() != member["id"].lower()]
    for member in body.get("include", []):
        members = changed[_KINDS[member["type"]]]
        assert member["id"].lower() not in [one.lower() for one in members], "includes what is there"
        members.append(member["id"].capitalize())  # the server's spelling is its own
    mode = _MODES[body["default_security"]] if "default_security" in body else access["mode"]
    return {"mode": mode, **{name: sorted(members, key=str.casefold) for name, members in changed.items()}}


def policy_after(policy: dict[str, Any], steps: list[Any]) -> dict[str, Any]:
    """The token policy that Control Center has after the steps of a plan, as this collection reads it."""
    for step in steps:
        assert step.operation == "writeTokenPolicy"
        value = step.body["value"]
        assert step.body["type"] == "value"
        assert "allow_refresh_token" in value
        assert value["allow_refresh_token"] or "refresh_token_expiry" not in value, "the server refuses that"
        policy = by_options(value)
    return policy


def rows_after(have: Authorizations, steps: list[Any], lifetime: int | None = 365) -> list[dict[str, Any]]:
    """The rows that the page has after the steps of a plan."""
    rows = {row["id"]: row for row in have.rows}
    for step in steps:
        library = step.ids["library_id"]
        blank = {"authorized_by": None, "authorized_by_email": None, "authorized_at": None, "expires_at": None}
        if step.operation == "unauthorizeLibrary":
            assert rows[library]["authorized_by"] is not None, "the server answers 404"
            rows[library] = {"id": library, "authorized": False, **blank}
        else:
            assert step.operation == "authorizeLibrary"
            ends = None if lifetime is None else (have.now + datetime.timedelta(days=lifetime)).isoformat()
            rows[library] = {
                "id": library,
                "authorized": True,
                "authorized_by": (have.user or "me@t.example").upper(),
                "authorized_by_email": step.body["email"],
                "authorized_at": have.now.isoformat(),
                "expires_at": ends,
            }
    return list(rows.values())
