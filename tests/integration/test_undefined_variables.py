# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A variable that depends on an undefined one fails its tenant. It does not count as not given."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.undefined import not_given
from playbooks_support import Stage

pytestmark = pytest.mark.sweep

ONBOARD = "imanage.control_center.onboard"
ROLE = Path(__file__).parents[2] / "roles" / "tracker_onboarding"
PLAN = "tracker_onboarding_plan"
# The playbooks give the role its plan.
OF_THE_INVENTORY = [name for name in not_given({}) if name != PLAN]
PLAY = """
- hosts: imanage_tenants
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.import_role:
        name: imanage.control_center.tracker_onboarding
        rolespec_validate: false
      vars:
        tracker_onboarding_on_failure: record
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("undefined")) as stage:
        for name in not_given({}):
            stage.add(name, {name: "{{ typo.it }}"})
        stage.add("an_item", {"tracker_onboarding_libraries": ["ACTIVE", "{{ typo }}"]})
        optional = ("imanage_customer_id", "tracker_onboarding_libraries", "tracker_onboarding_email")
        stage.add("omitted", dict.fromkeys(optional, "{{ typo | default(omit) }}"))
        # They would be used in place of a name or password that counts as not given.
        account = {"IMANAGE_USERNAME": "admin@omitted.example", "IMANAGE_PASSWORD": "omitted-admin-password"}
        stage.onboarding = stage.run(ONBOARD, "--limit", f"all:!{PLAN}", report=None, **account)
        (stage.where / "play.yml").write_text(PLAY)
        stage.own_play = stage.run(str(stage.where / "play.yml"), "--limit", PLAN, report=None)
        yield stage


@pytest.mark.parametrize("name", OF_THE_INVENTORY)
def test_such_a_variable_fails_its_tenant_before_anybody_signs_in(stage, name):
    failure = stage.onboarding.report[name]["failure"]
    assert failure["kind"] == "bad_option"
    assert f"{name} of {name} cannot be templated: 'typo' is undefined." in failure["msg"]
    assert stage.onboarding.calls(name) == []


def test_a_plan_that_depends_on_nothing_is_not_taken_for_no_plan(stage):
    (fact,) = stage.own_play.facts(PLAN)
    assert f"{PLAN} of {PLAN} cannot be templated" in fact["failure"]["msg"]
    assert stage.own_play.calls(PLAN) == []


def test_an_item_of_a_list_fails_its_tenant_too(stage):
    assert "'typo' is undefined" in stage.onboarding.report["an_item"]["failure"]["msg"]
    assert stage.onboarding.calls("an_item") == []


def test_an_omitted_variable_is_not_given(stage):
    assert stage.onboarding.report["omitted"]["status"] == "onboarded"


def test_the_variables_without_a_default_are_all_known():
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    assert sorted(not_given({})) == sorted(set(options) - set(defaults))
