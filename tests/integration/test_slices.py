# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tenants: the commands of the guide, run as they stand there, and the report that is made of slices."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter

import pytest
from playbooks_support import Stage, keep, once, shell
from support.guides import Guide
from support.tree import ROOT

PROGRESS, SLICES, MERGE, BUILD = Guide("docs/many-tenants.md").commands
TENANTS = [f"t{number:02}" for number in range(12)]
NAMES = ("one", "two", "three", "four")


def merge(folder, reports, name):
    """The exit code, the output and the merged report."""
    listed = json.dumps({"imanage_reports": [str(one) for one in reports]})
    code, output = shell(
        f"ansible-playbook imanage.control_center.merge_reports -e imanage_report={name} -e '{listed}'", folder
    )
    report = folder / name / "report.json"
    return code, output, json.loads(report.read_text(encoding="utf-8")) if report.exists() else None


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Twelve tenants, one of them with a wrong password, in four slices, and several ways to merge their reports."""

    def make():
        folder = tmp_path_factory.mktemp("slices")
        with Stage(folder / "stage") as stage:
            for name in TENANTS:
                stage.add(name, {"imanage_password": "guessed"} if name == "t07" else None)
            keep(folder, **{name: stage.inventory() for name in ("run/inventory/hosts.json", "tenants.yml")})
            progress = shell(f"{PROGRESS.strip()} --limit t00,t01", folder)
            stage.sandbox.clear_log()
            _code, output = shell(SLICES, folder)
            log = [entry.plain() for entry in stage.sandbox.log]
        artifacts = {name: folder / "out" / name / "artifacts" for name in NAMES}
        reports = {name: path / "report.json" for name, path in artifacts.items()}
        (folder / "empty.json").touch()
        (folder / "other.json").write_text('[{"tenant": 1}]')
        # ansible-runner ends with 0 whatever happened, and a slice that left nothing failed as a whole.
        assert [name for name, path in artifacts.items() if not (path / "rc").exists()] == [], output
        good = [reports[name] for name in ("one", "two", "four")]
        merged = shell(MERGE, folder)
        return {
            "progress": progress,
            "log": log,
            "rc": {name: (path / "rc").read_text() for name, path in artifacts.items()},
            "status": {name: (path / "status").read_text() for name, path in artifacts.items()},
            "slices": {name: json.loads(path.read_text(encoding="utf-8")) for name, path in reports.items()},
            "guide": (*merged, json.loads((folder / "merged" / "report.json").read_text(encoding="utf-8"))),
            "files": sorted(path.name for path in (folder / "merged").iterdir()),
            "good": merge(folder, good, "good"),
            "missing": merge(folder, [*good, folder / "out" / "five" / "report.json"], "missing"),
            "empty": merge(folder, [folder / "empty.json", *good], "empty"),
            "other": merge(folder, [*good, folder / "other.json"], "other"),
            "twice": merge(folder, [*good, reports["two"]], "twice"),
            "none": merge(folder, [], "none"),
        }

    return once(tmp_path_factory, "slices", make)


def test_the_progress_is_told(run):
    code, output = run["progress"]
    assert code == 0, output
    assert re.search(r"^2 of 2 tenants done", output, re.MULTILINE), output


def test_each_tenant_is_in_exactly_one_slice(run):
    found = Counter(row["tenant"] for rows in run["slices"].values() for row in rows)
    assert found == dict.fromkeys(TENANTS, 1)
    signed_in = Counter(one["tenant"] for one in run["log"] if one["operation"] == "requestToken")
    assert set(signed_in.values()) == {1}


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


def test_a_merge_where_all_is_well_succeeds(run):
    code, output, merged = run["good"]
    assert code == 0, output
    assert len(merged) == 9


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("missing", "There is no report "),
        ("empty", "empty.json is empty"),
        ("other", "other.json is not a list of results"),
        ("twice", "t03 is in "),
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
    assert "imanage_reports has to list the report.json of each slice" in output


def test_an_execution_environment_has_requests_in_it(tmp_path):
    checkout = tmp_path / "checkout"
    ignored = shutil.ignore_patterns(".git", ".venv", ".cache", "demo-report", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, checkout, ignore=ignored)
    code, output = shell(BUILD, checkout)
    assert code == 0, output
    context = checkout / "context"
    assert re.search(r"^requests", (context / "_build" / "requirements.txt").read_text(), re.MULTILINE)
    containerfile = (context / "Containerfile").read_text()
    tarball = next(checkout.glob("imanage-control_center-*.tar.gz")).name
    assert (context / "_build" / tarball).exists()
    assert tarball in (context / "_build" / "requirements.yml").read_text()
    assert "ansible-galaxy collection install" in containerfile
