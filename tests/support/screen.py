# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a diff has to show, worked out from the sandbox's state without any code of the product."""

from __future__ import annotations

import re
from typing import Any

import yaml
from sandbox.policy import FIELDS

State = dict[str, Any]
LIBRARIES = "Tracker background service authorization"


def assert_shows(diff: dict[str, str], before: State, after: State) -> None:
    """Each side of a diff shows the tenant as it was and as it became; C(before) and C(after): normalized snapshots."""
    assert diff["before"] != diff["after"]
    for side, state in (("before", before), ("after", after)):
        title = re.fullmatch(r".*, customer \d+, (.*) \(as (it is|planned)\)", diff[f"{side}_header"])
        assert title, diff
        shown = _folded(yaml.safe_load(diff[side]) or {})
        seen = [_folded(view) for view in _views(title.group(1), state)]
        assert any(all(_is_what(shown[key], view.get(key)) for key in shown) for view in seen), (side, shown, seen)


def _views(title: str, state: State) -> list[State]:
    """The page of that title; of each application, where several have the same name."""
    # A text with invisible characters is in quotes.
    title = yaml.safe_load(title) if title.startswith('"') else title
    if title == LIBRARIES:
        return [{row["id"]: (row["authorized_by"] or {}).get("id") for row in state["libraries"]}]
    name, comma, _page = title.partition(", Authentication")
    apps = [one for one in state["applications"] if one["name"] == name]
    return [_policy(app["token_policy"]) if comma else _application(app) for app in apps]


def _application(app: State) -> State:
    if app["status"] == "available":
        return {"Added": False}
    members = app["access"]["members"]
    return {
        "Added": True,
        "Enable application?": app["status"] == "enabled",
        "Allow access to": {"public": "All Users", "private": "Custom"}[app["access"]["default_security"]],
        "Users": [row["id"] for row in members if row["type"] == "user"],
        "Groups": [row["id"] for row in members if row["type"] == "group"],
    }


def _policy(policy: State) -> State:
    shown = {field.label: policy[field.option] for field in FIELDS}
    return {label: "none" if value is None else value for label, value in shown.items()}


def _is_what(shown: Any, seen: Any) -> bool:
    """Whether a value of a diff is that of the state; a library's is the one who authorized it, or nobody."""
    if isinstance(shown, str) and shown.startswith(("unauthorized", "authorized", "ended", "ends within")):
        by = shown.partition("authorized by ")[2]
        return seen is None if shown == "unauthorized" else seen is not None and by in ("", seen)
    return bool(shown == seen)


def _folded(value: Any) -> Any:
    """Without upper and lower case, in which the server has its own way, and without order."""
    if isinstance(value, dict):
        return {str(key).casefold(): _folded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted(_folded(inner) for inner in value)
    return value.casefold() if isinstance(value, str) else value
