# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The internal variables of the role, templated by themselves."""

from __future__ import annotations

import ansible.template
import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from support.tree import ROOT

# Before ansible-core 2.19 every text was trusted.
trusted = getattr(ansible.template, "trust_as_template", str)
ROLE = yaml.safe_load((ROOT / "roles/tracker_onboarding/vars/main.yml").read_text())
NOT_GIVEN = "not given"


def approved(plan):
    """The approved plan that the first task gets."""
    texts = {name: trusted(value) if isinstance(value, str) else value for name, value in ROLE.items()}
    known = {"tracker_onboarding_plan": plan, "tracker_onboarding_state": "present", "inventory_hostname": "acme"}
    templar = Templar(loader=DataLoader(), variables={**texts, **known, "omit": NOT_GIVEN})
    return templar.template({"approved": trusted("{{ __tracker_onboarding_approved }}")}).get("approved", NOT_GIVEN)


def test_false_is_no_plan():
    assert approved(False) == NOT_GIVEN


@pytest.mark.parametrize("plan", [0, 0.0, "", "False", "false", [], {}, True, 1, "nowhere/plan.json"])
def test_what_is_neither_false_nor_a_plan_approves_nothing(plan):
    assert set(approved(plan)) == {"unusable"}
