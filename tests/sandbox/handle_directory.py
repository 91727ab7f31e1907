# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries, roles and their members."""

from __future__ import annotations

from .call import Call, need_app_management, page
from .wire import Refusal, Reply, data_reply


def list_libraries(call: Call) -> Reply:
    """Every library of the customer at once; anybody who is signed in may ask."""
    rows = [{"id": one.id, "type": "worksite", "is_hidden": one.hidden} for one in call.tenant.libraries]
    return data_reply(rows)


def list_roles(call: Call) -> Reply:
    """The Global Management roles."""
    need_app_management(call)
    return page(call, [role.row() for role in call.tenant.roles])


def list_role_members(call: Call) -> Reply:
    """The users of one role."""
    need_app_management(call)
    identity = call.parameters["role_id"]
    role = next((one for one in call.tenant.roles if one.id == identity), None)
    if role is None:
        raise Refusal(404, "NotFound", f"There is no role {identity}.")
    return page(call, [{"id": member} for member in role.members])


HANDLERS = {"listLibraries": list_libraries, "listRoles": list_roles, "listRoleMembers": list_role_members}
