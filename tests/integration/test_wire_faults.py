# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on the wire: retries, doubts, limits, broken replies, foreign hosts."""

from __future__ import annotations

import email.utils
import socket
import time

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import transport as _transport
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, Uncertain
from ansible_collections.imanage.control_center.plugins.module_utils._api.replies import Reply
from support.places import EXTENSION, TRACKER, refreshing
from support.raw_server import RawServer

INFO = "imanage_tenant_info"
APPLICATION = "imanage_application"


def kind(result):
    assert result.get("failed"), result
    return result["failure"]["kind"]


# -- trying again ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("operation", ["requestToken", "discover", "listLibraries"])
def test_reads_are_tried_again(acme, naps, status, operation):
    acme.fault("status", operation, status=status, times=2)
    result = acme.run(INFO)
    assert result["tenant"]["libraries"] == ["ACTIVE", "ARCHIVE", "SPM"]
    assert acme.calls.count(operation) == 3
    assert len(naps) == 2
    assert 0 < naps[0] < naps[1]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "drop_middle"])
@pytest.mark.parametrize("operation", ["requestToken", "discover", "listLibraries"])
def test_reads_are_tried_again_after_a_lost_connection(acme, naps, fault, operation):
    acme.fault(fault, operation, times=2)
    assert "tenant" in acme.run(INFO)
    assert acme.calls.count(operation) == 3


def test_reads_are_tried_again_after_a_time_out(acme, naps):
    acme.fault("hang", "listLibraries", times=1)
    assert "tenant" in acme.run(INFO, timeout=1)
    assert acme.calls.count("listLibraries") == 2


@pytest.mark.parametrize("status", [400, 409, 500])
def test_other_statuses_are_final(acme, naps, status):
    acme.fault("status", "listLibraries", status=status)
    assert acme.run(INFO)["failure"]["status"] == status
    assert acme.calls.count("listLibraries") == 1
    assert naps == []


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_sign_in_is_final(acme, naps, status):
    acme.fault("status", "requestToken", status=status)
    assert kind(acme.run(INFO)) == "sign_in"
    assert acme.calls == ["requestToken"]


def asked(**headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"x-ratelimit-reset": "7"}, 7),
        ({"Retry-After": "4"}, 4),
        ({"x-ratelimit-reset": "3", "Retry-After": "5"}, 5),
        # What says nothing leaves it to us.
        ({"x-ratelimit-reset": "0"}, 0.5),
        ({"Retry-After": "soon"}, 0.5),
        ({"Retry-After": "-3"}, 0.5),
        ({}, 0.5),
    ],
)
@pytest.mark.parametrize("writes", [False, True], ids=["read", "write"])
def test_429_waits_as_long_as_it_says_and_at_most_that_again(acme, naps, headers, asked, writes):
    operation = "updateApp" if writes else "listApps"
    acme.fault("status", operation, status=429, headers=headers, times=1)
    result = acme.run(APPLICATION, name=TRACKER)
    assert result["changed"]
    (nap,) = naps
    assert asked <= nap <= 2 * asked + 0.1
    assert acme.app("tracker")["status"] == "enabled"
    assert any(f"waited {nap:.1f} s" in warning for warning in result["warnings"])


def test_a_task_that_is_refused_again_and_again_spreads_further(acme, naps, monkeypatch):
    monkeypatch.setattr(_transport.random, "uniform", lambda least, most: most)
    acme.fault("status", "listApps", status=429, headers={"x-ratelimit-reset": "2"}, times=6)
    assert acme.run(APPLICATION, name=TRACKER, retry_timeout=100)["changed"]
    assert naps == pytest.approx([4.1, 8.1, 12.1, 16.1, 16.1, 16.1])


def test_retry_after_may_be_a_date(acme, naps):
    date = email.utils.formatdate(time.time() + 60, usegmt=True)
    acme.fault("status", "listApps", status=503, headers={"Retry-After": date}, times=1)
    assert acme.run(APPLICATION, name=TRACKER, retry_timeout=100)["changed"]
    assert 55 <= naps[0] <= 76
    acme.fault("status", "listApps", status=503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, times=1)
    assert not acme.run(APPLICATION, name=TRACKER)["changed"]
    # A date that is past says nothing.
    assert 0.5 <= naps[1] <= 0.8


@pytest.mark.parametrize("ahead", [-3600, 0, 3600])
@pytest.mark.parametrize("form", ["date", "seconds since 1970"])
def test_a_moment_to_wait_for_is_one_of_the_server_s_clock(acme, naps, ahead, form):
    there = time.time() + ahead
    moment = email.utils.formatdate(there + 8, usegmt=True) if form == "date" else str(int(there + 8))
    headers = {"Date": email.utils.formatdate(there, usegmt=True)}
    headers |= {"Retry-After": moment} if form == "date" else {"x-ratelimit-reset": moment}
    acme.fault("status", "updateApp", status=429, headers=headers, times=1)
    assert acme.run(APPLICATION, name=TRACKER)["changed"]
    (nap,) = naps
    assert 7 <= nap <= 17


@pytest.mark.parametrize("operation", ["listApps", "updateApp"])
def test_the_status_of_a_refusal_counts_whatever_becomes_of_its_body(acme, naps, operation):
    lie = {"x-ratelimit-reset": "7", "Content-Encoding": "gzip"}
    acme.fault("status", operation, status=429, headers=lie, times=1)
    result = acme.run(APPLICATION, name=TRACKER)
    assert result["changed"]
    (nap,) = naps
    assert 7 <= nap <= 14.1


def test_no_number_of_retries_is_too_large(acme, naps):
    acme.fault("status", "listApps", status=429, headers={"x-ratelimit-reset": "1"}, times=1200)
    assert acme.run(APPLICATION, name=TRACKER, retry_timeout=10_000)["changed"]
    assert len(naps) == 1200


@pytest.mark.parametrize("operation", ["requestToken", "discover", "listApps", "updateApp"])
def test_a_wait_beyond_retry_timeout_is_not_begun(acme, naps, operation):
    acme.fault("status", operation, status=429, headers={"x-ratelimit-reset": "999"})
    result = acme.run(APPLICATION, name=TRACKER)
    assert kind(result) == "rate_limited"
    assert result["failure"]["status"] == 429
    assert 'Control Center said: "The server answers 429."' in result["msg"]
    assert "retry_timeout" in result["msg"]
    assert naps == []
    assert acme.calls.count(operation) == 1
    assert acme.app("tracker")["status"] == "available"


def test_a_real_rate_limit_is_waited_for(tenant):
    acme = tenant(rate_limit={"requests": 3, "seconds": 1})
    result = acme.run(APPLICATION, name=TRACKER)
    assert result["changed"]
    assert 429 in [entry.status for entry in acme.log]
    assert acme.writes.count("updateApp") == sum(one.operation == "updateApp" for one in acme.log)
    assert any("limited the rate of calls" in warning for warning in result["warnings"])


def test_patience_ends(acme, naps):
    acme.fault("status", "listLibraries", status=503)
    result = acme.run(INFO, retry_timeout=100)
    assert kind(result) == "unreachable"
    assert 50 < sum(naps) < 100


def test_pauses_grow_and_have_an_end():
    patience = _transport.Patience(time.monotonic() + 9999, False, [])
    pauses = [patience.pause(Reply(503, {}, b"")) for _turn in range(9)]
    assert pauses[0] < 1.4
    assert all(pause <= 20 * 1.25 + 0.1 for pause in pauses)
    assert pauses[-1] >= 20


# -- writes whose fate is unknown -----------------------------------------------------------------------------------

DOUBTS = {
    "lost after it was applied": ({"kind": "drop_after"}, 1),
    "half of the reply": ({"kind": "drop_middle"}, 1),
    "lost before it was applied": ({"kind": "drop_before"}, 2),
    "time-out, applied": ({"kind": "hang", "applied": True}, 1),
    "time-out, not applied": ({"kind": "hang"}, 2),
    "500, applied": ({"kind": "status", "status": 500, "applied": True}, 1),
    "500, not applied": ({"kind": "status", "status": 500}, 2),
    "503, not applied": ({"kind": "status", "status": 503}, 2),
}
WRITES = {
    "updateApp": (APPLICATION, {"name": TRACKER}, "listApps"),
    "updateAppAccess": (
        APPLICATION,
        {"app_id": "drive", "access": "custom", "users": ["pat@{name}.example"]},
        "readAppAccess",
    ),
    "removeApp": (APPLICATION, {"app_id": "drive", "state": "absent"}, "readApp"),
    "writeTokenPolicy": ("imanage_app_auth", {"app_id": "drive", "allow_refresh_token": True}, "readTokenPolicy"),
    "authorizeLibrary": ("imanage_library_authorization", {"libraries": ["ACTIVE"]}, "listLibraryAuthorizations"),
    "unauthorizeLibrary": (
        "imanage_library_authorization",
        {"libraries": ["SPM"], "state": "unauthorized"},
        "listLibraryAuthorizations",
    ),
}
LIBRARIES = ["ACTIVE", {"id": "SPM", "authorized_by": "somebody@x.example"}]


def prepared(tenant, operation):
    acme = tenant(applications=refreshing(), libraries=LIBRARIES)
    module, options, reading = WRITES[operation]
    options = {
        key: [one.replace("{name}", acme.name) for one in value] if isinstance(value, list) else value
        for key, value in options.items()
    }
    return acme, module, options, reading


@pytest.mark.parametrize(
    ("operation", "doubt"),
    [
        (operation, doubt)
        for operation in WRITES
        for doubt in DOUBTS
        # A time-out takes its time, so it is tried for one write in a chain and one of many.
        if not doubt.startswith("time-out") or operation in ("updateApp", "authorizeLibrary")
    ],
)
def test_law_6_a_write_in_doubt_is_read_before_it_is_repeated(tenant, naps, operation, doubt):
    acme, module, options, reading = prepared(tenant, operation)
    fault, writes = DOUBTS[doubt]
    acme.fault(operation=operation, times=1, **fault)
    result = acme.run(module, timeout=1, **options)
    assert not result.get("failed"), result
    assert result["changed"]
    calls = acme.calls
    assert calls.count(operation) == writes
    first = calls.index(operation)
    if writes == 2:
        between = calls[first + 1 : calls.index(operation, first + 1)]
        assert {reading, "readApp", "listApps", "listLibraryAuthorizations"} & set(between)
    assert {reading, "readApp"} & set(calls[first + 1 :])
    acme.mend()
    again = acme.run(module, **options)
    assert not again["changed"]


@pytest.mark.parametrize("operation", WRITES)
def test_law_6_a_write_that_never_works_fails_in_time(tenant, naps, operation):
    acme, module, options, _reading = prepared(tenant, operation)
    before = acme.snapshot()
    acme.fault("status", operation, status=503)
    result = acme.run(module, retry_timeout=100, **options)
    assert kind(result) == "unreachable"
    assert result["failure"]["operation"] == operation
    assert "The server answers 503." in result["msg"]
    assert not result["changed"]
    assert 5 < acme.calls.count(operation) < 20
    assert acme.snapshot() == before


@pytest.mark.parametrize("operation", WRITES)
def test_law_7_a_write_without_effect_is_not_a_success(tenant, naps, operation):
    acme, module, options, _reading = prepared(tenant, operation)
    good = {
        "updateApp": {"data": {"id": "tracker", "name": TRACKER, "status": "enabled"}},
        "updateAppAccess": {"data": {"default_security": "public"}},
        "writeTokenPolicy": {"data": {"type": "value", "value": {"allow_refresh_token": True}}},
        "authorizeLibrary": {"data": {"id": "ACTIVE", "authorized_by": {"id": "x"}}},
    }
    if operation in good:
        acme.fault("shape", operation, body=good[operation], applied=False)
    else:
        acme.fault("status", operation, status=204)
    result = acme.run(module, **options)
    assert kind(result) == "unexpected_reply"
    assert "reading again does not show the change" in result["msg"]
    assert acme.calls.count(operation) == 1


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("fault", ["html", "empty", "truncated", "shape"])
def test_law_7_what_is_read_back_counts_whatever_the_reply_to_a_write_is(tenant, naps, operation, fault):
    acme, module, options, _reading = prepared(tenant, operation)
    acme.fault(fault, operation)
    state = acme.snapshot()
    result = acme.run(module, **options)
    applied = acme.snapshot() != state
    assert result["changed"] is applied
    assert [one["outcome"] for one in result["writes"]] == ["done" if applied else "refused"]
    assert acme.calls.count(operation) == 1
    if applied:
        assert not result.get("failed"), result
    else:
        assert kind(result) == "unexpected_reply"
        assert result["failure"]["operation"] == operation


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("status", [307, 409])
def test_a_write_that_was_made_is_made_whatever_its_status_says(tenant, naps, operation, status):
    acme, module, options, _reading = prepared(tenant, operation)
    acme.fault("status", operation, status=status, headers={"Location": "/elsewhere"}, applied=True)
    result = acme.run(module, **options)
    assert not result.get("failed"), result
    assert result["changed"]
    assert [one["outcome"] for one in result["writes"]] == ["done"]
    assert acme.calls.count(operation) == 1


def test_a_failure_after_a_write_in_doubt_tells_that_something_changed(tenant, naps):
    acme = tenant()
    acme.fault("drop_after", "updateApp", times=1)
    result = acme.run(APPLICATION, name=TRACKER, access="custom", users=["nobody"])
    assert kind(result) == "bad_option"
    assert acme.app("tracker")["status"] == "enabled"
    assert result["changed"], "the application was added, although the reply was lost"


@pytest.mark.parametrize("enabled", [None, True])
def test_a_chain_whose_first_write_was_in_doubt_ends_well_or_explains_itself(acme, naps, enabled):
    # The time for one call is used up, the write turns out to be applied, and more is to be written.
    acme.fault("hang", "updateApp", times=1, applied=True)
    wanted = {"name": TRACKER, "enabled": enabled, "access": "custom", "groups": ["IT"]}
    result = acme.run(APPLICATION, timeout=1, retry_timeout=1, **wanted)
    if result.get("failed"):
        assert result["failure"]["operation"] == "updateApp"
        assert "within 1 seconds" in result["msg"]
    again = acme.run(APPLICATION, **wanted)
    assert not again.get("failed"), again
    assert acme.app("tracker")["status"] == "enabled"
    assert acme.app("tracker")["access"]["default_security"] == "private"


def test_the_client_tells_writes_in_doubt_from_those_never_sent(acme, naps):
    client = acme.client()
    client.customer_id  # noqa: B018 - sign in and discover first
    acme.fault("drop_after", "updateApp")
    with pytest.raises(Uncertain):
        client.call("updateApp", app_id="tracker", body={"status": "enabled"})
    acme.mend()
    acme.fault("status", "updateApp", status=409)
    with pytest.raises(Failure) as caught:
        client.call("updateApp", app_id="tracker", body={"status": "enabled"})
    assert not isinstance(caught.value, Uncertain)
    client.sign_out()
    client.close()


# -- replies that are not valid --------------------------------------------------------------------------------------

BROKEN = {
    "html": ({"kind": "html"}, "an HTML page instead of JSON"),
    "empty": ({"kind": "empty"}, "empty instead of JSON"),
    "truncated": ({"kind": "truncated"}, "ends too early"),
    "another shape": ({"kind": "shape"}, None),
    "a list": ({"kind": "shape", "body": [1]}, "is a list instead of an object"),
    "a text": ({"kind": "status", "status": 200, "text": "fine"}, "a text instead of JSON"),
    "no content": ({"kind": "status", "status": 204}, "204"),
}


@pytest.mark.parametrize("operation", ["listRoles", "listRoleMembers"])
@pytest.mark.parametrize("case", BROKEN)
def test_a_hint_that_cannot_be_read_fails_nothing(acme, operation, case):
    acme.fault(operation=operation, **BROKEN[case][0])
    assert acme.run(INFO)["tenant"]["app_management"] is None


@pytest.mark.parametrize(
    ("privileges", "app_management"),
    [(["true"], True), ([True, "nobody knows"], True), (["false"], False), ([None], False), (["granted"], None)],
)
def test_a_privilege_in_words_that_nobody_has_seen_says_nothing(acme, privileges, app_management):
    rows = [{"id": f"role {number}", "app_management": one} for number, one in enumerate(privileges)]
    acme.fault("shape", "listRoles", body={"data": rows})
    acme.fault("shape", "listRoleMembers", body={"data": [{"id": acme.admin}]})
    assert acme.run(INFO)["tenant"]["app_management"] is app_management


@pytest.mark.parametrize("operation", ["requestToken", "discover", "listLibraries"])
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_reply_is_unexpected(acme, operation, case):
    fault, words = BROKEN[case]
    acme.fault(operation=operation, **fault)
    result = acme.run(INFO)
    assert kind(result) == "unexpected_reply"
    default = "has no access_token" if operation == "requestToken" else "is a text instead of"
    assert (words or default) in result["msg"]
    assert result["failure"]["operation"] == operation
    assert acme.calls.count(operation) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("operation", ["requestToken", "discover", "updateApp"])
def test_redirects_are_not_followed(acme, tenant, operation, status):
    other = tenant()
    acme.fault("redirect", operation, status=status, location=f"{other.url}/elsewhere?x=1")
    result = acme.run(APPLICATION, name=TRACKER)
    assert kind(result) == "unexpected_reply"
    assert f"redirected to {other.url}, and redirects are not followed" in result["msg"]
    assert "/elsewhere" not in [entry.path for entry in acme.log]
    assert acme.writes == (["updateApp"] if operation == "updateApp" else [])


def test_a_redirect_without_a_target_is_reported_as_such(acme):
    acme.fault("redirect", "discover", location="/elsewhere?token=t0ken", times=1)
    told = acme.run(APPLICATION, name=TRACKER)["msg"]
    assert "redirected to an address without a host, and" in told
    assert "t0ken" not in told
    acme.fault("redirect", "discover", location="https://[broken/")
    assert kind(acme.run(INFO)) == "unexpected_reply"


def test_a_host_that_cannot_be_encoded_is_unreachable():
    transport = _transport.Transport(timeout=1)
    with pytest.raises(_transport.TransportError) as caught:
        transport.send("GET", "https://a..b/", headers={}, repeatable=True, retry_timeout=1)
    assert caught.value.kind == "unreachable"


def test_a_redirect_is_not_read_without_end(acme, monkeypatch):
    monkeypatch.setattr(_transport, "LARGEST_REPLY", 100_000)
    moved = {"status": 302, "headers": {"location": "https://x.example"}, "text": "x" * 3_000_000}
    acme.fault("status", "discover", **moved)
    result = acme.run(INFO)
    assert kind(result) == "unexpected_reply"
    assert "larger than" in result["msg"]


def test_a_reply_that_is_too_large_is_not_read_to_its_end(acme, monkeypatch):
    monkeypatch.setattr(_transport, "LARGEST_REPLY", 100_000)
    acme.fault("big", "listLibraries", size=2_000_000)
    result = acme.run(INFO)
    assert kind(result) == "unexpected_reply"
    assert "larger than 100000 bytes" in result["msg"]


def test_a_small_reply_that_unpacks_to_a_large_one_is_not_unpacked(acme, monkeypatch):
    monkeypatch.setattr(_transport, "LARGEST_REPLY", 100_000)
    acme.fault("gzip", "listLibraries", size=5_000_000)
    result = acme.run(INFO)
    assert kind(result) == "unexpected_reply"
    assert "larger than" in result["msg"]


def test_a_library_that_unpacks_without_a_bound_unpacks_nothing(acme, monkeypatch):
    monkeypatch.setattr(_transport, "_CAN_UNPACK", False)
    assert acme.run(INFO)["tenant"]["user"] == acme.admin
    acme.fault("gzip", "listLibraries")
    result = acme.run(INFO)
    assert kind(result) == "unexpected_reply"
    assert "urllib3 2.6" in result["msg"]


def test_compressed_replies_are_read(acme):
    acme.fault("gzip")
    assert acme.run(INFO)["tenant"]["user"] == acme.admin


def test_a_slow_drip_ends_with_the_time_for_the_call(acme):
    acme.fault("drip", "listLibraries", seconds=0.05)
    started = time.monotonic()
    result = acme.run(INFO, retry_timeout=1)
    assert kind(result) == "unreachable"
    assert "no complete reply within 1 seconds" in result["msg"]
    assert time.monotonic() - started < 3


def test_a_slow_drip_of_a_write_leaves_it_in_doubt(acme, naps):
    acme.fault("drip", "updateApp", seconds=0.05, times=1)
    result = acme.run(APPLICATION, name=TRACKER, retry_timeout=1)
    assert not result.get("failed"), result
    assert result["changed"]
    assert acme.calls.count("updateApp") == 1


@pytest.mark.parametrize("operation", ["listLibraries", "updateApp"])
def test_a_shortened_wait_leaves_the_reply_its_time(acme, naps, operation):
    acme.fault("status", operation, status=429, headers={"x-ratelimit-reset": "8"}, times=1)
    module, options = (APPLICATION, {"name": TRACKER}) if operation == "updateApp" else (INFO, {})
    result = acme.run(module, retry_timeout=10, **options)
    assert not result.get("failed"), result
    (nap,) = naps
    assert 8 <= nap <= 9.1


def test_a_token_that_no_header_can_carry_is_an_unexpected_reply(acme):
    acme.fault("shape", "requestToken", body={"access_token": "s3cret\n", "token_type": "bearer", "expires_in": 60})
    result = acme.run(INFO)
    assert kind(result) == "unexpected_reply"
    assert "no HTTP header can carry" in result["msg"]
    assert "s3cret" not in str(result)


def test_a_late_reply_is_waited_for(acme):
    acme.fault("delay", "listLibraries", seconds=0.2)
    assert "tenant" in acme.run(INFO, timeout=2)


# -- nobody there, and the environment --------------------------------------------------------------------------------


def test_a_closed_port_is_unreachable(acme, naps, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = acme.run(INFO, url=address, retry_timeout=300)
    assert kind(result) == "unreachable"
    assert address in result["msg"]
    assert "refused" in result["msg"]
    assert len(naps) == _transport.MAX_CONNECT_RETRIES, "a wrong address fails soon, whatever retry_timeout says"


def test_an_unknown_host_is_unreachable(acme, naps):
    result = acme.run(INFO, url="https://no-such-host.invalid")
    assert kind(result) == "unreachable"
    assert "https://no-such-host.invalid" in result["msg"]


def test_a_netrc_entry_for_the_host_is_ignored(acme, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password intruder\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(netrc.read_text())
    assert "tenant" in acme.run(INFO)
    assert not any(entry.authorization_header for entry in acme.log)
    assert len(acme.log) == 6


def test_ids_are_encoded_in_paths(acme):
    for identity in ("a/b", "a?b", "a#b", "a%2Fb", "a b", "ä"):
        result = acme.run(APPLICATION, app_id=identity)
        assert kind(result) == "not_found"
        assert result["failure"]["operation"] == "readApp"
        assert repr(identity) in result["msg"]


@pytest.mark.parametrize(
    "identity",
    ["../../x", "a/b", "a?b=c", "a#b", "a%2fb", "a\x00b\r\nX: y", "a\u202eb", "{customer_id}", "{{ 1 }}", "x" * 10_000],
)
def test_a_write_reaches_the_library_that_the_server_named_and_no_other(tenant, identity):
    acme = tenant(applications=refreshing(), libraries=["ACTIVE", identity])
    assert acme.run("imanage_library_authorization", libraries=[identity])["changed"]
    assert acme.library("ACTIVE")["authorized_by"] is None
    assert acme.library(identity)["authorized_by"]["id"] == acme.admin
    assert acme.writes == ["authorizeLibrary"]


@pytest.mark.parametrize("identity", ["", ".", ".."])
def test_ids_that_would_leave_the_path_are_refused(acme, identity):
    result = acme.run(APPLICATION, app_id=identity)
    assert kind(result) == "not_found"
    assert "readApp" not in acme.calls
    assert not any(entry.operation is None or entry.operation == "None" for entry in acme.log)


def test_the_extension_has_its_documented_name():
    assert EXTENSION == "iManage Tracker CC configuration"


@pytest.mark.parametrize(
    ("answer", "words", "connections"),
    [
        (b"", "Remote end closed connection without response", 4),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "the reply is not HTTP: 'SSH-2.0-OpenSSH_9.2", 4),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "IncompleteRead", 4),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n{}", "Content-Length", 1),
    ],
    ids=["nothing", "another protocol", "half of it", "two lengths"],
)
def test_replies_that_are_not_http(acme, naps, answer, words, connections):
    with RawServer(lambda _request: answer) as odd:
        result = acme.run(INFO, url=odd.url, retry_timeout=5)
    assert kind(result) == "unreachable"
    assert f"Cannot sign in (requestToken): {words}" in result["msg"]
    assert len(odd.requests) == connections


def test_a_lost_connection_is_not_reported_as_the_failure_before_it(acme, naps):
    acme.fault("status", "listLibraryAuthorizations", status=404)
    acme.fault("drop_after", "listApps")
    result = acme.run("imanage_library_authorization", retry_timeout=5)
    assert result["failure"]["operation"] == "listApps"
    assert "listLibraryAuthorizations" not in result["msg"]
    assert "Remote end closed connection" in result["msg"]
