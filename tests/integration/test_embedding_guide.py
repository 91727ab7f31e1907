# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to the role in playbooks of others and to other applications: every play, as written."""

from __future__ import annotations

import json
import re
import sys

import pytest
from playbooks_support import Stage, app, catalog, keep, shell
from support.guides import Guide, changed
from support.places import SIGNING

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/embedding-the-role.md")
PLAY, RESCUE, CONCLUDE, TAGS, LIST, APPLICATIONS = GUIDE.yaml
PREVIEW, RUN, REMOVE = GUIDE.commands
(ROLE_PAGE,) = Guide("roles/tracker_onboarding/README.md").yaml
FIRMS = ("acme", "birch", "cedar", "dune")
GROUPS = ["Partners", "Pilot", "IT"]
# The bastion is this machine: what Ansible gives to ssh runs here.
SSH = '#!/bin/sh\necho "$@" >>ssh.log\nfor last; do :; done\nexec sh -c "$last"\n'
GATEWAY = {"ansible_connection": "ssh", "ansible_host": "bastion.example", "ansible_python_interpreter": sys.executable}


class Runs:
    """Runs commands, and keeps how each ended."""

    def __init__(self, folder, stage):
        self.folder, self.stage, self.found = folder, stage, {}

    def take(self, name, command, **environment):
        """A command, under a name."""
        self.stage.sandbox.clear_log()
        code, output = shell(command, self.folder, **environment)
        self.found[name] = {
            "code": code,
            "output": output,
            "calls": [one.operation for one in self.stage.sandbox.log],
            "writes": [
                (one.tenant, one.operation)
                for one in self.stage.sandbox.log
                if one.method != "GET" and one.operation not in SIGNING
            ],
            "tenants": self.stage.snapshots(),
        }

    def play(self, name, *plays, options="", **environment):
        """Plays after one another, in one playbook, under a name."""
        keep(self.folder, **{f"{name}.yml": "\n".join(plays)})
        self.take(name, f"ansible-playbook -i firms.yml {options} {name}.yml", **environment)


def embedded(folder):
    """What each playbook printed and left."""
    with Stage(folder / "stage") as stage:
        special = {
            "birch": {"applications": catalog("iManage Tracker CC configuration")},
            "cedar": {"consent_required": True},
        }
        pilot = {"tracker_onboarding_access": "custom", "tracker_onboarding_groups": ["Pilot"]}
        for name in FIRMS:
            # Somebody has still to make the group.
            groups = {"groups": ["IT"]} if name == "dune" else {"groups": GROUPS}
            stage.add(name, pilot if name == "dune" else None, **{**groups, **special.get(name, {})})
        ssh = folder / "ssh"
        firms = {**stage.inventory("law_firms"), "gateways": {"hosts": {"bastion": GATEWAY}}}
        keep(folder, ssh=SSH, **{"firms.yml": firms})
        ssh.chmod(0o700)
        runs = Runs(folder, stage)
        runs.play("play", PLAY)
        runs.play("failures", RESCUE, CONCLUDE)
        rows = json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))["tenants"]
        runs.found["report"] = {row["tenant"]: row["status"] for row in rows}
        runs.play("page", ROLE_PAGE, options="--limit acme")
        tag = "tracker_onboarding_authorization"
        part = {"\n      tags: [tracker]": f"\n      tags: [tracker, {tag}]"}
        runs.play("tags", TAGS, options="--tags tracker --limit acme")
        runs.play("stage", changed(TAGS, **part), options=f"--tags {tag} --limit acme")
        once_only = changed(TAGS, **{"\n        apply:\n          tags: [tracker]": ""})
        runs.play("not applied", once_only, options="--tags tracker --limit acme")
        through = {"ANSIBLE_SSH_EXECUTABLE": str(ssh), "ANSIBLE_PIPELINING": "1"}
        imported = "name: imanage.control_center.tracker_onboarding\n"
        delegated = changed(PLAY, **{imported: f"{imported}      delegate_to: bastion\n"})
        runs.play("bastion", delegated, options="-vvv --limit acme,bastion", **through)
        runs.found["ssh"] = (folder / "ssh.log").read_text(encoding="utf-8")
    return runs.found


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What each playbook left, made once."""
    return embedded(tmp_path_factory.mktemp("embedding"))


def said(run, host):
    """What debug tasks said for a host."""
    return re.findall(rf'ok: \[{host}\] => \{{\n    "msg": (.*?)\n\}}', run["output"], re.DOTALL)


def test_each_status_has_its_task(runs):
    run = runs["play"]
    assert run["code"] == 2, "one firm failed"
    assert said(run, "acme")[0].startswith('"acme is ready: Perform the tasks')
    assert said(run, "birch") == []
    assert "select Authorize for the library" in said(run, "cedar")[0]
    assert re.search(r"^dune .* failed=1 ", run["output"], re.MULTILINE)


def test_a_rescue_has_the_fact_and_the_report_of_the_playbooks_can_be_had(runs):
    run = runs["failures"]
    assert run["code"] == 2
    assert "A ticket for birch: " in run["output"]
    assert "is neither among the tenant's applications nor in its catalog" in run["output"]
    assert "A ticket for dune: " in run["output"]
    assert "A ticket for cedar: " not in run["output"]
    assert runs["report"] == {
        "acme": "onboarded",
        "birch": "awaiting_provisioning",
        "cedar": "awaiting_consent",
        "dune": "failed",
    }
    assert "birch: awaiting_provisioning" in run["output"]


def test_the_play_of_the_role_s_page_does_what_it_says(runs):
    assert any("Perform the tasks" in line for line in said(runs["page"], "acme"))


def test_the_bastion_does_the_work(runs):
    run = runs["bastion"]
    assert run["code"] == 0, run["output"][-3000:]
    assert " bastion.example " in runs["ssh"]
    assert "listLibraryAuthorizations" in run["calls"]
    assert '"status": "onboarded"' in run["output"]


def test_a_tag_has_to_stand_twice_where_the_role_is_included(runs):
    assert runs["tags"]["code"] == 0, runs["tags"]["output"]
    assert "listApps" in runs["tags"]["calls"]
    assert "listLibraryAuthorizations" in runs["stage"]["calls"]
    assert runs["not applied"]["calls"] == []


# -- other applications ------------------------------------------------------------------------------------------------

POLICY = {"allow_refresh_token": True, "refresh_token_expiry": 30, "access_token_max_idle_time": 15}
NARROW = {"mode": "custom", "groups": ["IT"], "users": ["pat@there.example"]}
NAMES = {
    "disposition": "iManage - Disposition Manager",
    "refile": "Refile Service",
    "insight": "iManage Insight+ Admin",
    "drive": "iManage Drive",
}
DIFFERENT = {
    "disposition": {"status": "enabled", "access": NARROW},
    "refile": {"status": "disabled", "token_policy": POLICY},
    "insight": {"status": "enabled", "token_policy": POLICY},
    "drive": {"status": "disabled", "access": NARROW},
}


def applications(*without, **changes):
    """The catalog, of which Drive is added already, with these changes."""
    known = {"drive": {"status": "enabled"}, **changes}
    return [{"id": one, "name": name, **known.get(one, {})} for one, name in NAMES.items() if one not in without]


def set_up(folder):
    """Each command after the other, for tenants that have nothing, other settings, and a catalog that lacks one."""
    with Stage(folder / "stage") as stage:
        groups = ["Records", "Partners", "IT"]
        stage.add("new", applications=applications(), groups=groups)
        stage.add("there", applications=applications(**DIFFERENT), groups=groups)
        stage.add("lacks", applications=applications("refile", insight=DIFFERENT["insight"]), groups=groups)
        files = {"group_vars/imanage_tenants.yml": LIST, "other-applications.yml": APPLICATIONS}
        keep(folder, **{"tenants.yml": stage.inventory(), **files})
        runs = Runs(folder, stage)
        runs.found["start"] = {"tenants": stage.snapshots()}
        for name, command in (("preview", PREVIEW), ("run", RUN), ("again", RUN), ("remove", REMOVE)):
            runs.take(name, command)
    return runs.found


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """What each command left, made once."""
    return set_up(tmp_path_factory.mktemp("others"))


def items(run, tenant):
    """The items that a run showed as changed for a tenant, by their names."""
    return re.findall(rf"^changed: \[{tenant}\] => \(item=\{{'name': '([^']+)'", run["output"], re.MULTILINE)


def access(row):
    """The access list of an application: its mode, and its members."""
    return row["access"]["default_security"], sorted(member["id"] for member in row["access"]["members"])


def test_a_preview_shows_what_the_run_does_and_a_second_run_changes_nothing(others):
    assert others["preview"]["writes"] == others["again"]["writes"] == []
    assert others["preview"]["tenants"] == others["start"]["tenants"]
    assert items(others["preview"], "new") == items(others["run"], "new") == [*NAMES.values(), "Refile Service"]
    assert items(others["preview"], "there") == items(others["run"], "there")
    assert "changed: [" not in others["again"]["output"]


def test_a_tenant_that_lacks_one_fails_alone_and_by_name(others):
    for name in ("preview", "run", "again"):
        assert others[name]["code"] == 2
        (failed,) = re.findall(r"^failed: \[(\w+)\] \(item=\{'name': '([^']+)'", others[name]["output"], re.MULTILINE)
        assert failed == ("lacks", "Refile Service")
        assert '"kind": "not_provisioned"' in others[name]["output"]
    lacks = others["run"]["tenants"]["lacks"]
    assert app(lacks, "disposition")["status"] == "enabled"
    assert app(lacks, "insight")["token_policy"]["allow_refresh_token"] is True, "its tokens are not set up"


def test_what_is_missing_is_added(others):
    new = others["run"]["tenants"]["new"]
    assert {app(new, identity)["status"] for identity in NAMES} == {"enabled"}
    assert access(app(new, "disposition")) == ("private", ["Records"])
    policy = {"allow_refresh_token": True, "refresh_token_expiry": 180, "access_token_max_idle_time": 60}
    assert app(new, "refile")["token_policy"] == policy
    assert not (app(new, "insight")["token_policy"] or {}).get("allow_refresh_token")
    assert access(app(new, "drive")) == ("private", ["Partners"])
    # Disabled, until the list is in place.
    written = [operation for tenant, operation in others["run"]["writes"] if tenant == "new"]
    assert written[:3] == ["updateApp", "updateAppAccess", "updateApp"]


def test_what_is_there_is_edited_and_the_rest_of_it_stays(others):
    there = others["run"]["tenants"]["there"]
    assert [app(there, identity)["status"] for identity in NAMES] == ["enabled", "disabled", "enabled", "disabled"]
    assert access(app(there, "disposition")) == ("private", ["IT", "Records", "pat@there.example"])
    policy = app(there, "insight")["token_policy"]
    assert (policy["allow_refresh_token"], policy["access_token_max_idle_time"]) == (False, 15)
    assert access(app(there, "drive")) == ("private", ["Partners", "pat@there.example"])


def test_only_the_one_that_is_named_is_removed(others):
    assert sorted(others["remove"]["writes"]) == [("new", "removeApp"), ("there", "removeApp")]
    for tenant in ("new", "there"):
        before, after = others["again"]["tenants"][tenant], others["remove"]["tenants"][tenant]
        assert [one for one in NAMES if app(before, one) != app(after, one)] == ["refile"]
        assert app(after, "refile")["status"] == "available"
