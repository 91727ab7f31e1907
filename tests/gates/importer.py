# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Galaxy checks when a collection is uploaded, without a warning."""

from __future__ import annotations

import re
import sys

from .gate import WORK, Failed, Gate, call
from .tarball import build


def gates() -> list[Gate]:
    """The one gate."""
    return [Gate("importer", _check)]


def _check() -> None:
    settings = WORK / "galaxy-importer.cfg"
    # Sanity is a gate of its own, on every core.
    settings.write_text("[galaxy-importer]\nRUN_ANSIBLE_TEST = False\n")
    # It leaves its result where it runs.
    command = [sys.executable, "-m", "galaxy_importer.main", build()]
    said = call(command, cwd=WORK, environment={"GALAXY_IMPORTER_CONFIG": str(settings)})
    if "Importer processing completed successfully" not in said:
        raise Failed("galaxy-importer did not come to its end")
    if found := re.findall(r"^(?:WARNING|ERROR)\b.*", said, re.MULTILINE):
        raise Failed(found[0])
