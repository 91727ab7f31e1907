# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the Applications page."""

from __future__ import annotations

import pytest
from sandbox import Sandbox
from sandbox.examples import Caller, error, example

ADDED = ("readAppAccess", "updateAppAccess", "readTokenPolicy", "writeTokenPolicy", "removeApp")


@pytest.fixture
def sandbox():
    return Sandbox([example()], clock=lambda: 1_800_000_000.0)


@pytest.fixture
def call(sandbox):
    return Caller(sandbox)


def policy(call, app="drive", **value):
    return call("writeTokenPolicy", app_id=app, body={"type": "value", "value": value})


def access(call, app="drive", **body):
    return call("updateAppAccess", app_id=app, body=body)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["drive", "curation", "tracker", "tracker-cc"]),
        ({"status": "available"}, ["tracker", "tracker-cc"]),
        ({"name": "CC conf", "status": "available"}, ["tracker-cc"]),
    ],
)
def test_list_filters(call, query, expected):
    assert [row["id"] for row in call("listApps", query=query).json()["data"]] == expected


@pytest.mark.parametrize("operation", ["listApps", "readApp", "updateApp", "listRoles", "listRoleMembers", *ADDED])
def test_app_management_is_needed(sandbox, operation):
    reply = Caller(sandbox, "acme-nrt-token")(operation, app_id="drive", role_id="Global Admin", body={})
    assert (reply.status, error(reply)["code"]) == (403, "NotAuthorized")


@pytest.mark.parametrize("operation", ADDED)
def test_application_that_is_only_available_has_nothing(call, operation):
    assert call(operation, app_id="tracker", body={"type": "value", "value": {}}).status == 404


def test_adding_gives_defaults_and_removing_forgets(sandbox, call):
    before = sandbox.tenant("acme").snapshot()
    for _turn in range(2):
        row = call("updateApp", app_id="tracker", body={"status": "enabled"}).json()["data"]
        assert (row["status"], row["default_security"], row["edit_date"]) == (
            *("enabled", "public"),
            "2027-01-15T08:00:00Z",
        )
        assert call("readAppAccess", app_id="tracker").json()["data"]["members"] == []
        assert call("readTokenPolicy", app_id="tracker").status == 404
        access(call, "tracker", default_security="private", include=[{"id": "IT", "type": "group"}])
        policy(call, "tracker", allow_refresh_token=True)
        for status in ("disabled", "enabled"):
            call("updateApp", app_id="tracker", body={"status": status})
        assert call("readAppAccess", app_id="tracker").json()["data"]["members"]
        assert call("readTokenPolicy", app_id="tracker").status == 200
        assert call("removeApp", app_id="tracker").status == 204
        assert sandbox.tenant("acme").snapshot() == before


def test_application_with_settings_stays(sandbox, call):
    sandbox.tenant("acme").application("drive").associated_settings = True
    assert call("removeApp", app_id="drive").status == 409
    assert call("readApp", app_id="drive").json()["data"]["status"] == "enabled"


def test_members_are_found_in_any_case_shown_as_spelled_and_kept_until_removed(call):
    members = [{"id": "PAT@ACME.example", "type": "user"}, {"id": "partners", "type": "group"}]
    expected = [{"id": "pat@acme.example", "type": "user"}, {"id": "Partners", "type": "group"}]
    for _turn in range(2):
        reply = access(call, default_security="private", include=members)
        assert reply.json()["data"] == {"default_security": "private", "members": expected}
    assert access(call, default_security="public").json()["data"]["members"] == expected
    gone = [members[1], {"id": "nobody", "type": "user"}]
    assert access(call, remove=gone).json()["data"]["members"] == expected[:1]


@pytest.mark.parametrize(("kind", "identity"), [("group", "ghosts"), ("user", "IT")])
def test_unknown_member_is_named_and_nothing_is_applied(sandbox, call, kind, identity):
    before = sandbox.tenant("acme").snapshot()
    include = [{"id": "Partners", "type": "group"}, {"id": identity, "type": kind}]
    reply = access(call, default_security="private", include=include)
    assert (reply.status, error(reply)["messages"][0]["field"]) == (400, "include")
    assert identity in error(reply)["message"]
    assert sandbox.tenant("acme").snapshot() == before


def test_policy_is_replaced_as_a_whole_with_defaults(call):
    policy(call, allow_refresh_token=True, refresh_token_expiry=14, access_token_max_idle_time=5000)
    value = {"allow_refresh_token": True, "refresh_token_expiry": 365, "access_token_max_idle_time": 30}
    assert policy(call, allow_refresh_token=True).json()["data"] == {"type": "value", "value": value}
    del value["refresh_token_expiry"]
    assert policy(call, allow_refresh_token=False).json()["data"]["value"] == {**value, "allow_refresh_token": False}


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("updateApp", {"status": "available"}),
        ("updateApp", {"status": "enabled", "name": "x"}),
        ("updateAppAccess", {"include": ["IT"]}),
        ("updateAppAccess", {"remove": [{"id": "IT", "type": "team"}]}),
        ("writeTokenPolicy", {"type": "default", "value": {"allow_refresh_token": True}}),
        ("writeTokenPolicy", {"type": "value", "value": {"allow_refresh_token": "yes"}}),
        ("writeTokenPolicy", {"type": "value", "value": {"allow_refresh_token": True, "refresh_token_expiry": 0}}),
        ("writeTokenPolicy", {"type": "value", "value": {"allow_refresh_token": False, "refresh_token_expiry": 14}}),
    ],
)
def test_what_is_malformed_is_refused_and_nothing_is_applied(sandbox, call, operation, body):
    before = sandbox.tenant("acme").snapshot()
    assert call(operation, app_id="drive", body=body).status == 400
    assert sandbox.tenant("acme").snapshot() == before


def test_described_state_is_served():
    app = {"id": "x", "name": "X", "status": "enabled", "access": {"mode": "custom", "users": ["PAT@acme.example"]}}
    call = Caller(Sandbox([example(applications=[{**app, "token_policy": {"allow_refresh_token": True}}])]))
    members = [{"id": "pat@acme.example", "type": "user"}]
    assert call("readAppAccess", app_id="x").json()["data"] == {"default_security": "private", "members": members}
    assert call("readTokenPolicy", app_id="x").json()["data"]["value"]["refresh_token_expiry"] == 365


def test_roles_members_and_libraries(sandbox, call):
    rows = call("listRoles").json()["data"]
    assert {row["id"]: row["app_management"] for row in rows} == {"Global Admin": "true", "Report Reader": "false"}
    members = call("listRoleMembers", role_id="Global Admin").json()["data"]
    assert [row["id"] for row in members] == ["admin@acme.example", "manager@acme.example"]
    rows = Caller(sandbox, "acme-pat-token")("listLibraries").json()["data"]
    assert {row["id"]: row["is_hidden"] for row in rows} == {"ACTIVE": False, "ARCHIVE": False, "SPM": True}
