# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a run from its work is said before anybody signs in, and no good report is lost to it."""

from __future__ import annotations

import json

import pytest
from playbooks_support import Stage, shell

pytestmark = pytest.mark.sweep

C = "imanage.control_center"
REPORT = ("report.json", "contract.json", "contract.txt")
# What is given, and what has to be said of it.
REFUSED = {
    "another group": (["-e", "imanage_tenants=law_firms"], "The inventory has no tenants law_firms"),
    "nobody left": (["--limit", "localhost"], "no hosts to target"),
    "no tenant left": (["--limit", "stranger"], "The inventory has no tenants imanage_tenants within --limit stranger"),
    "mistyped tag": (["--tags", "tracker_onbording"], "No task has the tag 'tracker_onbording'"),
    "one of two tags": (
        ["--tags", "tracker_onboarding_application,tracker_onboarding_polcy"],
        "'tracker_onboarding_polcy'",
    ),
    "mistyped skip": (["--skip-tags", "tracker_onboarding_autorization"], "'tracker_onboarding_autorization'"),
    "nothing that is always done": (
        ["--skip-tags", "always"],
        "Without the tag always, nothing checks that the run can begin",
    ),
    "empty plan": (["-e", "imanage_plan="], "The plan is given, but empty"),
    "no plan in a list": (["-e", '{"imanage_plan": []}'], "The plan is given, but empty"),
    "no such plan": (["-e", "imanage_plan=plans/friday.json"], "There is no plan plans/friday.json"),
    "no plan at all": (["-e", "imanage_plan=inventory.json"], "is not a plan that a preview wrote"),
    "mistyped status": (
        ["-e", "imanage_fail_on=failed,drfited"],
        "imanage_fail_on has 'drfited', which is not a status",
    ),
    "folder in a file": (["-e", "imanage_report=inventory.json/june"], "inventory.json is not a folder"),
    "serial in the inventory": ([], "imanage_serial has no effect in the inventory"),
    "tenants in the inventory": ([], "imanage_tenants has no effect in the inventory"),
    "a report for each": ([], "imanage_report is not the same for all tenants"),
    "a report for one": ([], "imanage_report is not the same for all tenants"),
    "a group that depends on nothing": (
        ["-e", '{"imanage_tenants": "{{ typo }}"}'],
        "imanage_tenants cannot be templated: 'typo' is undefined",
    ),
    "a serial that depends on nothing": (
        ["-e", '{"imanage_serial": "{{ typo }}"}'],
        "imanage_serial cannot be templated: 'typo' is undefined",
    ),
    "empty folder": (["-e", "imanage_report="], "imanage_report is given, but empty"),
}


# What hosts have in the inventory.
IN_THE_INVENTORY = {
    "serial in the inventory": {"birch": {"imanage_serial": 1}},
    "tenants in the inventory": {"acme": {"imanage_tenants": "acme"}, "birch": {"imanage_tenants": "acme"}},
    "a report for each": {"acme": {"imanage_report": "report"}, "birch": {"imanage_report": "other"}},
    "a report for one": {"birch": {"imanage_report": "report"}},
}
# Where a run is told to start: at a task that writes the report.
MIDDLES = {"onboard": "Write the files of the report", "verify_contract": "Write the report"}


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """The runs that are refused."""
    with Stage(tmp_path_factory.mktemp("begin")) as stage:
        stage.add("acme")
        stage.add("birch")
        inventory, usual = stage.inventory, stage.hosts
        stage.inventory = lambda group: {**inventory(group), "others": {"hosts": {"stranger": {}}}}
        runs = {}
        for name, (options, _words) in REFUSED.items():
            stage.hosts = {host: {**usual[host], **IN_THE_INVENTORY.get(name, {}).get(host, {})} for host in usual}
            report = None if "folder" in name or "a report" in name else "report"
            runs[name] = stage.run(*options, f"{C}.onboard", report=report)
        return runs


@pytest.mark.parametrize("name", REFUSED)
def test_what_keeps_a_run_from_its_work_is_said_before_anybody_signs_in(refused, name):
    run = refused[name]
    # Where Ansible itself ends, its number differs from core to core.
    assert (run.code in (1, 4)) if name in ("nobody left", "nothing that is always done") else run.code == 2, run.output
    assert REFUSED[name][1] in run.output
    assert not any(run.calls(tenant) for tenant in run.entries)
    assert run.files == {}


@pytest.mark.parametrize("playbook", ["onboard", "verify_contract"])
def test_no_inventory_is_a_mistake(tmp_path, playbook):
    code, output = shell(f"ansible-playbook {C}.{playbook}", tmp_path)
    assert (code, "The inventory has no tenants imanage_tenants" in output) == (2, True), output


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two hosts of one tenant, a tenant without its password, and starts in the middle."""
    with Stage(tmp_path_factory.mktemp("twice")) as stage:
        for name in ("acme", "birch", "cedar"):
            stage.add(name, {"imanage_customer_id": 1000 + len(stage.hosts)})
        stage.hosts["birch_uk"] = {**stage.hosts["birch"], "imanage_username": "admin@birch.example"}
        stage.hosts["birch_uk"]["imanage_password"] = "birch-admin-password"
        vault = {"vaulted_passwords": {"acme": "secret"}}
        stage.add("dune", {**vault, "imanage_password": "{{ vaulted_passwords[inventory_hostname] }}"})
        stage.common["imanage_fail_on"] = "drifted, onboarded"
        found = {"preview": stage.run(f"{C}.preview"), "onboard": stage.run(f"{C}.onboard")}
        found["audit"] = stage.run(f"{C}.audit", "--limit", "acme,birch,birch_uk")
        stage.common["imanage_fail_on"] = ["awaiting_consent"]
        found["merge"] = _merged(stage)
        kept = stage.where / "kept"
        for playbook, middle in MIDDLES.items():
            into = ("-e", f"imanage_report={kept}", "--limit", "acme", f"{C}.{playbook}")
            stage.run(*into, report=None)
            before = {name: (kept / name).read_text() for name in REPORT if (kept / name).exists()}
            run = stage.run("--start-at-task", middle, *into, report=None)
            found[f"{playbook} in the middle"] = (run, before, {name: (kept / name).read_text() for name in before})
        return found


def _merged(stage):
    """A merge of the onboarding, by the inventory's imanage_fail_on and by that of -e."""
    reports = json.dumps({"imanage_reports": [str(stage.where / "run2" / "report" / "report.json")]})
    return [stage.run("-e", reports, *more, f"{C}.merge_reports") for more in ((), ("-e", "imanage_fail_on=onboarded"))]


@pytest.mark.parametrize("name", ["preview", "onboard"])
def test_two_hosts_of_one_tenant_fail_and_name_each_other_and_the_others_go_on(runs, name):
    run = runs[name]
    for tenant, other in {"birch": "birch_uk", "birch_uk": "birch"}.items():
        failure = run.report[tenant]["failure"]
        assert failure["kind"] == "bad_option"
        assert f"{other} has the customer number 1001 at" in failure["msg"]
        assert run.report[tenant]["url"].startswith("http://127.0.0.1")
    assert run.calls("birch") == []
    assert [run.report[tenant]["status"] for tenant in ("acme", "cedar")] == ["onboarded"] * 2
    assert bool(run.applied("cedar")) is (name == "onboard")


def test_two_hosts_of_one_tenant_are_a_warning_of_an_audit(runs):
    run = runs["audit"]
    assert {name: row["status"] for name, row in run.report.items()} == {
        "acme": "onboarded",
        "birch": "drifted",
        "birch_uk": "drifted",
    }
    assert sum("has the customer number 1001" in one for one in run.warnings) == 2


def test_a_missing_entry_of_the_vault_names_the_tenant_and_the_variable(runs):
    failure = runs["onboard"].report["dune"]["failure"]
    assert failure["kind"] == "bad_option"
    assert "imanage_password of dune cannot be templated: vaulted_passwords has no entry 'dune'." in failure["msg"]


def test_the_inventory_says_which_statuses_fail_a_run(runs):
    for name in ("onboard", "audit"):
        run = runs[name]
        assert run.code == 2
        failed = {tenant for tenant, counters in run.recap.items() if counters["failed"]}
        assert failed == set(run.report)
    assert "cedar is onboarded, and imanage_fail_on has this status." in runs["onboard"].output
    by_inventory, by_command = runs["merge"]
    # The three that had failed fail a merge in any case.
    assert ("item=acme" in by_inventory.output, "item=acme" in by_command.output) == (False, True)
    assert (by_inventory.code, by_command.code) == (2, 2)


def test_the_report_has_a_head_that_says_which_run_it_was(runs):
    about = runs["audit"].about
    assert list(about) == ["playbook", "mode", "at", "user", "limit", "plan", "totals"]
    assert (about["playbook"], about["mode"], about["limit"]) == ("audit", "audit", "acme,birch,birch_uk")
    assert about["user"]
    assert about["plan"] is None
    assert [runs[name].about["mode"] for name in ("preview", "onboard")] == ["preview", "run"]
    assert [(one.about["playbook"], one.about["mode"]) for one in runs["merge"]] == [("merge_reports", "run")] * 2


@pytest.mark.parametrize("playbook", MIDDLES)
def test_a_start_in_the_middle_does_not_replace_a_good_report_with_an_empty_one(runs, playbook):
    run, before, after = runs[f"{playbook} in the middle"]
    assert run.code == 2
    assert before
    assert before == after
