# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix as Markdown, one table for each group of faults, and the place where it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from .cell import NO_LIST
from .columns import COLUMNS, SPECIAL
from .rows import ROWS

DOCUMENT = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- begin of what make faults writes -->", "<!-- end of what make faults writes -->"
# Names have commas in them.
_JOIN = "; "
_KEPT = re.compile(f"(?<={BEGIN}\n).*(?={END})", re.DOTALL)


def rendered(texts: Mapping[tuple[str, str], str]) -> str:
    """The tables; a cell that is not there is a hole. Calls that fare alike share a row, faults a column."""
    groups = list(dict.fromkeys(column.group for column in COLUMNS))
    parts = []
    for group in groups:
        rows = [str(row) for row in ROWS]
        of_group = [column.name for column in COLUMNS if column.group == group]
        columns = _alike({name: [texts.get((row, name), "HOLE") for row in rows] for name in of_group})
        cells = {row: [texts.get((row, names[0]), "HOLE") for names in columns] for row in rows}
        lines = [f"### {group}\n", _line(["calls", *map(_JOIN.join, columns)]), _line(["---"] * (1 + len(columns)))]
        lines += [_line([_JOIN.join(names), *cells[names[0]]]) for names in _alike(cells)]
        parts.append("\n".join(lines))
    meanings = {f"{row}, {column}": list(meaning) for (row, column), meaning in SPECIAL.items()}
    special = [f"- {_JOIN.join(names)}: {', since '.join(meanings[names[0]])}." for names in _alike(meanings)]
    cases = sum(text != NO_LIST for text in texts.values())
    count = (
        f"{cases} cases: {len(ROWS)} calls, {len(COLUMNS)} faults, without those that need a list where there is none."
    )
    return (
        "\n" + "\n\n".join([count, *parts, "### Where a reply has a meaning of its own", "\n".join(special)]) + "\n\n"
    )


def parsed(text: str) -> dict[tuple[str, str], str]:
    """The cells of rendered tables."""
    cells, names = {}, []
    for line in text.splitlines():
        if not line.startswith("| "):
            continue
        first, *others = line.strip("| ").split(" | ")
        if first == "calls":
            names = others
        elif first != "---":
            for together, other in zip(names, others, strict=True):
                cells.update({(row, name): other for row in first.split(_JOIN) for name in together.split(_JOIN)})
    return cells


def kept() -> str:
    """The tables in the document."""
    return _KEPT.search(DOCUMENT.read_text(encoding="utf-8")).group()


def keep(text: str) -> None:
    """Put the tables into the document."""
    old = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(_KEPT.sub(lambda _found: text, old), encoding="utf-8")


def _alike(found: Mapping[str, list[str]]) -> list[list[str]]:
    """The names, those of the same values together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, values in found.items():
        groups.setdefault(tuple(values), []).append(name)
    return list(groups.values())


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
