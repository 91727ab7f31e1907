# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: each case ends with a clear sentence that names what and where, and without a write."""

from __future__ import annotations

import re

import pytest
import trustme
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import CONSENT_CODE
from support.bad_cases import BAD
from support.cases import ADDED, APPLICATION, AUTHORIZATION, BOTH, KEEPER, OPEN, PLAN, POLICY
from support.places import EXTENSION, TRACKER, Places, filled, refreshing
from support.tasks import WRITERS

# These are refused by the server, so the write is seen and changes nothing.
REFUSED_BY_THE_SERVER = {
    "unknown user in the access list",
    "libraries while refresh is off",
    "consent of a person",
    "application with settings",
}
# What a writing module is asked for where nothing else matters.
USUAL = {
    APPLICATION: {"name": TRACKER},
    POLICY: {"name": EXTENSION, "allow_refresh_token": True},
    AUTHORIZATION: {},
    PLAN: {"applications": BOTH, "authorization": {}},
}


def clear(result, kind, *tells):
    """Assert that a failure has a kind, contains the expected words, and reads as sentences on one line."""
    assert result.get("failed") is True, result
    assert result["failure"]["kind"] == kind, result["msg"]
    assert result["changed"] is False
    message = result["msg"]
    for words in tells:
        assert words in message, message
    assert "\n" not in message
    assert re.fullmatch(r".+: .+[.]", message), message
    assert ".." not in message, message
    assert "  " not in message, message
    assert "Traceback" not in message
    assert not re.search(r"<[\w.]+ object|HTTPConnectionPool|Max retries", message), message
    assert len(message) < 1500
    return message


@pytest.mark.parametrize("check", [False, True], ids=["run", "check"])
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_clearly_and_writes_nothing(tenant, name, check):
    case = BAD[name]
    acme = tenant(**case.tenant)
    state = acme.snapshot()
    result = acme.run_case(case, check=check)
    if check and not result.get("failed"):
        assert name in REFUSED_BY_THE_SERVER | {"libraries without the extension"}
    elif not (check and name == "policy of an application in the catalog"):
        where = str(acme.options_of(case)["url"]).rpartition("@")[2]
        message = clear(result, case.kind, *case.tells)
        assert message.startswith(where), "the tenant comes first"
    if name not in REFUSED_BY_THE_SERVER or check:
        assert acme.writes == []
    assert acme.snapshot() == state
    assert acme.tokens_alive() == []


@pytest.mark.parametrize("module", WRITERS)
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"password": None}, "bad_option"),
        ({"url": "https://cloudimanage.com/work"}, "bad_option"),
        ({"password": "wr0ng"}, "sign_in"),
        ({"customer_id": 7}, "wrong_tenant"),
        ({"api_paths": {"nothing": "/x"}}, "bad_option"),
        ({"api_url": "https://evil.example"}, "bad_option"),
    ],
)
def test_bad_connections_stop_every_writing_module(tenant, module, options, kind):
    acme = tenant(applications=refreshing())
    state = acme.snapshot()
    clear(acme.run(module, **{**USUAL[module], **options}), kind)
    assert acme.writes == []
    assert acme.snapshot() == state


def test_a_closed_port_is_named(acme, naps):
    message = clear(acme.run(APPLICATION, name=TRACKER, url="http://127.0.0.1:9"), "unreachable", "refused")
    assert "http://127.0.0.1:9" in message
    assert acme.log == []


def test_a_certificate_that_signs_itself_is_named(tmp_path, naps):
    # An authority that nobody knows; the server cannot tell the difference, nor can the client.
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    made = trustme.CA().issue_cert("127.0.0.1")
    chain.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    made.private_key_pem.write_to_path(str(key))
    with Places(ssl_context_files=(chain, key)) as places:
        acme = places.add()
        clear(acme.run(APPLICATION, name=TRACKER), "tls", "certificate verify failed", "ca_path")
        assert acme.log == []


def test_a_netrc_entry_for_the_host_changes_nothing(acme, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password intruder\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    clear(acme.run(APPLICATION, by="nothing", name=TRACKER), "bad_option", "No credentials")
    assert acme.run(APPLICATION, name=TRACKER)["changed"]
    assert not any(entry.authorization_header for entry in acme.log)


@pytest.mark.parametrize("check", [False, True], ids=["run", "check"])
def test_a_named_library_without_nrtadmin_does_not_stop_the_others(tenant, check):
    acme = tenant(applications=refreshing())
    result = acme.run(AUTHORIZATION, check=check, user="nrt", libraries=["SPM", "ACTIVE"])
    assert result["failure"]["kind"] == "permission"
    assert result["changed"] is True
    assert "Failed libraries: 1 of 2. SPM: The signed-in user is not an NRTADMIN" in result["msg"]
    assert [row["ids"]["library_id"] for row in result["writes"]] == ["ACTIVE"]
    assert result["not_visible"] == ["SPM"]
    assert bool(acme.library("ACTIVE")["authorized_by"]) is not check
    assert acme.library("SPM")["authorized_by"] is None
    second = acme.run(AUTHORIZATION, user="nrt", libraries=["SPM", "ACTIVE"])
    assert second["failure"]["kind"] == "permission"
    assert second["changed"] is check


def test_a_plan_has_the_other_libraries_if_one_is_named_without_nrtadmin_and_the_stage_fails(tenant):
    acme = tenant(applications=refreshing())
    keeper = filled(KEEPER, acme.name)
    mixed = acme.run(PLAN, applications=BOTH, authorization={**keeper, "libraries": ["SPM", "ACTIVE"]})
    assert [row["ids"] for row in mixed["plan"]["writes"] if row["operation"] == "authorizeLibrary"] == [
        {"library_id": "ACTIVE"}
    ]
    assert mixed["not_visible"] == ["SPM"]
    alone = acme.run(PLAN, applications=BOTH, authorization={**keeper, "libraries": ["SPM"]})
    assert "authorizeLibrary" not in [row["operation"] for row in alone["plan"]["writes"]]
    assert "authorization" in alone["stages"]


def test_a_library_that_is_named_twice_counts_once(tenant):
    acme = tenant(applications=refreshing())
    result = acme.run(AUTHORIZATION, libraries=["ACTIVE", "active", "ARCHIVE"])
    assert result["changed"]
    assert acme.writes == ["authorizeLibrary"] * 2
    assert [row["id"] for row in result["libraries"]] == ["ACTIVE", "ARCHIVE"]


def test_an_unknown_member_beside_a_known_one_changes_nothing(acme):
    state = acme.snapshot()
    result = acme.run(APPLICATION, app_id="drive", access="custom", users=[acme.user("pat"), "ghost@x.example"])
    clear(result, "bad_option", "ghost@x.example")
    assert acme.snapshot() == state


@pytest.mark.parametrize("enabled", [None, True, False])
def test_an_unknown_member_of_a_new_application_leaves_it_in_the_catalog(acme, enabled):
    state = acme.snapshot()
    result = acme.run(APPLICATION, name=TRACKER, enabled=enabled, access="custom", users=["ghost@x.example"])
    clear(result, "bad_option", "ghost@x.example", "taken back (remove the application), so nothing is changed")
    assert acme.snapshot() == state
    assert acme.calls[-2] == "listApps", "that it is gone again was read"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "", "bad_option"),
        (403, "", "permission"),
        (404, "", "not_found"),
        (409, "", "conflict"),
        (403, CONSENT_CODE, "permission"),
    ],
)
def test_a_new_application_is_taken_back_however_its_list_is_refused(acme, status, code, kind):
    state = acme.snapshot()
    acme.fault("status", "updateAppAccess", status=status, body={"error": {"code": code, "message": "No."}})
    result = acme.run(APPLICATION, name=TRACKER, access="custom", groups=["IT"])
    clear(result, kind, "taken back (remove the application), so nothing is changed")
    assert acme.snapshot() == state


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_only_a_refused_list_is_a_reason_to_take_an_application_back(acme, status):
    acme.fault("status", "readAppAccess", status=status)
    result = acme.run(APPLICATION, name=TRACKER, access="custom", groups=["IT"])
    assert result["failed"]
    assert result["failure"]["operation"] == "readAppAccess"
    assert result["changed"] is True
    assert acme.writes == ["updateApp", "updateAppAccess"]
    assert acme.app("tracker")["access"]["default_security"] == "private"


def test_an_application_that_cannot_be_taken_back_is_told(acme):
    acme.fault("status", "removeApp", status=409)
    result = acme.run(APPLICATION, name=TRACKER, enabled=True, access="custom", users=["ghost@x.example"])
    assert result["failure"]["operation"] == "updateAppAccess"
    assert result["changed"] is True
    assert "Taking back what had been done for it (remove the application) failed" in result["msg"]
    assert "Done before that, and kept: add the application" in result["msg"]
    assert acme.app("tracker")["status"] == "disabled", "open to nobody"


def test_one_refused_library_does_not_stop_the_others(tenant):
    libraries = ["ACTIVE", {"id": "ARCHIVE", "consent_required": True}, "SPM"]
    acme = tenant(applications=refreshing(), libraries=libraries)
    result = acme.run(AUTHORIZATION)
    assert result["failure"]["kind"] == "consent_required"
    assert result["changed"] is True
    assert "Failed libraries: 1 of 3." in result["msg"]
    assert "ARCHIVE" in result["msg"]
    assert "SPM" not in result["msg"]
    assert [row["authorized"] for row in result["libraries"]] == [True, False, True]
    again = acme.run(AUTHORIZATION)
    clear(again, "consent_required", "1 of 1.", "ARCHIVE")
    assert acme.library("ARCHIVE")["authorized_by"] is None


def test_consent_can_be_handed_over(tenant):
    acme = tenant(applications=refreshing(), libraries=["ACTIVE", {"id": "SPM", "consent_required": True}])
    result = acme.run(AUTHORIZATION, on_consent_required="hand_over")
    assert not result.get("failed")
    assert result["changed"] is True
    (row,) = result["handed_over"]
    assert (row["library"], row["url"], row["user"]) == ("SPM", f"{acme.url}/work/cc", acme.admin)
    for words in (acme.admin, EXTENSION, "Open tracker configuration", "SPM", "Control Center said"):
        assert words in row["instructions"]
    again = acme.run(AUTHORIZATION, on_consent_required="hand_over")
    assert again["changed"] is False
    assert again["handed_over"] == result["handed_over"]
    acme.tenant.consent("SPM", acme.admin)
    done = acme.run(AUTHORIZATION, on_consent_required="hand_over")
    assert (done["changed"], done["handed_over"]) == (False, [])


@pytest.mark.parametrize("module", WRITERS)
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "empty"}, "empty"),
        ({"kind": "truncated"}, "ends too early"),
        ({"kind": "shape"}, "is a text instead of"),
        ({"kind": "shape", "body": {"data": [{"id": 1, "name": 1}]}}, "instead of"),
        ({"kind": "shape", "body": {"data": {"rows": []}}}, "instead of"),
        ({"kind": "repeat_page"}, "repeats rows"),
    ],
)
def test_a_reply_of_another_shape_stops_before_any_write(tenant, module, fault, words):
    acme = tenant(applications=refreshing(), page_size=1)
    state = acme.snapshot()
    operation = "listLibraryAuthorizations" if module == AUTHORIZATION else "listApps"
    acme.fault(operation=operation, **fault)
    result = acme.run(module, **USUAL[module])
    message = clear(result, "unexpected_reply", words)
    assert operation in message
    assert acme.writes == []
    assert acme.snapshot() == state


@pytest.mark.parametrize(
    ("module", "operation", "options", "body"),
    [
        (
            APPLICATION,
            "readAppAccess",
            {"app_id": "drive", "access": "custom", "users": []},
            {"default_security": "secret"},
        ),
        (APPLICATION, "readApp", {"app_id": "drive"}, {"id": "drive", "name": "x", "status": "paused"}),
        (
            POLICY,
            "readTokenPolicy",
            {"app_id": "tracker-cc"},
            {"type": "value", "value": {"allow_refresh_token": "yes"}},
        ),
        (POLICY, "readTokenPolicy", {"app_id": "tracker-cc"}, {"allow_refresh_token": True}),
        (AUTHORIZATION, "listLibraryAuthorizations", {}, [{"id": "A", "authorized_by": "ada"}]),
        (
            AUTHORIZATION,
            "listLibraryAuthorizations",
            {},
            [{"id": "A", "authorized_by": {"id": "b"}, "expires_at": "soon"}],
        ),
        (AUTHORIZATION, "listLibraries", {}, [{"alias": "A"}]),
    ],
)
def test_a_nearly_right_shape_is_not_taken(tenant, module, operation, options, body):
    acme = tenant(applications=refreshing())
    acme.fault("shape", operation, body={"data": body})
    clear(acme.run(module, **options), "unexpected_reply")
    assert acme.writes == []


def test_messages_have_no_control_characters_of_the_server(acme):
    said = "first\r\nsecond\x1b[31m\u202e third\x00"
    acme.fault("status", "listApps", status=409, body={"error": {"message": said}})
    result = acme.run(APPLICATION, name=TRACKER)
    assert result["failure"]["kind"] == "conflict"
    assert "first second" in result["msg"]
    assert result["msg"].isprintable()


def test_names_with_control_characters_are_shown_harmlessly(tenant):
    acme = tenant(applications=[{"id": "x\x1by", "name": "Evil\x1b[31m\u202eapp"}, *ADDED])
    for name in ("evil\x1b[31m\u202eapp", "no\nsuch\x1bthing"):
        result = acme.run(APPLICATION, name=name)
        assert result["failed"]
        assert result["msg"].isprintable()


def test_the_reason_of_a_missing_privilege_is_the_servers(tenant):
    acme = tenant(applications=[OPEN])
    result = acme.run(APPLICATION, user="pat", app_id="drive", enabled=False)
    clear(result, "permission", "has no Global Management role", "App Management", "8 hours")
    assert result["failure"]["code"] == "NotAuthorized"
    assert result["failure"]["request_id"].startswith("sandbox-")
    assert result["failure"]["path"] == f"/work/api/v2/customers/{acme.customer_id}/apps/drive"
