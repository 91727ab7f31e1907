# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of fault, as a client of a real server sees it."""

from __future__ import annotations

import time

import pytest
import requests
from requests.exceptions import ChunkedEncodingError, ConnectionError, ReadTimeout
from sandbox import Fault, Sandbox, contract, serve
from sandbox.examples import example
from sandbox.fields import DescriptionError

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
            **more,
        )

    return send


@pytest.fixture
def added(sandbox):
    return lambda: sandbox.tenant("acme").application("tracker").added


def strike(kind, **more):
    return Fault(kind, operation="updateApp", **more)


def test_status_replaces_the_reply(add, added):
    reply = add(strike("status", status=503, headers={"Retry-After": 7}))
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "7")
    assert reply.json()["error"]["message"]
    assert not added()


def test_status_can_be_applied_and_speak_for_itself(add, added):
    reply = add(strike("status", status=500, applied=True, text="oops", content_type="text/x-oops"))
    assert (reply.text, reply.headers["content-type"]) == ("oops", "text/x-oops")
    assert added()


def test_status_with_json_body_or_without_any(add):
    assert add(strike("status", status=400, body={"error": "odd"}, times=1)).json() == {"error": "odd"}
    assert add(strike("status", status=204)).content == b""


def test_delay_is_late_but_normal(add):
    begin = time.monotonic()
    assert add(strike("delay", seconds=0.2)).json()["data"]["status"] == "enabled"
    assert time.monotonic() - begin >= 0.2


def test_delay_is_applied_even_if_the_client_gives_up(add, added):
    with pytest.raises(ReadTimeout):
        add(strike("delay", seconds=60), timeout=0.2)
    assert added()


def test_drop_before_applies_nothing(sandbox, add, added):
    with pytest.raises(ConnectionError):
        add(strike("drop_before"))
    assert not added()
    assert (sandbox.log[-1].status, sandbox.log[-1].fault) == (None, "drop_before")


def test_drop_after_is_applied(add, added):
    with pytest.raises(ConnectionError):
        add(strike("drop_after"))
    assert added()


def test_drop_middle_sends_half(add, added):
    reply = add(strike("drop_middle"), stream=True)
    assert reply.status_code == 200
    with pytest.raises(ChunkedEncodingError):
        _content = reply.content
    assert added()


def test_drop_middle_of_a_reply_without_body_sends_nothing(server, sandbox):
    sandbox.tenant("acme").faults.append(Fault("drop_middle", operation="removeApp"))
    with pytest.raises(ConnectionError):
        requests.delete(f"{server.url}{APPS}/drive", headers=HEADERS, timeout=5)
    assert not sandbox.tenant("acme").application("drive").added


@pytest.mark.parametrize("applied", [False, True])
def test_hang_never_answers(add, added, applied):
    with pytest.raises(ReadTimeout):
        add(strike("hang", applied=applied), timeout=0.2)
    assert added() is applied


def test_drip_sends_byte_by_byte(add):
    reply = add(strike("drip", seconds=0.0005, times=1), stream=True)
    body = list(reply.iter_content(1))
    assert len(body) == int(reply.headers["content-length"])
    # No single read is late, so only a deadline over the whole reply helps.
    slow = add(strike("drip", seconds=0.05), stream=True, timeout=0.5)
    begin = time.monotonic()
    for _byte in zip(slow.iter_content(1), range(4), strict=False):
        pass
    assert time.monotonic() - begin >= 0.1
    slow.close()


def test_html_is_a_login_page(add, added):
    reply = add(strike("html"))
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<html>" in reply.text
    assert not added()


def test_empty_is_200_and_nothing(add, added):
    reply = add(strike("empty"))
    assert (reply.status_code, reply.content) == (200, b"")
    assert added()


def test_truncated_is_cut_json_of_the_announced_length(add, added):
    reply = add(strike("truncated"))
    assert reply.status_code == 200
    assert len(reply.content) == int(reply.headers["content-length"])
    with pytest.raises(requests.exceptions.JSONDecodeError):
        reply.json()
    assert added()


def test_shape_is_valid_json_of_another_shape(add):
    assert add(strike("shape", times=1)).json() == {"data": "unexpected"}
    assert add(strike("shape", body=[1])).json() == [1]


def test_redirect_names_a_place(add, added):
    reply = add(strike("redirect", location="https://elsewhere.example/"), allow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (302, "https://elsewhere.example/")
    assert not added()


def test_big_has_the_size(add):
    reply = add(strike("big", size=3_000_000))
    assert len(reply.content) == 3_000_000
    assert set(reply.json()["data"]) == {"x"}


def test_gzip_is_compressed(add):
    reply = add(strike("gzip", times=1))
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.json()["data"]["status"] == "enabled"
    bomb = add(strike("gzip", size=1_000_000))
    assert int(bomb.headers["content-length"]) < 10_000
    assert len(bomb.content) == 1_000_000


def test_extra_fields_stand_in_every_object_and_can_make_it_large(add):
    reply = add(strike("extra", times=1)).json()
    assert (reply["x_new"], reply["data"]["x_new"], reply["data"]["status"]) == ({"x": [1]}, {"x": [1]}, "enabled")
    assert len(add(strike("extra", size=100_000)).content) > 100_000


def test_null_stands_where_an_object_was(server, sandbox, add, added):
    assert add(strike("null")).json() == {"data": None}
    assert added()
    sandbox.tenant("acme").faults[:] = [Fault("null")]
    page = requests.get(f"{server.url}{APPS}?total=true", headers=HEADERS, timeout=5).json()
    assert [type(row) for row in page["data"]] == [type(None), dict]
    form = {"grant_type": "refresh_token", "refresh_token": "acme-admin-refresh", "client_id": "control-center-client"}
    assert requests.post(f"{server.url}/auth/oauth2/token", data=form, timeout=5).json() is None


def test_lacking_is_a_row_or_all_of_an_object(server, sandbox):
    sandbox.tenant("acme").faults[:] = [Fault("lacking")]
    page = requests.get(f"{server.url}{APPS}?total=true", headers=HEADERS, timeout=5).json()
    assert (len(page["data"]), page["total_count"]) == (1, 4)
    assert requests.get(f"{server.url}{APPS}/drive", headers=HEADERS, timeout=5).json() == {"data": {}}
    refused = requests.get(f"{server.url}{APPS}/nothing", headers=HEADERS, timeout=5)
    assert refused.json()["error"], "a refusal stays what it is"
    gone = requests.delete(f"{server.url}{APPS}/drive", headers=HEADERS, timeout=5)
    assert (gone.status_code, gone.content) == (204, b"")


def test_chance_strikes_some_calls_and_the_same_ones_again():
    struck = []
    for seed in ("one", "one", "two"):
        fault = Fault("empty", chance=0.3, seed=seed)
        listing = contract.operations()["listApps"]
        struck.append([fault.strikes(listing) for _turn in range(200)])
    assert struck[0] == struck[1] != struck[2]
    assert 30 < sum(struck[0]) < 90
    with pytest.raises(DescriptionError, match="chance outside 0 to 1"):
        Fault("empty", chance=1.5)


def test_repeated_page_never_ends(server, sandbox):
    sandbox.tenant("acme").faults.append(Fault("repeat_page"))
    pages = [
        requests.get(f"{server.url}{APPS}?offset={offset}", headers=HEADERS, timeout=5).json() for offset in (0, 2, 400)
    ]
    assert pages[0] == pages[1] == pages[2]
    assert len(pages[0]["data"]) == 2


def test_skip_and_times_choose_the_calls(add):
    fault = strike("status", status=500, skip=1, times=2)
    statuses = [add(fault).status_code, *(add().status_code for _turn in range(4))]
    # The same fault is one thing, so its second mention in the list changes nothing.
    assert statuses == [200, 500, 500, 200, 200]


def test_fault_of_one_operation_and_tenant_spares_the_others(server, add):
    assert add(strike("status", status=500)).status_code == 500
    assert requests.get(server.url + APPS, headers=HEADERS, timeout=5).status_code == 200
    birch = {"X-Auth-Token": "birch-admin-token"}
    path = "/work/api/v2/customers/202/apps/tracker"
    assert requests.patch(server.url + path, json={"status": "enabled"}, headers=birch, timeout=5).status_code == 200


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
    other = {**form, "grant_type": "refresh_token", "refresh_token": "birch-admin-refresh", "username": ""}
    assert requests.post(f"{server.url}/auth/oauth2/token", data=other, timeout=5).status_code == 200


def test_server_wide_fault_strikes_everybody_and_reset_ends_it(server, sandbox):
    sandbox.faults.append(Fault("html", operation="discover"))
    for name in ("acme", "birch"):
        headers = {"X-Auth-Token": f"{name}-admin-token"}
        assert "html" in requests.get(f"{server.url}/api", headers=headers, timeout=5).text
    sandbox.reset()
    assert requests.get(f"{server.url}/api", headers=HEADERS, timeout=5).json()


def test_described_faults_start_anew_on_reset():
    sandbox = Sandbox([example(faults=[{"kind": "empty", "times": 1}])], faults=[{"kind": "html", "skip": 1}])
    sandbox.tenant("acme").faults.clear()
    sandbox.faults[0].seen = 5
    sandbox.reset()
    assert [fault.kind for fault in sandbox.tenant("acme").faults] == ["empty"]
    assert sandbox.faults[0].seen == 0
