# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide for other applications: each of its plays, as it stands there, previewed, run, and run again."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from playbooks_support import Stage, app, keep, once, shell
from support.guides import Guide

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/other-applications.md")
(PREVIEW_AND_RUN,) = GUIDE.commands
BLOCKS = GUIDE.yaml_by_heading
EXAMPLES = {heading.split(":")[0]: text for heading, text in BLOCKS.items()}
PLAYS = {name: text for name, text in EXAMPLES.items() if name != "The names first"}
TENANTS = ("new", "there", "without")
POLICY = {"allow_refresh_token": True, "refresh_token_expiry": 30, "access_token_max_idle_time": 15}
IDS = {"Disposition Manager": "disposition", "Refile Service": "refile", "Insight+ Admin": "insight"}
IDS["iManage Drive"] = "drive"


def _catalog(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The four applications, in the catalog only, but for these changes."""
    rows = {identity: {"id": identity, "name": f"iManage {name}"} for name, identity in IDS.items()}
    rows["drive"]["name"] = "iManage Drive"
    return [{**row, **changes.get(identity, {})} for identity, row in rows.items()]


def _tenants(stage: Stage) -> None:
    """One that has them in its catalog, one where they are set up in another way, and one that lacks them."""
    common = {"groups": ["Records", "Partners", "IT"]}
    narrow = {"status": "enabled", "access": {"mode": "custom", "groups": ["IT"], "users": ["pat@there.example"]}}
    other = {
        "disposition": narrow,
        "refile": {"status": "disabled", "token_policy": POLICY},
        "insight": {"status": "enabled", "token_policy": POLICY},
        "drive": {"status": "disabled", "access": narrow["access"]},
    }
    stage.add("new", applications=_catalog(), **common)
    stage.add("there", applications=_catalog(**other), **common)
    stage.add("without", applications=[{"id": "x", "name": "Ask iManage"}], **common)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The state before each play, its preview, its run, and its second run; and the run that lists the names."""

    def make():
        with Stage(tmp_path_factory.mktemp("guide")) as stage:
            _tenants(stage)
            found: dict[str, Any] = {}
            for name, text in EXAMPLES.items():
                book = stage.where / f"{len(found)}.yml"
                book.write_text(text, encoding="utf-8")
                if name not in PLAYS:
                    found[name] = stage.run(str(book), report=None)
                    continue
                ways = (("preview", ("--check", "--diff")), ("run", ("--diff",)), ("again", ()))
                found[name] = {"start": stage.snapshots()}
                found[name] |= {way: stage.run(*more, str(book), report=None) for way, more in ways}
        return found

    return once(tmp_path_factory, "other_applications", make)


def test_the_commands_preview_and_run_a_play(tmp_path):
    with Stage(tmp_path / "stage") as stage:
        stage.add("new", applications=_catalog(), groups=["Partners"])
        keep(tmp_path, **{"tenants.yml": stage.inventory(), "drive.yml": PLAYS["iManage Drive"]})
        code, output = shell(PREVIEW_AND_RUN, tmp_path)
        written = [one.operation for one in stage.sandbox.log if one.operation == "updateAppAccess"]
    assert code == 0, output
    assert output.count("PLAY RECAP") == 2
    assert output.count("+Allow access to: Custom") == 1, "the preview shows it"
    assert len(written) == 1


def fact(run, tenant):
    """The one result fact of a tenant."""
    (found,) = run.facts(tenant, "application_onboarding")
    return found


def test_the_guide_has_the_four_examples_and_each_is_a_whole_play():
    assert list(PLAYS) == list(IDS)
    for text in EXAMPLES.values():
        (play,) = yaml.safe_load(text)
        assert play["hosts"] == "imanage_tenants"


def test_the_names_are_listed(runs):
    run = runs["The names first"]
    assert run.code == 0
    assert all(f'"{row["name"]}"' in run.output for row in _catalog())


@pytest.mark.parametrize("name", PLAYS)
def test_every_play_ends_well_without_a_word_of_warning(runs, name):
    for way in ("preview", "run", "again"):
        run = runs[name][way]
        assert run.code == 0, run.output[-2000:]
        statuses = [fact(run, tenant)["status"] for tenant in TENANTS]
        assert statuses == ["onboarded", "onboarded", "awaiting_provisioning"]
        assert [one for one in run.warnings if way != "preview" or " assumed to " not in one] == []


@pytest.mark.parametrize("tenant", TENANTS)
@pytest.mark.parametrize("name", PLAYS)
def test_a_preview_writes_nothing_and_tells_what_the_run_does(runs, name, tenant):
    preview, run = runs[name]["preview"], runs[name]["run"]
    assert preview.writes(tenant) == []
    assert preview.snapshots[tenant] == runs[name]["start"][tenant]
    assert {**fact(preview, tenant), "check_mode": False} == fact(run, tenant)
    assert fact(preview, tenant)["check_mode"] is True
    assert preview.diffs(tenant) == run.diffs(tenant)


@pytest.mark.parametrize("tenant", TENANTS)
@pytest.mark.parametrize("name", PLAYS)
def test_a_second_run_changes_nothing(runs, name, tenant):
    again = runs[name]["again"]
    assert again.writes(tenant) == []
    assert fact(again, tenant)["changed"] is False
    assert set(fact(again, tenant)["stages"].values()) <= {"unchanged", "waiting", "skipped"}
    assert fact(again, tenant)["changes"] == []


@pytest.mark.parametrize("name", PLAYS)
def test_a_tenant_that_lacks_the_application_is_untouched_and_told_so(runs, name):
    run = runs[name]["run"]
    assert run.writes("without") == []
    (step,) = fact(run, "without")["next_steps"]
    assert f"Application name: {yaml_name(name)}\n" in step


def yaml_name(name):
    """The application of an example."""
    (task,) = yaml.safe_load(PLAYS[name])[0]["tasks"]
    (application,) = task["vars"]["application_onboarding_applications"]
    return application["name"]


@pytest.mark.parametrize("name", PLAYS)
def test_only_the_application_of_the_example_is_touched(runs, name):
    for tenant in ("new", "there"):
        before, after = runs[name]["start"][tenant], runs[name]["run"].snapshots[tenant]
        changed = [row["id"] for row in after["applications"] if row != app(before, row["id"])]
        assert changed == [IDS[name]]
        assert {**before, "applications": []} == {**after, "applications": []}


def state(runs, name, tenant):
    """The application of an example after its run."""
    return app(runs[name]["run"].snapshots[tenant], IDS[name])


def access(row):
    """The access list of an application: its mode, and its members by kind."""
    members = [(one["type"], one["id"]) for one in row["access"]["members"]]
    return row["access"]["default_security"], sorted(members)


def test_disposition_manager_is_added_for_one_group_and_never_open_to_all(runs):
    new, there = (state(runs, "Disposition Manager", tenant) for tenant in ("new", "there"))
    assert (new["status"], *access(new)) == ("enabled", "private", [("group", "Records")])
    # Who is in the list already stays.
    members = [("group", "IT"), ("group", "Records"), ("user", "pat@there.example")]
    assert (there["status"], *access(there)) == ("enabled", "private", members)
    assert runs["Disposition Manager"]["run"].writes("new") == ["updateApp", "updateAppAccess", "updateApp"]
    assert runs["Disposition Manager"]["run"].writes("there") == ["updateAppAccess"]


def test_the_refile_service_is_added_with_its_token_policy(runs):
    new, there = (state(runs, "Refile Service", tenant) for tenant in ("new", "there"))
    wanted = {"allow_refresh_token": True, "refresh_token_expiry": 180, "access_token_max_idle_time": 60}
    assert (new["status"], access(new), new["token_policy"]) == ("enabled", ("public", []), wanted)
    assert (there["status"], there["token_policy"]) == ("disabled", wanted), "enabled is not given"


def test_insight_admin_has_refresh_tokens_off(runs):
    new, there = (state(runs, "Insight+ Admin", tenant) for tenant in ("new", "there"))
    assert new["status"] == "enabled"
    assert not (new["token_policy"] or {}).get("allow_refresh_token")
    assert runs["Insight+ Admin"]["run"].writes("new") == ["updateApp"], "it is added with refresh off"
    assert there["token_policy"]["allow_refresh_token"] is False
    assert there["token_policy"]["access_token_max_idle_time"] == 15, "what is not given stays"


def test_drive_is_edited_and_its_access_narrowed(runs):
    new, there = (state(runs, "iManage Drive", tenant) for tenant in ("new", "there"))
    assert (new["status"], *access(new)) == ("enabled", "private", [("group", "Partners")])
    members = [("group", "Partners"), ("user", "pat@there.example")]
    assert (there["status"], *access(there)) == ("disabled", "private", members)
    assert fact(runs["iManage Drive"]["run"], "there")["stages"]["refresh_token"] == "skipped"
