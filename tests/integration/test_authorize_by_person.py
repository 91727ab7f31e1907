# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries that a person authorizes: handed over and never written, and kept by their day where no page shows it."""

from __future__ import annotations

import datetime

import pytest
from support.cases import BOTH, PLAN
from support.places import applications, refreshing

MODULE = "imanage_library_authorization"
BY_PERSON = {"authorize_by": "person"}
SOME = ["ACTIVE", {"id": "ARCHIVE", "authorized_by": "pat@{name}.example", "expires_in_days": 99}, "SPM"]


def day(ago):
    return str(datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=ago))


def handed_over(result):
    assert not result.get("failed"), result
    return [row["library"] for row in result["handed_over"]]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("on_consent_required", ["fail", "hand_over"])
def test_what_is_not_authorized_is_handed_over_and_nothing_is_sent(tenant, check, on_consent_required):
    acme = tenant(applications=refreshing(), libraries=SOME)
    result = acme.run(MODULE, check=check, on_consent_required=on_consent_required, **BY_PERSON)
    assert handed_over(result) == ["ACTIVE", "SPM"]
    assert (result["changed"], result["writes"], acme.writes) == (False, [], [])
    assert [row["authorized"] for row in result["libraries"]] == [False, True, False]
    for row in result["handed_over"]:
        assert row["instructions"].startswith("Sign out of Control Center first, or use a private window")
        assert f"Sign in at {acme.url}/work/cc as {acme.admin}" in row["instructions"]
        assert "verify" not in row["instructions"]


def test_a_named_library_that_this_account_does_not_see_is_a_persons_too(tenant):
    acme = tenant(applications=refreshing())
    result = acme.run(MODULE, user="nrt", libraries=["active", "SPM"], **BY_PERSON)
    assert handed_over(result) == ["ACTIVE", "SPM"]


def test_a_plan_hands_over_before_there_is_a_page(tenant):
    acme = tenant()
    plan = acme.run(PLAN, applications=BOTH, authorization={**BY_PERSON, "except": ["spm"]})
    assert handed_over(plan) == ["ACTIVE", "ARCHIVE"]
    assert {write["operation"] for write in plan["plan"]["writes"]} == {"updateApp", "writeTokenPolicy"}
    assert (plan["libraries"], plan["tracker_calls"]) == ([], None)


# -- a tenant that does not answer Tracker's calls --------------------------------------------------------------------

FORMS = ["page_404", 405, "html"]


@pytest.fixture(params=FORMS)
def silent(request, tenant, naps):
    return tenant(applications=refreshing(), answers={"tracker": request.param})


@pytest.mark.parametrize("check", [True, False])
def test_all_wanted_libraries_are_a_persons(silent, check):
    result = silent.run(MODULE, check=check, on_consent_required="hand_over", **{"except": ["archive"]})
    assert handed_over(result) == ["ACTIVE", "SPM"]
    assert (result["changed"], silent.writes) == (False, [])
    assert [row["authorized"] for row in result["libraries"]] == [None, None]
    assert all("could not verify it" in row["instructions"] for row in result["handed_over"])


def test_who_wants_to_fail_fails(silent):
    result = silent.run(MODULE)
    assert result["failure"]["kind"] == "consent_required"
    assert "the libraries ACTIVE, ARCHIVE, SPM" in result["msg"]
    assert "authorized_on" in result["msg"]


def test_a_library_that_the_tenant_does_not_have_is_not_handed_over(silent):
    result = silent.run(MODULE, libraries=["NOWHERE"], on_consent_required="hand_over")
    assert result["failure"]["kind"] == "not_found"


def test_what_the_inventory_says_was_authorized_is_not_handed_over_before_its_end(silent):
    kept = {"active": day(10), "ARCHIVE": day(364), "SPM": day(366)}
    result = silent.run(MODULE, authorized_on=kept)
    assert result["failure"]["kind"] == "consent_required"
    result = silent.run(MODULE, authorized_on=kept, on_consent_required="hand_over")
    assert handed_over(result) == ["SPM"]
    assert [row["expires_from"] for row in result["libraries"]] == ["reckoned"] * 3
    assert result["libraries"][0]["expires_at"] == day(-355) + "T00:00:00Z"


def test_nothing_can_be_withdrawn(silent):
    result = silent.run(MODULE, state="unauthorized")
    assert result["failure"]["kind"] == "unexpected_reply"
    assert silent.writes == []


def test_before_its_application_is_there_a_page_that_is_not_served_says_nothing(tenant):
    acme = tenant(applications=applications(), answers={"tracker": "page_404"})
    preview = acme.run(MODULE, check=True)
    assert preview["changed"]
    assert ["assumed to create the page" in one for one in preview["warnings"]] == [True, False]
    assert acme.run(MODULE)["failure"]["kind"] == "not_added"


def test_a_call_that_is_not_there_for_one_write_hands_the_library_over(tenant):
    acme = tenant(applications=refreshing())
    acme.fault("status", "authorizeLibrary", status=404, text="<html>", content_type="text/html")
    result = acme.run(MODULE, on_consent_required="hand_over")
    assert handed_over(result) == ["ACTIVE", "ARCHIVE", "SPM"]
    assert [one["outcome"] for one in result["writes"]] == ["refused"] * 3


# -- the end of an authorization ---------------------------------------------------------------------------------------


@pytest.fixture
def dateless(tenant):
    return tenant(applications=refreshing(refresh_token_expiry=90), libraries=SOME, answers={"dates": "none"})


def ends(result):
    assert not result.get("failed"), result
    return {row["id"]: (row["expires_at"], row["expires_from"]) for row in result["libraries"]}


def test_an_end_that_no_page_shows_is_unknown_until_its_day_is_known(dateless):
    info = dateless.run("imanage_library_authorization_info")
    assert ends(info) == {"ACTIVE": (None, None), "ARCHIVE": (None, "unknown"), "SPM": (None, None)}
    result = dateless.run(MODULE, libraries=["ARCHIVE"], authorized_on={"Archive": day(20)})
    end = f"{day(-70)}T00:00:00Z"
    assert ends(result) == {"ARCHIVE": (end, "reckoned")}


def test_what_a_run_authorizes_itself_is_reckoned_from_its_own_write(dateless):
    result = dateless.run(MODULE)
    end = day(-90)
    assert {name: (str(until)[:10], source) for name, (until, source) in ends(result).items()} == {
        "ACTIVE": (end, "reckoned"),
        "ARCHIVE": ("None", "unknown"),
        "SPM": (end, "reckoned"),
    }


def test_renewal_acts_on_known_ends_only(dateless):
    renewing = {"renew_before_days": 30, "libraries": ["ARCHIVE"]}
    assert dateless.run(MODULE, **renewing)["changed"] is False
    assert dateless.run(MODULE, authorized_on={"ARCHIVE": day(59)}, **renewing)["changed"] is False
    kept = {"ARCHIVE": day(61)}
    preview = dateless.run(MODULE, check=True, authorized_on=kept, **renewing)
    run = dateless.run(MODULE, authorized_on=kept, **renewing)
    assert preview["diff"] == run["diff"]
    assert preview["changed"] is run["changed"] is True
    assert [one["outcome"] for one in run["writes"]] == ["done"]
    assert dateless.library("ARCHIVE")["authorized_by"]["id"] == dateless.admin


def test_an_authorization_without_an_id_cannot_be_taken_over(dateless):
    result = dateless.run(MODULE, authorizer="me")
    assert result["failure"]["kind"] == "unexpected_reply"
    assert "does not show the id of who authorized the library ARCHIVE" in result["msg"]
    assert dateless.writes == []


@pytest.mark.parametrize("given", ["soon", "2026-13-01", day(-9), 20260301, None])
def test_an_invalid_day_is_refused(dateless, given):
    result = dateless.run(MODULE, authorized_on={"ACTIVE": given})
    assert result["failure"]["kind"] == "bad_option"
    assert "for the library ACTIVE, but it must be a day in the past" in result["msg"]
    assert dateless.calls == []


# -- what passes ------------------------------------------------------------------------------------------------------

PASSING = [{"kind": "html"}, {"kind": "status", "status": 404, "text": "<html>404 nginx", "content_type": "text/html"}]


@pytest.mark.parametrize("fault", PASSING)
def test_a_page_of_a_gateway_that_passes_is_asked_for_again(tenant, naps, fault):
    acme = tenant(applications=refreshing(), libraries=SOME)
    for module, options in ((MODULE, {}), (PLAN, {"applications": BOTH, "authorization": {}, "state": "absent"})):
        acme.fault(operation="listLibraryAuthorizations", times=2, **fault)
        result = acme.run(module, **options)
        assert not result.get("failed"), result
        assert [row["authorized"] for row in result["libraries"]] == [True] * 3
        assert result.get("tracker_calls") in (None, True)


@pytest.mark.parametrize("fault", PASSING)
def test_a_call_that_was_served_once_exists_even_if_a_page_comes_instead(tenant, naps, fault):
    acme = tenant(applications=refreshing())
    acme.fault(operation="listLibraryAuthorizations", skip=1, **fault)
    result = acme.run(MODULE, on_consent_required="hand_over")
    assert result["failure"]["kind"] == "unexpected_reply"
    assert result["changed"], "what was accepted may be there, and nobody could read it"
    assert [one["outcome"] for one in result["writes"]] == ["done"] * 3


@pytest.mark.parametrize(
    "body",
    [
        {"timestamp": 1, "status": 404, "error": "Not Found", "path": "/tracker"},
        {"message": "no Route matched with those values"},
        {"error": {}},
    ],
)
def test_a_gateways_own_form_of_404_is_not_control_centers(tenant, naps, body):
    acme = tenant(applications=refreshing())
    acme.fault("status", "listLibraryAuthorizations", status=404, body=body)
    assert handed_over(acme.run(MODULE, on_consent_required="hand_over")) == ["ACTIVE", "ARCHIVE", "SPM"]


def test_an_unknown_field_does_not_mean_that_nobody_authorized(tenant):
    acme = tenant(applications=refreshing())
    rows = [{"id": "ACTIVE", "authorizer": "Ada"}, {"id": "SPM", "authorizer": None}]
    acme.fault("shape", "listLibraryAuthorizations", body={"data": rows})
    for state in ("authorized", "unauthorized"):
        result = acme.run(MODULE, state=state)
        assert result["failure"]["kind"] == "unexpected_reply"
        assert "has no authorized_by in any row" in result["msg"]


def test_a_policy_that_never_ends_has_no_end_to_reckon(tenant):
    acme = tenant(applications=refreshing(refresh_token_expiry=2147483647), answers={"dates": "none"})
    result = acme.run(MODULE)
    assert {source for _until, source in ends(result).values()} == {"unknown"}


def test_a_named_library_that_nobody_has_is_not_found_by_a_person_either(tenant):
    acme = tenant(applications=refreshing())
    assert acme.run(MODULE, libraries=["NOWHERE"], **BY_PERSON)["failure"]["kind"] == "not_found"
