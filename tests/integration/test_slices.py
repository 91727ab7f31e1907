# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tenants: the commands of the guide, run as written, and one report of slices, also in a controller."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import STAGES
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import merged_reports
from playbooks_support import Stage, keep, shell
from support.guides import Guide, changed
from support.results import libraries
from support.tree import ROOT

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/many-tenants.md")
PROGRESS, SLICES, MERGE, BUILD = GUIDE.commands
CONTROLLER = Guide("docs/automation-controller.md")
SLICED_TEMPLATE, MERGING_TEMPLATE = [block.text for block in CONTROLLER.blocks if block.heading == "Job slicing"]
TENANTS = [f"t{number:02}" for number in range(12)]
PATTERN = "out/*o*/artifacts/report.json"
OTHERS = "imanage_tenants:!t06:!t07:!t08"
NAMES = ("one", "two", "three", "four")
# The worker of the second slice takes its work and is killed.
KILLED = """#!/bin/sh
[ "$1" = worker ] || exec {real} "$@"
cat > {work}.$$
if grep -q 'imanage_tenants.3:5' {work}.$$; then kill -9 $$; fi
exec {real} worker < {work}.$$
"""
# Two jobs of automation controller, and the one after them.
WORKFLOW = """
job() {  # the number, the playbook, and what the controller gives it
  ansible-playbook -i tenants.yml -e run_name=june -e awx_job_id="$1" "imanage.control_center.$2" "${@:3}"
}
job 41 onboard -e @sliced.yml --limit 'imanage_tenants[0:5]' &
job 42 onboard -e @sliced.yml --limit 'imanage_tenants[6:11]' &
wait
job 43 merge_reports -e @merging.yml
"""


def left(folder):
    """What is in the report of a folder."""
    report = folder / "report.json"
    return json.loads(report.read_text(encoding="utf-8"))["tenants"] if report.exists() else None


def merge(folder, reports, name, options=""):
    """The exit code, the output and the merged report."""
    listed = json.dumps({"imanage_reports": [str(one) for one in reports]})
    command = f"ansible-playbook imanage.control_center.merge_reports -e imanage_report={name} -e '{listed}' {options}"
    return *shell(command, folder), left(folder / name)


def again_with_a_worker_that_dies(folder):
    """The commands of the guide in the folder where they ran before."""
    command = folder / "dying" / "ansible-runner"
    command.parent.mkdir()
    tools = Path(sys.executable).parent
    command.write_text(KILLED.format(real=tools / "ansible-runner", work=folder / "work"), encoding="utf-8")
    command.chmod(0o755)
    _code, output = shell(SLICES, folder, PATH=f"{command.parent}:{tools}:{os.environ['PATH']}")
    rc = [name for name in NAMES if (folder / "out" / name / "artifacts" / "rc").exists()]
    return output, rc, (*shell(MERGE, folder), left(folder / "merged"))


def in_controller(folder):
    """The recipe for automation controller, with another shared folder."""
    for name, text in {"sliced.yml": SLICED_TEMPLATE, "merging.yml": MERGING_TEMPLATE}.items():
        keep(folder, **{name: changed(text, **{"/shared/": f"{folder}/shared/"})})
    code, output = shell(WORKFLOW, folder)
    reports = sorted(path.relative_to(folder).as_posix() for path in (folder / "shared").rglob("report.json"))
    return code, output, left(folder / "shared" / "merged" / "june"), reports


def in_slices(folder):
    """What the slices left, and the report that the guide makes of it."""
    _code, output = shell(SLICES, folder)
    artifacts = {name: folder / "out" / name / "artifacts" for name in NAMES}
    # ansible-runner ends with 0 whatever happened, and a slice that left nothing failed as a whole.
    assert [name for name, path in artifacts.items() if not (path / "rc").exists()] == [], output
    return {
        "rc": {name: (path / "rc").read_text() for name, path in artifacts.items()},
        "status": {name: (path / "status").read_text() for name, path in artifacts.items()},
        "slices": {name: left(path) for name, path in artifacts.items()},
        "guide": (*shell(MERGE, folder), left(folder / "merged")),
        "files": sorted(path.name for path in (folder / "merged").iterdir()),
    }


def in_other_ways(folder):
    """Merges of the three slices where all is well, and of other things."""
    (folder / "empty.json").touch()
    (folder / "other.json").write_text('[{"tenant": 1}]')
    good = [f"out/{name}/artifacts/report.json" for name in ("one", "two", "four")]
    listed = json.dumps({"imanage_tenants": OTHERS.split(":")})
    return {
        "good": merge(folder, good, "good"),
        "wrong": merge(folder, ["empty.json", *good, "out/five/report.json", "other.json", good[1]], "wrong"),
        "none": merge(folder, [], "none"),
        "pattern": merge(folder, [PATTERN], "pattern"),
        "absent": merge(folder, good, "absent", "-i run/inventory"),
        "others": merge(folder, good, "others", f"-i run/inventory -e 'imanage_tenants={OTHERS}'"),
        "list": merge(folder, good, "list", f"-i run/inventory -e '{listed}'"),
        "nobody": merge(folder, good, "nobody", "-i run/inventory -e imanage_tenants=law_firms"),
        "out of range": merge(folder, good, "range", "-i run/inventory -e 'imanage_tenants=imanage_tenants[99]'"),
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Twelve tenants, one of them with a wrong password, in four slices, and several ways to merge their reports."""
    folder = tmp_path_factory.mktemp("slices")
    with Stage(folder / "stage") as stage:
        for name in TENANTS:
            stage.add(name, {"imanage_password": "guessed"} if name == "t07" else None)
        keep(folder, **{name: stage.inventory() for name in ("run/inventory/hosts.json", "tenants.yml")})
        progress = shell(f"{PROGRESS.strip()} --limit t00,t01", folder)
        stage.sandbox.clear_log()
        found = in_slices(folder)
        return {
            "progress": progress,
            "log": [entry.plain() for entry in stage.sandbox.log],
            **found,
            **in_other_ways(folder),
            "controller": in_controller(folder),
            "again": again_with_a_worker_that_dies(folder),
        }


def test_the_progress_is_told(run):
    code, output = run["progress"]
    assert code == 0, output
    assert re.search(r"^2 of 2 tenants done", output, re.MULTILINE), output


def test_each_tenant_is_in_exactly_one_slice(run):
    found = Counter(row["tenant"] for rows in run["slices"].values() for row in rows)
    assert found == dict.fromkeys(TENANTS, 1)
    signed_in = Counter(one["tenant"] for one in run["log"] if one["operation"] == "requestToken")
    # The plan, both applications, the token policy, the libraries. Two were done before, and one cannot sign in.
    assert signed_in == {**dict.fromkeys(TENANTS, 5), **dict.fromkeys(["t00", "t01", "t07"], 1)}


def test_a_failing_slice_is_visible_and_the_others_are_independent_of_it(run):
    assert run["rc"] == {"one": "0", "two": "0", "three": "2", "four": "0"}
    assert run["status"]["three"] == "failed"
    statuses = {row["tenant"]: row["status"] for rows in run["slices"].values() for row in rows}
    assert statuses == {**dict.fromkeys(TENANTS, "onboarded"), "t07": "failed"}


def test_the_guide_makes_one_report_of_them(run):
    code, output, merged = run["guide"]
    assert code == 2, "a tenant failed"
    assert merged == [row for name in NAMES for row in run["slices"][name]]
    assert run["files"] == ["report.csv", "report.html", "report.json"]
    assert "t07: failed" in output
    assert "t11: onboarded" in output
    assert "In none of the reports" not in output


def test_a_slice_that_dies_in_a_second_run_is_missed(run):
    output, rc, (code, told, merged) = run["again"]
    assert rc == ["one", "three", "four"], output
    assert code == 2
    assert "There is no report out/two/artifacts/report.json" in told
    assert "In none of the reports: t03, t04, t05." in told
    assert [row["tenant"] for row in merged] == [name for name in TENANTS if name not in ("t03", "t04", "t05")]


def test_the_recipe_for_automation_controller_makes_one_report(run):
    code, output, merged, reports = run["controller"]
    assert code == 2, "a tenant failed"
    assert reports == [f"shared/{name}/report.json" for name in ("merged/june", "reports/june/41", "reports/june/42")]
    assert [row["tenant"] for row in merged] == TENANTS
    assert re.findall(
        r"^failed: .*?\(item=(\S+?)\)", output.rpartition("TASK [Fail with the reason]")[2], re.MULTILINE
    ) == ["t07"]


@pytest.mark.parametrize("case", ["good", "others", "list"])
def test_a_merge_where_all_is_well_succeeds(run, case):
    code, output, merged = run[case]
    assert code == 0, output
    assert len(merged) == 9
    assert "[WARNING]: Could not match" not in output
    assert ("There is no inventory" in output) is (case == "good")


@pytest.mark.parametrize("case", ["nobody", "out of range"])
def test_tenants_that_the_inventory_has_not_are_a_mistake(run, case):
    code, output, merged = run[case]
    assert (code, merged) == (2, None)
    assert "so missing tenants would not be found. Give the inventory of the" in output


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("wrong", "There is no report "),
        ("wrong", "empty.json is empty"),
        ("wrong", "other.json is not what a playbook wrote"),
        ("wrong", "t03 is in "),
        ("absent", "In none of the reports: t06, t07, t08. Each tenant belongs in one slice."),
        ("pattern", f"{PATTERN} is a pattern, so missing tenants are found only with an inventory"),
    ],
)
def test_what_is_wrong_with_a_slice_fails_the_merge_after_the_report(run, case, words):
    code, output, merged = run[case]
    assert code == 2
    assert words in output
    assert {row["tenant"] for row in merged} == {row["tenant"] for row in run["good"][2]}


def test_a_merge_of_nothing_says_what_to_give(run):
    code, output, merged = run["none"]
    assert (code, merged) == (2, None)
    assert "imanage_reports must list the report.json of each slice" in output


ROW = {
    "tenant": "acme",
    "url": "",
    "status": "onboarded",
    "check_mode": False,
    "changed": False,
    "stages": dict.fromkeys(STAGES, "unchanged"),
    "libraries": libraries(),
    "next_steps": [],
}


def written(*rows, mode="run"):
    """A report of such results."""
    return {"report": {"mode": mode}, "tenants": list(rows)}


def merged_of(folder, *entries, tenants=()):
    """The tenants and the sentences of a merge in a folder with two reports, one of them named like a pattern."""
    for name, tenant in {"41/report.json": "acme", "4[2]/report.json": "birch"}.items():
        keep(folder, **{name: written({**ROW, "tenant": tenant})})
    found = merged_reports.merged([f"{folder}/{entry}" for entry in entries], tenants)
    return [row["tenant"] for row in found["results"]], [
        one["msg"].replace(f"{folder}/", "") for one in found["problems"]
    ]


def test_an_entry_may_be_a_pattern(tmp_path):
    assert merged_of(tmp_path, "*/report.json", tenants=["acme", "birch"]) == (["acme", "birch"], [])


def test_brackets_are_not_a_pattern(tmp_path):
    assert merged_of(tmp_path, "4[2]/report.json") == (["birch"], [])
    assert merged_of(tmp_path, "4[2]/*.json", tenants=["birch"]) == (["birch"], [])
    found = merged_of(tmp_path, "4[1]/report.json")
    assert found == ([], ["There is no report 4[1]/report.json: did its slice run to its end?"])


def test_a_file_of_exactly_that_name_is_not_a_pattern(tmp_path):
    keep(tmp_path, **{"4*/report.json": written({**ROW, "tenant": "cedar"})})
    assert merged_of(tmp_path, "4*/report.json") == (["cedar"], [])


def test_every_result_has_a_status_and_may_lack_what_an_older_report_has_not(tmp_path):
    new = {"remaining": [], "assumptions": [], "planned": None, "changes": [], "failure": None}
    keep(tmp_path, **{"new.json": written({**ROW, **new}), "null.json": written({**ROW, "status": None})})
    assert merged_of(tmp_path, "new.json") == (["acme"], [])
    tenants, (words,) = merged_of(tmp_path, "null.json")
    assert tenants == []
    assert ".status is not one of failed, left_alone, " in words


def test_a_pattern_that_finds_nothing_is_a_report_that_is_not_there(tmp_path):
    found = merged_of(tmp_path, "5*/report.json", "41/report.json", tenants=["acme"])
    assert found == (["acme"], ["There is no report 5*/report.json: did its slice run to its end?"])


def test_tenants_that_a_pattern_misses_are_named(tmp_path):
    _tenants, words = merged_of(tmp_path, "*/report.json", tenants=["acme", "cedar", "drake"])
    assert words == ["In none of the reports: cedar, drake. Each tenant belongs in one slice."]


def test_a_pattern_wants_to_know_the_tenants(tmp_path):
    tenants, (words,) = merged_of(tmp_path, "*/report.json")
    assert tenants == ["acme", "birch"]
    assert words.startswith("*/report.json is a pattern, so missing tenants are found only with an inventory")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A checkout where the collection and the context of an image were built."""
    checkout = tmp_path_factory.mktemp("image") / "checkout"
    ignored = shutil.ignore_patterns(".git", ".venv", ".cache", "demo-report", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, checkout, ignore=ignored)
    code, output = shell(BUILD, checkout)
    assert code == 0, output
    return checkout


def test_an_execution_environment_has_requests_in_it(checkout):
    context = checkout / "context"
    assert re.search(r"^requests", (context / "_build" / "requirements.txt").read_text(), re.MULTILINE)
    containerfile = (context / "Containerfile").read_text()
    tarball = next(checkout.glob("imanage-control_center-*.tar.gz")).name
    assert (context / "_build" / tarball).exists()
    assert tarball in (context / "_build" / "requirements.yml").read_text()
    assert "ansible-galaxy collection install" in containerfile


def test_a_builder_is_told_that_the_collection_needs_requests(checkout):
    collections = checkout.parent / "collections"
    collection = collections / "ansible_collections" / "imanage" / "control_center"
    tarball = next(checkout.glob("imanage-control_center-*.tar.gz"))
    code, output = shell(f"mkdir -p {collection} && tar -xzf {tarball} -C {collection}", checkout)
    assert code == 0, output
    # Where meta/execution-environment.yml is missing, a builder guesses by the names of files, and takes this one too.
    (collection / "bindep.txt").write_text("unneeded [platform:rpm]\n", encoding="utf-8")
    code, output = shell(f"ansible-builder introspect {collections}", checkout)
    assert code == 0, output
    needs = yaml.safe_load(output)
    assert [re.split(r"\W", line)[0] for line in needs["python"]] == ["requests"]
    assert needs["system"] == []
