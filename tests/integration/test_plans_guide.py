# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to check mode and plans: its commands and files, as written."""

from __future__ import annotations

import json
import operator
import re

import pytest
import yaml
from playbooks_support import Stage, app, keep, shell
from sandbox.people import Library
from support.guides import Guide, changed, every_guide
from support.places import SIGNING

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/check-mode-and-plans.md")
PREVIEW, APPROVED, OFFBOARD, RECORDED = GUIDE.commands
(CONFIGURATION,) = GUIDE.ini
(LINE,) = GUIDE.json
ELSEWHERE = "/var/log/"


class Runs:
    """Runs commands in a folder, and keeps how each ended and what it did."""

    def __init__(self, folder, stage):
        self.folder, self.stage, self.found = folder, stage, {}

    def take(self, name, command, answers=None):
        """One command, under a name."""
        self.stage.sandbox.clear_log()
        code, output = shell(command, self.folder, answers)
        log = [one for one in self.stage.sandbox.log if one.method != "GET" and one.operation not in SIGNING]
        self.found[name] = {"code": code, "output": output, "writes": [(one.tenant, one.operation) for one in log]}


def records(path):
    """The lines of a record of changes."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def done(folder):
    """What each command left."""
    with Stage(folder / "stage") as stage:
        for name in ("acme", "birch"):
            stage.add(name)
        keep(folder, **{"tenants.yml": stage.inventory()})
        runs = Runs(folder, stage)
        runs.take("preview", PREVIEW)
        runs.found["files"] = {name: {one.name for one in (folder / name).iterdir()} for name in ("plan",)}
        # Somebody else was faster at birch, and a library is new there.
        birch = stage.sandbox.tenant("birch")
        birch.application("tracker").set_status("enabled", stage.sandbox.now())
        birch.libraries.append(Library("LATE"))
        runs.take("approved", APPROVED)
        runs.found["statuses"] = {
            row["tenant"]: row for row in json.loads((folder / "done" / "report.json").read_text())["tenants"]
        }
        stage.add("cedar")
        keep(folder, **{"tenants.yml": stage.inventory()})
        runs.take("recorded", changed(RECORDED, **{ELSEWHERE: "./"}))
        runs.found["lines"] = records(folder / "imanage-changes.jsonl")
        keep(folder, **{"ansible.cfg": changed(CONFIGURATION, **{ELSEWHERE: f"{folder}/configured-"})})
        runs.take("offboard", OFFBOARD)
        runs.found["configured"] = records(folder / "configured-imanage-changes.jsonl")
        runs.found["left"] = {one.name for one in (folder / "offboarded").iterdir()}
        runs.found["snapshots"] = stage.snapshots()
    return runs.found


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What each command left, made once."""
    return done(tmp_path_factory.mktemp("runs"))


def test_a_preview_leaves_what_its_guide_says(runs):
    assert runs["preview"]["code"] == 0, runs["preview"]["output"]
    assert runs["preview"]["writes"] == []
    rows = re.findall(r"^\| (`.*?) \|", GUIDE.text.partition("\n## Assumptions")[0], re.MULTILINE)
    assert runs["files"]["plan"] == {name for row in rows for name in re.findall(r"`(.+?)`", row)}


def test_only_what_was_approved_is_done(runs):
    assert runs["approved"]["code"] == 0, runs["approved"]["output"]
    acme, birch = (runs["statuses"][name] for name in ("acme", "birch"))
    assert (acme["status"], birch["status"]) == ("onboarded", "incomplete")
    assert [(row["library"], row["reason"]) for row in birch["remaining"]] == [("LATE", "appeared_after_plan")]
    assert [runs["approved"]["writes"].count((name, "updateApp")) for name in ("acme", "birch")] == [2, 1]


def test_each_write_is_a_line_like_that_of_the_guide(runs):
    assert runs["recorded"]["code"] == 0, runs["recorded"]["output"]
    written = runs["recorded"]["writes"]
    recorded = [(one["tenant"], one["operation"]) for one in runs["lines"]]
    # Each tenant's writes are in their order. Two tenants write at once.
    by_tenant = operator.itemgetter(0)
    assert sorted(recorded, key=by_tenant) == sorted(written, key=by_tenant) != []
    wanted = json.loads(LINE)
    (line,) = [
        one for one in runs["lines"] if (one["ids"].get("app_id"), one["operation"]) == ("tracker-cc", "updateApp")
    ]
    same = ("operation", "outcome", "failure", "before", "after", "body")
    assert {name: line[name] for name in same} == {name: wanted[name] for name in same}
    assert set(line) == set(wanted)


def test_the_configuration_records_as_well(runs):
    assert runs["configured"], "offboarding wrote"
    assert [(one["tenant"], one["operation"]) for one in runs["configured"]] == runs["offboard"]["writes"]


def test_offboarding_one_tenant_leaves_the_other(runs):
    assert runs["offboard"]["code"] == 0, runs["offboard"]["output"]
    assert runs["offboard"]["output"].count("acme: would be offboarded") == 1, "the preview"
    assert runs["offboard"]["output"].count("acme: offboarded (changed)") == 1
    assert app(runs["snapshots"]["acme"], "tracker")["status"] == "available"
    assert app(runs["snapshots"]["birch"], "tracker")["status"] == "enabled"
    assert runs["left"] == {"report.html", "report.json", "report.csv"}


DOCUMENTED = {
    command for guide in every_guide().values() for command in re.findall(r"`(ansible-doc [^`]+)`", guide.text)
}


@pytest.mark.parametrize("command", sorted(DOCUMENTED))
def test_every_page_of_ansible_doc_that_a_guide_names_is_there(command, tmp_path):
    code, output = shell(f"{command} --json", tmp_path)
    assert code == 0, output
    # A preview of ansible-core 2.22 warns of a collection of its own.
    assert yaml.safe_load(re.sub(r"^\[WARNING\]: Collection at '\S+/_protomatter' .*\n", "", output))
