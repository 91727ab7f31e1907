# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant as the signed-in user sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure


def answer(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Who is signed in, to which tenant, with which libraries, and whether with App Management."""
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
    """Whether a role with App Management has the user as a member; None where roles may not be read."""
    try:
        roles = [row["id"] for row in client.rows("listRoles") if row.get("app_management") == "true"]
        members = (row["id"] for role in roles for row in client.rows("listRoleMembers", role_id=role))
        return any(member.casefold() == user.casefold() for member in members)
    except Failure as failure:
        if failure.kind != "permission":
            raise
        return None
