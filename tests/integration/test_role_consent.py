# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person authorizes what a run handed over, and the next run reads it."""

from __future__ import annotations

import pytest
from playbooks_support import Stage
from support.results import libraries

LIBRARIES = ["ACTIVE", "ARCHIVE", "SPM"]
ONBOARD = "imanage.control_center.onboard"


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The row of each tenant in the report of the run after the one that handed over, and what that run wrote."""
    with Stage(tmp_path_factory.mktemp("consent")) as stage:
        for name in ("all", "part"):
            stage.add(name, consent_required=True)
        first = stage.run(ONBOARD)
        assert {row["status"] for row in first.report.values()} == {"awaiting_consent"}
        for name, libraries in (("all", LIBRARIES), ("part", ["SPM"])):
            for library in libraries:
                stage.sandbox.tenant(name).consent(library, f"admin@{name}.example")
        again = stage.run(ONBOARD)
        assert again.code == 0, again.output
        return {name: {**row, "writes": again.applied(name)} for name, row in again.report.items()}


def test_a_tenant_where_all_is_done_is_onboarded_without_a_change(rows):
    row = rows["all"]
    assert (row["status"], row["changed"], row["writes"]) == ("onboarded", False, [])
    assert row["libraries"] == libraries(LIBRARIES)
    assert {one["by"] for one in row["authorizations"]} == {"admin@all.example"}


def test_what_is_still_missing_is_asked_for_again(rows):
    row = rows["part"]
    assert (row["status"], row["changed"], row["writes"]) == ("awaiting_consent", False, [])
    assert row["libraries"] == libraries(["SPM"], ["ACTIVE", "ARCHIVE"], wanted=LIBRARIES)
    asked = [step for step in row["next_steps"] if "admin@part.example" in step]
    assert [library for library in LIBRARIES if any(library in step for step in asked)] == ["ACTIVE", "ARCHIVE"]
