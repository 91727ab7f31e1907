# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chart of the bench: every measurement has its point, and every label its room."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree

import pytest
from performance import chart
from performance.aims import Figures, Place

SVG = "{http://www.w3.org/2000/svg}"


def table(**walls):
    """First runs of so many seconds, by candidate and tenants."""
    return {
        Place(tenants, name): Figures(wall, 1.0) for name, found in walls.items() for tenants, wall in found.items()
    }


TABLES = {
    "what was measured last": chart.read_figures(),
    "20 tenants alone": table(a={20: 40.0}, b={20: 6.0}, c={20: 1.8}, d={20: 0.8}, e={20: 0.3}),
    "as fast as each other": table(c={20: 2.0, 1000: 50.0}, d={20: 2.0, 1000: 50.0}, e={20: 2.0, 1000: 49.0}),
    "one of them": table(c={100: 7.0}),
}
with_each_table = pytest.mark.parametrize("measured", TABLES.values(), ids=TABLES)


def texts(measured):
    """The texts of the picture: left, top, right and bottom of each, with letters as wide as those of a wide font."""
    root = ElementTree.fromstring(chart.chart(measured))
    for one in root.iter(f"{SVG}text"):
        wide = 0.58 * chart.TEXT * len(one.text)
        left = float(one.get("x")) - {"start": 0, "middle": wide / 2, "end": wide}[one.get("text-anchor")]
        yield one.text, (left, float(one.get("y")) - 0.75 * chart.TEXT, left + wide, float(one.get("y")))


@with_each_table
def test_every_first_run_without_latency_has_its_point(measured):
    root = ElementTree.fromstring(chart.chart(measured))
    points = [(one.get("class"), one.get("cx"), one.get("cy")) for one in root.iter(f"{SVG}circle")]
    wanted = [at for at in measured if at == Place(at.tenants, at.candidate) and at.candidate in chart.SERIES]
    assert sorted(name for name, _x, _y in points) == sorted(at.candidate for at in wanted)
    for _name, x, y in points:
        assert chart.LEFT <= float(x) <= chart.RIGHT
        assert chart.TOP < float(y) < chart.BOTTOM


@with_each_table
def test_no_text_covers_another_or_leaves_the_picture(measured):
    boxes = list(texts(measured))
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other)
    for one, (left, top, right, bottom) in boxes:
        assert left >= 0, one
        assert top >= 0, one
        assert right <= chart.WIDTH, one
        assert bottom <= chart.HEIGHT, one


def test_more_seconds_are_higher_and_more_tenants_further_right():
    points = chart.placed(chart.lines(table(c={20: 2.0, 100: 8.0}, a={20: 40.0})))
    (left, low), (right, high) = points["c"]
    assert (left < right, high < low) == (True, True)
    assert points["a"][0][1] < high


def test_the_chart_of_the_guide_is_that_of_the_figures():
    drawn = chart.CHART.read_text(encoding="utf-8")
    assert drawn == chart.chart(chart.read_figures()), "python -m performance.chart draws it"


def test_what_is_measured_anew_takes_the_place_of_its_setting(tmp_path, monkeypatch):
    monkeypatch.setattr(chart, "FIGURES", tmp_path / "figures.json")
    monkeypatch.setattr(chart, "CHART", tmp_path / "chart.svg")
    chart.keep(table(c={20: 2.0, 100: 8.0}, d={20: 1.0}))
    chart.keep(table(c={20: 3.0}))
    assert chart.read_figures() == table(c={20: 3.0, 100: 8.0})
    assert chart.CHART.read_text(encoding="utf-8") == chart.chart(chart.read_figures())
