# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in names and in the environment: told as mistakes, and nothing is written."""

from __future__ import annotations

import pytest
import trustme
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
            return before, [stage.run(*stage.confirm(), name) for name in names]

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


@pytest.fixture(scope="module")
def without_authorities(tmp_path_factory):
    """The environment names authorities that are not there: without ca_path, and with it."""

    def make():
        where = tmp_path_factory.mktemp("authorities")
        trustme.CA().cert_pem.write_to_path(where / "ca.pem")
        with Stage(where / "stage") as stage:
            stage.add("acme")
            missing = {"REQUESTS_CA_BUNDLE": str(where / "missing.pem")}
            onboard = "imanage.control_center.onboard"
            return stage.run(onboard, **missing), stage.run("-e", f"imanage_ca_path={where}/ca.pem", onboard, **missing)

    return once(tmp_path_factory, "authorities", make)


def test_authorities_that_are_not_there_fail_the_tenant_and_are_named(without_authorities):
    run, _with_ca_path = without_authorities
    found = run.report["acme"]
    assert (run.code, found["status"], found["failure"]["kind"]) == (2, "failed", "bad_option")
    assert "the authorities in the environment cannot be read" in found["failure"]["msg"]
    assert "Correct REQUESTS_CA_BUNDLE" in found["failure"]["msg"]
    assert run.calls("acme") == []


def test_ca_path_counts_where_the_environment_names_none_that_are_there(without_authorities):
    _without, run = without_authorities
    assert (run.code, run.report["acme"]["status"]) == (0, "onboarded")
