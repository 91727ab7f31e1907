# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal of make sandbox: tenants of every kind, and a playbook over them by the command that it prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playbooks_support import shell
from sandbox import Sandbox, rehearsal
from support.environment import clean_environment

# The kind of each tenant, and what an onboarding makes of it.
ENDS = {
    "new": "onboarded",
    "onboarded": "onboarded",
    "ends soon": "onboarded",
    "has expired": "onboarded",
    "has a new library": "onboarded",
    "pilot": "onboarded",
    "waits for iManage": "awaiting_provisioning",
    "asks a person": "awaiting_consent",
    "for people only": "awaiting_consent",
    "hides a library": "incomplete",
    "may not manage": "failed",
}


@contextmanager
def rehearsing(folder, *arguments):
    """What the sandbox says at its start. Its last line is a command."""
    command = [sys.executable, "-m", "sandbox", *arguments, "--inventory", "rehearsal"]
    environment = {**clean_environment(os.environ), "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        told = []
        for line in process.stdout:
            told.append(line)
            if line.endswith("imanage.control_center.preview\n"):
                break
        try:
            yield "".join(told)
        finally:
            process.terminate()


def play(told, folder, playbook):
    """The exit code of a playbook, run by the command that was printed, and the tenants of its report."""
    command = told.splitlines()[-1].replace("center.preview", f"center.{playbook}")
    code, output = shell(f"{command} -e imanage_report=report", folder)
    assert (folder / "report" / "report.json").exists(), output
    return code, json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))["tenants"]


def test_every_kind_of_tenant_ends_as_it_has_to(tmp_path):
    with rehearsing(tmp_path, "--tenants", str(len(ENDS)), "--seed", "7") as told:
        assert f"{len(ENDS)} tenants of {len(ENDS)} kinds. Seed 7 makes the same ones again." in told
        code, rows = play(told, tmp_path, "onboard")
    assert code == 2
    assert [row["status"] for row in rows] == list(ENDS.values())


def test_the_kinds_are_known_here():
    assert list(rehearsal.KINDS) == list(ENDS)


def test_a_seed_makes_the_same_tenants_again():
    assert rehearsal.tenants(30, 7) == rehearsal.tenants(30, 7) != rehearsal.tenants(30, 8)
    assert len(Sandbox(rehearsal.tenants(200, 7)).tenants) == 200


@pytest.mark.sweep
def test_own_tenants_have_an_inventory_too(tmp_path):
    own = {"tenants": rehearsal.tenants(2, 1)}
    (tmp_path / "own.yml").write_text(json.dumps(own), encoding="utf-8")
    with rehearsing(tmp_path, "--tenants", "own.yml") as told:
        assert re.search(r"firm-001 .*: sign in as admin@firm-001.example", told)
        code, rows = play(told, tmp_path, "preview")
    assert (code, [row["status"] for row in rows]) == (0, ["onboarded", "onboarded"])
