# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A variable that depends on an undefined one fails its tenant. It does not count as not given."""

from __future__ import annotations

import json

import pytest
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.undefined import (
    of_the_connection,
    of_the_role,
)
from playbooks_support import Stage

pytestmark = pytest.mark.sweep

C = "imanage.control_center"
PLANS = ("tracker_onboarding_plan", "imanage_plan")
STAGES = ["application", "refresh_token", "authorization"]
# The playbooks give the role its plan.
NAMES = [name for name in (*of_the_connection({}), *of_the_role({"stages": STAGES}, "onboard")) if name not in PLANS]
OMITTED = ("imanage_customer_id", "imanage_nrtadmin_username", "imanage_nrtadmin_password")
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
IMPORTED = """
- ansible.builtin.import_playbook: imanage.control_center.onboard
  vars:
    imanage_plan: "{{ typo }}/plan.json"
"""
CONCLUDED = """
- ansible.builtin.import_playbook: imanage.control_center.conclude
  vars:
    imanage_report: "{{ typo }}/report"
"""
MODULE = """
- hosts: imanage_tenants
  gather_facts: false
  connection: local
  module_defaults:
    group/imanage.control_center.all: "{{ lookup('imanage.control_center.connection') }}"
  tasks:
    - imanage.control_center.imanage_application:
        name: iManage Tracker
        enabled: true
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("undefined")) as stage:
        for name in (*NAMES, "tracker_onboarding_plan"):
            host = {name: "{{ typo.it }}"}
            if "token" in name and name.startswith("imanage_"):
                # Beside a password, no token is needed.
                host |= {"imanage_username": None, "imanage_password": None}
            stage.add(name, host)
        stage.add("an_item", {"tracker_onboarding_libraries": ["ACTIVE", "{{ typo }}"]})
        omitted = dict.fromkeys((*OMITTED, "tracker_onboarding_libraries"), "{{ typo | default(omit) }}")
        stage.add("omitted", {**omitted, "imanage_refresh_token": "{{ typo }}"})
        stage.add("fine", {})
        # They would be used in place of a name or password that counts as not given.
        account = {"IMANAGE_USERNAME": "admin@omitted.example", "IMANAGE_PASSWORD": "omitted-admin-password"}
        these = ("--limit", "all:!tracker_onboarding_plan:!fine")
        stage.onboarding = stage.run(f"{C}.onboard", *these, report=None, **account)
        for name, text in {"play": PLAY, "imported": IMPORTED, "module": MODULE, "concluded": CONCLUDED}.items():
            (stage.where / f"{name}.yml").write_text(text)
        own = {"play": "tracker_onboarding_plan", "imported": "fine", "module": "imanage_customer_id"}
        own["concluded"] = "fine"
        stage.own = {
            name: stage.run(str(stage.where / f"{name}.yml"), "--limit", host, report=None)
            for name, host in own.items()
        }
        undefined = json.dumps({"imanage_export": "out", "tracker_onboarding_application": "{{ typo }}"})
        stage.export = stage.run(f"{C}.export", "-e", undefined, "--limit", "fine", report=None)
        few = "tracker_onboarding_users:tracker_onboarding_email"
        stage.offboarding = stage.run(f"{C}.offboard", "--check", "--limit", few, report=None)
        stage.audit = stage.run(f"{C}.audit", "--tags", "tracker_onboarding_provisioning", "--limit", few, report=None)
        yield stage


@pytest.mark.parametrize("name", NAMES)
def test_such_a_variable_fails_its_tenant_before_anybody_signs_in(stage, name):
    failure = stage.onboarding.report[name]["failure"]
    assert failure["kind"] == "bad_option"
    assert f"{name} of {name} cannot be templated: 'typo' is undefined." in failure["msg"]
    assert stage.onboarding.calls(name) == []


@pytest.mark.parametrize(
    ("name", "tenant", "variable"),
    [
        ("play", "tracker_onboarding_plan", "tracker_onboarding_plan"),
        ("imported", "fine", "imanage_plan"),
        ("module", "imanage_customer_id", "imanage_customer_id"),
    ],
)
def test_such_a_variable_fails_plays_of_ones_own(stage, name, tenant, variable):
    run = stage.own[name]
    assert f"{variable} of {tenant} cannot be templated: 'typo' is undefined." in run.output
    assert run.calls(tenant) == []


def test_a_report_folder_that_depends_on_nothing_is_not_taken_for_no_report(stage):
    assert stage.own["concluded"].code == 2
    assert "imanage_report cannot be templated: 'typo' is undefined." in stage.own["concluded"].output


def test_an_export_writes_no_file_for_a_name_that_depends_on_nothing(stage):
    assert stage.export.code == 2
    assert "tracker_onboarding_application of fine cannot be templated" in stage.export.output
    assert list(stage.where.rglob("host_vars/*.yml")) == stage.export.calls("fine") == []


def test_an_item_of_a_list_fails_its_tenant_too(stage):
    assert "'typo' is undefined" in stage.onboarding.report["an_item"]["failure"]["msg"]
    assert stage.onboarding.calls("an_item") == []


def test_an_omitted_variable_is_not_given_and_a_needless_one_does_no_harm(stage):
    assert stage.onboarding.report["omitted"]["status"] == "onboarded"


@pytest.mark.parametrize("name", ["tracker_onboarding_users", "tracker_onboarding_email"])
def test_a_variable_that_is_not_used_fails_nothing(stage, name):
    assert stage.offboarding.report[name]["failure"] is None
    assert stage.audit.report[name]["failure"] is None
