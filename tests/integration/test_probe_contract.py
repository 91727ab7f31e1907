# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes: what is sent about objects that do not exist, what the answers say, and every safeguard."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS
from playbooks_support import EXTENSION, Stage, catalog
from sandbox import Reply, machine
from sandbox.applications import Access, Application
from sandbox.people import Library
from support.cases import OTHERS
from support.places import CLIENT_ID, TRACKER, refreshing

WRITING = [name for name, one in OPERATIONS.items() if one.writes]
READY = {"applications": refreshing(), "libraries": OTHERS}
PROBED = [name for name in WRITING if OPERATIONS[name].evidence == "assumed"]
MADE_UP = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|NO-SUCH-LIBRARY-[0-9A-F]{8}")


@pytest.fixture
def ready(tenant):
    return tenant(**READY)


def probed(acme, **options):
    """The result of a probe, and its rows by operation."""
    result = acme.run("imanage_contract_info", probe=True, **options)
    assert acme.tokens_alive() == []
    return result, {row["operation"]: row for row in result.get("operations", [])}


def sent(acme):
    """The writes that were sent, with the ids in their paths."""
    return [(one.operation, MADE_UP.findall(one.path)) for one in acme.log if one.operation in WRITING]


def test_a_probe_asks_each_assumed_write_once_about_an_object_of_its_own(ready):
    before = ready.snapshot()
    result, rows = probed(ready)
    assert not result["changed"]
    assert "warnings" not in result
    assert [name for name, _ids in sent(ready)] == PROBED
    assert {*PROBED, "writeTokenPolicy"} == set(WRITING)
    ids = [one for _name, found in sent(ready) for one in found]
    assert len(set(ids)) == len(ids) == len(PROBED)
    assert ready.snapshot() == before
    assert {rows[name]["verdict"] for name in PROBED} == {"as_contract"}
    assert {rows[name]["status"] for name in PROBED} == {404}
    assert result["obstacles"] == []
    for entry in [one for one in ready.log if one.operation in PROBED]:
        body = json.dumps(entry.body) if entry.body is not None else "without a body"
        assert rows[entry.operation]["probe"] == f"{entry.method} {entry.path} {body}"
    assert rows["writeTokenPolicy"]["verdict"] == "not_tried"
    assert "probe_application" in rows["writeTokenPolicy"]["details"][0]


def test_applications_and_authorizations_are_listed_before_and_after_a_probe(ready):
    probed(ready)
    calls = ready.calls
    first, last = calls.index("updateApp"), calls.index("unauthorizeLibrary")
    assert calls[last + 1 :] == ["listApps", "listLibraryAuthorizations", "revokeToken"]
    assert {"listApps", "listLibraryAuthorizations"} <= set(calls[:first])


def test_law_3_in_check_mode_a_probe_sends_nothing_and_says_what_it_would(ready):
    result = ready.run("imanage_contract_info", check=True, probe=True, probe_application=EXTENSION)
    assert ready.writes == []
    rows = {row["operation"]: row for row in result["operations"]}
    number = ready.customer_id
    assert {name: row["probe"] for name, row in rows.items() if row["probe"]} == {
        "updateApp": f'PATCH /work/api/v2/customers/{number}/apps/A-NEW-UUID {{"status": "enabled"}}',
        "removeApp": f"DELETE /work/api/v2/customers/{number}/apps/A-NEW-UUID without a body",
        "updateAppAccess": f"POST /work/api/v2/customers/{number}/apps/A-NEW-UUID/security "
        '{"default_security": "private"}',
        "writeTokenPolicy": f"PUT /work/api/v2/customers/{number}/settings/tracker-cc/oauth2.tokens "
        '{"type": "value", "value": {"allow_refresh_token": true, "refresh_token_expiry": 365, '
        '"access_token_max_idle_time": 30}}',
        "authorizeLibrary": f"POST /tracker/api/v2/customers/{number}/libraries/NO-SUCH-LIBRARY-XXXXXXXX/authorization "
        f'{{"email": "{ready.admin}"}}',
        "unauthorizeLibrary": f"DELETE /tracker/api/v2/customers/{number}/libraries/NO-SUCH-LIBRARY-XXXXXXXX/"
        "authorization without a body",
    }
    assert {rows[name]["verdict"] for name in WRITING} == {"not_tried"}


def test_without_probe_nothing_is_sent_and_nothing_would_be(ready):
    result = ready.run("imanage_contract_info")
    assert {row["probe"] for row in result["operations"]} == {None}
    assert sent(ready) == []


FIELD = {
    "code": "InvalidInput",
    "message": "No.",
    "messages": [{"field": "state", "code_message": "state is missing."}],
}
OWN = {"code": "NRC_NO_RECORD", "message": "There is no record."}


ANSWERS = [
    ({"status": 404, "body": {"error": OWN}}, "as_contract", "so the call exists"),
    ({"status": 404, "body": {"error": {"code": "NRC_NO_RECORD"}}}, "as_contract", "so the call exists"),
    ({"status": 400, "body": {"error": FIELD}}, "differs", "needs another field: state."),
    ({"status": 400, "body": {"error": {**FIELD, "messages": [{"field": "x" * 99}]}}}, "differs", "field: {text}."),
    ({"status": 400, "body": {"error": OWN}}, "differs", "There is no record."),
    ({"status": 403}, "not_allowed", "privilege is missing, or the scope"),
    ({"status": 401}, "not_allowed", "privilege is missing, or the scope"),
    ({"status": 405, "headers": {"Allow": "PUT, GET"}}, "differs", "needs another method: PUT, GET."),
    ({"status": 405}, "differs", "this tenant has no such call"),
    ({"status": 404, "text": ""}, "absent", "this tenant has no such call"),
    ({"status": 404, "body": {"message": "no route"}}, "absent", "this tenant has no such call"),
    ({"status": 404, "text": "<html>", "content_type": "text/html"}, "absent", "this tenant has no such call"),
    ({"status": 200, "text": "<html>", "content_type": "text/html"}, "absent", "The reply is an HTML page"),
    ({"status": 501}, "absent", "this tenant has no such call"),
    ({"status": 409}, "differs", "The server answers 409."),
    ({"status": 302, "headers": {"Location": "https://elsewhere.example/x"}}, "differs", "redirected"),
    ({"status": 429}, "failed", "429"),
    ({"status": 500}, "failed", "500"),
    ({"status": 503}, "failed", "503"),
]


# Each answer to one of the writes: a probe treats them alike.
@pytest.mark.parametrize(
    ("operation", "answer", "verdict", "words"),
    [(operation, *answer) for operation, answer in zip(itertools.cycle(PROBED), ANSWERS)],
)
def test_what_the_reply_to_a_probe_means(ready, naps, operation, answer, verdict, words):
    ready.fault("status", operation, **answer)
    result, rows = probed(ready)
    assert rows[operation]["verdict"] == verdict, rows[operation]
    assert rows[operation]["status"] == answer["status"]
    assert words in " ".join(rows[operation]["details"])
    # Whatever it is answered, it is sent once, and so are the others.
    assert [name for name, _ids in sent(ready)] == PROBED
    assert naps == []
    is_obstacle = verdict in ("differs", "absent", "failed") and operation in ("updateApp", "authorizeLibrary")
    assert result["obstacles"] == ([operation] if is_obstacle else [])


def test_a_probe_by_a_token_that_may_only_read_says_what_is_missing(tenant):
    acme = tenant(**READY, answers={"scope": "refused"})
    result, rows = probed(acme)
    assert {rows[name]["verdict"] for name in PROBED} == {"not_allowed"}
    assert "The token has the scope 'user', but administration may need 'admin'" in rows["updateApp"]["details"][0]
    assert result["obstacles"] == []


@pytest.mark.parametrize("writes", [200, 204])
def test_a_probe_of_a_server_with_another_status_for_writes(tenant, writes):
    _result, rows = probed(tenant(**READY, answers={"writes": writes, "body": "empty"}), probe_application=EXTENSION)
    assert {rows[name]["verdict"] for name in WRITING} == {"as_contract"}


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "hang"])
def test_a_probe_without_a_reply_is_not_sent_again(ready, naps, kind):
    ready.fault(kind, "updateApp")
    _result, rows = probed(ready, timeout=1)
    assert rows["updateApp"]["verdict"] == "failed"
    assert [name for name, _ids in sent(ready)] == PROBED


def test_a_probe_with_an_expired_token_is_not_sent_again(ready):
    ready.fault("status", "updateApp", status=401)
    of_user = {"username": ready.admin, "password": "{name}-admin-password", "client_id": CLIENT_ID}
    _result, rows = probed(ready, by="access_token", **of_user)
    assert rows["updateApp"]["verdict"] == "not_allowed"
    assert [name for name, _ids in sent(ready)] == PROBED


@pytest.mark.parametrize("operation", PROBED)
@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_write_that_is_accepted_about_nothing_is_said_loudly(ready, operation, status):
    ready.fault("status", operation, status=status, body={"data": {}})
    result, rows = probed(ready)
    assert (rows[operation]["verdict"], rows[operation]["status"]) == ("differs", status)
    assert "ACCEPTED A WRITE about an object that does not exist" in rows[operation]["details"][0]
    assert f"{operation} accepted a write about an object that does not exist." in result["warnings"][0]


def creating(call):
    """Add whatever application is named."""
    call.tenant.applications.append(Application(call.parameters["app_id"], "No name", "enabled", access=Access()))
    return Reply(200, {}, b"{}")


def authorizing(call):
    """Authorize whatever library is named, for an account that sees it."""
    library = Library(call.parameters["library_id"])
    library.authorize(call.user.person(), call.now, 365)
    call.tenant.libraries.append(library)
    return Reply(204)


@pytest.mark.parametrize(
    ("operation", "handler", "words"),
    [
        ("updateApp", creating, r"the application '?[0-9a-f-]{36}'? \(enabled\) is new"),
        ("updateAppAccess", creating, r"the application '?[0-9a-f-]{36}'? \(enabled\) is new"),
        ("removeApp", creating, r"the application '?[0-9a-f-]{36}'? \(enabled\) is new"),
        ("authorizeLibrary", authorizing, r"the library '?NO-SUCH-LIBRARY-[0-9A-F]{8}'? \(authorized\) is new"),
        ("unauthorizeLibrary", authorizing, r"the library '?NO-SUCH-LIBRARY-[0-9A-F]{8}'? \(authorized\) is new"),
    ],
)
def test_a_probe_that_made_something_fails_and_names_it(ready, monkeypatch, operation, handler, words):
    monkeypatch.setitem(machine.HANDLERS, operation, handler)
    result, rows = probed(ready)
    assert result["failed"]
    assert result["failure"]["kind"] == "unexpected_reply"
    assert re.search(words, result["msg"])
    assert result["msg"].endswith("Correct that in Control Center, and do not onboard this tenant with these calls.")
    assert rows[operation]["verdict"] == "differs"
    assert operation in str(result["warnings"])
    # The others were asked about other objects, so what was made is still there to be seen.
    assert [name for name, _ids in sent(ready)] == PROBED


def test_a_probe_that_took_something_away_fails_too(ready, monkeypatch):
    def clearing(call):
        call.tenant.applications.pop(0)
        return Reply(204)

    monkeypatch.setitem(machine.HANDLERS, "removeApp", clearing)
    result, _rows = probed(ready)
    assert "the application drive (enabled) is gone" in result["msg"]


def test_a_list_that_cannot_be_read_afterwards_fails_the_probe(ready):
    probed(ready)
    reads = ready.calls[: ready.calls.index("updateApp")].count("listApps")
    ready.forget()
    ready.fault("status", "listApps", status=403, skip=reads)
    result, rows = probed(ready)
    assert result["failed"]
    assert "it is unknown whether there is a new application (Cannot list the applications" in result["msg"]
    assert rows["updateApp"]["verdict"] == "as_contract"


def test_a_write_whose_list_cannot_be_read_before_is_not_sent(ready):
    ready.fault("status", "listLibraryAuthorizations", status=403)
    _result, rows = probed(ready)
    assert [name for name, _ids in sent(ready)] == ["updateApp", "removeApp", "updateAppAccess"]
    assert rows["authorizeLibrary"]["verdict"] == "not_tried"
    assert "cannot be compared afterwards" in rows["authorizeLibrary"]["details"][0]


def test_where_it_is_not_known_whose_tenant_it_is_nothing_is_sent(ready):
    ready.fault("shape", "discover", body={"data": {"user": {"id": "x", "customer": 1}}})
    _result, rows = probed(ready, customer_id=ready.customer_id, probe_application=EXTENSION)
    assert sent(ready) == []
    assert {rows[name]["verdict"] for name in WRITING} == {"not_tried"}


def test_a_probe_goes_by_own_paths(ready):
    _result, rows = probed(ready, api_paths={"removeApp": "/elsewhere/{customer_id}/apps/{app_id}"})
    assert rows["removeApp"]["probe"].startswith(f"DELETE /elsewhere/{ready.customer_id}/apps/")
    assert [name for name, _ids in sent(ready)] == [name for name in PROBED if name != "removeApp"]


# -- the policy of one application ------------------------------------------------------------------------------------


def test_the_policy_of_the_one_application_is_written_back_as_it_was_read(ready):
    before = ready.snapshot()
    result, rows = probed(ready, probe_application=EXTENSION)
    assert (rows["writeTokenPolicy"]["verdict"], rows["writeTokenPolicy"]["status"]) == ("as_contract", 200)
    writes = [one for one in ready.log if one.operation == "writeTokenPolicy"]
    assert [one.path.split("/")[-2] for one in writes] == ["tracker-cc"]
    assert writes[0].body == {"type": "value", "value": before["applications"][3]["token_policy"]}
    assert ready.calls[ready.calls.index("writeTokenPolicy") + 1] == "readTokenPolicy"
    assert ready.snapshot() == before
    assert not result["changed"]


def test_a_policy_that_has_more_fields_is_written_back_with_them(ready):
    value = {"allow_refresh_token": True, "refresh_token_expiry": None, "absolute": [1, {"x": None}]}
    ready.fault("shape", "readTokenPolicy", body={"data": {"type": "value", "value": value}})
    ready.fault("status", "writeTokenPolicy", status=204)
    _result, rows = probed(ready, probe_application=EXTENSION)
    (write,) = [one for one in ready.log if one.operation == "writeTokenPolicy"]
    assert write.body == {"type": "value", "value": value}
    assert rows["writeTokenPolicy"]["verdict"] == "as_contract"


def test_a_policy_that_is_another_one_afterwards_fails_the_probe(ready, monkeypatch):
    def defaults(call):
        call.tenant.application(call.parameters["app_id"]).token_policy["refresh_token_expiry"] = 30
        return Reply(204)

    monkeypatch.setitem(machine.HANDLERS, "writeTokenPolicy", defaults)
    result, rows = probed(ready, probe_application=EXTENSION)
    assert "the token policy that was written back differs" in result["msg"]
    assert rows["writeTokenPolicy"]["verdict"] == "differs"


@pytest.mark.parametrize(("status", "verdict"), [(403, "not_allowed"), (405, "differs"), (503, "failed")])
def test_a_policy_that_is_refused(ready, status, verdict):
    ready.fault("status", "writeTokenPolicy", status=status)
    result, rows = probed(ready, probe_application=EXTENSION)
    assert rows["writeTokenPolicy"]["verdict"] == verdict
    assert ready.calls.count("writeTokenPolicy") == 1
    assert ("writeTokenPolicy" in result["obstacles"]) == (verdict != "not_allowed")


def test_a_policy_that_was_never_set_is_not_written(acme):
    _result, rows = probed(acme, probe_application="iManage Drive")
    assert rows["writeTokenPolicy"]["verdict"] == "not_tried"
    assert "no policy to write back" in rows["writeTokenPolicy"]["details"][0]
    assert "writeTokenPolicy" not in acme.calls


@pytest.mark.parametrize("name", ["Nothing", TRACKER, "imanage drive"])
def test_an_application_that_is_not_added_stops_the_probe_before_it_sends(ready, name):
    result, _rows = probed(ready, probe_application=name)
    assert result["failure"]["kind"] == "bad_option"
    assert f"probe_application is '{name}', but 0 added applications have that name." in result["msg"]
    assert sent(ready) == []


def test_an_application_without_a_probe_is_refused_before_anybody_signs_in(ready):
    result = ready.run("imanage_contract_info", probe_application=EXTENSION)
    assert result["failure"]["kind"] == "bad_option"
    assert ready.calls == []


@pytest.mark.parametrize("form", ["page_404", 405, "html"])
def test_tracker_calls_that_are_not_there_are_absent_and_nothing_is_sent_to_them(tenant, form):
    acme = tenant(**READY, answers={"tracker": form})
    result, rows = probed(acme)
    assert rows["listLibraryAuthorizations"]["verdict"] == "absent"
    assert result["obstacles"] == ["listLibraryAuthorizations"]
    assert {rows[name]["verdict"] for name in ("authorizeLibrary", "unauthorizeLibrary")} == {"not_tried"}
    assert [name for name, _ids in sent(acme)] == ["updateApp", "removeApp", "updateAppAccess"]


# -- the playbook, probing --------------------------------------------------------------------------------------------

PROBE = ("imanage.control_center.verify_contract", "-e", "imanage_probe=true")


@pytest.fixture(scope="module")
def probes(tmp_path_factory):
    """Probes of one tenant, and those that are refused; then a tenant that makes whatever it is asked about."""
    with Stage(tmp_path_factory.mktemp("probe")) as stage:
        done = catalog(tracker={"status": "enabled"}, tracker_cc=refreshing()[3])
        for name in ("well", "other"):
            stage.add(name, applications=done)
        limited = (*PROBE, "--limit", "well")
        named = ("-e", json.dumps({"imanage_probe_application": EXTENSION}))
        files = ("contract.txt", "contract.json")
        ran = {
            "all": stage.run(*PROBE, files=files),
            "two": stage.run(*PROBE, "--limit", "well:other", files=files),
            "one of one": stage.run(*PROBE, "-e", "imanage_tenants=well", files=files),
            "check": stage.run(*limited, "--check", files=files),
            "well": stage.run(*limited, *named, files=files),
            "wrong": stage.run(*limited, "-e", "imanage_probe_application=Nothing", files=files),
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(machine.HANDLERS, "updateApp", creating)
            ran["creating"] = stage.run(*limited, files=files)
        return ran


@pytest.mark.parametrize("name", ["all", "two", "one of one"])
@pytest.mark.sweep
def test_a_probe_of_other_than_one_limited_tenant_stops_before_anybody_signs_in(probes, name):
    assert probes[name].code == 2
    assert "needs exactly one tenant: name it with --limit. Nobody signed in." in probes[name].output
    assert [one for entries in probes[name].entries.values() for one in entries] == []
    assert probes[name].files == {}


@pytest.mark.sweep
def test_a_probe_is_shown_before_it_is_sent(probes):
    run = probes["well"]
    assert run.code == 0
    shown, asked = (
        run.output.index("Show the calls that the probe sends"),
        run.output.index("Probe with objects that do not exist"),
    )
    between = run.output[shown:asked]
    for words in (
        r'PATCH /work/api/v2/customers/1000/apps/A-NEW-UUID {\\"status\\": \\"enabled\\"}',
        "DELETE /tracker/api/v2/customers/1000/libraries/NO-SUCH-LIBRARY-XXXXXXXX/authorization without a body",
        "PUT /work/api/v2/customers/1000/settings/tracker-cc/oauth2.tokens",
    ):
        assert words.replace(r"\\", "\\") in between
    assert run.writes("well") == [*PROBED, "writeTokenPolicy"]
    assert run.writes("other") == []
    assert run.snapshots["well"] == probes["all"].snapshots["well"]


@pytest.mark.sweep
def test_law_3_in_check_mode_the_playbook_probes_nothing(probes):
    run = probes["check"]
    assert (run.code, run.writes("well")) == (0, [])
    line = "    updateApp                  not verified          PATCH /work/api/v2/customers/1000/apps/A-NEW-UUID"
    assert line in run.files["contract.txt"]


@pytest.mark.sweep
def test_the_report_says_what_a_probe_found(probes):
    text = probes["well"].files["contract.txt"]
    assert text.splitlines()[0] == "well: every call that was tried is answered as the contract says"
    assert "    writeTokenPolicy           as the contract says  PUT /work/api/v2/customers/1000/settings/" in text
    assert "Not tried" not in text


@pytest.mark.sweep
def test_a_probe_for_an_application_that_is_not_there_sends_nothing(probes):
    assert (probes["wrong"].code, probes["wrong"].writes("well")) == (2, [])
    assert "0 added applications have that name" in probes["wrong"].output


@pytest.mark.sweep
def test_a_probe_that_made_something_fails_the_playbook_and_is_in_the_report(probes):
    run = probes["creating"]
    assert run.code == 2
    (first, *_rest) = run.files["contract.txt"].splitlines()
    assert first.startswith("well: http://127.0.0.1:")
    assert "(enabled) is new. Correct that in Control Center" in first
    assert "It ACCEPTED A WRITE about an object that does not exist." in run.files["contract.txt"]
    assert any("updateApp accepted a write about an object that does not exist." in one for one in run.warnings)
    (row,) = json.loads(run.files["contract.json"])
    assert row["failure"]["kind"] == "unexpected_reply"
    assert "is new" in run.output.partition("Fail with the reason")[2]


@pytest.mark.sweep
def test_what_was_found_is_kept_with_day_number_and_address(probes):
    (row,) = json.loads(probes["well"].files["contract.json"])
    assert (row["tenant"], row["customer_id"], row["failure"]) == ("well", 1000, None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["at"])
    assert row["url"].startswith("http://127.0.0.1:")
    assert {one["operation"]: one["verdict"] for one in row["operations"]}["authorizeLibrary"] == "as_contract"
