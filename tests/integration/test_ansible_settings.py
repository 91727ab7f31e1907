# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody has in ansible.cfg for other playbooks: one tenant's trouble stays its own, and is said."""

from __future__ import annotations

import pytest
from playbooks_support import EXTENSION, Stage, authorizers, catalog
from sandbox import Fault

pytestmark = pytest.mark.sweep

LIBRARIES = [f"LIBRARY{number}" for number in range(6)]
SETTINGS = {
    "ANSIBLE_ANY_ERRORS_FATAL": "true",
    "ANSIBLE_STRATEGY": "ansible.builtin.free",
    "ANSIBLE_FORCE_HANDLERS": "true",
    "ANSIBLE_ERROR_ON_MISSING_HANDLER": "false",
    "ANSIBLE_INJECT_FACT_VARS": "false",
    "ANSIBLE_JINJA2_NATIVE": "true",
    "ANSIBLE_HASH_BEHAVIOUR": "merge",
    "ANSIBLE_PRIVATE_ROLE_VARS": "true",
    "ANSIBLE_DUPLICATE_YAML_DICT_KEY": "error",
    "ANSIBLE_INVALID_TASK_ATTRIBUTE_FAILED": "false",
    "ANSIBLE_STRING_CONVERSION_ACTION": "error",
    "ANSIBLE_NO_LOG": "true",
    "ANSIBLE_TRANSPORT": "ssh",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    "ANSIBLE_TASK_TIMEOUT": "4",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One onboarding under all of them."""
    with Stage(tmp_path_factory.mktemp("settings")) as stage:
        stage.add("a_misspelt", {"tracker_onboarding_access": "everybody"})
        stage.add("b_wrong", {"imanage_password": "guessed"})
        user = {"id": "admin@c_slow.example", "password": "c_slow-admin-password", "app_management": True}
        stage.add("c_slow", libraries=LIBRARIES, users=[{**user, "nrtadmin": "all"}])
        # Four are authorized, and of the fifth the reply does not come before the time is up.
        stage.sandbox.tenant("c_slow").faults.append(Fault("hang", "authorizeLibrary", skip=4, applied=True))
        stage.add("d_bare", applications=catalog(EXTENSION))
        stage.add("e_fine")
        return stage.run("imanage.control_center.onboard", **SETTINGS)


def test_no_setting_makes_one_tenant_s_trouble_another_s(run):
    assert run.code == 2
    assert set(run.files) == {"report.html", "report.json", "report.csv"}
    assert {name: (row["status"], (row["failure"] or {}).get("kind")) for name, row in run.report.items()} == {
        "a_misspelt": ("failed", "bad_option"),
        "b_wrong": ("failed", "sign_in"),
        "c_slow": ("failed", "interrupted"),
        "d_bare": ("awaiting_provisioning", None),
        "e_fine": ("onboarded", None),
    }
    assert {name: counters["failed"] for name, counters in run.recap.items() if counters["failed"]} == dict.fromkeys(
        ("a_misspelt", "b_wrong", "c_slow"), 1
    )


def test_what_a_task_wrote_before_its_time_was_up_is_in_the_report(run):
    row = run.report["c_slow"]
    assert row["changed"]
    assert row["stages"]["authorization"] == "failed"
    (change,) = [one for one in row["changes"] if one["stage"] == "authorization"]
    assert [one["field"] for one in change["fields"]] == LIBRARIES[:4]
    # The fifth was done too, which nobody can know here.
    assert [library for library, who in authorizers(run.snapshots["c_slow"]).items() if who] == LIBRARIES[:5]
    assert "kept: authorize LIBRARY0, authorize LIBRARY1" in row["failure"]["msg"]
    assert run.tokens_left["c_slow"] == 0
