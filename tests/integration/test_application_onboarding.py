# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role application_onboarding: a tenant of every outcome, and the role beside tracker_onboarding in one play."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from playbooks_support import PROCESS, Run, Stage, app, once
from sandbox import Fault

ROLE = "application_onboarding"
STAGES = ("provisioning", "application", "refresh_token")
KEYS = ["tenant", "customer_id", "url", "status", "check_mode", "changed", "stages", "changes", "next_steps", "failure"]
DISPOSITION, REFILE, INSIGHT = "iManage Disposition Manager", "iManage Refile Service", "iManage Insight+ Admin"
REFRESHING = {"allow_refresh_token": True, "refresh_token_expiry": 30, "access_token_max_idle_time": 15}
# One to add, one whose refresh is to be off, one to edit.
WANTED = [
    {"name": DISPOSITION, "enabled": True, "access": "custom", "groups": ["IT"]},
    {"name": INSIGHT, "allow_refresh_token": False},
    {"name": "iManage Drive", "access": "custom", "groups": ["Partners"]},
]
NO_POLICY = WANTED[::2]
IDS = ("disposition", "insight", "drive")


def _applications(*without: str, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {"id": "drive", "name": "iManage Drive", "status": "enabled"},
        {"id": "insight", "name": INSIGHT, "status": "enabled", "token_policy": REFRESHING},
        {"id": "disposition", "name": DISPOSITION, "client_secret": "a-client-secret"},
        {"id": "refile", "name": REFILE},
        {"id": "tracker", "name": "iManage Tracker"},
        {"id": "tracker-cc", "name": "iManage Tracker CC configuration"},
    ]
    return [{**row, **changes.get(row["id"], {})} for row in rows if row["id"] not in without]


def _tenants(stage: Stage) -> None:
    def add(name: str, wanted: list[Any] | None = None, more: dict[str, Any] | None = None, **changes: Any) -> None:
        variables = {f"{ROLE}_applications": WANTED if wanted is None else wanted, **(more or {})}
        stage.add(name, variables, **{"applications": _applications(), **changes})

    add("ready")
    narrow = {"mode": "custom", "groups": ["IT"]}
    there = {
        "disposition": {"status": "enabled", "access": narrow},
        "insight": {"token_policy": {**REFRESHING, "allow_refresh_token": False}},
        "drive": {"access": {"mode": "custom", "groups": ["Partners"]}},
    }
    del there["insight"]["token_policy"]["refresh_token_expiry"]
    add("same", applications=_applications(**there))
    add("drifted", applications=_applications(**{**there, "insight": {}}))
    add("no_policy", NO_POLICY)
    add("two_lack", [*WANTED, {"name": REFILE}], applications=_applications("disposition", "refile"))
    add("must", more={f"{ROLE}_on_unprovisioned": "fail"}, applications=_applications("disposition"))
    nobody = {**WANTED[0], "users": ["nobody@refused.example"]}
    add("refused", [nobody])
    add("stops", [nobody], {f"{ROLE}_on_failure": "fail"})
    add("bad_expiry", [{**WANTED[1], "refresh_token_expiry_days": 9}])
    add("near_miss", [*WANTED, {"name": "imanage refile service"}])
    add("twice", [WANTED[0], WANTED[0]])
    add("bad_key", [{"name": DISPOSITION, "refresh": True}])
    stage.add("no_list", applications=_applications())
    add("no_rights", more={"imanage_username": "pat@no_rights.example", "imanage_password": "no_rights-pat-password"})
    add("broken_once")
    add("attached", applications=_applications(drive={"associated_settings": True}))
    add("as_text", [f"name={INSIGHT.replace(' ', '_')} allow_refresh_token=false"])


WELL = ("ready", "same", "drifted", "no_policy", "attached")
FAILED = {
    "must": ("not_provisioned", [DISPOSITION]),
    "refused": ("bad_option", ["nobody@refused.example"]),
    "stops": ("bad_option", ["nobody@refused.example"]),
    "bad_expiry": ("bad_option", ["refresh_token_expiry_days"]),
    "near_miss": ("not_found", ["'imanage refile service'", f"'{REFILE}'"]),
    "twice": ("bad_option", ["one twice"]),
    "no_rights": ("permission", ["App Management"]),
    "as_text": ("not_provisioned", ["iManage_Insight+_Admin"]),
}
REFUSED_BEFORE = {"bad_key": "refresh", "no_list": f"{ROLE}_applications"}


def _book(stage: Stage, name: str, *tasks: dict[str, Any]) -> str:
    path = stage.where / f"{name}.yml"
    play = {"name": name, "hosts": "imanage_tenants", "gather_facts": False, "connection": "local", "tasks": [*tasks]}
    path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    return str(path)


def _use(role: str, entry: str = "main", how: str = "import_role", **variables: Any) -> dict[str, Any]:
    source = {"name": f"imanage.control_center.{role}", "tasks_from": entry}
    return {"name": f"Use {role}", f"ansible.builtin.{how}": source, "vars": variables}


def _say(name: str) -> dict[str, Any]:
    return {"name": name, "ansible.builtin.debug": {"msg": "on"}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Audited, previewed, onboarded twice, audited, and taken back twice."""

    def make():
        with Stage(tmp_path_factory.mktemp("applications")) as stage:
            _tenants(stage)
            for name in stage.hosts:
                stage.hosts[name].setdefault(f"{ROLE}_on_failure", "record")
            stage.hosts["as_text"][f"{ROLE}_on_unprovisioned"] = "fail"
            books = {entry: _book(stage, entry, _use(ROLE, entry), _say("Go on")) for entry in ("main", "audit")}
            books["offboard"] = _book(stage, "offboard", _use(ROLE, "offboard", "include_role"))
            found: dict[str, Any] = {"start": stage.snapshots()}
            found["audit first"] = stage.run(books["audit"], report=None)
            found["preview"] = stage.run("--check", "--diff", books["main"], report=None)
            stage.sandbox.tenant("broken_once").faults.append(
                Fault("status", operation="writeTokenPolicy", status=409, times=1)
            )
            found["onboard"] = stage.run("-vvv", "--diff", books["main"], report=None)
            found["again"] = stage.run(books["main"], report=None)
            found["audit"] = stage.run(books["audit"], report=None)
            found["offboard"] = stage.run(books["offboard"], report=None)
            found["offboard again"] = stage.run(books["offboard"], report=None)
        return found

    return once(tmp_path_factory, "application_onboarding", make)


def fact(run: Run, tenant: str) -> dict[str, Any]:
    """The one result fact of a tenant."""
    (found,) = run.facts(tenant, ROLE)
    return found


def words(found: dict[str, Any]) -> list[str]:
    """How the stages went, in order."""
    assert tuple(found["stages"]) == STAGES
    return list(found["stages"].values())


def test_the_fact_has_the_keys_of_the_documentation_and_none_of_libraries(runs):
    for name in ("preview", "onboard", "audit", "offboard"):
        for tenant in ("ready", "two_lack", "refused", "no_rights"):
            assert [key for key in fact(runs[name], tenant) if key in KEYS] == KEYS
            assert not {"libraries", "authorizations", "expires_at"} & set(fact(runs[name], tenant))
    row = fact(runs["onboard"], "ready")
    assert (row["tenant"], row["customer_id"]) == ("ready", runs["start"]["ready"]["customer_id"])
    assert row["url"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("tenant", WELL)
def test_the_applications_are_as_the_list_says(runs, tenant):
    assert fact(runs["onboard"], tenant)["status"] == "onboarded"
    after = runs["onboard"].snapshots[tenant]
    disposition, insight, drive = (app(after, one) for one in IDS)
    assert [one["status"] for one in (disposition, insight, drive)] == ["enabled"] * 3
    for row, group in ((disposition, "IT"), (drive, "Partners")):
        assert row["access"] == {"default_security": "private", "members": [{"id": group, "type": "group"}]}
    assert insight["token_policy"]["allow_refresh_token"] is (tenant == "no_policy")
    assert app(after, "refile")["status"] == "available"
    assert fact(runs["onboard"], tenant)["next_steps"] == []


def test_the_stages_say_what_each_did(runs):
    run = runs["onboard"]
    assert words(fact(run, "ready")) == ["unchanged", "changed", "changed"]
    assert words(fact(run, "same")) == ["unchanged"] * 3
    assert words(fact(run, "drifted")) == ["unchanged", "unchanged", "changed"]
    assert words(fact(run, "two_lack")) == ["waiting", "skipped", "skipped"]
    assert words(fact(run, "refused")) == ["unchanged", "failed", "skipped"]
    assert [change["title"] for change in fact(run, "drifted")["changes"]] == [f"{INSIGHT}, Authentication"]


def test_a_list_without_a_token_policy_is_whole_without_that_stage(runs):
    found = fact(runs["onboard"], "no_policy")
    assert (found["status"], words(found)) == ("onboarded", ["unchanged", "changed", "skipped"])
    assert "writeTokenPolicy" not in runs["onboard"].calls("no_policy")


def test_no_library_is_looked_at(runs):
    for name in ("preview", "onboard", "audit", "offboard"):
        called = {call for tenant in runs["start"] for call in runs[name].calls(tenant)}
        assert "listApps" in called
        assert not {call for call in called if "ibrar" in call}


def test_a_preview_and_an_audit_write_nothing(runs):
    for name, before in (("audit first", "start"), ("preview", "start"), ("audit", "again")):
        start = runs[before] if before == "start" else runs[before].snapshots
        assert runs[name].snapshots == start
        assert {tenant: runs[name].writes(tenant) for tenant in start if runs[name].writes(tenant)} == {}


def test_a_preview_tells_what_the_run_does(runs):
    for tenant in (*WELL, "two_lack", "must", "bad_expiry", "near_miss", "twice", "no_rights"):
        preview, run = fact(runs["preview"], tenant), fact(runs["onboard"], tenant)
        assert preview["check_mode"] is True
        # The number of a request is the server's.
        own = {"check_mode": None, "failure": (run["failure"] or {}).get("kind")}
        assert {**preview, **own} == {**run, **own}, tenant
        assert (preview["failure"] or {}).get("kind") == own["failure"]
        assert runs["preview"].diffs(tenant) == runs["onboard"].diffs(tenant)


def test_a_second_run_changes_nothing(runs):
    for tenant in (*WELL, "two_lack"):
        assert runs["again"].writes(tenant) == []
        assert fact(runs["again"], tenant)["changed"] is False
        assert fact(runs["again"], tenant)["status"] == fact(runs["onboard"], tenant)["status"]


def test_an_audit_says_what_has_drifted(runs):
    found = fact(runs["audit first"], "drifted")
    assert (found["status"], found["check_mode"], found["changed"]) == ("drifted", True, True)
    assert found["next_steps"][0] == f"{INSIGHT}, Authentication: Allow Refresh Token is yes, shall be no."
    assert "preview an onboarding" in found["next_steps"][1]
    assert fact(runs["audit first"], "same")["status"] == "onboarded"
    assert fact(runs["audit first"], "ready")["status"] == "drifted"
    assert fact(runs["audit first"], "two_lack")["status"] == "awaiting_provisioning"
    assert {fact(runs["audit"], tenant)["status"] for tenant in WELL} == {"onboarded"}


def test_a_tenant_that_lacks_some_is_untouched_and_iManage_is_asked_for_those(runs):
    found = fact(runs["onboard"], "two_lack")
    assert (found["status"], found["changed"], found["failure"]) == ("awaiting_provisioning", False, None)
    assert runs["onboard"].writes("two_lack") == []
    (step,) = found["next_steps"]
    assert step.startswith(f"Not in the catalog of this tenant: {DISPOSITION}, {REFILE}. ")
    assert f"Application name: {DISPOSITION}, {REFILE}\n" in step
    assert "Customer name: two_lack\n" in step


@pytest.mark.parametrize("tenant", FAILED)
def test_a_failure_says_why(runs, tenant):
    kind, told = FAILED[tenant]
    found = fact(runs["onboard"], tenant)
    assert (found["status"], found["failure"]["kind"]) == ("failed", kind)
    assert all(word in found["failure"]["msg"] for word in told)
    assert found["next_steps"] == [found["failure"]["msg"]]
    assert runs["onboard"].snapshots[tenant] == runs["start"][tenant]


def test_an_application_added_for_a_refused_list_is_taken_back(runs):
    assert runs["onboard"].applied("refused") == ["updateApp", "removeApp"]
    assert app(runs["onboard"].snapshots["refused"], "disposition")["status"] == "available"


def test_a_failure_is_recorded_or_fails_the_host(runs):
    run = runs["onboard"]
    went_on = {line["host"] for line in run.lines if line["task"] == "Go on"}
    assert {"refused", "no_rights", "ready"} <= went_on
    assert {tenant for tenant, row in run.recap.items() if row["failed"]} == {"stops", *REFUSED_BEFORE}
    assert not {"stops", *REFUSED_BEFORE} & went_on
    assert run.code == 2


@pytest.mark.parametrize("tenant", REFUSED_BEFORE)
def test_variables_that_do_not_validate_stop_before_anything_is_asked(runs, tenant):
    assert runs["onboard"].calls(tenant) == []
    assert runs["onboard"].facts(tenant, ROLE) == []
    (said,) = [
        line for line in runs["again"].output.splitlines() if line.startswith(f"fatal: [{tenant}]") and "=>" in line
    ]
    assert REFUSED_BEFORE[tenant] in said


def test_the_next_run_completes_what_was_refused_once(runs):
    found = fact(runs["onboard"], "broken_once")
    assert (found["status"], found["changed"], words(found)) == ("failed", True, ["unchanged", "changed", "failed"])
    again = fact(runs["again"], "broken_once")
    assert (again["status"], words(again)) == ("onboarded", ["unchanged", "unchanged", "changed"])
    assert runs["again"].applied("broken_once") == ["writeTokenPolicy"]


def test_offboarding_removes_only_what_is_named(runs):
    run = runs["offboard"]
    for tenant in ("ready", "same", "drifted", "broken_once"):
        found = fact(run, tenant)
        assert (found["status"], found["changed"], found["next_steps"]) == ("offboarded", True, [])
        assert words(found) == ["unchanged", "changed", "skipped"]
        assert run.applied(tenant) == ["removeApp"] * 3
        removed = [one["path"].rsplit("/", 1)[1] for one in run.entries[tenant] if one["operation"] == "removeApp"]
        assert removed == ["drive", "insight", "disposition"], "the last one first"
    left = {row["id"]: row["status"] for row in run.snapshots["no_policy"]["applications"]}
    assert left.pop("insight") == "enabled"
    assert set(left.values()) == {"available"}


def test_offboarding_leaves_alone_who_lacks_an_application(runs):
    found = fact(runs["offboard"], "two_lack")
    assert (found["status"], runs["offboard"].applied("two_lack")) == ("offboarded", ["removeApp"] * 2)


def test_an_application_with_settings_stays_in_the_words_of_the_server(runs):
    found = fact(runs["offboard"], "attached")
    assert (found["status"], found["failure"]["kind"]) == ("failed", "conflict")
    assert "associated settings" in found["failure"]["msg"]
    assert app(runs["offboard"].snapshots["attached"], "drive")["status"] == "enabled"


def test_a_second_offboarding_changes_nothing(runs):
    for tenant in ("ready", "same", "no_policy"):
        found = fact(runs["offboard again"], tenant)
        assert (found["status"], found["changed"]) == ("offboarded", False)
        assert runs["offboard again"].writes(tenant) == []


@pytest.mark.parametrize("name", ["preview", "onboard", "again", "audit", "offboard"])
def test_three_tasks_and_one_session_a_tenant(runs, name):
    for tenant in ("ready", "same", "two_lack", "refused"):
        assert len(runs[name].tasks(tenant)) == 3
        assert runs[name].signing(tenant) == (1, 1)
    assert set(runs[name].tokens_left.values()) == {0}


def test_no_process_is_started(runs):
    assert "task path: " in runs["onboard"].output
    assert PROCESS.findall(runs["onboard"].output) == []


def test_nothing_warns_but_for_assumptions_and_near_misses(runs):
    for name in ("audit first", "preview", "onboard", "again", "audit", "offboard", "offboard again"):
        usual = (" assumed to ", "No application is named", "there is nothing")
        assert [one for one in runs[name].warnings if not any(words in one for words in usual)] == []


# -- beside tracker_onboarding ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """Both roles in one play, whole and by tags, and where each has its own word on failures."""

    def make():
        with Stage(tmp_path_factory.mktemp("beside")) as stage:
            wanted = {f"{ROLE}_applications": WANTED}
            misspelt = {f"{ROLE}_applications": [{"name": "imanage drive"}]}
            nowhere = {"tracker_onboarding_libraries": ["NOWHERE"]}
            stage.add("both", wanted, applications=_applications())
            stage.add("apps_fail", {**misspelt, f"{ROLE}_on_failure": "record"}, applications=_applications())
            stage.add("tracker_fails", {**wanted, **nowhere}, applications=_applications())
            both = _book(stage, "both", _use("tracker_onboarding"), _use(ROLE), _say("Go on"))
            other = _book(stage, "other", _use(ROLE), _use("tracker_onboarding"), _say("Go on"))
            found = {}
            for name, tags, book in (
                ("tags of Tracker", "tracker_onboarding_application", both),
                ("tags of this role", f"{ROLE}_application", both),
                ("tags of a look", f"{ROLE}_provisioning", both),
                ("tags of policies", f"{ROLE}_refresh_token", both),
                ("both", None, both),
                ("the other way round", None, other),
            ):
                more = ("--tags", tags) if tags else ()
                found[name] = stage.run(*more, book, report=None)
            extra = ("-e", f"{ROLE}_on_failure=record", "--limit", "tracker_fails")
            found["extra"] = stage.run(*extra, both, report=None)
        return found

    return once(tmp_path_factory, "beside_tracker", make)


def test_each_role_sets_its_own_fact(beside):
    for name in ("both", "the other way round"):
        run = beside[name]
        (tracker,), (other,) = run.facts("both"), run.facts("both", ROLE)
        assert (tracker["status"], other["status"]) == ("onboarded", "onboarded")
        assert tracker["libraries"]["authorized"] == ["ACTIVE", "ARCHIVE", "SPM"]
        assert tuple(other["stages"]) == STAGES
        assert len(run.tasks("both")) == 6
        assert run.signing("both") == (2, 2)


def test_tags_of_one_role_run_that_one_only(beside):
    run = beside["tags of Tracker"]
    (found,) = run.facts("both")
    assert run.facts("both", ROLE) == []
    assert found["stages"]["application"] == "changed"
    assert [found["stages"][stage] for stage in ("refresh_token", "authorization")] == ["skipped", "skipped"]
    assert app(run.snapshots["both"], "disposition")["status"] == "available"

    run = beside["tags of this role"]
    assert run.facts("both") == []
    found = fact(run, "both")
    assert (found["status"], words(found)) == (None, ["unchanged", "changed", "skipped"])
    assert run.writes("both") == ["updateApp", "updateAppAccess", "updateApp", "updateAppAccess"]
    assert app(run.snapshots["both"], "insight")["token_policy"]["allow_refresh_token"] is True


@pytest.mark.parametrize(
    ("name", "stages", "writes"),
    [
        ("tags of a look", ["unchanged", "skipped", "skipped"], []),
        ("tags of policies", ["unchanged", "skipped", "changed"], ["writeTokenPolicy"]),
    ],
)
def test_tags_of_a_stage_run_that_stage_only(beside, name, stages, writes):
    found = fact(beside[name], "both")
    assert (found["status"], words(found)) == (None, stages)
    assert beside[name].writes("both") == writes


def test_each_role_has_its_own_word_on_failures(beside):
    run = beside["both"]
    went_on = {line["host"] for line in run.lines if line["task"] == "Go on"}
    assert went_on == {"both", "apps_fail"}
    assert (run.facts("apps_fail")[0]["status"], fact(run, "apps_fail")["status"]) == ("onboarded", "failed")
    assert run.facts("tracker_fails")[0]["failure"]["kind"] == "not_found"
    assert run.facts("tracker_fails", ROLE) == [], "Tracker had failed the host"
    assert fact(beside["the other way round"], "tracker_fails")["status"] == "onboarded"


def test_a_variable_of_one_role_on_the_command_line_is_not_for_the_other(beside):
    run = beside["extra"]
    assert (run.code, run.recap["tracker_fails"]["failed"]) == (2, 1)
    assert run.facts("tracker_fails", ROLE) == []
