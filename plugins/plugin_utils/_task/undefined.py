# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds variables that are given, but depend on an undefined variable.

The filter C(default) takes them for not given. Then C(tracker_onboarding_libraries) would mean every library, and
without an approved plan or a customer number a task would write more, or elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import CONNECTION_OPTIONS, TOKENS

# The variables of the role without a default, by the stage that uses them.
_OF_A_STAGE = {
    "application": ("access", "users", "groups"),
    "refresh_token": ("refresh_token_expiry_days", "access_token_expiry_minutes"),
    "authorization": ("libraries", "email"),
}
_OF_AN_EXPORT = ("application", "configuration_application", "users", "groups", "authorize_by", "authorized_on")


def of_the_connection(given: Mapping[str, Any]) -> list[str]:
    """Return the connection variables that a task needs besides these options."""
    has = {name for name in CONNECTION_OPTIONS if given.get(name)}
    needless = {*TOKENS} if "password" in has else set()
    if not has.isdisjoint(TOKENS):
        needless = {"username", "password", *TOKENS}
    if "access_token" in has:
        needless |= {"client_id", "client_secret"}
    return [f"imanage_{name}" for name in CONNECTION_OPTIONS if given.get(name) is None and name not in needless]


def of_the_role(args: Mapping[str, Any], intent: str) -> list[str]:
    """Return the variables that the role uses, and that these arguments of its first task have no value of.

    Args:
        args: the arguments of imanage_onboarding_info
        intent: onboard, audit, offboard, or export
    """
    if intent == "export":
        return [f"tracker_onboarding_{name}" for name in (*_OF_AN_EXPORT, "libraries_except")]
    stages = args.get("stages") or ()
    found = [f"tracker_onboarding_{name}" for name in _of_stages(args, stages)] if intent != "offboard" else []
    if intent != "audit" and args.get("approved") is None:
        found += ["tracker_onboarding_plan", "imanage_plan"]
    if "authorization" in stages and not _mapping(args.get("authorization")).get("username"):
        found += ["imanage_nrtadmin_username", "imanage_nrtadmin_password"]
    return found


def _of_stages(args: Mapping[str, Any], stages: Iterable[str]) -> Iterator[str]:
    applications = args.get("applications")
    parts = [
        *map(_mapping, applications if isinstance(applications, list) else []),
        _mapping(args.get("authorization")),
    ]
    for stage, names in _OF_A_STAGE.items():
        if stage in stages:
            yield from (name for name in names if all(part.get(name) is None for part in parts))


def _mapping(value: Any) -> Mapping[str, Any]:
    """The value, or nothing if it is of a type that is refused later."""
    return value if isinstance(value, Mapping) else {}


def undefined(names: Iterable[str], variables: Mapping[str, Any], templar: Any, tenant: str = "") -> list[str]:
    """Return a sentence about each of these variables that is given, but cannot be templated."""
    found = []
    for name in names:
        if name in variables:
            try:
                # In a dictionary, an omitted value is no error.
                templar.template({name: variables[name]})
            except AnsibleError as error:
                # Show only these parts of the error and the template. The rest may contain a secret.
                what = re.search(r"'[\w.]+' is undefined", str(error))
                # Without templating it again.
                raw = dict.get(variables, name) if isinstance(variables, dict) else ""
                entry = re.search(r"^\{\{\s*(\w+)\[inventory_hostname\]", str(raw))
                why = what[0] if what else f"{entry[1]} has no entry {tenant!r}" if entry else ""
                whose = f"{name} of {tenant}" if tenant else name
                found.append(f"{whose} cannot be templated{f': {why}' if why else ''}.")
    return found
