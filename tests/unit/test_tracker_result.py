# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the role's tasks registered to the result fact: every status, every stage, every next step."""

from __future__ import annotations

import copy
import functools
import json

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.imanage.control_center.plugins.filter.tracker_result import FilterModule, tracker_result
from ansible_collections.imanage.control_center.plugins.module_utils._plan import remainder
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import provisioning_request
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.next_steps import (
    AGAIN,
    ASK,
    CONFIGURE,
    INSTALL,
    NOT_APPROVED,
    UPLOAD,
    desktop_configuration,
)
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.tracker_result import result_fact
from support.results import libraries as stand

NAMES = ("iManage Tracker", "iManage Tracker CC configuration")
WRITING = ("application", "refresh_token", "authorization")
STAGES = ("provisioning", *WRITING)
LATER, SOONER = "2027-03-01T00:00:00Z", "2026-12-01T00:00:00Z"
CHANGED, UNCHANGED = {"changed": True, "writes": []}, {"changed": False, "writes": []}
SKIPPED = {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}
UNREACHABLE = {"unreachable": True, "msg": "no way there"}


def row(library, authorized=True, expires_at=LATER, by="ada"):
    """A row of the page of authorizations."""
    known = {"authorized_by": by, "authorized_at": None, "expires_at": expires_at, "expires_from": "tenant"}
    return {"id": library, "authorized": authorized, **(known if authorized else dict.fromkeys(known))}


def info_of(stages=(), **changes):
    """What the plan returns where all is as wanted, except for the stages that have something to write."""
    return {
        "changed": False,
        "check_mode": False,
        "tenant": {"customer_id": 7, "user": "ada", "email": "ada@acme.example", "authorizes": "ada"},
        "left_alone": False,
        "missing": [],
        "near_misses": [],
        "applications": [{"name": name, "status": "enabled"} for name in NAMES],
        "libraries": [row("ACTIVE")],
        "wanted": ["ACTIVE"],
        "others": [],
        "not_visible": [],
        "handed_over": [],
        "plan": {
            "changes": [{"stage": stage, "title": stage, "before": {}, "after": {}} for stage in stages],
            "writes": [{"ids": {}} for _stage in stages],
            "assumptions": [],
        },
        "stages": list(stages),
        "remaining": [],
        **changes,
    }


def libraries(*rows, changed=False, not_visible=(), waiting=(), **more):
    """What the authorization of libraries returned; C(waiting) were handed over."""
    handed_over = [{"library": one, "url": "u", "user": "ada", "instructions": f"Authorize {one}."} for one in waiting]
    found = {"libraries": list(rows), "not_visible": list(not_visible), "handed_over": handed_over}
    return {"changed": changed, "writes": [], **found, **more}


def refusal(kind="permission", **more):
    """The result of a task of this collection that failed."""
    return {"failed": True, "changed": False, "msg": "it said no", "failure": {"kind": kind, "status": 403}, **more}


def write(title, before, after, outcome="done"):
    """A row of what a task wrote."""
    return {"title": title, "before": before, "after": after, "outcome": outcome, "ids": {"library_id": title}}


def records(info=None, application=(), refresh_token=None, authorization=None, **changes):
    """What the role recorded of a tenant. C(application) has the results of its loop."""
    info = info_of() if info is None else info
    if info.get("wanted") == ["ACTIVE"] and "libraries" in (authorization or {}):
        info = {**info, "wanted": [one["id"] for one in authorization["libraries"]]}
    return {
        "intent": "onboard",
        "state": "present",
        "at": None,
        "tenant": "acme",
        "url": "https://cloudimanage.com",
        "names": list(NAMES),
        "authorized_on": {},
        "provisioning_request": {},
        "check_mode": False,
        "info": info,
        "application": {"results": list(application)} if application else {},
        "refresh_token": refresh_token or {},
        "authorization": authorization or {},
        "failed": {},
        **changes,
    }


def concluded(info=None, **changes):
    """The fact of a tenant."""
    return result_fact(records(info, **changes))


def words(result):
    """How the four stages went, by their first letters: u(nchanged), c(hanged), w(aiting), f(ailed), s(kipped)."""
    assert tuple(result["stages"]) == STAGES
    return "".join(word[0] for word in result["stages"].values())


# -- the shape ------------------------------------------------------------------------------------------------------

MISSING = info_of(missing=list(NAMES[1:]), libraries=[])
LEFT_ALONE = info_of(left_alone=True, tenant=dict.fromkeys(("customer_id", "user", "email", "authorizes")))
EVERY_SORT = [
    pytest.param(records(), id="onboarded"),
    pytest.param(records(MISSING), id="awaiting provisioning"),
    pytest.param(records(LEFT_ALONE), id="left alone"),
    pytest.param(records(info_of(["application"], check_mode=True), application=[CHANGED]), id="preview"),
    pytest.param(records(info_of(["authorization"]), authorization=refusal()), id="failed in a stage"),
    pytest.param(records({}, failed={"msg": "it crashed"}), id="failed before the tenant was read"),
]


@pytest.mark.parametrize("given", EVERY_SORT)
def test_is_plain_data_with_the_keys_of_the_design_in_their_order(given):
    before = copy.deepcopy(given)
    result = result_fact(given)
    assert given == before, "what it was given is left alone"
    assert list(result) == [
        *("tenant", "customer_id", "url", "account", "at", "status", "check_mode", "changed", "stages", "libraries"),
        *(
            "authorizations",
            "expires_at",
            "changes",
            "remaining",
            "assumptions",
            "planned",
            "provisioning_request",
            "next_steps",
        ),
        "failure",
    ]
    assert list(result["libraries"]) == ["wanted", "authorized", "pending", "not_visible", "others"]
    assert json.loads(json.dumps(result)) == result


# -- the status and the stages --------------------------------------------------------------------------------------

NEW = remainder.appeared("NEW")
skipped = functools.partial(remainder.skipped, offboards=False)

ALL, LATE = info_of(WRITING), info_of(["authorization"], remaining=[skipped("refresh_token")])
BACK = info_of(["authorization", "application"])
DISABLED = info_of(["application"], applications=[{"name": name, "status": "disabled"} for name in NAMES], libraries=[])
GONE, ONE, TWO = libraries(row("A", False), changed=True), [CHANGED, UNCHANGED], [CHANGED, CHANGED]
WAITING = libraries(row("A", False), waiting="A")

# What was found and returned, the words of the stages, the status, and whether anything was changed.
STANDS = [
    ({}, "uuuu", "onboarded", False),
    ({"info": info_of(["application"]), "application": TWO}, "ucuu", "onboarded", True),
    ({"info": info_of(["application"]), "application": ONE}, "ucuu", "onboarded", True),
    ({"info": info_of(["application"]), "application": ONE[::-1]}, "ucuu", "onboarded", True),
    ({"info": info_of(["application"]), "application": [UNCHANGED] * 2}, "uuuu", "onboarded", False),
    ({"info": info_of(["refresh_token"]), "refresh_token": CHANGED}, "uucu", "onboarded", True),
    (
        {"info": info_of(["authorization"]), "authorization": libraries(row("A"), changed=True)},
        "uuuc",
        "onboarded",
        True,
    ),
    ({"info": MISSING}, "wsss", "awaiting_provisioning", False),
    ({"info": info_of(["authorization"]), "authorization": WAITING}, "uuuw", "awaiting_consent", False),
    ({"info": LATE, "authorization": {**WAITING, "changed": True}}, "uusw", "awaiting_consent", True),
    ({"info": LATE, "authorization": libraries(changed=True)}, "uusc", "incomplete", True),
    ({"info": info_of(remaining=[NEW])}, "uuuu", "incomplete", False),
    ({"info": info_of(remaining=[skipped(stage) for stage in WRITING])}, "usss", "incomplete", False),
    ({"info": ALL, "application": TWO, "authorization": SKIPPED}, "ucss", "incomplete", True),
    ({"info": LEFT_ALONE}, "ssss", "left_alone", False),
    # An audit runs no stage, and only it calls a difference a drift.
    ({"intent": "audit"}, "uuuu", "onboarded", False),
    ({"intent": "audit", "info": info_of(["refresh_token"])}, "uucu", "drifted", True),
    ({"intent": "audit", "info": LATE}, "uusc", "drifted", True),
    ({"intent": "audit", "info": info_of(remaining=[skipped("application")])}, "usuu", "drifted", False),
    ({"intent": "audit", "info": MISSING}, "wsss", "awaiting_provisioning", False),
    # Having nothing to take back is not a failure.
    ({"intent": "offboard", "info": info_of(libraries=[])}, "uuuu", "offboarded", False),
    ({"intent": "offboard", "info": BACK, "authorization": GONE, "application": TWO}, "ucuc", "offboarded", True),
    ({"intent": "offboard", "info": BACK, "authorization": GONE, "application": [SKIPPED]}, "usuc", "incomplete", True),
]


@pytest.mark.parametrize(("given", "stages", "status", "changed"), STANDS)
def test_how_a_tenant_stands(given, stages, status, changed):
    result = concluded(**given)
    assert (words(result), result["status"], result["changed"]) == (stages, status, changed)
    assert result["failure"] is None
    assert bool(result["provisioning_request"]) == (status == "awaiting_provisioning")


AT = {stage: refusal(failed_stage=stage) for stage in STAGES}


@pytest.mark.parametrize(
    ("given", "stages", "changed"),
    [
        ({"info": refusal("permission")}, "fsss", False),
        ({"info": AT["provisioning"]}, "fsss", False),
        ({"info": AT["application"]}, "ufss", False),
        ({"info": AT["refresh_token"]}, "usfs", False),
        ({"info": AT["authorization"]}, "ussf", False),
        ({"info": AT["authorization"], "intent": "audit"}, "ussf", False),
        ({"info": ALL, "application": [refusal()]}, "ufss", False),
        ({"info": ALL, "application": [refusal(changed=True)]}, "ufss", True),
        ({"info": ALL, "application": [CHANGED, refusal()]}, "ufss", True),
        ({"info": ALL, "application": TWO, "refresh_token": refusal()}, "ucfs", True),
        ({"info": ALL, "application": TWO, "refresh_token": CHANGED, "authorization": refusal()}, "uccf", True),
        ({"info": BACK, "authorization": GONE, "application": [refusal()], "intent": "offboard"}, "ufuc", True),
        ({"info": DISABLED, "application": [CHANGED, refusal()], "intent": "offboard"}, "ufuu", True),
        ({"info": {}, "failed": refusal()}, "fsss", False),
    ],
)
def test_a_failure_shows_in_its_stage_and_leaves_what_was_done(given, stages, changed):
    result = concluded(**given)
    assert (words(result), result["status"], result["changed"]) == (stages, "failed", changed)
    assert result["failure"] == {"msg": "it said no", "kind": "permission", "status": 403}
    assert (result["next_steps"], result["remaining"]) == (["it said no"], [])
    assert (result["planned"], result["provisioning_request"]) == (None, None)


@pytest.mark.parametrize(
    ("given", "stages", "kind", "msg"),
    [
        ({"info": UNREACHABLE}, "fsss", "unreachable", "no way there"),
        ({"info": ALL, "application": [CHANGED, UNREACHABLE]}, "ufss", "unreachable", "no way there"),
        ({"info": {"failed": True, "msg": "no Python"}}, "fsss", "task_failed", "no Python"),
        ({"info": ALL, "application": TWO, "refresh_token": {"failed": True}}, "ucfs", "task_failed", "it failed"),
        (
            {"info": ALL, "application": TWO, "failed": {"msg": "'x' is undefined"}},
            "fcss",
            "task_failed",
            "'x' is undefined",
        ),
        ({"info": {}}, "fsss", "task_failed", "the tenant was not read"),
    ],
)
def test_a_failure_without_a_result_of_ours_names_the_tenant(given, stages, kind, msg):
    result = concluded(**given)
    assert (words(result), result["failure"]) == (stages, {"msg": f"acme: {msg}", "kind": kind})


def test_what_was_read_before_the_failure_is_known():
    result = concluded(refusal("unreachable"))
    assert (result["customer_id"], result["expires_at"]) == (None, None)
    assert result["libraries"] == stand(not_visible=None)
    result = concluded({**info_of(), **refusal(failed_stage="authorization")})
    assert (result["customer_id"], result["libraries"]["authorized"]) == (7, ["ACTIVE"])


def test_what_a_failed_stage_left_is_reported():
    partly = {**libraries(row("A"), row("B", False), not_visible=["C"], waiting=["B"]), **refusal(changed=True)}
    result = concluded(info_of(["authorization"]), authorization=partly)
    assert result["libraries"] == stand(["A"], ["B"], not_visible=["C"])
    assert result["next_steps"] == ["it said no", "Authorize B."]
    assert result["expires_at"] == LATER


@pytest.mark.parametrize(
    "url", ["https://[oops", "https://cloudimanage.com:many", "https://ada:s3cret@cloudimanage.com"]
)
def test_a_url_that_was_refused_neither_hides_the_failure_nor_shows_a_password(url):
    result = concluded(refusal("bad_option"), url=url)
    assert (result["status"], result["failure"]["kind"]) == ("failed", "bad_option")
    assert "s3cret" not in str(result)


# -- libraries and times --------------------------------------------------------------------------------------------


def ending(*times):
    """Rows of authorized libraries that end at these times."""
    return [row(f"L{number}", expires_at=time) for number, time in enumerate(times)]


@pytest.mark.parametrize(
    ("rows", "end"),
    [
        (ending(LATER, SOONER), SOONER),
        (ending(LATER, None), LATER),
        (ending(None), None),
        # One that is still to be made may end before the others, and one that has expired does not count.
        ([row("A"), row("B", expires_at=None, by=None)], None),
        ([{**row("A", expires_at="2020-01-01T00:00:00Z"), "authorized": False}, row("B")], LATER),
        # Ends are times and not texts.
        (ending("2027-01-01T01:00:00+02:00", "2026-12-31T23:30:00Z"), "2027-01-01T01:00:00+02:00"),
        (ending("2027-01-01T00:00:00.5Z", "2027-01-01T00:00:00Z"), "2027-01-01T00:00:00Z"),
    ],
)
def test_the_first_end_counts(rows, end):
    for order in (rows, rows[::-1]):
        result = concluded(info_of(["authorization"]), authorization=libraries(*order))
        assert result["expires_at"] == end
        assert result["libraries"]["authorized"] == [one["id"] for one in order if one["authorized"]]
        assert result["libraries"]["pending"] == [one["id"] for one in order if not one["authorized"]]


def test_an_audit_tells_the_end_of_what_is_there():
    change = {"stage": "authorization", "title": "P", "before": {"A": "authorized", "B": "unauthorized"}, "after": {}}
    plan = {"changes": [change], "writes": [], "assumptions": []}
    found = info_of(["authorization"], libraries=[row("A"), row("B", False)], plan=plan)
    result = concluded(found, intent="audit")
    assert (result["expires_at"], result["libraries"]["pending"]) == (LATER, ["B"])


def test_an_audit_has_no_change_if_a_run_would_only_refuse_a_library():
    nothing = {"changes": [], "writes": [], "assumptions": []}
    found = info_of(["authorization"], wanted=["ACTIVE", "SPM"], not_visible=["SPM"], plan=nothing)
    result = concluded(found, intent="audit")
    assert (result["status"], result["changed"], words(result)) == ("drifted", False, "uuuu")
    assert [one["library"] for one in result["remaining"]] == ["SPM"]


def test_says_which_tenant_it_is_about_and_by_whom_its_libraries_are_authorized():
    result = concluded()
    assert (result["tenant"], result["customer_id"], result["url"]) == ("acme", 7, "https://cloudimanage.com")
    assert result["authorizations"] == [
        {"library": "ACTIVE", "by": "ada", "since": None, "until": LATER, "until_from": "tenant"}
    ]


@pytest.mark.parametrize("not_visible", [["B", "C"], None])
def test_a_library_that_this_account_cannot_see_is_unknown_to_it_and_never_not_authorized(not_visible):
    result = concluded(info_of(wanted=["ACTIVE", *(not_visible or [])], not_visible=not_visible))
    assert result["status"] == ("incomplete" if not_visible else "onboarded")
    assert result["libraries"] == {
        "wanted": ["ACTIVE", *(not_visible or [])],
        "authorized": ["ACTIVE"],
        "pending": [],
        "not_visible": not_visible,
        "others": [],
    }
    assert [(one["library"], one["reason"]) for one in result["remaining"]] == [
        (library, "not_visible") for library in not_visible or []
    ]
    told = [step for step in result["next_steps"] if step.startswith("Unknown to this account") and "B, C" in step]
    assert len(told) == bool(not_visible)


@pytest.mark.parametrize("intent", ["onboard", "audit"])
def test_a_tenant_without_an_authorized_library_is_not_green(intent):
    result = concluded(info_of(libraries=[], wanted=[]), intent=intent)
    assert result["status"] == ("incomplete" if intent == "onboard" else "drifted")
    assert [(one["library"], one["reason"]) for one in result["remaining"]] == [(None, "not_authorized")]


def test_a_library_that_was_left_out_on_purpose_is_not_missed():
    result = concluded(info_of(others=["HR"]))
    assert (result["status"], result["libraries"]["others"]) == ("onboarded", ["HR"])


def test_an_approved_library_that_was_not_listed_in_the_run_is_named():
    """The preview had no page yet, and the page that the run brought does not list it."""
    found = info_of(["authorization"], libraries=[], wanted=["A", "HAZ"], not_visible=None)
    result = concluded(found, authorization=libraries(row("A"), changed=True, not_visible=["HAZ"]))
    assert result["status"] == "incomplete"
    assert [(one["library"], one["reason"]) for one in result["remaining"]] == [("HAZ", "not_visible")]


# -- what was changed, and what was planned -------------------------------------------------------------------------

ADD = {"stage": "application", "title": "T", "before": {"Added": False, "On": 1}, "after": {"Added": True, "On": 1}}
PLAN = {"changes": [ADD], "writes": [write("T", {}, {}, "planned")], "assumptions": ["It is assumed."]}


@pytest.mark.parametrize("intent", ["onboard", "audit", "offboard"])
def test_a_preview_has_the_plan(intent):
    result = concluded(info_of(["application"], plan=PLAN, check_mode=True), application=[CHANGED], intent=intent)
    assert (result["planned"], result["assumptions"]) == (PLAN, ["It is assumed."])
    fields = [{"field": "Added", "before": False, "after": True}]
    assert result["changes"] == [{"stage": "application", "title": "T", "fields": fields}]


def test_a_run_has_no_plan_and_changed_what_was_read_back():
    result = concluded(info_of(["application"], plan=PLAN), application=[UNCHANGED])
    assert (result["planned"], result["assumptions"], result["changes"]) == (None, [], [])


@pytest.mark.parametrize("given", [{}, refusal("bad_option")])
@pytest.mark.parametrize("said", [True, False])
def test_the_check_mode_of_the_task_overrides_that_of_the_role(given, said):
    assert concluded({**given, "check_mode": said}, check_mode=not said)["check_mode"] is said
    assert concluded({"failed": True}, check_mode=said)["check_mode"] is said


def changed_fields(*loop, **more):
    """Of each page that was changed its title, and its fields with before and after. C(loop): writes, item by item."""
    results = [{"changed": True, "writes": writes} for writes in loop]
    changes = concluded(ALL, application=results, **more)["changes"]
    return [(one["title"], [tuple(field.values()) for field in one["fields"]]) for one in changes]


@pytest.mark.parametrize("outcome", ["done", "refused", "unknown", "not_planned", "planned"])
def test_only_what_was_done_is_a_change_also_where_the_stage_failed(outcome):
    rows = [write("T", {"Added": False}, {"Added": True}, outcome)]
    expected = [("T", [("Added", False, True)])] if outcome == "done" else []
    assert changed_fields(rows) == changed_fields([], refresh_token=refusal(writes=rows)) == expected


def test_each_page_of_each_stage_has_its_change():
    first, second = ([write(name, {"Added": False}, {"Added": True})] for name in "TC")
    policy = {"changed": True, "writes": [write("C, Authentication", {}, {"Days": 90})]}
    page = libraries(writes=[write("P", {name: "unauthorized"}, {name: "authorized"}) for name in "AB"])
    assert changed_fields(first, second, refresh_token=policy, authorization=page) == [
        ("T", [("Added", False, True)]),
        ("C", [("Added", False, True)]),
        ("C, Authentication", [("Days", None, 90)]),
        ("P", [("A", "unauthorized", "authorized"), ("B", "unauthorized", "authorized")]),
    ]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"Added": True, "On": True}, [("T", [("Added", False, True), ("On", None, True)])]),
        ({"Added": False}, []),  # It was taken back.
    ],
)
def test_of_a_field_that_was_written_twice_the_first_and_the_last_count(last, expected):
    added = {"Added": True, "On": False}
    assert changed_fields([write("T", {"Added": False}, added), write("T", added, last)]) == expected


# -- what remains ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", WRITING)
def test_a_stage_that_was_left_out_or_not_run_remains(stage):
    known = concluded(info_of(remaining=[skipped(stage)]))
    found = concluded(info_of([stage]))
    assert known["remaining"] == found["remaining"] == [skipped(stage)]
    words = f"The stage {stage.replace('_', ' ')} was left out. Run again without leaving this stage out."
    assert known["next_steps"] == found["next_steps"] == [words]
    assert known["libraries"]["pending"] == []


NOT_PLANNED = libraries(row("A"), writes=[write("NEW", {}, {}, "not_planned")])


@pytest.mark.parametrize(
    "found",
    [
        {"info": info_of(remaining=[NEW])},
        {"info": info_of(remaining=[NEW], wanted=["A"], libraries=[row("A"), row("NEW", False)])},
        {"info": info_of(["authorization"]), "authorization": NOT_PLANNED},
        {"info": info_of(["authorization"], remaining=[NEW]), "authorization": NOT_PLANNED},
    ],
)
def test_a_library_that_the_plan_does_not_have_remains_once_whoever_says_so(found):
    result = concluded(**found)
    assert (result["status"], result["remaining"], result["libraries"]["pending"]) == ("incomplete", [NEW], ["NEW"])
    assert result["next_steps"] == [
        "Left out, because the approved plan has no write for it: NEW. Make a new preview and have it approved."
    ]


def test_a_tenant_that_the_plan_does_not_have_says_so_and_nothing_else():
    assert concluded(LEFT_ALONE)["next_steps"] == [NOT_APPROVED]
    assert concluded({**LEFT_ALONE, "remaining": [skipped("application")]})["remaining"] == []


def test_an_onboarded_tenant_has_to_be_configured_after_the_consents():
    assert concluded()["next_steps"] == [CONFIGURE, INSTALL]
    waiting = libraries(row("A", False), row("B", False), waiting="AB")
    steps = concluded(info_of(["authorization"]), authorization=waiting)["next_steps"]
    assert steps == ["Authorize A.", "Authorize B.", AGAIN, CONFIGURE, INSTALL]


@pytest.mark.parametrize("found", [NAMES[:1], NAMES[1:], []])
@pytest.mark.parametrize("given", [{"customer_name": "Acme LLP", "from": "it@acme.example"}, {}])
def test_a_tenant_that_waits_has_the_request_for_the_first_application(found, given):
    missing = [name for name in NAMES if name not in found]
    fact = concluded(info_of(missing=missing), provisioning_request=given)
    assert fact["provisioning_request"] == provisioning_request.request(given, "acme", NAMES[0])
    head, _rest, text = fact["next_steps"][0].partition("\n\n")
    assert head == f"Not in the catalog of this tenant: {', '.join(missing)}. {ASK}"
    assert "account representative" in head, "as newer instructions have it"
    assert "e-mail below" in head, "as those of October 2022 have it"
    assert text == fact["provisioning_request"]["text"]


@pytest.mark.parametrize("intent", ["onboard", "audit"])
@pytest.mark.parametrize("host", ["imanage.work", "firm.imanage.work", "imanage.work:443"])
def test_without_a_catalog_nobody_is_asked_to_write_to_imanage(host, intent):
    fact = concluded(MISSING, url=f"https://{host}", intent=intent)
    assert fact["next_steps"] == [f"Not among the applications of this tenant: {NAMES[1]}. {UPLOAD}"]
    assert (fact["status"], words(fact), fact["provisioning_request"]) == ("awaiting_provisioning", "wsss", None)
    assert "cloudimanage.com only" in UPLOAD


@pytest.mark.parametrize(
    ("info", "ran", "beginning"),
    [
        (
            BACK,
            {"application": TWO, "authorization": {**GONE, "not_visible": ["B"]}},
            "Unknown to this account, and not withdrawn: B.",
        ),
        (
            DISABLED,
            {"application": TWO},
            f"No authorization was withdrawn, because {NAMES[1]} was disabled",
        ),
    ],
)
def test_an_offboarding_says_what_it_could_not_withdraw_and_asks_nobody_to_authorize(info, ran, beginning):
    result = concluded(info, intent="offboard", **ran)
    step, advice = result["next_steps"]
    assert step.startswith(beginning)
    assert advice.startswith("Set tracker_onboarding_state: absent")
    assert (result["status"], result["libraries"]["pending"]) == ("offboarded", [])


# -- a custom subdomain ---------------------------------------------------------------------------------------------

SUBDOMAIN = "https://acme.cloudimanage.com"


@pytest.mark.parametrize(
    "url",
    [
        SUBDOMAIN,
        "https://ACME.CloudIManage.com",
        f"{SUBDOMAIN}:443",
        f"{SUBDOMAIN}/",
        "https://eu.acme.cloudimanage.com",
    ],
)
def test_a_custom_subdomain_gets_a_valid_fragment(url):
    host = "eu.acme.cloudimanage.com" if "eu." in url else "acme.cloudimanage.com"
    assert json.loads(desktop_configuration(url)) == {"TrackerUrl": f"https://{host}/tracker"}


@pytest.mark.parametrize(
    "host",
    [
        *("cloudimanage.com", "cloudimanage.com:443", "notcloudimanage.com", "acme.notcloudimanage.com"),
        *("cloudimanage.com.example", "acme.cloudimanage.com.example", "work.example/acme.cloudimanage.com"),
        *("acme.cloudimanage.com@work.example", "127.0.0.1:8080"),
    ],
)
def test_other_hosts_get_no_fragment(host):
    for url in (f"https://{host}", "acme.cloudimanage.com", ""):
        assert desktop_configuration(url) is None
    assert not any("TrackerUrl" in step for step in concluded(url=f"https://{host}")["next_steps"])


@pytest.mark.parametrize("info", [info_of(), MISSING])
def test_a_custom_subdomain_needs_the_support_request_too(info):
    (step,) = [step for step in concluded(info, url=SUBDOMAIN)["next_steps"] if "TrackerUrl" in step]
    assert f"redirect URL to {SUBDOMAIN}/tracker" in step
    assert "imEMM.config" in step
    assert json.loads(step[step.index("{") :]) == {"TrackerUrl": f"{SUBDOMAIN}/tracker"}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(records(refusal()), id="failed"),
        pytest.param(records(LEFT_ALONE), id="left alone"),
        pytest.param(records(info_of(["application"])), id="incomplete"),
        pytest.param(records(intent="offboard"), id="offboarded"),
        pytest.param(records(intent="audit"), id="audited"),
        pytest.param(records(info_of(["refresh_token"]), intent="audit"), id="drifted"),
    ],
)
def test_a_custom_subdomain_says_nothing_where_it_is_not_the_point(given):
    assert not any("TrackerUrl" in step for step in result_fact({**given, "url": SUBDOMAIN})["next_steps"])


# -- the filter -----------------------------------------------------------------------------------------------------


def test_the_filter_concludes(monkeypatch):
    assert FilterModule().filters() == {"tracker_result": tracker_result}
    assert tracker_result(records()) == concluded()
    monkeypatch.setenv("IMANAGE_URL", SUBDOMAIN)
    assert tracker_result(records(url="")) == concluded(url=SUBDOMAIN)


def test_half_a_character_of_a_variable_does_not_cost_the_file():
    result = tracker_result(records(info={"failed": True, "msg": "no library bad\ud83d"}))
    shown = "acme: no library bad\ufffd"
    assert (result["failure"]["msg"], result["next_steps"]) == (shown, [shown])


def test_the_filter_fills_in_what_a_playbook_does_not_know_of_a_tenant_for_which_nothing_ran():
    """As playbooks/result_fact.yml and playbooks/tasks/record_failure.yml give it."""
    failed = {"msg": "acme: nothing ran", "failure": {"kind": "task_failed"}}
    result = tracker_result({"tenant": "acme", "url": "", "check_mode": True, "failed": failed})
    assert (result["status"], words(result), result["check_mode"]) == ("failed", "fsss", True)
    assert result["failure"] == {"msg": "acme: nothing ran", "kind": "task_failed"}
    assert result["next_steps"] == ["acme: nothing ran"]


@pytest.mark.parametrize("wrong", [None, "text", [1]])
def test_the_filter_refuses_anything_but_a_dictionary(wrong):
    with pytest.raises(AnsibleFilterError, match="dictionary"):
        tracker_result(wrong)
