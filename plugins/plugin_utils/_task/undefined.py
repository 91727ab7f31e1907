# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds variables that are given, but depend on an undefined variable.

The filter C(default) takes them for not given. Then C(tracker_onboarding_libraries) would mean every library, and no
tracker_onboarding_plan would need to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import CONNECTION_OPTIONS

# The options of the role that have no default.
_OF_AN_APPLICATION = ("access", "users", "groups", "refresh_token_expiry_days", "access_token_expiry_minutes")
_OF_THE_AUTHORIZATION = ("libraries", "email")


def not_given(args: Mapping[str, Any]) -> list[str]:
    """Return the optional variables of the role that these arguments of imanage_onboarding_info have no value of."""
    authorization, applications = args.get("authorization") or {}, args.get("applications") or []
    values = {f"imanage_{name}": args.get(name) for name in CONNECTION_OPTIONS}
    values["tracker_onboarding_plan"] = args.get("approved")
    values |= {f"imanage_nrtadmin_{name}": authorization.get(name) for name in ("username", "password")}
    values |= {f"tracker_onboarding_{name}": authorization.get(name) for name in _OF_THE_AUTHORIZATION}
    for name in _OF_AN_APPLICATION:
        values[f"tracker_onboarding_{name}"] = [one[name] for one in applications if one.get(name) is not None] or None
    return [name for name, value in values.items() if value is None]


def undefined(names: Iterable[str], variables: Mapping[str, Any], templar: Any) -> list[str]:
    """Return a sentence about each of these variables that is given, but cannot be templated."""
    found, tenant = [], variables.get("inventory_hostname")
    for name in names:
        if name in variables:
            try:
                # In a dictionary, the templar drops an omitted value.
                templar.template({name: variables[name]})
            except AnsibleError as error:
                # Show only these parts of the error and the template. The rest may contain a secret.
                what = re.search(r"'[\w.]+' is undefined", str(error))
                entry = re.search(r"^\{\{\s*(\w+)\[inventory_hostname\]", str(variables[name]))
                why = what[0] if what else f"{entry[1]} has no entry {tenant!r}" if entry else ""
                whose = f"{name} of {tenant}" if tenant else name
                found.append(f"{whose} cannot be templated{f': {why}' if why else ''}.")
    return found
