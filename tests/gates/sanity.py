# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-test sanity, of each core, with no ignore file."""

from __future__ import annotations

import functools
import re
import shutil
from pathlib import Path

from support.tree import ROOT

from .checkout import copied
from .cores import CORES, PAIRS, PREVIEWS, Pair, with_core
from .gate import WORK, Failed, Gate, LeftOut, call
from .pythons import found

HOME = WORK / "home-of-ansible-test"
# Where modules may run, for some core: ansible-test compiles and imports on each Python that is there.
_TARGETS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


def gates() -> list[Gate]:
    """A gate for each core."""
    return [Gate(f"sanity-{core}", functools.partial(_check, core)) for core in CORES]


def _check(core: str) -> None:
    if ignored := list((ROOT / "tests" / "sanity").glob("ignore*")):
        raise Failed(f"{ignored[0].name} would ignore findings")
    pair = _first_there(core)
    programs = with_core(pair)
    _offer_pip(programs.parent)
    place = copied(WORK / "sanity")
    # ansible-test asks git what belongs to the collection, and the repository around ignores the copy.
    call(["git", "init", "--quiet"], cwd=place)
    call(["git", "add", "--all", "--force"], cwd=place)
    interpreters = [path.parent for path in map(found, _TARGETS) if path]
    # The pylint of a core that is not released needs a commit of a repository, and not a package.
    skipped = ["--skip-test", "pylint"] if core in PREVIEWS else []
    said = call(
        [programs / "ansible-test", "sanity", "--color", "no", *skipped],
        cwd=place,
        environment={"HOME": str(HOME), "PYTHONPATH": "", "ANSIBLE_COLLECTIONS_PATH": ""},
        first_in_path=[programs, *interpreters],
    )
    tests = set(re.findall(r"^Running sanity test \"([\w-]+)\"", said, re.MULTILINE))
    wanted = {"compile", "import", "pylint", "validate-modules"} - set(skipped)
    if "All targets skipped" in said or not wanted <= tests:
        raise Failed("ansible-test looked at nothing")
    for_these = ", ".join(filter(found, _TARGETS))
    print(f"{len(tests)} sanity tests{', no pylint' if skipped else ''} with Python {pair.python}, for {for_these}")


def _first_there(core: str) -> Pair:
    pairs = [pair for pair in PAIRS if pair.core == core]
    for pair in pairs:
        if found(pair.python):
            return pair
    raise LeftOut(f"there is no Python {' or '.join(pair.python for pair in pairs)} here")


def _offer_pip(environment: Path) -> None:
    """Put our script where this core's ansible-test keeps the one that it would fetch."""
    (source,) = environment.glob("lib/python3*/site-packages/ansible_test/_internal/python_requirements.py")
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in re.findall(r"""\bpip['"]?\s*[=:]\s*['"]([\d.]+)['"]""", source.read_text(encoding="utf-8")):
        shutil.copy(Path(__file__).with_name("get_pip.py"), cache / f"get_pip_{version.replace('.', '_')}.py")
