# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases that fail, as data: with which kind, and what the message has to name."""

from __future__ import annotations

from .cases import (
    ADDED,
    APPLICATION,
    AUTHORIZATION,
    BOTH,
    KEEPER,
    NRT,
    OPEN,
    PLAN,
    POLICY,
    TWICE,
    Case,
)
from .places import EXTENSION, TRACKER, refreshing

BAD = {
    "no credentials": Case(
        "imanage_tenant_info", by="nothing", kind="bad_option", tells=("No credentials", "password")
    ),
    "no password": Case(
        "imanage_tenant_info", {"password": None}, kind="bad_option", tells=("username is given without password",)
    ),
    "two kinds, each missing a part": Case(
        "imanage_tenant_info",
        {"username": None, "refresh_token": "refr3sh", "client_id": None},
        kind="bad_option",
        tells=("password is given without username", "refresh_token is given without client_id"),
    ),
    "url with user information": Case(
        "imanage_tenant_info",
        {"url": "https://ada:s3cret@cloudimanage.com"},
        kind="bad_option",
        tells=("user information",),
    ),
    "access token with a line break": Case(
        "imanage_tenant_info",
        {"access_token": "s3cret\n"},
        kind="bad_option",
        tells=("access_token contains a space, a line break",),
    ),
    "unknown host": Case(
        "imanage_tenant_info",
        {"url": "https://no-such-host.invalid", "retry_timeout": 1},
        kind="unreachable",
        tells=("https://no-such-host.invalid",),
    ),
    "wrong password": Case(
        "imanage_tenant_info", {"password": "wr0ng-one"}, kind="sign_in", tells=("The credentials are not valid.",)
    ),
    "password with a line break": Case(
        "imanage_tenant_info",
        {"password": "{name}-admin-password\n"},
        kind="sign_in",
        tells=("password begins or ends with a space or a line break, which echo adds for example.",),
    ),
    "unknown client": Case(
        "imanage_tenant_info", {"client_id": "other"}, kind="sign_in", tells=("The client is unknown",)
    ),
    "ended access token": Case(
        "imanage_tenant_info", {"access_token": "ended-t0ken"}, by="nothing", kind="sign_in", tells=("401",)
    ),
    "wrong tenant": Case("imanage_tenant_info", {"customer_id": 7}, kind="wrong_tenant", tells=("not to customer 7",)),
    "application that is unknown": Case(
        APPLICATION,
        {"name": "iManage Trucker"},
        kind="not_provisioned",
        tells=("'iManage Trucker'", "catalog", "Ask iManage"),
    ),
    "application in another case": Case(
        APPLICATION, {"name": "imanage tracker"}, kind="not_found", tells=("'imanage tracker'", "'iManage Tracker'")
    ),
    "application with a sign that hides": Case(
        POLICY, {"name": f"{TRACKER}\u200b"}, kind="not_found", tells=(f"'{TRACKER}\\u200b'", f"'{TRACKER}'")
    ),
    "application that exists twice": Case(
        APPLICATION,
        {"name": TRACKER},
        {"applications": TWICE},
        kind="ambiguous_name",
        tells=("2 applications", "one", "two", "app_id"),
    ),
    "id that does not exist": Case(APPLICATION, {"app_id": "nothing"}, kind="not_found", tells=("'nothing'",)),
    "expiry of zero days": Case(
        POLICY,
        {"name": EXTENSION, "allow_refresh_token": True, "refresh_token_expiry_days": 0},
        {"applications": ADDED},
        kind="bad_option",
        tells=("refresh_token_expiry_days is 0", "at least 1 day"),
    ),
    "expiry while refresh is off": Case(
        POLICY,
        {"name": EXTENSION, "refresh_token_expiry_days": 14},
        {"applications": ADDED},
        kind="bad_option",
        tells=("refresh_token_expiry_days", "refresh tokens are not allowed"),
    ),
    "expiry while refresh is turned off": Case(
        POLICY,
        {"name": EXTENSION, "refresh_token_expiry_days": 14, "allow_refresh_token": False},
        {"applications": refreshing()},
        kind="bad_option",
        tells=("allow_refresh_token: false",),
    ),
    "policy of an application in the catalog": Case(
        POLICY,
        {"name": EXTENSION, "refresh_token_expiry_days": 14},
        kind="not_added",
        tells=(EXTENSION, "has not been added"),
    ),
    "unknown user in the access list": Case(
        APPLICATION,
        {"app_id": "drive", "access": "custom", "users": ["ghost@x.example"]},
        kind="bad_option",
        tells=("ghost@x.example",),
    ),
    "everybody and some": Case(
        APPLICATION,
        {"name": TRACKER, "access": "all", "groups": ["IT"]},
        kind="bad_option",
        tells=("groups without access: custom",),
    ),
    "library that does not exist": Case(
        AUTHORIZATION,
        {"libraries": ["ACTIVE", "NOPE"]},
        {"applications": refreshing()},
        kind="not_found",
        tells=("NOPE",),
    ),
    "library with a sign that hides": Case(
        AUTHORIZATION,
        {"libraries": ["ACTIVE\u2060"]},
        {"applications": refreshing()},
        kind="not_found",
        tells=('the library "ACTIVE\\u2060" for', "It lists the library ACTIVE: correct the name"),
    ),
    "library without NRTADMIN": Case(
        AUTHORIZATION,
        {"libraries": ["SPM"]},
        {"applications": refreshing()},
        user="nrt",
        kind="permission",
        tells=("SPM", "NRTADMIN", "8 hours"),
    ),
    "empty library list": Case(
        AUTHORIZATION,
        {"libraries": []},
        {"applications": refreshing()},
        kind="bad_option",
        tells=("libraries is an empty list",),
    ),
    "empty library list to read": Case(
        "imanage_library_authorization_info", {"libraries": []}, kind="bad_option", tells=("empty list",)
    ),
    "negative days": Case(
        AUTHORIZATION, {"renew_before_days": -1}, kind="bad_option", tells=("renew_before_days is -1",)
    ),
    "invalid e-mail address": Case(
        AUTHORIZATION,
        {"email": "nobody"},
        {"applications": refreshing()},
        kind="bad_option",
        tells=("email is 'nobody'",),
    ),
    "libraries without the extension": Case(AUTHORIZATION, {}, kind="not_added", tells=(EXTENSION,)),
    "libraries to read without the extension": Case(
        "imanage_library_authorization_info", {}, kind="not_added", tells=(EXTENSION,)
    ),
    "libraries while refresh is off": Case(
        AUTHORIZATION,
        {},
        {"applications": ADDED},
        kind="conflict",
        tells=("ACTIVE", "SPM", "Refresh tokens are not allowed"),
    ),
    "consent of a person": Case(
        AUTHORIZATION,
        {},
        {"applications": refreshing(), "consent_required": True},
        kind="consent_required",
        tells=("Failed libraries: 3 of 3.", "ACTIVE", "hand_over"),
    ),
    "no App Management": Case(
        APPLICATION, {"name": TRACKER}, user="pat", kind="permission", tells=("App Management", "8 hours")
    ),
    "application with settings": Case(
        APPLICATION,
        {"app_id": "drive", "state": "absent"},
        {"applications": [{**OPEN, "associated_settings": True}]},
        kind="conflict",
        tells=("has associated settings",),
    ),
    "unknown key in api_paths": Case(
        "imanage_tenant_info",
        {"api_paths": {"updateApps": "/x"}},
        kind="bad_option",
        tells=("'updateApps'", "updateApp"),
    ),
    "api_paths with a host": Case(
        "imanage_tenant_info",
        {"api_paths": {"listApps": "https://evil.example/x"}},
        kind="bad_option",
        tells=("listApps", "https://evil.example/x"),
    ),
    "option that does not exist": Case(
        "imanage_tenant_info", {"user_name": "x"}, kind="bad_option", tells=("there is no option user_name",)
    ),
    "no name and no id": Case(APPLICATION, {}, kind="bad_option", tells=("name, app_id",)),
    "name and id": Case(APPLICATION, {"name": "x", "app_id": "y"}, kind="bad_option", tells=("mutually exclusive",)),
    "no time": Case("imanage_tenant_info", {"timeout": 0}, kind="bad_option", tells=("timeout is 0",)),
    "customer_id that is not a number": Case(
        "imanage_tenant_info", {"customer_id": "acme"}, kind="bad_option", tells=("customer_id", "acme")
    ),
    "invalid authorities": Case(
        "imanage_tenant_info", {"ca_path": "/no/such/file.pem"}, kind="bad_option", tells=("/no/such/file.pem",)
    ),
    "onboarding of nothing": Case(PLAN, {"applications": []}, kind="bad_option", tells=("applications is empty",)),
    "onboarding of one twice": Case(
        PLAN, {"applications": [*BOTH, {"name": TRACKER}]}, kind="bad_option", tells=("names an application twice",)
    ),
    "onboarding with an empty library list": Case(
        PLAN,
        {"applications": BOTH, "authorization": {"libraries": []}},
        kind="bad_option",
        tells=("libraries is an empty list",),
    ),
    "onboarding with a library that does not exist": Case(
        PLAN,
        {"applications": BOTH, "authorization": {"libraries": ["NOPE"]}},
        kind="not_found",
        tells=("NOPE",),
    ),
    "onboarding with half a second account": Case(
        PLAN,
        {"applications": BOTH, "authorization": {"username": NRT}},
        kind="bad_option",
        tells=("username is given without password",),
    ),
    "onboarding with the wrong password of the second account": Case(
        PLAN,
        {"applications": BOTH, "authorization": {**KEEPER, "password": "wr0ng-one"}},
        kind="sign_in",
        tells=("The credentials are not valid.",),
    ),
    "onboarding of what must be there": Case(
        PLAN,
        {"applications": [*BOTH, {"name": "nothing"}], "on_unprovisioned": "fail"},
        kind="not_provisioned",
        tells=("'nothing'",),
    ),
    "onboarding of what is there twice": Case(
        PLAN, {"applications": BOTH}, {"applications": [*TWICE, *ADDED]}, kind="ambiguous_name"
    ),
    "onboarding that takes the page away": Case(
        PLAN,
        {"applications": [{"name": TRACKER}, {**BOTH[1], "enabled": False}], "authorization": {}},
        {"applications": refreshing()},
        kind="not_added",
        tells=(EXTENSION, "would be disabled"),
    ),
    "onboarding that forbids refresh tokens": Case(
        PLAN,
        {"applications": [{"name": EXTENSION, "allow_refresh_token": False}], "authorization": {}},
        {"applications": refreshing()},
        kind="conflict",
        tells=(EXTENSION, "would not be allowed"),
    ),
    "invalid names": Case(
        "imanage_application_info", {"name": {"a": "b"}}, kind="bad_option", tells=("neither a name nor a list",)
    ),
}
