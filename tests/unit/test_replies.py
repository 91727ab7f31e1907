# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reply means: a value or a failure."""

from __future__ import annotations

import json

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import (
    ADVICE,
    KINDS,
    Failure,
    NoSuchCall,
    Uncertain,
    quoted,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.replies import Reply, checked

READ, WRITE, TOKEN, REMOVE = (OPERATIONS[name] for name in ("readApp", "updateApp", "requestToken", "removeApp"))
APP = {"data": {"id": "a", "name": "A", "status": "enabled"}}


def value(operation, status, body=b"", headers=None):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return checked(operation, "/path", Reply(status, headers or {}, sent), lambda text: text.replace("s3cret", "***"))


def failed(*args, **kwargs):
    with pytest.raises(Failure) as caught:
        value(*args, **kwargs)
    return caught.value


def test_good_replies():
    assert value(READ, 200, APP) == APP
    assert value(REMOVE, 204) is None
    assert value(OPERATIONS["revokeToken"], 200, b"whatever") is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the reply is empty instead of JSON"),
        (b"   ", "the reply is empty instead of JSON"),
        (b"<!DOCTYPE html><html>", "the reply is an HTML page instead of JSON"),
        (b'{"data": {"id": "a"', "ends too early or is damaged"),
        (b"Service is fine", "the reply is a text instead of JSON"),
        (b"\xff\xfe\x00", "instead of JSON"),
        (b"[" * 100_000, "ends too early or is damaged"),
        (b"null", "the reply is null instead of an object"),
        (b"[]", "the reply is a list instead of an object"),
        ({"data": []}, "the reply.data is a list instead of an object"),
        ({"data": {"id": "a", "name": "A", "status": "paused"}}, "status is not one of available, enabled, disabled"),
    ],
)
def test_another_shape_is_never_ok(body, words):
    failure = failed(READ, 200, body)
    assert failure.kind == "unexpected_reply"
    assert words in failure.what
    assert isinstance(failure, NoSuchCall) == (b"<html>" in body)
    # Of a write, only what is read back counts.
    assert value(WRITE, 200, body) is None
    assert failure.wire == {
        "operation": READ.id,
        "method": READ.method,
        "path": "/path",
        "status": 200,
        "code": None,
        "request_id": None,
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "bad_option"),
        (401, "sign_in"),
        (403, "permission"),
        (404, "not_found"),
        (409, "conflict"),
        (429, "rate_limited"),
        (500, "unexpected_reply"),
        (502, "unreachable"),
        (503, "unreachable"),
        (504, "unreachable"),
        (418, "unexpected_reply"),
        (202, "unexpected_reply"),
        (204, "unexpected_reply"),
    ],
)
def test_statuses(status, kind):
    body = {"error": {"code": "SomeCode", "message": "Some words.", "transaction": "t-1"}}
    failure = failed(READ, status, body)
    assert failure.kind == kind
    assert not isinstance(failure, Uncertain)
    assert failure.words == "Some words."
    assert (failure.wire["code"], failure.wire["request_id"], failure.wire["status"]) == ("SomeCode", "t-1", status)
    if status >= 300:
        assert isinstance(failed(WRITE, status, body), Uncertain) == (status >= 500)


@pytest.mark.parametrize(
    ("status", "body", "is_there"),
    [
        (404, {"error": {"code": "NRC_NO_RECORD"}}, True),
        (404, {"error": {"message": "There is no such thing."}}, True),
        (404, {"error": {}}, False),
        (404, {"error": None}, False),
        (404, {"message": "no Route matched with those values"}, False),
        (404, b"<html>Not Found</html>", False),
        (404, b"", False),
        (405, {"error": {"code": "MethodNotAllowed"}}, False),
        (501, b"", False),
        (410, b"", True),
        (500, b"<html>", True),
    ],
)
@pytest.mark.parametrize("name", ["readTokenPolicy", "writeTokenPolicy"])
def test_a_missing_call_is_refused_in_another_form_than_control_centers(name, status, body, is_there):
    operation = OPERATIONS[name]
    failure = failed(operation, status, body)
    assert isinstance(failure, NoSuchCall) is not is_there
    if not is_there:
        assert failure.kind == "unexpected_reply"
        assert operation.candidates[0] in failure.advice


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_sign_in_is_one(status):
    failure = failed(TOKEN, status, {"error": "invalid_grant", "error_description": "Wrong s3cret password."})
    assert failure.kind == "sign_in"
    assert failure.words == "Wrong *** password."
    assert failure.wire["code"] == "invalid_grant"


def test_consent():
    body = {"error": {"code": "InteractiveConsentRequired", "message": "Open the page."}}
    assert failed(OPERATIONS["authorizeLibrary"], 403, body).kind == "consent_required"
    assert failed(OPERATIONS["authorizeLibrary"], 400, body).kind == "bad_option"
    # Only this call may need consent, so for others the advice about consent would be wrong.
    assert failed(OPERATIONS["unauthorizeLibrary"], 403, body).kind == "permission"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://login.example/sign-in?token=s3cret", "https://login.example"),
        ("https://ada:s3cret@login.example/", "https://login.example"),
        ("https://[broken/", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_redirects_name_the_host_only(location, target):
    failure = failed(READ, 302, headers={} if location is None else {"Location": location})
    assert failure.kind == "unexpected_reply"
    assert "redirect" in failure.what
    assert target in failure.what
    assert "s3cret" not in failure.what


@pytest.mark.parametrize(
    ("body", "words", "code"),
    [
        ({"error": {"message": "A.", "code_message": "B."}}, "A.", None),
        ({"error": {"code_message": "B."}}, "B.", None),
        ({"error": {"message": "A.", "messages": [{"code_message": "C."}, {"code_message": "A."}]}}, "A. C.", None),
        ({"error": {"messages": ["no object", {"code": 1}]}}, None, None),
        ({"error": {"messages": "none", "code": 17}}, None, "17"),
        ({"error": "invalid_client"}, "invalid_client", "invalid_client"),
        ({"error": None}, None, None),
        ({"error": ["a"]}, None, None),
        (["error"], None, None),
        ("error", None, None),
        (b"<html>", None, None),
        (b"[" * 100_000, None, None),
        (b"", None, None),
    ],
)
def test_words_of_the_server(body, words, code):
    failure = failed(READ, 400, body)
    assert (failure.words, failure.wire["code"]) == (words, code)


@pytest.mark.parametrize("half", [rb"\ud83d", rb"\uDE00", b"\xed\xa0\xbd"])
def test_half_a_character_becomes_one_that_every_file_can_carry(half):
    failure = failed(READ, 403, b'{"error": {"message": "bad %b words", "code": "A%b"}}' % (half, half))
    assert (failure.words, failure.wire["code"]) == ("bad \ufffd words", "A\ufffd")
    body = b'{"data": {"id": "a%b", "name": "A", "status": "enabled", "%b": ["%b"]}}' % (half, half, half)
    there = value(READ, 200, body)
    assert there["data"] == {"id": "a\ufffd", "name": "A", "status": "enabled", "\ufffd": ["\ufffd"]}
    whole = value(READ, 200, rb'{"data": {"id": "\ud83d\ude00", "name": "A", "status": "enabled"}}')
    assert whole["data"]["id"] == "\U0001f600"


def test_a_failure_explains_itself():
    failure = Failure(
        "conflict", "It failed.", words="Has settings.", status=409, code="Conflict", operation="removeApp"
    )
    result = failure.render("https://cc.example")
    assert result["msg"] == (
        'https://cc.example: It failed. Control Center said: "Has settings." (409 Conflict). '
        "Resolve what stands in the way, then run again."
    )
    assert result["failed"] is True
    assert result["changed"] is False
    assert result["failure"] == {
        "kind": "conflict",
        "status": 409,
        "code": "Conflict",
        "operation": "removeApp",
        "method": None,
        "path": None,
        "request_id": None,
    }


def test_the_kinds_are_those_of_the_design():
    assert set(KINDS) == {
        "bad_option",
        "sign_in",
        "permission",
        "not_provisioned",
        "not_added",
        "not_found",
        "ambiguous_name",
        "consent_required",
        "conflict",
        "rate_limited",
        "unreachable",
        "tls",
        "unexpected_reply",
        "wrong_tenant",
        "interrupted",
        "task_failed",
    }
    assert all(ADVICE[kind].endswith(".") for kind in KINDS)


def test_server_text_is_made_fit_for_a_message():
    assert quoted("a\r\n\x1b[31mb\u202ec\u2066d") == "a [31mb c d"
    assert len(quoted("x" * 9999)) == 500
    assert quoted("  a  ") == "a"
