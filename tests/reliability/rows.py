# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of the contract, each with a small task that calls it."""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS
from support.cases import ADMIN, APPLICATION, AUTHORIZATION, CHAIN, POLICY, SOME, Case
from support.places import TRACKER, refreshing

from .columns import ROLES

_SMALL_PAGES = {"page_size": 1}
_LIBRARIES = {"applications": refreshing(), "libraries": ["ACTIVE", {"id": "SPM", "authorized_by": ADMIN}]}
_ADD = Case(APPLICATION, {"name": TRACKER}, _SMALL_PAGES)
_ONBOARD = Case(CHAIN, {"applications": [{"name": TRACKER}]}, _SMALL_PAGES)
_BY_ID = Case(APPLICATION, {"app_id": "curation", "enabled": True})
_SHARE = Case(APPLICATION, {"app_id": "drive", "access": "custom", "groups": ["Partners"]}, {"applications": [SOME]})
_ALLOW = Case(
    POLICY,
    {"app_id": "tracker-cc", "allow_refresh_token": True, "refresh_token_expiry_days": 14},
    {"applications": refreshing()},
)
_AUTHORIZE = Case(AUTHORIZATION, {"libraries": ["ACTIVE"]}, {**_LIBRARIES, **_SMALL_PAGES})
_TENANT = Case("imanage_tenant_info", {}, _SMALL_PAGES)

# One write each at most, so that there is no state between before and after.
TASKS = {
    "requestToken": _ADD,
    "revokeToken": _ADD,
    "discover": _ONBOARD,
    "listApps": _ONBOARD,
    "readApp": _BY_ID,
    "updateApp": _ADD,
    "removeApp": Case(APPLICATION, {"app_id": "drive", "state": "absent"}),
    "readAppAccess": _SHARE,
    "updateAppAccess": _SHARE,
    "readTokenPolicy": _ALLOW,
    "writeTokenPolicy": _ALLOW,
    "listLibraries": _AUTHORIZE,
    "listRoles": _TENANT,
    "listRoleMembers": _TENANT,
    "listLibraryAuthorizations": _AUTHORIZE,
    "authorizeLibrary": _AUTHORIZE,
    "unauthorizeLibrary": Case(AUTHORIZATION, {"libraries": ["SPM"], "state": "unauthorized"}, _LIBRARIES),
}
# What is read again after the write, to see whether it was made; a test compares this with what the tasks do.
READ_BACK = ("listApps", "readApp", "readAppAccess", "readTokenPolicy", "listLibraries", "listLibraryAuthorizations")


class Row(NamedTuple):
    """An operation, in its first call of a task or in the first one after the write."""

    operation: str
    read_back: bool

    @property
    def case(self) -> Case:
        """The task."""
        return TASKS[self.operation]

    @property
    def role(self) -> str:
        """What the call is for."""
        if OPERATIONS[self.operation].writes:
            return "write"
        return {"requestToken": "sign-in", "revokeToken": "sign-out"}.get(self.operation, ROLES[0])

    def __str__(self) -> str:
        return self.operation + (", read back" if self.read_back else "")


ROWS = tuple(
    Row(operation, read_back)
    for operation in TASKS
    for read_back in ((False, True) if operation in READ_BACK else (False,))
)
