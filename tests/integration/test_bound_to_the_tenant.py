# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stage writes in the tenant that was read and after stages that ended, or it writes nothing."""

from __future__ import annotations

import json
import sys

import pytest
from playbooks_support import Stage, app
from sandbox import Fault
from support.places import applications

ONBOARD = "imanage.control_center.onboard"
DONE = applications("enabled", "enabled", token_policy={"allow_refresh_token": True})
FLAKY = {"ansible_connection": "flaky", "ansible_python_interpreter": sys.executable}
# A connection that is lost once, at the module that FLAKY names.
CONNECTION = '''
from __future__ import annotations
DOCUMENTATION = """
name: flaky
short_description: A connection that is lost once
description: A connection that is lost once
author: the tests
extends_documentation_fragment: [connection_pipelining]
options: {}
"""
import os
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as Local


class Connection(Local):
    transport = "flaky"
    has_pipelining = False

    def put_file(self, in_path, out_path):
        if os.environ["FLAKY"] in out_path and not os.path.exists(os.environ["FLAKY_LOST"]):
            open(os.environ["FLAKY_LOST"], "w").close()
            raise AnsibleConnectionFailure("lost")
        return super().put_file(in_path, out_path)
'''
LOOPED = {
    "hosts": "localhost",
    "gather_facts": False,
    "connection": "local",
    "tasks": [
        {
            "ansible.builtin.include_role": {"name": "imanage.control_center.tracker_onboarding"},
            "loop": "{{ accounts }}",
            "vars": {
                "tracker_onboarding_on_failure": "record",
                "imanage_username": "{{ item.user }}",
                "imanage_password": "{{ item.password }}",
                "imanage_customer_id": "{{ item.customer }}",
            },
        }
    ],
}


@pytest.fixture
def stage(tmp_path):
    with Stage(tmp_path) as running:
        yield running


def loses(stage, module):
    """The environment of a run whose connection is lost once, when that module is to be started."""
    folder = stage.where / "connections"
    folder.mkdir(exist_ok=True)
    (folder / "flaky.py").write_text(CONNECTION, encoding="utf-8")
    lost = {"FLAKY": module, "FLAKY_LOST": str(folder / module), "ANSIBLE_PIPELINING": "0"}
    return {"ANSIBLE_CONNECTION_PLUGINS": str(folder), **lost}


@pytest.mark.sweep
def test_a_token_that_expires_after_the_plan_does_not_lead_to_another_tenant(stage):
    """The plan is read with a token of one tenant. The account that follows it is of another."""
    stage.add("one")
    stage.add("two")
    token = stage.sandbox.tenant("one").user("admin@one.example").access_token
    stage.sandbox.tenant("one").faults.append(Fault("status", operation="discover", status=401, skip=1))
    stage.hosts = {"one": {"imanage_access_token": token}}
    account = {"IMANAGE_USERNAME": "admin@two.example", "IMANAGE_PASSWORD": "two-admin-password"}
    run = stage.run(ONBOARD, **account)
    assert run.report["one"]["failure"]["kind"] == "wrong_tenant"
    assert (run.applied("one"), run.applied("two")) == ([], [])


def test_a_play_that_loops_over_the_role_may_use_item(stage):
    stage.add("one")
    stage.add("two")
    book, given = stage.where / "looped.yml", stage.where / "accounts.json"
    book.write_text(json.dumps([LOOPED]), encoding="utf-8")
    accounts = [{"user": "admin@one.example", "password": "one-admin-password", "customer": 1000}]
    given.write_text(json.dumps({"accounts": accounts, **stage.common}), encoding="utf-8")
    # The account that would sign in where the loop's is not seen.
    account = {"IMANAGE_USERNAME": "admin@two.example", "IMANAGE_PASSWORD": "two-admin-password"}
    run = stage.run(str(book), "-e", f"@{given}", report=None, **account)
    (fact,) = run.facts("localhost")
    assert (fact["status"], fact["customer_id"]) == ("onboarded", 1000)
    assert len(run.applied("one")) == 6
    assert run.calls("two") == []


@pytest.mark.sweep
def test_no_application_is_removed_after_a_withdrawal_with_an_unknown_outcome(stage):
    authorized = [{"id": "ACTIVE", "authorized_by": "admin@lost.example"}]
    stage.add("lost", FLAKY, applications=DONE, libraries=authorized)
    run = stage.run(
        *stage.confirm(), "imanage.control_center.offboard", **loses(stage, "imanage_library_authorization")
    )
    assert (run.report["lost"]["status"], run.report["lost"]["failure"]["kind"]) == ("failed", "unreachable")
    assert "removeApp" not in run.writes("lost")
    assert run.code == 2


@pytest.mark.sweep
def test_nothing_is_written_after_an_addition_with_an_unknown_outcome(stage):
    stage.add("lost", FLAKY)
    run = stage.run(ONBOARD, **loses(stage, "imanage_application"))
    assert run.report["lost"]["status"] == "failed"
    assert run.writes("lost") == []


def test_what_was_taken_out_of_the_inventory_or_is_of_another_customer_was_not_approved(stage):
    stage.add("open", {"tracker_onboarding_access": "custom", "tracker_onboarding_users": ["admin@open.example"]})
    stage.add("fewer")
    stage.add("moved")
    preview = stage.run("imanage.control_center.preview", files=("report.json", "plan.json"))
    plan = json.loads(preview.files["plan.json"])
    for entry in plan["tenants"]:
        entry["customer_id"] += entry["tenant"] == "moved"
    path = stage.where / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    stage.hosts["open"] = {key: value for key, value in stage.hosts["open"].items() if "onboarding" not in key}
    stage.hosts["fewer"]["tracker_onboarding_libraries"] = ["ACTIVE"]
    run = stage.run(ONBOARD, "-e", f"imanage_plan={path}")
    words = {
        "open": "The approved plan no longer fits: iManage Tracker, Allow access to is no longer in the options; ",
        "fewer": "ARCHIVE is no longer in the options; ",
        "moved": "The plan was approved for customer 1003, but this is customer 1002.",
    }
    for name, said in words.items():
        assert run.report[name]["failure"]["kind"] == "conflict"
        assert said in run.report[name]["failure"]["msg"]
        assert run.writes(name) == []
    assert app(run.snapshots["open"], "tracker")["status"] == "available"


@pytest.mark.sweep
def test_an_empty_list_of_libraries_does_not_stand_for_all(stage):
    stage.add("emptied", {"tracker_onboarding_libraries": None})
    run = stage.run(ONBOARD)
    assert run.report["emptied"]["failure"]["kind"] == "bad_option"
    assert "libraries is an empty list" in run.report["emptied"]["failure"]["msg"]
    assert run.writes("emptied") == []
