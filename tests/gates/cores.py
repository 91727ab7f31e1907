# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of ansible-core that the collection supports, each with the Pythons that it supports on controllers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from support.tree import ROOT

from .gate import call
from .pythons import python

REQUIREMENTS = ROOT / "tests" / "requirements"
LOCK = REQUIREMENTS / "lock.txt"
CORES = {
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
    "2.22": ("3.13", "3.14"),
}
# Not released yet: what fails there is known early, and no reason to stop.
PREVIEWS = ("2.22",)
# The cores bring these themselves, each its own.
_NOT_LOCKED = ("ansible-core", "resolvelib")


class Pair(NamedTuple):
    """A core and a Python."""

    core: str
    python: str

    @property
    def name(self) -> str:
        """As it is called on the command line."""
        return f"{self.core}-py{self.python}"

    @property
    def environment(self) -> Path:
        """Where its virtual environment is."""
        return ROOT / ".cache" / "cores" / self.name


PAIRS = [Pair(core, version) for core, versions in CORES.items() for version in versions]


def with_core(pair: Pair) -> Path:
    """The programs of an environment with the newest release of the core, made once."""
    series = pair.core + (".0b1" if pair.core in PREVIEWS else ".0")
    major, minor = pair.core.split(".")
    made(pair.environment, python(pair.python), "core", [f"ansible-core>={series},<{major}.{int(minor) + 1}.dev0"])
    return pair.environment / "bin"


def with_tests(pair: Pair) -> Path:
    """The programs of an environment with the core and what the tests need, made once."""
    programs = with_core(pair)
    made(pair.environment, python(pair.python), "test", ["--requirement", REQUIREMENTS / "test.txt"])
    return programs


def made(environment: Path, interpreter: Path, part: str, wanted: list[str | Path]) -> None:
    """Install a part into a virtual environment, unless that is done and nothing that was asked for changed since.

    What C(wanted) itself restricts is not held to the lock file.
    """
    files = [ROOT / "requirements.txt", *sorted(REQUIREMENTS.glob("*.txt"))]
    asked = "\n".join([*map(str, wanted), *(file.read_text(encoding="utf-8") for file in files)])
    done = environment / f"{part}.done"
    if done.exists() and done.read_text(encoding="utf-8") == asked:
        return
    if not (environment / "bin" / "python").exists():
        call([interpreter, "-m", "venv", environment])
    free = {*_NOT_LOCKED, *(re.split(r"[=<>]", str(one))[0] for one in wanted)}
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    constraints = environment / "constraints.txt"
    constraints.write_text("\n".join(line for line in lines if line.split("==")[0] not in free))
    pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    call([*pip, "--constraint", constraints, *wanted])
    done.write_text(asked, encoding="utf-8")
