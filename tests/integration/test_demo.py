# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration runs to its end, and the commands of the repository are there."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import time
from itertools import pairwise

import pytest
import yaml
from playbooks_support import PROCESS
from support.environment import clean_environment
from support.results import libraries
from support.tree import ROOT, ensure_tree

REPORT = ROOT / "demo-report"
TITLES = ("1. Preview: nothing is written", "2. Onboard", "3. Onboard again: nothing is left to do")


def _demonstrate() -> tuple[subprocess.CompletedProcess[str], float]:
    began = time.time()
    environment = {
        **clean_environment(os.environ),
        "ANSIBLE_COLLECTIONS_PATH": str(ensure_tree()),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_VERBOSITY": "3",
        "PYTHONPATH": str(ROOT / "tests"),
        # A demonstration must not use the tenants of whoever runs it.
        "IMANAGE_ACCESS_TOKEN": "a-token-of-somebody",
        "IMANAGE_CUSTOMER_ID": "1",
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "demo" / "demo.py")],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done, began


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What the demonstration said, and when it began."""
    return _demonstrate()


def _parts(output: str) -> list[str]:
    """What each of the three runs said."""
    places = [output.index(f"\n{title}\n") for title in TITLES]
    return [output[start:end] for start, end in pairwise([*places, len(output)])]


def test_the_demonstration_ends_well_and_leaves_its_report(demo):
    done, began = demo
    assert done.returncode == 0, done.stdout[-3000:]
    for name in ("report.html", "report.json", "report.csv"):
        assert stat.S_IMODE((REPORT / name).stat().st_mode) == 0o600
    assert (REPORT / "report.json").stat().st_mtime > began
    rows = json.loads((REPORT / "report.json").read_text(encoding="utf-8"))["tenants"]
    assert {row["tenant"]: (row["status"], row["changed"]) for row in rows} == {
        "acme": ("onboarded", False),
        "birch": ("awaiting_provisioning", False),
        "cedar": ("awaiting_consent", False),
        "dune": ("incomplete", False),
        "elm": ("awaiting_consent", False),
    }
    (elm,) = [row for row in rows if row["tenant"] == "elm"]
    assert (elm["stages"]["application"], elm["stages"]["refresh_token"]) == ("unchanged", "unchanged")
    assert elm["libraries"] == libraries(pending=["ELM_1", "ELM_2"], not_visible=None)


def test_a_preview_of_the_demonstration_says_who_may_be_needed_and_stays_onboarded(demo):
    preview, run, _again = _parts(demo[0].stdout)
    for tenant in ("cedar", "elm"):
        expected = f"{tenant}: would be onboarded, 2 libraries expected (a person may have to authorize them)"
        assert f"\n{expected}\n" in preview
        assert f"\n{tenant}: awaiting_consent (changed), 2 pending\n" in run


def test_only_the_second_run_of_the_demonstration_changes_something(demo):
    counts = re.findall(r"saw (\d+) requests; (\d+) changed something", demo[0].stdout)
    assert len(counts) == 3
    assert [int(applied) > 0 for _seen, applied in counts] == [False, True, False]
    assert re.search(r"report: demo-report/report\.html", demo[0].stdout)


def test_no_module_process_is_started_for_a_tenant_of_the_demonstration(demo):
    parts = _parts(demo[0].stdout)
    for part in parts:
        before, report = part.split("PLAY [Report the results of the tenants]")
        # The first play makes the folder of the report.
        onboarding = before.rpartition("PLAY [")[2]
        assert "task path: " in onboarding
        assert PROCESS.findall(onboarding) == []
        assert PROCESS.findall(report)  # this is how it would look


def test_the_demonstration_warns_of_nothing_but_assumptions(demo):
    warnings = re.findall(r"\[(?:DEPRECATION )?WARNING\]: *(.*)", demo[0].stdout)
    parts = _parts(demo[0].stdout)
    assert "WARNING]" not in parts[1] + parts[2]
    assert warnings


def test_the_demonstration_has_an_inventory_as_users_write_them():
    inventory = yaml.safe_load((ROOT / "demo" / "inventory.yml").read_text(encoding="utf-8"))
    assert list(inventory["imanage_tenants"]["hosts"]) == ["acme", "birch", "cedar", "dune", "elm"]


def _made(*arguments: str) -> str:
    """What make would do in a fresh clone."""
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", *arguments],
        cwd=ROOT,
        env={**clean_environment(os.environ), "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("demo", "demo/demo.py"),
        ("sandbox", "-m sandbox"),
        ("test", "-m pytest"),
        ("test-all", "-m pytest"),
        ("molecule", "bin/molecule test"),
        ("lint", "-m gates lint"),
    ],
)
def test_the_commands_are_there(target, command):
    made = _made(target)
    assert command in made
    assert "-m venv .venv" in made  # from a fresh clone it makes what it needs


def test_all_tests_have_what_the_scenario_of_molecule_needs():
    for target in ("test-all", "molecule"):
        assert "--requirement tests/requirements/molecule.txt" in _made(target)


def test_sweeps_are_left_out_unless_they_are_named():
    assert 'pytest -n auto -m "not sweep"' in _made("test")
    for arguments in (("test", "ARGS=-k law_6"), ("test-all",), ("coverage",)):
        assert "sweep" not in _made(*arguments)


def test_what_lands_has_passed_all_tests_once():
    assert re.findall(r"^make test.*$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE) == [
        "make test",
        'make test-all ARGS="-m sweep"',
    ]


def test_help_names_the_commands():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("make demo", "make sandbox", "make test", "make test-all", "make lint"):
        assert target in done.stdout


def test_the_report_of_the_demonstration_is_not_kept():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert any(line.strip("/") == "demo-report" for line in ignored)
