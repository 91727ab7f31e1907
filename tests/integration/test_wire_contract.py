# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 9, the traffic: every request of the client is valid by the written contract, and so is every reply."""

from __future__ import annotations

import pytest
from sandbox import contract
from support.by_contract import check_reply, check_request
from support.places import EXTENSION, TRACKER, applications, refreshing


def check(exchange):
    """Validate one request as it arrived, and the reply to it as it left; returns the operation and the status."""
    request, reply = exchange
    check_request(request)
    check_reply(request, reply)
    route = contract.route(request.method, request.path)
    assert route.operation is not None, request.path
    return route.operation.id, reply.status


def walk(acme):
    """Every module, every state, the refusals included."""
    acme.run("imanage_tenant_info")
    acme.run("imanage_tenant_info", by="refresh_token", customer_id=acme.customer_id)
    acme.run("imanage_tenant_info", password="wrong")
    acme.run("imanage_tenant_info", client_id="wrong")
    acme.run("imanage_tenant_info", user="pat")
    acme.run("imanage_application_info", include=["token_policy", "access"])
    acme.run("imanage_application_info", status="available")
    acme.run("imanage_application_info", name=["iManage Drive", "none"])
    acme.run("imanage_application_info", by="nothing", access_token="ended")
    acme.run("imanage_application", name=TRACKER, enabled=True, access="custom", users=[acme.admin], groups=["it"])
    acme.run("imanage_application", name=TRACKER, access="custom", groups=["Partners"], exclusive=True)
    acme.run("imanage_application", name=TRACKER, access="custom", users=["nobody"])
    acme.run("imanage_application", name=TRACKER, user="pat")
    acme.run("imanage_application", app_id="no/such id")
    acme.run("imanage_library_authorization")
    acme.run("imanage_application", name=EXTENSION)
    acme.run("imanage_library_authorization")
    acme.run("imanage_app_auth", name=EXTENSION, allow_refresh_token=True, refresh_token_expiry_days=14)
    acme.run("imanage_app_auth", name=EXTENSION, access_token_expiry_minutes=60)
    acme.run("imanage_library_authorization")
    acme.run("imanage_library_authorization", user="nrt", email="a@b.example", authorizer="me", renew_before_days=10)
    acme.run("imanage_library_authorization_info", libraries=["active"])
    acme.run("imanage_library_authorization", state="unauthorized", libraries=["ACTIVE"])
    acme.run("imanage_library_authorization", user="nrt", by="access_token")
    acme.run("imanage_application", name=TRACKER, state="absent")
    acme.tenant.application("tracker-cc").associated_settings = True
    acme.run("imanage_application", name=EXTENSION, state="absent")
    session = acme.run("imanage_session")
    for _turn in range(2):
        acme.run("imanage_session", state="absent", session_token=session["access_token"])


def test_law_9_every_request_and_every_reply_is_valid(tenant, places):
    acme = tenant()
    walk(acme)
    consent = tenant(consent_required=True, applications=refreshing())
    consent.run("imanage_library_authorization", on_consent_required="hand_over")
    seen = {check(exchange) for exchange in places.exchanges}
    assert len(places.exchanges) > 100
    assert {operation for operation, _status in seen} == set(contract.operations())
    for expected in (
        ("requestToken", 400),
        ("requestToken", 401),
        ("revokeToken", 401),
        ("discover", 401),
        ("listApps", 403),
        ("readApp", 404),
        ("updateAppAccess", 400),
        ("readTokenPolicy", 404),
        ("listLibraryAuthorizations", 404),
        ("authorizeLibrary", 201),
        ("authorizeLibrary", 200),
        ("authorizeLibrary", 409),
        ("authorizeLibrary", 403),
        ("removeApp", 409),
    ):
        assert expected in seen, expected


def test_law_5_secrets_travel_in_bodies_and_headers_only(acme, places):
    walk(acme)
    for request, _reply in places.exchanges:
        address = request.path + str(request.query)
        assert "password" not in address
        assert "token=" not in address
        assert f"{acme.name}-admin" not in address
        assert "authorization" not in request.headers
        if request.path != "/auth/oauth2/token":
            assert request.headers["x-auth-token"]
            assert b"password" not in request.body


def transcript(acme):
    """Method, path below the customer, body and status of every call between signing in and signing out."""
    prefixes = (f"/work/api/v2/customers/{acme.customer_id}", f"/tracker/api/v2/customers/{acme.customer_id}")
    rows = []
    for entry in acme.log:
        path = entry.path
        for prefix, short in zip(prefixes, ("", "tracker:"), strict=True):
            path = path.replace(prefix, short)
        rows.append((entry.method, path, entry.body, entry.status))
    assert [row[1] for row in (rows[0], rows[1], rows[-1])] == [
        "/auth/oauth2/token",
        "/api",
        "/auth/oauth2/revoke-token",
    ]
    return rows[2:-1]


def test_the_transcript_of_adding_an_application(acme):
    acme.run("imanage_application", name=TRACKER)
    assert transcript(acme) == [
        ("GET", "/apps", None, 200),
        ("PATCH", "/apps/tracker", {"status": "enabled"}, 200),
        ("GET", "/apps", None, 200),
    ]


def test_the_transcript_of_adding_an_application_for_some(acme):
    acme.run("imanage_application", name=TRACKER, enabled=True, access="custom", groups=["it"])
    body = {"default_security": "private", "include": [{"id": "it", "type": "group"}]}
    assert transcript(acme) == [
        ("GET", "/apps", None, 200),
        ("PATCH", "/apps/tracker", {"status": "disabled"}, 200),
        ("POST", "/apps/tracker/security", body, 200),
        ("PATCH", "/apps/tracker", {"status": "enabled"}, 200),
        ("GET", "/apps", None, 200),
        ("GET", "/apps/tracker/security", None, 200),
    ]


def test_the_transcript_of_an_application_that_is_as_it_should_be(tenant):
    acme = tenant(applications=applications(tracker="enabled"))
    acme.run("imanage_application", name=TRACKER, access="all")
    assert transcript(acme) == [("GET", "/apps", None, 200), ("GET", "/apps/tracker/security", None, 200)]


def test_the_transcript_of_a_token_policy(tenant):
    acme = tenant(applications=applications(extension="enabled"))
    acme.run("imanage_app_auth", name=EXTENSION, allow_refresh_token=True)
    path = "/settings/tracker-cc/oauth2.tokens"
    assert transcript(acme) == [
        ("GET", "/apps", None, 200),
        ("GET", path, None, 404),
        ("PUT", path, {"type": "value", "value": {"allow_refresh_token": True}}, 200),
        ("GET", path, None, 200),
    ]


def test_the_transcript_of_a_token_policy_that_was_set_before(tenant):
    policy = {"allow_refresh_token": True, "refresh_token_expiry": 14, "access_token_max_idle_time": 60}
    acme = tenant(applications=applications(extension="enabled", token_policy=policy))
    acme.run("imanage_app_auth", app_id="tracker-cc", access_token_expiry_minutes=90)
    path = "/settings/tracker-cc/oauth2.tokens"
    assert transcript(acme) == [
        ("GET", "/apps/tracker-cc", None, 200),
        ("GET", path, None, 200),
        ("PUT", path, {"type": "value", "value": {**policy, "access_token_max_idle_time": 90}}, 200),
        ("GET", path, None, 200),
    ]


def test_the_transcript_of_a_token_policy_of_which_a_part_was_told(tenant):
    acme = tenant(applications=refreshing())
    told = {"type": "value", "value": {"allow_refresh_token": True}}
    acme.fault("shape", "readTokenPolicy", body={"data": told}, times=1)
    acme.run("imanage_app_auth", app_id="tracker-cc", access_token_expiry_minutes=90)
    (write,) = [body for method, _path, body, _status in transcript(acme) if method == "PUT"]
    assert write["value"] == {"allow_refresh_token": True, "access_token_max_idle_time": 90}


def test_the_transcript_of_authorizing_libraries(tenant):
    acme = tenant(
        applications=refreshing(),
        libraries=["ACTIVE", {"id": "SPM", "authorized_by": "x@y"}, "US EAST"],
        users=[
            {"id": "admin@{name}.example", "password": "pw-for-test", "nrtadmin": "all", "app_management": True},
        ],
    )
    options = {"username": "admin@{name}.example", "password": "pw-for-test"}
    acme.run("imanage_library_authorization", email="ada@acme.example", **options)
    assert transcript(acme) == [
        ("GET", "tracker:/libraries", None, 200),
        ("GET", "/libraries", None, 200),
        ("POST", "tracker:/libraries/ACTIVE/authorization", {"email": "ada@acme.example"}, 201),
        ("POST", "tracker:/libraries/US%20EAST/authorization", {"email": "ada@acme.example"}, 201),
        ("GET", "tracker:/libraries", None, 200),
        ("GET", "/libraries", None, 200),
    ]


def test_the_transcript_of_withdrawing(tenant):
    acme = tenant(applications=refreshing(), libraries=[{"id": "ACTIVE", "authorized_by": "x@y"}, "SPM"])
    acme.run("imanage_library_authorization", state="unauthorized")
    assert transcript(acme) == [
        ("GET", "tracker:/libraries", None, 200),
        ("GET", "/libraries", None, 200),
        ("DELETE", "tracker:/libraries/ACTIVE/authorization", None, 204),
        ("GET", "tracker:/libraries", None, 200),
        ("GET", "/libraries", None, 200),
    ]


@pytest.mark.parametrize("kind", ["tracker", "tracker-cc"])
def test_the_transcript_of_removing_an_application(tenant, kind):
    acme = tenant(applications=applications(tracker="enabled", extension="enabled"))
    acme.run("imanage_application", app_id=kind, state="absent")
    assert transcript(acme) == [
        ("GET", f"/apps/{kind}", None, 200),
        ("DELETE", f"/apps/{kind}", None, 204),
        ("GET", f"/apps/{kind}", None, 200),
    ]
