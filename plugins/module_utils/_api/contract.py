# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract: every call to Control Center that this collection can make, as data.

The documented contract is C(tests/contract/control-center.yaml); a test compares the two. C(evidence) is C(published)
by a vendor or integrator, C(seen) in public client code, or C(assumed) by analogy with the other calls. The option
C(api_paths) replaces a path for a tenant.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.shape import OneOf

# The address that discovery returns replaces this prefix.
API_PREFIX = "/work/api/v2"
API_VERSION_NAME = "v2"
# The vendor's web client calls the same API here, with a cookie and a token of its page. We have neither.
BROWSER_PREFIX = "/work/web/api/v2"
TOKEN_HEADER = "X-Auth-Token"
CONSENT_CODE = "InteractiveConsentRequired"

# The configuration application. It has the page "Tracker background service authorization".
CONFIGURATION = "iManage Tracker CC configuration"
# The vendor's names of the two applications, in the order in which they are added.
APPLICATIONS = ("iManage Tracker", CONFIGURATION)

ADDED = ("enabled", "disabled")
ACCESS_MODES = {"all": "public", "custom": "private"}


class PolicyField(NamedTuple):
    """A field of a token policy: its name on the wire, its label on the screen, and the vendor's documented default.

    The option has the type of the default. A number counts C(unit)s and is at least 1. C(always): every reply has it.
    """

    wire: str
    label: str
    default: bool | int
    unit: str = ""
    always: bool = False


# The screen Authentication, by the names of our options.
POLICY = {
    "allow_refresh_token": PolicyField("allow_refresh_token", "Allow Refresh Token", False, always=True),
    "refresh_token_expiry_days": PolicyField("refresh_token_expiry", "Refresh Token Expiry (days)", 365, "day"),
    "access_token_expiry_minutes": PolicyField(
        "access_token_max_idle_time", "Access Token Expiry (minutes)", 30, "minute"
    ),
}

STATUSES = ("available", *ADDED)

# A shape has only the fields that decide something. Other fields of a reply may have any form.
# A list of applications is searched by name. The row that is found has to be an APP.
APP_ROW = {"name": str}
APP = {**APP_ROW, "id": str, "status": STATUSES}
MEMBERS = [{"id": str, "type": ("user", "group")}]
ACCESS_MODE = {"default_security": tuple(ACCESS_MODES.values())}
# For workspaces and folders, public client code reads the members directly from data, and the mode next to it.
ACCESS = OneOf({"data": {**ACCESS_MODE, "members?": MEMBERS}}, {"data": MEMBERS, **ACCESS_MODE})
TOKEN_POLICY = {
    "value": {field.wire if field.always else f"{field.wire}?": type(field.default) for field in POLICY.values()},
}
LIBRARY_AUTHORIZATION = {"id": str, "authorized_by?": dict, "expires_at?": str}
IDENTITY = {"user": {"customer_id": int, "id": str}, "versions": [{"name": str}]}
TOKEN = {"access_token": str}
LIBRARY = ROLE = MEMBER = {"id": str}


class Operation(NamedTuple):
    """One call: its id in the contract, what it does, its request, and the shape of its reply.

    C(paged): the list is read page by page. Other lists are read once, without a query. C(candidates): other paths at
    which a tenant may serve the call.
    """

    id: str
    does: str
    evidence: str
    method: str
    path: str
    reply: Any = None
    # Signing in and out do not count as writes: they change nothing that an administrator manages.
    writes: bool = False
    paged: bool = False
    candidates: tuple[str, ...] = ()

    @property
    def lists(self) -> bool:
        """Whether the reply has rows."""
        return isinstance(self.reply, dict) and isinstance(self.reply.get("data"), list)

    def accepts(self, status: int) -> bool:
        """Whether a status means success. For a write, any 2xx does: reading again decides."""
        return 200 <= status < 300 if self.writes else status == 200


def _one(row: dict[str, Any]) -> dict[str, Any]:
    return {"data": row}


def _rows(row: dict[str, Any]) -> dict[str, Any]:
    return {"data": [row]}


_CUSTOMER = API_PREFIX + "/customers/{customer_id}"
_APP = _CUSTOMER + "/apps/{app_id}"
_ACCESS = _APP + "/security"
_SETTING = "/customers/{customer_id}/settings/{app_id}/oauth2.tokens"
_POLICY = API_PREFIX + _SETTING
# The cloud serves other settings there.
_OTHER_POLICY = ("/platform/api/v2" + _SETTING,)
_ROLES = _CUSTOMER + "/roles"
_MEMBERS = _ROLES + "/{role_id}/members"
_PAGE = "/tracker/api/v2/customers/{customer_id}/libraries"
_LIBRARY = _PAGE + "/{library_id}/authorization"

_CALLS = (
    Operation("requestToken", "sign in", "seen", "POST", "/auth/oauth2/token", TOKEN),
    Operation("revokeToken", "sign out", "seen", "POST", "/auth/oauth2/revoke-token"),
    Operation("discover", "ask who is signed in", "seen", "GET", "/api", _one(IDENTITY)),
    Operation("listApps", "list the applications", "seen", "GET", _CUSTOMER + "/apps", _rows(APP_ROW), paged=True),
    Operation("readApp", "read the application", "assumed", "GET", _APP, _one(APP)),
    Operation("updateApp", "add, enable or disable the application", "assumed", "PATCH", _APP, writes=True),
    Operation("removeApp", "remove the application", "assumed", "DELETE", _APP, writes=True),
    Operation("readAppAccess", "read who has access", "assumed", "GET", _ACCESS, ACCESS),
    Operation("updateAppAccess", "set who has access", "assumed", "POST", _ACCESS, writes=True),
    Operation(
        "readTokenPolicy",
        "read the token policy",
        "assumed",
        "GET",
        _POLICY,
        _one(TOKEN_POLICY),
        candidates=_OTHER_POLICY,
    ),
    Operation(
        "writeTokenPolicy",
        "set the token policy",
        "published",
        "PUT",
        _POLICY,
        writes=True,
        candidates=_OTHER_POLICY,
    ),
    Operation(
        "listLibraries", "list the libraries of the tenant", "seen", "GET", _CUSTOMER + "/libraries", _rows(LIBRARY)
    ),
    Operation("listRoles", "list the roles", "seen", "GET", _ROLES, _rows(ROLE), paged=True),
    Operation("listRoleMembers", "list the members of a role", "seen", "GET", _MEMBERS, _rows(MEMBER), paged=True),
    Operation(
        "listLibraryAuthorizations",
        "read the library authorizations",
        "assumed",
        "GET",
        _PAGE,
        _rows(LIBRARY_AUTHORIZATION),
        paged=True,
    ),
    Operation("authorizeLibrary", "authorize the library", "assumed", "POST", _LIBRARY, writes=True),
    Operation("unauthorizeLibrary", "withdraw the authorization", "assumed", "DELETE", _LIBRARY, writes=True),
)
OPERATIONS = {operation.id: operation for operation in _CALLS}
