# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests with the lowest versions that the collection allows: make lowest."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

from support.tree import ROOT

from .cores import CORES, REQUIREMENTS, made
from .gate import BIN, WORK, Gate, call
from .pythons import python

ENVIRONMENT = ROOT / ".cache" / "lowest"


def gates(arguments: Sequence[str]) -> list[Gate]:
    """The one gate; the arguments are pytest's."""
    return [Gate("lowest", functools.partial(_check, arguments))]


def lowest(version: str) -> list[str]:
    """The lowest releases that the collection may run with on this Python, as name==version."""
    ranges = [
        *(ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines(),
        *re.findall(r"^ansible-core.*", (REQUIREMENTS / "demo.txt").read_text(encoding="utf-8"), re.MULTILINE),
    ]
    WORK.mkdir(parents=True, exist_ok=True)
    wanted = WORK / "lowest.in"
    wanted.write_text("\n".join(ranges))
    resolve = [BIN / "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--resolution", "lowest-direct"]
    listed = call([*resolve, "--python-version", version, wanted], quiet=True).splitlines()
    direct = {re.match(r"[\w-]+", line)[0] for line in ranges if line and not line.startswith("#")}
    return [line for line in listed if line.split("==")[0] in direct]


def _check(arguments: Sequence[str]) -> None:
    version = next(iter(CORES.values()))[0]
    pins = lowest(version)
    print(*pins)
    made(ENVIRONMENT, python(version), "test", [*pins, "--requirement", REQUIREMENTS / "test.txt"])
    programs: Path = ENVIRONMENT / "bin"
    call([programs / "python", "-m", "pytest", "-n", "auto", *arguments], first_in_path=[programs])
