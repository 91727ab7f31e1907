# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks that wait for a person: one that comes, one that comes for a part, and one that does not."""

from __future__ import annotations

import re

import pytest
from playbooks_support import Stage, authorizers, once
from support.people import Person

LIBRARIES = ["ACTIVE", "ARCHIVE", "SPM"]
WAITS = {"tracker_onboarding_consent_timeout": 2}
TENANTS = ("prompt", "partly", "late")
ONBOARD, PREVIEW, AUDIT, OFFBOARD = (
    f"imanage.control_center.{name}" for name in ("onboard", "preview", "audit", "offboard")
)
CALLBACKS = {
    "ANSIBLE_CALLBACKS_ENABLED": "task_lines,imanage.control_center.progress,imanage.control_center.change_record"
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A preview, an onboarding during which people come, the same again, an audit; and one on a terminal."""

    def make():
        with Stage(tmp_path_factory.mktemp("consent")) as stage:
            for name in TENANTS:
                stage.add(name, WAITS, consent_required=True)
            stage.add("negative", {"tracker_onboarding_consent_timeout": -1}, consent_required=True)
            stage.add("strict", {**WAITS, "tracker_onboarding_on_consent_required": "fail"}, consent_required=True)
            found = {"preview": stage.run(PREVIEW)}
            record = stage.where / "changes"
            people = Person(stage.sandbox, {"prompt": LIBRARIES, "partly": ["SPM"]})
            found["first"] = stage.run(ONBOARD, IMANAGE_CHANGE_RECORD_PATH=str(record), **CALLBACKS)
            people.leave()
            text = record.read_text(encoding="utf-8")
            found["again"] = stage.run(ONBOARD)
            found["audit"] = stage.run(AUDIT)
            found["offboard"] = stage.run(OFFBOARD, "--limit", "late")
            stage.add("shown", WAITS, consent_required=True)
            stage.add("other")
            people = Person(stage.sandbox, {"shown": LIBRARIES})
            found["terminal"] = stage.run(
                ONBOARD, "--limit", "shown,other", terminal=True, IMANAGE_PROGRESS_INTERVAL="0", **CALLBACKS
            )
            people.leave()
            return found, text

    return once(tmp_path_factory, "consent", make)


def status(run):
    """The status of each tenant."""
    return {name: row["status"] for name, row in run.report.items()}


def test_whoever_comes_in_time_makes_the_tenant_onboarded(runs):
    run = runs[0]["first"]
    row = run.report["prompt"]
    assert (row["status"], row["changed"], row["failure"]) == ("onboarded", True, None)
    assert row["stages"]["authorization"] == "changed"
    assert row["libraries"] == {"authorized": LIBRARIES, "pending": [], "unlisted": []}
    assert {one["by"] for one in row["authorizations"]} == {"admin@prompt.example"}
    assert row["expires_at"]
    assert not any("Authorize for the library" in step for step in row["next_steps"])


def test_the_next_run_verifies_it_and_is_unchanged(runs):
    again = runs[0]["again"]
    row = again.report["prompt"]
    assert (row["status"], row["changed"], again.writes("prompt")) == ("onboarded", False, [])


def test_what_is_left_when_the_time_is_over_waits_as_ever(runs):
    for name, pending in (("partly", ["ACTIVE", "ARCHIVE"]), ("late", LIBRARIES)):
        row = runs[0]["first"].report[name]
        assert (row["status"], row["libraries"]["pending"], row["failure"]) == ("awaiting_consent", pending, None)
        asked = [step for step in row["next_steps"] if f"admin@{name}.example" in step]
        assert [library for library in pending if any(library in step for step in asked)] == pending
        assert len(asked) == len(pending)
    assert authorizers(runs[0]["first"].snapshots["partly"])["SPM"] == "admin@partly.example"


def test_an_option_that_does_not_fit_is_told_before_anything_is_written(runs):
    words = {
        "negative": "consent_timeout is -1, but it must be 0 or more.",
        "strict": "consent_timeout is 2, but on_consent_required is fail",
    }
    for run in (runs[0]["preview"], runs[0]["first"]):
        for name in words:
            row = run.report[name]
            assert (row["status"], row["failure"]["kind"], run.calls(name)) == ("failed", "bad_option", [])
            assert words[name] in row["failure"]["msg"]


def test_an_audit_does_not_know_the_option(runs):
    assert {runs[0]["audit"].report[name]["status"] for name in ("negative", "strict")} == {"drifted"}


def test_waiting_tenants_do_not_fail_a_run(runs):
    assert runs[0]["terminal"].code == 0
    assert runs[0]["offboard"].code == 0


def test_previews_and_audits_never_wait(runs):
    for name in ("preview", "audit"):
        run = runs[0][name]
        assert "waits up to" not in run.output
        for tenant in TENANTS:
            assert run.calls(tenant).count("listLibraryAuthorizations") == 1, (name, tenant)
            assert run.writes(tenant) == []
    assert status(runs[0]["audit"])["late"] == "drifted"
    assert status(runs[0]["offboard"])["late"] == "offboarded"


def test_the_run_shows_whom_it_waits_for_and_what_they_did(runs):
    lines = runs[0]["first"].output.splitlines()
    url = runs[0]["first"].report["late"]["url"]
    for name in TENANTS:
        asked = f"admin@{name}.example to authorize {', '.join(LIBRARIES)} at {url}/work/cc"
        assert f"{name}: waits up to 2 s for {asked}" in lines
    assert f"prompt: authorized: {', '.join(LIBRARIES)}" in lines
    assert "partly: authorized: SPM" in lines
    assert not [line for line in lines if line.startswith("late: authorized")]


def test_what_a_person_did_is_not_in_the_record_of_changes(runs):
    assert '"authorizeLibrary"' in runs[1]
    assert not re.search('"operation": "authorizeLibrary", "outcome": "(?!refused)', runs[1])


def test_the_lines_and_the_counts_share_a_terminal(runs):
    # What a terminal shows of a line is what was written since the line was last erased.
    erased = "\r\x1b[2K"
    lines = [line.rpartition(erased) for line in runs[0]["terminal"].output.split("\r\n")]
    url = runs[0]["terminal"].report["shown"]["url"]
    for words in (
        f"shown: waits up to 2 s for admin@shown.example to authorize {', '.join(LIBRARIES)} at {url}/work/cc",
        f"shown: authorized: {', '.join(LIBRARIES)}",
    ):
        (before,) = [before for before, _erased, line in lines if line == words]
        assert " of 2 tenants done" in before, "the counts were the last line, and made room"
    counts = re.findall(r"\d of 2 tenants done[^\r\n\x1b]*", runs[0]["terminal"].output)
    assert re.fullmatch(r"2 of 2 tenants done, 2 changed, in \d+ s", counts[-1])
