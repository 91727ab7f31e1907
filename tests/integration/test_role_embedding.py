# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role in playbooks of others, and under the options of the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from playbooks_support import (
    BY_PASSWORD,
    CLIENT_ID,
    EXTENSION,
    PROCESS,
    Run,
    Stage,
    app,
    authorizers,
    catalog,
    typing,
)

ROLE = "imanage.control_center.tracker_onboarding"
STAGES = ("provisioning", "application", "refresh_token", "authorization")
ADDED = {"status": "enabled"}
TAGS = ("application", "refresh_token", "authorization")
POLICY, LIBRARIES = (
    "Allow refresh tokens for the configuration application",
    "Authorize Tracker's background service for the libraries",
)


def _skipped(fact: dict[str, Any]) -> list[str]:
    """The stages that remain because somebody left them out."""
    assert {(row["library"], row["reason"]) for row in fact["remaining"]} <= {(None, "left_out_by_tags")}
    return [row["stage"] for row in fact["remaining"]]


def _play(
    hosts: str,
    how: str = "import_role",
    role: dict[str, Any] | None = None,
    uses: tuple[dict[str, Any], ...] = ({},),
    task: dict[str, Any] | None = None,
    **play: Any,
) -> dict[str, Any]:
    """A play of somebody else, who uses the role with some variables, once or more, and does something after it."""
    use = {"name": "Use the role", f"ansible.builtin.{how}": {"name": ROLE, **(role or {})}, **(task or {})}
    after = {"name": f"Go on after {how}", "ansible.builtin.debug": {"msg": "{{ tracker_onboarding_result.status }}"}}
    return {
        "name": f"Somebody's play on {hosts}",
        "hosts": hosts,
        "gather_facts": False,
        "connection": "local",
        **play,
        "tasks": [*({**use, "vars": variables} for variables in uses), after],
    }


def _write(stage: Stage, name: str, plays: list[dict[str, Any]]) -> str:
    path = stage.where / f"{name}.yml"
    path.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    return str(path)


def _foreign(stage: Stage) -> Run:
    """A playbook of somebody else that uses the role in every way, with all the output there is."""
    nrtadmin = {
        "imanage_username": "manager@{{ inventory_hostname }}.example",
        "imanage_password": "{{ inventory_hostname }}-manager-password",
        "imanage_nrtadmin_username": "admin@{{ inventory_hostname }}.example",
        "imanage_nrtadmin_password": "{{ inventory_hostname }}-admin-password",
    }
    wrong, record = {"imanage_password": "guessed"}, {"tracker_onboarding_on_failure": "record"}
    for way in ("import", "include"):
        stage.add(f"{way}_fine")
        stage.add(f"{way}_wrong", wrong)
        stage.add(f"{way}_bare", applications=catalog(EXTENSION))
        stage.add(f"{way}_pair", nrtadmin)
    stage.add("record_wrong", wrong)
    stage.add("record_late", {"tracker_onboarding_access": "custom", "tracker_onboarding_groups": ["Nobodies"]})
    stage.add("record_fine")
    stage.add("stopped", {"tracker_onboarding_on_failure": "record", "imanage_timeout": "soon"})
    stage.add("dry")
    stage.add("defaults")
    for kind in ("free", "serial"):
        stage.add(f"{kind}_wrong", wrong)
        stage.add(f"{kind}_fine")
    stage.add("delegated", {"ansible_connection": "ssh", "ansible_ssh_executable": "/nonexistent/ssh"})
    stage.add("repeated")
    stage.add("chosen", {"tracker_onboarding_libraries": ["NOWHERE"]})
    plays = [
        _play("import_*"),
        _play("include_*", "include_role"),
        _play("record_*", "include_role", uses=(record,)),
        _play("dry", check_mode=True),
        _play(
            "defaults",
            module_defaults={
                "group/imanage.control_center.all": {
                    "username": "somebody@elsewhere.example",
                    "password": "elsewhere-password",
                    "customer_id": 1,
                    "libraries": ["NOWHERE"],
                }
            },
        ),
        _play("free_*", strategy="ansible.builtin.free"),
        _play("serial_*", serial=1, uses=(record,)),
        _play("delegated", task={"delegate_to": "localhost"}),
        # Fails, does all, finds nothing to do, and fails.
        _play("repeated", "include_role", uses=({**wrong, **record}, record, record, {**wrong, **record})),
        _play("chosen", uses=({"tracker_onboarding_stages": ["application", "refresh_token"]},)),
        _play("import_fine", role={"tasks_from": "audit"}),
        _play("include_fine", "include_role", role={"tasks_from": "offboard"}),
        _play("import_pair", role={"tasks_from": "offboard"}),
        # The last one: Ansible ends a playbook after a play in which every host failed.
        _play("stopped"),
    ]
    # What somebody has in ansible.cfg for other playbooks.
    return stage.run("-vvv", _write(stage, "foreign", plays), report=None, ANSIBLE_ANY_ERRORS_FATAL="true")


def _tagged(stage: Stage) -> dict[str, Run]:
    """The playbook of ours under --tags, --skip-tags, --step, --start-at-task, --limit, --check, --diff and -e."""
    both = catalog(tracker=ADDED, tracker_cc=ADDED)
    for name in ("one", "two", "stepped"):
        stage.add(name)
    stage.add("added", applications=both)
    stage.add("wrong", {"imanage_password": "guessed"})
    stage.add("unset", {"tracker_onboarding_access": "nobody"})
    stage.add("narrowed", applications=both)
    # What only another stage could find: there is no such library.
    stage.add("elsewhere", {"tracker_onboarding_libraries": ["NOWHERE"]})
    stage.add("environment", by_password=False)
    runs = {}
    onboard = "imanage.control_center.onboard"
    fatal = {"ANSIBLE_ANY_ERRORS_FATAL": "true"}
    limits = {"refresh_token": "one,added,wrong,unset", "application": "one,elsewhere", "authorization": "one,added"}
    for stage_name, limit in limits.items():
        tags = ("--tags", f"tracker_onboarding_{stage_name}", "--limit", limit)
        runs[stage_name] = stage.run(*tags, onboard, **fatal)
    runs["provisioning"] = stage.run("--tags", "tracker_onboarding_provisioning", "--limit", "two", onboard)
    runs["skip"] = stage.run("--skip-tags", "tracker_onboarding_authorization", "--limit", "two", onboard)
    # A person who answers no at one of the stages.
    step = typing({f"{LIBRARIES} (N)o/(y)es/(c)ontinue: ": "n", "(N)o/(y)es/(c)ontinue: ": "y"})
    runs["step"] = stage.run("--step", "--limit", "stepped", onboard, execute=step)
    # Nobody begins after the plan.
    for name, task in {"start": POLICY, "start at the result": "Set the result fact"}.items():
        runs[name] = stage.run("--start-at-task", task, "--limit", "two", onboard)
    groups = json.dumps({"tracker_onboarding_groups": ["IT"], "tracker_onboarding_access": "custom"})
    limited = ("--check", "--diff", "--limit", "narrowed", "-e", groups, "-e", "tracker_onboarding_libraries=ARCHIVE")
    runs["check"] = stage.run(*limited, onboard)
    # Tags of a play of somebody else.
    web = {"tags": ["web"]}
    plays = [
        _play("added", task=web),
        _play("two", "include_role", role={"apply": web}, task=web),
        _play("narrowed", "include_role", task=web),
    ]
    runs["web"] = stage.run("--tags", "web", _write(stage, "web", plays), report=None)
    # Whoever keeps nothing in the inventory gives all of it in the environment.
    del stage.common["imanage_url"], stage.common["imanage_client_id"]
    runs["environment"] = stage.run(
        *("--limit", "environment", "--tags", "tracker_onboarding", onboard),
        IMANAGE_URL=stage.server.url,
        IMANAGE_CLIENT_ID=CLIENT_ID,
        IMANAGE_USERNAME="admin@environment.example",
        IMANAGE_PASSWORD="environment-admin-password",
    )
    return runs


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """The run of a foreign playbook."""
    with Stage(tmp_path_factory.mktemp("foreign")) as stage:
        run = _foreign(stage)
        return {"run": run, "remote": [path.name for path in stage.where.rglob("remote")]}


@pytest.fixture(scope="module")
def run(foreign):
    """The run alone."""
    return foreign["run"]


@pytest.fixture(scope="module")
def tagged(tmp_path_factory):
    """The runs under options of the command line, by name."""
    with Stage(tmp_path_factory.mktemp("tagged")) as stage:
        return _tagged(stage)


# -- playbooks of others --------------------------------------------------------------------------------------------

BOTH_WAYS = pytest.mark.parametrize("way", ["import", "include"])


@BOTH_WAYS
def test_the_result_is_a_fact_of_each_tenant(run, way):
    expected = {
        "fine": ("onboarded", True, False),
        "wrong": ("failed", False, False),
        "bare": ("awaiting_provisioning", False, False),
        "pair": ("onboarded", True, False),
    }
    for tenant, told in expected.items():
        fact = run.facts(f"{way}_{tenant}")[0]
        assert (tenant, fact["status"], fact["changed"], fact["check_mode"]) == (tenant, *told)
        assert fact["tenant"] == f"{way}_{tenant}"


@BOTH_WAYS
def test_a_tenant_that_fails_fails_and_the_others_go_on(run, way):
    assert run.recap[f"{way}_wrong"]["failed"] == 1
    for tenant in ("fine", "bare", "pair"):
        assert run.recap[f"{way}_{tenant}"]["failed"] == 0
    went_on = {line["host"] for line in run.lines if line["task"] == f"Go on after {way}_role"}
    assert {f"{way}_fine", f"{way}_bare", f"{way}_pair"} <= went_on
    assert f"{way}_wrong" not in went_on


@BOTH_WAYS
def test_a_failed_tenant_is_signed_out_and_has_its_fact(run, way):
    fact = run.facts(f"{way}_wrong")[0]
    assert fact["failure"]["kind"] == "sign_in"
    assert run.tokens_left[f"{way}_wrong"] == 0


def test_a_recorded_failure_leaves_the_tenant_in_the_play(run):
    went_on = {line["host"] for line in run.lines if line["task"] == "Go on after include_role"}
    for tenant, kind in (("record_wrong", "sign_in"), ("record_late", "bad_option")):
        assert run.recap[tenant]["failed"] == 0
        assert run.facts(tenant)[0]["failure"]["kind"] == kind
        assert tenant in went_on
    assert run.facts("record_fine")[0]["status"] == "onboarded"


def test_arguments_that_do_not_validate_fail_before_the_role(run):
    assert run.recap["stopped"]["failed"] == 1
    assert run.calls("stopped") == []


def test_check_mode_of_a_play_is_in_the_fact_and_nothing_is_written(run):
    fact = run.facts("dry")[0]
    assert (fact["check_mode"], fact["status"], fact["changed"]) == (True, "onboarded", True)
    assert run.writes("dry") == []
    assert authorizers(run.snapshots["dry"]) == {"ACTIVE": None, "ARCHIVE": None, "SPM": None}


def test_module_defaults_of_the_play_do_not_reach_into_the_role(run):
    (fact,) = run.facts("defaults")
    assert (fact["status"], fact["failure"]) == ("onboarded", None)
    assert fact["libraries"]["authorized"] == ["ACTIVE", "ARCHIVE", "SPM"]
    assert run.signing("defaults") == (5, 5)


@pytest.mark.parametrize("way", ["free", "serial"])
def test_a_strategy_or_batches_change_nothing(run, way):
    (wrong,), (fine,) = run.facts(f"{way}_wrong"), run.facts(f"{way}_fine")
    assert (wrong["status"], wrong["failure"]["kind"]) == ("failed", "sign_in")
    assert (fine["status"], fine["changed"]) == ("onboarded", True)


def test_the_tasks_may_be_delegated(run):
    (fact,) = run.facts("delegated")
    assert (fact["tenant"], fact["status"]) == ("delegated", "onboarded")
    assert set(authorizers(run.snapshots["delegated"]).values()) == {"admin@delegated.example"}


def test_a_second_use_knows_nothing_of_the_first(run):
    told = [(fact["status"], fact["changed"]) for fact in run.facts("repeated")]
    assert told == [("failed", False), ("onboarded", True), ("onboarded", False), ("failed", False)]
    first, second, third, last = run.facts("repeated")
    assert first["failure"] == last["failure"] is not None
    assert last["stages"] == {**dict.fromkeys(STAGES, "skipped"), "provisioning": "failed"}
    assert (second["failure"], third["failure"], third["changes"]) == (None, None, [])
    assert third["stages"] == dict.fromkeys(STAGES, "unchanged")


def test_a_variable_chooses_the_stages_and_what_is_left_out_cannot_fail(run):
    (fact,) = run.facts("chosen")
    assert (fact["status"], fact["changed"], fact["failure"]) == ("incomplete", True, None)
    assert _skipped(fact) == ["authorization"]
    assert run.applied("chosen") == ["updateApp", "updateApp", "writeTokenPolicy"]
    assert any("The stage authorization was left out" in step for step in fact["next_steps"])


def test_other_entry_points_follow_in_the_same_playbook(run):
    assert [fact["status"] for fact in run.facts("import_fine")] == ["onboarded", "onboarded"]
    assert run.facts("import_fine")[1]["check_mode"] is True
    for tenant in ("include_fine", "import_pair"):
        onboarded, offboarded = run.facts(tenant)
        assert (onboarded["status"], offboarded["status"]) == ("onboarded", "offboarded")
        assert (offboarded["changed"], offboarded["check_mode"]) == (True, False)
        assert {app(run.snapshots[tenant], one)["status"] for one in ("tracker", "tracker-cc")} == {"available"}


def test_everybody_is_signed_out(run):
    assert set(run.tokens_left.values()) == {0}


def test_at_most_eight_tasks_a_tenant(run):
    counted = {}
    for line in run.lines:
        if line["role"]:
            counted.setdefault(line["host"], []).append(line["task"])
    once_only = {host: tasks for host, tasks in counted.items() if len(run.facts(host)) == 1}
    # Healthy, failing, not provisioned, with a second identity; each task counts, skipped or not.
    assert {"record_fine", "include_wrong", "import_bare", "include_pair", "record_late", "dry"} <= set(once_only)
    assert {host: tasks for host, tasks in once_only.items() if len(tasks) > 8} == {}
    # The arguments, the plan, that there is something to do, the three stages, the result.
    assert len(once_only["record_fine"]) == 7
    twice = {host: tasks for host, tasks in counted.items() if len(run.facts(host)) == 2}
    assert {host: tasks for host, tasks in twice.items() if len(tasks) > 16} == {}


def test_no_process_is_started(foreign):
    run = foreign["run"]
    assert "task path: " in run.output  # it is as talkative as it has to be
    assert PROCESS.findall(run.output) == []
    assert foreign["remote"] == []


def test_nothing_is_deprecated_and_only_assumptions_are_warned_of(run):
    # Core's own word on the ansible.cfg of this run.
    fatal = "Using any_errors_fatal with the free strategy is not supported"
    warnings = [one for one in run.warnings if fatal not in one]
    assert [one for one in warnings if " assumed to " not in one] == []
    assert len(warnings) == 3


def test_no_secret_shows_where_all_is_shown(run):
    for word in ("admin-password", "manager-password", "guessed", "tracker-client-secret"):
        assert word not in run.output.replace(BY_PASSWORD["imanage_password"], "")


# -- options of the command line ------------------------------------------------------------------------------------


WRITTEN = {
    "application": ["updateApp", "updateApp"],
    "refresh_token": ["writeTokenPolicy"],
    "authorization": ["authorizeLibrary"] * 3,
}


@pytest.mark.parametrize(
    ("name", "tenant"), [("application", "one"), ("refresh_token", "added"), ("authorization", "added")]
)
@pytest.mark.sweep
def test_tags_do_their_part_only_and_say_what_they_left_out(tagged, name, tenant):
    run = tagged[name]
    (fact,) = run.facts(tenant)
    expected = {**dict.fromkeys(STAGES, "skipped"), "provisioning": "unchanged", name: "changed"}
    assert fact["stages"] == expected
    assert (fact["status"], fact["changed"], fact["failure"]) == ("incomplete", True, None)
    assert _skipped(fact) == [one for one in TAGS if one != name]
    assert run.applied(tenant) == WRITTEN[name]
    assert f"{tenant}: incomplete" in run.output
    assert run.signing(tenant)[0] == {"application": 3}.get(name, 2)


@pytest.mark.sweep
def test_tags_say_what_is_missing_before_their_part(tagged):
    kinds = {"refresh_token": "not_added", "authorization": "conflict"}
    for name, kind in kinds.items():
        (fact,) = tagged[name].facts("one")
        assert (fact["status"], fact["failure"]["kind"], fact["changed"]) == ("failed", kind, False)
        assert tagged[name].applied("one") == []


@pytest.mark.sweep
def test_a_stage_that_tags_leave_out_cannot_fail_the_plan(tagged):
    (fact,) = tagged["application"].facts("elsewhere")
    assert (fact["status"], fact["failure"]) == ("incomplete", None)


@pytest.mark.sweep
def test_the_tag_of_the_first_stage_only_reads(tagged):
    run = tagged["provisioning"]
    (fact,) = run.facts("two")
    assert (run.code, fact["status"], fact["changed"], _skipped(fact)) == (0, "incomplete", False, list(TAGS))
    assert (run.writes("two"), run.signing("two")) == ([], (1, 1))


@pytest.mark.sweep
def test_nobody_stays_signed_in(tagged):
    for name, run in tagged.items():
        assert set(run.tokens_left.values()) == {0}, name
        assert {run.signing(tenant)[0] - run.signing(tenant)[1] for tenant in run.entries} == {0}, name


@pytest.mark.sweep
def test_tags_leave_the_report_and_the_exit_code_whatever_stops_others(tagged):
    run = tagged["refresh_token"]
    assert run.code == 2
    assert {tenant: row["status"] for tenant, row in run.report.items()} == {
        "one": "failed",
        "added": "incomplete",
        "wrong": "failed",
        "unset": "failed",
    }
    assert run.report["unset"]["failure"]["kind"] == "bad_option"
    assert "incomplete" in run.files["report.html"]


@pytest.mark.sweep
def test_a_tenant_that_cannot_sign_in_is_rescued_and_fails_once(tagged):
    run = tagged["refresh_token"]
    assert run.report["wrong"]["failure"]["kind"] == "sign_in"
    assert (run.recap["wrong"]["rescued"], run.recap["wrong"]["failed"]) == (1, 1)


@pytest.mark.sweep
def test_a_skipped_tag_skips_the_role_and_every_tenant_failed(tagged):
    """As the role's README says: the plan belongs to every stage."""
    run = tagged["skip"]
    row = run.report["two"]
    assert (run.code, row["status"], row["failure"]["kind"]) == (2, "failed", "task_failed")
    assert "there is no result for this tenant" in row["failure"]["msg"]
    assert run.calls("two") == []


@pytest.mark.sweep
def test_a_stage_that_a_person_declines_remains(tagged):
    run = tagged["step"]
    assert f"{LIBRARIES} (N)o/(y)es/(c)ontinue: n" in run.output
    (fact,) = run.facts("stepped")
    assert (run.code, fact["status"], fact["changed"], _skipped(fact)) == (0, "incomplete", True, ["authorization"])
    assert run.applied("stepped") == ["updateApp", "updateApp", "writeTokenPolicy"]
    assert run.report["stepped"]["status"] == "incomplete"


@pytest.mark.sweep
def test_nobody_starts_at_a_stage(tagged):
    run = tagged["start"]
    assert (run.report, run.calls("two")) == ({}, [])
    assert "No matching task" in run.output


@pytest.mark.sweep
def test_a_run_that_starts_after_the_plan_fails(tagged):
    run = tagged["start at the result"]
    assert (run.code, run.report["two"]["status"], run.calls("two")) == (2, "failed", [])
    assert run.report["two"]["failure"]["kind"] == "task_failed"


@pytest.mark.parametrize("tenant", ["added", "two"])
@pytest.mark.sweep
def test_tags_of_somebody_s_play_choose_the_whole_role(tagged, tenant):
    (fact,) = tagged["web"].facts(tenant)
    assert (fact["status"], fact["remaining"], fact["failure"]) == ("onboarded", [], None)


@pytest.mark.sweep
def test_a_tag_that_is_not_applied_to_the_role_s_tasks_runs_none_and_claims_nothing(tagged):
    assert tagged["web"].facts("narrowed") == []
    assert tagged["web"].calls("narrowed") == []


@pytest.mark.parametrize("name", ["check", "environment"])
@pytest.mark.sweep
def test_a_limit_leaves_the_others_alone(tagged, name):
    run = tagged[name]
    (limited,) = run.recap
    assert {tenant for tenant, entries in run.entries.items() if entries} == {limited}
    assert list(run.report) == [limited]


@pytest.mark.sweep
def test_check_and_diff_of_the_command_line(tagged):
    run = tagged["check"]
    (fact,) = run.facts("narrowed")
    assert (run.code, fact["check_mode"], fact["changed"], fact["status"]) == (0, True, True, "onboarded")
    assert run.writes("narrowed") == []
    assert "+Allow access to: Custom" in run.output
    assert "IT" in run.output
    assert "+Allow Refresh Token: yes" in run.output
    assert "+ARCHIVE: authorized" in run.output
    assert "ACTIVE: authorized" not in run.output


@pytest.mark.sweep
def test_variables_of_the_command_line_count(tagged):
    (fact,) = tagged["check"].facts("narrowed")
    assert fact["libraries"]["authorized"] == ["ARCHIVE"]


@pytest.mark.sweep
def test_credentials_of_the_environment_are_enough(tagged):
    run = tagged["environment"]
    (fact,) = run.facts("environment")
    assert (run.code, fact["status"], fact["failure"]) == (0, "onboarded", None)
    assert fact["url"].startswith("http://127.0.0.1:")
    assert set(authorizers(run.snapshots["environment"]).values()) == {"admin@environment.example"}


@pytest.mark.parametrize("name", ["refresh_token", "skip", "environment", "step", "web"])
@pytest.mark.sweep
def test_no_option_brings_a_warning(tagged, name):
    assert tagged[name].warnings == []


@pytest.mark.sweep
def test_a_check_warns_of_nothing_but_its_assumptions(tagged):
    refresh, consent = tagged["check"].warnings
    assert "Refresh tokens are assumed to be allowed" in refresh
    assert "without a person's consent" in consent
