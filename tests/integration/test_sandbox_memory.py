# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport in memory answers as the server does."""

from __future__ import annotations

import pytest
import requests
from requests.exceptions import ChunkedEncodingError, ConnectionError, ReadTimeout
from sandbox import Fault, MemoryAdapter, Sandbox, serve
from sandbox.examples import example

TOKEN = {"X-Auth-Token": "acme-admin-token"}
CUSTOMER = "/work/api/v2/customers/101"
PAGES = "/tracker/api/v2/customers/101/libraries"
POLICY = {"type": "value", "value": {"allow_refresh_token": True}}
WALK = [
    ("GET", "/api", {}),
    ("GET", f"{CUSTOMER}/apps?total=true&limit=2", {}),
    ("GET", PAGES, {}),
    ("PATCH", f"{CUSTOMER}/apps/tracker-cc", {"json": {"status": "enabled"}}),
    ("PUT", f"{CUSTOMER}/settings/tracker-cc/oauth2.tokens", {"json": POLICY}),
    ("POST", f"{PAGES}/active/authorization", {"json": {"email": "ada@acme.example"}}),
    ("POST", f"{CUSTOMER}/apps/drive/security", {"json": {"include": [{"id": "ghost", "type": "user"}]}}),
    ("DELETE", f"{PAGES}/active/authorization", {}),
    ("DELETE", f"{CUSTOMER}/apps/tracker-cc", {}),
    ("GET", f"{CUSTOMER}/apps/a%2Fb", {}),
    ("PUT", f"{CUSTOMER}/apps/drive", {}),
    ("GET", "/nowhere", {}),
    ("POST", "/auth/oauth2/token", {"data": {"grant_type": "password", "client_id": "wrong"}}),
    ("POST", "/auth/oauth2/revoke-token", {"data": {"access_token": "acme-admin-token"}}),
    ("GET", "/api", {}),
]


def fresh():
    return Sandbox([example()], clock=lambda: 1_800_000_000.0)


def walk(session, base):
    """What a client sees, without what only a real server adds."""
    seen = []
    for method, path, more in WALK:
        reply = session.request(method, base + path, headers=TOKEN, timeout=5, **more)
        headers = {name.lower(): value for name, value in reply.headers.items() if name.lower() != "date"}
        seen.append((reply.status_code, reply.reason, headers, reply.text.replace(base, "BASE")))
    return seen


def logged(sandbox):
    return [{**entry.plain(), "connection": None} for entry in sandbox.log]


@pytest.fixture
def sandbox():
    return fresh()


@pytest.fixture
def session(sandbox):
    with requests.Session() as session:
        session.mount("https://", MemoryAdapter(sandbox))
        session.headers.update(TOKEN)
        yield session


def test_memory_equals_http(sandbox, session):
    over_http = fresh()
    with serve(over_http) as server, requests.Session() as real:
        expected = walk(real, server.url)
    # The same address, because some replies contain it.
    session.mount(server.url, MemoryAdapter(sandbox))
    assert walk(session, server.url) == expected
    assert logged(sandbox) == logged(over_http)
    assert {status for status, *_rest in expected} == {200, 201, 204, 400, 401, 404, 405}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("drop_before"), ConnectionError),
        (Fault("drop_after"), ConnectionError),
        (Fault("drop_middle"), ChunkedEncodingError),
        (Fault("hang"), ReadTimeout),
        (Fault("delay", seconds=9), ReadTimeout),
        (Fault("drip", seconds=9), ReadTimeout),
    ],
)
@pytest.mark.parametrize("timeout", [1, (5, 1)])
def test_faults_of_the_connection_are_those_of_http(sandbox, session, fault, error, timeout):
    sandbox.faults.append(fault)
    with pytest.raises(error):
        session.patch(f"https://cc.example{CUSTOMER}/apps/tracker", json={"status": "enabled"}, timeout=timeout)
    assert sandbox.tenant("acme").application("tracker").added is fault.applied


@pytest.mark.parametrize("fault", [Fault("delay", seconds=9), Fault("drip", seconds=9), Fault("gzip")])
def test_patience_gets_the_reply(sandbox, session, fault):
    sandbox.faults.append(fault)
    assert session.get("https://cc.example/api", timeout=10).json()["data"]
    reply = session.get("https://cc.example/api", stream=True)
    assert b"".join(reply.iter_content(16)).startswith(b'{"data"')
