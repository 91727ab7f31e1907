# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first tenant, by its guide from the installation on, and by the README: commands and files as written."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from playbooks_support import AT_THE_VAULT, Stage, encrypt, keep, shell
from support.guides import Guide, changed, tenant
from support.tree import ROOT

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/your-first-tenant.md")
ACTIVATE, INSTALL, CREATE, SIGN_IN, PREVIEW, ONBOARD = GUIDE.commands
INVENTORY, VAULT, SIGN_IN_PLAY = GUIDE.yaml
README = Guide("README.md")
(README_PREVIEW,) = README.commands
(README_INVENTORY,) = README.yaml
LIBRARIES = ["ACTIVE", "ARCHIVE", "SPM"]
WRITES = ("PATCH", "PUT", "DELETE")


def followed(folder):
    """Every step of the guide, with what it printed and what Control Center saw."""
    with Stage(folder / "stage") as stage:
        stage.sandbox.add(tenant("acme", 101, libraries=LIBRARIES))
        (folder / "imanage.control_center").symlink_to(ROOT)
        (folder / "venv").symlink_to(Path(sys.executable).parent.parent)
        keep(folder, stage.server.url, **{"tenants.yml": INVENTORY, "vault": VAULT, "sign-in.yml": SIGN_IN_PLAY})
        found = {}

        def step(name, command):
            stage.sandbox.clear_log()
            code, output = shell(
                f"{ACTIVATE}{command}",
                folder,
                AT_THE_VAULT,
                ANSIBLE_COLLECTIONS_PATH=str(folder / "collections"),
                EDITOR="cp vault",
                PAGER="cat",
            )
            written = [one.operation for one in stage.sandbox.log if one.method in WRITES]
            found[name] = {"code": code, "output": output, "written": written}

        step("install", changed(INSTALL, **{"install imanage": "install ./imanage"}))
        step("create", CREATE)
        found["vaulted"] = (folder / "passwords.vault.yml").read_text(encoding="utf-8")
        step("sign-in", SIGN_IN)
        step("preview", PREVIEW)
        step("onboard", ONBOARD)
        step("again", ONBOARD)
        found["files"] = {name: sorted(one.name for one in (folder / name).iterdir()) for name in ("preview", "done")}
        found["modes"] = {one.stat().st_mode & 0o077 for name in found["files"] for one in (folder / name).iterdir()}
        found["url"] = stage.server.url
    return found


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """What each step of the guide left, made once."""
    return followed(tmp_path_factory.mktemp("first"))


def test_every_step_succeeds(steps):
    for name in ("install", "create", "sign-in", "preview", "onboard", "again"):
        assert steps[name]["code"] == 0, steps[name]["output"]


def test_the_collection_is_installed_and_explains_itself(steps):
    installed = r"imanage\.control_center:\S+ was installed successfully"
    assert re.search(installed, steps["install"]["output"])
    assert "It is a good first task for a new tenant" in " ".join(steps["install"]["output"].split())


def test_the_password_is_in_no_file_and_no_output(steps):
    assert steps["vaulted"].startswith("$ANSIBLE_VAULT;")
    outputs = [step["output"] for step in steps.values() if isinstance(step, dict) and "output" in step]
    assert [output for output in outputs if "the password of" in output] == []


@pytest.mark.parametrize(
    ("heading", "step", "place"),
    [
        ("Sign-in test", "sign-in", 0),
        ("Preview", "preview", 0),
        ("Onboarding", "onboard", 0),
        ("Onboarding", "again", 1),
    ],
)
def test_the_guide_shows_what_the_step_prints(steps, heading, step, place):
    shown = [block.text for block in GUIDE.blocks if (block.heading, block.language) == (heading, "text")]
    assert shown[place].replace("https://cloudimanage.com", steps["url"]) in steps[step]["output"]


def test_the_sign_in_the_preview_and_a_second_run_write_nothing(steps):
    assert [steps[name]["written"] for name in ("sign-in", "preview", "again")] == [[], [], []]
    assert steps["onboard"]["written"].count("updateApp") == 2


def test_the_report_is_for_its_owner(steps):
    assert steps["files"] == {
        "preview": ["changes.html", "plan.json", "report.csv", "report.html", "report.json"],
        "done": ["report.csv", "report.html", "report.json"],
    }
    assert steps["modes"] == {0}


def test_the_readme_previews_its_inventory(tmp_path):
    with Stage(tmp_path / "stage") as stage:
        stage.sandbox.add(tenant("acme", 101, libraries=LIBRARIES))
        encrypt(tmp_path, "passwords.vault.yml", vaulted_passwords={"acme": "the password of admin@acme.example"})
        keep(tmp_path, stage.server.url, **{"tenants.yml": README_INVENTORY})
        code, output = shell(README_PREVIEW, tmp_path, AT_THE_VAULT)
        assert code == 0, output
        assert not [one for one in stage.sandbox.log if one.method in WRITES]
    (row,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["tenants"]
    assert (row["tenant"], row["status"], row["customer_id"]) == ("acme", "onboarded", 101)
