# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the role's tasks registered to the result fact: every status, every stage, every next step."""

from __future__ import annotations

import copy
import json
import re

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.imanage.control_center.plugins.filter.tracker_result import FilterModule, tracker_result
from ansible_collections.imanage.control_center.plugins.plugin_utils._tracker_result import (
    CONFIGURE,
    INSTALL,
    conclude,
    desktop_configuration,
    request_text,
)

NAMES = ["iManage Tracker", "iManage Tracker CC configuration"]
SESSION = {"results": [{"customer_id": 7, "check_mode": False, "changed": False}], "changed": False}
STAGES = ("provisioning", "application", "refresh_token", "authorization")
SKIPPED = {"skipped": True, "changed": False, "skip_reason": "Conditional result was False"}
ALL_SKIPPED = {"results": [{"skipped": True, "changed": False}], "skipped": True, "changed": False}


def row(library, authorized=True, expires_at="2027-01-01T00:00:00Z"):
    """A row of the page of authorizations."""
    return {"id": library, "authorized": authorized, "expires_at": expires_at if authorized else None}


def lookup(*names):
    """What the lookup found."""
    return {"applications": [{"name": name} for name in (names or NAMES)], "changed": False}


def applications(*changed):
    """What the loop over the applications registered."""
    return {"results": [{"changed": one} for one in changed], "changed": any(changed)}


def authorization(changed=False, rows=(), unlisted=(), handed_over=()):
    """What the authorization task registered."""
    return {"changed": changed, "libraries": list(rows), "unlisted": list(unlisted), "handed_over": list(handed_over)}


def refusal(kind="permission", **more):
    """A failed task."""
    return {"failed": True, "changed": False, "msg": "it said no", "failure": {"kind": kind, "status": 403}, **more}


def records(**changes):
    """The records of a tenant where everything is as wanted."""
    return {
        "intent": "onboard",
        "tenant": "acme",
        "url": "https://cloudimanage.com",
        "names": NAMES,
        "request": {},
        "session": SESSION,
        "lookup": lookup(),
        "applications": applications(False, False),
        "policy": {"changed": False},
        "authorization": authorization(rows=[row("ACTIVE")]),
        **changes,
    }


def unprovisioned(**changes):
    """The records of a tenant whose catalog lacks the configuration application."""
    nothing = {"applications": ALL_SKIPPED, "policy": SKIPPED, "authorization": SKIPPED}
    return records(**{"lookup": lookup(NAMES[0]), **nothing, **changes})


def stages(result):
    """The four stages, in order."""
    assert tuple(result["stages"]) == STAGES
    return list(result["stages"].values())


def handed_over(library="ARCHIVE"):
    """A library that waits for a person."""
    return {"library": library, "url": "u", "user": "ada", "instructions": f"Authorize {library}."}


# -- the shape ------------------------------------------------------------------------------------------------------


def test_has_the_keys_of_the_design_in_their_order():
    result = conclude(records())
    assert list(result) == [
        *("tenant", "customer_id", "url", "status", "check_mode", "changed"),
        *("stages", "libraries", "expires_at", "next_steps", "failure"),
    ]
    assert list(result["libraries"]) == ["authorized", "pending", "unlisted"]
    assert (result["tenant"], result["customer_id"], result["url"]) == ("acme", 7, "https://cloudimanage.com")


def test_has_the_same_keys_whatever_happened():
    shape = [list(conclude(one)) for one in (records(), unprovisioned(), records(session=refusal()), _nothing())]
    assert shape == [shape[0]] * len(shape)


def test_leaves_what_it_was_given_alone():
    given = records(session=refusal(), authorization=authorization(handed_over=[handed_over()]))
    before = copy.deepcopy(given)
    conclude(given)
    assert given == before


def test_is_plain_data():
    for one in (records(), unprovisioned(), records(policy=refusal())):
        assert json.loads(json.dumps(conclude(one))) == conclude(one)


def _nothing():
    return records(session={}, lookup={}, applications={}, policy={}, authorization={})


# -- the status and the stages --------------------------------------------------------------------------------------


def test_onboarded_without_a_change():
    result = conclude(records())
    assert (result["status"], result["changed"], result["failure"]) == ("onboarded", False, None)
    assert stages(result) == ["unchanged"] * 4


@pytest.mark.parametrize(
    ("record", "value", "stage"),
    [
        ("applications", applications(True, True), "application"),
        ("applications", applications(True, False), "application"),
        ("applications", applications(False, True), "application"),
        ("policy", {"changed": True}, "refresh_token"),
        ("authorization", authorization(changed=True), "authorization"),
    ],
)
def test_one_change_is_a_change_of_its_stage(record, value, stage):
    result = conclude(records(**{record: value}))
    assert (result["status"], result["changed"]) == ("onboarded", True)
    assert [name for name in STAGES if result["stages"][name] == "changed"] == [stage]


@pytest.mark.parametrize("found", [NAMES[:1], NAMES[1:], ["iManage Drive"]])
def test_awaits_provisioning_while_one_of_both_is_missing(found):
    result = conclude(unprovisioned(lookup=lookup(*found)))
    assert (result["status"], result["changed"], result["failure"]) == ("awaiting_provisioning", False, None)
    assert stages(result) == ["waiting", "skipped", "skipped", "skipped"]


def test_a_lookup_that_found_nothing_awaits_provisioning():
    result = conclude(unprovisioned(lookup={"applications": [], "changed": False}))
    assert result["status"] == "awaiting_provisioning"


def test_awaits_consent_of_one_library_while_others_are_authorized():
    waiting = authorization(True, [row("ACTIVE"), row("ARCHIVE", False)], handed_over=[handed_over()])
    result = conclude(records(authorization=waiting))
    assert result["status"] == "awaiting_consent"
    assert result["stages"]["authorization"] == "waiting"
    assert result["libraries"] == {"authorized": ["ACTIVE"], "pending": ["ARCHIVE"], "unlisted": []}


def test_a_change_before_a_consent_is_a_change():
    waiting = authorization(True, [row("ACTIVE"), row("ARCHIVE", False)], handed_over=[handed_over()])
    assert conclude(records(authorization=waiting))["changed"]


@pytest.mark.parametrize("intent", ["audit", "onboard"])
def test_only_an_audit_calls_a_change_a_drift(intent):
    result = conclude(records(intent=intent, policy={"changed": True}))
    assert result["status"] == {"audit": "drifted", "onboard": "onboarded"}[intent]
    assert result["changed"]


def test_an_audit_without_a_difference_is_onboarded():
    assert conclude(records(intent="audit"))["status"] == "onboarded"


def test_an_audit_of_an_unprovisioned_tenant_awaits_provisioning():
    assert conclude(unprovisioned(intent="audit"))["status"] == "awaiting_provisioning"


@pytest.mark.parametrize("changed", [True, False])
def test_offboarded_changed_or_not(changed):
    left = {"policy": {}, "authorization": authorization(changed, [row("ACTIVE", False)])}
    result = conclude(records(intent="offboard", applications=applications(changed, changed), **left))
    word = "changed" if changed else "unchanged"
    assert (result["status"], result["changed"]) == ("offboarded", changed)
    assert stages(result) == ["unchanged", word, "skipped", word]


def test_offboarding_an_unprovisioned_tenant_is_no_failure():
    result = conclude(unprovisioned(intent="offboard", applications=applications(False, False)))
    assert (result["status"], result["failure"]) == ("offboarded", None)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("session", ["failed", "skipped", "skipped", "skipped"]),
        ("lookup", ["failed", "skipped", "skipped", "skipped"]),
        ("applications", ["unchanged", "failed", "skipped", "skipped"]),
        ("policy", ["unchanged", "unchanged", "failed", "skipped"]),
        ("authorization", ["unchanged", "unchanged", "unchanged", "failed"]),
    ],
)
def test_a_failure_shows_in_its_stage(record, expected):
    behind = ["session", "lookup", "applications", "policy", "authorization"]
    skipped = dict.fromkeys(behind[behind.index(record) + 1 :], SKIPPED)
    result = conclude(records(**{**skipped, record: refusal()}))
    assert (result["status"], stages(result)) == ("failed", expected)
    assert result["failure"] == {"task": record, "msg": "it said no", "kind": "permission", "status": 403}
    assert result["next_steps"] == ["it said no"]


def test_the_failure_of_one_item_of_a_loop_is_the_failure():
    loop = {"results": [{"changed": True}, refusal("conflict")], "failed": True, "msg": "One or more items failed"}
    result = conclude(records(applications=loop, policy=SKIPPED, authorization=SKIPPED))
    assert result["failure"]["kind"] == "conflict"
    assert result["failure"]["msg"] == "it said no"


def test_what_was_changed_before_a_failure_is_told():
    result = conclude(records(applications=applications(True, True), policy=refusal(), authorization=SKIPPED))
    assert (result["status"], result["changed"]) == ("failed", True)
    assert result["stages"]["application"] == "changed"


def test_what_the_failed_task_had_done_itself_is_told():
    partly = refusal(changed=True, libraries=[row("ACTIVE"), row("ARCHIVE", False)], unlisted=["SPM"])
    result = conclude(records(authorization=partly))
    assert result["libraries"] == {"authorized": ["ACTIVE"], "pending": ["ARCHIVE"], "unlisted": ["SPM"]}
    assert result["changed"]


def test_a_failure_that_no_module_explained_is_a_bad_option():
    result = conclude(records(session={"failed": True, "msg": "an argument is wrong"}))
    assert result["failure"] == {"task": "session", "msg": "an argument is wrong", "kind": "bad_option"}


def test_the_first_failure_counts():
    result = conclude(records(lookup=refusal("unreachable"), policy=refusal("conflict")))
    assert result["failure"]["kind"] == "unreachable"


@pytest.mark.parametrize("record", ["session", "lookup", "applications", "policy"])
def test_records_of_an_earlier_play_behind_a_failure_are_not_believed(record):
    stale = authorization(True, [row("ACTIVE")], ["SPM"], [handed_over()])
    changed = {"applications": applications(True, True), "policy": {"changed": True}, "authorization": stale}
    result = conclude(records(**{**changed, record: refusal()}))
    order = ["applications", "policy", "authorization"]
    reached = order[: order.index(record) + 1] if record in order else []
    believed = [stage for stage in STAGES if result["stages"][stage] == "changed"]
    assert believed == ["application"] * ("policy" in reached)
    assert result["libraries"] == {"authorized": [], "pending": [], "unlisted": None}
    assert (result["expires_at"], result["status"]) == (None, "failed")


@pytest.mark.parametrize("record", ["applications", "policy", "authorization"])
def test_stages_that_tags_left_out_leave_the_status_open(record):
    result = conclude(records(**{record: {}}))
    assert result["status"] is None
    assert "skipped" in result["stages"].values()
    assert result["next_steps"] == []


def test_a_failure_is_known_whatever_tags_left_out():
    assert conclude(records(applications={}, policy=refusal(), authorization={}))["status"] == "failed"


def test_nothing_ran():
    result = conclude(_nothing())
    assert (result["status"], result["customer_id"], result["changed"]) == (None, None, False)
    assert stages(result) == ["skipped"] * 4


@pytest.mark.parametrize("seen", [True, False])
def test_check_mode_is_what_the_session_saw(seen):
    session = {"results": [{"customer_id": 7, "check_mode": seen}]}
    assert conclude(records(session=session, check_mode=not seen))["check_mode"] is seen


@pytest.mark.parametrize("told", [True, False])
def test_check_mode_is_what_the_play_says_where_no_session_saw_it(told):
    assert conclude(records(session=refusal(), check_mode=told))["check_mode"] is told


def test_check_mode_of_a_refused_sign_in_is_what_the_action_saw():
    session = {"results": [refusal("sign_in", check_mode=True)], "failed": True, "msg": "x"}
    assert conclude(records(session=session))["check_mode"] is True


def test_the_customer_is_that_of_the_first_identity():
    session = {"results": [{"customer_id": 7, "check_mode": False}, {"customer_id": 8, "check_mode": False}]}
    assert conclude(records(session=session))["customer_id"] == 7


def test_the_second_identity_may_be_the_one_that_fails():
    session = {"results": [{"customer_id": 7, "check_mode": False}, refusal("sign_in")], "failed": True, "msg": "x"}
    result = conclude(records(session=session))
    assert (result["failure"]["kind"], result["customer_id"]) == ("sign_in", 7)


# -- libraries and times --------------------------------------------------------------------------------------------


def test_the_earliest_end_counts():
    rows = [row("A", expires_at="2027-03-01T00:00:00Z"), row("B", expires_at="2026-12-01T00:00:00Z"), row("C", False)]
    assert conclude(records(authorization=authorization(rows=rows)))["expires_at"] == "2026-12-01T00:00:00Z"


def test_no_end_where_the_server_tells_none():
    result = conclude(records(authorization=authorization(rows=[row("A", expires_at=None)])))
    assert result["expires_at"] is None
    assert result["libraries"]["authorized"] == ["A"]


def test_the_end_of_what_has_ended_does_not_count():
    ended = {"id": "A", "authorized": False, "expires_at": "2020-01-01T00:00:00Z"}
    result = conclude(records(authorization=authorization(rows=[ended, row("B")])))
    assert result["expires_at"] == "2027-01-01T00:00:00Z"
    assert result["libraries"]["pending"] == ["A"]


def test_unlisted_libraries_do_not_change_the_status():
    result = conclude(records(authorization=authorization(rows=[row("A")], unlisted=["B", "C"])))
    assert (result["status"], result["libraries"]["unlisted"]) == ("onboarded", ["B", "C"])
    assert "B, C" in result["next_steps"][-1]
    assert "imanage_nrtadmin_username" in result["next_steps"][-1]


def test_unlisted_libraries_that_cannot_be_known_are_null():
    unknown = {**authorization(rows=[row("A")]), "unlisted": None}
    assert conclude(records(authorization=unknown))["libraries"]["unlisted"] is None


def test_offboarding_asks_nobody_to_authorize():
    after = authorization(True, [row("A", False)], ["B"])
    result = conclude(records(intent="offboard", applications=applications(True, True), authorization=after))
    (step,) = result["next_steps"]
    assert step.startswith("Not withdrawn, because the signed-in user is no NRTADMIN there: B.")
    assert result["libraries"]["pending"] == []


def test_what_stands_in_a_refused_url_is_not_repeated():
    assert "s3cret" not in str(conclude(records(url="https://ada:s3cret@cloudimanage.com")))


# -- what remains for people ----------------------------------------------------------------------------------------


def test_an_onboarded_tenant_is_to_be_configured_and_installed():
    assert conclude(records())["next_steps"] == [CONFIGURE, INSTALL]
    assert "Configuring the application" in CONFIGURE


def test_a_consent_is_handed_over_with_its_instructions():
    waiting = authorization(rows=[row("A", False)], handed_over=[handed_over("A"), handed_over("B")])
    steps = conclude(records(authorization=waiting))["next_steps"]
    assert steps[:2] == ["Authorize A.", "Authorize B."]
    assert "Run again" in steps[2]
    assert steps[3:] == [CONFIGURE, INSTALL]


def test_a_request_for_provisioning_is_ready_to_send():
    request = {"customer_name": "Acme & Söhne LLP", "from": "ada@acme.example", "to": "help@vendor.example"}
    (step,) = conclude(unprovisioned(request=request))["next_steps"]
    assert NAMES[1] in step.partition("\n")[0]
    assert "\nFrom: ada@acme.example\nTo: help@vendor.example\nSubject: " in step
    assert re.search(r"^Customer name: Acme & Söhne LLP$", step, re.MULTILINE)
    assert re.search(r"^Application name: iManage Tracker$", step, re.MULTILINE)


@pytest.mark.parametrize("request_given", [{}, None, {"customer_name": "", "from": None, "to": None}])
def test_a_request_without_details_names_the_tenant(request_given):
    (step,) = conclude(unprovisioned(request=request_given))["next_steps"]
    assert re.search(r"^Customer name: acme$", step, re.MULTILINE)
    assert re.search(r"^From: \(.+\)$", step, re.MULTILINE)
    assert re.search(r"^To: \(.+\)$", step, re.MULTILINE)
    assert "None" not in step


def test_a_request_has_the_name_that_the_tenant_uses():
    (step,) = conclude(unprovisioned(names=["Our Tracker", NAMES[1]], lookup=lookup("Drive")))["next_steps"]
    assert "Application name: Our Tracker\n" in step
    assert "Our Tracker, iManage Tracker CC configuration" in step.partition("\n")[0]


def test_a_request_has_a_blank_line_before_its_text():
    text = request_text("Acme", "iManage Tracker", None, None)
    head, _, body = text.partition("\n\n")
    assert [line.partition(":")[0] for line in head.splitlines()] == ["From", "To", "Subject"]
    assert "Acme" in head.splitlines()[2]
    assert body.startswith("Please")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://acme.cloudimanage.com", "acme.cloudimanage.com"),
        ("https://ACME.CloudIManage.com", "acme.cloudimanage.com"),
        ("https://acme.cloudimanage.com:443", "acme.cloudimanage.com"),
        ("https://acme.eu.cloudimanage.com/", "acme.eu.cloudimanage.com"),
    ],
)
def test_a_custom_subdomain_gets_a_valid_fragment(url, host):
    assert json.loads(desktop_configuration(url)) == {"TrackerUrl": f"https://{host}/tracker"}


@pytest.mark.parametrize(
    "url",
    [
        "https://cloudimanage.com",
        "https://cloudimanage.com:443",
        "https://notcloudimanage.com",
        "https://acme.notcloudimanage.com",
        "https://cloudimanage.com.example",
        "https://acme.cloudimanage.com.example",
        "https://work.example/acme.cloudimanage.com",
        "https://acme.cloudimanage.com@work.example",
        "http://127.0.0.1:8080",
        "acme.cloudimanage.com",
        "",
    ],
)
def test_other_hosts_get_no_fragment(url):
    assert desktop_configuration(url) is None
    assert not any("TrackerUrl" in step for step in conclude(records(url=url))["next_steps"])


@pytest.mark.parametrize("make", [records, unprovisioned])
def test_a_custom_subdomain_needs_the_support_request_too(make):
    steps = conclude(make(url="https://acme.cloudimanage.com"))["next_steps"]
    (step,) = [step for step in steps if "TrackerUrl" in step]
    assert "redirect URL to https://acme.cloudimanage.com/tracker" in step
    assert "imEMM.config" in step
    assert json.loads(step[step.index("{") :]) == {"TrackerUrl": "https://acme.cloudimanage.com/tracker"}


@pytest.mark.parametrize("given", [{"session": refusal()}, {"intent": "offboard"}, {"intent": "audit"}])
def test_a_custom_subdomain_says_nothing_where_it_is_not_the_point(given):
    steps = conclude(records(url="https://acme.cloudimanage.com", policy={"changed": True}, **given))["next_steps"]
    assert not any("TrackerUrl" in step for step in steps)


@pytest.mark.parametrize("url", ["https://[oops", "https://cloudimanage.com:many", "https://[::1"])
def test_a_url_that_cannot_be_read_does_not_hide_the_failure(url):
    """The tenant has failed because of this very url, and has to say so."""
    result = conclude(records(url=url, session=refusal("bad_option")))
    assert (result["status"], result["failure"]["kind"]) == ("failed", "bad_option")


# -- the filter -----------------------------------------------------------------------------------------------------


def test_the_filter_concludes():
    assert FilterModule().filters() == {"tracker_result": tracker_result}
    assert tracker_result(records()) == conclude(records())


@pytest.mark.parametrize("wrong", [None, "text", [1]])
def test_the_filter_refuses_what_is_no_dictionary(wrong):
    with pytest.raises(AnsibleFilterError, match="dictionary"):
        tracker_result(wrong)
