# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench measured, in figures.json, and its chart for the guide; python -m performance.chart draws it again.

The chart is of first runs without latency, by http and with 20 forks: wall time over tenants, both logarithmic. It
has a ground of its own, since a page may be dark where the browser prefers light. Text is large enough for 400 px.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from performance.aims import Figures, Place, Table
from support.tree import ROOT

FIGURES = Path(__file__).with_name("figures.json")
CHART = ROOT / "docs" / "images" / "performance.svg"
# By candidate: what the chart calls it, and its colour in light and dark.
SERIES = {
    "a": ("uri tasks", "#b3261e", "#ff8a80"),
    "b": ("as modules", "#7a5a00", "#e0c060"),
    "c": ("this collection", "#1a4fc4", "#82b1ff"),
    "d": ("empty tasks", "#5f6368", "#a8adb3"),
    "e": ("script", "#1b5e20", "#81c784"),
}
Lines = dict[str, list[tuple[int, float]]]
Scale = Callable[[float], float]
WIDTH, HEIGHT, TEXT = 480, 400, 16
LEFT, RIGHT, TOP, BOTTOM = 60, 325, 44, 340
LINE = TEXT + 2


class Label(NamedTuple):
    """The name of a line, at its end."""

    candidate: str
    x: float
    y: float


def lines(table: Table) -> Lines:
    """By candidate: tenants and seconds of what the chart is of."""
    found = {
        name: sorted((at.tenants, seen.wall) for at, seen in table.items() if at == Place(at.tenants, name))
        for name in SERIES
    }
    return {name: points for name, points in found.items() if points}


def placed(measured: Lines) -> dict[str, list[tuple[float, float]]]:
    """The same in the picture."""
    across, upwards = _scales(measured)
    return {name: [(across(size), upwards(wall)) for size, wall in line] for name, line in measured.items()}


def labels(measured: Lines) -> Iterator[Label]:
    """The name of each line, next to its end."""
    ends: dict[float, list[tuple[float, str]]] = {}
    for name, line in placed(measured).items():
        x, y = line[-1]
        ends.setdefault(x, []).append((y, name))
    for x, group in ends.items():
        lowest = math.inf
        for y, name in sorted(group, reverse=True):
            lowest = min(y + TEXT / 3, lowest - LINE)
            yield Label(name, x + 10, lowest)


def chart(table: Table) -> str:
    """The picture, as SVG."""
    measured = lines(table)
    across, upwards = _scales(measured)
    parts = [
        _text(LEFT, TOP - TEXT, "start", "seconds for a first run"),
        _text(RIGHT, HEIGHT - 12, "end", "tenants"),
        f'<path class="rule" d="M{LEFT} {BOTTOM}H{RIGHT}"/>',
    ]
    for seconds in (10.0**power for power in range(-2, 5)):
        if TOP <= (y := upwards(seconds)) <= BOTTOM:
            parts.append(f'<path class="rule" d="M{LEFT} {y:.0f}H{RIGHT}"/>')
            parts.append(_text(LEFT - 8, y + TEXT / 3, "end", f"{seconds:g}"))
    for size in sorted({size for line in measured.values() for size, _wall in line}):
        parts.append(_text(across(size), BOTTOM + LINE + 2, "middle", f"{size}"))
    for name, line in placed(measured).items():
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in line)
        parts.append(f'<path class="{name} line" d="M{path}"/>')
        parts += [f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in line]
    parts += [_text(one.x, one.y, "start", SERIES[one.candidate][0], one.candidate) for one in labels(measured)]
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return "\n".join(
        [
            f'<svg {head} role="img">',
            "<title>Wall time over the number of tenants, both logarithmic</title>",
            f"<style>text {{ font: {TEXT}px sans-serif }} .line {{ stroke-width: 2 }} .c.line {{ stroke-width: 4 }}",
            _colours(0, "#ffffff", "#202124", "#d5d8dc"),
            f"@media (prefers-color-scheme: dark) {{\n{_colours(1, '#131416', '#cfd0d0', '#3a3d40')}\n}}</style>",
            f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
            *parts,
            "</svg>\n",
        ]
    )


def read_figures() -> Table:
    """What was measured last."""
    return {
        Place(*(row[field] for field in Place._fields)): Figures(row["wall"], row["cpu"])
        for row in json.loads(FIGURES.read_text(encoding="utf-8"))
    }


def keep(table: Table) -> None:
    """Put what was measured in place of what was there of the same settings, and draw the chart."""
    settings = {at._replace(candidate="", run="") for at in table}
    old = read_figures() if FIGURES.exists() else {}
    all_of_it = {at: seen for at, seen in old.items() if at._replace(candidate="", run="") not in settings} | table
    rows = [json.dumps({**at._asdict(), "wall": seen.wall, "cpu": seen.cpu}) for at, seen in sorted(all_of_it.items())]
    FIGURES.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")
    CHART.write_text(chart(all_of_it), encoding="utf-8")


def _scales(measured: Lines) -> tuple[Scale, Scale]:
    """How far to the right a number of tenants is, and how far down a number of seconds."""
    sizes, seconds = zip(*(point for line in measured.values() for point in line), strict=True)
    across = _scale(min(sizes), max(*sizes, 2 * min(sizes)), LEFT, RIGHT)
    return across, _scale(min(0.5, *seconds), max(*seconds, 10), BOTTOM - 10, TOP + LINE)


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    return lambda value: start + (end - start) * math.log(value / low) / math.log(high / low)


def _text(x: float, y: float, anchor: str, words: str, kind: str = "") -> str:
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{words}</text>'


def _colours(scheme: int, ground: str, text: str, grid: str) -> str:
    rules = [f".ground {{ fill: {ground} }} text {{ fill: {text} }} .rule {{ stroke: {grid} }}"]
    for name, (_words, *colours) in SERIES.items():
        rules.append(f".{name} {{ fill: {colours[scheme]} }} .{name}.line {{ fill: none; stroke: {colours[scheme]} }}")
    return "\n".join(rules)


if __name__ == "__main__":
    keep({})
