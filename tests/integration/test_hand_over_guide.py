# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to hand-overs: what each kind of tenant does, and the days that an inventory keeps."""

from __future__ import annotations

import datetime

import pytest
from playbooks_support import Stage, once
from support.guides import Guide, changed

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/hand-overs.md")
(DAYS,) = GUIDE.yaml
ONBOARD, PREVIEW = "imanage.control_center.onboard", "imanage.control_center.preview"
LIBRARIES = ["ACTIVE", "ARCHIVE"]
ASKS, SILENT, PERSON = "asks", "silent", "person"


def dated(day):
    """The days of the guide, which is older than this."""
    return changed(DAYS, **{"2026-03-01": str(day), "2026-03-02": str(day)})


def handed_over(where):
    """A preview and a run of every kind of tenant, and what the inventory says changes."""
    with Stage(where / "stage") as stage:
        stage.add(ASKS, consent_required=True, libraries=LIBRARIES)
        stage.add(SILENT, answers={"tracker": "page_404"}, libraries=LIBRARIES)
        stage.add(PERSON, {"tracker_onboarding_authorize_by": "person"}, libraries=LIBRARIES)
        found = {"preview": stage.run(PREVIEW), "run": stage.run(ONBOARD)}
        for library in LIBRARIES:
            stage.sandbox.tenant(PERSON).consent(library, f"admin@{PERSON}.example")
        today = found["today"] = datetime.datetime.now(datetime.UTC).date()
        for name, day in (("kept", today), ("long ago", today - datetime.timedelta(days=366))):
            (where / "days.yml").write_text(dated(day), encoding="utf-8")
            found[name] = stage.run("-e", f"@{where / 'days.yml'}", ONBOARD)
        return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What each run said, made once."""
    return once(tmp_path_factory, "hand_over_guide", lambda: handed_over(tmp_path_factory.mktemp("hand_over")))


def statuses(run):
    return {tenant: row["status"] for tenant, row in run.report.items()}


def test_a_preview_knows_only_who_was_told_that_a_person_does_it(runs):
    assert statuses(runs["preview"]) == {ASKS: "onboarded", SILENT: "onboarded", PERSON: "awaiting_consent"}


def test_a_run_does_the_applications_and_hands_the_libraries_over(runs):
    assert runs["run"].code == 0
    assert statuses(runs["run"]) == dict.fromkeys((ASKS, SILENT, PERSON), "awaiting_consent")
    assert [runs["run"].report[name]["libraries"]["pending"] for name in (ASKS, SILENT)] == [LIBRARIES, LIBRARIES]
    tried = {name: [one["operation"] for one in entries] for name, entries in runs["run"].entries.items()}
    assert [name for name, calls in tried.items() if "authorizeLibrary" in calls] == [ASKS]


def test_whoever_authorizes_is_told_how_not_to_do_it_as_somebody_else(runs):
    for row in runs["run"].report.values():
        steps = [step for step in row["next_steps"] if "Use my credentials & authorize" in step]
        assert len(steps) == len(LIBRARIES)
        assert all(step.startswith("Sign out of Control Center first, or use a private window") for step in steps)
    blind = [tenant for tenant, row in runs["run"].report.items() if "could not verify it" in str(row["next_steps"])]
    assert blind == [SILENT]


def test_the_next_run_verifies_what_it_can_read(runs):
    row = runs["kept"].report[PERSON]
    assert (row["status"], row["changed"], row["libraries"]["authorized"]) == ("onboarded", False, LIBRARIES)


def test_what_only_the_inventory_says_is_never_onboarded(runs):
    row = runs["kept"].report[SILENT]
    assert (runs["kept"].code, row["status"]) == (0, "incomplete")
    assert [(one["library"], one["reason"]) for one in row["remaining"]] == [(name, "stated") for name in LIBRARIES]
    end = str(runs["today"] + datetime.timedelta(days=365))
    assert [(one["until"][:10], one["until_from"]) for one in row["authorizations"]] == [(end, "reckoned")] * 2


def test_an_end_that_has_passed_is_handed_over_again(runs):
    row = runs["long ago"].report[SILENT]
    assert (row["status"], row["libraries"]["pending"]) == ("awaiting_consent", LIBRARIES)
