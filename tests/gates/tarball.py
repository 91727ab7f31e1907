# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tarball that Galaxy gets: what is in it, and that it is what git has."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from .checkout import tracked
from .gate import BIN, WORK, Failed, Gate, call

# Users get the tests too, as with most collections: the README leads to the contract and the sandbox, the demonstration
# runs on the sandbox, and who packages the collection runs the tests on what was packaged.
BELONGS = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "COPYING",
    "LICENSES",
    "Makefile",
    "README.md",
    "REUSE.toml",
    "changelogs",
    "demo",
    "docs",
    "execution-environment.yml",
    "meta",
    "playbooks",
    "plugins",
    "pyproject.toml",
    "requirements.txt",
    "roles",
    "tests",
    ".ansible-lint",
    ".yamllint",
}
# Of the repository alone. ansible-galaxy turns galaxy.yml into MANIFEST.json and FILES.json.
STAYS = {".ci", ".gitignore", "galaxy.yml"}
MADE = {"MANIFEST.json", "FILES.json"}


def gates() -> list[Gate]:
    """The one gate."""
    return [Gate("tarball", check)]


def build() -> Path:
    """Build the tarball from the working directory, with whatever lies around there."""
    folder = WORK / "tarball"
    shutil.rmtree(folder, ignore_errors=True)
    call([BIN / "ansible-galaxy", "collection", "build", "--output-path", folder])
    (tarball,) = folder.glob("*.tar.gz")
    return tarball


def check() -> None:
    """Compare the names in the tarball with the rule."""
    with tarfile.open(build()) as archive:
        there = {member.name for member in archive.getmembers() if not member.isdir()}
    parts = {name: name.split("/")[0] for name in tracked()}
    if unknown := sorted({part for part in parts.values() if part not in BELONGS | STAYS}):
        raise Failed(f"say in tests/gates/tarball.py whether these belong into the tarball: {', '.join(unknown)}")
    wanted = MADE | {name for name, part in parts.items() if part in BELONGS}
    wrong = [f"lacks {name}" for name in sorted(wanted - there)] + [f"has {name}" for name in sorted(there - wanted)]
    if wrong:
        print(*wrong, sep="\n")
        raise Failed(f"the tarball {wrong[0]}" + (f", and {len(wrong) - 1} more" if wrong[1:] else ""))
    print(f"{len(there)} files, as git has them")
