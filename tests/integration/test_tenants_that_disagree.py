# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant of each form in which a real one may answer differently: previewed, onboarded twice, audited, offboarded."""

from __future__ import annotations

import pytest
from playbooks_support import Stage, app

pytestmark = pytest.mark.sweep

PLAYBOOKS = {"preview": "preview", "onboard": "onboard", "again": "onboard", "audit": "audit", "offboard": "offboard"}
LISTS = {"tracker_onboarding_access": "custom", "tracker_onboarding_groups": ["Partners"]}
POLICY = "/platform/api/v2/customers/{customer_id}/settings/{app_id}/oauth2.tokens"

# What differs, by the name of its tenant, and what its host needs.
WELL = {
    "as_the_contract": ({}, LISTS),
    "whole_lists": ({"apps": "whole"}, {}),
    "other_words": ({"security": "view"}, LISTS),
    "access_as_a_list": ({"access": "list"}, LISTS),
    "any_scope": ({"scope": "ignored"}, {}),
    "no_scope": ({"scope": "invalid"}, {}),
    "less_scope": ({"scope": "less"}, {}),
    "answers_200": ({"writes": 200}, LISTS),
    "answers_201": ({"writes": 201}, LISTS),
    "answers_202": ({"writes": 202}, LISTS),
    "answers_204": ({"writes": 204}, LISTS),
    "empty_bodies": ({"body": "empty"}, LISTS),
    "no_dates": ({"dates": "none"}, {}),
    "new_refresh_tokens": ({"refresh": "rotates"}, {"imanage_refresh_token_file": "{file}"}),
    "policy_elsewhere": (
        {"policy": "platform"},
        {"imanage_api_paths": {"readTokenPolicy": POLICY, "writeTokenPolicy": POLICY}},
    ),
    "door_passed_by": ({"door": True}, {"imanage_api_url": "{url}/work/api/v2", "imanage_customer_id": "{number}"}),
}
HANDED_OVER = {"pages_of_404": "page_404", "method_not_allowed": 405, "pages_of_200": "html"}
# What stops before the first write: the form, where it shows, the kind of failure, and what the message says to set.
READING, WRITING = ("preview", "onboard", "again", "audit"), ("onboard", "again")
STOPPED = {
    "foreign_404": ({"policy": "foreign_404"}, READING, "unexpected_reply", ["set api_paths", POLICY]),
    "platform": ({"policy": "platform"}, READING, "unexpected_reply", ["set api_paths", POLICY]),
    "door": ({"door": True}, (*READING, "offboard"), "unexpected_reply", ["/work/web/api/v2", "Set api_url to"]),
    "scope_refused": ({"scope": "refused"}, WRITING, "permission", ["has the scope 'user'", "Set scope to it"]),
    "may_only_read": ({}, WRITING, "permission", ["reader@may_only_read.example", "privilege"]),
}


def scenario(where):
    """The runs by name, and the tenants as they were before."""
    with Stage(where) as stage:
        for name, (answers, host) in WELL.items():
            token_file = where / f"{name}.token"
            known = {"{file}": str(token_file), "{url}": stage.server.url, "{number}": 1000 + len(stage.hosts)}
            by_file = "imanage_refresh_token_file" in host
            variables = {key: _filled(value, known) for key, value in host.items()}
            stage.add(name, variables, by_password=not by_file, answers=answers)
            if by_file:
                token_file.write_text(f"{name}-admin-refresh\n")
        for name, form in HANDED_OVER.items():
            stage.add(name, answers={"tracker": form})
        for name, (answers, *_rest) in STOPPED.items():
            stage.add(name, answers=answers)
        reader = {"id": "reader@may_only_read.example", "password": "may_only_read-admin-password"}
        rights = {"app_management": True, "nrtadmin": "all", "read_only": True}
        stage.add("may_only_read", {"imanage_username": reader["id"]}, users=[{**reader, **rights}])
        before = stage.snapshots()
        runs = {name: stage.run(*stage.confirm(), f"imanage.control_center.{book}") for name, book in PLAYBOOKS.items()}
        kept = (where / "new_refresh_tokens.token").read_text().strip()
    return {"before": before, "runs": runs, "kept": kept}


def _filled(value, known):
    return known.get(value, value.replace("{url}", known["{url}"])) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the runs left."""
    return scenario(tmp_path_factory.mktemp("disagree"))


def status(found, run, name):
    return found["runs"][run].report[name]["status"]


@pytest.mark.parametrize("run", PLAYBOOKS)
def test_nothing_is_written_but_by_runs_and_no_token_is_left(found, run):
    ran = found["runs"][run]
    assert set(ran.report) == {*WELL, *HANDED_OVER, *STOPPED}
    assert not any(ran.tokens_left.values())
    if run in ("preview", "audit", "again"):
        assert [name for name in ran.report if ran.applied(name)] == []
    assert {name: row["failure"]["kind"] for name, row in ran.report.items() if row["failure"]} == {
        name: kind for name, (_answers, where, kind, _words) in STOPPED.items() if run in where
    }
    assert ran.code == (2 if any(run in where for _answers, where, _kind, _words in STOPPED.values()) else 0)


@pytest.mark.parametrize("name", WELL)
def test_a_form_that_decides_nothing_stops_nothing(found, name):
    runs = found["runs"]
    expected = {run: "offboarded" if run == "offboard" else "onboarded" for run in PLAYBOOKS}
    assert {run: status(found, run, name) for run in PLAYBOOKS} == expected
    assert runs["preview"].report[name]["changed"] is runs["onboard"].report[name]["changed"] is True
    assert runs["again"].report[name]["changed"] is runs["audit"].report[name]["changed"] is False
    done = runs["onboard"].snapshots[name]
    assert [app(done, one)["status"] for one in ("tracker", "tracker-cc")] == ["enabled", "enabled"]
    assert all(row["authorized_by"] for row in done["libraries"])
    groups = [row["id"] for row in app(done, "tracker")["access"]["members"]]
    assert groups == (["Partners"] if LISTS.items() <= WELL[name][1].items() else [])
    assert runs["offboard"].snapshots[name] == found["before"][name]


@pytest.mark.parametrize("name", HANDED_OVER)
def test_libraries_are_handed_over_where_the_tenant_does_not_answer_trackers_calls(found, name):
    runs = found["runs"]
    assert {run: status(found, run, name) for run in PLAYBOOKS} == {
        # Before the page can be there nobody can know.
        "preview": "onboarded",
        "onboard": "awaiting_consent",
        "again": "awaiting_consent",
        "audit": "awaiting_consent",
        "offboard": "offboarded",
    }
    assert any("without a person's consent" in one for one in runs["preview"].report[name]["assumptions"])
    done = runs["onboard"].snapshots[name]
    assert [app(done, one)["status"] for one in ("tracker", "tracker-cc")] == ["enabled", "enabled"]
    assert app(done, "tracker-cc")["token_policy"]["allow_refresh_token"]
    for run in ("onboard", "again", "audit"):
        row = runs[run].report[name]
        libraries = [one["id"] for one in done["libraries"]]
        assert row["libraries"]["pending"] == libraries
        steps = [step for step in row["next_steps"] if "Use my credentials & authorize" in step]
        assert [f"for the library {one}," in step for one, step in zip(libraries, steps, strict=True)] == [True] * 3
        assert all("private window" in step and "could not verify it" in step for step in steps)
    assert "did not answer Tracker's calls" in runs["offboard"].report[name]["next_steps"][0]
    assert runs["offboard"].snapshots[name] == found["before"][name]


@pytest.mark.parametrize("name", STOPPED)
def test_what_differs_where_it_matters_stops_before_the_first_write(found, name):
    _answers, where, kind, words = STOPPED[name]
    for run in where:
        failure = found["runs"][run].report[name]["failure"]
        assert failure["kind"] == kind, run
        assert all(one in failure["msg"] for one in words), failure["msg"]
        assert found["runs"][run].applied(name) == []
    assert found["runs"]["offboard"].snapshots[name] == found["before"][name]


def test_what_the_sign_in_gave_is_said(found):
    runs = found["runs"]
    (asked,) = [one for one in runs["preview"].report["less_scope"]["assumptions"] if "scope" in one]
    assert "asked for the scope 'admin' and was granted 'user'" in asked
    assert runs["onboard"].report["less_scope"]["assumptions"] == []
    (said,) = [one for one in runs["onboard"].warnings if "the scope 'admin' was refused" in one]
    assert "admin@no_scope.example" in said
    assert not any("new refresh token" in one for one in runs["onboard"].warnings)


def test_a_refresh_token_that_is_used_up_is_replaced_in_its_file(found):
    assert found["kept"]
    assert found["kept"] != "new_refresh_tokens-admin-refresh"


def test_an_end_that_is_not_shown_is_reckoned_once_and_unknown_later(found):
    made = found["runs"]["onboard"].report["no_dates"]
    assert {one["until_from"] for one in made["authorizations"]} == {"reckoned"}
    assert any("tracker_onboarding_authorized_on: {" in step for step in made["next_steps"])
    seen = found["runs"]["audit"].report["no_dates"]
    assert [(one["until"], one["until_from"]) for one in seen["authorizations"]] == [(None, "unknown")] * 3
    assert any("does not show when these authorizations end" in step for step in seen["next_steps"])
