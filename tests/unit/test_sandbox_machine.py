# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paging, limits, the log, the start and strict descriptions."""

from __future__ import annotations

import json

import pytest
from sandbox import DescriptionError, Request, Sandbox, Tenant
from sandbox.examples import Caller, error, example


@pytest.fixture
def sandbox():
    return Sandbox([example(), example("birch", 202)], clock=lambda: 1_800_000_000.0)


@pytest.fixture
def call(sandbox):
    return Caller(sandbox)


@pytest.mark.parametrize(
    ("query", "rows", "total"),
    [
        ({}, 2, None),
        ({"limit": "3"}, 2, None),
        ({"limit": "1", "offset": "3", "total": "true"}, 1, 4),
        ({"offset": "4", "total": "false"}, 0, None),
    ],
)
def test_the_server_chooses_the_largest_page(query, rows, total):
    body = Caller(Sandbox([example(page_size=2)]))("listApps", query=query).json()
    assert (len(body["data"]), body.get("total_count")) == (rows, total)


def test_rate_limit_of_a_tenant(sandbox):
    sandbox.add(example(rate_limit={"requests": 2, "seconds": 10}))
    call = Caller(sandbox)
    assert [call("discover").headers["x-ratelimit-remaining"] for _turn in range(2)] == ["1", "0"]
    reply = call("updateApp", app_id="tracker", body={"status": "enabled"})
    assert (reply.status, error(reply)["code"]) == (429, "TooManyRequests")
    assert reply.headers["x-ratelimit-reset"] == reply.headers["retry-after"] == "10"
    assert sandbox.tenant("acme").application("tracker").status == "available"
    assert Caller(sandbox, "birch-admin-token", 202)("discover").status == 200
    sandbox.advance(10)
    assert call("discover").status == 200


def test_log_tells_what_happened_without_secrets(sandbox, call):
    form = {"grant_type": "password", "client_id": "x", "username": "PAT@acme.example"}
    call("requestToken", body={**form, "password": "p"})
    call("updateApp", app_id="tracker", body={"status": "enabled", "list": [{"Client_Secret": "s"}]})
    Caller(sandbox, "stale", 202)("listApps", query={"access_token": "t"})
    sandbox.handle(Request("POST", "/nowhere", body=b"secret"))
    signing_in, writing, strange, unread = sandbox.log
    assert (signing_in.tenant, signing_in.user, signing_in.status) == ("acme", "pat@acme.example", 401)
    assert signing_in.body == {**form, "password": "***"}
    assert writing.body == {"status": "enabled", "list": [{"Client_Secret": "***"}]}
    assert (strange.tenant, strange.user, strange.query) == ("birch", None, {"access_token": "***"})
    assert (unread.operation, unread.status, unread.body) == (None, 404, "<6 bytes that could not be read>")
    assert json.dumps([entry.plain() for entry in sandbox.log])


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
    sandbox.remove("acme")
    assert call("discover").status == 401


def test_snapshot_has_no_secrets(sandbox):
    text = json.dumps(sandbox.tenant("acme").snapshot())
    for secret in ("password", "-token", "-refresh", "client-secret"):
        assert secret not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "red"}, "unknown keys: colour"),
        ({"customer_id": "101"}, "customer_id"),
        ({"users": [{"id": "x", "nrtadmin": ["NOWHERE"]}]}, "NOWHERE"),
        ({"users": [{"id": "x"}, {"id": "X"}]}, "twice"),
        ({"libraries": [{"id": "A", "expires_in_days": 1}]}, "no authorized_by"),
        ({"applications": [{"id": "a", "name": "A", "access": {}}]}, "only available"),
        (
            {"applications": [{"id": "a", "name": "A", "status": "enabled", "access": {"users": ["ghost"]}}]},
            "unknown user: ghost",
        ),
        ({"applications": [{"id": "a", "name": "A", "status": "enabled", "token_policy": {}}]}, "allow_refresh_token"),
        ({"faults": [{"kind": "gremlin"}]}, "gremlin"),
        ({"faults": [{"kind": "html", "operation": "openDoor"}]}, "openDoor"),
        ({"faults": [{"kind": "html", "seconds": 1}]}, "no seconds"),
        ({"faults": [{"kind": "delay"}]}, "needs seconds"),
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
