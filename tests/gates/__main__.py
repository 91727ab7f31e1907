# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m gates lint|gates [GATE ...], python -m gates matrix|lowest [ARGUMENT OF PYTEST ...]."""

from __future__ import annotations

import os
import sys

from . import importer, installed, linters, lowest, matrix, release, sanity, site, tarball
from .gate import chosen, run


def main(which: str, *words: str) -> int:
    """Run the gates of a command; returns the exit code."""
    if which == "matrix":
        return run(chosen(matrix.gates(words), os.environ.get("MATRIX", "").split()))
    if which == "lowest":
        return run(lowest.gates(words))
    gates = linters.gates()
    if which == "gates":
        for part in (tarball, installed, site, release, importer, sanity):
            gates += part.gates()
    return run(chosen(gates, words))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
