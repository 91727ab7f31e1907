# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A diff is two small YAML documents that say what the plan says."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._plan.diff import differences, render
from hypothesis import example, given
from hypothesis import strategies as st

# Lone surrogates too: JSON can have them.
texts = st.text(st.characters(), max_size=40)
words = st.sampled_from(
    [
        "yes",
        "No",
        "null",
        "~",
        "none",
        "1",
        "1.5",
        "0x1",
        "a: b",
        "a #b",
        "- a",
        "[a]",
        "2026-03-01",
        ".nan",
        "é",
        "<<",
        "=",
        "ACTIVE_1",
        "a'b",
        'a"b',
        "a\\b",
        "!x",
        "*x",
        "y",
        "iManage Insight+ Admin",
        "Ends:",
        "a,b",
        "a\u2028b",
        "a\x85b",
        "a\x7fb",
        "\ufeffa",
    ]
)
anything = st.one_of(
    texts, words, st.booleans(), st.integers(), st.none(), st.lists(st.one_of(texts, words), max_size=4)
)
views = st.dictionaries(st.one_of(texts, words), anything, max_size=5)


def as_people_read_it(value):
    return "none" if value is None else value


@given(views, views)
def test_before_and_after_parse_to_the_same_values(before, after):
    shown = render(before, after, "https://cc.example", "iManage Tracker")
    for name, view in (("before", before), ("after", after)):
        parsed = yaml.safe_load(shown[name]) or {}
        assert parsed == {key: as_people_read_it(value) for key, value in view.items()}


@given(views)
def test_every_value_has_lines_of_its_own(view):
    lines = render(view, {}, "t", "")["before"].splitlines(keepends=False)
    assert len(lines) == sum(1 + (len(value) if isinstance(value, list) else 0) for value in view.values())


def test_the_head_names_tenant_and_subject():
    shown = render({}, {}, "https://cc.example, customer 101", "iManage Tracker")
    assert shown["before_header"] == "https://cc.example, customer 101, iManage Tracker (as it is)"
    assert shown["after_header"] == "https://cc.example, customer 101, iManage Tracker (as planned)"
    assert render({}, {}, "t", "")["after_header"] == "t (as planned)"


@given(texts)
@example("a\u2028b")
@example("a\r\nb")
def test_a_title_of_the_server_stays_in_its_head(title):
    for side in ("before", "after"):
        assert len(render({}, {}, "t", title)[f"{side}_header"].splitlines()) == 1
    assert "\x1b" not in render({}, {}, "t", f"{title}\x1b[2J")["after_header"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"Added": False}, {"Added": True, "Users": ["a"]}, ["Added is no, should be yes", "Users should be [a]"]),
        ({"Added": True, "Days": 14}, {"Added": True, "Days": None}, ["Days is 14, should be none"]),
        ({"Groups": ["IT", "1"]}, {"Groups": []}, ['Groups is [IT, "1"], should be []']),
        ({"Groups": []}, {"Groups": ["a\nb"]}, ['Groups is [], should be ["a\\nb"]']),
        ({"Added": True, "Users": ["a"]}, {"Added": False}, ["Added is yes, should be no", "Users is [a]"]),
        ({"Added": True}, {"Added": True}, []),
    ],
)
def test_differences_are_listed_by_field(before, after, told):
    assert differences(before, after) == told


@given(views, views)
def test_a_difference_is_one_line_for_each_field_that_differs(before, after):
    told = differences(before, after)
    assert len(told) == sum(before.get(key, ...) != after.get(key, ...) for key in {**before, **after})
    assert all(line.isprintable() for line in told)


@pytest.mark.parametrize(
    ("view", "text"),
    [
        ({"Added": True, "Enable application?": False}, "Added: yes\nEnable application?: no\n"),
        ({"Refresh Token Expiry (days)": None}, "Refresh Token Expiry (days): none\n"),
        ({"Users": [], "Groups": ["IT", "1"]}, 'Users: []\nGroups:\n  - IT\n  - "1"\n'),
        ({"ACTIVE": "authorized by ada@acme.example"}, "ACTIVE: authorized by ada@acme.example\n"),
        ({}, ""),
    ],
)
def test_reads_like_the_screen(view, text):
    assert render(view, {}, "t", "")["before"] == text
