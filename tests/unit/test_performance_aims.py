# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench says of its aims, and that tests/performance/README.md says it of the table that it shows."""

from __future__ import annotations

import pytest
from performance import aims
from performance.aims import Figures, Place
from support.tree import ROOT

PAGE = (ROOT / "tests" / "performance" / "README.md").read_text(encoding="utf-8")


def said(table):
    """What is said of the first words of each aim."""
    cells = [line.strip("| ").split(" | ") for line in aims.rows(table)[len(aims.HEAD) :]]
    return {words.partition(":")[0]: measured for words, measured in cells}


def seconds(wall, cpu=1.0, peak=50.0):
    return Figures(wall, cpu, peak)


def test_the_page_says_what_its_table_says():
    derived = aims.rows(aims.read(PAGE))
    assert len(derived) == len(aims.HEAD) + len(aims.AIMS), "every aim was measured"
    assert "\n".join(derived) in PAGE


def test_every_row_of_the_page_is_read():
    of_the_bench = [line for line in PAGE.splitlines() if line.startswith("| N=")]
    assert len(aims.read(PAGE)) == len(of_the_bench) > 0


def test_a_row_is_read_as_it_was_printed():
    row = "| N=20, 50 ms, 30 forks, https | 5 | (a) by hand | second | 27.52 | 1.376 | 53.82 | 57 | 1% | 15.0 |"
    assert aims.read(f"Words.\n{row}\n") == {Place(20, "a", "second", 50, 30, "https"): Figures(27.52, 53.82, 57)}


@pytest.mark.parametrize(
    ("by_hand", "words"),
    [(61.0, "first 30.5"), (60.0, "first 30"), (59.0, "first 29.5 (30 **missed**)"), (39.0, "first 19.5 **missed**")],
)
def test_what_is_missed_is_said(by_hand, words):
    assert said({Place(20): seconds(2.0), Place(20, "a"): seconds(by_hand)}) == {"20 tenants, first run": words}


def test_of_what_was_not_measured_nothing_is_said():
    assert aims.rows({Place(300, "e"): seconds(1.0)}) == []
