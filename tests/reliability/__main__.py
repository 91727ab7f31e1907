# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Meet every fault on every call and print the matrix; keep it in tests/reliability/README.md if it is as promised."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor

from support.environment import clean_environment
from support.tree import make_importable

make_importable()

from .cell import Cell, frozen_places, meet  # noqa: E402
from .columns import COLUMNS  # noqa: E402
from .rows import ROWS, Row  # noqa: E402
from .table import keep, rendered  # noqa: E402


def main() -> int:
    """Print the matrix; returns the exit code."""
    for name in set(os.environ) - set(clean_environment(os.environ)):
        del os.environ[name]
    cells: dict[tuple[str, str], Cell] = {}
    with ProcessPoolExecutor() as workers:
        for number, found in enumerate(workers.map(_row, ROWS), 1):
            cells.update(found)
            print(f"{number} of {len(ROWS)} calls", file=sys.stderr)
    text = rendered({place: cell.text for place, cell in cells.items()})
    print(text)
    problems = [f"{row}, {name}: {one}" for (row, name), cell in cells.items() for one in cell.problems]
    print(f"{len(problems)} not as promised", *problems, sep="\n")
    if problems or len(cells) < len(ROWS) * len(COLUMNS):
        return 1
    keep(text)
    return 0


def _row(row: Row) -> dict[tuple[str, str], Cell]:
    with frozen_places() as places:
        return {(str(row), column.name): meet(places, row, column) for column in COLUMNS}


if __name__ == "__main__":
    sys.exit(main())
