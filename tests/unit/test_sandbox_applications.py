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


def ids(reply):
    return [row["id"] for row in reply.json()["data"]]


def policy(call, app="drive", **value):
    return call("writeTokenPolicy", app_id=app, body={"type": "value", "value": value})


def access(call, app="drive", **body):
    return call("updateAppAccess", app_id=app, body=body)


def test_list_has_every_status_in_stable_order(call):
    assert ids(call("listApps")) == ["drive", "curation", "tracker", "tracker-cc"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "available"}, ["tracker", "tracker-cc"]),
        ({"status": "enabled"}, ["drive"]),
        ({"status": "disabled"}, ["curation"]),
        ({"name": "TRACKER"}, ["tracker", "tracker-cc"]),
        ({"name": "cc conf", "status": "available"}, ["tracker-cc"]),
        ({"name": "nothing"}, []),
    ],
)
def test_list_filters(call, query, expected):
    assert ids(call("listApps", query=query)) == expected


def test_names_may_be_shared():
    twins = [{"id": one, "name": "Twin"} for one in ("a", "b")]
    assert ids(Caller(Sandbox([example(applications=twins)]))("listApps")) == ["a", "b"]


def test_list_shows_client_secrets(call):
    rows = {row["id"]: row for row in call("listApps").json()["data"]}
    assert rows["tracker"]["oauth"]["client_secret"] == "tracker-client-secret"
    assert "client_secret" not in rows["drive"]["oauth"]


@pytest.mark.parametrize("operation", ["listApps", "readApp", "updateApp", "listRoles", "listRoleMembers", *ADDED])
@pytest.mark.parametrize("user", ["pat", "nrt"])
def test_app_management_is_needed(sandbox, operation, user):
    reply = Caller(sandbox, f"acme-{user}-token")(operation, app_id="drive", role_id="Global Admin", body={})
    assert (reply.status, error(reply)["code"]) == (403, "NotAuthorized")


def test_app_management_can_come_from_an_extra_role():
    roles = [{"id": "Operators", "app_management": True, "members": ["PAT@acme.example"]}]
    assert Caller(Sandbox([example(extra_roles=roles)]), "acme-pat-token")("listApps").status == 200


@pytest.mark.parametrize("operation", ["readApp", "updateApp", *ADDED])
def test_unknown_application_is_404(call, operation):
    assert call(operation, app_id="Drive", body={"status": "enabled"}).status == 404


@pytest.mark.parametrize("operation", ADDED)
def test_application_that_is_only_available_has_nothing(call, operation):
    assert call(operation, app_id="tracker", body={"type": "value", "value": {}}).status == 404


@pytest.mark.parametrize("status", ["enabled", "disabled"])
def test_adding_gives_defaults(sandbox, call, status):
    reply = call("updateApp", app_id="tracker", body={"status": status})
    row = reply.json()["data"]
    assert (reply.status, row["status"], row["default_security"]) == (200, status, "public")
    assert row["edit_date"] == "2027-01-15T08:00:00Z"
    assert call("readAppAccess", app_id="tracker").json()["data"] == {
        "default_security": "public",
        "members": [],
    }
    assert call("readTokenPolicy", app_id="tracker").status == 404


def test_enabling_and_disabling_keeps_settings(call):
    access(call, default_security="private", include=[{"id": "IT", "type": "group"}])
    policy(call, allow_refresh_token=True)
    for status in ("disabled", "enabled", "enabled"):
        assert call("updateApp", app_id="drive", body={"status": status}).json()["data"]["status"] == status
    assert call("readAppAccess", app_id="drive").json()["data"]["members"]
    assert call("readTokenPolicy", app_id="drive").status == 200


@pytest.mark.parametrize("body", [{}, {"status": "available"}, {"status": "enabled", "name": "x"}, [], "enabled", 1])
def test_update_refuses_what_it_does_not_know(sandbox, call, body):
    before = sandbox.tenant("acme").snapshot()
    assert call("updateApp", app_id="drive", body=body).status == 400
    assert sandbox.tenant("acme").snapshot() == before


def test_removing_returns_to_the_catalog_and_forgets(sandbox, call):
    before = sandbox.tenant("acme").snapshot()
    call("updateApp", app_id="tracker", body={"status": "enabled"})
    access(call, "tracker", default_security="private")
    policy(call, "tracker", allow_refresh_token=True)
    reply = call("removeApp", app_id="tracker")
    assert (reply.status, reply.body) == (204, b"")
    assert sandbox.tenant("acme").snapshot() == before
    call("updateApp", app_id="tracker", body={"status": "enabled"})
    assert call("readAppAccess", app_id="tracker").json()["data"]["default_security"] == "public"
    assert call("readTokenPolicy", app_id="tracker").status == 404


def test_application_with_settings_stays(sandbox, call):
    sandbox.tenant("acme").application("drive").associated_settings = True
    reply = call("removeApp", app_id="drive")
    assert reply.status == 409
    assert "associated settings" in error(reply)["message"]
    assert call("readApp", app_id="drive").json()["data"]["status"] == "enabled"


def test_members_are_found_in_any_case_and_shown_as_spelled(call):
    members = [{"id": "PAT@ACME.example", "type": "user"}, {"id": "partners", "type": "group"}]
    expected = [{"id": "pat@acme.example", "type": "user"}, {"id": "Partners", "type": "group"}]
    for _turn in range(2):
        reply = access(call, default_security="private", include=members)
        assert reply.json()["data"] == {"default_security": "private", "members": expected}


def test_default_security_keeps_members(call):
    access(call, default_security="private", include=[{"id": "IT", "type": "group"}])
    assert access(call, default_security="public").json()["data"]["members"] == [{"id": "IT", "type": "group"}]


def test_removing_members_ignores_strangers(call):
    access(call, include=[{"id": "IT", "type": "group"}, {"id": "Partners", "type": "group"}])
    gone = [{"id": "it", "type": "group"}, {"id": "nobody", "type": "user"}]
    assert access(call, remove=gone).json()["data"]["members"] == [{"id": "Partners", "type": "group"}]


@pytest.mark.parametrize(("kind", "identity"), [("user", "ghost"), ("group", "ghosts"), ("user", "IT")])
def test_unknown_member_is_named_and_nothing_is_applied(sandbox, call, kind, identity):
    before = sandbox.tenant("acme").snapshot()
    include = [{"id": "Partners", "type": "group"}, {"id": identity, "type": kind}]
    reply = access(call, default_security="private", include=include)
    assert reply.status == 400
    assert identity in error(reply)["message"]
    assert error(reply)["messages"][0]["field"] == "include"
    assert sandbox.tenant("acme").snapshot() == before


@pytest.mark.parametrize(
    "body",
    [
        {"default_security": "all"},
        {"default_security": []},
        {"include": "IT"},
        {"include": ["IT"]},
        {"include": [{"id": "IT"}]},
        {"remove": [{"id": "IT", "type": "team"}]},
        {"include": [{"id": 1, "type": "group"}]},
        {"include": [{"id": "IT", "type": []}]},
        {"users": []},
    ],
)
def test_malformed_access_is_400(call, body):
    assert access(call, **body).status == 400


def test_policy_defaults_when_refresh_is_turned_on(call):
    value = {"allow_refresh_token": True, "refresh_token_expiry": 365, "access_token_max_idle_time": 30}
    assert policy(call, allow_refresh_token=True).json()["data"] == {"type": "value", "value": value}
    assert call("readTokenPolicy", app_id="drive").json()["data"]["value"] == value


def test_policy_is_replaced_as_a_whole(call):
    policy(call, allow_refresh_token=True, refresh_token_expiry=14, access_token_max_idle_time=5000)
    value = policy(call, allow_refresh_token=True).json()["data"]["value"]
    assert (value["refresh_token_expiry"], value["access_token_max_idle_time"]) == (365, 30)


def test_policy_without_refresh_has_no_expiry(call):
    policy(call, allow_refresh_token=True, refresh_token_expiry=14)
    assert policy(call, allow_refresh_token=False).json()["data"]["value"] == {
        "allow_refresh_token": False,
        "access_token_max_idle_time": 30,
    }


def test_expiry_while_refresh_is_off_is_400(call):
    reply = policy(call, allow_refresh_token=False, refresh_token_expiry=14)
    assert reply.status == 400
    assert "only while" in error(reply)["message"]


@pytest.mark.parametrize("value", [0, -1, "30", 1.5, True, None])
@pytest.mark.parametrize("name", ["refresh_token_expiry", "access_token_max_idle_time"])
def test_expiries_are_integers_of_at_least_one(call, name, value):
    assert policy(call, allow_refresh_token=True, **{name: value}).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "default", "value": {"allow_refresh_token": True}},
        {"type": "value", "value": {}},
        {"type": "value", "value": []},
        {"type": "value", "value": {"allow_refresh_token": "yes"}},
        {"type": "value", "value": {"allow_refresh_token": True, "refresh_expiry": 1}},
        {"type": "value", "value": {"allow_refresh_token": True}, "more": 1},
    ],
)
def test_malformed_policy_is_400(call, body):
    assert call("writeTokenPolicy", app_id="drive", body=body).status == 400
    assert call("readTokenPolicy", app_id="drive").status == 404


def test_described_state_is_served():
    app = {
        "id": "x",
        "name": "X",
        "status": "enabled",
        "access": {"mode": "custom", "users": ["PAT@acme.example"]},
        "token_policy": {"allow_refresh_token": True, "refresh_token_expiry": 14},
    }
    call = Caller(Sandbox([example(applications=[app])]))
    members = [{"id": "pat@acme.example", "type": "user"}]
    assert call("readAppAccess", app_id="x").json()["data"] == {
        "default_security": "private",
        "members": members,
    }
    assert call("readTokenPolicy", app_id="x").json()["data"]["value"]["access_token_max_idle_time"] == 30


def test_roles_and_members(call):
    rows = call("listRoles").json()["data"]
    assert {row["id"]: row["app_management"] for row in rows} == {
        "Global Admin": "true",
        "Report Reader": "false",
    }
    assert ids(call("listRoleMembers", role_id="Global Admin")) == [
        "admin@acme.example",
        "manager@acme.example",
    ]
    assert ids(call("listRoleMembers", role_id="Report Reader")) == []
    assert call("listRoleMembers", role_id="nothing").status == 404


def test_libraries_are_listed_to_everybody(sandbox):
    rows = Caller(sandbox, "acme-pat-token")("listLibraries").json()["data"]
    assert [(row["id"], row["is_hidden"]) for row in rows] == [
        ("ACTIVE", False),
        ("ARCHIVE", False),
        ("SPM", True),
    ]
    assert {row["type"] for row in rows} == {"worksite"}
