# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to the role in playbooks of others, and the page of the role: every play, as it stands there."""

from __future__ import annotations

import json
import re
import sys

import pytest
from playbooks_support import Stage, catalog, keep, once, shell
from support.guides import Guide, changed

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/embedding-the-role.md")
PLAY, INVENTORY, RESCUE, SORT, CONCLUDE, SOME, TAGS, AUDIT, BASTION, GATEWAYS = GUIDE.yaml
(TRACKER_PAGE,) = Guide("roles/tracker_onboarding/README.md").yaml
FIRMS = ("acme", "birch", "cedar", "dune")
GROUPS = ["Partners", "Pilot", "IT"]
# The bastion is this machine: what Ansible gives to ssh runs here.
SSH = '#!/bin/sh\necho "$@" >>ssh.log\nfor last; do :; done\nexec sh -c "$last"\n'


class Runs:
    """Runs playbooks for the firms, and keeps how each ended."""

    def __init__(self, folder, stage):
        self.folder, self.stage, self.found = folder, stage, {}

    def take(self, name, *plays, options="", inventories=("firms.yml", "gateways.yml"), **environment):
        """Playbooks after one another, in one, under a name."""
        keep(self.folder, **{f"{name}.yml": "\n".join(plays)})
        given = " ".join(f"-i {one}" for one in inventories)
        self.stage.sandbox.clear_log()
        command = f"ansible-playbook {given} -e @passwords.json {options} {name}.yml"
        code, output = shell(command, self.folder, **environment)
        calls = [one.plain() for one in self.stage.sandbox.log]
        self.found[name] = {"code": code, "output": output, "calls": [one["operation"] for one in calls]}


def embedded(folder):
    """What each playbook printed and left."""
    with Stage(folder / "stage") as stage:
        client = {"id": "the-id-of-your-oauth-client"}
        special = {
            "birch": {"applications": catalog("iManage Tracker CC configuration")},
            "cedar": {"consent_required": True},
            "dune": {"groups": ["IT"]},
        }
        for name in FIRMS:
            common = {"client": client, "groups": GROUPS, "applications": catalog()}
            stage.add(name, **{**common, **special.get(name, {})})
        ssh = folder / "ssh"
        gateways = changed(GATEWAYS, **{"/usr/bin/python3": sys.executable})
        passwords = {"vaulted_passwords": {name: f"{name}-admin-password" for name in FIRMS}}
        keep(folder, stage.server.url, ssh=SSH, **{"firms.yml": INVENTORY, "gateways.yml": gateways})
        keep(folder, **{"passwords.json": passwords})
        ssh.chmod(0o700)
        runs = Runs(folder, stage)
        runs.take("play", PLAY)
        runs.take("failures", RESCUE, SORT, CONCLUDE)
        report = folder / "report" / "report.json"
        runs.found["report"] = json.loads(report.read_text(encoding="utf-8"))["tenants"]
        # Somebody makes the group.
        stage.sandbox.add({**stage.sandbox.tenant("dune").description, "groups": GROUPS})
        runs.take("well", AUDIT, SOME, TRACKER_PAGE)
        runs.take("tags", TAGS, options="--tags tracker")
        parts = {"not applied": "\n        apply:\n          tags: [tracker]", "no tags": "\n      tags: [tracker]"}
        stage_tag = "tracker_onboarding_authorization"
        of_stage = changed(TAGS, **{"\n      tags: [tracker]": f"\n      tags: [tracker, {stage_tag}]"})
        runs.take("stage", of_stage, options=f"--tags {stage_tag}")
        for name, part in parts.items():
            runs.take(name, changed(TAGS, **{part: ""}), options="--tags tracker")
        through = {"ANSIBLE_SSH_EXECUTABLE": str(ssh), "ANSIBLE_PIPELINING": "1"}
        runs.take("bastion", BASTION, options="-vvv --limit acme,bastion", **through)
        runs.found["ssh"] = (folder / "ssh.log").read_text(encoding="utf-8")
    return runs.found


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What each playbook left, made once."""
    return once(tmp_path_factory, "embedding_guide", lambda: embedded(tmp_path_factory.mktemp("embedding")))


def said(run, host):
    """What debug tasks said for a host."""
    return re.findall(rf'ok: \[{host}\] => \{{\n    "msg": (.*?)\n\}}', run["output"], re.DOTALL)


def test_each_status_has_its_task(runs):
    run = runs["play"]
    assert run["code"] == 2, "one firm failed"
    assert said(run, "acme")[0].startswith('"acme is ready: Perform the tasks')
    assert "Application name: iManage Tracker" in said(run, "birch")[0]
    assert "select Authorize for the library" in said(run, "cedar")[0]
    assert said(run, "dune") == []
    assert re.search(r"^dune .* failed=1 ", run["output"], re.MULTILINE)


def test_a_rescue_has_the_fact(runs):
    output = runs["failures"]["output"]
    assert "A ticket for birch: " in output
    assert "is neither among the tenant's applications nor in its catalog" in output
    assert "A ticket for dune: " in output
    assert "A ticket for cedar: " not in output


def test_the_firms_are_sorted_by_how_they_stand(runs):
    run = runs["failures"]
    assert any(line.startswith('"acme until 20') for line in said(run, "acme"))
    assert any("Pilot" in line for line in said(run, "dune"))


def test_the_report_of_the_playbooks_can_be_had(runs):
    run = runs["failures"]
    statuses = {row["tenant"]: row["status"] for row in runs["report"]}
    expected = {"acme": "onboarded", "birch": "awaiting_provisioning", "cedar": "awaiting_consent", "dune": "failed"}
    assert statuses == expected
    assert "birch: awaiting_provisioning" in run["output"]
    assert run["code"] == 2


def test_an_audit_says_what_differs_and_a_few_at_a_time_is_enough(runs):
    run = runs["well"]
    assert run["code"] == 0, run["output"]
    assert any("Added" in line for line in said(run, "dune"))
    assert run["output"].count("PLAY [Set up the law firms]") == 2, "two batches"


def test_the_play_of_the_role_s_page_does_what_it_says(runs):
    assert any("Perform the tasks" in line for line in said(runs["well"], "acme"))


def test_the_bastion_does_the_work(runs):
    run = runs["bastion"]
    assert run["code"] == 0, run["output"][-3000:]
    assert " bastion.example " in runs["ssh"]
    assert "listLibraryAuthorizations" in run["calls"]
    assert '"status": "onboarded"' in run["output"]


def test_a_tag_has_to_stand_twice_where_the_role_is_included(runs):
    assert runs["tags"]["code"] == 0, runs["tags"]["output"]
    assert "listApps" in runs["tags"]["calls"]
    assert "listLibraryAuthorizations" in runs["stage"]["calls"]
    assert (runs["not applied"]["calls"], runs["no tags"]["calls"]) == ([], [])
