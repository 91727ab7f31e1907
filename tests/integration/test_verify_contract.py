# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether tenants answer as the contract says: the module on those that do not, and the playbook over all of them."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import ADDED, OPERATIONS
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract_check import NEEDED
from playbooks_support import EXTENSION, Stage, catalog
from sandbox import Fault
from support.cases import BOTH, CHAIN, OTHERS
from support.places import SIGNING, TRACKER, refreshing

READING = [name for name, one in OPERATIONS.items() if one.method == "GET"]
WRITING = [name for name, one in OPERATIONS.items() if one.writes]
READY = {"applications": refreshing(), "libraries": OTHERS}
WANTING = ["The reply.data[].id is a whole number instead of a text.", "The reply.data[] has no status."]
APP = {"id": "tracker-cc", "name": EXTENSION, "status": "enabled"}


def verified(acme, **options):
    """The rows by operation."""
    result = acme.run("imanage_contract_info", **options)
    assert "operations" in result, result
    assert not acme.writes
    assert acme.tokens_alive() == []
    return {row["operation"]: row for row in result["operations"]}, result["obstacles"]


def verdicts(rows):
    return {name: row["verdict"] for name, row in rows.items()}


@pytest.fixture
def ready(tenant):
    return tenant(**READY)


def test_a_tenant_that_answers_as_the_contract_says(ready):
    rows, obstacles = verified(ready)
    expected = dict.fromkeys(OPERATIONS, "as_contract") | dict.fromkeys([*WRITING, "revokeToken"], "not_tried")
    assert verdicts(rows) == expected
    assert obstacles == []
    paged = {name for name in READING if OPERATIONS[name].paged}
    asked = [name for name in READING for _page in range(1 + (name in paged))]
    assert ready.calls == ["requestToken", *asked, "revokeToken"]
    assert {name: {one.query["offset"] for one in ready.log if one.operation == name} for name in paged} == {
        "listApps": {"0", "4"},
        "listRoles": {"0", "2"},
        "listRoleMembers": {"0", "2"},
        "listLibraryAuthorizations": {"0", "2"},
    }
    assert all(row["details"] == [] for name, row in rows.items() if name in READING)


def test_calls_that_are_needed_are_those_that_an_onboarding_reads(acme):
    for _again in range(2):
        acme.run(CHAIN, applications=BOTH, authorization={})
    read = {one.operation for one in acme.log if one.method == "GET"}
    assert {*read, "requestToken"} == set(NEEDED)
    acme.forget()
    rows, _obstacles = verified(acme)
    assert {name for name, row in rows.items() if row["needed"]} == set(NEEDED)


@pytest.mark.parametrize("operation", READING)
@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (404, "absent"),
        (405, "absent"),
        (403, "not_allowed"),
        (401, "not_allowed"),
        (500, "failed"),
        (409, "differs"),
        (204, "differs"),
    ],
)
def test_a_reply_of_another_status(ready, naps, operation, status, verdict):
    ready.fault("status", operation, status=status, text="<html>Nothing</html>", content_type="text/html")
    if (operation, status) == ("discover", 401):
        assert ready.run("imanage_contract_info")["failure"]["kind"] == "sign_in"
        return
    rows, obstacles = verified(ready, retry_timeout=1, customer_id=ready.customer_id)
    assert (rows[operation]["verdict"], rows[operation]["status"]) == (verdict, status)
    assert rows[operation]["details"]
    others = {name: row["verdict"] for name, row in rows.items() if name in READING and name != operation}
    without_rows = {"listApps": {"readApp", "readAppAccess", "readTokenPolicy"}, "listRoles": {"listRoleMembers"}}
    assert {name for name, one in others.items() if one != "as_contract"} == without_rows.get(operation, set())
    assert obstacles == ([operation] if operation in NEEDED and verdict != "not_allowed" else [])


@pytest.mark.parametrize("operation", READING)
@pytest.mark.parametrize("kind", ["html", "empty", "truncated", "shape", "null"])
def test_a_reply_of_another_shape(ready, operation, kind):
    ready.fault(kind, operation)
    rows, _obstacles = verified(ready, customer_id=ready.customer_id)
    assert rows[operation]["verdict"] == ("absent" if kind == "html" else "differs")
    assert rows[operation]["status"] == 200
    assert rows[operation]["details"]


@pytest.mark.parametrize(
    ("operation", "body", "details", "unknown"),
    [
        (
            "readTokenPolicy",
            {"data": {"type": "value", "value": {"refresh_allowed": True, "refresh_token_expiry": "365 d"}}},
            [
                "The reply.data.value has no allow_refresh_token.",
                "The reply.data.value.refresh_token_expiry is a text instead of a whole number.",
            ],
            ["data.type", "data.value.refresh_allowed"],
        ),
        (
            "listApps",
            {"data": [{"id": f"{number}", "state": "on", "name": None} for number in range(3)]},
            ["The reply.data[].name is null instead of a text."],
            ["data[].state"],
        ),
        ("listApps", {"data": [{"name": TRACKER, "id": 7}]}, WANTING, []),
        ("listApps", {"data": [{"name": "Another", "id": 7, "status": "retired"}]}, [], []),
        ("readApp", {"app": APP}, ["The reply has no data."], ["app"]),
        ("listApps", [APP], ["The reply is a list instead of an object."], []),
        ("listLibraries", {"data": {"ACTIVE": {}}}, ["The reply.data is an object instead of a list."], []),
        (
            "readApp",
            {"data": {**APP, "ada@acme.example": 1, "8d9f1c2e-0000-4000-8000-123456789abc": 1, "1234567": 1}},
            [],
            ["data.{address}", "data.{number}", "data.{uuid}"],
        ),
    ],
)
def test_the_difference_of_a_reply_is_described_by_names_and_types(ready, operation, body, details, unknown):
    ready.fault("shape", operation, body=body)
    rows, _obstacles = verified(ready)
    assert rows[operation]["verdict"] == ("differs" if details else "as_contract")
    assert rows[operation]["details"] == details
    assert rows[operation]["unknown_fields"] == unknown


def test_nothing_of_a_reply_but_names_and_the_words_of_a_refusal_is_returned(ready):
    value = "value-of-a-reply"
    for operation in READING[1:]:
        body = {"data": [{"id": value, "name": value, "status": value, "more": {"inner": value}}], "total_count": value}
        ready.fault("shape", operation, body=body)
    ready.fault("status", "listRoles", status=403, body={"error": {"code": "No", "message": "Ask for a role."}})
    result = ready.run("imanage_contract_info")
    text = json.dumps(result)
    assert value not in text
    assert ready.admin not in text
    row = next(row for row in result["operations"] if row["operation"] == "listRoles")
    # The first fault of an operation strikes.
    assert row["verdict"] == "as_contract"
    ready.mend()
    ready.fault("status", "listRoles", status=403, body={"error": {"code": "No", "message": "Ask for a role."}})
    rows, _obstacles = verified(ready)
    assert 'Control Center said: "Ask for a role." (403 No).' in rows["listRoles"]["details"][0]


def test_a_list_without_rows_verifies_less_and_says_so(tenant):
    people = [{"id": "admin@{name}.example", "password": "{name}-admin-password", "app_management": True}]
    acme = tenant(applications=[], libraries=[], users=people)
    rows, obstacles = verified(acme)
    assert "its rows could not be checked" in rows["listApps"]["details"][0]
    assert {rows[name]["verdict"] for name in ("readApp", "readAppAccess", "readTokenPolicy")} == {"not_tried"}
    assert obstacles == []


def test_what_does_not_exist_yet_is_not_a_difference(acme):
    rows, obstacles = verified(acme)
    for name, words in (("readTokenPolicy", "ever set"), ("listLibraryAuthorizations", "added and enabled")):
        assert (rows[name]["verdict"], rows[name]["status"]) == ("not_tried", 404)
        assert words in rows[name]["details"][0]
    assert obstacles == []


def test_a_policy_is_looked_for_at_several_applications(tenant):
    drive = {"id": "drive", "name": "iManage Drive", "status": ADDED[0], "token_policy": {"allow_refresh_token": True}}
    other = {"id": "other", "name": "iManage Other", "status": ADDED[1]}
    rows, _obstacles = verified(tenant(applications=[other, drive, {"id": "tracker", "name": TRACKER}]))
    assert rows["readTokenPolicy"]["verdict"] == "as_contract"


def test_where_discovery_differs_the_number_of_the_tenant_can_be_given(ready):
    ready.fault("shape", "discover", body={"data": {"user": {"id": "x", "customer": 1}}})
    rows, obstacles = verified(ready)
    assert {rows[name]["verdict"] for name in READING} == {"differs", "not_tried"}
    assert "customer_id" in rows["listApps"]["details"][0]
    assert obstacles == ["discover"]
    rows, obstacles = verified(ready, customer_id=ready.customer_id)
    assert {rows[name]["verdict"] for name in READING[1:]} == {"as_contract"}
    assert obstacles == ["discover"]


def test_an_api_on_another_host_is_a_difference(ready):
    versions = [{"name": "v2", "url": "https://elsewhere.example/work/api/v2"}]
    user = {"customer_id": ready.customer_id, "id": ready.admin}
    ready.fault("shape", "discover", body={"data": {"user": user, "versions": versions, "work": {}}})
    rows, _obstacles = verified(ready)
    assert rows["discover"]["verdict"] == "differs"
    assert "another host" in rows["discover"]["details"][0]


def test_own_paths_are_verified(ready):
    rows, obstacles = verified(ready, api_paths={"listApps": "/elsewhere/{customer_id}/apps"})
    assert (rows["listApps"]["verdict"], rows["listApps"]["path"]) == ("absent", "/elsewhere/{customer_id}/apps")
    assert obstacles == ["listApps"]


@pytest.mark.parametrize("options", [{"password": "wrong"}, {"customer_id": 7}, {"url": "http://127.0.0.1:9"}])
def test_who_is_not_signed_in_verifies_nothing(acme, options):
    result = acme.run("imanage_contract_info", retry_timeout=1, **options)
    assert result["failed"]
    assert "operations" not in result
    assert acme.tokens_alive() == []


def test_a_token_that_is_given_is_used_and_kept(ready):
    rows, _obstacles = verified(ready, by="access_token")
    assert rows["requestToken"]["verdict"] == "not_tried"
    assert not {"requestToken", "revokeToken"} & set(ready.calls)


def test_a_call_that_wants_other_rights_costs_no_second_sign_in(ready):
    ready.fault("status", "listLibraryAuthorizations", status=401)
    rows, _obstacles = verified(ready)
    assert rows["listLibraryAuthorizations"]["verdict"] == "not_allowed"
    assert ready.calls.count("requestToken") == 1


# -- second pages, and other paths ------------------------------------------------------------------------------------


def test_a_list_of_many_pages_is_as_the_contract_says(tenant):
    rows, _obstacles = verified(tenant(**READY, page_size=1))
    assert {rows[name]["verdict"] for name in READING} == {"as_contract"}


def test_a_second_page_that_repeats_the_first_is_a_difference_where_more_was_announced(tenant):
    acme = tenant(**READY, page_size=2)
    acme.fault("repeat_page", "listApps")
    rows, obstacles = verified(acme)
    assert (rows["listApps"]["verdict"], obstacles) == ("differs", ["listApps"])
    assert rows["listApps"]["details"] == ["The second page repeats the rows of the first."]


def test_a_third_page_that_repeats_the_second_is_a_difference_too(tenant):
    acme = tenant(**READY, page_size=1)
    acme.fault("shape", "listApps", body={"data": [APP], "total_count": 4}, skip=2)
    rows, _obstacles = verified(acme)
    assert rows["listApps"]["verdict"] == "differs"
    assert "repeats rows from one page to the next" in rows["listApps"]["details"][0]


def test_a_server_that_gives_the_whole_list_again_has_ended(ready):
    ready.fault("repeat_page")
    rows, _obstacles = verified(ready)
    assert {rows[name]["verdict"] for name in READING} == {"as_contract"}


@pytest.mark.parametrize(
    ("first", "second", "verdict", "words"),
    [
        (
            {"data": [APP], "total_count": 2},
            {"data": [], "total_count": 2},
            "differs",
            "announces 2 rows, but there are 1",
        ),
        ({"data": [APP]}, {"data": []}, "as_contract", ""),
        ({"data": [APP], "total_count": "2"}, {"data": []}, "as_contract", ""),
        ({"data": [APP]}, {"rows": []}, "differs", "On the second page: The reply has no data."),
        ({"data": [APP], "total_count": 1}, {"rows": []}, "as_contract", ""),
        ({"data": [{**APP, "id": str(one)} for one in range(500)]}, None, "differs", "repeats the rows"),
        ({"data": [{**APP, "id": str(one)} for one in range(500)]}, {"data": []}, "as_contract", ""),
    ],
)
def test_what_a_second_page_says(ready, first, second, verdict, words):
    ready.fault("shape", "listApps", body=first, times=1)
    ready.fault("shape", "listApps", body=first if second is None else second)
    row = verified(ready)[0]["listApps"]
    assert row["verdict"] == verdict
    assert words in " ".join(row["details"])


def test_a_second_page_that_is_refused_is_one_only_where_somebody_would_ask_for_it(ready):
    ready.fault("status", "listApps", status=400, skip=1)
    assert verified(ready)[0]["listApps"]["verdict"] == "as_contract"
    ready.mend()
    ready.fault("shape", "listApps", body={"data": [APP]}, times=1)
    ready.fault("status", "listApps", status=403)
    row = verified(ready)[0]["listApps"]
    assert row["verdict"] == "not_allowed"
    assert row["details"][0].startswith("On the second page: Cannot list the applications")


ELSEWHERE = "/platform/api/v2/customers/{customer_id}/settings/{app_id}/oauth2.tokens"


def test_a_policy_that_is_answered_elsewhere_is_said_with_what_to_set(tenant):
    acme = tenant(**READY, answers={"policy": "platform"})
    rows, obstacles = verified(acme)
    assert (rows["readTokenPolicy"]["verdict"], obstacles) == ("absent", ["readTokenPolicy"])
    name, _colon, paths = rows["readTokenPolicy"]["details"][-1].partition(": ")
    assert (name, json.loads(paths)) == (
        "imanage_api_paths",
        {"readTokenPolicy": ELSEWHERE, "writeTokenPolicy": ELSEWHERE},
    )
    assert yaml.safe_load(rows["readTokenPolicy"]["details"][-1]) == {"imanage_api_paths": json.loads(paths)}
    rows, obstacles = verified(acme, api_paths=json.loads(paths))
    assert (rows["readTokenPolicy"]["verdict"], obstacles) == ("as_contract", [])


def test_what_to_set_keeps_the_paths_that_are_set(tenant):
    own = {"listRoles": "/work/api/v2/customers/{customer_id}/roles/"}
    rows, _obstacles = verified(tenant(**READY, answers={"policy": "platform"}), api_paths=own)
    paths = json.loads(rows["readTokenPolicy"]["details"][-1].partition(": ")[2])
    assert paths == {**own, "readTokenPolicy": ELSEWHERE, "writeTokenPolicy": ELSEWHERE}


def test_a_policy_that_was_never_set_elsewhere_is_there_too(tenant):
    rows, _obstacles = verified(tenant(answers={"policy": "platform"}))
    assert rows["readTokenPolicy"]["verdict"] == "absent"
    assert rows["readTokenPolicy"]["details"][-1].startswith("imanage_api_paths: ")


def test_a_policy_that_is_answered_nowhere_is_absent(tenant):
    rows, obstacles = verified(tenant(**READY, answers={"policy": "foreign_404"}))
    assert (rows["readTokenPolicy"]["verdict"], obstacles) == ("absent", ["readTokenPolicy"])
    assert "imanage_api_paths" not in str(rows["readTokenPolicy"]["details"])


@pytest.mark.parametrize("answers", [{"apps": "whole"}, {"access": "list"}, {"security": "view"}, {"dates": "none"}])
def test_forms_that_an_onboarding_accepts_are_not_differences(tenant, answers):
    rows, obstacles = verified(tenant(**READY, answers=answers))
    assert {rows[name]["verdict"] for name in READING} == {"as_contract"}
    assert obstacles == []


# -- the playbook -----------------------------------------------------------------------------------------------------

PLAYBOOK = "imanage.control_center.verify_contract"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Tenants that answer as expected, differently, and not at all; then only those that answer as expected."""
    with Stage(tmp_path_factory.mktemp("contract")) as stage:
        done = catalog(tracker={"status": "enabled"}, tracker_cc=refreshing()[3])
        stage.add("well", applications=done)
        stage.add("bare")
        stage.add("other", applications=done)
        stage.add("lacking", applications=done)
        stage.add("roles", applications=done)
        stage.add("denied", applications=done)
        stage.add("refused", {"imanage_password": "wrong"})
        stage.add("mistaken", {"imanage_timeout": "soon"})
        stage.add("undefined", {"imanage_password": "{{ nowhere }}"})
        stage.add("gone", {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1})
        body = {"data": [{"id": "drive", "title": "iManage Drive", "status": "enabled"}]}
        faults = {
            "other": Fault("shape", operation="listApps", body=body),
            "lacking": Fault("status", operation="listLibraryAuthorizations", status=404),
            "roles": Fault("status", operation="listRoles", status=404),
            "denied": Fault("status", operation="listLibraries", status=403),
        }
        for name, fault in faults.items():
            stage.sandbox.tenant(name).faults.append(fault)
        files = ("contract.txt", "contract.json")
        return {
            "all": stage.run(PLAYBOOK, files=files),
            "check": stage.run(PLAYBOOK, "--check", "--limit", "other", files=files),
            "well": stage.run(PLAYBOOK, "--limit", "well:bare:roles:denied", report=None),
        }


@pytest.mark.sweep
def test_the_playbook_reads_only(runs):
    for run in runs.values():
        entries = [one for entries in run.entries.values() for one in entries]
        assert {one["operation"] for one in entries if one["method"] != "GET"} <= set(SIGNING)
        assert set(run.tokens_left.values()) == {0}


@pytest.mark.sweep
def test_the_playbook_fails_for_what_an_onboarding_needs(runs):
    assert (runs["all"].code, runs["check"].code, runs["well"].code) == (2, 2, 0)
    failed = {host for host, counts in runs["all"].recap.items() if counts["failed"]}
    assert failed == {"other", "lacking", "refused", "mistaken", "undefined", "gone"}
    assert "An onboarding cannot rely on listApps; the report says why." in runs["all"].output


@pytest.mark.sweep
def test_the_playbook_says_how_each_tenant_answers(runs):
    text = runs["all"].files["contract.txt"]
    for line in (
        "well: every call that reads is answered as the contract says",
        "bare: not verified: readTokenPolicy, listLibraryAuthorizations",
        "other: an onboarding cannot rely on listApps; not verified: readTokenPolicy",
        "roles: not as the contract says: listRoles; not verified: listRoleMembers",
        "denied: not allowed: listLibraries",
        "        The reply.data[] has no name.",
        "        Fields that the contract does not name: data[].title.",
        "lacking: an onboarding cannot rely on listLibraryAuthorizations",
        "    Not tried, because only reading calls are: revokeToken, updateApp, removeApp, updateAppAccess, "
        "writeTokenPolicy, authorizeLibrary, unauthorizeLibrary.",
    ):
        assert line in text.splitlines()
    assert "refused: nothing could be verified." in text
    assert "The credentials are not valid." in text
    assert "gone: nothing could be verified. " in text
    assert re.search(r"gone(\]|:).* Failed to connect to the host via ssh", runs["all"].output)
    assert "ABSENT                GET /tracker/api/v2/customers/{customer_id}/libraries" in text
    assert text in runs["all"].output


@pytest.mark.sweep
def test_the_playbook_leaves_a_report_for_its_owner_alone(runs):
    run = runs["all"]
    rows = {row["tenant"]: row for row in json.loads(run.files["contract.json"])}
    assert list(rows) == list(run.entries)
    assert rows["other"]["obstacles"] == ["listApps"]
    assert rows["refused"]["failure"]["kind"] == "sign_in"
    assert rows["mistaken"]["failure"]["kind"] == "bad_option"
    assert [row["operation"] for row in rows["well"]["operations"]] == list(OPERATIONS)
    assert {run.modes[name] for name in ("contract.txt", "contract.json")} == {0o600}
    assert "contract.json" in runs["check"].files
    assert runs["all"].warnings == []
