# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the task imanage_onboarding returned to the result fact: every status, every stage, every next step."""

from __future__ import annotations

import copy
import json

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.imanage.control_center.plugins.filter.tracker_result import FilterModule, tracker_result
from ansible_collections.imanage.control_center.plugins.plugin_utils import _provisioning_request
from ansible_collections.imanage.control_center.plugins.plugin_utils._tracker_result import (
    CONFIGURE,
    INSTALL,
    conclude,
    desktop_configuration,
)

NAMES = ("iManage Tracker", "iManage Tracker CC configuration")
STAGES = ("provisioning", "application", "refresh_token", "authorization")
SESSION = {"changed": False, "customer_id": 7}
CHANGED, UNCHANGED = {"changed": True}, {"changed": False}


def row(library, authorized=True, expires_at="2027-01-01T00:00:00Z", by="ada"):
    """A row of the page of authorizations."""
    known = (
        {"authorized_by": by, "expires_at": expires_at} if authorized else {"authorized_by": None, "expires_at": None}
    )
    return {"id": library, "authorized": authorized, **known}


def planned(library):
    """A row as a preview has it of a library that is still to be authorized."""
    return row(library, expires_at=None, by=None)


def lookup(names=NAMES, status="enabled"):
    """What the provisioning check found."""
    return {
        "changed": False,
        "applications": [{"name": name, "status": status} for name in names],
        "missing": [name for name in NAMES if name not in names],
    }


def authorization(changed=False, rows=(), unlisted=(), handed_over=()):
    """What the authorization of the libraries returned."""
    return {"changed": changed, "libraries": list(rows), "unlisted": list(unlisted), "handed_over": list(handed_over)}


def handed_over(library="ARCHIVE"):
    """A library that waits for a person."""
    return {"library": library, "url": "u", "user": "ada", "instructions": f"Authorize {library}."}


def refusal(kind="permission", **more):
    """The result of a stage that failed, or of a task that failed before any stage."""
    return {"failed": True, "changed": False, "msg": "it said no", "failure": {"kind": kind, "status": 403}, **more}


def run(check_mode=False, **stages):
    """The task's result where everything is as wanted, but for the given stages. One that is None has no key."""
    wanted = {
        "session": [SESSION],
        "provisioning": [lookup()],
        "application": [UNCHANGED, UNCHANGED],
        "refresh_token": [UNCHANGED],
        "authorization": [authorization(rows=[row("ACTIVE")])],
        **stages,
    }
    returned = {stage: results for stage, results in wanted.items() if results is not None}
    results = [result for of_stage in returned.values() for result in of_stage]
    failed = next((result for result in results if result.get("failed")), {})
    return {
        "changed": any(result["changed"] for result in results),
        **{key: failed[key] for key in ("failed", "msg", "failure") if key in failed},
        "check_mode": check_mode,
        "stages": returned,
    }


def failed_in(stage, *results, **stages):
    """The task's result where a stage failed, so that nothing behind it ran."""
    order = ("session", *STAGES)
    behind = order[order.index(stage) + 1 :]
    return run(**{**stages, stage: list(results) or [refusal()], **dict.fromkeys(behind)})


def records(**changes):
    """The records of a tenant where everything is as wanted."""
    return {
        "intent": "onboard",
        "tenant": "acme",
        "url": "https://cloudimanage.com",
        "names": list(NAMES),
        "run": run(),
        **changes,
    }


def unprovisioned(found=NAMES[:1], **changes):
    """The records of a tenant whose catalog lacks an application, the configuration application for example."""
    left_alone = {"application": None, "refresh_token": None, "authorization": None}
    return records(**{"run": run(provisioning=[lookup(found)], **left_alone), **changes})


def offboarding(**stages):
    """The records of a tenant that is taken back, which has no token policies."""
    return records(intent="offboard", run=run(refresh_token=None, **stages))


def concluded(**stages):
    """The fact of an onboarding where these stages returned something else."""
    return conclude(records(run=run(**stages)))


def words(result):
    """How the four stages went, in order."""
    assert tuple(result["stages"]) == STAGES
    return list(result["stages"].values())


# -- the shape ------------------------------------------------------------------------------------------------------

EVERY_SORT = [
    pytest.param(records(), id="onboarded"),
    pytest.param(unprovisioned(), id="awaiting provisioning"),
    pytest.param(offboarding(), id="offboarded"),
    pytest.param(records(run=failed_in("refresh_token")), id="failed in a stage"),
    pytest.param(records(run=refusal("bad_option")), id="failed before the stages"),
]


@pytest.mark.parametrize("given", EVERY_SORT)
def test_has_the_keys_of_the_design_in_their_order(given):
    result = conclude(given)
    assert list(result) == [
        *("tenant", "customer_id", "url", "status", "check_mode", "changed"),
        *("stages", "libraries", "authorizations", "expires_at", "changes", "provisioning_request"),
        *("next_steps", "failure"),
    ]
    assert tuple(result["stages"]) == STAGES
    assert list(result["libraries"]) == ["authorized", "pending", "unlisted"]


def test_says_which_tenant_it_is_about():
    result = conclude(records())
    assert (result["tenant"], result["customer_id"], result["url"]) == ("acme", 7, "https://cloudimanage.com")


@pytest.mark.parametrize("given", EVERY_SORT)
def test_leaves_what_it_was_given_alone(given):
    before = copy.deepcopy(given)
    conclude(given)
    assert given == before


@pytest.mark.parametrize("given", EVERY_SORT)
def test_is_plain_data(given):
    assert json.loads(json.dumps(conclude(given))) == conclude(given)


# -- the status and the stages --------------------------------------------------------------------------------------


def test_onboarded_without_a_change():
    result = conclude(records())
    assert (result["status"], result["changed"], result["failure"]) == ("onboarded", False, None)
    assert words(result) == ["unchanged"] * 4


@pytest.mark.parametrize(
    ("stage", "results"),
    [
        ("application", [CHANGED, CHANGED]),
        ("application", [CHANGED, UNCHANGED]),
        ("application", [UNCHANGED, CHANGED]),
        ("refresh_token", [CHANGED]),
        ("authorization", [authorization(changed=True)]),
    ],
)
def test_one_change_is_a_change_of_its_stage(stage, results):
    result = concluded(**{stage: results})
    assert (result["status"], result["changed"]) == ("onboarded", True)
    assert result["stages"] == {**dict.fromkeys(STAGES, "unchanged"), stage: "changed"}


@pytest.mark.parametrize("found", [NAMES[:1], NAMES[1:], ["iManage Drive"], []])
def test_awaits_provisioning_while_one_of_both_is_missing(found):
    result = conclude(unprovisioned(found))
    assert (result["status"], result["changed"], result["failure"]) == ("awaiting_provisioning", False, None)
    assert words(result) == ["waiting", "skipped", "skipped", "skipped"]


def test_awaits_consent_of_one_library_while_others_are_authorized():
    rows = [row("ACTIVE"), row("ARCHIVE", False)]
    result = concluded(authorization=[authorization(True, rows, handed_over=[handed_over()])])
    assert (result["status"], result["changed"]) == ("awaiting_consent", True)
    assert words(result) == ["unchanged", "unchanged", "unchanged", "waiting"]
    assert result["libraries"] == {"authorized": ["ACTIVE"], "pending": ["ARCHIVE"], "unlisted": []}


@pytest.mark.parametrize(("intent", "status"), [("audit", "drifted"), ("onboard", "onboarded")])
def test_only_an_audit_calls_a_change_a_drift(intent, status):
    result = conclude(records(intent=intent, run=run(refresh_token=[CHANGED])))
    assert (result["status"], result["changed"]) == (status, True)


def test_an_audit_without_a_difference_is_onboarded():
    assert conclude(records(intent="audit"))["status"] == "onboarded"


def test_an_audit_of_an_unprovisioned_tenant_awaits_provisioning():
    assert conclude(unprovisioned(intent="audit"))["status"] == "awaiting_provisioning"


@pytest.mark.parametrize("changed", [True, False])
def test_offboarded_changed_or_not(changed):
    applications = [{"changed": changed}, {"changed": changed}]
    after = authorization(changed, [row("ACTIVE", False)])
    result = conclude(offboarding(application=applications, authorization=[after]))
    word = "changed" if changed else "unchanged"
    assert (result["status"], result["changed"]) == ("offboarded", changed)
    assert words(result) == ["unchanged", word, "skipped", word]


def test_offboarding_an_unprovisioned_tenant_is_no_failure():
    result = conclude(offboarding(provisioning=[lookup(NAMES[:1])], authorization=None))
    assert (result["status"], result["failure"], result["next_steps"]) == ("offboarded", None, [])


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("session", ["failed", "skipped", "skipped", "skipped"]),
        ("provisioning", ["failed", "skipped", "skipped", "skipped"]),
        ("application", ["unchanged", "failed", "skipped", "skipped"]),
        ("refresh_token", ["unchanged", "unchanged", "failed", "skipped"]),
        ("authorization", ["unchanged", "unchanged", "unchanged", "failed"]),
    ],
)
def test_a_failure_shows_in_its_stage(stage, expected):
    result = conclude(records(run=failed_in(stage)))
    assert (result["status"], words(result)) == ("failed", expected)
    assert result["failure"] == {"msg": "it said no", "kind": "permission", "status": 403}
    assert result["next_steps"] == ["it said no"]


@pytest.mark.parametrize("stage", ["session", "application", "authorization"])
def test_a_failure_that_does_not_fail_the_task_is_one_all_the_same(stage):
    run = failed_in(stage)
    assert conclude(records(run={**run, "failed": False})) == conclude(records(run=run))


def test_a_stage_that_could_not_be_planned_is_the_one_that_failed():
    """Everything is planned before the first write, so the stages before it have no results."""
    result = concluded(application=[], refresh_token=[], authorization=[refusal()])
    assert words(result) == ["unchanged", "skipped", "skipped", "failed"]
    assert (result["status"], result["changed"]) == ("failed", False)


def test_one_application_that_failed_fails_their_stage():
    result = conclude(records(run=failed_in("application", CHANGED, refusal("conflict"))))
    assert words(result) == ["unchanged", "failed", "skipped", "skipped"]
    assert (result["failure"]["kind"], result["changed"]) == ("conflict", True)


def test_what_was_changed_before_a_failure_is_told():
    result = conclude(records(run=failed_in("refresh_token", application=[CHANGED, CHANGED])))
    assert (result["status"], result["changed"]) == ("failed", True)
    assert result["stages"]["application"] == "changed"


def test_what_the_failed_stage_had_done_itself_is_told():
    partly = refusal(changed=True, libraries=[row("ACTIVE"), row("ARCHIVE", False)], unlisted=["SPM"])
    result = concluded(authorization=[partly])
    assert result["libraries"] == {"authorized": ["ACTIVE"], "pending": ["ARCHIVE"], "unlisted": ["SPM"]}
    assert (result["status"], result["changed"]) == ("failed", True)
    assert result["expires_at"] == "2027-01-01T00:00:00Z"


def test_a_task_that_got_to_no_stage_failed_in_the_first():
    result = conclude(records(run=refusal("unreachable")))
    assert (result["status"], words(result)) == ("failed", ["failed", "skipped", "skipped", "skipped"])
    assert result["failure"] == {"msg": "it said no", "kind": "unreachable", "status": 403}
    assert (result["customer_id"], result["changed"], result["expires_at"]) == (None, False, None)
    assert result["libraries"] == {"authorized": [], "pending": [], "unlisted": None}


def test_a_failure_that_no_module_explained_is_a_bad_option():
    result = conclude(records(run={"failed": True, "msg": "an argument is wrong"}))
    assert result["failure"] == {"msg": "acme: an argument is wrong", "kind": "bad_option"}
    assert result["next_steps"] == ["acme: an argument is wrong"]


def test_a_failure_is_told_where_neither_url_nor_names_are_known():
    failed = {"failed": True, "msg": "a variable is wrong"}
    known = {"intent": "onboard", "tenant": "acme", "url": "", "names": [], "check_mode": True}
    result = conclude({**known, "run": failed})
    assert (result["tenant"], result["url"], result["status"], result["check_mode"]) == ("acme", "", "failed", True)
    assert result["next_steps"] == ["acme: a variable is wrong"]


@pytest.mark.parametrize("nothing", [None, []])
@pytest.mark.parametrize(
    "left_out",
    [*([stage] for stage in STAGES[1:]), STAGES[1:]],
    ids=" and ".join,
)
def test_stages_that_tags_left_out_leave_the_status_open(left_out, nothing):
    result = concluded(**dict.fromkeys(left_out, nothing))
    assert (result["status"], result["failure"], result["next_steps"]) == (None, None, [])
    assert [stage for stage in STAGES if result["stages"][stage] == "skipped"] == list(left_out)


def test_an_offboarding_that_tags_left_the_applications_out_of_is_open():
    assert conclude(offboarding(application=None))["status"] is None


def test_a_failure_is_known_whatever_tags_left_out():
    result = concluded(application=None, refresh_token=[refusal()], authorization=None)
    assert (result["status"], words(result)) == ("failed", ["unchanged", "skipped", "failed", "skipped"])


@pytest.mark.parametrize("seen", [True, False])
def test_check_mode_is_what_the_task_saw(seen):
    assert concluded(check_mode=seen)["check_mode"] is seen
    assert conclude(records(run=refusal("bad_option", check_mode=seen)))["check_mode"] is seen


def test_the_customer_is_that_of_the_first_account():
    assert concluded(session=[SESSION, {**SESSION, "customer_id": 8}])["customer_id"] == 7


def test_the_second_account_may_be_the_one_that_fails():
    result = conclude(records(run=failed_in("session", SESSION, refusal("sign_in"))))
    assert (result["failure"]["kind"], result["customer_id"]) == ("sign_in", 7)


# -- libraries and times --------------------------------------------------------------------------------------------


def test_the_earliest_end_counts():
    rows = [row("A", expires_at="2027-03-01T00:00:00Z"), row("B", expires_at="2026-12-01T00:00:00Z"), row("C", False)]
    assert concluded(authorization=[authorization(rows=rows)])["expires_at"] == "2026-12-01T00:00:00Z"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2027-01-01T01:00:00+02:00", "2026-12-31T23:30:00Z"),
        ("2026-12-31T23:30:00Z", "2026-12-31T20:00:00-05:00"),
        ("2027-01-01T00:00:00Z", "2027-01-01T00:00:00.5Z"),
    ],
)
def test_ends_are_compared_as_times_and_not_as_text(first, second):
    for ends in ([first, second], [second, first]):
        rows = [row(end, expires_at=end) for end in ends]
        assert concluded(authorization=[authorization(rows=rows)])["expires_at"] == first


def test_no_end_where_the_server_tells_none():
    result = concluded(authorization=[authorization(rows=[row("A", expires_at=None)])])
    assert result["expires_at"] is None
    assert result["libraries"]["authorized"] == ["A"]


def test_no_end_where_one_is_still_to_be_made():
    result = concluded(authorization=[authorization(rows=[row("A"), planned("B")])])
    assert result["expires_at"] is None, "the new one may end before the other"
    assert result["libraries"]["authorized"] == ["A", "B"]


def test_an_audit_tells_the_end_of_what_is_there():
    rows = [row("A"), planned("B")]
    result = conclude(records(intent="audit", run=run(authorization=[authorization(rows=rows)])))
    assert result["expires_at"] == "2027-01-01T00:00:00Z"


def test_the_end_of_what_has_ended_does_not_count():
    ended = {"id": "A", "authorized": False, "expires_at": "2020-01-01T00:00:00Z"}
    result = concluded(authorization=[authorization(rows=[ended, row("B")])])
    assert result["expires_at"] == "2027-01-01T00:00:00Z"
    assert result["libraries"]["pending"] == ["A"]


def test_unlisted_libraries_do_not_change_the_status():
    result = concluded(authorization=[authorization(rows=[row("A")], unlisted=["B", "C"])])
    assert (result["status"], result["libraries"]["unlisted"]) == ("onboarded", ["B", "C"])
    assert "B, C" in result["next_steps"][-1]
    assert "imanage_nrtadmin_username" in result["next_steps"][-1]


def test_unlisted_libraries_that_cannot_be_known_are_null():
    unknown = {**authorization(rows=[row("A")]), "unlisted": None}
    assert concluded(authorization=[unknown])["libraries"]["unlisted"] is None


def test_offboarding_asks_nobody_to_authorize():
    after = authorization(True, [row("A", False)], ["B"])
    result = conclude(offboarding(application=[CHANGED, CHANGED], authorization=[after]))
    (step,) = result["next_steps"]
    assert step.startswith("Not withdrawn, because the signed-in user is no NRTADMIN there: B.")
    assert result["libraries"]["pending"] == []


def test_offboarding_says_that_a_disabled_application_had_no_page_to_withdraw_on():
    disabled = lookup(status="disabled")
    result = conclude(offboarding(provisioning=[disabled], application=[CHANGED, CHANGED], authorization=None))
    (step,) = result["next_steps"]
    assert step.startswith(f"No authorization was withdrawn, because {NAMES[1]} was disabled")
    assert result["status"] == "offboarded"


def test_an_offboarding_that_failed_only_says_why():
    failed = [CHANGED, refusal()]
    result = conclude(offboarding(provisioning=[lookup(status="disabled")], application=failed, authorization=None))
    assert (result["status"], result["next_steps"]) == ("failed", ["it said no"])


def test_what_stands_in_a_refused_url_is_not_repeated():
    result = conclude(records(url="https://ada:s3cret@cloudimanage.com", run=refusal("bad_option")))
    assert "s3cret" not in str(result)
    assert "cloudimanage.com" in result["url"]


# -- what remains for people ----------------------------------------------------------------------------------------


def test_an_onboarded_tenant_is_to_be_configured_and_installed():
    assert conclude(records())["next_steps"] == [CONFIGURE, INSTALL]
    assert "Configuring the application" in CONFIGURE


def test_a_consent_is_handed_over_with_its_instructions():
    waiting = authorization(rows=[row("A", False)], handed_over=[handed_over("A"), handed_over("B")])
    steps = concluded(authorization=[waiting])["next_steps"]
    assert steps[:2] == ["Authorize A.", "Authorize B."]
    assert "Run again" in steps[2]
    assert steps[3:] == [CONFIGURE, INSTALL]


def waits(found, **given):
    """The fact of a tenant that waits for iManage."""
    left_alone = dict.fromkeys(("application", "refresh_token", "authorization"))
    return conclude(records(run=run(provisioning=[lookup(found)], **left_alone), **given))


@pytest.mark.parametrize("found", [NAMES[:1], NAMES[1:], []])
def test_a_tenant_that_waits_has_the_request_for_the_first_application(found):
    given = {"customer_name": "Acme LLP", "from": "it@acme.example"}
    fact = waits(found, provisioning_request=given)
    assert fact["provisioning_request"] == _provisioning_request.request(given, "acme", NAMES[0])
    (step,) = fact["next_steps"]
    head, _rest, text = step.partition("\n\n")
    missing = [name for name in NAMES if name not in found]
    assert head == (
        f"Not in the catalog of this tenant: {', '.join(missing)}. Send this to iManage, wait for the "
        "confirmation, and run again:"
    )
    assert text == fact["provisioning_request"]["text"]


def test_a_request_needs_no_settings():
    assert waits([])["provisioning_request"]["customer_name"] == "acme"


def test_where_it_is_not_tracker_the_request_names_what_is_missing():
    fact = waits(["Drive"], wanted=("provisioning", "application"))
    assert fact["provisioning_request"]["application"] == ", ".join(NAMES)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(records(), id="onboarded"),
        pytest.param(records(run=failed_in("provisioning", refusal("unreachable"))), id="not sent"),
        pytest.param(records(run=run(provisioning=[lookup(NAMES[:1])], application=[refusal()])), id="failed later"),
        pytest.param(offboarding(provisioning=[lookup(NAMES[:1])]), id="offboarded"),
        pytest.param(records(run=refusal("bad_option")), id="failed before the stages"),
    ],
)
def test_no_other_tenant_asks_for_anything(given):
    assert conclude(given)["provisioning_request"] is None


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


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(records(run=failed_in("session")), id="failed"),
        pytest.param(offboarding(application=[CHANGED, CHANGED]), id="offboarded"),
        pytest.param(records(intent="audit", run=run(refresh_token=[CHANGED])), id="drifted"),
    ],
)
def test_a_custom_subdomain_says_nothing_where_it_is_not_the_point(given):
    steps = conclude({**given, "url": "https://acme.cloudimanage.com"})["next_steps"]
    assert not any("TrackerUrl" in step for step in steps)


@pytest.mark.parametrize("url", ["https://[oops", "https://cloudimanage.com:many", "https://[::1"])
def test_a_url_that_cannot_be_read_does_not_hide_the_failure(url):
    """The tenant has failed because of this very url, and has to say so."""
    result = conclude(records(url=url, run=refusal("bad_option")))
    assert (result["status"], result["failure"]["kind"]) == ("failed", "bad_option")


# -- the filter -----------------------------------------------------------------------------------------------------


def test_the_filter_concludes():
    assert FilterModule().filters() == {"tracker_result": tracker_result}
    assert tracker_result(records()) == conclude(records())


@pytest.mark.parametrize("wrong", [None, "text", [1]])
def test_the_filter_refuses_what_is_no_dictionary(wrong):
    with pytest.raises(AnsibleFilterError, match="dictionary"):
        tracker_result(wrong)


def test_a_failure_beside_a_consent_keeps_the_instructions():
    partly = refusal("permission", libraries=[row("SPM", False)], unlisted=[], handed_over=[handed_over()])
    result = concluded(authorization=[partly])
    assert result["next_steps"] == ["it said no", "Authorize ARCHIVE."]


@pytest.mark.parametrize("said", [True, False])
def test_check_mode_is_what_the_task_saw_before_what_the_role_says(said):
    assert conclude({**records(run=run(check_mode=said)), "check_mode": not said})["check_mode"] is said
