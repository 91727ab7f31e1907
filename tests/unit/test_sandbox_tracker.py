# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the page "Tracker background service authorization"."""

from __future__ import annotations

import pytest
from sandbox import Sandbox
from sandbox.examples import Caller, error, example

OPERATIONS = ("listLibraryAuthorizations", "authorizeLibrary", "unauthorizeLibrary")


def prepared(**changes):
    """A sandbox whose configuration application is added and allows refresh."""
    sandbox = Sandbox([example(**changes)], clock=lambda: 1_800_000_000.0)
    call = Caller(sandbox)
    call("updateApp", app_id="tracker-cc", body={"status": "enabled"})
    value = {"allow_refresh_token": True, "refresh_token_expiry": 10}
    call("writeTokenPolicy", app_id="tracker-cc", body={"type": "value", "value": value})
    return sandbox


@pytest.fixture
def sandbox():
    return prepared()


@pytest.fixture
def call(sandbox):
    return Caller(sandbox)


def authorize(call, library="ACTIVE", email="ada@acme.example"):
    return call("authorizeLibrary", library_id=library, body={"email": email})


def rows(call):
    return {row["id"]: row for row in call("listLibraryAuthorizations").json()["data"]}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_pages_are_absent_until_the_application_is_added_and_enabled(operation):
    call = Caller(Sandbox([example()]))
    call("updateApp", app_id="tracker", body={"status": "enabled"})
    parameters = {"library_id": "ACTIVE", "body": {"email": "a@b"}}
    assert call(operation, **parameters).status == 404
    call("updateApp", app_id="tracker-cc", body={"status": "disabled"})
    assert call(operation, **parameters).status == 404
    call("updateApp", app_id="tracker-cc", body={"status": "enabled"})
    assert call("listLibraryAuthorizations").status == 200


def test_only_nrtadmin_libraries_are_listed(sandbox):
    assert list(rows(Caller(sandbox))) == ["ACTIVE", "ARCHIVE", "SPM"]
    assert list(rows(Caller(sandbox, "acme-nrt-token"))) == ["ACTIVE"]
    assert list(rows(Caller(sandbox, "acme-pat-token"))) == []


def test_authorizing_twice_starts_a_new_expiry(sandbox, call):
    first = authorize(call, "active")
    assert first.status == 201
    assert first.json()["data"] == {
        "id": "ACTIVE",
        "authorized_by": {"id": "admin@acme.example", "name": "Admin", "email": "ada@acme.example"},
        "authorized_at": "2027-01-15T08:00:00Z",
        "expires_at": "2027-01-25T08:00:00Z",
    }
    sandbox.advance(60)
    second = authorize(Caller(sandbox, "acme-nrt-token"), "ACTIVE")
    assert second.status == 200
    assert second.json()["data"]["authorized_by"]["id"] == "nrt@acme.example"
    assert rows(call)["ACTIVE"]["expires_at"] == "2027-01-25T08:01:00Z"


@pytest.mark.parametrize("email", ["ada", None])
def test_email_must_be_one(call, email):
    assert authorize(call, email=email).status == 400
    assert rows(call)["ACTIVE"]["authorized_by"] is None


def test_unlisted_library_is_404(sandbox):
    assert authorize(Caller(sandbox, "acme-nrt-token"), "ARCHIVE").status == 404


def test_no_refresh_no_authorization(call):
    value = {"allow_refresh_token": False}
    call("writeTokenPolicy", app_id="tracker-cc", body={"type": "value", "value": value})
    assert authorize(call).status == 409


@pytest.mark.parametrize(
    "changes", [{"consent_required": True}, {"libraries": [{"id": "ACTIVE", "consent_required": True}]}]
)
def test_consent_is_asked_for_and_given_in_a_browser(changes):
    sandbox = prepared(**changes)
    call = Caller(sandbox)
    reply = authorize(call)
    assert (reply.status, error(reply)["code"]) == (403, "InteractiveConsentRequired")
    assert "/work/cc" in error(reply)["message"]
    assert rows(call)["ACTIVE"]["authorized_by"] is None
    sandbox.tenant("acme").consent("active", "NRT@acme.example")
    assert rows(call)["ACTIVE"]["authorized_by"]["id"] == "nrt@acme.example"
    assert rows(call)["ACTIVE"]["expires_at"] == "2027-01-25T08:00:00Z"


def test_withdrawing_and_removing_the_application_wipe_authorizations_and_disabling_keeps_them(call):
    authorize(call)
    assert call("unauthorizeLibrary", library_id="active").status == 204
    assert rows(call)["ACTIVE"] == {"id": "ACTIVE", "authorized_by": None, "authorized_at": None, "expires_at": None}
    authorize(call)
    call("updateApp", app_id="tracker-cc", body={"status": "disabled"})
    call("updateApp", app_id="tracker-cc", body={"status": "enabled"})
    assert rows(call)["ACTIVE"]["authorized_by"]
    assert call("removeApp", app_id="tracker-cc").status == 204
    call("updateApp", app_id="tracker-cc", body={"status": "enabled"})
    assert rows(call)["ACTIVE"]["authorized_by"] is None


def test_rows_without_end():
    sandbox = prepared(never_expires=True)
    assert "expires_at" not in authorize(Caller(sandbox)).json()["data"]
    assert "expires_at" not in rows(Caller(sandbox))["ACTIVE"]


def test_described_authorizations():
    sandbox = prepared(
        libraries=[
            {"id": "A", "authorized_by": "PAT@acme.example", "expires_in_days": -1},
            {"id": "B", "authorized_by": "gone@acme.example", "authorized_at": "2026-01-01T00:00:00Z"},
            {"id": "C", "authorized_by": "gone@acme.example", "expires_at": "2027-03-04T05:06:07Z"},
        ],
        users=[*example()["users"][:2], example()["users"][3]],
    )
    listed = rows(Caller(sandbox))
    assert listed["A"]["authorized_by"]["id"] == "pat@acme.example"
    assert listed["A"]["expires_at"] == "2027-01-14T08:00:00Z"
    assert listed["B"]["authorized_by"]["id"] == "gone@acme.example"
    assert (listed["B"]["authorized_at"], listed["B"]["expires_at"]) == (
        "2026-01-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    )
    assert listed["C"]["expires_at"] == "2027-03-04T05:06:07Z"
