# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in, being somebody, and signing out, over real HTTP."""

from __future__ import annotations

import base64
import contextlib
import json
from urllib.parse import quote_plus

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._run import converge
from sandbox import Sandbox
from support.places import TRACKER, refreshing
from support.tasks import MODULES, Crashed, run_in_memory

INFO = "imanage_tenant_info"


def kind(result):
    assert result.get("failed"), result
    return result["failure"]["kind"]


@pytest.mark.parametrize("by", ["password", "refresh_token"])
def test_signs_in_and_out_again(acme, by):
    result = acme.run(INFO, by=by)
    assert result["tenant"]["user"] == acme.admin
    assert acme.calls[0] == "requestToken"
    assert acme.log[0].body["grant_type"] == by
    assert acme.calls[-1] == "revokeToken"
    assert acme.tokens_alive() == []


def test_the_transcript_of_a_session(acme):
    acme.run(INFO)
    customer = f"/work/api/v2/customers/{acme.customer_id}"
    paged = {"limit": "500", "offset": "0", "total": "true"}
    form = {"grant_type": "password", "username": acme.admin, "password": "***", "client_id": "control-center-client"}
    form["scope"] = "admin"
    assert [(one.method, one.path, one.query, one.body, one.status) for one in acme.log] == [
        ("POST", "/auth/oauth2/token", {}, form, 200),
        ("GET", "/api", {}, None, 200),
        ("GET", f"{customer}/roles", paged, None, 200),
        ("GET", f"{customer}/roles/Global%20Admin/members", paged, None, 200),
        ("GET", f"{customer}/libraries", {}, None, 200),
        ("POST", "/auth/oauth2/revoke-token", {}, {"access_token": "***"}, 200),
    ]


def test_one_connection_serves_a_whole_task(acme):
    acme.run(INFO)
    assert len({entry.connection for entry in acme.log}) == 1


def test_an_access_token_is_used_as_it_is_and_never_revoked(acme):
    result = acme.run(INFO, by="access_token")
    assert result["tenant"]["user"] == acme.admin
    assert not {"requestToken", "revokeToken"} & set(acme.calls)
    assert acme.run(INFO, by="access_token")["tenant"] == result["tenant"]


def test_an_access_token_is_used_first_and_other_credentials_once_it_has_expired(acme):
    good = {"access_token": f"{acme.name}-admin-token"}
    acme.run(INFO, **good)
    assert "requestToken" not in acme.calls
    acme.forget()
    result = acme.run(INFO, access_token="ended-long-ago")
    assert result["tenant"]["user"] == acme.admin
    assert acme.calls[:3] == ["discover", "requestToken", "discover"]
    assert acme.calls[-1] == "revokeToken"
    assert acme.tokens_alive() == []


def test_a_refresh_token_goes_before_a_password(acme):
    acme.run(INFO, refresh_token=f"{acme.name}-admin-refresh")
    assert acme.log[0].body["grant_type"] == "refresh_token"


def test_a_client_secret_is_sent_where_given(tenant):
    acme = tenant(client={"id": "other-client", "secret": "client-s3cret"})
    assert kind(acme.run(INFO)) == "sign_in"
    assert kind(acme.run(INFO, client_id="other-client")) == "sign_in"
    assert "tenant" in acme.run(INFO, client_id="other-client", client_secret="client-s3cret")


def test_401_signs_in_again_once_and_repeats_the_call(acme):
    acme.fault("status", "listLibraries", status=401, times=1)
    result = acme.run(INFO)
    assert result["tenant"]["libraries"] == ["ACTIVE", "ARCHIVE", "SPM"]
    assert acme.calls.count("requestToken") == 2
    assert acme.calls.count("listLibraries") == 2


@pytest.mark.parametrize("operation", ["listApps", "updateApp"])
def test_a_new_token_of_another_tenant_touches_neither(acme, tenant, operation):
    other = tenant()
    acme.fault("status", operation, status=401, times=1)
    token = {"access_token": f"{other.name}-admin-token", "token_type": "bearer", "expires_in": 60}
    acme.fault("shape", "requestToken", skip=1, body=token)
    before = acme.snapshot(), other.snapshot()
    result = acme.run("imanage_application", name=TRACKER)
    assert kind(result) == "wrong_tenant"
    assert (acme.snapshot(), other.snapshot()) == before
    assert operation not in other.calls


def test_401_twice_fails(acme):
    acme.fault("status", "listLibraries", status=401)
    result = acme.run(INFO)
    assert kind(result) == "sign_in"
    assert acme.calls.count("requestToken") == 2
    assert acme.calls.count("listLibraries") == 2


def test_401_for_another_call_later_fails_at_once(acme):
    acme.fault("status", "listRoles", status=401, times=1)
    acme.fault("status", "listLibraries", status=401)
    assert kind(acme.run(INFO)) == "sign_in"
    assert acme.calls.count("requestToken") == 2
    assert acme.calls.count("listLibraries") == 1


def test_401_without_other_credentials_fails_at_once(acme):
    result = acme.run(INFO, by="nothing", access_token="ended-long-ago")
    assert kind(result) == "sign_in"
    assert acme.calls == ["discover"]


def test_401_repeats_a_write_once(acme):
    acme.fault("status", "updateApp", status=401, times=1)
    result = acme.run("imanage_application", name="iManage Tracker")
    assert result["changed"]
    assert acme.writes == ["updateApp", "updateApp"]
    assert acme.app("tracker")["status"] == "enabled"


def test_a_token_that_ends_by_inactivity_between_two_tasks(acme, places):
    places.sandbox.advance(31 * 60)
    assert kind(acme.run(INFO, by="access_token")) == "sign_in"


def test_wrong_passwords_are_tried_once(acme):
    result = acme.run(INFO, password="wrong-w0rd")
    assert kind(result) == "sign_in"
    assert acme.calls == ["requestToken"]
    assert "wrong-w0rd" not in str(result)
    assert "The credentials are not valid." in result["msg"]


def test_an_account_that_may_not_log_on_is_told_so(tenant):
    users = [{"id": "closed@x.example", "password": "pass-w0rd", "allow_logon": False}]
    acme = tenant(users=[{"id": "admin@unused.example"}, *users])
    result = acme.run(INFO, username="closed@x.example", password="pass-w0rd")
    assert kind(result) == "sign_in"
    assert "not allowed to log on" in result["msg"]
    assert "allow_logon" in result["msg"]


# -- the guard and discovery ----------------------------------------------------------------------------------------


def test_the_guard_lets_the_right_tenant_pass(acme):
    assert acme.run(INFO, customer_id=acme.customer_id)["tenant"]["customer_id"] == acme.customer_id


@pytest.mark.parametrize("name", [name for name in MODULES if name not in ("imanage_session",)])
def test_the_guard_comes_before_anything_else(acme, name):
    tracker = {"name": "iManage Tracker"}
    own = {
        "imanage_application": tracker,
        "imanage_app_auth": tracker,
        "imanage_onboarding_info": {"applications": [tracker]},
    }
    result = acme.run(name, customer_id=1, **own.get(name, {}))
    assert kind(result) == "wrong_tenant"
    assert f"belongs to customer {acme.customer_id}, not to customer 1" in result["msg"]
    assert acme.calls == ["requestToken", "discover", "revokeToken"]


def test_the_guard_holds_for_the_session_too(acme):
    result = acme.run("imanage_session", customer_id=1)
    assert kind(result) == "wrong_tenant"
    assert "access_token" not in result
    assert acme.tokens_alive() == []


def test_the_guard_holds_for_other_credentials_after_a_401(tenant):
    acme, birch = tenant(), tenant()
    options = birch.options(customer_id=acme.customer_id, api_url=f"{acme.url}/work/api/v2", access_token="ended")
    client = acme.client(by="nothing", **{name: value for name, value in options.items() if name != "url"})
    with pytest.raises(Failure) as caught:
        client.call("updateApp", app_id="tracker", body={"status": "enabled"})
    client.sign_out()
    assert caught.value.kind == "wrong_tenant"
    assert [one.status for one in acme.log if one.operation == "updateApp"] == [401]
    assert birch.writes == []


def test_other_credentials_of_another_tenant_are_refused_without_a_guard_too(tenant):
    acme, birch = tenant(), tenant()
    acme.fault("status", "updateApp", status=401, times=1)
    token = f"{acme.name}-admin-token"
    result = birch.run("imanage_application", name=TRACKER, access_token=token)
    assert (kind(result), result["changed"]) == ("wrong_tenant", False)
    assert f"belongs to customer {birch.customer_id}, not to customer {acme.customer_id}" in result["msg"]
    assert [one.status for one in acme.log if one.operation == "updateApp"] == [401]
    assert birch.writes == []


def test_api_url_and_customer_id_save_discovery(acme):
    session = acme.run("imanage_session")
    acme.forget()
    handed = {name: session[name] for name in ("access_token", "api_url", "customer_id")}
    result = acme.run("imanage_application_info", by="nothing", **handed)
    assert len(result["applications"]) == 4
    assert acme.calls == ["listApps"]
    signed_out = acme.run("imanage_session", by="nothing", state="absent", session_token=session["access_token"])
    assert not signed_out.get("failed")
    assert not signed_out["changed"]
    assert acme.tokens_alive() == []


@pytest.mark.parametrize(
    "address", ["https://evil.example/work/api/v2", "http://127.0.0.1:1/work/api/v2", "https://[broken/", "", "/work"]
)
def test_the_token_goes_to_the_configured_host_only(tenant, address):
    acme = tenant()
    acme.tenant.api_url = address or None
    if not address:
        acme.fault(
            "shape", "discover", body={"data": {"user": {"customer_id": 1, "id": "x"}, "versions": [], "work": {}}}
        )
    result = acme.run("imanage_application_info")
    assert kind(result) == "unexpected_reply"
    assert result["failure"]["operation"] == "discover"
    assert acme.calls == ["requestToken", "discover", "revokeToken"]


@pytest.mark.parametrize("before", ["", "@", "0@", "ada:word@", "a.much.longer.name.of.somebody@"])
@pytest.mark.parametrize("white", ["", " ", "\t"])
def test_nothing_in_front_of_the_host_leads_the_token_astray(acme, before, white):
    acme.tenant.api_url = white + acme.url.replace("//", f"//{before}") + "/work/api/v2"
    result = acme.run("imanage_tenant_info")
    assert result["tenant"]["api_url"] == f"{acme.url}/work/api/v2"
    assert acme.calls[-1] == "revokeToken"
    assert acme.calls.count("listLibraries") == 1


def test_discovery_may_place_the_api_elsewhere_on_the_host(acme):
    acme.tenant.api_url = f"{acme.url}/other/api/v2/"
    result = acme.run("imanage_application_info")
    assert kind(result) == "unexpected_reply"
    assert result["failure"]["path"] == f"/other/api/v2/customers/{acme.customer_id}/apps"


def test_own_paths_are_called_as_they_stand(acme):
    acme.tenant.api_url = f"{acme.url}/other/api/v2"
    result = acme.run("imanage_application_info", api_paths={"listApps": "/mine/{customer_id}"})
    assert result["failure"]["path"] == f"/mine/{acme.customer_id}"
    result = acme.run("imanage_application_info", app_id="a b/c", api_paths={"readApp": "/x/{app_id}"})
    assert kind(result) == "unexpected_reply", "whoever knows no such path says nothing of the application"
    assert "/x/a%20b%2Fc" in [entry.path for entry in acme.log]


# -- signing out ----------------------------------------------------------------------------------------------------

FAILING = {
    "a read fails": ("imanage_tenant_info", "listLibraries", {}),
    "a write fails": ("imanage_application", "updateApp", {"name": "iManage Tracker"}),
    "discovery fails": ("imanage_tenant_info", "discover", {}),
}


@pytest.mark.parametrize("case", FAILING)
def test_signs_out_after_a_failure(acme, case):
    module, operation, options = FAILING[case]
    acme.fault("status", operation, status=409)
    assert acme.run(module, **options)["failed"]
    assert acme.calls[-1] == "revokeToken"
    assert acme.tokens_alive() == []


def test_signs_out_when_a_plan_cannot_be_made(acme):
    assert kind(acme.run("imanage_application", name="no such thing")) == "not_provisioned"
    assert acme.tokens_alive() == []


@pytest.mark.parametrize(
    ("ending", "seen"),
    [
        (KeyboardInterrupt, KeyboardInterrupt),
        (SystemExit, SystemExit),
        (RuntimeError, Crashed),
        (type("Timeout", (BaseException,), {}), None),
    ],
)
def test_signs_out_even_when_the_task_is_broken_off(acme, monkeypatch, ending, seen):
    def signed_in_then_broken(resource, client, wanted, planned, diff):
        client.call("discover")
        raise ending

    monkeypatch.setattr(converge, "converge", signed_in_then_broken)
    with pytest.raises(seen) if seen else contextlib.nullcontext():
        assert kind(acme.run("imanage_application", name="iManage Tracker")) == "interrupted"
    assert acme.calls[-1] == "revokeToken"
    assert acme.tokens_alive() == []


def test_what_one_account_writes_the_other_reads_again(acme):
    client = acme.client()
    other = client.for_account(
        client.connection._replace(username=acme.user("pat"), password=f"{acme.name}-pat-password")
    )
    try:
        before = {row["id"]: row["status"] for row in client.rows("listApps")}
        for _turn in range(2):
            other.rows("listLibraries")
        assert acme.calls.count("listLibraries") == 1, "nothing was written, so nothing is read again"
        client.call("updateApp", app_id="tracker", body={"status": "enabled"})
        after = {row["id"]: row["status"] for row in client.rows("listApps")}
        other.rows("listLibraries")
    finally:
        client.sign_out()
        client.close()
    assert (before["tracker"], after["tracker"]) == ("available", "enabled")
    assert acme.calls.count("listLibraries") == 2
    assert acme.calls.count("requestToken") == acme.calls.count("revokeToken") == 2
    assert acme.tokens_alive() == []


def test_accounts_do_not_read_for_each_other(acme):
    client = acme.client()
    other = client.for_account(
        client.connection._replace(username=acme.user("nrt"), password=f"{acme.name}-nrt-password")
    )
    try:
        assert client.identity.user == acme.admin
        assert other.identity.user == acme.user("nrt")
    finally:
        client.sign_out()
        client.close()


@pytest.mark.parametrize("status", [401, 404])
def test_an_expired_token_is_signed_out(acme, status):
    acme.fault("status", "revokeToken", status=status)
    result = acme.run(INFO)
    assert "tenant" in result
    assert "warnings" not in result


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "drop_before"},
        {"kind": "redirect", "location": "https://x"},
        {"kind": "html"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_signing_out_never_changes_a_result(acme, naps, fault):
    acme.fault(operation="revokeToken", **fault)
    result = acme.run(INFO)
    assert result["tenant"]["user"] == acme.admin
    (warning,) = result["warnings"]
    assert "signing out failed" in warning
    assert acme.calls.count("requestToken") == 1
    assert all(nap <= 5 for nap in naps)


def test_signing_out_is_tried_again(acme, naps):
    acme.fault("status", "revokeToken", status=429, headers={"x-ratelimit-reset": "1"}, times=1)
    assert "tenant" in acme.run(INFO)
    assert acme.calls.count("revokeToken") == 2
    assert acme.tokens_alive() == []


def test_signing_out_has_little_time(acme, monkeypatch):
    from ansible_collections.imanage.control_center.plugins.module_utils._api import client as _client

    assert _client._SIGN_OUT_SECONDS == 5
    monkeypatch.setattr(_client, "_SIGN_OUT_SECONDS", 0.1)
    acme.fault("hang", "revokeToken")
    result = acme.run(INFO, timeout=60)
    assert "no complete reply within 0.1 seconds" in result["warnings"][0]


def test_a_task_that_signed_in_again_revokes_its_own_token_only(acme):
    acme.fault("status", "listLibraries", status=401, times=1)
    acme.run(INFO, access_token=f"{acme.name}-admin-token")
    assert acme.calls.count("revokeToken") == 1
    assert acme.tokens_alive() == []
    acme.mend()
    assert "tenant" in acme.run(INFO, by="access_token")


def test_a_session_is_kept_and_revoked_by_its_owner(acme):
    session = acme.run("imanage_session")
    assert session["access_token"] in acme.tokens_alive()
    assert session["user"] == session["email"] == acme.admin
    acme.run("imanage_session", state="absent", session_token=session["access_token"])
    assert acme.tokens_alive() == []


def test_a_session_with_a_token_that_was_passed_in_is_not_ours(acme):
    session = acme.run("imanage_session", by="access_token")
    assert session["access_token"] is None
    assert session["customer_id"] == acme.customer_id
    ended = acme.run("imanage_session", by="access_token", state="absent", session_token="")
    assert not ended.get("failed")
    assert "revokeToken" not in acme.calls


def test_no_session_is_left_where_nobody_can_end_it(acme):
    acme.fault("shape", "discover")
    result = acme.run("imanage_session")
    assert kind(result) == "unexpected_reply"
    assert acme.tokens_alive() == []


# -- secrets --------------------------------------------------------------------------------------------------------


def test_secrets_in_the_servers_words_are_hidden(acme):
    password = f"{acme.name}-admin-password"
    spelled = [password, quote_plus(password + "/+"), base64.b64encode(password.encode()).decode()]
    acme.fault("status", "listLibraries", status=400, body={"error": {"message": " ".join(spelled), "code": password}})
    result = acme.run(INFO)
    assert kind(result) == "bad_option"
    text = json.dumps(result)
    assert password not in text
    assert spelled[2].rstrip("=") not in text
    assert "********" in result["msg"]


def test_issued_tokens_in_the_servers_words_are_hidden(acme, monkeypatch):
    token = "an-issued-token-value"
    acme.fault(
        "shape",
        "requestToken",
        body={"access_token": token, "token_type": "Bearer", "expires_in": 1, "refresh_token": "and-a-refresh"},
    )
    acme.fault("status", "discover", status=403, body={"error": {"message": f"{token} or and-a-refresh are bad"}})
    result = acme.run(INFO)
    assert "an-issued" not in json.dumps(result)
    assert "and-a-refresh" not in json.dumps(result)


def test_the_memory_transport_gives_the_same_result(acme, monkeypatch):
    sandbox = Sandbox([acme.tenant.description])
    for name, options in (
        (INFO, {}),
        ("imanage_application_info", {"include": ["access", "token_policy"]}),
        ("imanage_application", {"name": "iManage Tracker", "access": "custom", "groups": ["IT"]}),
        ("imanage_application", {"name": "nothing"}),
    ):
        here = run_in_memory(monkeypatch, sandbox, name, acme.options(**options))
        there = acme.run(name, **options)
        for write in (*here.get("writes", []), *there.get("writes", [])):
            write.pop("time")
        assert here == there
    assert sandbox.tenant(acme.name).snapshot() == acme.snapshot()
    assert [entry.operation for entry in sandbox.log] == acme.calls


def test_authorizing_uses_the_email_of_who_is_signed_in(tenant):
    acme = tenant(applications=refreshing())
    acme.run("imanage_library_authorization", user="nrt")
    assert acme.library("ACTIVE")["authorized_by"]["id"] == acme.user("nrt")
    assert acme.library("ARCHIVE")["authorized_by"] is None
