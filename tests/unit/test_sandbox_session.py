# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in and out, tokens and their ends."""

from __future__ import annotations

import pytest
from sandbox import Sandbox
from sandbox.examples import Caller, error, example

CLIENT = {"client_id": "control-center-client"}
PASSWORD = {
    "grant_type": "password",
    "username": "admin@acme.example",
    "password": "acme-admin-password",
    **CLIENT,
}


@pytest.fixture
def sandbox():
    return Sandbox([example(), example("birch", 202)], clock=lambda: 1_800_000_000.0)


@pytest.fixture
def call(sandbox):
    return Caller(sandbox)


def test_password_grant_issues_tokens_that_work(sandbox, call):
    reply = call("requestToken", body=PASSWORD)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    issued = reply.json()
    assert (issued["token_type"], issued["expires_in"]) == ("Bearer", 1800)
    assert Caller(sandbox, issued["access_token"])("discover").status == 200
    assert call("requestToken", body=PASSWORD).json()["access_token"] != issued["access_token"]


def test_refresh_grant_works_again_and_again_until_its_days_are_over(sandbox, call):
    form = {"grant_type": "refresh_token", "refresh_token": "acme-admin-refresh", **CLIENT}
    sandbox.advance(365 * 86400 - 1)
    for _turn in range(2):
        reply = call("requestToken", body=form)
        assert reply.json()["refresh_token"] == form["refresh_token"]
        assert Caller(sandbox, reply.json()["access_token"])("listApps").status == 200
    sandbox.advance(1)
    assert call("requestToken", body=form).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"password": "wrong"}, "invalid_grant"),
        ({"username": "nobody@acme.example"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_refused_grants_are_400_in_rfc_form(call, change, wrong):
    reply = call("requestToken", body={**PASSWORD, **change})
    assert (reply.status, reply.json()["error"]) == (400, wrong)
    assert reply.json()["error_description"]


@pytest.mark.parametrize("change", [{"client_id": "somebody"}, {"client_secret": "wrong"}])
def test_wrong_client_is_401_in_error_form(change):
    sandbox = Sandbox([example(client={"id": "control-center-client", "secret": "right"})])
    reply = Caller(sandbox)("requestToken", body={**PASSWORD, "client_secret": "right", **change})
    assert (reply.status, error(reply)["code"]) == (401, "InvalidClient")
    assert Caller(sandbox)("requestToken", body={**PASSWORD, "client_secret": "right"}).status == 200


def test_account_without_logon_is_refused_with_words(sandbox, call):
    sandbox.tenant("acme").user("admin@acme.example").allow_logon = False
    reply = call("requestToken", body=PASSWORD)
    assert (reply.status, reply.json()["error"]) == (400, "invalid_grant")
    assert "not allowed to log on" in reply.json()["error_description"]


def test_access_tokens_end_by_inactivity_only(sandbox, call):
    for _turn in range(3):
        sandbox.advance(29 * 60)
        assert call("discover").status == 200
    sandbox.advance(30 * 60)
    assert call("discover").status == 401


def test_revoked_token_is_401_even_for_revoking(call):
    assert call("revokeToken", body={"access_token": "acme-admin-token"}).status == 200
    assert call("discover").status == 401
    assert call("revokeToken", body={"access_token": "acme-admin-token"}).status == 401


def test_revoking_ends_own_tokens_only(sandbox, call):
    assert call("revokeToken", body={"access_token": "acme-pat-token"}).status == 200
    assert call("revokeToken", body={"access_token": "unknown"}).status == 200
    assert Caller(sandbox, "acme-pat-token")("discover").status == 200


def test_discovery_says_who_and_where(call):
    data = call("discover").json()["data"]
    assert data["user"] == {
        "customer_id": 101,
        "id": "admin@acme.example",
        "name": "Admin",
        "email": "admin@acme.example",
        "user_type": "enterprise",
    }
    versions = {version["name"]: version["url"] for version in data["versions"]}
    assert versions["v2"] == "http://127.0.0.1/work/api/v2"
    assert [library["alias"] for library in data["work"]["libraries"]] == ["ACTIVE", "ARCHIVE"]


def test_other_customer_is_403(sandbox):
    assert Caller(sandbox, customer_id=202)("listApps").status == 403
    assert Caller(sandbox, "birch-admin-token", 202)("listApps").status == 200


@pytest.mark.parametrize("token", [None, "unknown"])
def test_only_a_good_token_counts(sandbox, token):
    reply = Caller(sandbox, token)("discover", headers={"authorization": "Bearer acme-admin-token"})
    assert (reply.status, error(reply)["code"]) == (401, "NotAuthenticated")
    assert sandbox.log[-1].authorization_header
