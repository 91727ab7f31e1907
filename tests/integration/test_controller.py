# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to automation controller: its project and its data, played as a controller would, against the sandbox."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from playbooks_support import VAULT_PASSWORD, Stage, keep, shell
from support.controller import DATA, extra_variables, injected, survey
from support.guides import Guide
from support.places import CLIENT_ID

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/automation-controller.md")
PREVIEW, ONBOARD = [block.text for block in GUIDE.blocks if block.heading == "Project"]
PROJECT = {"preview.yml": PREVIEW, "onboard.yml": ONBOARD, "audit.yml": ONBOARD.replace("onboard", "audit")}
TEMPLATES = {one["playbook"]: one for one in DATA["controller_templates"]}
WORKFLOW = DATA["controller_workflows"][0]
ASKED = {"imanage_tenants": survey(WORKFLOW)["imanage_tenants"]["default"]}


class Controller:
    """Runs jobs: a playbook of the project, with what the controller gives it, and the plan that it hands over."""

    def __init__(self, folder, inputs):
        self.folder, self.environment, self.number = folder, injected(inputs), 40

    def job(self, playbook, answers=None, artifacts=None):
        """The exit code, the output, the artifacts and the folder of a job."""
        self.number += 1
        shared = json.loads(json.dumps(TEMPLATES[playbook]).replace("/shared/", f"{self.folder}/shared/"))
        keep(self.folder, **{"extravars.json": extra_variables(shared, self.number, answers or {}, artifacts)})
        given = "-i inventory/hosts -e @extravars.json --vault-password-file vault-password"
        code, output = shell(
            f"ansible-playbook {given} project/{playbook}",
            self.folder,
            ANSIBLE_SHOW_CUSTOM_STATS="1",
            **self.environment,
        )
        stats = re.findall(r"^\s*RUN: (\{.*\})", output, re.MULTILINE)
        return (
            code,
            output,
            json.loads(stats[0]) if stats else {},
            self.folder / "shared" / "imanage" / str(self.number),
        )


def left(folder):
    """The status of each tenant, as the report of a job says."""
    return {row["tenant"]: row["status"] for row in json.loads((folder / "report.json").read_text())["tenants"]}


def kept(folder, stage):
    """The inventory as a controller keeps it and gives it to a job; address and client are in the credential."""
    inventory = stage.inventory()
    for name in ("imanage_url", "imanage_client_id"):
        inventory["imanage_tenants"]["vars"].pop(name, None)
    keep(folder, **{"tenants.yml": re.sub(r'"(!vault) (.*?)"', r'\1 "\2"', json.dumps(inventory))})
    code, exported = shell("ansible-inventory -i tenants.yml --list --export", folder)
    assert code == 0, exported
    keep(
        folder,
        **{"inventory/hosts": f"#!/bin/sh\ncat <<'END'\n{exported}\nEND\n", "vault-password": f"{VAULT_PASSWORD}\n"},
    )
    (folder / "inventory" / "hosts").chmod(0o700)
    keep(folder, **{f"project/{name}": text for name, text in PROJECT.items()})
    return exported


def encrypted(folder, text):
    """A text as ansible-vault encrypts a single value, for a line of JSON."""
    keep(folder, **{"vault-password": f"{VAULT_PASSWORD}\n"})
    command = "ansible-vault encrypt_string --vault-password-file vault-password --stdin-name password"
    code, output = shell(f"printf {text} | {command}", folder)
    assert code == 0, output
    value = "\n".join(line.strip() for line in output[output.index("$ANSIBLE_VAULT") :].splitlines() if line.strip())
    return f"!vault {value}"


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """Two tenants with encrypted passwords: a job without a plan, the workflow, an audit."""
    folder = tmp_path_factory.mktemp("controller")
    with Stage(folder / "stage") as stage:
        for name in ("acme", "birch"):
            stage.add(name, {"imanage_password": encrypted(folder, f"{name}-admin-password")})
        found = {"inventory": kept(folder, stage)}
        controller = Controller(folder, {"url": stage.server.url, "client_id": CLIENT_ID})
        found["unplanned"] = controller.job("onboard.yml", ASKED)
        found["preview"] = controller.job("preview.yml", ASKED)
        stage.add("cedar", {"imanage_password": encrypted(folder, "cedar-admin-password")})
        kept(folder, stage)
        found["onboard"] = controller.job("onboard.yml", ASKED, found["preview"][2])
        found["audit"] = controller.job("audit.yml", {"imanage_tenants": "acme,birch"})
        found["files"] = {path.name for path in found["preview"][3].iterdir()}
    return found


def test_the_controller_keeps_the_passwords_encrypted(several):
    assert several["inventory"].count("$ANSIBLE_VAULT") == 2
    assert "admin-password" not in several["inventory"]


def test_without_a_plan_nobody_is_onboarded(several):
    code, output, artifacts, _folder = several["unplanned"]
    assert code == 2
    assert "Nobody signed in." in output
    assert artifacts == {}


def test_the_preview_hands_its_plan_over(several):
    code, output, artifacts, folder = several["preview"]
    assert code == 0, output
    assert artifacts == {"imanage_plan": f"{folder}/plan.json"}
    assert {"changes.html", "plan.json", "report.json"} <= several["files"]
    assert left(folder) == {"acme": "onboarded", "birch": "onboarded"}


def test_what_was_approved_is_onboarded_and_nothing_else(several):
    code, output, _artifacts, folder = several["onboard"]
    assert code == 0, output
    assert left(folder) == {"acme": "onboarded", "birch": "onboarded", "cedar": "left_alone"}


def test_the_audit_of_the_night_finds_them_onboarded(several):
    code, output, _artifacts, folder = several["audit"]
    assert code == 0, output
    assert left(folder) == {"acme": "onboarded", "birch": "onboarded"}


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    """A tenant whose account is in the credential, a second one that has none, and the audit of both."""
    folder = tmp_path_factory.mktemp("single")
    with Stage(folder / "stage") as stage:
        stage.add("acme", {"imanage_customer_id": 1000}, by_password=False)
        stage.add("birch", {"imanage_customer_id": 1001}, by_password=False)
        kept(folder, stage)
        account = {"username": "admin@acme.example", "password": "acme-admin-password"}
        controller = Controller(folder, {"url": stage.server.url, "client_id": CLIENT_ID, **account})
        return controller.job("audit.yml", ASKED)


def test_the_account_of_the_credential_is_refused_for_a_second_tenant(single):
    code, output, _artifacts, folder = single
    assert code == 2
    assert left(folder) == {"acme": "drifted", "birch": "failed"}
    assert "acme-admin-password" not in output
    rows = {row["tenant"]: row for row in json.loads((folder / "report.json").read_text())["tenants"]}
    assert rows["birch"]["failure"]["kind"] == "wrong_tenant"


def test_a_controller_finds_the_playbooks_of_the_project():
    for name, text in PROJECT.items():
        assert re.search(r"^\s*-?\s*(hosts|ansible\.builtin\.import_playbook):", text, re.MULTILINE), name
        assert yaml.safe_load(text)[-1]["ansible.builtin.import_playbook"] == f"imanage.control_center.{name[:-4]}"


def test_the_blocks_of_the_guide_are_those_that_are_tried():
    assert {block.heading for block in GUIDE.blocks} == {
        "Project",
        "Job slicing",
        "Notifications: Teams, Slack, ServiceNow",
    }
