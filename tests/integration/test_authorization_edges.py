# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edges of authorizing libraries: which e-mail address is used, what a plan depends on, and what is read."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from sandbox.people import Library
from support.cases import AUTHORIZATION
from support.places import applications, refreshing

ONE_AUTHORIZED = ["ACTIVE", {"id": "SPM", "authorized_by": "somebody@x.example"}]


@pytest.fixture
def ready(tenant):
    """A tenant whose libraries can be authorized."""
    return tenant(applications=refreshing())


def signs_in_as(place, user, **email):
    """Let Control Center say who signs in; without an e-mail address, if none is given."""
    who = {"customer_id": place.tenant.customer_id, "id": user, **email}
    versions = [{"name": "v2", "url": f"{place.url}/work/api/v2"}]
    place.fault("shape", "discover", body={"data": {"user": who, "versions": versions, "work": {}}})


def test_a_user_id_that_is_an_address_needs_no_other_address(ready):
    signs_in_as(ready, "admin@acme.example")
    ready.run(AUTHORIZATION, libraries=["ACTIVE"])
    assert [one.body for one in ready.log if one.operation == "authorizeLibrary"] == [{"email": "admin@acme.example"}]


def test_a_user_id_that_is_not_an_address_needs_one(ready):
    signs_in_as(ready, "ADMIN")
    result = ready.run(AUTHORIZATION, libraries=["ACTIVE"])
    assert result["failure"]["kind"] == "bad_option"
    assert "no e-mail address" in result["msg"]
    assert ready.writes == []


@pytest.mark.parametrize(
    ("options", "asks"),
    [
        ({}, True),
        ({"authorizer": "me", "email": "service@acme.example"}, True),
        ({"email": "service@acme.example"}, False),
        ({"state": "unauthorized"}, False),
    ],
)
def test_who_signs_in_is_asked_only_where_it_matters(ready, options, asks):
    session = ready.run("imanage_session")
    ready.forget()
    known = {key: session[key] for key in ("access_token", "api_url", "customer_id")}
    ready.run(AUTHORIZATION, by="nothing", **known, **options)
    assert ("discover" in ready.calls) is asks


@pytest.mark.parametrize(
    ("libraries", "words"),
    [(["NOPE"], "the library NOPE for"), (["NOPE", "NADA"], "the libraries NOPE, NADA for")],
)
def test_one_unknown_library_is_named_in_the_singular(ready, libraries, words):
    assert words in ready.run(AUTHORIZATION, libraries=libraries)["msg"]


@pytest.mark.parametrize(("state", "assumes"), [("authorized", True), ("unauthorized", False)])
def test_only_an_authorization_needs_refresh_tokens(tenant, state, assumes):
    place = tenant(applications=applications(extension="enabled"), libraries=ONE_AUTHORIZED)
    result = place.run(AUTHORIZATION, check=True, state=state)
    assert result["changed"]
    assert any("assumed to be allowed" in warning for warning in result.get("warnings", [])) is assumes


CONSENT = {"status": 403, "body": {"error": {"code": "InteractiveConsentRequired", "message": "Open the page."}}}


def test_nobody_is_told_to_authorize_what_is_to_be_withdrawn(tenant):
    place = tenant(applications=refreshing(), libraries=ONE_AUTHORIZED)
    place.fault("status", "unauthorizeLibrary", **CONSENT)
    result = place.run(AUTHORIZATION, state="unauthorized", on_consent_required="hand_over")
    assert result["failure"]["kind"] == "permission"
    assert 'Control Center said: "Open the page."' in result["msg"]


@pytest.mark.parametrize(("status", "kind"), [(403, "permission"), (404, "not_added"), (409, "conflict")])
def test_only_a_page_that_is_not_found_counts_as_missing(ready, status, kind):
    ready.fault("status", "listLibraryAuthorizations", status=status)
    result = ready.run("imanage_library_authorization_info")
    assert result["failure"]["kind"] == kind
    assert ("has no page" in result["msg"]) is (status == 404)


def test_no_earlier_task_is_assumed_to_bring_a_page_where_something_is_to_be_withdrawn(tenant):
    place = tenant(applications=applications(extension="disabled"))
    result = place.run(AUTHORIZATION, check=True, state="unauthorized")
    assert result["failure"]["kind"] == "not_added"
    assert place.calls.count("listLibraries") == 0


@pytest.mark.parametrize("check", [False, True], ids=["run", "preview"])
@pytest.mark.parametrize(("status", "kind"), [(409, "conflict"), (500, "unexpected_reply")])
@pytest.mark.parametrize(
    ("operation", "also"),
    [
        ("listLibraryAuthorizations", []),
        ("listLibraries", []),
        ("listApps", [("listLibraryAuthorizations", 404)]),
        ("readTokenPolicy", []),
    ],
)
def test_only_what_cannot_be_known_is_left_open(ready, operation, also, status, kind, check):
    for other, answer in [*also, (operation, status)]:
        ready.fault("status", other, status=answer)
    result = ready.run(AUTHORIZATION, check=check)
    # Only a preview says what it assumes of refresh tokens, so only a preview asks.
    if operation == "readTokenPolicy" and not check:
        assert result["changed"]
    else:
        assert result["failure"]["kind"] == kind
        assert result["failure"]["operation"] == operation
        assert "does not exist" not in result["msg"]


def test_a_missing_page_is_reported_whoever_may_read_the_applications(ready):
    ready.fault("status", "listLibraryAuthorizations", status=404)
    ready.fault("status", "listApps", status=403)
    result = ready.run(AUTHORIZATION)
    assert result["failure"]["kind"] == "not_added"
    assert result["failure"]["operation"] == "listLibraryAuthorizations"


def test_a_preview_says_that_nobody_may_read_whether_refresh_tokens_are_allowed(ready):
    ready.fault("status", "listApps", status=403)
    result = ready.run(AUTHORIZATION, check=True)
    assert any("may not read whether" in warning for warning in result["warnings"])


def test_only_a_library_that_needs_consent_is_handed_over(ready):
    ready.fault("status", "authorizeLibrary", status=409)
    result = ready.run(AUTHORIZATION, on_consent_required="hand_over")
    assert result["failure"]["kind"] == "conflict"
    assert (result["changed"], result["handed_over"]) == (False, [])


@pytest.mark.parametrize(
    ("user", "options", "sent"),
    [
        ("admin@acme.example", {"email": "service@acme.example"}, "service@acme.example"),
        ("ADMIN", {"email": "service@acme.example"}, "service@acme.example"),
        ("ADMIN", {}, "ada@acme.example"),
        ("admin@acme.example", {}, "ada@acme.example"),
    ],
)
def test_the_address_given_comes_before_that_of_the_user(ready, user, options, sent):
    signs_in_as(ready, user, email="ada@acme.example")
    ready.run(AUTHORIZATION, libraries=["ACTIVE"], authorizer="me", **options)
    assert [one.body for one in ready.log if one.operation == "authorizeLibrary"] == [{"email": sent}]


def test_an_end_that_is_not_a_time_is_refused(ready):
    row = {"id": "ACTIVE", "authorized_by": {"id": "ada@acme.example"}, "expires_at": "soon"}
    ready.fault("shape", "listLibraryAuthorizations", body={"data": [row], "total_count": 1})
    result = ready.run(AUTHORIZATION)
    assert result["failure"]["kind"] == "unexpected_reply"
    assert "soon" in result["msg"]
    assert ready.writes == []


@pytest.mark.parametrize("since", ["soon", 1700000000, ""])
def test_a_day_that_decides_nothing_may_be_anything(ready, since):
    by = {"id": "ada@acme.example"}
    row = {"id": "ACTIVE", "authorized_by": by, "authorized_at": since, "expires_at": "2099-01-01T00:00:00Z"}
    ready.fault("shape", "listLibraryAuthorizations", body={"data": [row], "total_count": 1})
    (read,) = ready.run("imanage_library_authorization_info")["libraries"]
    assert (read["authorized"], read["expires_at"], read["expires_from"]) == (True, row["expires_at"], "tenant")


@pytest.fixture
def with_a_late_one(tenant, monkeypatch):
    """A tenant to which a library comes as soon as the first one is authorized."""
    acme = tenant(applications=refreshing(), libraries=["ACTIVE"])
    call = Client.call

    def and_then(client, name, **more):
        reply = call(client, name, **more)
        if name == "authorizeLibrary" and len(acme.tenant.libraries) == 1:
            acme.tenant.libraries.append(Library("LATE"))
        return reply

    monkeypatch.setattr(Client, "call", and_then)
    return acme


def test_a_library_that_appears_during_a_run_is_authorized_and_reported(with_a_late_one):
    result = with_a_late_one.run(AUTHORIZATION)
    assert not result.get("failed"), result
    assert [(row["ids"]["library_id"], row["before"], row["outcome"]) for row in result["writes"]] == [
        ("ACTIVE", {"ACTIVE": "unauthorized"}, "done"),
        ("LATE", {"LATE": "unauthorized"}, "done"),
    ]
    assert [row["authorized"] for row in result["libraries"]] == [True, True]
    assert with_a_late_one.run(AUTHORIZATION)["changed"] is False


def test_a_library_that_appears_during_a_run_is_not_in_an_approved_plan(with_a_late_one):
    planned = with_a_late_one.run(AUTHORIZATION, check=True)["writes"]
    result = with_a_late_one.run(AUTHORIZATION, planned=planned)
    assert not result.get("failed"), result
    assert with_a_late_one.writes == ["authorizeLibrary"]
    assert with_a_late_one.library("LATE")["authorized_by"] is None


@pytest.mark.parametrize(("days", "warns"), [(400, True), (30, False)])
def test_days_that_renew_on_every_run_are_warned_of(ready, days, warns):
    ready.run(AUTHORIZATION)
    result = ready.run(AUTHORIZATION, check=True, renew_before_days=days)
    assert any("every run authorizes them again" in one for one in result.get("warnings", [])) is warns


def test_every_library_counts_in_the_failure_of_one(ready):
    result = ready.run(AUTHORIZATION, user="nrt", libraries=["SPM", "ACTIVE"])
    assert "Failed libraries: 1 of 2." in result["msg"]
    again = ready.run(AUTHORIZATION, user="nrt", libraries=["ARCHIVE", "SPM", "ACTIVE"], state="unauthorized")
    assert "Failed libraries: 2 of 3." in again["msg"]


def test_a_name_that_may_exist_nowhere_is_not_found_where_the_libraries_cannot_be_listed(ready):
    ready.fault("status", "listLibraries", status=403)
    result = ready.run(AUTHORIZATION, libraries=["ACTIVE", "TYPO"])
    assert result["failure"]["kind"] == "not_found"
    assert ready.writes == []


@pytest.mark.parametrize(("form", "tries"), [("page_404", 3), ("html", 3), (405, 1)])
def test_what_a_starting_gateway_may_answer_is_tried_again(tenant, form, tries):
    acme = tenant(applications=refreshing(), answers={"tracker": form})
    result = acme.run(
        AUTHORIZATION, check=True, authorized_on={"ACTIVE": "2026-11-01"}, on_consent_required="hand_over"
    )
    assert acme.calls.count("listLibraryAuthorizations") == tries
    since = {row["id"]: (row["authorized_at"], row["expires_from"]) for row in result["libraries"]}
    assert since["ACTIVE"] == ("2026-11-01", "reckoned")
    assert since["ARCHIVE"] == (None, None)


def test_a_page_that_existed_before_a_write_in_doubt_is_not_missing(ready):
    """Nothing was accepted, so only the first reading shows that the page exists."""
    ready.fault("status", "authorizeLibrary", status=500, applied=False, times=1)
    ready.fault("html", "listLibraryAuthorizations", skip=1)
    result = ready.run(AUTHORIZATION, libraries=["ACTIVE"], on_consent_required="hand_over", retry_timeout=5)
    found = result["failure"]
    assert (found["kind"], found["operation"]) == ("unexpected_reply", "listLibraryAuthorizations")
