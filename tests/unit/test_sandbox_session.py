# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in and out, tokens and their ends."""

from __future__ import annotations

import pytest
from sandbox import Request, Sandbox
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


def test_two_sign_ins_give_two_tokens(call):
    first, second = (call("requestToken", body=PASSWORD).json() for _turn in range(2))
    assert first["access_token"] != second["access_token"]


def test_username_is_case_insensitive(call):
    assert call("requestToken", body={**PASSWORD, "username": "ADMIN@Acme.example"}).status == 200


def test_refresh_grant_works_again_and_again(sandbox, call):
    form = {"grant_type": "refresh_token", "refresh_token": "acme-admin-refresh", **CLIENT}
    for _turn in range(2):
        reply = call("requestToken", body=form)
        assert reply.status == 200
    again = call("requestToken", body={**form, "refresh_token": reply.json()["refresh_token"]})
    assert Caller(sandbox, again.json()["access_token"])("listApps").status == 200


def test_refresh_tokens_end_with_their_days(sandbox, call):
    form = {"grant_type": "refresh_token", "refresh_token": "acme-admin-refresh", **CLIENT}
    sandbox.advance(365 * 86400 - 1)
    assert call("requestToken", body=form).status == 200
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
        ({"client_id": ""}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_refused_grants_are_400_in_rfc_form(call, change, wrong):
    reply = call("requestToken", body={**PASSWORD, **change})
    assert (reply.status, reply.json()["error"]) == (400, wrong)
    assert reply.json()["error_description"]


def test_body_that_is_no_form_is_refused(sandbox):
    for content_type, status in (("application/json", 415), ("application/x-www-form-urlencoded", 400)):
        headers = {"content-type": content_type}
        reply = sandbox.handle(Request("POST", "/auth/oauth2/token", {}, headers, b"\xff{"))
        assert reply.status == status


@pytest.mark.parametrize("change", [{"client_id": "somebody"}, {"client_secret": "wrong"}])
def test_wrong_client_is_401_in_error_form(change):
    sandbox = Sandbox([example(client={"id": "control-center-client", "secret": "right"})])
    reply = Caller(sandbox)("requestToken", body={**PASSWORD, "client_secret": "right", **change})
    assert (reply.status, error(reply)["code"]) == (401, "InvalidClient")
    assert Caller(sandbox)("requestToken", body={**PASSWORD, "client_secret": "right"}).status == 200


def test_client_of_another_tenant_is_refused():
    sandbox = Sandbox([example(), example("birch", 202, client={"id": "birch-client"})])
    assert Caller(sandbox)("requestToken", body={**PASSWORD, "client_id": "birch-client"}).status == 401


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
    assert call("discover").status == 401


@pytest.mark.parametrize("token", [None, "", "unknown"])
def test_bad_token_is_401_in_error_form(sandbox, token):
    reply = Caller(sandbox, token)("listApps")
    assert reply.status == 401
    assert {"code", "message", "transaction"} <= set(error(reply))


def test_authorization_header_counts_for_nothing_but_is_noted(sandbox):
    headers = {"authorization": "Bearer acme-admin-token"}
    assert Caller(sandbox, None)("discover", headers=headers).status == 401
    assert sandbox.log[-1].authorization_header


def test_revoked_token_is_401_even_for_revoking(call):
    assert call("revokeToken", body={"access_token": "acme-admin-token"}).status == 200
    assert call("discover").status == 401
    assert call("revokeToken", body={"access_token": "acme-admin-token"}).status == 401


def test_revoking_ends_own_tokens_only(sandbox, call):
    assert call("revokeToken", body={"access_token": "acme-pat-token"}).status == 200
    assert call("revokeToken", body={"access_token": "unknown"}).status == 200
    assert Caller(sandbox, "acme-pat-token")("discover").status == 200


def test_revoking_needs_a_token(call):
    assert call("revokeToken", body={"scope": "x"}).status == 400


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


def test_discovery_can_point_elsewhere():
    sandbox = Sandbox([example(api_url="https://elsewhere.example/work/api/v2")])
    versions = Caller(sandbox)("discover").json()["data"]["versions"]
    assert versions[1]["url"] == "https://elsewhere.example/work/api/v2"


def test_other_customer_is_403(sandbox):
    assert Caller(sandbox, customer_id=202)("listApps").status == 403
    assert Caller(sandbox, "birch-admin-token", 202)("listApps").status == 200


def test_customer_that_is_no_integer_is_404(sandbox):
    assert Caller(sandbox, customer_id="acme")("listApps").status == 404
