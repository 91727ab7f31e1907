# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""THE WIRE: every call to Control Center that this collection can make, as data.

The written contract is C(tests/contract/control-center.yaml); a test compares the two. C(evidence) says how sure we
are of a call: C(published) by a vendor or integrator, C(seen) in public client code, C(assumed) by us after the
conventions of the others. A path can be replaced per tenant by C(api_paths).
"""

from __future__ import annotations

from typing import Any, NamedTuple

# The base that discovery returns takes the place of this prefix.
API_PREFIX = "/work/api/v2"
API_VERSION_NAME = "v2"
TOKEN_HEADER = "X-Auth-Token"
CONSENT_CODE = "InteractiveConsentRequired"

# The application whose presence brings the page "Tracker background service authorization".
EXTENSION = "iManage Tracker CC configuration"

ADDED = ("enabled", "disabled")
ACCESS_MODES = {"all": "public", "custom": "private"}

# Our option names, the wire's field names, and the vendor's documented defaults.
POLICY_FIELDS = {
    "allow_refresh_token": "allow_refresh_token",
    "refresh_token_expiry_days": "refresh_token_expiry",
    "access_token_expiry_minutes": "access_token_max_idle_time",
}
POLICY_DEFAULTS = {
    "allow_refresh_token": False,
    "refresh_token_expiry_days": 365,
    "access_token_expiry_minutes": 30,
}

STATUSES = ("available", *ADDED)

APP = {
    "id": str,
    "name": str,
    "status": STATUSES,
    "description?": str,
    "default_security?": tuple(ACCESS_MODES.values()),
    "publisher?": {"name?": str, "url?": str},
}
MEMBER = {"id": str, "type": ("user", "group")}
ACCESS = {"default_security": tuple(ACCESS_MODES.values()), "members?": [MEMBER]}
TOKEN_POLICY = {
    "type": ("value",),
    "value": {"allow_refresh_token": bool, "refresh_token_expiry?": int, "access_token_max_idle_time?": int},
}
LIBRARY_AUTHORIZATION = {
    "id": str,
    "authorized_by?": {"id": str, "name?": str, "email?": str},
    "authorized_at?": str,
    "expires_at?": str,
}
IDENTITY = {
    "user": {"customer_id": int, "id": str, "name?": str, "email?": str, "user_type?": str},
    "versions": [{"name": str, "url": str, "version?": str}],
    "work": {"preferred_library?": str, "libraries?": [{"alias": str}]},
}
TOKEN = {"access_token": str, "token_type": str, "expires_in": int, "refresh_token?": str}
ROLE = {"id": str, "app_management?": ("true", "false")}


class Operation(NamedTuple):
    """One call: its id in the contract, what it does, how it is made, and what it answers when it succeeds."""

    id: str
    does: str
    evidence: str
    method: str
    path: str
    success: tuple[int, ...] = (200,)
    reply: dict[str, Any] | None = None
    # Signing in and out are no writes: they change nothing that the tenant's administrator manages.
    writes: bool = False

    @property
    def lists(self) -> bool:
        """Whether it answers with rows, page by page."""
        return isinstance((self.reply or {}).get("data"), list)


def _one(row: dict[str, Any]) -> dict[str, Any]:
    return {"data": row}


def _page(row: dict[str, Any]) -> dict[str, Any]:
    return {"data": [row], "total_count?": int}


_CUSTOMER = API_PREFIX + "/customers/{customer_id}"
_APP = _CUSTOMER + "/apps/{app_id}"
_POLICY = _CUSTOMER + "/settings/{app_id}/oauth2.tokens"
_TRACKER = "/tracker/api/v2/customers/{customer_id}/libraries"
_AUTHORIZATION = _TRACKER + "/{library_id}/authorization"

OPERATIONS = {
    operation.id: operation
    for operation in (
        Operation("requestToken", "sign in", "seen", "POST", "/auth/oauth2/token", reply=TOKEN),
        Operation("revokeToken", "sign out", "seen", "POST", "/auth/oauth2/revoke-token"),
        Operation("discover", "ask who is signed in", "seen", "GET", "/api", reply=_one(IDENTITY)),
        Operation("listApps", "list the applications", "seen", "GET", _CUSTOMER + "/apps", reply=_page(APP)),
        Operation("readApp", "read the application", "assumed", "GET", _APP, reply=_one(APP)),
        Operation(
            "updateApp",
            "add, enable or disable the application",
            "assumed",
            "PATCH",
            _APP,
            reply=_one(APP),
            writes=True,
        ),
        Operation("removeApp", "remove the application", "assumed", "DELETE", _APP, success=(204,), writes=True),
        Operation("readAppAccess", "read who has access", "assumed", "GET", _APP + "/security", reply=_one(ACCESS)),
        Operation(
            "updateAppAccess",
            "set who has access",
            "assumed",
            "POST",
            _APP + "/security",
            reply=_one(ACCESS),
            writes=True,
        ),
        Operation("readTokenPolicy", "read the token policy", "assumed", "GET", _POLICY, reply=_one(TOKEN_POLICY)),
        Operation(
            "writeTokenPolicy",
            "set the token policy",
            "published",
            "PUT",
            _POLICY,
            reply=_one(TOKEN_POLICY),
            writes=True,
        ),
        Operation(
            "listLibraries",
            "list the libraries of the tenant",
            "seen",
            "GET",
            _CUSTOMER + "/libraries",
            reply=_page({"id": str}),
        ),
        Operation("listRoles", "list the roles", "seen", "GET", _CUSTOMER + "/roles", reply=_page(ROLE)),
        Operation(
            "listRoleMembers",
            "list the members of a role",
            "seen",
            "GET",
            _CUSTOMER + "/roles/{role_id}/members",
            reply=_page({"id": str}),
        ),
        Operation(
            "listLibraryAuthorizations",
            "read the library authorizations",
            "assumed",
            "GET",
            _TRACKER,
            reply=_page(LIBRARY_AUTHORIZATION),
        ),
        Operation(
            "authorizeLibrary",
            "authorize the library",
            "assumed",
            "POST",
            _AUTHORIZATION,
            success=(200, 201),
            reply=_one(LIBRARY_AUTHORIZATION),
            writes=True,
        ),
        Operation(
            "unauthorizeLibrary",
            "withdraw the authorization",
            "assumed",
            "DELETE",
            _AUTHORIZATION,
            success=(204,),
            writes=True,
        ),
    )
}
