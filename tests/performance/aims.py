# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast it is meant to be, as ratios of what one run of the bench measured, and how far that is reached. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

HEAD = ("| aim | measured |", "|---|---|")
_ROW = re.compile(
    r"\| N=(?P<tenants>\d+), (?P<latency_ms>\d+) ms, (?P<forks>\d+) forks, (?P<scheme>https?) \| \d+ "
    r"\| \((?P<candidate>\w)\) [^|]+ \| (?P<run>\w+) "
    r"\| (?P<wall>[\d.]+) \| [\d.]+ \| (?P<cpu>[\d.]+) \| (?P<peak>\d+) \|"
)


class Place(NamedTuple):
    """What was measured: the setting, whose run it was, and which."""

    tenants: int
    candidate: str = "c"
    run: str = "first"
    latency_ms: int = 0
    forks: int = 20
    scheme: str = "http"


class Figures(NamedTuple):
    """What a run took: wall clock and CPU in seconds, memory of the controller process in MiB at its peak.

    The file of figures does not keep the memory.
    """

    wall: float
    cpu: float
    peak: float = 0


Table = dict[Place, Figures]


class Aim(NamedTuple):
    """An aim in words, its bounds, and what was measured, each by a label. C(better) is where we would like to be."""

    words: str
    measured: Callable[[Table], Iterator[tuple[str, float]]]
    at_least: float = float("-inf")
    at_most: float = float("inf")
    better: float | None = None

    def row(self, table: Table) -> str:
        """A line of a table in Markdown; empty where nothing of it was measured."""
        rounded = [(label, float(f"{value:.3g}")) for label, value in self.measured(table)]
        found = [f"{label} {value:g}{self._mark(value)}" for label, value in rounded]
        return f"| {self.words} | {', '.join(found)} |" if found else ""

    def _mark(self, value: float) -> str:
        if not self.at_least <= value <= self.at_most:
            return " **missed**"
        return f" ({self.better:g} **missed**)" if self.better is not None and value < self.better else ""


def read(text: str) -> Table:
    """The rows of the bench in a text; all else in it is passed over."""
    table = {}
    for row in _ROW.finditer(text):
        place = Place(
            int(row["tenants"]), row["candidate"], row["run"], int(row["latency_ms"]), int(row["forks"]), row["scheme"]
        )
        table[place] = Figures(float(row["wall"]), float(row["cpu"]), float(row["peak"]))
    return table


def rows(table: Table) -> list[str]:
    """Every aim of which something was measured, with that, as lines of a table in Markdown."""
    found = [row for aim in AIMS if (row := aim.row(table))]
    return [*HEAD, *found] if found else []


def _ratio(table: Table, label: str, above: Place, below: Place, figure: str = "wall") -> Iterator[tuple[str, float]]:
    """The ratio of one figure at two places, for a tenant; nothing where one of them was not measured."""
    if above in table and below in table:
        shares = [getattr(table[place], figure) / place.tenants for place in (above, below)]
        yield label, shares[0] / shares[1]


def _against_uri(run: str, latency_ms: int) -> Callable[[Table], Iterator[tuple[str, float]]]:
    def measured(table: Table) -> Iterator[tuple[str, float]]:
        ours = Place(20, run=run, latency_ms=latency_ms)
        yield from _ratio(table, run, ours._replace(candidate="a"), ours)

    return measured


def _cpu(table: Table) -> Iterator[tuple[str, float]]:
    for tenants in (20, 100, 300, 1000):
        for run in ("first", "second"):
            yield from _ratio(table, f"N={tenants} {run}", Place(tenants, run=run), Place(tenants, "d"), "cpu")


def _flat(table: Table) -> Iterator[tuple[str, float]]:
    for run in ("first", "second", "preview", "audit"):
        yield from _ratio(table, run, Place(1000, run=run), Place(100, run=run))


def _https(table: Table) -> Iterator[tuple[str, float]]:
    for tenants in (20, 100):
        for run in ("first", "second"):
            plain = Place(tenants, run=run)
            yield from _ratio(table, f"N={tenants} {run}", plain._replace(scheme="https"), plain)


def _preview(table: Table) -> Iterator[tuple[str, float]]:
    for tenants in (20, 100, 300, 1000):
        yield from _ratio(table, f"N={tenants}", Place(tenants, run="preview"), Place(tenants))


def _memory(table: Table) -> Iterator[tuple[str, float]]:
    for run in ("first", "second", "preview", "audit"):
        few, many = Place(100, run=run), Place(1000, run=run)
        if few in table and many in table:
            yield run, (table[many].peak - table[few].peak) * 1024 / (many.tenants - few.tenants)


def _progress(table: Table) -> Iterator[tuple[str, float]]:
    for tenants in (20, 100):
        for figure in ("wall", "cpu"):
            with_it, without = Place(tenants, "g"), Place(tenants, "f")
            yield from _ratio(table, f"N={tenants} {figure}", with_it, without, figure)


AIMS = (
    Aim("20 tenants, first run: (a) takes 20 times as long, better 30", _against_uri("first", 0), 20, better=30),
    Aim("20 tenants, second run: 12 times as long, better 20", _against_uri("second", 0), 12, better=20),
    Aim("20 tenants, 50 ms latency, first run: 10 times as long", _against_uri("first", 50), 10),
    Aim("20 tenants, 50 ms latency, second run: 10 times as long", _against_uri("second", 50), 10),
    Aim("CPU: at most 2 times that of (d)", _cpu, at_most=2),
    Aim("a tenant of 1000 takes at most 1.3 times as long as one of 100", _flat, at_most=1.3),
    Aim("https takes at most 1.3 times as long as http", _https, at_most=1.3),
    Aim("a preview takes no longer than the first run", _preview, at_most=1),
    Aim("memory grows by less than 150 KiB for a tenant, from 100 to 1000", _memory, at_most=150),
    Aim("the progress of a run costs at most 2 %, (g) against (f)", _progress, at_most=1.02),
)
