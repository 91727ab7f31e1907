# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide from a spreadsheet of tenants to an audit on a schedule: its files and its commands, as written."""

from __future__ import annotations

import json

import pytest
from playbooks_support import AT_THE_VAULT, Stage, encrypt, keep, shell
from support.guides import Guide, tenant

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/two-hundred-tenants.md")
GRAPH, PREVIEW, FIRST, ALL, EXPORT, AUDIT = GUIDE.commands
CONFIGURATION, VARIABLES = GUIDE.yaml
(SHEET,) = [block.text for block in GUIDE.blocks if block.language == "csv"]
NUMBERS = {"acme": 101, "birch": 102, "cedar": 103}


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """What each command printed, and the reports that they left."""
    folder = tmp_path_factory.mktemp("firms")
    with Stage(folder / "stage") as stage:
        for name, number in NUMBERS.items():
            libraries = ["ACTIVE", "ARCHIVE", *(["HR"] if name == "acme" else [])]
            stage.sandbox.add(tenant(name, number, libraries=libraries, consent_required=name == "cedar"))
        vaulted = {name: f"the password of admin@{name}.example" for name in NUMBERS}
        encrypt(folder, "passwords.vault.yml", vaulted_passwords=vaulted)
        files = {"firms.csv": SHEET, "firms.tenants.yml": CONFIGURATION, "group_vars/imanage_tenants.yml": VARIABLES}
        keep(folder, stage.server.url, **files)
        found = {}

        def step(name, command, report=None):
            found[name] = shell(command, folder, AT_THE_VAULT)
            if report:
                rows = json.loads((folder / report / "report.json").read_text(encoding="utf-8"))["tenants"]
                found[f"{name}, report"] = {row["tenant"]: row["status"] for row in rows}

        step("graph", GRAPH)
        step("preview", PREVIEW, "preview")
        step("first", FIRST, "onboarded")
        step("all", ALL, "onboarded")
        # Control Center asks no person any more, in place of one who authorizes.
        stage.sandbox.tenant("cedar").consent_required = False
        step("again", ALL, "onboarded")
        step("export", EXPORT)
        step("audit", AUDIT, "audit")
        found["files"] = sorted(path.name for path in (folder / "host_vars").iterdir())
        found["calendar"] = (folder / "audit" / "renewals.ics").exists()
        stage.sandbox.tenant("birch").application("tracker").set_status("disabled", stage.sandbox.now())
        found["night"] = shell(AUDIT, folder, AT_THE_VAULT)
    return found


@pytest.mark.parametrize("step", ["graph", "preview", "first", "all", "again", "export", "audit"])
def test_each_step_succeeds(followed, step):
    code, output = followed[step]
    assert code == 0, output


def test_the_regions_are_groups(followed):
    output = followed["graph"][1]
    assert "@region_eu" in output
    assert "@region_us" in output


def test_all_tenants_are_onboarded_and_one_waits_for_a_person(followed):
    done = dict.fromkeys(NUMBERS, "onboarded")
    assert followed["first, report"] == {"acme": "onboarded"}
    assert followed["all, report"] == {**done, "cedar": "awaiting_consent"}
    assert followed["again, report"] == followed["audit, report"] == done
    assert followed["files"] == ["acme.yml", "birch.yml", "cedar.yml"]
    assert followed["calendar"]


def test_a_night_after_a_change_fails(followed):
    code, output = followed["night"]
    assert code == 2
    assert "birch: drifted" in output
