# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole tenant as a run has to leave it, worked out from the sandbox's state without any code of the product."""

from __future__ import annotations

import copy
import datetime
from typing import Any
from unittest.mock import ANY

from sandbox.policy import EXPIRY, by_options

from .chain import CHAIN

State = dict[str, Any]


def normalized(snapshot: State) -> State:
    """A snapshot in which what means the same is the same: the order of members, and policies with their defaults."""
    state = copy.deepcopy(snapshot)
    for app in state["applications"]:
        app["token_policy"] = by_options(app["token_policy"] or {})
        if app["access"]:
            app["access"]["members"].sort(key=lambda member: (member["type"], member["id"]))
    return state


class Wanted:
    """A tenant as it is wanted. C(before): normalized; C(now): when; C(ends): whether rows show their end."""

    def __init__(self, before: State, now: datetime.datetime, ends: bool):
        self.state = copy.deepcopy(before)
        self.now = now
        self.ends = ends

    def apply(self, module: str, options: State, user: str) -> State:
        """The state after a task of a module."""
        if module == CHAIN:
            self._onboard(options, user)
        elif module == "imanage_library_authorization":
            self.authorize(options, user)
        elif module == "imanage_app_auth":
            self.set_policy(self._app(options), options)
        elif app := self._app(options):
            self.set_application(app, options)
        return self.state

    def _app(self, options: State) -> State | None:
        key = "app_id" if "app_id" in options else "name"
        found = [app for app in self.state["applications"] if app[key.removeprefix("app_")] == options[key]]
        return found[0] if found else None

    def set_application(self, app: State, options: State) -> None:
        """What imanage_application is for."""
        if options.get("state") == "absent":
            if app["status"] != "available":
                app.update(status="available", access=None, token_policy=by_options({}))
                if app["extension"]:
                    self._forget(self.state["libraries"])
            return
        if app["status"] == "available":
            app.update(status="enabled", access={"default_security": "public", "members": []})
        if "enabled" in options:
            app["status"] = "enabled" if options["enabled"] else "disabled"
        if "access" in options:
            app["access"]["default_security"] = {"all": "public", "custom": "private"}[options["access"]]
        for kind in ("user", "group"):
            if f"{kind}s" in options:
                self._set_members(app["access"], kind, options[f"{kind}s"], options.get("exclusive", False))

    def _set_members(self, access: State, kind: str, ids: list[str], exclusive: bool) -> None:
        wanted = {one.lower() for one in ids}
        known = [user["id"] for user in self.state["users"]] if kind == "user" else self.state["groups"]
        there = {row["id"].lower() for row in access["members"] if row["type"] == kind}
        keeps = wanted if exclusive else wanted | there
        others = [row for row in access["members"] if row["type"] != kind]
        ours = [{"type": kind, "id": one} for one in known if one.lower() in keeps]
        access["members"] = sorted([*others, *ours], key=lambda row: (row["type"], row["id"]))

    def set_policy(self, app: State | None, options: State) -> None:
        """What imanage_app_auth is for."""
        assert app is not None, "no run succeeds without it"
        policy = app["token_policy"]
        wanted = {key: options[key] for key in policy if options.get(key) is not None}
        turned_on = wanted.get("allow_refresh_token") and not policy["allow_refresh_token"]
        policy.update({EXPIRY.option: EXPIRY.default} if turned_on else {}, **wanted)
        if not policy["allow_refresh_token"]:
            policy["refresh_token_expiry_days"] = None

    def authorize(self, options: State, user: str) -> None:
        """What imanage_library_authorization is for."""
        asked = None if options.get("libraries") is None else {one.lower() for one in options["libraries"]}
        who = next(one for one in self.state["users"] if one["id"] == user)
        may = None if who["nrtadmin"] == "all" else {one.lower() for one in who["nrtadmin"]}
        rows = [row for row in self.state["libraries"] if may is None or row["id"].lower() in may]
        rows = [row for row in rows if asked is None or row["id"].lower() in asked]
        if options.get("state") == "unauthorized":
            self._forget(rows)
            return
        for row in rows:
            if self._is_due(row, options, user):
                by = {"id": who["id"], "name": who["name"], "email": options.get("email") or who["email"]}
                row.update(authorized_by=by, authorized_at=ANY, expires_at=ANY)

    def _is_due(self, row: State, options: State, user: str) -> bool:
        if row["authorized_by"] is None:
            return True
        left = datetime.datetime.fromisoformat(row["expires_at"]) - self.now
        if self.ends and left <= datetime.timedelta(days=options.get("renew_before_days", 0)):
            return True
        authorizer = options.get("authorizer", "keep")
        others = [] if authorizer == "me" else authorizer
        return authorizer != "keep" and row["authorized_by"]["id"].lower() not in map(str.lower, [user, *others])

    def is_due_again(self, options: State, after: State, now: datetime.datetime) -> bool:
        """Whether a library that was just authorized is within the notice of a renewal again."""
        asked = options.get("authorization", options)
        notice = datetime.timedelta(days=asked.get("renew_before_days", 0))
        both = zip(after["libraries"], self.state["libraries"], strict=True)
        ends = [datetime.datetime.fromisoformat(row["expires_at"]) for row, goal in both if goal["expires_at"] is ANY]
        return self.ends and any(end - now <= notice for end in ends)

    @staticmethod
    def _forget(rows: list[State]) -> None:
        for row in rows:
            row.update(authorized_by=None, authorized_at=None, expires_at=None)

    def _onboard(self, options: State, user: str) -> None:
        stages = options.get("stages", ["application", "refresh_token", "authorization"])
        leaving = options.get("state") == "absent"
        apps = [(self._app({"name": one["name"]}), one) for one in options["applications"]]
        authorization = options.get("authorization")
        keeper = (authorization or {}).get("username", user)
        if leaving:
            # The last one brings the page; it is the first to go.
            has_page = apps[-1][0] is not None and apps[-1][0]["status"] == "enabled"
            if authorization is not None and has_page and "authorization" in stages:
                self.authorize({**authorization, "state": "unauthorized"}, keeper)
            for app, _rest in apps:
                if app and "application" in stages:
                    self.set_application(app, {"state": "absent"})
            return
        if any(app is None for app, _rest in apps):
            return  # It waits for iManage, untouched.
        for app, one in apps:
            if "application" in stages:
                self.set_application(app, one)
            if "refresh_token" in stages:
                self.set_policy(app, one)
        if authorization is not None and "authorization" in stages:
            self.authorize(authorization, keeper)


def parts(state: State) -> dict[str, Any]:
    """The parts of a tenant that are written each for itself."""
    own = {f"{kind} {one['id']}": one for kind in ("applications", "libraries") for one in state[kind]}
    rest = {key: value for key, value in state.items() if key not in ("applications", "libraries")}
    return {**{f"{name}: {key}": one[key] for name, one in own.items() for key in one}, **rest}
