# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of what git knows, and of what it would know after git add, where tools want a collection of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from support.tree import ROOT


def tracked(*options: str) -> list[str]:
    """The names of the tracked files."""
    listed = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def copied(folder: Path) -> Path:
    """A fresh copy below the folder, at the place that Ansible expects."""
    place = folder / "ansible_collections" / "imanage" / "control_center"
    shutil.rmtree(folder, ignore_errors=True)
    for name in tracked("--cached", "--others", "--exclude-standard"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place / name)
    return place
