# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gate: a check that passes, fails, or is left out where something is missing, which it says."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from support.tree import ROOT

WORK = ROOT / ".cache" / "gates"
BIN = Path(sys.executable).parent


class Gate(NamedTuple):
    """One check. It raises C(Failed), or C(LeftOut)."""

    name: str
    check: Callable[[], None]


class Failed(Exception):
    """Why a gate does not let pass."""


class LeftOut(Exception):
    """What is missing to check."""


def chosen(gates: Sequence[Gate], words: Iterable[str]) -> list[Gate]:
    """The gates of these names, or whose names begin with them and a dash; all without a word."""
    named = list(words)
    for word in named:
        if not any(_fits(gate, word) for gate in gates):
            raise SystemExit(f"There is no gate {word}. There are: {', '.join(gate.name for gate in gates)}.")
    return [gate for gate in gates if not named or any(_fits(gate, word) for word in named)]


def _fits(gate: Gate, word: str) -> bool:
    return gate.name == word or gate.name.startswith(f"{word}-")


def run(gates: Sequence[Gate]) -> int:
    """Go through all gates, say how each ended, and return the exit code."""
    rows = []
    for gate in gates:
        print(f"\n=== {gate.name}", flush=True)
        began = time.monotonic()
        how, why = "passed", ""
        try:
            gate.check()
        except Failed as failure:
            how, why = "FAILED", str(failure)
        except LeftOut as missing:
            how, why = "left out", str(missing)
        rows.append((how, gate.name, time.monotonic() - began, why))
    print()
    widest = max((len(gate.name) for gate in gates), default=0)
    for how, name, seconds, why in rows:
        print(f"{how:8}  {name:{widest}}  {seconds:5.0f} s  {why}".rstrip())
    return int(any(how == "FAILED" for how, *_rest in rows))


def call(
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    first_in_path: Sequence[Path] = (BIN,),
    quiet: bool = False,
) -> str:
    """Run a command to its end and return what it said, both streams; raises C(Failed) if it fails.

    What it says is shown as it comes, or with C(quiet) only if it fails. Programs of C(first_in_path) come first.
    """
    known = {**os.environ, **(environment or {})}
    known["PATH"] = os.pathsep.join([*map(str, first_in_path), known["PATH"]])
    said = []
    with subprocess.Popen(
        list(map(str, command)),
        cwd=cwd,
        env=known,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            if not quiet:
                print(line, end="", flush=True)
    if process.returncode:
        if quiet:
            print(*said, sep="", end="")
        raise Failed(f"{Path(command[0]).name} ended with {process.returncode}")
    return "".join(said)
