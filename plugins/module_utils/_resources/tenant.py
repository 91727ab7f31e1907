# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a tenant as the signed-in user sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import caseless

# Public client code shows texts here.
_GRANTED = ("true", True)
_NOT_GRANTED = ("false", False, None)


def result(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the signed-in user, the tenant, its libraries, and whether the user has App Management."""
    who = client.identity
    return {
        "tenant": {
            "customer_id": who.customer_id,
            "user": who.user,
            "api_url": who.api_url,
            "api_version": who.api_version,
            "app_management": _has_app_management(client, who.user),
            "libraries": [row["id"] for row in client.rows("listLibraries")],
        }
    }


def _has_app_management(client: Client, user: str) -> bool | None:
    """Whether the user is a member of a role with App Management; None if that cannot be known.

    This is only a hint, so it never fails the task. An unknown value of the privilege counts as unknown.
    """
    try:
        rows = client.rows("listRoles")
        roles = [row["id"] for row in rows if row.get("app_management") in _GRANTED]
        members = (row["id"] for role in roles for row in client.rows("listRoleMembers", role_id=role))
        is_member = any(caseless(member) == caseless(user) for member in members)
    except Failure:
        return None
    is_known = all(row.get("app_management") in (*_GRANTED, *_NOT_GRANTED) for row in rows)
    return is_member if is_member or is_known else None
