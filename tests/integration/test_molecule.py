# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenario of Molecule: what it plays in which order, and that each play did what it is for."""

from __future__ import annotations

import importlib.util
import re

import pytest
import yaml
from playbooks_support import shell
from sandbox import sandbox_from_file
from support.tree import ROOT

SCENARIO = ROOT / "extensions" / "molecule" / "default"
SEQUENCE = ["destroy", "create", "converge", "idempotence", "verify", "side_effect", "destroy"]


def read(name):
    """A file of the scenario."""
    return yaml.safe_load((SCENARIO / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The exit code and the output of molecule test."""
    if importlib.util.find_spec("molecule") is None:
        pytest.skip("Molecule is not installed; make test-all and make molecule install it")
    ephemeral = tmp_path_factory.mktemp("molecule")
    environment = {"ANSIBLE_HOME": str(ephemeral / "home"), "MOLECULE_EPHEMERAL_DIRECTORY": str(ephemeral)}
    return shell("molecule test", ROOT, NO_COLOR="1", **environment)


@pytest.fixture
def output(done):
    """What it said."""
    return done[1]


def played(output, action):
    """What the last play of an action said."""
    return output.rpartition(f"[default > {action}] Executing\n")[2].partition(f"[default > {action}] Executed")[0]


def changes(output, action):
    """How many tasks changed something, of each host of an action."""
    return {
        host: int(count) for host, count in re.findall(r"^(\w+) +: ok=\d+ +changed=(\d+)", played(output, action), re.M)
    }


def test_the_scenario_says_its_order_and_has_its_playbooks():
    molecule = read("molecule.yml")
    assert molecule["scenario"]["test_sequence"] == SEQUENCE
    assert {"driver", "platforms", "provisioner"} & {*molecule} == set()
    playbooks = molecule["ansible"]["playbooks"]
    assert {*SEQUENCE} - {*playbooks} == {"idempotence"}  # plays converge.yml again
    assert {*playbooks.values()} == {path.name for path in SCENARIO.glob("*.yml")} - {"molecule.yml"}


def test_the_scenario_wants_of_each_tenant_all_its_libraries():
    tenants = {tenant.name: tenant for tenant in sandbox_from_file(ROOT / "tests" / "sandbox" / "demo.yml").tenants}
    hosts = read("inventory/law_firms.yml")["law_firms"]["hosts"]
    assert {host["wanted_status"] for host in hosts.values()} == {"onboarded", "drifted"}
    for name, host in hosts.items():
        wanted = [library for libraries in host["wanted_libraries"].values() for library in libraries]
        assert wanted == [library.id for library in tenants[name].libraries]


@pytest.mark.sweep
def test_every_action_of_the_scenario_ends_well(done, output):
    assert done[0] == 0, output
    assert re.findall(r"^default > (\w+): Executed: (.*?) *$", output, re.M) == [
        (one, "Successful") for one in SEQUENCE
    ]


@pytest.mark.sweep
def test_the_role_changes_each_tenant_once_and_takes_it_back(output):
    tenants = {*read("inventory/law_firms.yml")["law_firms"]["hosts"]}
    for action, changing in (("converge", True), ("idempotence", False), ("verify", False), ("side_effect", True)):
        counts = changes(output, action)
        assert {*counts} == tenants, action
        assert {count > 0 for count in counts.values()} == {changing}, action


@pytest.mark.sweep
@pytest.mark.parametrize("action", ["verify", "side_effect"])
def test_each_tenant_was_compared(output, action):
    compared = played(output, action).partition("TASK [Compare ")[2].partition("PLAY RECAP")[0]
    assert {*re.findall(r"^ok: \[(\w+)\]", compared, re.M)} == {*read("inventory/law_firms.yml")["law_firms"]["hosts"]}


@pytest.mark.sweep
def test_no_sandbox_is_left_running(output):
    ended = played(output, "destroy").partition("TASK [End its process]")[2]
    assert ended.split("\n")[1] == "changed: [localhost]"
    assert "ok: [localhost]" in ended.partition("TASK [Wait until it has ended]")[2].partition("TASK [")[0]
