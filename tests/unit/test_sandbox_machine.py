# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routing, paging, limits, the log, the clock, and strict descriptions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sandbox as package
from sandbox import DescriptionError, Request, Sandbox, Tenant, contract, sandbox_from_file
from sandbox.examples import Caller, error, example
from sandbox.machine import HANDLERS

FOLDER = Path(package.__file__).parent


@pytest.fixture
def sandbox():
    return Sandbox([example(), example("birch", 202)], clock=lambda: 1_800_000_000.0)


@pytest.fixture
def call(sandbox):
    return Caller(sandbox)


def test_every_operation_has_a_handler():
    assert set(HANDLERS) == set(contract.operations())


def test_unknown_path_is_404(sandbox):
    for path in (
        "/",
        "/work/api/v2/customers/101/apps/",
        "/work/api/v2/customers//apps",
        "/work/api/v1/apps",
    ):
        assert error(sandbox.handle(Request("GET", path)))["code"] == "NotFound"


def test_wrong_method_is_405_with_the_right_ones(sandbox):
    reply = sandbox.handle(Request("PUT", "/work/api/v2/customers/101/apps/drive"))
    assert (reply.status, reply.headers["allow"]) == (405, "GET, DELETE, PATCH")


def test_path_parameters_are_decoded(sandbox):
    sandbox.add(example(applications=[{"id": "a/b c", "name": "Odd"}]))
    assert Caller(sandbox)("readApp", app_id="a/b c").json()["data"]["name"] == "Odd"


@pytest.mark.parametrize(
    ("query", "rows", "total"),
    [
        ({}, 4, None),
        ({"limit": "1"}, 1, None),
        ({"limit": "1", "offset": "3", "total": "true"}, 1, 4),
        ({"offset": "4", "total": "false"}, 0, None),
        ({"offset": "400", "total": "true"}, 0, 4),
    ],
)
def test_paging(call, query, rows, total):
    body = call("listApps", query=query).json()
    assert (len(body["data"]), body.get("total_count")) == (rows, total)


def test_server_chooses_the_page_size():
    call = Caller(Sandbox([example(page_size=2)]))
    assert [len(call("listApps", query=query).json()["data"]) for query in ({}, {"limit": "3"}, {"limit": "1"})] == [
        2,
        2,
        1,
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"offset": "-1"},
        {"total": "True"},
        {"status": "Available"},
        {"page": "2"},
    ],
)
def test_wrong_query_is_400(call, query):
    assert call("listApps", query=query).status == 400


def test_body_is_required_where_the_contract_says_so(call):
    reply = call("updateApp", app_id="drive")
    assert (reply.status, error(reply)["message"]) == (400, "A body is required.")


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b"{}", 415),
        ("application/json", b"{", 400),
        ("application/json", b"\xff", 400),
        ("application/json", b'{"status": NaN}', 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json; charset=utf-8", b'{"status": "enabled"}', 200),
    ],
)
def test_bodies_must_be_json(sandbox, content_type, body, status):
    headers = {"x-auth-token": "acme-admin-token", "content-type": content_type}
    path = "/work/api/v2/customers/101/apps/drive"
    assert sandbox.handle(Request("PATCH", path, {}, headers, body)).status == status


def test_rate_limit_of_a_tenant(sandbox):
    sandbox.add(example(rate_limit={"requests": 2, "seconds": 10}))
    call = Caller(sandbox)
    assert [call("discover").headers["x-ratelimit-remaining"] for _turn in range(2)] == ["1", "0"]
    reply = call("updateApp", app_id="tracker", body={"status": "enabled"})
    assert (reply.status, error(reply)["code"]) == (429, "TooManyRequests")
    assert reply.headers["x-ratelimit-reset"] == reply.headers["retry-after"] == "10"
    assert sandbox.tenant("acme").application("tracker").status == "available"
    assert Caller(sandbox, "birch-admin-token", 202)("discover").status == 200
    sandbox.advance(9.5)
    assert call("discover").headers["x-ratelimit-reset"] == "1"
    sandbox.advance(0.5)
    assert call("discover").status == 200


def test_rate_limit_of_the_server():
    sandbox = Sandbox([example(), example("birch", 202)], rate_limit={"requests": 1, "seconds": 60})
    assert Caller(sandbox)("discover").status == 200
    assert Caller(sandbox, "birch-admin-token", 202)("discover").status == 429


def test_log_tells_what_happened_without_secrets(sandbox, call):
    call(
        "requestToken",
        body={"grant_type": "password", "client_id": "x", "username": "PAT@acme.example", "password": "p"},
    )
    call("updateApp", app_id="tracker", body={"status": "enabled", "list": [{"Client_Secret": "s"}]})
    Caller(sandbox, "stale", 202)("listApps", query={"access_token": "t"})
    sandbox.handle(Request("GET", "/nowhere", peer="127.0.0.1:5"))
    sandbox.handle(Request("POST", "/nowhere", body=b"secret"))
    signing_in, writing, strange, lost, unread = sandbox.log
    assert (signing_in.tenant, signing_in.user, signing_in.status) == ("acme", "pat@acme.example", 401)
    assert signing_in.body == {
        "grant_type": "password",
        "client_id": "x",
        "username": "PAT@acme.example",
        "password": "***",
    }
    assert (writing.user, writing.body) == (
        "admin@acme.example",
        {"status": "enabled", "list": [{"Client_Secret": "***"}]},
    )
    assert (strange.tenant, strange.user, strange.operation, strange.query) == (
        "birch",
        None,
        "listApps",
        {"access_token": "***"},
    )
    assert (lost.operation, lost.method, lost.path, lost.status, lost.connection) == (
        None,
        "GET",
        "/nowhere",
        404,
        "127.0.0.1:5",
    )
    assert unread.body == "<6 bytes that could not be read>"
    assert [entry.number for entry in sandbox.log] == [1, 2, 3, 4, 5]
    assert json.dumps([entry.plain() for entry in sandbox.log])


def test_log_is_filtered_and_cleared(sandbox, call):
    call("discover")
    call("listApps")
    Caller(sandbox, "birch-admin-token", 202)("listApps")
    assert len(sandbox.requests("acme")) == 2
    assert len(sandbox.requests(operation="listApps")) == 2
    assert len(sandbox.requests("acme", "listApps")) == 1
    sandbox.clear_log()
    assert sandbox.log == []


def test_reset_goes_back_to_the_start(sandbox, call):
    before = [tenant.snapshot() for tenant in sandbox.tenants]
    call("removeApp", app_id="drive")
    call("revokeToken", body={"access_token": "acme-admin-token"})
    sandbox.advance(1000)
    sandbox.add(example("cedar", 303))
    sandbox.remove("birch")
    sandbox.reset()
    assert [tenant.snapshot() for tenant in sandbox.tenants] == before
    assert sandbox.now().timestamp() == 1_800_000_000.0
    assert sandbox.log == []
    assert call("discover").status == 200


def test_removed_tenant_takes_its_tokens_with_it(sandbox, call):
    sandbox.remove("acme")
    sandbox.remove("acme")
    assert call("discover").status == 401
    with pytest.raises(KeyError):
        sandbox.tenant("acme")


def test_snapshot_is_plain_and_has_no_secrets(sandbox):
    text = json.dumps(sandbox.tenant("acme").snapshot())
    for secret in ("password", "-token", "-refresh", "client-secret"):
        assert secret not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "red"}, "unknown keys: colour"),
        ({"customer_id": "101"}, "customer_id"),
        ({"customer_id": None}, "needs customer_id"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": True}, "page_size"),
        ({"users": [{"id": "x", "nrtadmin": ["NOWHERE"]}]}, "NOWHERE"),
        ({"users": [{"id": "x", "nrtadmin": "some"}]}, "nrtadmin"),
        ({"users": [{"id": "x"}, {"id": "X"}]}, "twice"),
        ({"users": ["x"]}, "must be a mapping"),
        ({"groups": [1]}, "groups"),
        ({"libraries": [{"id": "A", "expires_in_days": 1}]}, "no authorized_by"),
        ({"libraries": [{"id": "A", "authorized_by": "x", "authorized_at": "soon"}]}, "ISO 8601"),
        (
            {"libraries": [{"id": "A", "authorized_by": "x", "expires_at": "2027-01-01", "expires_in_days": 1}]},
            "both expires_at and expires_in_days",
        ),
        ({"applications": [{"id": "a", "name": "A", "access": {}}]}, "only available"),
        ({"applications": [{"id": "a", "name": "A", "status": "added"}]}, "status"),
        (
            {"applications": [{"id": "a", "name": "A", "status": "enabled", "access": {"users": ["ghost"]}}]},
            "unknown user: ghost",
        ),
        (
            {"applications": [{"id": "a", "name": "A", "status": "enabled", "token_policy": {}}]},
            "allow_refresh_token",
        ),
        ({"rate_limit": {"requests": 0}}, "rate_limit"),
        ({"faults": [{"kind": "gremlin"}]}, "gremlin"),
        ({"faults": [{"kind": "html", "operation": "openDoor"}]}, "openDoor"),
        ({"faults": [{"kind": "html", "seconds": 1}]}, "no seconds"),
        ({"faults": [{"kind": "delay"}]}, "needs seconds"),
        ({"faults": [{"kind": "status", "status": 999}]}, "999"),
    ],
)
def test_descriptions_are_read_strictly(changes, words):
    with pytest.raises(DescriptionError, match=words):
        Tenant.from_description(example(**changes))


def test_tenants_on_one_host_must_differ(sandbox):
    with pytest.raises(DescriptionError, match="same customer_id"):
        sandbox.add(example("cedar", 101))
    with pytest.raises(DescriptionError, match="both have a user"):
        sandbox.add(example("cedar", 303, users=example()["users"]))
    with pytest.raises(DescriptionError, match="twice"):
        Sandbox([example(), example()])


def test_demo_is_what_it_says():
    sandbox = sandbox_from_file(FOLDER / "demo.yml")
    tenants = {tenant.name: tenant for tenant in sandbox.tenants}
    assert list(tenants) == ["acme", "birch", "cedar", "dune"]
    assert len({tenant.customer_id for tenant in sandbox.tenants}) == 4
    assert tenants["birch"].application_named("iManage Tracker CC configuration") is None
    assert tenants["cedar"].consent_required
    assert tenants["dune"].application_named("iManage Tracker").access.members == [("group", "Pilot")]
    for name, tenant in tenants.items():
        form = {
            "grant_type": "password",
            "client_id": "tracker-onboarding",
            "username": f"admin@{name}.example",
            "password": f"demo-{name}",
        }
        token = Caller(sandbox)("requestToken", body=form).json()["access_token"]
        assert Caller(sandbox, token, tenant.customer_id)("listApps").status == 200
