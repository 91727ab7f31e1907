# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts of a long run, and how they are told."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._duration import duration
from ansible_collections.imanage.control_center.plugins.plugin_utils._progress import Tally, outcome


def result(changed=False, **stages):
    """A result of the task that onboards."""
    return {"changed": changed, "stages": {stage: [one] for stage, one in stages.items()}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (result(), "unchanged"),
        (result(changed=True), "changed"),
        (result(provisioning={"missing": []}), "unchanged"),
        (result(provisioning={"missing": ["iManage Tracker"]}), "waiting"),
        (result(changed=True, authorization={"handed_over": [{"library": "SPM"}]}), "waiting"),
        (result(authorization={"handed_over": []}), "unchanged"),
        ({"failed": True, "changed": True}, "failed"),
        ({"failed": False, "failure": {"kind": "sign_in"}, "changed": True}, "failed"),
        ({"changed": False}, "unchanged"),
    ],
)
def test_an_outcome_is_what_people_have_to_know(given, expected):
    assert outcome(given) == expected


def test_a_line_has_the_counts_and_the_time_left():
    tally = Tally(10, started=100.0)
    assert tally.line(100.0) == "0 of 10 tenants done"
    for number, what in enumerate(("changed", "changed", "unchanged", "waiting", "failed")):
        tally.count(f"t{number}", what)
    assert tally.line(120.0) == "5 of 10 tenants done, 2 changed, 1 waiting, 1 failed, about 20 s left"


def test_the_last_line_has_the_time_it_took():
    tally = Tally(1, started=0.0)
    tally.count("acme", "unchanged")
    assert tally.line(3.2) == "1 of 1 tenants done, in 3 s"


def test_a_tenant_counts_once_by_what_became_of_it_last():
    tally = Tally(2, started=0.0)
    tally.count("acme", "failed")
    tally.count("acme", "changed")
    assert (tally.done, tally.outcomes) == (1, {"acme": "changed"})


def test_more_tenants_than_expected_are_no_nonsense():
    tally = Tally(1, started=0.0)
    tally.count("acme", "changed")
    tally.count("birch", "changed")
    assert tally.line(5.0) == "2 of 2 tenants done, 2 changed, in 5 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 s"),
        (1.4, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3600, "60 min"),
        (5400, "1 h 30 min"),
        (9000, "2 h 30 min"),
    ],
)
def test_a_duration_is_told_as_people_say_it(seconds, words):
    assert duration(seconds) == words
