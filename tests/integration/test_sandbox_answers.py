# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which a tenant answers, each of them seen; the default forms are in the other tests."""

from __future__ import annotations

import pytest
from sandbox import DescriptionError, Fault, Request, Sandbox, Tenant
from sandbox.examples import Caller, error, example

TRACKER_CALLS = ("listLibraryAuthorizations", "authorizeLibrary", "unauthorizeLibrary")
CLIENT = {"client_id": "control-center-client"}
PASSWORD = {"grant_type": "password", "username": "admin@acme.example", "password": "acme-admin-password", **CLIENT}
REFRESH = {"grant_type": "refresh_token", "refresh_token": "acme-admin-refresh", **CLIENT}
POLICY = {"type": "value", "value": {"allow_refresh_token": True}}
PLATFORM = "/platform/api/v2/customers/101/settings/{}/oauth2.tokens"
PREPARED = {
    "libraries": ["ACTIVE", {"id": "ARCHIVE", "authorized_by": "pat@acme.example"}],
    "applications": [
        {"id": "drive", "name": "iManage Drive", "status": "enabled", "access": {"mode": "custom", "groups": ["IT"]}},
        {"id": "tracker", "name": "iManage Tracker", "status": "enabled", "access": {"users": ["pat@acme.example"]}},
        {"id": "cc", "name": "iManage Tracker CC configuration", "status": "enabled", "token_policy": POLICY["value"]},
    ],
}
WRITES = {
    "updateApp": {"app_id": "drive", "body": {"status": "disabled"}},
    "updateAppAccess": {"app_id": "drive", "body": {"default_security": "public"}},
    "writeTokenPolicy": {"app_id": "drive", "body": POLICY},
    "authorizeLibrary": {"library_id": "ACTIVE", "body": {"email": "a@b.example"}},
    "unauthorizeLibrary": {"library_id": "ARCHIVE"},
    "removeApp": {"app_id": "drive"},
}


def calling(**answers):
    return Caller(Sandbox([example(answers=answers, **PREPARED)]))


def signed_in(call, form, **more):
    """A caller with the token that a sign-in gives, and the reply."""
    issued = call("requestToken", body={**form, **more}).json()
    return Caller(call.sandbox, issued["access_token"]), issued


def raw(call, method, path, body=b""):
    headers = {"x-auth-token": call.token, "content-type": "application/json"}
    return call.sandbox.handle(Request(method, path, headers=headers, body=body))


def is_html(reply):
    return reply.headers["content-type"].startswith("text/html") and b"<h1>" in reply.body


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"colour": "red"}, "answers of tenant acme has unknown keys: colour"),
        ({"scope": "wide"}, "scope of answers of tenant acme must be one of needed, ignored, invalid, less, refused"),
        ({"writes": 203}, "must be one of 200, 201, 202, 204, not 203"),
        ({"tracker": "405"}, "must be one of served, page_404, 405, html, not '405'"),
        ({"door": "yes"}, "must be of type bool"),
    ],
)
def test_unknown_keys_and_forms_are_refused(answers, words):
    with pytest.raises(DescriptionError, match=words):
        Tenant.from_description(example(answers=answers))


def test_applications_at_once():
    for query in ({"limit": "1", "total": "true"}, {"offset": "2"}):
        reply = calling(apps="whole")("listApps", query=query).json()
        assert (len(reply["data"]), list(reply)) == (3, ["data"])


def test_another_word_for_who_may_use_an_application():
    call = calling(security="view")
    assert [row["default_security"] for row in call("listApps").json()["data"]] == ["view", "public", "public"]
    assert call("readApp", app_id="drive").json()["data"]["default_security"] == "private"


def test_access_as_a_list():
    call = calling(access="list")
    rights = {"access": 1, "access_level": "read"}
    group = {"id": "IT", "name": "IT", "type": "group", **rights}
    pat = {"id": "pat@acme.example", "name": "Pat", "type": "user", **rights}
    assert call("readAppAccess", app_id="drive").json() == {"data": [group], "default_security": "private"}
    body = {"default_security": "private", "include": [{"id": "it", "type": "group"}]}
    expected = {"data": [pat, group], "default_security": "private"}
    assert call("updateAppAccess", app_id="tracker", body=body).json() == expected


def test_a_scope_is_needed_and_carried_by_tokens():
    call = calling()
    plain, issued = signed_in(call, PASSWORD)
    assert issued["scope"] == "user"
    assert plain("listApps").status == 200
    for operation, more in WRITES.items():
        reply = plain(operation, **more)
        assert (reply.status, error(reply)["code"]) == (403, "InsufficientScope")
        assert "scope is user" in error(reply)["message"]
    wide, issued = signed_in(call, PASSWORD, scope="admin")
    assert issued["scope"] == "admin"
    assert wide("updateApp", **WRITES["updateApp"]).status == 200
    for form, granted in ((REFRESH, "admin"), ({**REFRESH, "scope": "user"}, "user")):
        refreshed, issued = signed_in(call, form)
        assert issued["scope"] == granted
        _again, more = signed_in(call, {**REFRESH, "refresh_token": issued["refresh_token"]})
        assert more["scope"] == "admin", "it is the same refresh token"
        assert refreshed("updateApp", **WRITES["updateApp"]).status == (200 if granted == "admin" else 403)


@pytest.mark.parametrize(
    ("form", "asked", "granted", "status"),
    [
        ("ignored", None, "user", 200),
        ("ignored", "admin", "admin", 200),
        ("invalid", None, None, 200),
        ("less", "admin", "user", 200),
        ("refused", "admin", "user", 403),
    ],
)
def test_other_scopes(form, asked, granted, status):
    call = calling(scope=form)
    for grant in (PASSWORD, REFRESH):
        one, issued = signed_in(call, grant, **({"scope": asked} if asked else {}))
        assert issued.get("scope") == (granted if grant is PASSWORD or form != "ignored" else "admin")
        assert one("updateApp", **WRITES["updateApp"]).status == status
    assert call("updateApp", **WRITES["updateApp"]).status == status


def test_no_scope_may_be_asked():
    for scope in ("admin", "user"):
        reply = calling(scope="invalid")("requestToken", body={**PASSWORD, "scope": scope})
        assert (reply.status, reply.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", ["full", "empty"])
def test_statuses_and_bodies_of_writes(status, body):
    call = calling(writes=status, body=body)
    for operation, more in WRITES.items():
        reply = call(operation, **more)
        assert (reply.status, bool(reply.body)) == (status, status != 204 and body == "full"), operation
    assert call("updateApp", app_id="drive", body={"status": "odd"}).status == 400


def test_writes_have_a_status_of_their_own_and_may_be_empty():
    call = calling(body="empty")
    replies = [call(operation, **more) for operation, more in WRITES.items()]
    assert [(reply.status, reply.body) for reply in replies] == [(one, b"") for one in (200, 200, 200, 201, 204, 204)]
    assert not call.sandbox.tenant("acme").application("drive").added


def test_the_token_policy_is_nowhere():
    call = calling(policy="foreign_404")
    for reply in (call("readTokenPolicy", app_id="cc"), call("writeTokenPolicy", app_id="cc", body=POLICY)):
        assert (reply.status, is_html(reply)) == (404, True)
    assert raw(call, "GET", PLATFORM.format("cc")).status == 404
    assert [entry.operation for entry in call.sandbox.log] == ["readTokenPolicy", "writeTokenPolicy", None]


def test_the_token_policy_is_elsewhere():
    call = calling(policy="platform")
    assert is_html(call("readTokenPolicy", app_id="cc"))
    assert raw(call, "GET", PLATFORM.format("drive")).json()["error"]["code"] == "NotFound"
    written = raw(call, "PUT", PLATFORM.format("drive"), b'{"type": "value", "value": {"allow_refresh_token": true}}')
    assert raw(call, "GET", PLATFORM.format("drive")).json() == written.json()
    assert call.sandbox.log[-1].operation == "readTokenPolicy"
    assert raw(call, "DELETE", PLATFORM.format("drive")).headers["allow"] == "GET, PUT"
    assert is_html(raw(calling(), "DELETE", PLATFORM.format("cc")))


def test_rows_with_a_name_alone():
    call = calling(dates="none")
    rows = [{"id": "ACTIVE"}, {"id": "ARCHIVE", "authorized_by": {"name": "Pat"}}]
    assert call("listLibraryAuthorizations").json()["data"] == rows
    mine = call("authorizeLibrary", library_id="ACTIVE", body={"email": "a@b.example"}).json()["data"]
    assert mine == {"id": "ACTIVE", "authorized_by": {"name": "Admin"}}


@pytest.mark.parametrize(("form", "status"), [("page_404", 404), (405, 405), ("html", 200)])
def test_the_pages_of_tracker_are_not_calls(form, status):
    call = calling(tracker=form)
    before = call.sandbox.tenant("acme").snapshot()
    call.sandbox.faults.append(Fault("extra"))
    for operation in TRACKER_CALLS:
        reply = call(operation, **WRITES.get(operation, {}))
        assert (reply.status, is_html(reply)) == (status, True)
        assert reply.headers.get("allow") == ("OPTIONS" if form == 405 else None)
    assert call.sandbox.tenant("acme").snapshot() == before


def test_the_door_of_the_browser():
    call = calling(door=True)
    urls = {row["name"]: row["url"] for row in call("discover").json()["data"]["versions"]}
    assert urls["v2"] == "http://127.0.0.1/work/web/api/v2"
    reply = raw(call, "GET", "/work/web/api/v2/customers/101/apps")
    assert (reply.status, is_html(reply)) == (401, True)
    assert call("listApps").status == 200
    assert raw(calling(), "GET", "/work/web/api/v2/customers/101/apps").status == 404


def test_refresh_tokens_that_are_used_once():
    call = calling(refresh="rotates")
    _caller, issued = signed_in(call, REFRESH)
    assert call("requestToken", body=REFRESH).json()["error"] == "invalid_grant"
    assert signed_in(call, {**REFRESH, "refresh_token": issued["refresh_token"]})[1]["access_token"]


def test_a_user_may_read_only():
    users = [{**user, "read_only": True} for user in example()["users"]]
    call = Caller(Sandbox([example(**PREPARED, users=users)]))
    before = call.sandbox.tenant("acme").snapshot()
    assert call("listApps").status == call("listLibraryAuthorizations").status == 200
    for operation, more in WRITES.items():
        reply = call(operation, **more)
        assert (reply.status, error(reply)["code"]) == (403, "NotAuthorized")
    assert call.sandbox.tenant("acme").snapshot() == before


def test_a_person_in_a_browser_sees_pages_of_one_form():
    forms = {"apps": "whole", "access": "list", "scope": "refused", "writes": 204, "policy": "platform"}
    call = calling(**forms, tracker="html", dates="none")
    tenant = call.sandbox.tenant("acme")

    def by_hand(operation, body=None, query=None, **parameters):
        return call.sandbox.by_hand(tenant, tenant.users[0], operation, body, query or {}, parameters)

    assert by_hand("listApps", query={"offset": "9"}) == []
    assert by_hand("readAppAccess", app_id="drive")["members"]
    assert by_hand("writeTokenPolicy", POLICY, app_id="drive")["type"] == "value"
    assert by_hand("listLibraryAuthorizations")[1]["authorized_by"]["id"] == "pat@acme.example"


def test_libraries_take_no_query_and_an_unknown_path_is_a_foreign_page():
    call = Caller(Sandbox([example(page_size=1)]))
    reply = call("listLibraries").json()
    assert (len(reply["data"]), list(reply)) == (3, ["data"])
    for name, value in {"limit": "1", "offset": "0", "total": "true"}.items():
        assert call("listLibraries", query={name: value}).status == 400
    reply = raw(call, "GET", "/work/api/v2/customers/101/nothing")
    assert (reply.status, is_html(reply)) == (404, True)
    assert error(call("readTokenPolicy", app_id="tracker"))["code"] == "NotFound"
