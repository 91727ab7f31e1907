# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants whose tasks Ansible cannot run, in every playbook: each failed, in the report and in the exit code."""

from __future__ import annotations

import pytest
from ansible.release import __version__
from playbooks_support import Stage

pytestmark = pytest.mark.sweep

# Instead of sudo: does what it is given, as who it is.
SUDO = '#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n'
FAILING = "#!/bin/sh\nexit {}\n"
PLAYBOOKS = ("preview", "onboard", "audit", "offboard")
# The sentence of ansible-core 2.18 does not name the interpreter.
NO_INTERPRETER = (
    "you probably need to set the interpreter" if __version__.startswith("2.18.") else "/nonexistent/python"
)
# Why, and what the message has to say.
TENANTS = {
    "no_sudo": ("task_failed", "no_sudo: "),
    "no_interpreter": ("task_failed", NO_INTERPRETER),
    "crashing": ("task_failed", "crashing: "),
    "not_there": ("unreachable", "not_there: "),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Each playbook over such tenants."""
    where = tmp_path_factory.mktemp("cannot_run")
    scripts = {"sudo": SUDO, "crash": FAILING.format(1), "ssh": FAILING.format(255)}
    for name, text in scripts.items():
        (where / name).write_text(text, encoding="utf-8")
        (where / name).chmod(0o700)
    become = {"ansible_become": True, "ansible_become_exe": str(where / "sudo")}
    with Stage(where / "stage") as stage:
        stage.add("no_sudo", {**become, "ansible_become_exe": "/nonexistent/sudo"})
        stage.add("no_interpreter", {**become, "ansible_python_interpreter": "/nonexistent/python"})
        stage.add("crashing", {**become, "ansible_python_interpreter": str(where / "crash")})
        stage.add("not_there", {"ansible_connection": "ssh", "ansible_ssh_executable": str(where / "ssh")})
        # Without it, ansible-core 2.21 runs no sudo for root.
        same = {"ANSIBLE_BECOME_ALLOW_SAME_USER": "true"}
        return {name: stage.run(*stage.confirm(), f"imanage.control_center.{name}", **same) for name in PLAYBOOKS}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_each_of_them_failed_and_nothing_was_called(runs, name):
    run = runs[name]
    assert run.code == 2, run.output
    assert list(run.report) == list(TENANTS)
    for tenant, (kind, words) in TENANTS.items():
        row = run.report[tenant]
        assert (tenant, row["status"], row["changed"]) == (tenant, "failed", False)
        assert row["failure"]["kind"] == kind
        assert words in row["failure"]["msg"]
        assert row["next_steps"] == [row["failure"]["msg"]]
        assert row["stages"]["provisioning"] == "failed"
        assert row["check_mode"] is (name in ("preview", "audit"))
        assert run.calls(tenant) == []
        assert run.recap[tenant]["failed"] == 1
    assert "not in the plan" not in run.output
