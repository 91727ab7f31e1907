# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of every module as data: tenant, options, and outcome. C({name}) is replaced by the tenant's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import chain
from .chain import CHAIN
from .places import EXTENSION, TRACKER, applications, refreshing

APPLICATION, POLICY, AUTHORIZATION = "imanage_application", "imanage_app_auth", "imanage_library_authorization"
PLAN = chain.PLAN
PAT, ADMIN, NRT = "pat@{name}.example", "admin@{name}.example", "nrt@{name}.example"
SOON = [{"id": "ACTIVE", "authorized_by": ADMIN, "expires_in_days": 9}, {"id": "SPM", "authorized_by": ADMIN}]
ENDED = [{"id": "ACTIVE", "authorized_by": PAT, "expires_in_days": -1}, "SPM"]
OTHERS = [{"id": "ACTIVE", "authorized_by": PAT}, {"id": "SPM", "authorized_by": NRT}]
OPEN = {"id": "drive", "name": "iManage Drive", "status": "enabled"}
SOME = {**OPEN, "access": {"mode": "custom", "users": [PAT, ADMIN], "groups": ["IT"]}}
TWICE = [{"id": "one", "name": TRACKER}, {"id": "two", "name": TRACKER, "status": "enabled"}]
ADDED = applications(tracker="enabled", extension="enabled")
BOTH = [{"name": TRACKER}, {"name": EXTENSION, "enabled": True, "allow_refresh_token": True}]
NAMES = [{"name": TRACKER}, {"name": EXTENSION}]
KEEPER = {"username": "nrt@{name}.example", "password": "{name}-nrt-password"}


@dataclass
class Case:
    """A task on a tenant: whether a run changes something, or how it fails and what its message says."""

    module: str
    options: dict[str, Any] = field(default_factory=dict)
    tenant: dict[str, Any] = field(default_factory=dict)
    user: str = "admin"
    by: str = "password"
    changes: bool = False
    kind: str | None = None
    tells: tuple[str, ...] = ()


WRITING = {
    "add": Case(APPLICATION, {"name": TRACKER}),
    "add by id": Case(APPLICATION, {"app_id": "tracker"}),
    "add, disabled": Case(APPLICATION, {"name": TRACKER, "enabled": False}),
    "add for everybody": Case(APPLICATION, {"name": TRACKER, "access": "all"}),
    "add for some": Case(APPLICATION, {"name": TRACKER, "enabled": True, "access": "custom", "groups": ["it"]}),
    "add for some, not guarded": Case(APPLICATION, {"name": TRACKER, "access": "custom", "users": [PAT]}),
    "enable": Case(APPLICATION, {"app_id": "curation", "enabled": True}),
    "disable": Case(APPLICATION, {"app_id": "drive", "enabled": False}),
    "add members": Case(
        APPLICATION,
        {"app_id": "drive", "access": "custom", "users": ["NRT@{name}.EXAMPLE", PAT]},
        {"applications": [SOME]},
    ),
    "only these members": Case(
        APPLICATION,
        {"app_id": "drive", "access": "custom", "users": [PAT], "exclusive": True},
        {"applications": [SOME]},
    ),
    "no members": Case(
        APPLICATION, {"app_id": "drive", "access": "custom", "groups": [], "exclusive": True}, {"applications": [SOME]}
    ),
    "open to all": Case(APPLICATION, {"app_id": "drive", "access": "all"}, {"applications": [SOME]}),
    "remove": Case(APPLICATION, {"name": "iManage Drive", "state": "absent"}),
    "allow refresh": Case(POLICY, {"name": EXTENSION, "allow_refresh_token": True}, {"applications": ADDED}),
    "allow refresh, own expiry": Case(
        POLICY,
        {"app_id": "tracker-cc", "allow_refresh_token": True, "refresh_token_expiry_days": 14},
        {"applications": ADDED},
    ),
    "change one expiry": Case(
        POLICY,
        {"name": EXTENSION, "access_token_expiry_minutes": 5000},
        {"applications": refreshing(refresh_token_expiry=98765)},
    ),
    "forbid refresh": Case(POLICY, {"name": EXTENSION, "allow_refresh_token": False}, {"applications": refreshing()}),
    "authorize all": Case(AUTHORIZATION, {}, {"applications": refreshing()}),
    "authorize one, named twice": Case(
        AUTHORIZATION, {"libraries": ["archive", "ARCHIVE"]}, {"applications": refreshing()}
    ),
    "authorize what has expired": Case(AUTHORIZATION, {}, {"applications": refreshing(), "libraries": ENDED}),
    "renew ahead": Case(AUTHORIZATION, {"renew_before_days": 30}, {"applications": refreshing(), "libraries": SOON}),
    "take over": Case(AUTHORIZATION, {"authorizer": "me"}, {"applications": refreshing(), "libraries": OTHERS}),
    "authorize for another address": Case(
        AUTHORIZATION, {"email": "service@acme.example"}, {"applications": refreshing()}, user="nrt"
    ),
    "withdraw all": Case(AUTHORIZATION, {"state": "unauthorized"}, {"applications": refreshing(), "libraries": OTHERS}),
    "all but one": Case(AUTHORIZATION, {"except": ["spm", "nothing"]}, {"applications": refreshing()}),
    "authorize only what was planned": Case(
        AUTHORIZATION,
        {"planned": [{"operation": "authorizeLibrary", "ids": {"library_id": "SPM"}, "body": {"email": ADMIN}}]},
        {"applications": refreshing()},
    ),
    "add as planned": Case(
        APPLICATION,
        {
            "name": TRACKER,
            "planned": [{"operation": "updateApp", "ids": {"app_id": "tracker"}, "body": {"status": "enabled"}}],
        },
    ),
    "withdraw one": Case(
        AUTHORIZATION,
        {"state": "unauthorized", "libraries": ["spm"]},
        {"applications": refreshing(), "libraries": OTHERS},
    ),
}
# The tasks of the role, one after the other.
CHAINS = {
    "onboard the rest": Case(CHAIN, {"applications": BOTH, "authorization": {}}, {"applications": refreshing()}),
    "onboard for some": Case(
        CHAIN,
        {
            "applications": [{"name": TRACKER, "enabled": True, "access": "custom", "groups": ["it"]}, BOTH[1]],
            "authorization": {"libraries": ["active"], "email": "service@acme.example"},
        },
        {"applications": refreshing()},
    ),
    "onboard with two accounts": Case(
        CHAIN, {"applications": BOTH, "authorization": KEEPER}, {"applications": refreshing()}
    ),
    "onboard what is disabled, and what is to be": Case(
        CHAIN,
        {
            "applications": [
                {"name": TRACKER, "enabled": False, "access_token_expiry_minutes": 5},
                {"name": "iManage Insight+ Curation Web Extension", "enabled": True, "access_token_expiry_minutes": 5},
            ]
        },
    ),
    "onboard one stage": Case(
        CHAIN,
        {"applications": BOTH, "authorization": {}, "stages": ["refresh_token"]},
        {"applications": ADDED},
    ),
    "offboard": Case(
        CHAIN,
        {"state": "absent", "applications": NAMES, "authorization": {}},
        {
            "applications": applications(
                tracker="enabled", extension="enabled", token_policy={"allow_refresh_token": True}
            ),
            "libraries": OTHERS,
        },
    ),
    "offboard without a page": Case(
        CHAIN,
        {"state": "absent", "applications": NAMES, "authorization": {}},
        {"applications": applications(tracker="enabled", extension="disabled")},
    ),
}
for _case in (*WRITING.values(), *CHAINS.values()):
    _case.changes = True

SETTLED = {
    "added": Case(APPLICATION, {"name": TRACKER}, {"applications": ADDED}),
    "disabled and left so": Case(APPLICATION, {"app_id": "curation"}),
    "members are there": Case(
        APPLICATION, {"app_id": "drive", "access": "custom", "users": ["Pat@{name}.Example"]}, {"applications": [SOME]}
    ),
    "gone": Case(APPLICATION, {"name": TRACKER, "state": "absent"}),
    "never heard of": Case(APPLICATION, {"name": "nothing", "state": "absent"}),
    "unknown id": Case(APPLICATION, {"app_id": "nothing", "state": "absent"}),
    "nothing wanted": Case(POLICY, {"name": EXTENSION}, {"applications": ADDED}),
    "defaults wanted": Case(POLICY, {"name": EXTENSION, "allow_refresh_token": False}, {"applications": ADDED}),
    "authorized by others": Case(AUTHORIZATION, {}, {"applications": refreshing(), "libraries": OTHERS}),
    "not authorized": Case(AUTHORIZATION, {"state": "unauthorized"}, {"applications": refreshing()}),
    "no page, nothing to withdraw": Case(AUTHORIZATION, {"state": "unauthorized"}),
    "no libraries": Case(
        AUTHORIZATION,
        {},
        {
            "applications": refreshing(),
            "libraries": [],
            "users": [
                {"id": ADMIN, "password": "{name}-admin-password", "nrtadmin": "all", "app_management": True},
            ],
        },
    ),
}

SETTLED_CHAINS = {
    "onboarded": Case(
        CHAIN,
        {"applications": BOTH, "authorization": {}},
        {
            "applications": applications(
                tracker="enabled", extension="enabled", token_policy={"allow_refresh_token": True}
            ),
            "libraries": OTHERS,
        },
    ),
    "not provisioned, left alone": Case(CHAIN, {"applications": [*BOTH, {"name": "nothing"}], "authorization": {}}),
    "offboarded": Case(CHAIN, {"state": "absent", "applications": NAMES, "authorization": {}}),
}

READING = {
    "plan what is to be done": Case(PLAN, {"applications": BOTH, "authorization": {}}),
    "plan the rest": Case(PLAN, {"applications": BOTH, "authorization": {}}, {"applications": refreshing()}),
    "plan with two accounts": Case(
        PLAN, {"applications": BOTH, "authorization": KEEPER}, {"applications": refreshing()}
    ),
    "plan one stage": Case(
        PLAN, {"applications": BOTH, "authorization": {}, "stages": ["refresh_token"]}, {"applications": ADDED}
    ),
    "plan what waits for iManage": Case(PLAN, {"applications": [*BOTH, {"name": "nothing"}]}),
    "plan an offboarding": Case(
        PLAN,
        {"state": "absent", "applications": NAMES, "authorization": {}},
        {"applications": refreshing(), "libraries": OTHERS},
    ),
    "plan nothing": Case(PLAN, {"applications": BOTH, "approved": {}}),
    "tenant": Case("imanage_tenant_info"),
    "tenant of a user without rights": Case("imanage_tenant_info", user="pat"),
    "tenant by refresh token": Case("imanage_tenant_info", by="refresh_token"),
    "tenant by access token": Case("imanage_tenant_info", by="access_token"),
    "all applications": Case("imanage_application_info"),
    "catalog": Case("imanage_application_info", {"status": "available"}),
    "two by name": Case("imanage_application_info", {"name": [TRACKER, EXTENSION]}),
    "one with everything": Case(
        "imanage_application_info", {"name": "iManage Drive", "include": ["access", "token_policy"]}
    ),
    "none": Case("imanage_application_info", {"app_id": "nothing"}),
    "authorizations": Case(
        "imanage_library_authorization_info", {}, {"applications": refreshing(), "libraries": OTHERS}
    ),
    "one authorization": Case(
        "imanage_library_authorization_info", {"libraries": ["active"]}, {"applications": refreshing()}, user="nrt"
    ),
    "contract": Case("imanage_contract_info"),
    "contract of a tenant that is onboarded": Case(
        "imanage_contract_info", {}, {"applications": refreshing(), "libraries": OTHERS}
    ),
    "contract of a user without rights": Case("imanage_contract_info", user="pat", by="access_token"),
    "session with a token of one's own": Case("imanage_session", by="access_token"),
    "session that ends": Case("imanage_session", {"state": "absent", "session_token": "unknown-token"}, by="nothing"),
    "session without anything to end": Case("imanage_session", {"state": "absent"}, by="nothing"),
}

GOOD = {**WRITING, **SETTLED, **READING}
