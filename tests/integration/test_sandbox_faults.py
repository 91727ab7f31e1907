# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of fault, as a client of a real server sees it."""

from __future__ import annotations

import time

import pytest
import requests
from requests.exceptions import ChunkedEncodingError, ConnectionError, JSONDecodeError, ReadTimeout
from sandbox import Fault, Sandbox, contract, serve
from sandbox.examples import example
from sandbox.faults import KINDS

HEADERS = {"X-Auth-Token": "acme-admin-token"}
APPS = "/work/api/v2/customers/101/apps"


@pytest.fixture(scope="module")
def server():
    with serve(Sandbox([example(page_size=2), example("birch", 202)])) as running:
        yield running


@pytest.fixture
def sandbox(server):
    server.sandbox.reset()
    return server.sandbox


@pytest.fixture
def add(server, sandbox):
    """Add Tracker through the server, with a fault on the way."""

    def send(*faults, timeout=5, **more):
        sandbox.tenant("acme").faults.extend(faults)
        return requests.patch(
            f"{server.url}{APPS}/tracker",
            json={"status": "enabled"},
            headers=HEADERS,
            timeout=timeout,
            allow_redirects=False,
            **more,
        )

    return send


@pytest.fixture
def get(server):
    """Read through the server."""
    return lambda path: requests.get(f"{server.url}{path}", headers=HEADERS, timeout=5)


@pytest.fixture
def added(sandbox):
    return lambda: sandbox.tenant("acme").application("tracker").added


def strike(kind, **more):
    return Fault(kind, operation="updateApp", **more)


REPLIES = {
    "status": ({"status": 503, "headers": {"Retry-After": 7}}, lambda r: r.headers["retry-after"] == "7"),
    "status of its own": (
        {"status": 500, "applied": True, "text": "oops", "content_type": "text/x-oops"},
        lambda r: (r.status_code, r.text, r.headers["content-type"]) == (500, "oops", "text/x-oops"),
    ),
    "status with a body": ({"status": 400, "body": {"error": "odd"}}, lambda r: r.json() == {"error": "odd"}),
    "delay": ({"seconds": 0.2}, lambda r: r.elapsed.total_seconds() >= 0.2 and r.json()["data"]["status"]),
    "html": ({}, lambda r: r.status_code == 200 and "<html>" in r.text),
    "empty": ({}, lambda r: (r.status_code, r.content) == (200, b"")),
    "shape": ({}, lambda r: r.json() == {"data": "unexpected"}),
    "shape of its own": ({"body": [1]}, lambda r: r.json() == [1]),
    "redirect": ({"location": "https://elsewhere.example/"}, lambda r: r.headers["location"].startswith("https://els")),
    "big": ({"size": 3_000_000}, lambda r: len(r.content) == 3_000_000 and set(r.json()["data"]) == {"x"}),
    "gzip": ({}, lambda r: r.headers["content-encoding"] == "gzip" and r.json()["data"]["status"] == "enabled"),
    "gzip of a bomb": ({"size": 1_000_000}, lambda r: int(r.headers["content-length"]) < 10_000 < len(r.content)),
    "extra": ({"size": 9000}, lambda r: len(r.json()["x_filler"]) == 9000 and "x_new" in r.json()["data"]),
    "null": ({}, lambda r: r.json() == {"data": None}),
    "lacking": ({}, lambda r: r.json() == {"data": {}}),
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_is_disguised_and_the_request_applied_or_not(add, added, name):
    options, seen = REPLIES[name]
    kind = name.partition(" ")[0]
    reply = add(strike(kind, **options))
    assert seen(reply), (reply.status_code, reply.headers, reply.content[:200])
    assert added() is options.get("applied", KINDS[kind][1])


@pytest.mark.parametrize(
    ("fault", "error", "applied"),
    [
        (strike("drop_before"), ConnectionError, False),
        (strike("drop_after"), ConnectionError, True),
        (strike("drop_middle"), ChunkedEncodingError, True),
        (strike("hang"), ReadTimeout, False),
        (strike("hang", applied=True), ReadTimeout, True),
        (strike("delay", seconds=60), ReadTimeout, True),
    ],
)
def test_a_connection_breaks_and_the_request_is_applied_or_not(add, added, fault, error, applied):
    with pytest.raises(error):
        add(fault, timeout=0.2 if error is ReadTimeout else 5)
    assert added() is applied


def test_drip_sends_byte_by_byte(add):
    # No single read is late, so only a deadline over the whole reply helps.
    slow = add(strike("drip", seconds=0.05), stream=True, timeout=0.5)
    begin = time.monotonic()
    for _byte in zip(slow.iter_content(1), range(4), strict=False):
        pass
    assert time.monotonic() - begin >= 0.1
    slow.close()


def test_truncated_is_cut_json_of_the_announced_length(add, added):
    reply = add(strike("truncated"))
    assert (reply.status_code, len(reply.content)) == (200, int(reply.headers["content-length"]))
    with pytest.raises(JSONDecodeError):
        reply.json()
    assert added()


def test_null_and_lacking_take_a_row_of_a_list_and_leave_a_refusal_alone(sandbox, get):
    sandbox.tenant("acme").faults[:] = [Fault("null")]
    assert [type(row) for row in get(f"{APPS}?total=true").json()["data"]] == [type(None), dict]
    sandbox.tenant("acme").faults[:] = [Fault("lacking")]
    page = get(f"{APPS}?total=true").json()
    assert (len(page["data"]), page["total_count"]) == (1, 4)
    assert get(f"{APPS}/nothing").json()["error"]


def test_repeated_page_never_ends(sandbox, get):
    sandbox.tenant("acme").faults.append(Fault("repeat_page"))
    pages = [get(f"{APPS}?offset={offset}").json() for offset in (0, 2, 400)]
    assert pages[0] == pages[1] == pages[2]
    assert len(pages[0]["data"]) == 2


def test_chance_strikes_some_calls_and_the_same_ones_again():
    struck = []
    for seed in ("one", "one", "two"):
        fault = Fault("empty", chance=0.3, seed=seed)
        listing = contract.operations()["listApps"]
        struck.append([fault.strikes(listing) for _turn in range(200)])
    assert struck[0] == struck[1] != struck[2]
    assert 30 < sum(struck[0]) < 90


def test_skip_and_times_operation_and_tenant_choose_the_calls(server, add, get):
    statuses = [add(strike("status", status=500, skip=1, times=2)).status_code]
    assert get(APPS).status_code == 200
    birch = {"X-Auth-Token": "birch-admin-token"}
    path = "/work/api/v2/customers/202/apps/tracker"
    for _turn in range(2):
        other = requests.patch(server.url + path, json={"status": "enabled"}, headers=birch, timeout=5)
        assert other.status_code == 200
    assert statuses + [add().status_code for _turn in range(3)] == [200, 500, 500, 200]


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password", "username": "ADMIN@acme.example", "password": "acme-admin-password"},
        {"grant_type": "refresh_token", "refresh_token": "acme-admin-refresh"},
    ],
)
def test_signing_in_is_struck_by_the_faults_of_the_tenant(server, sandbox, form):
    sandbox.tenant("acme").faults.append(Fault("status", status=502))
    form = {**form, "client_id": "control-center-client"}
    assert requests.post(f"{server.url}/auth/oauth2/token", data=form, timeout=5).status_code == 502


def test_a_fault_of_the_server_strikes_everybody_until_the_reset(server, sandbox, get):
    sandbox.faults.append(Fault("html", operation="discover"))
    for name in ("acme", "birch"):
        headers = {"X-Auth-Token": f"{name}-admin-token"}
        assert "html" in requests.get(f"{server.url}/api", headers=headers, timeout=5).text
    sandbox.reset()
    assert get("/api").json()
