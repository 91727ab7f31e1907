# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in names: told as mistakes, and nothing is written."""

from __future__ import annotations

import pytest
from playbooks_support import EXTENSION, TRACKER, Stage, catalog, once


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A name in another case, and a name that is there twice, onboarded and offboarded."""

    def make():
        with Stage(tmp_path_factory.mktemp("mistakes")) as stage:
            stage.add("misspelt", {"tracker_onboarding_application": TRACKER.lower()})
            twice = [*catalog(), {"id": "second", "name": EXTENSION, "status": "disabled", "extension": False}]
            stage.add("twice", applications=twice)
            before = stage.snapshots()
            names = ("imanage.control_center.onboard", "imanage.control_center.offboard")
            return before, [stage.run(name) for name in names]

    return once(tmp_path_factory, "mistakes", make)


def test_a_name_in_another_case_is_a_mistake_and_no_matter_of_waiting(runs):
    found = runs[1][0].report["misspelt"]
    assert (found["status"], found["failure"]["kind"]) == ("failed", "not_found")
    assert TRACKER in found["failure"]["msg"]


@pytest.mark.parametrize("which", [0, 1])
def test_a_name_that_is_there_twice_fails_before_anything_is_written(runs, which):
    run = runs[1][which]
    assert run.report["twice"]["failure"]["kind"] == "ambiguous_name"
    assert run.writes("twice") == []
    assert run.snapshots["twice"] == runs[0]["twice"]
