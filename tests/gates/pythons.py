# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Pythons of this machine."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

from .gate import LeftOut

_PROBE = "import ensurepip, sys, venv; print(*sys.version_info[:2], sep='.')"


@functools.cache
def found(version: str) -> Path | None:
    """A Python of this version, say 3.12, on the path or kept by pyenv."""
    candidates = [shutil.which(f"python{version}")]
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False).stdout.strip()
        candidates += sorted(map(str, Path(root, "versions").glob(f"{version}.*/bin/python{version}")))
    for candidate in filter(None, candidates):
        # pyenv puts a command on the path for every version that it keeps, also for those that do not run.
        said = subprocess.run([candidate, "-c", _PROBE], capture_output=True, text=True, check=False).stdout.strip()
        if said == version:
            return Path(candidate)
    return None


def python(version: str) -> Path:
    """A Python of this version; raises C(LeftOut) if it is missing."""
    path = found(version)
    if path is None:
        raise LeftOut(f"there is no Python {version} here")
    return path
