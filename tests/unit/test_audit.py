# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit reports what the screen shows now, not what a run would leave."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.audit import MEND, findings
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.tracker_result import (
    NOTHING_RAN,
    result_fact,
)
from sandbox import Sandbox
from sandbox.examples import example
from sandbox.times import iso
from support.cases import BOTH
from support.places import CLIENT_ID, EXTENSION, TRACKER, applications
from support.results import libraries as stand
from support.tasks import run_in_memory

NOW = datetime.datetime(2019, 3, 1, 12, tzinfo=datetime.UTC)
ADMIN, PAT, NRT = "admin@acme.example", "pat@acme.example", "nrt@acme.example"
DONE = applications(tracker="enabled", extension="enabled", token_policy={"allow_refresh_token": True})


def ends(days):
    """The end of an authorization as the page shows it."""
    return iso(NOW + datetime.timedelta(days=days))


def library(name, by, days):
    return {"id": name, "authorized_by": by, "expires_in_days": days}


@pytest.fixture
def audit(monkeypatch):
    """A function that gives the role's fact of an audit of a tenant."""

    def go(days=30, wanted=BOTH, authorization=None, url="https://cc.example", **tenant):
        users = [
            {"id": ADMIN, "password": "p4ssword", "app_management": True, "nrtadmin": "all"},
            {"id": NRT, "password": "p4ssword", "nrtadmin": "all"},
        ]
        where = Sandbox([example(**{"users": users, "applications": DONE, **tenant})], clock=NOW.timestamp)
        given = {
            "url": url,
            "username": ADMIN,
            "password": "p4ssword",
            "client_id": CLIENT_ID,
            "applications": wanted,
            "authorization": {"renew_before_days": days, **(authorization or {})},
        }
        info = run_in_memory(monkeypatch, where, "imanage_onboarding_info", given, check=True)
        known = {"intent": "audit", "tenant": "acme", "url": url, "names": [TRACKER, EXTENSION], "check_mode": True}
        kept = given["authorization"].get("authorized_on", {})
        return result_fact({**NOTHING_RAN, **known, "authorized_on": kept, "info": info})

    return go


def test_a_tenant_that_is_as_wanted_needs_nothing(audit):
    result = audit(libraries=[library("ACTIVE", ADMIN, 31)])
    assert (result["status"], result["changed"], result["next_steps"]) == ("onboarded", False, [])


def test_a_field_that_differs_is_shown_as_it_is_and_as_it_should_be(audit):
    wanted = [
        {"name": TRACKER, "enabled": True, "access": "custom", "groups": ["IT"]},
        {**BOTH[1], "refresh_token_expiry_days": 90},
    ]
    changed = applications(tracker="disabled", extension="enabled")
    result = audit(wanted=wanted, applications=changed, libraries=[library("ACTIVE", ADMIN, 365)])
    assert result["status"] == "drifted"
    assert result["next_steps"] == [
        f"{TRACKER}: Enable application? is no, should be yes; Allow access to is All Users, should be Custom; "
        "Groups is [], should be [IT].",
        f"{EXTENSION}, Authentication: Allow Refresh Token is no, should be yes; "
        "Refresh Token Expiry (days) is none, should be 90.",
        MEND,
    ]


def test_libraries_are_grouped_by_what_is_wrong_with_them(audit):
    result = audit(
        libraries=[
            "NEW",
            library("SOON", PAT, 9),
            library("BOUNDARY", ADMIN, 30),
            library("ENDED", PAT, 0),
            library("FINE", ADMIN, 31),
            "NEWER",
        ]
    )
    assert result["status"] == "drifted"
    assert result["next_steps"] == [
        "New libraries, listed and not authorized yet: NEW, NEWER.",
        f"Authorized, but it ends within 30 days: SOON ({ends(9)}, by {PAT}), BOUNDARY ({ends(30)}, by {ADMIN}).",
        f"Authorizations that have expired: ENDED ({ends(0)}, by {PAT}).",
        MEND,
        f"Authorized by another user than {ADMIN}: SOON ({ends(9)}, by {PAT}). This is not drift, but each "
        "authorization ends with its account, or with its membership in NRTADMIN.",
    ]
    assert result["libraries"] == stand(
        ["SOON", "BOUNDARY", "FINE"],
        ["NEW", "ENDED", "NEWER"],
        wanted=["NEW", "SOON", "BOUNDARY", "ENDED", "FINE", "NEWER"],
    )
    assert result["expires_at"] == ends(9)


@pytest.mark.parametrize(
    ("authorization", "by", "told"),
    [
        (None, ADMIN.upper(), None),
        (None, PAT, ADMIN),
        (None, NRT, ADMIN),
        ({"username": NRT, "password": "p4ssword"}, NRT, None),
        ({"username": NRT, "password": "p4ssword"}, ADMIN, NRT),
    ],
)
def test_somebody_else_is_whoever_would_not_authorize_now(audit, authorization, by, told):
    result = audit(authorization=authorization, libraries=[library("ACTIVE", by, 365)])
    assert result["status"] == "onboarded", "it is not drift"
    assert [step.partition(":")[0] for step in result["next_steps"]] == (
        [f"Authorized by another user than {told}"] if told else []
    )


@pytest.mark.parametrize(("by", "others"), [(ADMIN.upper(), 0), (PAT, 1)])
def test_the_account_is_the_same_in_upper_case(by, others):
    info = {
        "tenant": {"authorizes": ADMIN},
        "libraries": [{"id": "ACTIVE", "authorized": True, "authorized_by": by, "expires_from": "tenant"}],
        "plan": {"changes": [], "assumptions": []},
    }
    assert len(findings(info)) == others


def test_an_unknown_end_is_reported_as_unknown(audit):
    result = audit(libraries=[library("ACTIVE", PAT, 1)], answers={"dates": "none"})
    unknown, foreign = result["next_steps"]
    assert "does not show when these authorizations end: ACTIVE." in unknown
    assert f": ACTIVE (by {PAT}). This is not drift" in foreign
    assert (result["status"], result["expires_at"]) == ("onboarded", None)
    assert [(one["until"], one["until_from"]) for one in result["authorizations"]] == [(None, "unknown")]


def test_an_end_is_reckoned_from_the_day_that_the_inventory_keeps(audit):
    kept = {"authorized_on": {"active": "2018-03-15", "GONE": "2018-01-01"}}
    result = audit(libraries=[library("ACTIVE", ADMIN, 1)], answers={"dates": "none"}, authorization=kept)
    assert result["status"] == "drifted"
    assert (
        result["next_steps"][0]
        == "Authorized, but it ends within 30 days: ACTIVE (2019-03-15T00:00:00Z, by admin@acme.example)."
    )
    (one,) = result["authorizations"]
    assert one == {
        "library": "ACTIVE",
        "by": ADMIN,
        "since": "2018-03-15",
        "until": "2019-03-15T00:00:00Z",
        "until_from": "reckoned",
    }


def test_a_library_that_no_page_lists_is_not_called_new(audit):
    result = audit(applications=applications(), libraries=["ACTIVE", "SPM"])
    assert "Not authorized: ACTIVE, SPM." in result["next_steps"]
    assert f"{TRACKER}: Added is no, should be yes; Enable application? should be yes." in result["next_steps"]
    assert result["libraries"] == stand(pending=["ACTIVE", "SPM"], not_visible=None)
    assert result["expires_at"] is None


def test_an_unlisted_library_is_reported_with_the_drift(audit):
    users = [{"id": ADMIN, "password": "p4ssword", "app_management": True, "nrtadmin": ["ACTIVE"]}]
    result = audit(users=users, libraries=["ACTIVE", "SPM"])
    assert result["next_steps"][0] == "New libraries, listed and not authorized yet: ACTIVE."
    assert "Unknown to this account, which cannot read whether it is authorized: SPM." in result["next_steps"][-1]


def test_only_the_named_libraries_are_audited(audit):
    named = {"libraries": ["fine"]}
    result = audit(authorization=named, libraries=["NEW", library("FINE", ADMIN, 365)])
    assert (result["status"], result["next_steps"]) == ("onboarded", [])
    assert result["libraries"]["authorized"] == ["FINE"]


def test_an_unprovisioned_tenant_says_what_it_waits_for(audit):
    (step,) = audit(applications=[], url="https://cc.example")["next_steps"]
    assert step.startswith(f"Not in the catalog of this tenant: {TRACKER}, {EXTENSION}.")


def test_a_failed_audit_says_why_and_nothing_else(audit):
    result = audit(users=[{"id": ADMIN, "password": "another", "app_management": True}])
    assert (result["status"], result["next_steps"]) == ("failed", [result["failure"]["msg"]])


def test_names_of_the_server_stay_on_their_line(audit):
    evil = "A\n\x1b[31mB"
    result = audit(libraries=[evil, library("FINE\r", "pat\x07@x", 365)])
    text = "".join(result["next_steps"])
    assert text.isprintable()
    assert '"A\\n\\u001b[31mB"' in text
