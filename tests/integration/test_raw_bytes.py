# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes that no HTTP server would send: nobody waits for ever, and no reply is used for another request."""

from __future__ import annotations

import itertools
import threading

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import client, transport
from playbooks_support import Stage
from sandbox import contract
from support.cases import APPLICATION, AUTHORIZATION
from support.places import TRACKER, refreshing
from support.raw_server import RawServer, Request, for_ever, pass_on

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"


def operation_of(request: Request) -> str:
    """Which call a request is."""
    method, path, _version = request.line.split()
    return contract.route(method, path.partition("?")[0]).operation.id


def slowly(piece: bytes, before: bytes = b""):
    """A piece again and again, sooner than a wait for bytes ends."""
    clock = threading.Event()
    for one in for_ever(piece, before):
        yield one
        clock.wait(0.05)


ENDLESS = {
    "100 Continue": lambda: for_ever(CONTINUE),
    "a head byte by byte": lambda: slowly(b"x", b"HTTP/1.1 200 OK\r\nX-Long: "),
    "a status line byte by byte": lambda: slowly(b"x", b"HTTP/1.1 200 "),
    "a body byte by byte": lambda: slowly(b" ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
}


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        *(("listApps", answer) for answer in ENDLESS),
        *((operation, "100 Continue") for operation in ("requestToken", "updateApp", "revokeToken")),
    ],
)
def test_a_reply_without_an_end_ends_with_the_time_for_the_call(acme, monkeypatch, operation, answer):
    monkeypatch.setattr(client, "_SIGN_OUT_SECONDS", 0.5)

    def answers(request):
        return ENDLESS[answer]() if operation_of(request) == operation else pass_on(acme.url, request)

    with RawServer(answers) as server:
        result = acme.run(APPLICATION, url=server.url, name=TRACKER, timeout=1, retry_timeout=1)
    told = result["warnings"][-1] if operation == "revokeToken" else result["msg"]
    assert "no complete reply within" in told, result
    assert bool(result.get("failed")) is (operation != "revokeToken")
    assert operation == "revokeToken" or result["failure"]["kind"] == "unreachable"


def test_a_cookie_is_never_sent_back(acme):
    def answers(request):
        status, _end, rest = pass_on(acme.url, request).partition(b"\r\n")
        return status + b"\r\nSet-Cookie: session=somebody; Path=/\r\n" + rest

    with RawServer(answers) as server:
        assert acme.run(APPLICATION, url=server.url, name=TRACKER)["changed"]
        heads = [request.whole.partition(b"\r\n\r\n")[0].lower() for request in server.requests]
    assert len(heads) > 3
    assert [head for head in heads if b"cookie" in head] == []


def test_a_connection_that_was_slow_once_has_its_full_time_again(acme):
    def answers(request):
        reply = pass_on(acme.url, request)
        return [reply[:20], reply[20:]]

    with RawServer(answers) as server:
        assert acme.run(APPLICATION, url=server.url, name=TRACKER, timeout=60, retry_timeout=5)["changed"]


def test_a_list_that_goes_on_and_on_is_not_read_into_memory(acme, monkeypatch):
    monkeypatch.setattr(client, "MOST_ROWS", 1000)
    numbers = itertools.count()

    def answers(request):
        if operation_of(request) != "listApps":
            return pass_on(acme.url, request)
        rows = ", ".join(f'{{"id": "{next(numbers)}", "name": "x"}}' for _row in range(300))
        body = f'{{"data": [{rows}]}}'.encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    with RawServer(answers) as server:
        result = acme.run(APPLICATION, url=server.url, name=TRACKER)
        assert "has more than 1000 rows" in result["msg"]
        monkeypatch.setattr(transport, "MOST_BYTES", 10_000)
        result = acme.run(APPLICATION, url=server.url, name=TRACKER)
    assert "larger than 10000 bytes together" in result["msg"]


@pytest.mark.parametrize("hint", [HINTS, CONTINUE], ids=["103", "100"])
def test_a_reply_after_a_hint_is_never_used_for_the_next_request(tenant, naps, hint):
    acme = tenant(applications=refreshing())

    def answers(request):
        reply = pass_on(acme.url, request)
        return [hint, reply] if operation_of(request) == "authorizeLibrary" else reply

    with RawServer(answers) as server:
        result = acme.run(AUTHORIZATION, url=server.url)
        assert [operation_of(one) for one in server.requests].count("authorizeLibrary") == 3
    assert not result.get("failed"), result
    assert [row["authorized"] for row in result["libraries"]] == [True, True, True]
    assert [one["outcome"] for one in result["writes"]] == ["done"] * 3


def test_a_late_reply_after_a_hint_belongs_to_no_other_request(tenant, naps):
    acme, came = tenant(applications=refreshing()), threading.Event()

    def late(reply):
        came.clear()
        yield HINTS
        # On the same connection, the next request would get this reply.
        came.wait(1)
        yield reply

    def answers(request):
        came.set()
        reply = pass_on(acme.url, request).replace(b"onnection: close\r\n", b"onnection: keep-alive\r\n")
        return late(reply) if operation_of(request) == "authorizeLibrary" else reply

    with RawServer(answers) as server:
        result = acme.run(AUTHORIZATION, url=server.url, libraries=["ACTIVE"])
    assert not result.get("failed"), result
    assert [row["authorized"] for row in result["libraries"]] == [True]


@pytest.mark.sweep
def test_a_tenant_that_never_ends_its_reply_holds_up_nobody(tmp_path):
    with Stage(tmp_path) as stage:

        def answers(request):
            return for_ever(CONTINUE) if operation_of(request) == "listApps" else pass_on(stage.server.url, request)

        with RawServer(answers) as endless:
            stage.add("acme")
            stage.add("birch", {"imanage_url": endless.url, "imanage_timeout": 1, "imanage_retry_timeout": 2})
            stage.add("cedar")
            run = stage.run("imanage.control_center.onboard")
    assert {name: row["status"] for name, row in run.report.items()} == {
        "acme": "onboarded",
        "birch": "failed",
        "cedar": "onboarded",
    }
    assert "no complete reply within 2 seconds" in run.report["birch"]["failure"]["msg"]
