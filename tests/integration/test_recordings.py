# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of a browser compared with the contract: our calls, others, broken files; no secret is left."""

from __future__ import annotations

import base64
import gzip
import json
import tracemalloc

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import recording
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable
from playbooks_support import shell
from support.cases import BOTH, CHAIN
from support.places import TRACKER, Places
from support.recordings import HOST, call, har, made, page
from support.sweep import Sweep, mark

NOT_MADE = {"readApp", "removeApp", "unauthorizeLibrary"}
CUSTOMER = "/work/api/v2/customers/7"
SECRET = "hunter2-hunter2-hunter2"


@pytest.fixture(scope="module")
def recorded():
    """Stages 2 and 3, and other pages, as calls."""
    with Places() as places:
        acme = places.add()
        acme.run("imanage_tenant_info")
        acme.run("imanage_application", name=TRACKER, access="custom", groups=["it"])
        acme.run(CHAIN, applications=BOTH, authorization={})
        acme.run("imanage_library_authorization_info")
        return made(places.exchanges)


def read(folder, content):
    file = folder / "tenant.har"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return recording.read(str(file))


def told(folder, *entries, url=HOST):
    """What is said of a recording: the lines, our calls by operation, and all others."""
    lines = recording.compare(read(folder, json.dumps(har(entries))), url)
    assert SECRET not in str(lines)
    rows = [line.strip() for line in lines if line.startswith("    ")]
    ours = dict(row.split(": ", 1) for row in rows[: len(OPERATIONS)])
    return lines, ours, rows[len(OPERATIONS) :]


def found(ours):
    return {name for name, row in ours.items() if not row.endswith(": not recorded")}


# -- our calls --------------------------------------------------------------------------------------------------------


def test_our_own_calls_are_found_and_nothing_else(recorded, tmp_path):
    lines, ours, others = told(tmp_path, *recorded)
    assert set(ours) == set(OPERATIONS)
    assert found(ours) == set(OPERATIONS) - NOT_MADE
    assert others == []
    assert ours["removeApp"] == "DELETE /work/api/v2/customers/{customer_id}/apps/{app_id}: not recorded"
    assert lines[0].startswith(f"Calls to cloudimanage.com in this recording: {len(recorded)}. Left out: ")


def test_the_path_for_browsers_counts_as_the_api_and_is_not_a_path_to_set(recorded, tmp_path):
    directly = told(tmp_path, *recorded)
    for entry in recorded:
        entry["request"]["url"] = entry["request"]["url"].replace("/work/api/v2", "/work/web/api/v2")
    lines, ours, others = told(tmp_path, *recorded)
    assert (ours, others) == directly[1:]
    (sentence,) = [line for line in lines if "/work/web" in line]
    assert "the first path is only for browsers" in sentence
    assert "Do not set it in api_paths" in sentence
    assert "/work/web" not in str(directly)


def test_each_status_is_said_once(tmp_path):
    calls = [call("GET", f"{CUSTOMER}/apps?page={number}", status) for number, status in enumerate((200, 403, 200, 0))]
    assert told(tmp_path, *calls)[1]["listApps"].endswith("/apps: 200, 403, no answer")


@pytest.mark.parametrize(
    ("method", "path", "shown"),
    [
        ("PUT", f"{CUSTOMER}/apps/tracker", "/work/api/v2/customers/{number}/apps/{text}"),
        ("PATCH", f"{CUSTOMER}/apps", "/work/api/v2/customers/{number}/apps"),
        ("PATCH", f"{CUSTOMER}/apps/", "/work/api/v2/customers/{number}/apps/"),
        ("PATCH", f"{CUSTOMER}/applications/tracker", "/work/api/v2/customers/{number}/applications/{text}"),
        ("PATCH", "/work/api/v1/customers/7/apps/tracker", "/work/api/v1/customers/{number}/apps/{text}"),
        ("PATCH", "/gw" + CUSTOMER + "/apps/tracker", "/gw/work/api/v2/customers/{number}/apps/{text}"),
        ("PATCH", "/work/api/v2/customers/me/apps/tracker", "/work/api/v2/customers/{text}/apps/{text}"),
        ("PATCH", "/work/web/api/v3/customers/7/apps/tracker", "/work/web/api/v3/customers/{number}/apps/{text}"),
    ],
)
def test_a_call_with_another_method_or_path_is_not_one_of_ours(tmp_path, method, path, shown):
    _lines, ours, others = told(tmp_path, call(method, path))
    assert found(ours) == set()
    assert others == [f"{method} {shown}: 200"]


# -- other calls ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/bff/menu;jsessionid=a1b2c3?x=1", "/bff/menu"),
        ("/bff/users/anna/preferences", "/bff/users/{text}/preferences"),
        ("/bff/user/anna%20b", "/bff/user/{text}"),
        ("/bff/status/access", "/bff/status/access"),
        ("/bff/4711/8d9f1c2e-0000-4000-8000-123456789abc", "/bff/{number}/{uuid}"),
        ("/bff/ada%40acme.example/ACTIVE", "/bff/{address}/{text}"),
        ("/bff/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx", "/bff/{text}"),
        ("/bff/%7B%7Bx%7D%7D/%1b[31m", "/bff/{text}/{text}"),
    ],
)
def test_what_may_be_an_id_is_shown_as_its_kind(tmp_path, path, shown):
    assert told(tmp_path, call("GET", path))[2] == [f"GET {shown}: 200"]


def test_calls_that_differ_in_ids_alone_are_one(tmp_path):
    calls = [call("GET", "/bff/users/anna"), call("POST", "/bff/users/anna"), call("GET", "/bff/users/bert", 404)]
    assert told(tmp_path, *calls)[2] == ["GET /bff/users/{text}: 200, 404", "POST /bff/users/{text}: 200"]


def test_pages_and_other_hosts_are_counted_and_left_out(tmp_path):
    entries = [
        page("/work/cc"),
        page("/work/cc/style.css", "text/css"),
        call("OPTIONS", f"{CUSTOMER}/apps"),
        call("GET", f"{CUSTOMER}/apps", host="https://elsewhere.example"),
        call("GET", f"{CUSTOMER}/apps", host="http://cloudimanage.com"),
        call("GET", "", host="data:text/plain,x"),
    ]
    first = "Calls to cloudimanage.com in this recording: {}. Left out: "
    first += "pages and their parts (3), requests to other hosts (3)."
    lines, ours, _others = told(tmp_path, *entries)
    assert (lines[0], len(lines), ours) == (first.format(0), 2, {})
    # A page where a call belongs is a call.
    lines, ours, _others = told(tmp_path, *entries, page("/api"))
    assert lines[0] == first.format(1)
    assert found(ours) == {"discover"}


@pytest.mark.parametrize("url", ["HTTPS://CloudiManage.com/", "https://ada:x@cloudimanage.com:443/work/cc"])
def test_the_tenant_is_known_however_its_url_is_written(tmp_path, url):
    assert found(told(tmp_path, call("GET", "/api"), url=url)[1]) == {"discover"}


@pytest.mark.parametrize("url", ["cloudimanage.com", "https://", "ftp://cloudimanage.com", "https://[x", "https://h:x"])
def test_a_tenant_without_an_address_is_refused(tmp_path, url):
    with pytest.raises(Unusable, match="The url of the tenant must have a form like "):
        told(tmp_path, url=url)


# -- broken -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty: record only the onboarding"),
        ('{"log": "' + SECRET, "is not JSON"),
        (b"PK\x03\x04\xff" + SECRET.encode(), "it is not even text"),
        (json.dumps([SECRET]), "is not a HAR file: it is a list instead of an object"),
        (json.dumps({"log": {"entries": [SECRET]}}), "it.log.entries[0] is a text instead of an object"),
        (json.dumps(har([call("GET", SECRET, SECRET)])), "entries[0].response.status is a text instead of a whole"),
        ("[" * 1_000_000, "is not JSON"),
        (" " * (recording.LARGEST_FILE + 1), "is larger than 25 MB: record only the onboarding"),
    ],
)
def test_a_file_that_is_not_a_recording_gets_one_sentence(tmp_path, content, words):
    with pytest.raises(Unusable) as caught:
        read(tmp_path, content)
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("odd", "others"),
    [
        (call(SECRET, "/api"), []),
        (call("GET", "", host=f"https://[{SECRET}/api"), []),
        (call("GET", f"/{SECRET}%ff/\ud800/api", 10**40), ["GET /{text}/{text}/api: no answer"]),
        (call("GET", "/api" * 5_000), []),
        ({"request": {"method": "", "url": ""}, "response": {"status": None, "content": None}}, []),
    ],
)
def test_an_odd_entry_does_not_spoil_the_others(tmp_path, odd, others):
    assert told(tmp_path, odd, call("GET", "/api"))[1:] == (told(tmp_path, call("GET", "/api"))[1], others)


def test_bodies_are_not_unpacked(tmp_path):
    entry = call("GET", "/api")
    packed = base64.b64encode(gzip.compress(bytes(100_000_000))).decode()
    entry["response"]["content"] |= {"encoding": "base64", "text": packed}
    tracemalloc.start()
    told(tmp_path, entry)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * recording.LARGEST_FILE


# -- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_law_5_reading_a_recording_leaves_no_secret(tmp_path, record_property):
    secrets = [mark(f"recorded-{number}", "/+=") for number in range(3)]
    entries = [
        call("GET", "/api", secret=secrets[0]),
        call("GET", f"/bff/{secrets[1]}/menu?token={secrets[2]}", secret=secrets[0]),
        call(secrets[1], "/api", host=f"https://{secrets[2]}@cloudimanage.com"),
    ]
    text = json.dumps(har(entries))
    kept = {"tenant": text, "broken": text[: text.rindex(secrets[0]) + 30], "wrong": json.dumps(har([secrets[1]]))}
    for name, content in kept.items():
        (tmp_path / f"{name}.har").write_text(content, encoding="utf-8")
    # Under the longest output that there is.
    command = "ANSIBLE_DEBUG=1 ANSIBLE_LOG_PATH=log-{0} ansible-playbook -vvvvv imanage.control_center.read_recording "
    command += "-e imanage_recording={0}.har -e imanage_url={1} -e imanage_report=report-{0} >output-{0} 2>&1"
    codes = {name: shell(command.format(name, HOST), tmp_path)[0] for name in kept}
    assert codes == {"tenant": 0, "broken": 2, "wrong": 2}
    sweep = Sweep(secrets)
    assert sweep.found(tmp_path, *(f"{name}.har" for name in kept)) == []
    record_property("sweep", str(sweep))
    assert sweep.files > 6
    report = tmp_path / "report-tenant" / "recording.txt"
    assert "    discover: GET /api: 200\n" in report.read_text(encoding="utf-8")
    assert "    GET /bff/{text}" in report.read_text(encoding="utf-8")
    assert report.stat().st_mode & 0o777 == 0o600


@pytest.mark.sweep
def test_the_playbook_asks_for_what_it_needs(tmp_path):
    code, output = shell("ansible-playbook imanage.control_center.read_recording -e imanage_recording=x.har", tmp_path)
    assert code == 2
    assert "-e imanage_recording=tenant.har -e imanage_url=https://cloudimanage.com" in " ".join(output.split())
