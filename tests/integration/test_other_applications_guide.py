# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide for other applications: its list, its play and its commands, as they stand there."""

from __future__ import annotations

import re

import pytest
from playbooks_support import Stage, app, keep, once, shell
from support.guides import Guide
from support.places import SIGNING

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/other-applications.md")
LIST, PLAY = GUIDE.yaml
PREVIEW, RUN, REMOVE = GUIDE.commands
GROUPS = ["Records", "Partners", "IT"]
POLICY = {"allow_refresh_token": True, "refresh_token_expiry": 30, "access_token_max_idle_time": 15}
NARROW = {"mode": "custom", "groups": ["IT"], "users": ["pat@there.example"]}
NAMES = {
    "disposition": "iManage - Disposition Manager",
    "refile": "Refile Service",
    "insight": "iManage Insight+ Admin",
    "drive": "iManage Drive",
}


def applications(*without, **changes):
    """The catalog, of which Drive is added already, with these changes."""
    known = {"drive": {"status": "enabled"}, **changes}
    return [{"id": one, "name": name, **known.get(one, {})} for one, name in NAMES.items() if one not in without]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Each command after the other: how it ended, what it wrote, and how the tenants were then."""

    def make():
        folder = tmp_path_factory.mktemp("guide")
        with Stage(folder / "stage") as stage:
            different = {
                "disposition": {"status": "enabled", "access": NARROW},
                "refile": {"status": "disabled", "token_policy": POLICY},
                "insight": {"status": "enabled", "token_policy": POLICY},
                "drive": {"status": "disabled", "access": NARROW},
            }
            stage.add("new", {"imanage_customer_id": 1000}, applications=applications(), groups=GROUPS)
            stage.add("there", {"imanage_customer_id": 1001}, applications=applications(**different), groups=GROUPS)
            lacking = applications("refile", insight=different["insight"])
            stage.add("lacks", {"imanage_customer_id": 1002}, applications=lacking, groups=GROUPS)
            keep(
                folder,
                **{
                    "tenants.yml": stage.inventory(),
                    "group_vars/imanage_tenants.yml": LIST,
                    "other-applications.yml": PLAY,
                },
            )
            found = {"start": {"tenants": stage.snapshots()}}
            for name, command in (("preview", PREVIEW), ("run", RUN), ("again", RUN), ("remove", REMOVE)):
                stage.sandbox.clear_log()
                code, output = shell(command, folder)
                log = [one for one in stage.sandbox.log if one.method != "GET" and one.operation not in SIGNING]
                found[name] = {
                    "code": code,
                    "output": output,
                    "writes": [(one.tenant, one.operation) for one in log],
                    "tenants": stage.snapshots(),
                }
        return found

    return once(tmp_path_factory, "other_applications", make)


def items(run, tenant):
    """The items that a run showed as changed for a tenant, by their names."""
    return re.findall(rf"^changed: \[{tenant}\] => \(item=\{{'name': '([^']+)'", run["output"], re.MULTILINE)


def access(row):
    """The access list of an application: its mode, and its members."""
    return row["access"]["default_security"], sorted(member["id"] for member in row["access"]["members"])


def test_a_preview_changes_nothing_and_shows_what_the_run_does(runs):
    assert runs["preview"]["writes"] == []
    assert runs["preview"]["tenants"] == runs["start"]["tenants"]
    assert items(runs["preview"], "new") == items(runs["run"], "new") == [*NAMES.values(), "Refile Service"]
    assert items(runs["preview"], "there") == items(runs["run"], "there")
    assert "+Allow access to: Custom" in runs["preview"]["output"]


def test_a_tenant_that_lacks_one_fails_alone_and_by_name(runs):
    for name in ("preview", "run", "again"):
        assert runs[name]["code"] == 2
        (failed,) = re.findall(r"^failed: \[(\w+)\] \(item=\{'name': '([^']+)'", runs[name]["output"], re.MULTILINE)
        assert failed == ("lacks", "Refile Service")
        assert '"kind": "not_provisioned"' in runs[name]["output"]
    lacks = runs["run"]["tenants"]["lacks"]
    assert app(lacks, "disposition")["status"] == "enabled"
    assert app(lacks, "insight")["token_policy"]["allow_refresh_token"] is True, "its tokens are not set up"


def test_a_second_run_changes_nothing(runs):
    assert runs["again"]["writes"] == []
    assert "changed: [" not in runs["again"]["output"]


def test_what_is_missing_is_added(runs):
    new = runs["run"]["tenants"]["new"]
    assert {app(new, identity)["status"] for identity in NAMES} == {"enabled"}
    assert access(app(new, "disposition")) == ("private", ["Records"])
    assert app(new, "refile")["token_policy"] == {
        "allow_refresh_token": True,
        "refresh_token_expiry": 180,
        "access_token_max_idle_time": 60,
    }
    assert not (app(new, "insight")["token_policy"] or {}).get("allow_refresh_token")
    assert access(app(new, "drive")) == ("private", ["Partners"])
    # Disabled, until the list is in place.
    written = [operation for tenant, operation in runs["run"]["writes"] if tenant == "new"]
    assert written[:3] == ["updateApp", "updateAppAccess", "updateApp"]


def test_what_is_there_is_edited_and_the_rest_of_it_stays(runs):
    there = runs["run"]["tenants"]["there"]
    assert [app(there, identity)["status"] for identity in NAMES] == ["enabled", "disabled", "enabled", "disabled"]
    assert access(app(there, "disposition")) == ("private", ["IT", "Records", "pat@there.example"])
    assert app(there, "insight")["token_policy"]["allow_refresh_token"] is False
    assert app(there, "insight")["token_policy"]["access_token_max_idle_time"] == 15
    assert access(app(there, "drive")) == ("private", ["Partners", "pat@there.example"])


def test_only_the_one_that_is_named_is_removed(runs):
    assert sorted(runs["remove"]["writes"]) == [("new", "removeApp"), ("there", "removeApp")]
    for tenant in ("new", "there"):
        before, after = runs["again"]["tenants"][tenant], runs["remove"]["tenants"][tenant]
        assert [one for one in NAMES if app(before, one) != app(after, one)] == ["refile"]
        assert app(after, "refile")["status"] == "available"
