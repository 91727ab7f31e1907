# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worked example of docs/adding-a-field.md, applied to a copy of the repository: does it hold what it says?"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys

import pytest
from gates.checkout import copied
from support.guides import Guide

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/adding-a-field.md")
CONTRACT, WIRE, DECISION, OPTION, DOCUMENTED, SANDBOX, KNOWN, TEST = GUIDE.diff
STEPS = (CONTRACT, WIRE, DECISION, OPTION, DOCUMENTED, SANDBOX, KNOWN, TEST)
(COMMANDS,) = GUIDE.commands
ARGUMENTS = re.findall(r'^make test ARGS="(.*)"$', COMMANDS, re.MULTILINE)


def in_copy(place, arguments):
    """What `make test` runs in the copy, with these arguments; the exit code and what it printed."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "ANSIBLE_COLLECTIONS_PATH": str(place.parents[2]),
        "PYTHONPATH": str(place / "tests"),
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", *shlex.split(arguments)]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A copy to which every step was applied."""
    there = copied(tmp_path_factory.mktemp("field") / "tree")
    for step in STEPS:
        applied = subprocess.run(
            ["git", "apply", "-p1", "-"], cwd=there, input=step, capture_output=True, text=True, check=False
        )
        assert applied.returncode == 0, f"{applied.stderr}\n{step}"
    return there


def test_every_command_of_the_guide_is_one_of_tests():
    assert len(ARGUMENTS) == len(COMMANDS.splitlines()) > 0


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_the_example_holds(place, arguments):
    code, output = in_copy(place, arguments)
    assert code == 0, output
