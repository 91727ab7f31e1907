# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several playbooks in one command: each does its own work, and reports its own results."""

from __future__ import annotations

import pytest
from playbooks_support import Stage

pytestmark = pytest.mark.sweep

PREVIEW, ONBOARD, AUDIT, EXPORT = (
    f"imanage.control_center.{name}" for name in ("preview", "onboard", "audit", "export")
)
# Two groups, one after the other.
GROUPS = """
- ansible.builtin.import_playbook: imanage.control_center.preview
  vars:
    imanage_tenants: acme
- ansible.builtin.import_playbook: imanage.control_center.preview
  vars:
    imanage_tenants: locked_out
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("several")) as stage:
        stage.add("acme")
        stage.add("locked_out", {"imanage_password": "wrong"})
        stage.failing = stage.run(PREVIEW, ONBOARD, report=None)
        stage.all = stage.run(PREVIEW, ONBOARD, AUDIT, "--limit", "acme")
        (stage.where / "groups.yml").write_text(GROUPS)
        stage.groups = stage.run(str(stage.where / "groups.yml"), report=None)
        stage.exported = stage.run("-e", "imanage_export=out", EXPORT, PREVIEW, "--limit", "acme", report=None)
        yield stage


def test_each_playbook_reads_the_tenant_and_reports_what_it_found(stage):
    preview, onboarding, audit = stage.all.facts("acme")
    assert (preview["status"], onboarding["status"], audit["status"]) == ("onboarded", "onboarded", "onboarded")
    assert [preview["check_mode"], onboarding["check_mode"], audit["check_mode"]] == [True, False, True]
    assert [preview["changed"], onboarding["changed"], audit["changed"]] == [True, True, False]
    assert stage.all.report["acme"] == audit


def test_a_playbook_with_a_failed_tenant_is_the_last(stage):
    assert (stage.failing.code, len(stage.failing.facts("locked_out"))) == (2, 1)
    assert stage.failing.writes("acme") == []


def test_a_tenant_of_the_second_group_fails_the_run(stage):
    assert stage.groups.code == 2
    assert stage.groups.recap["locked_out"]["failed"] == 1


def test_nothing_runs_with_the_variables_that_an_export_loaded(stage):
    assert stage.exported.code == 2
    assert "An export has replaced variables of the inventory" in stage.exported.output
