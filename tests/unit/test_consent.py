# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a person: how often it looks, what it says, and when it is over."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils import _consent
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan import Plan, Step
from support.tree import ROOT

URL = "https://cloudimanage.com/work/cc"


def row(library):
    """A library that was handed over."""
    return {"library": library, "url": URL, "user": "admin@acme.example", "instructions": "Sign in ..."}


def plan_for(rows):
    """The plan on rows of the page, each authorized or not."""
    wanted = [library for library, authorized in rows.items() if not authorized]
    steps = [Step("authorizeLibrary", {"library_id": library}, None, f"authorize {library}") for library in wanted]
    return Plan(dict(rows), {}, steps, None)


@pytest.fixture
def waiting(waits):
    """A function that waits for libraries; C(looks) is how the page is at each look, the last of them for ever."""

    def wait(seconds, *looks, handed_over=("ACTIVE", "SPM"), start=None):
        found = SimpleNamespace(lines=[], warnings=[], looks=0)

        def look_again(client, wanted, current):
            found.looks += 1
            seen = looks[min(found.looks, len(looks)) - 1]
            if isinstance(seen, Failure):
                raise seen
            return seen

        client = SimpleNamespace(
            say=lambda line: found.lines.append((waits.now - 1000, line)), warnings=found.warnings, where="here"
        )
        noun = SimpleNamespace(look_again=look_again, plan=lambda wanted, current: plan_for(current))
        current = start or dict.fromkeys(handed_over, False)
        found.awaited = _consent.wait(noun, client, None, current, [row(one) for one in handed_over], seconds)
        return found

    return wait


NEITHER, ONE, BOTH = {"ACTIVE": 0, "SPM": 0}, {"ACTIVE": 1, "SPM": 0}, {"ACTIVE": 1, "SPM": 1}


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        (NEITHER, ["ACTIVE", "SPM"]),
        (ONE, ["SPM"]),
        (BOTH, []),
        ({"ACTIVE": 1}, ["SPM"]),
        ({}, ["ACTIVE", "SPM"]),
        ({**BOTH, "OTHER": 0}, []),
    ],
)
def test_what_is_left_is_what_nobody_can_see_done(rows, left):
    assert _consent.remaining(plan_for(rows), [row("ACTIVE"), row("SPM")]) == [row(one) for one in left]


@pytest.mark.parametrize("seconds", [1, 5, 6, 29, 30, 61, 900, 3600, 100_000])
def test_it_looks_ever_more_seldom_and_last_when_the_time_is_over(waiting, waits, seconds):
    found = waiting(seconds, NEITHER)
    assert sum(waits) == pytest.approx(seconds), "the last look is at the end, and none comes after it"
    assert found.looks == len(waits)
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == min(5, seconds)
    assert max(waits) <= 30
    assert len(waits) <= 5 + seconds / 30, "politely"
    assert found.awaited == (NEITHER, [row("ACTIVE"), row("SPM")], [])


def test_it_does_not_wait_where_it_is_not_to(waiting, waits):
    found = waiting(0, BOTH)
    assert (found.looks, found.lines, list(waits)) == (0, [], [])
    assert found.awaited.left == [row("ACTIVE"), row("SPM")]


def test_what_was_done_before_it_begins_is_done(waiting, waits):
    for seconds in (0, 900):
        found = waiting(seconds, NEITHER, start=BOTH)
        assert (found.awaited.left, found.looks, found.lines, list(waits)) == ([], 0, [], [])


def test_it_ends_as_soon_as_all_is_done(waiting, waits):
    found = waiting(900, NEITHER, ONE, ONE, BOTH)
    assert found.awaited == (BOTH, [], [])
    assert waits == [5, 7.5, 11.25, 16.875]


def test_what_is_undone_again_is_left(waiting):
    assert waiting(40, ONE, NEITHER).awaited.left == [row("ACTIVE"), row("SPM")]


def test_what_somebody_undoes_meanwhile_is_told(waiting):
    found = waiting(900, {**ONE, "OTHER": 0}, {**BOTH, "OTHER": 0}, start={**NEITHER, "OTHER": 1})
    assert found.awaited.undone == ["OTHER"]
    failure = _consent.conflict(["OTHER"], {"handed_over": []})
    assert (failure.kind, failure.result) == ("conflict", {"handed_over": []})
    assert "OTHER would have to be authorized now" in failure.what


def test_a_look_that_fails_ends_the_waiting_with_what_was_known(waiting, waits):
    found = waiting(900, ONE, Failure("unreachable", "Cannot read (listLibraryAuthorizations, status 503)."))
    assert found.awaited == (ONE, [row("SPM")], [])
    assert len(waits) == 2
    (warning,) = found.warnings
    assert warning.startswith("here: waiting for a person's consent ended early")
    assert "status 503" in warning


def test_it_says_whom_it_waits_for_and_what_is_done(waiting):
    found = waiting(900, NEITHER, NEITHER, NEITHER, ONE, ONE, BOTH)
    assert found.lines == [
        (0, f"waits up to 15 min for admin@acme.example to authorize ACTIVE, SPM at {URL}"),
        (40.625, f"authorized: ACTIVE; waits up to 14 min more for admin@acme.example to authorize SPM at {URL}"),
        (pytest.approx(95.9375), "authorized: SPM"),
    ]
    guide = (ROOT / "docs" / "hand-overs.md").read_text(encoding="utf-8")
    assert "\n".join(f"acme: {line}" for _time, line in found.lines) in guide


def test_it_says_no_more_than_once_a_minute_what_is_left(waiting):
    found = waiting(600, NEITHER)
    times = [time for time, _line in found.lines]
    assert len(times) > 5
    assert min(second - first for first, second in itertools.pairwise(times)) >= 60
    assert times[-1] < 600, "when the time is over the result says what is left"
    lasts = [line.split(" for ")[0] for _time, line in found.lines]
    assert lasts[0] == "waits up to 10 min"
    assert lasts[1].startswith("waits up to 9 min more")


def test_server_text_in_a_line_is_one_line(waiting):
    found = waiting(0.5, {"A\nB\u202e": 0}, handed_over=["A\nB\u202e"])
    assert found.lines[0][1].endswith(f"to authorize A B at {URL}")
