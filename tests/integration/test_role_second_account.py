# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two accounts that belong to two tenants: nothing is written in either of them."""

from __future__ import annotations

import pytest
from playbooks_support import Stage

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One tenant onboarded and one offboarded, each with the second account of a neighbour that is onboarded."""
    with Stage(tmp_path_factory.mktemp("second_account")) as stage:
        stage.add("neighbour")
        stage.run("imanage.control_center.onboard")
        other = {
            "imanage_nrtadmin_username": "admin@neighbour.example",
            "imanage_nrtadmin_password": "neighbour-admin-password",
        }
        stage.add("fresh", other)
        before = stage.snapshots()
        onboarded = stage.run("--limit", "fresh", "imanage.control_center.onboard")
        offboarded = stage.run("--limit", "fresh", *stage.confirm(1), "imanage.control_center.offboard")
        return before, onboarded, offboarded


@pytest.mark.parametrize("which", [1, 2])
def test_the_tenant_fails_as_the_wrong_one(runs, which):
    run = runs[which]
    assert run.code == 2
    assert run.report["fresh"]["status"] == "failed"
    assert run.report["fresh"]["failure"]["kind"] == "wrong_tenant"
    assert run.report["fresh"]["changed"] is False


@pytest.mark.parametrize("which", [1, 2])
def test_neither_tenant_is_written_to(runs, which):
    before, run = runs[0], runs[which]
    assert run.writes("fresh") == []
    assert run.writes("neighbour") == []
    assert run.snapshots == before


@pytest.mark.parametrize("which", [1, 2])
def test_both_accounts_are_signed_out(runs, which):
    assert set(runs[which].tokens_left.values()) == {0}


def test_a_token_of_the_environment_never_stands_in_for_an_account(tmp_path):
    with Stage(tmp_path / "environment") as stage:
        stage.add("own")
        stage.add("other")
        before = stage.snapshots()
        run = stage.run(
            *("--limit", "own", "imanage.control_center.preview"),
            IMANAGE_ACCESS_TOKEN="other-admin-token",
            IMANAGE_REFRESH_TOKEN="other-admin-refresh",
        )
    assert run.report["own"]["status"] == "onboarded"
    assert run.report["own"]["customer_id"] == before["own"]["customer_id"]
    assert run.calls("other") == []
