# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One inventory with a tenant of every outcome: previewed, onboarded twice, audited, and offboarded twice."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from playbooks_support import EXTENSION, TRACKER, WRITES, Run, app, authorizers
from role_outcomes import LIBRARIES, LIMITED, SOME, STAGES, scenario
from support.results import libraries as stand


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What the six runs left, by name."""
    return scenario(tmp_path_factory.mktemp("outcomes"))


WELL = (
    *("ready", "done", "partial", "two_people", "custom", "expiries", "named", "disabled", "ended", "renewing"),
    *("by_refresh", "by_access", "old_access", "attached"),
)
UNPROVISIONED = ("without_cc", "without_tracker", "without_both")
CONSENT = ("consent", "consent_one")
HEALING = ("refused_once", "broken_once")
# Failed tenants with the kind of failure, the first stage that failed, and what the message has to name.
FAILED = {
    "no_app_management": ("permission", "provisioning", ["App Management", "nrt@no_app_management.example"]),
    "wrong_password": ("sign_in", "provisioning", ["credentials"]),
    "no_password": ("bad_option", "provisioning", ["username is given without password"]),
    "wrong_customer": ("wrong_tenant", "provisioning", ["customer 1", "admin@wrong_customer.example"]),
    "wrong_keeper": ("sign_in", "provisioning", ["credentials"]),
    "near_miss": ("not_found", "provisioning", ["'iManage tracker'", "'iManage Tracker'"]),
    "twice": ("ambiguous_name", "provisioning", ["tracker, tracker-2", TRACKER]),
    "must_be_there": ("not_provisioned", "provisioning", [EXTENSION]),
    "unknown_user": ("bad_option", "application", ["nobody@unknown_user.example"]),
    "unknown_group": ("bad_option", "application", ["Nobodies"]),
    "unknown_library": ("not_found", "authorization", ["NOWHERE"]),
    "no_nrtadmin": ("permission", "authorization", ["SPM", "NRTADMIN"]),
    "must_consent": ("consent_required", "authorization", [*LIBRARIES]),
    "bad_argument": ("bad_option", "provisioning", ["timeout", "soon"]),
    "bad_expiry": ("bad_option", "provisioning", ["refresh_token_expiry_days is 0"]),
}
# Whatever only the server decides a preview cannot tell: who consents, whom it knows, what it refuses.
SURPRISES = {*CONSENT, *HEALING, "unknown_user", "unknown_group", "must_consent"}
READING = ("preview", "audit")
RUNS = ("preview", "onboard", "again", "audit", "offboard", "offboard again")
MODULES = "imanage.control_center.imanage_"


def test_the_lists_of_this_file_are_complete(runs):
    assert sorted([*WELL, *UNPROVISIONED, *CONSENT, *HEALING, *FAILED]) == sorted(runs["hosts"])


# -- all tenants ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNS)
def test_every_tenant_is_in_every_report_in_the_order_of_the_inventory(runs, name):
    assert list(runs[name].report) == [one for one in runs["hosts"] if name not in LIMITED or one in SOME]
    assert runs[name].code == 2
    assert {row["check_mode"] for row in runs[name].report.values()} == {name in READING}
    assert set(runs[name].recap) == set(runs[name].report)


@pytest.mark.parametrize("name", READING)
def test_reading_sends_nothing_but_get_and_the_signing(runs, name):
    run: Run = runs[name]
    sent = {(entry["method"], entry["operation"]) for entries in run.entries.values() for entry in entries}
    assert {one for one in sent if one[0] != "GET"} == {("POST", "requestToken"), ("POST", "revokeToken")}


def test_a_preview_leaves_every_tenant_as_it_was(runs):
    assert runs["preview"].snapshots == runs["start"]


def test_an_audit_leaves_every_tenant_as_it_was(runs):
    assert runs["audit"].snapshots == runs["again"].snapshots


@pytest.mark.parametrize("name", RUNS)
def test_each_task_signs_in_and_out_for_itself_also_if_it_fails(runs, name):
    run: Run = runs[name]
    assert run.tokens_left == dict.fromkeys(runs["hosts"], 0)
    for tenant in run.report:
        signed_in, signed_out = run.signing(tenant)
        expected = sum(line["times"] for line in run.lines if line["host"] == tenant and MODULES in line["action"])
        if tenant in ("by_access", "bad_argument", "wrong_password", "no_password"):
            expected = 0
        if tenant == "bad_expiry" and not name.startswith("offboard"):
            expected = 0
        # Of two accounts, the plan needs both.
        assert (tenant, signed_in) == (tenant, expected + (tenant == "two_people"))
        assert (tenant, signed_out) == (tenant, signed_in)


def test_as_many_tasks_sign_in_as_have_something_to_do(runs):
    counted = {name: runs[name].signing("ready")[0] for name in RUNS}
    # The plan; then both applications, the token policy and the libraries. Offboarding leaves the policy alone.
    assert counted == {"preview": 5, "onboard": 5, "again": 1, "audit": 1, "offboard": 4, "offboard again": 1}


def test_a_token_that_was_passed_in_stays(runs):
    assert runs["offboard again"].calls("by_access")
    assert "revokeToken" not in runs["offboard again"].calls("by_access")


def test_signing_out_is_the_last_call(runs):
    for name in ("preview", "onboard", "offboard"):
        for tenant in runs["hosts"]:
            calls = runs[name].calls(tenant)
            if "revokeToken" in calls:
                assert calls[-1] == "revokeToken", (name, tenant)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What a preview and its run have in common; the number of a request is the server's."""
    told = {key: row[key] for key in ("status", "changed", "stages", "customer_id")}
    failure = {key: (row["failure"] or {}).get(key) for key in ("kind", "status", "operation", "path")}
    return {**told, **failure}


def test_a_preview_tells_what_the_run_then_does(runs):
    preview, onboard = runs["preview"].report, runs["onboard"].report
    for tenant in runs["hosts"]:
        if tenant not in SURPRISES:
            assert _told(preview[tenant]) == _told(onboard[tenant]), tenant


def test_a_preview_shows_the_diffs_of_the_run(runs):
    for tenant in runs["hosts"]:
        # Which libraries the server lists is its decision until the page exists.
        if tenant not in SURPRISES and tenant != "partial":
            assert runs["preview"].diffs(tenant) == runs["onboard"].diffs(tenant), tenant


def _by_field(diffs: dict[str, list[Any]]) -> dict[tuple[str, str], tuple[Any, Any]]:
    """What diffs of tasks change, by title and field."""
    found = {}
    for diff in [one for of_the_task in diffs.values() for item in of_the_task for one in _listed(item)]:
        title = diff["after_header"].split(", ", 3)[3].removesuffix(" (as planned)")
        before, after = (yaml.safe_load(diff[side]) or {} for side in ("before", "after"))
        for field in {*before, *after}:
            was, becomes = (None if one.get(field) == "none" else one.get(field) for one in (before, after))
            if was != becomes:
                found[title, str(field)] = was, becomes
    return found


def _listed(diff: Any) -> list[Any]:
    return diff if isinstance(diff, list) else [diff]


def test_the_diffs_of_the_stages_add_up_to_the_changes_of_the_plan(runs):
    for tenant, row in runs["preview"].report.items():
        changes = {
            (change["title"], one["field"]): (one["before"], one["after"])
            for change in row["changes"]
            for one in change["fields"]
        }
        assert _by_field(runs["preview"].diffs(tenant)) == changes, tenant


def test_a_run_writes_what_its_preview_planned_and_nothing_else(runs):
    for tenant, row in runs["preview"].report.items():
        if tenant not in {*SURPRISES, "partial", "no_nrtadmin"}:
            planned = (row["planned"] or {"writes": []})["writes"]
            sent = [one for one in runs["onboard"].entries[tenant] if one["operation"] in WRITES]
            assert [(one["operation"], one["body"]) for one in planned] == [
                (one["operation"], one["body"]) for one in sent
            ], tenant


def test_the_others_of_a_named_library_without_nrtadmin_are_authorized_and_the_tenant_fails_each_time(runs):
    for name, done in {"preview": [], "onboard": ["authorizeLibrary"], "again": []}.items():
        row = runs[name].report["no_nrtadmin"]
        assert (row["status"], row["failure"]["kind"]) == ("failed", "permission"), name
        assert list(runs[name].applied("no_nrtadmin")) == done, name
    assert "Failed libraries: 1 of 2" in runs["onboard"].report["no_nrtadmin"]["failure"]["msg"]


def test_a_preview_is_told_apart_from_what_a_person_decides_only(runs):
    for tenant in CONSENT:
        assert runs["preview"].report[tenant]["status"] == "onboarded"
        assert runs["preview"].report[tenant]["changed"]


def test_the_second_run_writes_nothing(runs):
    again: Run = runs["again"]
    left = {tenant: again.applied(tenant) for tenant in runs["hosts"] if again.applied(tenant)}
    # A list that is refused was tried, and what was done for it was taken back.
    assert set(left) == {*HEALING, "unknown_user"}
    changed = {tenant for tenant, row in again.report.items() if row["changed"]}
    assert changed == set(HEALING)


def test_the_second_run_tries_only_what_was_refused(runs):
    again: Run = runs["again"]
    tried = {tenant: set(again.writes(tenant)) - set(again.applied(tenant)) for tenant in runs["hosts"]}
    assert {tenant: one for tenant, one in tried.items() if one} == {
        "consent": {"authorizeLibrary"},
        "consent_one": {"authorizeLibrary"},
        "must_consent": {"authorizeLibrary"},
        "unknown_user": {"updateAppAccess"},
        "unknown_group": {"updateAppAccess"},
    }


def test_the_second_run_of_a_plain_tenant_takes_at_most_twelve_requests(runs):
    calls = runs["again"].calls("ready")
    assert len(calls) <= 12, calls


def test_what_has_another_customer_is_never_asked_for(runs):
    for name in ("preview", "onboard", "again", "audit", "offboard"):
        for tenant, entries in runs[name].entries.items():
            customer = runs["start"][tenant]["customer_id"]
            foreign = [
                one["path"] for one in entries if "/customers/" in one["path"] and f"/{customer}/" not in one["path"]
            ]
            assert foreign == []


# -- tenants that end well ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tenant", WELL)
def test_ends_onboarded_and_stays_so(runs, tenant):
    for name in ("onboard", "again", *(["audit"] if tenant in SOME else [])):
        row = runs[name].report[tenant]
        status = "onboarded" if tenant != "partial" else "drifted" if name == "audit" else "incomplete"
        assert (name, row["status"], row["failure"]) == (name, status, None)
    assert runs["onboard"].report[tenant]["changed"] is (tenant != "done")
    assert runs["again"].report[tenant]["stages"] == dict.fromkeys(STAGES, "unchanged")
    assert runs["again"].snapshots[tenant] == runs["onboard"].snapshots[tenant]


@pytest.mark.parametrize("tenant", WELL)
def test_both_applications_are_enabled_and_refresh_tokens_allowed(runs, tenant):
    after = runs["onboard"].snapshots[tenant]
    assert [app(after, one)["status"] for one in ("tracker", "tracker-cc")] == ["enabled", "enabled"]
    assert app(after, "tracker-cc")["token_policy"]["allow_refresh_token"] is True
    assert app(after, "tracker")["token_policy"] is None
    for other in ("drive", "curation"):
        assert app(after, other) == app(runs["start"][tenant], other)


def test_a_ready_tenant_changes_in_every_stage(runs):
    row = runs["onboard"].report["ready"]
    assert row["stages"] == {**dict.fromkeys(STAGES, "changed"), "provisioning": "unchanged"}
    assert row["libraries"] == stand(LIBRARIES)
    assert row["customer_id"] == runs["start"]["ready"]["customer_id"]
    assert row["url"].startswith("http://127.0.0.1:")
    libraries = runs["onboard"].snapshots["ready"]["libraries"]
    assert row["expires_at"] == min(library["expires_at"] for library in libraries)
    assert any("Configuring the application" in step for step in row["next_steps"])
    assert set(authorizers(runs["onboard"].snapshots["ready"]).values()) == {"admin@ready.example"}


def test_a_ready_tenant_keeps_the_documented_defaults(runs):
    after = runs["onboard"].snapshots["ready"]
    assert app(after, "tracker")["access"] == {"default_security": "public", "members": []}
    policy = app(after, "tracker-cc")["token_policy"]
    assert (policy["refresh_token_expiry"], policy["access_token_max_idle_time"]) == (365, 30)


def test_a_tenant_with_nothing_to_do_is_left_alone(runs):
    assert runs["onboard"].writes("done") == []
    assert runs["onboard"].snapshots["done"] == runs["start"]["done"]
    assert runs["onboard"].report["done"]["stages"] == dict.fromkeys(STAGES, "unchanged")


def test_libraries_of_others_are_told_and_left(runs):
    row = runs["onboard"].report["partial"]
    assert row["libraries"] == stand(["ACTIVE"], not_visible=["ARCHIVE", "SPM"], wanted=LIBRARIES)
    assert any("ARCHIVE, SPM" in step for step in row["next_steps"])
    after = authorizers(runs["onboard"].snapshots["partial"])
    assert after == {"ACTIVE": "admin@partial.example", "ARCHIVE": None, "SPM": None}


def test_two_people_do_a_part_each(runs):
    run: Run = runs["onboard"]
    assert set(authorizers(run.snapshots["two_people"]).values()) == {"keeper@two_people.example"}
    emails = {one["authorized_by"]["email"] for one in run.snapshots["two_people"]["libraries"]}
    assert emails == {"keeper@two_people.example"}
    people = {
        operation: {one["user"] for one in run.entries["two_people"] if one["operation"] == operation}
        for operation in ("updateApp", "writeTokenPolicy", "authorizeLibrary", "revokeToken")
    }
    admin, keeper = {"admin@two_people.example"}, {"keeper@two_people.example"}
    assert list(people.values()) == [admin, admin, keeper, admin | keeper]


def test_a_custom_list_is_in_place_before_anybody_may_use_tracker(runs):
    run: Run = runs["onboard"]
    access = app(run.snapshots["custom"], "tracker")["access"]
    assert access["default_security"] == "private"
    members = {(one["type"], one["id"]) for one in access["members"]}
    assert members == {("user", "pat@custom.example"), ("group", "Partners")}
    bodies = [
        one["body"] for one in run.entries["custom"] if one["operation"] == "updateApp" and "/tracker" in one["path"]
    ]
    assert [body["status"] for body in bodies][:2] == ["disabled", "enabled"]
    assert app(run.snapshots["custom"], "tracker-cc")["access"]["default_security"] == "public"


def test_expiries_and_the_address_are_as_asked(runs):
    after = runs["onboard"].snapshots["expiries"]
    policy = app(after, "tracker-cc")["token_policy"]
    assert (policy["refresh_token_expiry"], policy["access_token_max_idle_time"]) == (90, 15)
    assert {one["authorized_by"]["email"] for one in after["libraries"]} == {"tracker@expiries.example"}


def test_only_the_named_libraries_are_authorized(runs):
    assert runs["onboard"].report["named"]["libraries"]["authorized"] == ["ACTIVE", "SPM"]
    after = authorizers(runs["onboard"].snapshots["named"])
    assert after == {"ACTIVE": "admin@named.example", "ARCHIVE": None, "SPM": "admin@named.example"}


def test_a_disabled_application_is_enabled_again(runs):
    assert runs["onboard"].report["disabled"]["stages"]["application"] == "changed"
    bodies = [one["body"] for one in runs["onboard"].entries["disabled"] if one["operation"] == "updateApp"]
    assert bodies == [{"status": "enabled"}]


@pytest.mark.parametrize("tenant", ["ended", "renewing"])
def test_only_authorizations_that_expired_or_end_soon_are_renewed(runs, tenant):
    before, after = (
        {one["id"]: one["expires_at"] for one in snapshots[tenant]["libraries"]}
        for snapshots in (runs["start"], runs["onboard"].snapshots)
    )
    assert after["ACTIVE"] > before["ACTIVE"]
    assert after["ARCHIVE"] == before["ARCHIVE"]
    assert runs["onboard"].applied(tenant) == ["authorizeLibrary"]
    assert runs["onboard"].report[tenant]["expires_at"] == before["ARCHIVE"]


def test_signs_in_as_it_was_told(runs):
    run: Run = runs["onboard"]
    grants = {
        tenant: {one["body"]["grant_type"] for one in run.entries[tenant] if one["operation"] == "requestToken"}
        for tenant in ("ready", "by_refresh", "by_access", "old_access")
    }
    assert grants == {
        "ready": {"password"},
        "by_refresh": {"refresh_token"},
        "by_access": set(),
        "old_access": {"password"},
    }


# -- tenants that wait ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tenant", UNPROVISIONED)
def test_an_unprovisioned_tenant_is_untouched_and_says_what_to_send(runs, tenant):
    for name in ("preview", "onboard", "again", *(["audit"] if tenant in SOME else [])):
        row = runs[name].report[tenant]
        assert (name, row["status"], row["changed"], row["failure"]) == (name, "awaiting_provisioning", False, None)
        assert row["stages"] == {**dict.fromkeys(STAGES, "skipped"), "provisioning": "waiting"}
        assert runs[name].writes(tenant) == []
        assert runs[name].snapshots[tenant] == runs["start"][tenant]
        (step,) = row["next_steps"]
        customer = "Without & Both" if tenant == "without_both" else tenant
        assert f"Customer name: {customer}\nApplication name: {TRACKER}\n" in step
    assert ("From: a@b.example" in step) == (tenant == "without_both")


def test_an_unprovisioned_tenant_names_what_is_missing(runs):
    heads = {tenant: runs["onboard"].report[tenant]["next_steps"][0].partition("\n")[0] for tenant in UNPROVISIONED}
    assert f": {EXTENSION}." in heads["without_cc"]
    assert f": {TRACKER}." in heads["without_tracker"]
    assert f": {TRACKER}, {EXTENSION}." in heads["without_both"]


@pytest.mark.parametrize("tenant", CONSENT)
def test_a_consent_is_handed_over(runs, tenant):
    waiting = {"consent": LIBRARIES, "consent_one": ["ARCHIVE"]}[tenant]
    for name in ("onboard", "again"):
        row = runs[name].report[tenant]
        assert (name, row["status"], row["failure"]) == (name, "awaiting_consent", None)
        assert row["stages"]["authorization"] == "waiting"
        assert row["libraries"]["pending"] == waiting
        told = [step for step in row["next_steps"] if f"admin@{tenant}.example" in step]
        assert len(told) == len(waiting)
        assert all(any(f"library '{one}'" in step or f" {one}," in step for step in told) for one in waiting)
    after = authorizers(runs["onboard"].snapshots[tenant])
    assert [library for library, by in after.items() if by is None] == waiting


def test_a_run_that_waits_for_a_consent_has_changed_something(runs):
    assert [runs["onboard"].report[tenant]["changed"] for tenant in CONSENT] == [True, True]
    assert [runs["again"].report[tenant]["changed"] for tenant in CONSENT] == [False, False]


def test_an_audit_shows_the_missing_consents(runs):
    for tenant in CONSENT:
        row = runs["audit"].report[tenant]
        assert row["status"] == "drifted"
        assert row["stages"] == {**dict.fromkeys(STAGES, "unchanged"), "authorization": "changed"}


# -- tenants that fail ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tenant", FAILED)
@pytest.mark.parametrize("name", ["onboard", "again"])
def test_fails_with_its_kind_stage_and_words(runs, name, tenant):
    kind, stage, words = FAILED[tenant]
    row = runs[name].report[tenant]
    assert (row["status"], row["failure"]["kind"]) == ("failed", kind)
    failed = next((one for one in STAGES if row["stages"][one] == "failed"), None)
    if stage:
        assert failed == stage
        behind = STAGES[STAGES.index(stage) + 1 :]
        assert {row["stages"][one] for one in behind} <= {"skipped"}
    assert row["next_steps"] == [row["failure"]["msg"]]
    for word in words:
        assert word in row["failure"]["msg"]
    assert runs[name].recap[tenant]["failed"] == 1


@pytest.mark.parametrize("name", RUNS)
def test_a_failure_is_one_failure(runs, name):
    """One task of the role fails, which is rescued, and the one that gives the exit code."""
    run = runs[name]
    for tenant, row in run.report.items():
        lines = [line for line in run.lines if line["host"] == tenant]
        assert "ignored" not in [line["event"] for line in lines]
        failed = [line for line in lines if line["event"] == "failed"]
        if row["status"] != "failed":
            assert (tenant, failed, run.recap[tenant]["rescued"]) == (tenant, [], 0)
            continue
        of_the_role, last = failed
        assert (tenant, bool(of_the_role["role"]), last["task"]) == (tenant, True, "Fail with the reason")
        assert (run.recap[tenant]["rescued"], run.recap[tenant]["failed"]) == (1, 1)


@pytest.mark.parametrize("tenant", FAILED)
def test_the_failure_is_told_on_the_screen(runs, tenant):
    assert f"{tenant}: failed" in runs["onboard"].output
    assert f"fatal: [{tenant}]" in runs["onboard"].output


@pytest.mark.parametrize(
    "tenant",
    [
        *("no_app_management", "wrong_password", "no_password", "wrong_customer", "wrong_keeper"),
        *("near_miss", "twice", "must_be_there", "bad_argument", "bad_expiry", "unknown_library"),
    ],
)
def test_a_failure_leaves_the_tenant_as_it_was(runs, tenant):
    for name in ("onboard", "again"):
        assert runs[name].writes(tenant) == []
        assert runs[name].snapshots[tenant] == runs["start"][tenant]


def test_arguments_that_do_not_validate_ask_nobody(runs):
    for name in ("preview", "onboard", "again", "audit", "offboard"):
        assert runs[name].calls("bad_argument") == []


def test_a_refused_password_is_tried_once(runs):
    assert runs["onboard"].calls("wrong_password") == ["requestToken"]
    assert runs["onboard"].calls("wrong_keeper").count("requestToken") == 2


def test_another_customer_is_seen_before_anything_else(runs):
    assert runs["onboard"].calls("wrong_customer") == ["requestToken", "discover", "revokeToken"]


def test_an_unknown_user_opens_tracker_to_nobody(runs):
    statuses = [body["body"]["status"] for body in runs["onboard"].entries["unknown_user"] if body["method"] == "PATCH"]
    assert statuses == ["disabled"]
    for name in ("onboard", "again"):
        assert runs[name].snapshots["unknown_user"] == runs["start"]["unknown_user"]
        assert runs[name].report["unknown_user"]["changed"] is False


def test_a_list_that_is_refused_stops_the_tenant(runs):
    for name in ("onboard", "again"):
        assert runs[name].applied("unknown_group") == []
        assert runs[name].snapshots["unknown_group"] == runs["start"]["unknown_group"]


def test_what_one_library_refuses_does_not_stop_the_others(runs):
    row = runs["onboard"].report["refused_once"]
    assert (row["status"], row["failure"]["kind"]) == ("failed", "permission")
    assert "ACTIVE" in row["failure"]["msg"]
    after = authorizers(runs["onboard"].snapshots["refused_once"])
    assert after == {"ACTIVE": None, **dict.fromkeys(LIBRARIES[1:], "admin@refused_once.example")}
    assert row["libraries"]["authorized"] == LIBRARIES[1:]
    assert row["libraries"]["pending"] == ["ACTIVE"]


@pytest.mark.parametrize("tenant", HEALING)
def test_a_failed_run_that_wrote_says_so(runs, tenant):
    assert runs["onboard"].report[tenant]["status"] == "failed"
    assert runs["onboard"].report[tenant]["changed"] is True


@pytest.mark.parametrize("tenant", HEALING)
def test_the_next_run_completes_what_was_refused_once(runs, tenant):
    row = runs["again"].report[tenant]
    assert (row["status"], row["changed"]) == ("onboarded", True)
    expected = {"refused_once": ["authorizeLibrary"], "broken_once": ["writeTokenPolicy", *["authorizeLibrary"] * 3]}
    assert runs["again"].applied(tenant) == expected[tenant]


def test_a_refused_token_policy_stops_before_the_libraries(runs):
    assert runs["onboard"].report["broken_once"]["failure"]["kind"] == "conflict"
    assert "authorizeLibrary" not in runs["onboard"].writes("broken_once")


# -- offboarding ----------------------------------------------------------------------------------------------------

STUCK = {
    **{name: FAILED[name][0] for name in ("no_app_management", "wrong_password", "no_password", "wrong_customer")},
    "wrong_keeper": "sign_in",
    "twice": "ambiguous_name",
    "bad_argument": "bad_option",
    "attached": "conflict",
}


def _offboarded(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The state that offboarding leaves of a tenant."""
    gone = {"status": "available", "access": None, "token_policy": None}
    blank = {"authorized_by": None, "authorized_at": None, "expires_at": None}
    return {
        **snapshot,
        "applications": [
            {**one, **gone} if one["name"] in (TRACKER, EXTENSION) else one for one in snapshot["applications"]
        ],
        "libraries": [{**one, **blank} for one in snapshot["libraries"]],
    }


def test_offboarding_takes_back_exactly_what_is_trackers(runs):
    for tenant in set(runs["hosts"]) - set(STUCK) - {"near_miss"}:
        assert runs["offboard"].snapshots[tenant] == _offboarded(runs["start"][tenant]), tenant


def test_offboarding_says_how_each_tenant_ended(runs):
    for name in ("offboard", "offboard again"):
        report = runs[name].report
        stuck = {tenant: row["failure"]["kind"] for tenant, row in report.items() if row["status"] == "failed"}
        assert stuck == {tenant: kind for tenant, kind in STUCK.items() if tenant in report}
        assert {row["status"] for row in report.values()} == {"failed", "offboarded"}


def test_offboarding_again_changes_nothing(runs):
    again: Run = runs["offboard again"]
    assert again.snapshots == runs["offboard"].snapshots
    assert {tenant for tenant, row in again.report.items() if row["changed"]} == set()
    assert {tenant for tenant in runs["hosts"] if again.applied(tenant)} == set()
    assert {tenant for tenant in runs["hosts"] if again.writes(tenant)} == {"attached"}


def test_offboarding_withdraws_then_removes_the_extension_then_tracker(runs):
    run: Run = runs["offboard"]
    assert run.applied("ready") == [*["unauthorizeLibrary"] * 3, "removeApp", "removeApp"]
    removed = [one["path"].rsplit("/", 1)[1] for one in run.entries["ready"] if one["operation"] == "removeApp"]
    assert removed == ["tracker-cc", "tracker"]
    row = run.report["ready"]
    assert (row["changed"], row["failure"]) == (True, None)
    assert [step.partition(" for it")[0] for step in row["next_steps"]] == ["Set tracker_onboarding_state: absent"]
    assert (row["stages"]["application"], row["stages"]["authorization"]) == ("changed", "changed")


def test_offboarding_uses_the_second_identity_for_the_libraries(runs):
    entries = runs["offboard"].entries["two_people"]
    who = {one["operation"]: one["user"] for one in entries}
    assert who["unauthorizeLibrary"] == "keeper@two_people.example"
    assert who["removeApp"] == "admin@two_people.example"


def test_offboarding_without_the_page_removes_all_the_same(runs):
    assert runs["offboard"].applied("disabled") == ["removeApp", "removeApp"]


def test_offboarding_an_unprovisioned_tenant_writes_nothing(runs):
    for tenant in UNPROVISIONED:
        assert runs["offboard"].writes(tenant) == []
        assert runs["offboard"].report[tenant]["changed"] is False


def test_an_application_with_settings_stays_in_the_words_of_the_server(runs):
    row = runs["offboard"].report["attached"]
    assert "associated settings" in row["failure"]["msg"]
    after = runs["offboard"].snapshots["attached"]
    assert app(after, "tracker")["status"] == "enabled"
    assert app(after, "tracker-cc")["status"] == "available"
    assert row["changed"] is True


# -- what is said ---------------------------------------------------------------------------------------------------


def _strange(run: Run) -> list[str]:
    """Warnings that nothing in the inventory explains."""
    usual = (" assumed to ", "there is 'iManage Tracker'")
    return [one for one in run.warnings if not any(words in one for words in usual)]


@pytest.mark.parametrize("name", RUNS)
def test_only_assumptions_and_near_misses_give_warnings(runs, name):
    assert _strange(runs[name]) == []
    assert any("No application is named 'iManage tracker'" in one for one in runs[name].warnings)
    assumed = [one for one in runs[name].warnings if " assumed to " in one]
    assert bool(assumed) == (name == "preview")


@pytest.mark.parametrize("words", ["documented defaults", "without a person's consent"])
def test_a_preview_warns_of_an_assumption_once_and_not_for_each_tenant(runs, words):
    said = [one for one in runs["preview"].all_warnings if words in one]
    assert said
    assert len(said) == len(set(said))
    assert [one for one in said if "customer " in one] == []
