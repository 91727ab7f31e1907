# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of the role and the playbooks, templated by themselves."""

from __future__ import annotations

import pytest
import yaml
from support.templates import templated
from support.tree import ROOT

ROLE = yaml.safe_load((ROOT / "roles/tracker_onboarding/vars/main.yml").read_text())


def approved(plan):
    """The approved plan that the first task gets."""
    known = {"tracker_onboarding_plan": plan, "tracker_onboarding_state": "present", "inventory_hostname": "acme"}
    return templated("{{ __tracker_onboarding_approved }}", {**ROLE, **known})


def test_false_is_no_plan():
    assert approved(False) == "omitted"


@pytest.mark.parametrize("plan", [0, 0.0, "", "False", "false", [], {}, True, 1, "nowhere/plan.json"])
def test_what_is_neither_false_nor_a_plan_approves_nothing(plan):
    assert set(approved(plan)) == {"unusable"}


@pytest.mark.parametrize("name", ["preview", "onboard", "audit", "offboard", "export", "verify_contract"])
def test_a_playbook_takes_its_tenants_in_batches(name):
    plays = yaml.safe_load((ROOT / "playbooks" / f"{name}.yml").read_text())
    (serial,) = (play["serial"] for play in plays if "serial" in play)
    assert int(templated(serial, {"ansible_forks": 5})) == 100
    assert int(templated(serial, {"ansible_forks": 200})) == 200
    assert int(templated(serial, {"ansible_forks": 200, "imanage_serial": 1})) == 1
