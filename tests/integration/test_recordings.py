# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of a browser against the contract: as they are, changed on purpose, broken; and none leaves a secret."""

from __future__ import annotations

import copy
import json

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._connection import connection
from ansible_collections.imanage.control_center.plugins.module_utils._contract import OPERATIONS
from ansible_collections.imanage.control_center.plugins.plugin_utils import _recording, _recording_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._json_file import Unusable
from playbooks_support import shell
from support import recordings
from support.cases import BOTH, ONBOARDING
from support.places import TRACKER, Places
from support.recordings import call, changed, moved, packed, page
from support.sweep import MARKS, Sweep, mark, marked

STAGES = [name for name in OPERATIONS if name not in ("readApp", "removeApp", "unauthorizeLibrary")]
CALLED = [name for name in STAGES if name not in ("requestToken", "revokeToken", "discover")]


def by_an_administrator(places, acme, given):
    """Stages 2 and 3, and a look around, as calls."""
    acme.run("imanage_tenant_info", **given)
    acme.run("imanage_application", name=TRACKER, access="custom", groups=["it"], **given)
    acme.run(ONBOARDING, applications=BOTH, authorization={}, **given)
    acme.run("imanage_library_authorization_info", **given)
    return recordings.har(places.exchanges)


@pytest.fixture(scope="module")
def recorded():
    """A recording with marked secrets, and the secrets."""
    secrets = set()
    with Places() as places:
        acme = places.add()
        given = marked({"password": acme.options()["password"]}, secrets)
        description = marked(places.sandbox.tenant(acme.name).description, secrets)
        places.sandbox.remove(acme.name)
        acme.tenant = places.sandbox.add(description)
        recording = by_an_administrator(places, acme, given)
        issued = [*places.sandbox._tokens._access, *places.sandbox._tokens._refresh]
    text = json.dumps(recording)
    for number, token in enumerate(one for one in issued if MARKS[0] not in one):
        secrets.add(mark(f"issued-{number}"))
        text = text.replace(json.dumps(token)[1:-1], mark(f"issued-{number}"))
    assert [one for one in secrets if json.dumps(one)[1:-1] in text or one in text]
    return json.loads(text), secrets


@pytest.fixture
def recording(recorded):
    return copy.deepcopy(recorded[0])


def told(recording, folder, **more):
    """What the report says of a recording."""
    file = folder / "tenant.har"
    file.write_text(json.dumps(recording), encoding="utf-8")
    said = _recording.report(_recording_file.read(str(file)), **more)
    # Every path that is given can be set.
    connection({"url": "https://h", "timeout": 1, "retry_timeout": 1, "api_paths": said["api_paths"]})
    return {**said, "rows": {row["operation"]: row for row in said["operations"]}, "lines": "\n".join(said["text"])}


def verdicts(said, *but):
    return {name: row["verdict"] for name, row in said["rows"].items() if name in STAGES and name not in but}


def only(entries):
    return {"log": {"entries": entries}}


# -- as it is ---------------------------------------------------------------------------------------------------------


def test_what_was_recorded_is_as_the_contract_says(recording, tmp_path):
    said = told(recording, tmp_path)
    assert verdicts(said) == dict.fromkeys(STAGES, "matches")
    assert {said["rows"][name]["verdict"] for name in set(OPERATIONS) - set(STAGES)} == {"not_seen"}
    assert said["api_paths"] == {}
    assert said["others"] == []
    assert "Not seen" not in said["lines"]


@pytest.mark.parametrize("zipped", [True, False])
def test_bodies_may_be_encoded(recording, tmp_path, zipped):
    packed(recording, zipped)
    assert verdicts(told(recording, tmp_path)) == dict.fromkeys(STAGES, "matches")


def test_a_file_may_begin_with_a_mark_of_its_encoding(recording, tmp_path):
    file = tmp_path / "tenant.har"
    file.write_text(json.dumps(recording), encoding="utf-8-sig")
    assert len(_recording_file.read(str(file)).calls) == len(recording["log"]["entries"])


def test_pages_and_their_parts_are_left_out(recording, tmp_path):
    pages = [page("/work/cc"), page("/work/cc/style.css"), page("/work/cc/gone", 404)]
    form = page("/work/cc/applications/add/access")
    form["request"] |= {"method": "POST", "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "a=b"}}
    asked = call("OPTIONS", "/work/api/v2/customers/1/apps", {})
    recording["log"]["entries"] += [*pages, form, asked]
    said = told(recording, tmp_path)
    assert verdicts(said) == dict.fromkeys(STAGES, "matches")
    assert "and 5 pages and parts of pages" in said["text"][0]
    said = told(only(pages), tmp_path)
    assert said["text"][0] == "No call of an interface was recorded, only 3 pages and parts of pages."
    assert {row["verdict"] for row in said["operations"]} == {"not_seen"}


def test_an_api_at_another_place_that_discovery_names_is_as_the_contract_says(recording, tmp_path):
    moved(recording, lambda path: path.replace("/work/api/v2", "/work/web/api/v2"))
    text = json.dumps(recording).replace("/work/api/v2", "/work/web/api/v2")
    said = told(json.loads(text), tmp_path)
    assert verdicts(said) == dict.fromkeys(STAGES, "matches")
    assert said["api_paths"] == {}


# -- changed on purpose -----------------------------------------------------------------------------------------------

ELSEWHERE = {
    "another prefix": lambda path: path.replace("/work/api/v2", "/gw/cc/v3").replace(
        "/tracker/api/v2", "/gw/tracker/v3"
    ),
    "other words": lambda path: (
        path.replace("/apps", "/applications")
        .replace("/settings/", "/policies/")
        .replace("/oauth2.tokens", "/tokens")
        .replace("/libraries", "/databases")
        .replace("/customers", "/tenants")
    ),
    "no customer": lambda path: path.replace("/customers/700001", ""),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_paths_that_were_renamed_are_found(recording, tmp_path, name):
    rename = ELSEWHERE[name]
    moved(recording, rename)
    said = told(recording, tmp_path)
    weak = {"other words": ("listLibraries", "listRoles", "listRoleMembers")}.get(name, ())
    for operation in CALLED:
        expected = rename(OPERATIONS[operation].path.replace("{customer_id}", "700001")).replace(
            "700001", "{customer_id}"
        )
        row = said["rows"][operation]
        if expected == OPERATIONS[operation].path:
            assert row["verdict"] == "matches"
        elif operation in weak and row["verdict"] != "candidate":
            # A list of ids at a path of other words says nothing of what it lists.
            assert (row["verdict"], row["api_path"]) in (("ambiguous", None), ("not_seen", None))
        else:
            assert (row["verdict"], row["api_path"]) == ("candidate", expected), operation
    assert yaml.safe_load("\n".join(said["text"][said["text"].index("imanage_api_paths:") :])) == {
        "imanage_api_paths": said["api_paths"]
    }


def test_ids_of_another_kind_are_recognized_by_the_lists_that_have_them(recording, tmp_path):
    text = json.dumps(recording)
    for old, new in (("tracker-cc", "opaqueWord"), ("700001", "88"), ("ACTIVE", "lib one"), ("ARCHIVE", "älter")):
        text = text.replace(old, new)
    recording = json.loads(text.replace("/libraries/lib one/", "/libraries/lib%20one/"))
    assert verdicts(told(recording, tmp_path)) == dict.fromkeys(STAGES, "matches")
    moved(recording, ELSEWHERE["another prefix"])
    said = told(recording, tmp_path)
    assert (
        said["api_paths"]["authorizeLibrary"]
        == "/gw/tracker/v3/customers/{customer_id}/libraries/{library_id}/authorization"
    )
    assert said["api_paths"]["writeTokenPolicy"] == "/gw/cc/v3/customers/{customer_id}/settings/{app_id}/oauth2.tokens"
    assert "opaqueWord" not in json.dumps(said)


def test_ids_that_no_list_has_are_taken_from_their_place_and_that_is_said(tmp_path):
    body = {"type": "value", "value": {"allow_refresh_token": True}}
    entry = call("PUT", "/gw/customers/7/settings/nameless/oauth2.tokens", {"data": body}, body)
    said = told(only([entry]), tmp_path)
    assert said["api_paths"] == {"writeTokenPolicy": "/gw/customers/{customer_id}/settings/{app_id}/oauth2.tokens"}
    assert "taken from its place alone" in said["lines"]
    assert "nameless" not in json.dumps(said)


CHANGES = {
    "field renamed": (
        "/security",
        lambda value: {"data": {"mode": value["data"]["default_security"]}},
        "The reply.data has no default_security.",
    ),
    "type changed": (
        "/oauth2.tokens",
        lambda value: {"data": {**value["data"], "value": {"allow_refresh_token": "true"}}},
        "The reply.data.value.allow_refresh_token is a text instead of true or false.",
    ),
    "other words": (
        "/apps",
        lambda value: {"data": [{**row, "status": "on"} for row in value["data"]]},
        "The reply.data[].status is none of available, enabled, disabled.",
    ),
    "another wrapping": (
        "/customers/700001/libraries",
        lambda value: {"items": value["data"]},
        "The reply has no data.",
    ),
    "no wrapping": ("/roles", lambda value: value["data"], "The reply is a list instead of an object."),
}


@pytest.mark.parametrize("name", CHANGES)
def test_shapes_that_were_changed_are_told(recording, tmp_path, name):
    ending, change, sentence = CHANGES[name]
    moves = {"another prefix": False, "in place": True}
    for way in moves:
        one = copy.deepcopy(recording)
        assert changed(
            one,
            lambda entry: (
                entry["request"]["url"].partition("?")[0].endswith(ending) and entry["response"]["status"] < 300
            ),
            change,
        )
        touched = [
            operation.id
            for operation in OPERATIONS.values()
            if operation.id in CALLED
            and operation.path.replace("{customer_id}", "700001").endswith(ending)
            and operation.reply
        ]
        if way == "another prefix":
            moved(one, ELSEWHERE[way])
        said = told(one, tmp_path)
        for operation in touched:
            row = said["rows"][operation]
            assert sentence in row["details"], (way, operation, row)
            assert row["verdict"] == ("differs" if moves[way] else "candidate")


def test_a_request_that_differs_is_told(recording, tmp_path):
    for entry in recording["log"]["entries"]:
        if entry["request"]["method"] == "PATCH":
            entry["request"]["postData"]["text"] = json.dumps({"state": "on"})
    row = told(recording, tmp_path)["rows"]["updateApp"]
    assert row["verdict"] == "differs"
    assert row["details"][0] == "The request has fields that the contract does not name: state."


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "with status 403"), (304, "from the cache of the browser"), (0, "not answered"), (500, "status 500")],
)
def test_a_call_that_was_refused_says_where_but_not_how(recording, tmp_path, status, words):
    for entry in recording["log"]["entries"]:
        if entry["request"]["url"].partition("?")[0].endswith("/roles"):
            entry["response"]["status"] = 0 if status is None else status
    row = told(recording, tmp_path)["rows"]["listRoles"]
    assert row["verdict"] == "path_only"
    assert words in row["details"][0]


def test_replies_that_the_browser_did_not_keep_are_not_compared(recording, tmp_path):
    recordings.without_values(recording["log"]["entries"])
    said = told(recording, tmp_path)
    assert {row["verdict"] for row in said["rows"].values()} == {"path_only", "matches", "not_seen"}
    assert {name for name, row in said["rows"].items() if row["verdict"] == "matches"} == {"revokeToken"}


def test_what_cannot_be_told_apart_is_not_guessed(tmp_path):
    rows = {"data": [{"id": "ACTIVE"}, {"id": "SPM"}]}
    said = told(only([call("GET", "/one/libraries", rows), call("GET", "/other/libraries", rows)]), tmp_path)
    assert {said["rows"][name]["verdict"] for name in ("listLibraries", "listLibraryAuthorizations")} == {"ambiguous"}
    assert said["api_paths"] == {}
    assert "    listLibraries: GET /one/libraries" in said["text"]
    assert "    listLibraries: GET /other/libraries" in said["text"]


def test_a_call_to_another_host_cannot_be_set(tmp_path):
    row = {"id": "ACTIVE", "authorized_by": None, "expires_at": "2027-01-01T00:00:00Z"}
    home = call("GET", "/work/api/v2/customers/7/libraries", {"data": [{"id": "ACTIVE"}]})
    away = call("GET", "/x/customers/7/libraries", {"data": [row]}, host="https://tracker.example")
    said = told(only([home, away]), tmp_path)
    assert said["rows"]["listLibraryAuthorizations"]["verdict"] == "candidate"
    assert said["api_paths"] == {}
    assert "api_paths cannot name one" in said["lines"]
    assert "tracker.example" not in json.dumps(said)
    said = told(only([home, away]), tmp_path, url="https://tracker.example")
    assert list(said["api_paths"]) == ["listLibraryAuthorizations"]


def test_another_method_cannot_be_set(tmp_path):
    app = {"id": "tracker", "name": TRACKER, "status": "enabled"}
    said = told(only([call("PUT", "/bff/apps/tracker", {"data": app}, {"status": "enabled"})]), tmp_path)
    assert said["rows"]["updateApp"]["verdict"] == "other_method"
    assert "    updateApp: PUT /bff/apps/{app_id}" in said["text"]


def test_a_path_with_something_unknown_in_it_is_not_given(tmp_path):
    body = {"type": "value", "value": {"allow_refresh_token": True}}
    path = "/gw/8d9f1c2e-0000-4000-8000-123456789abc/settings/tracker/oauth2.tokens"
    said = told(only([call("PUT", path, {"data": body}, body)]), tmp_path)
    assert said["api_paths"] == {}
    assert "No path can be given: that path has {uuid} in it" in said["lines"]


def test_calls_that_are_no_operation_are_listed_with_their_ids_masked(recording, tmp_path):
    recording["log"]["entries"] += [
        call("GET", "/work/bff/menu;jsessionid=a1b2c3?x=1", {"items": []}),
        call("GET", "/work/bff/menu", {"items": []}),
        call("POST", "/work/bff/users/ada%40acme.example/8d9f1c2e-0000-4000-8000-123456789abc", {}, {}),
        call("GET", "/work/bff/4711/eyJhbGciOiJIUzI1NiJ9eyJzdWIiOiIx/ACTIVE", {}, status=404),
        call("GET", "/analytics/4711", {}, host="https://elsewhere.example"),
    ]
    said = told(recording, tmp_path)
    assert said["others"] == [
        "GET /work/bff/menu: 200 (2 times)",
        "POST /work/bff/users/{address}/{uuid}: 200",
        "GET /work/bff/{number}/{text}/{library_id}: 404",
    ]
    assert verdicts(said) == dict.fromkeys(STAGES, "matches")
    assert "Some calls go to 1 other host than the tenant's." in said["text"]


def test_what_the_stages_may_call_and_was_not_seen_is_said(recording, tmp_path):
    entries = recording["log"]["entries"]
    kept = [one for one in entries if not one["request"]["url"].endswith(("/security", "/authorization"))]
    said = told(only(kept), tmp_path)
    line = said["text"][said["text"].index("Not seen, of what stages 2 and 3 may call:") + 1]
    assert line.strip() == "readAppAccess, updateAppAccess, authorizeLibrary"


# -- broken -----------------------------------------------------------------------------------------------------------

SECRET = "hunter2-hunter2-hunter2"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no recording"),
        ("", "is empty"),
        (SECRET, "is not JSON"),
        ('{"log": "' + SECRET, "is not JSON"),
        (b"PK\x03\x04\xff" + SECRET.encode(), "it is not even text"),
        (json.dumps([SECRET]), "is not a HAR file: it is a list instead of an object"),
        (json.dumps({"log": {SECRET: []}}), "is not a HAR file: it.log has no entries"),
        (json.dumps({"log": {"entries": [SECRET]}}), "it.log.entries[0] is a text instead of an object"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_is_no_recording_gets_one_sentence(tmp_path, content, words):
    file = tmp_path / "tenant.har"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Unusable) as caught:
        _recording_file.read(str(file))
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(_recording_file, "LARGEST_FILE", 10)
    file = tmp_path / "tenant.har"
    file.write_text(" " * 11)
    with pytest.raises(Unusable, match="is larger than 0 MB: record the two stages alone"):
        _recording_file.read(str(file))


ODD = [
    {},
    {"request": SECRET, "response": [SECRET]},
    {"request": {"method": 1, "url": "http://[" + SECRET}, "response": {"status": SECRET}},
    {"request": {"method": "GET", "url": 7, "headers": {SECRET: 1}}, "response": {"content": SECRET}},
    {
        "request": {"method": "GET", "url": "https://h/api", "headers": [SECRET, {"name": "Cookie", "value": None}]},
        "response": {"status": True, "content": {"text": "e30", "encoding": "base64", "mimeType": None}},
    },
    {
        "request": {"method": "GET", "url": "https://h/api"},
        "response": {
            "status": 200,
            "content": {"text": '{"a":' * 300 + "1" + "}" * 300, "mimeType": "application/json"},
        },
    },
    {
        "request": {"method": "GET", "url": "https://h/api"},
        "response": {"status": 200, "content": {"text": "H4sIAAAA", "encoding": "base64"}},
    },
]


@pytest.mark.parametrize("entry", ODD)
def test_an_entry_that_is_odd_spoils_none_of_the_others(recording, tmp_path, entry):
    recording["log"]["entries"].append(entry)
    said = told(recording, tmp_path)
    assert verdicts(said, "discover") == dict.fromkeys([one for one in STAGES if one != "discover"], "matches")
    assert SECRET not in json.dumps(said)


# -- secrets ----------------------------------------------------------------------------------------------------------


def test_law_5_reading_a_recording_leaves_no_secret(recorded, tmp_path, record_property):
    recording, secrets = copy.deepcopy(recorded[0]), set(recorded[1])
    more = [mark(f"more-{number}", "/+=") for number in range(6)]
    recording["log"]["entries"] += [
        call("GET", f"/work/bff/{more[0]}/menu?token={more[1]}", {more[2]: {"secret": more[3]}}),
        call("POST", "/work/bff/apps", {"data": [{"id": more[4], "name": more[4], "status": more[4]}]}, {more[5]: 1}),
    ]
    moved(recording, ELSEWHERE["other words"])
    changed(recording, lambda entry: "applications" in entry["request"]["url"], lambda value: {more[5]: value})
    sweep = Sweep({*secrets, *more})
    # Under the longest output that there is. What is broken is cut in the middle of a secret.
    text = json.dumps(recording)
    (tmp_path / "tenant.har").write_text(text, encoding="utf-8")
    (tmp_path / "broken.har").write_text(text[: text.index(MARKS[0], len(text) // 2) + 30], encoding="utf-8")
    (tmp_path / "wrong.har").write_text(json.dumps({"log": {"entries": [more[0]]}}), encoding="utf-8")
    command = "ANSIBLE_DEBUG=1 ANSIBLE_LOG_PATH=log-{0} ansible-playbook -vvvvv imanage.control_center.read_recording "
    command += "-e imanage_recording={0}.har -e imanage_report=report-{0} >output-{0} 2>&1"
    codes = {name: shell(command.format(name), tmp_path)[0] for name in ("tenant", "broken", "wrong")}
    assert codes == {"tenant": 0, "broken": 2, "wrong": 2}
    assert "listApps: GET" in (tmp_path / "output-tenant").read_text()
    assert sweep.found(tmp_path, "tenant.har", "broken.har", "wrong.har") == []
    record_property("sweep", str(sweep))
    assert sweep.files > 6
    for name in ("recording.txt", "api_paths.yml"):
        assert (tmp_path / "report-tenant" / name).stat().st_mode & 0o777 == 0o600


def test_what_is_hidden_is_not_given_as_a_path(tmp_path):
    secret = "verysecretword"
    entry = call("PUT", f"/{secret}/customers/7/settings/tracker/oauth2.tokens", None, None, 204)
    entry["request"]["headers"] = [{"name": "X-Auth-Token", "value": secret}]
    said = told(only([entry]), tmp_path)
    assert secret not in json.dumps(said)
    assert said["api_paths"] == {}
