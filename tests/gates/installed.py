# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tarball in an empty home: it installs, verifies, documents itself, and the demonstration runs with it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from support.tree import ROOT

from .gate import BIN, WORK, Failed, Gate, call
from .tarball import build

HOME = WORK / "empty-home"


def gates() -> list[Gate]:
    """The one gate."""
    return [Gate("installed", _check)]


def _check() -> None:
    tarball = build()
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    # Nothing of the repository may help: not its tree, not its tests, not the settings of the user.
    known = {name: "" for name in os.environ if name.startswith("ANSIBLE_")}
    galaxy = BIN / "ansible-galaxy"
    place = HOME / ".ansible" / "collections" / "ansible_collections" / "imanage" / "control_center"
    known = {**known, "HOME": str(HOME), "PYTHONPATH": "", "ANSIBLE_COLLECTIONS_PATH": str(place.parents[2])}
    call([galaxy, "collection", "install", "--offline", tarball], cwd=HOME, environment=known)
    call([galaxy, "collection", "verify", "--offline", "imanage.control_center"], cwd=HOME, environment=known)
    _verify_notices(galaxy, place, known)
    shown = {"module": "imanage_session", "role": "tracker_onboarding", "callback": "progress", "inventory": "tenants"}
    for kind, name in shown.items():
        call([BIN / "ansible-doc", "-t", kind, f"imanage.control_center.{name}"], cwd=HOME, environment=known)
    # The demonstration is of the repository; only what it plays is installed.
    checkout = HOME / "checkout"
    for folder in ("demo", "tests"):
        shutil.copytree(ROOT / folder, checkout / folder, ignore=shutil.ignore_patterns("__pycache__"))
    demo = {**known, "PYTHONPATH": str(checkout / "tests")}
    call([BIN / "ansible-playbook", "--syntax-check", "imanage.control_center.onboard"], cwd=HOME, environment=known)
    call([sys.executable, checkout / "demo" / "demo.py"], cwd=HOME, environment=demo)
    if not (checkout / "demo-report" / "report.html").exists():
        raise Failed("the demonstration left no report")


def _verify_notices(galaxy: Path, place: Path, known: dict[str, str]) -> None:
    """A file that was changed after the installation has to show."""
    file = place / "plugins" / "modules" / "imanage_session.py"
    text = file.read_bytes()
    file.write_bytes(text + b"\n")
    try:
        call([galaxy, "collection", "verify", "--offline", "imanage.control_center"], cwd=HOME, environment=known)
    except Failed:
        return
    finally:
        file.write_bytes(text)
    raise Failed("ansible-galaxy collection verify does not notice a changed file")
