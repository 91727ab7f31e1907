# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An offboarding takes what the inventory or a word names, and nobody puts back what is to be absent."""

from __future__ import annotations

import sys

import pytest
from playbooks_support import Stage
from sandbox.people import Library
from support.places import applications

pytestmark = pytest.mark.sweep

PREVIEW, ONBOARD, AUDIT, OFFBOARD = (
    f"imanage.control_center.{name}" for name in ("preview", "onboard", "audit", "offboard")
)
DONE = applications("enabled", "enabled", token_policy={"allow_refresh_token": True})
ABSENT = {"tracker_onboarding_state": "absent"}
STATE = "tracker_onboarding_state"


def _onboarded(stage, name, host=None):
    libraries = [{"id": one, "authorized_by": f"admin@{name}.example"} for one in ("ACTIVE", "ARCHIVE")]
    stage.add(name, host, applications=DONE, libraries=libraries)


def _runs(stage):
    for name in ("acme", "birch", "cedar"):
        _onboarded(stage, name)
    _onboarded(stage, "leaving", ABSENT)
    stage.add("gone", ABSENT)
    stage.add("misspelt", {STATE: "abesnt"})
    start = stage.snapshots()
    runs = {"preview": stage.run(PREVIEW, report=None)}
    runs["onboard"] = stage.run(ONBOARD, "--limit", "leaving,gone,misspelt", report=None)
    runs["audit"] = stage.run(AUDIT, "--limit", "leaving,gone", report=None)
    three = ("--limit", "acme,birch,cedar")
    runs["nobody asked"] = stage.run(OFFBOARD)
    runs["another number"] = stage.run(OFFBOARD, *three, "-e", "imanage_confirm=offboard:2")
    runs["no number"] = stage.run(OFFBOARD, *three, "-e", "imanage_confirm=offboard")
    runs["state by -e"] = stage.run(OFFBOARD, *three, "-e", f"{STATE}=absent")
    # Ansible then reads facts of the hosts first, whatever the play says.
    stage.common["ansible_python_interpreter"] = sys.executable
    runs["in the middle"] = stage.run(OFFBOARD, *three, "--start-at-task", "Plan the offboarding")
    runs["check"] = stage.run("--check", OFFBOARD, *three, files=("report.json", "plan.json", "changes.html"))
    assert stage.snapshots() == start
    plan = stage.where / "plan.json"
    plan.write_text(runs["check"].files["plan.json"], encoding="utf-8")
    # A library is authorized after the approval, in one of them.
    late = Library("LATE")
    stage.sandbox.tenant("birch").libraries.append(late)
    stage.sandbox.tenant("birch").consent("LATE", "admin@birch.example")
    approved = (*three, "-e", f"imanage_plan={plan}")
    runs["approved"] = stage.run(OFFBOARD, *approved, "-e", "imanage_confirm=offboard:3", report=None)
    runs["by plan of others"] = stage.run(OFFBOARD, "--limit", "leaving", "-e", f"imanage_plan={plan}", report=None)
    runs["leaving"] = stage.run(OFFBOARD, "--limit", "leaving,gone", report=None)
    runs["one"] = stage.run(OFFBOARD, "--limit", "birch", "-e", "imanage_confirm=offboard", report=None)
    runs["audit after"] = stage.run(AUDIT, "--limit", "leaving,gone", report=None)
    return runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs by name, each made once."""
    with Stage(tmp_path_factory.mktemp("offboarding")) as stage:
        return _runs(stage)


@pytest.mark.parametrize(
    ("name", "number", "first", "word"),
    [
        ("nobody asked", "4 tenants", "acme, birch, cedar, misspelt", "imanage_confirm=offboard:4"),
        ("another number", "3 tenants", "acme, birch, cedar", "imanage_confirm=offboard:3"),
        ("no number", "3 tenants", "acme, birch, cedar", "imanage_confirm=offboard:3"),
        ("state by -e", "3 tenants", "acme, birch, cedar", "imanage_confirm=offboard:3"),
    ],
)
def test_an_unconfirmed_offboarding_stops_before_signing_in(runs, name, number, first, word):
    run = runs[name]
    assert run.code == 2
    assert run.report == {}
    assert not any(run.calls(tenant) for tenant in run.entries)
    assert f"from {number} without state: absent in the inventory: {first}." in run.output
    assert word in run.output
    preview = f"imanage.control_center.offboard{'' if name == 'nobody asked' else ' --limit acme,birch,cedar'} --check"
    assert preview in run.output


def test_an_offboarding_that_starts_after_the_check_does_nothing(runs):
    run = runs["in the middle"]
    assert run.code == 2, run.output
    assert {name: row["status"] for name, row in run.report.items()} == dict.fromkeys(
        ("acme", "birch", "cedar"), "failed"
    )
    assert not any(run.calls(tenant) for tenant in run.entries)


def test_a_check_of_an_offboarding_needs_no_confirmation_and_leaves_a_plan(runs):
    run = runs["check"]
    assert (run.code, run.about["mode"], run.about["playbook"]) == (0, "preview", "offboard")
    assert set(run.files) == {"report.json", "plan.json", "changes.html"}
    assert not any(run.writes(tenant) for tenant in run.report)


def test_an_offboarding_is_bound_by_the_approved_plan(runs):
    report = runs["approved"].report
    assert {name: row["status"] for name, row in report.items()} == {
        "acme": "offboarded",
        "birch": "failed",
        "cedar": "offboarded",
    }
    assert report["birch"]["failure"]["kind"] == "conflict"
    assert "LATE" in report["birch"]["failure"]["msg"]
    assert runs["approved"].writes("birch") == []
    assert runs["approved"].applied("acme") == ["unauthorizeLibrary"] * 2 + ["removeApp"] * 2
    assert runs["by plan of others"].report["leaving"]["status"] == "left_alone"
    assert runs["by plan of others"].calls("leaving") == []
    assert "The plan does not have this tenant" in runs["by plan of others"].report["leaving"]["next_steps"][0]


def test_tenants_that_are_absent_in_the_inventory_need_no_confirmation(runs):
    run = runs["leaving"]
    assert run.code == 0
    assert {name: row["status"] for name, row in run.report.items()} == dict.fromkeys(("leaving", "gone"), "offboarded")
    assert run.applied("leaving") == ["unauthorizeLibrary"] * 2 + ["removeApp"] * 2
    assert run.report["leaving"]["next_steps"] == []


def test_one_tenant_is_confirmed_on_the_command_line_and_the_inventory_should_say_so(runs):
    run = runs["one"]
    assert (run.code, run.report["birch"]["status"]) == (0, "offboarded")
    assert run.applied("birch") == ["unauthorizeLibrary"] * 3 + ["removeApp"] * 2
    assert "tracker_onboarding_state: absent" in run.report["birch"]["next_steps"][-1]


@pytest.mark.parametrize("name", ["preview", "onboard"])
def test_the_monthly_run_does_not_put_tracker_back(runs, name):
    for tenant in ("leaving", "gone"):
        row = runs[name].report[tenant]
        assert (row["status"], row["changed"], runs[name].calls(tenant)) == ("left_alone", False, [])
        assert "tracker_onboarding_state: absent" in row["next_steps"][0]
    failure = runs[name].report["misspelt"]["failure"]
    assert (failure["kind"], "present, absent, got: abesnt" in failure["msg"]) == ("bad_option", True)


def test_an_audit_of_what_is_to_be_absent_finds_it_gone_or_drifted(runs):
    found = runs["audit"].report
    assert {name: row["status"] for name, row in found.items()} == {"leaving": "drifted", "gone": "offboarded"}
    assert found["leaving"]["next_steps"][-1] == "To end the drift, preview an offboarding of this tenant, and run it."
    assert found["leaving"]["libraries"]["pending"] == []
    after = runs["audit after"].report
    assert {name: row["status"] for name, row in after.items()} == {"leaving": "offboarded", "gone": "offboarded"}
    assert not any(runs["audit"].writes(tenant) for tenant in found)
