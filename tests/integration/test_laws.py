# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The laws of the design, one by one, as far as single tasks go; role and playbooks have tests of their own."""

from __future__ import annotations

import copy
import itertools
import json
from typing import Any, NamedTuple

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import secrets
from ansible_collections.imanage.control_center.plugins.module_utils._api.replies import Reply
from ansible_collections.imanage.control_center.plugins.module_utils._api.transport import Transport
from sandbox import Entry, Sandbox
from support.bad_cases import BAD
from support.cases import (
    ADDED,
    APPLICATION,
    AUTHORIZATION,
    CHAINS,
    GOOD,
    PLAN,
    POLICY,
    READING,
    SETTLED,
    SETTLED_CHAINS,
    TWICE,
    WRITING,
)
from support.compare import agrees, assert_same_outcome, keys, planned
from support.places import EXTENSION, SIGNING, TRACKER, applications, refreshing
from support.tasks import MODULES, WRITERS, returned, run_in_memory

ALL = {**GOOD, **CHAINS, **SETTLED_CHAINS}


def placed(tenant, case):
    return tenant(**case.tenant)


class Done(NamedTuple):
    """A case that was previewed and run: both results, what the server saw of each, and what had to stay hidden."""

    preview: dict[str, Any]
    run: dict[str, Any]
    seen: list[Entry]
    log: list[Entry]
    is_as_before: bool
    alive: list[str]
    hidden: list[str]


DONE: dict[str, Done] = {}


@pytest.fixture
def done(tenant, places):
    """A function that previews and runs a case, once for all the laws."""

    def go(name):
        if name not in DONE:
            case = {**ALL, **BAD}[name]
            acme = placed(tenant, case)
            state = acme.snapshot()
            preview, seen = acme.run_case(case, check=True), acme.log
            is_as_before, alive = acme.snapshot() == state, acme.tokens_alive()
            acme.forget()
            run = acme.run_case(case)
            DONE[name] = Done(preview, run, seen, acme.log, is_as_before, alive, secrets_of(acme, places))
        one = DONE[name]
        return one._replace(preview=copy.deepcopy(one.preview), run=copy.deepcopy(one.run))

    return go


def diffs(result):
    """The diffs of a result, one or several."""
    return result["diff"] if isinstance(result["diff"], list) else [result["diff"]]


def kind(result):
    assert result.get("failed"), result
    return result["failure"]["kind"]


def test_every_module_has_cases():
    assert {case.module for case in GOOD.values()} == set(MODULES)
    assert {case.module for case in WRITING.values()} == set(WRITERS)


# -- law 1 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*WRITING, *CHAINS])
def test_law_1_planning_on_the_planned_state_plans_nothing(tenant, name):
    case = {**WRITING, **CHAINS}[name]
    acme = placed(tenant, case)
    assert acme.run_case(case)["changed"]
    state = acme.snapshot()
    acme.forget()
    for check in (True, False):
        again = acme.run_case(case, check=check)
        assert not again["changed"]
        assert all(diff["before"] == diff["after"] for diff in diffs(again))
    assert acme.writes == []
    assert acme.snapshot() == state


def test_law_1_holds_for_renewal_when_tokens_live_shorter_than_the_notice(tenant):
    acme = tenant(applications=refreshing(refresh_token_expiry=14))
    first = acme.run(AUTHORIZATION, libraries=["ACTIVE"], renew_before_days=30)
    assert acme.writes == ["authorizeLibrary"]
    assert "reading again does not show the change" not in first.get("msg", "")
    assert acme.library("ACTIVE")["authorized_by"]["id"] == acme.admin


# -- law 2 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_law_2_check_mode_and_run_return_the_same(done, name):
    preview, run, *_rest = done(name)
    preview.pop("check_mode", None), run.pop("check_mode", None)
    assert_same_outcome(preview, run)
    assert preview["changed"] is ALL[name].changes
    said = [warning for warning in preview.get("warnings", []) if " assumed to " not in warning]
    assert said == run.get("warnings", [])


@pytest.mark.parametrize("name", BAD)
def test_law_2_check_mode_fails_as_the_run_does(done, name):
    server_decides = {
        "unknown user in the access list",
        "libraries while refresh is off",
        "consent of a person",
        "application with settings",
    }
    chain = {"libraries without the extension"}
    preview, run, *_rest = done(name)
    if name in server_decides | chain:
        assert run["failed"]
        assert not preview.get("failed"), "only a write can tell; law 4 has the chain"
    elif name == "policy of an application in the catalog":
        # The preview goes on as if it had been added, and finds the next thing that is wrong.
        assert (kind(run), kind(preview)) == ("not_added", "bad_option")
    else:
        assert _told(preview) == _told(run)


def _told(value):
    """The result without the numbers of requests, the assumptions of a preview, and check_mode."""
    if isinstance(value, dict):
        return {key: _told(one) for key, one in value.items() if key not in ("request_id", "check_mode", "warnings")}
    return [_told(one) for one in value] if isinstance(value, list) else value


# -- law 3 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*ALL, *BAD])
def test_law_3_in_check_mode_the_server_sees_no_write(done, name):
    found = done(name)
    assert {one.operation for one in found.seen if one.method != "GET"} <= set(SIGNING)
    assert found.is_as_before
    assert found.alive == []


@pytest.mark.parametrize("name", READING)
def test_law_3_reading_modules_never_write(done, name):
    found = done(name)
    assert found.run["changed"] is False
    assert {one.operation for one in found.log if one.method != "GET"} <= set(SIGNING)


def test_law_3_a_session_in_check_mode_is_real(acme):
    session = acme.run("imanage_session", check=True)
    assert (session["changed"], session["check_mode"]) == (False, True)
    assert acme.tokens_alive() == [session["access_token"]]
    ended = acme.run("imanage_session", check=True, state="absent", session_token=session["access_token"])
    assert (ended["changed"], ended["check_mode"]) == (False, True)
    assert acme.tokens_alive() == []
    assert acme.run("imanage_session", by="access_token")["check_mode"] is False


# -- law 4 ----------------------------------------------------------------------------------------------------------

TASKS = [
    (APPLICATION, {"name": EXTENSION}),
    (POLICY, {"name": EXTENSION, "allow_refresh_token": True}),
    (AUTHORIZATION, {}),
]


def test_law_4_a_chain_is_previewed_on_the_documented_defaults(acme):
    previews = [acme.run(module, check=True, **options) for module, options in TASKS]
    assert acme.writes == []
    for later in TASKS[1:]:
        assert kind(acme.run(later[0], **later[1])) == "not_added"
    assert acme.writes == []
    runs = [acme.run(module, **options) for module, options in TASKS]
    for preview, run in zip(previews, runs, strict=True):
        assert preview["changed"]
        assert run["changed"]
        assert preview["diff"] == run["diff"]
        assert set(preview) - {"warnings"} == set(run) - {"warnings"}
        ours = set(run) - {"changed", "diff", "warnings", "writes"}
        assert planned(preview["writes"]) == planned(run["writes"])
        assert all(agrees(preview[key], run[key]) for key in ours)
    assert "warnings" not in previews[0]
    for preview in previews[1:]:
        assert EXTENSION in preview["warnings"][0]
        assert all("assumed" in warning for warning in preview["warnings"])
    assert ["consent" in warning for warning in previews[2]["warnings"]] == [False, True]
    assert previews[2]["not_visible"] is None


@pytest.mark.parametrize(
    ("module", "options", "failure"),
    [
        (POLICY, {"name": "nothing", "allow_refresh_token": True}, "not_provisioned"),
        (POLICY, {"app_id": "nothing", "allow_refresh_token": True}, "not_found"),
        (POLICY, {"name": EXTENSION, "refresh_token_expiry_days": 9}, "bad_option"),
        (AUTHORIZATION, {"libraries": ["NOPE"]}, "not_found"),
    ],
)
def test_law_4_what_no_earlier_task_can_create_fails_in_the_preview(acme, module, options, failure):
    assert kind(acme.run(module, check=True, **options)) == failure


def test_law_4_a_disabled_extension_leads_to_no_further_assumptions(tenant):
    acme = tenant(applications=applications(extension="disabled"))
    assert kind(acme.run(AUTHORIZATION)) == "not_added"
    preview = acme.run(AUTHORIZATION, check=True)
    assert preview["changed"]
    assert len(preview["warnings"]) == 2


def test_law_4_refresh_that_is_off_is_assumed_to_be_allowed_by_then(tenant):
    acme = tenant(applications=ADDED)
    assert kind(acme.run(AUTHORIZATION)) == "conflict"
    preview = acme.run(AUTHORIZATION, check=True)
    assert preview["changed"]
    warning, consent = preview["warnings"]
    assert f"Refresh tokens are assumed to be allowed for '{EXTENSION}' by an earlier task" in warning
    assert "warnings" not in acme.run(AUTHORIZATION, check=True, state="unauthorized"), "that needs none"
    acme.run(POLICY, name=EXTENSION, allow_refresh_token=True)
    later = acme.run(AUTHORIZATION, check=True)["warnings"]
    assert later == [consent], "whether a person has to consent nobody knows before"


def test_law_4_who_may_not_read_whether_refresh_is_off_says_so(tenant):
    acme = tenant(applications=refreshing())
    warning, _consent = acme.run(AUTHORIZATION, check=True, user="nrt")["warnings"]
    assert "may not read whether" in warning


def test_law_4_who_may_read_it_reads_it_for_the_second_account(tenant):
    acme = tenant(applications=refreshing())
    keeper = {"username": acme.user("nrt"), "password": f"{acme.name}-nrt-password"}
    plan = acme.run(PLAN, applications=[{"name": EXTENSION}], authorization=keeper)["plan"]
    assert plan["writes"]
    assert ["consent" in one for one in plan["assumptions"]] == [True]


def test_law_4_a_page_that_should_be_there_is_not_guessed(tenant):
    acme = tenant(applications=refreshing())
    acme.fault("status", "listLibraryAuthorizations", status=404)
    for check in (True, False):
        result = acme.run(AUTHORIZATION, check=check)
        assert kind(result) == "unexpected_reply"
        assert "api_paths" in result["msg"]


# -- law 5 ----------------------------------------------------------------------------------------------------------


def secrets_of(acme, places):
    """Every secret that this tenant's tasks were given or issued, and those in other replies of the server."""
    issued = [
        value
        for request, reply in places.exchanges
        if request.path.endswith("/token") and reply.status == 200
        for name, value in reply.json().items()
        if name in ("access_token", "refresh_token")
    ]
    given = [value for user in acme.tenant.users for value in (user.password, user.access_token, user.refresh_token)]
    own = [app.client_secret for app in acme.tenant.applications]
    return [*issued, *filter(None, given), *filter(None, own), "wr0ng-one", "ended-t0ken", "refr3sh", "s3cret"]


@pytest.mark.parametrize("name", [*ALL, *BAD])
def test_law_5_no_result_has_a_secret_in_any_form(done, name):
    found = done(name)
    text = json.dumps([found.preview, found.run])
    for form in secrets.forms(found.hidden):
        assert form not in text


def test_law_5_a_session_reveals_its_token_in_one_value_only(acme, places):
    session = acme.run("imanage_session")
    token = session.pop("access_token")
    text = json.dumps(session)
    assert token
    for form in secrets.forms(secrets_of(acme, places)):
        assert form not in text


@pytest.mark.parametrize("operation", ["requestToken", "discover", "listApps", "updateApp", "readAppAccess"])
@pytest.mark.parametrize("status", [400, 401, 403, 409, 500])
def test_law_5_what_the_server_repeats_is_hidden(acme, places, operation, status):
    password = f"{acme.name}-admin-password"
    said = " ".join(secrets.forms([password]))
    error = {"error": {"code": password, "message": f"Because of {said}", "transaction": password}}
    acme.fault("status", operation, status=status, body=error)
    result = acme.run(APPLICATION, name=TRACKER, access="all", retry_timeout=1)
    text = json.dumps(result)
    assert result["failed"]
    for form in secrets.forms(secrets_of(acme, places)):
        assert form not in text


# -- laws 6 and 7; the tests of the wire have more -------------------------------------------------------------------


def test_law_6_a_write_that_may_have_been_applied_is_read_again_before_anything_else(acme, naps):
    acme.fault("drop_after", "updateApp", times=1)
    result = acme.run(APPLICATION, name=TRACKER)
    assert result["changed"]
    calls = acme.calls
    assert calls[calls.index("updateApp") + 1] == "listApps"
    assert calls.count("updateApp") == 1


def test_law_6_libraries_in_doubt_are_decided_one_by_one(tenant, naps):
    acme = tenant(applications=refreshing())
    acme.fault("drop_after", "authorizeLibrary", times=1)
    acme.fault("drop_before", "authorizeLibrary", times=1)
    result = acme.run(AUTHORIZATION)
    assert all(row["authorized"] for row in result["libraries"])
    written = [one.path.split("/")[-2] for one in acme.log if one.operation == "authorizeLibrary"]
    assert written == ["ACTIVE", "ARCHIVE", "SPM", "ARCHIVE"]


def test_law_7_success_is_reported_only_from_what_was_read(acme):
    result = acme.run(APPLICATION, name=TRACKER, access="custom", groups=["it"])
    after = acme.calls[::-1].index("updateAppAccess")
    assert "readAppAccess" in acme.calls[-after:]
    assert result["application"]["access"]["groups"] == ["IT"], "the server's spelling, not ours"


@pytest.mark.parametrize("name", [*WRITING, *CHAINS])
def test_law_7_every_write_is_read_back(done, name):
    log = [one for one in done(name).log if one.operation not in SIGNING]
    last = max(number for number, one in enumerate(log) if one.method != "GET")
    behind = log[last + 1 :]
    assert {one.method for one in behind} == {"GET"}


# -- law 8 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in {**SETTLED, **SETTLED_CHAINS} if ALL[name].options.get("state") == "absent"]
)
def test_law_8_absent_on_nothing_is_unchanged(tenant, name):
    case = ALL[name]
    acme = placed(tenant, case)
    result = acme.run_case(case)
    assert not result["changed"]
    assert acme.writes == []


def test_law_8_absent_warns_of_a_near_miss(acme):
    result = acme.run(APPLICATION, name="imanage drive", state="absent")
    assert not result["changed"]
    assert "'iManage Drive'" in result["warnings"][0]
    assert acme.app("drive")["status"] == "enabled"


@pytest.mark.parametrize(
    ("module", "options"),
    [
        (APPLICATION, {}),
        (APPLICATION, {"state": "absent"}),
        (POLICY, {"allow_refresh_token": True}),
    ],
)
def test_law_8_two_matches_are_ambiguous(tenant, module, options):
    acme = tenant(applications=TWICE)
    result = acme.run(module, name=TRACKER, **options)
    assert kind(result) == "ambiguous_name"
    assert "app_id" in result["msg"]
    assert acme.writes == []
    assert acme.run(APPLICATION, app_id="one")["changed"]


@pytest.mark.parametrize("module", [APPLICATION, POLICY])
def test_law_8_an_id_that_does_not_exist_never_creates(acme, module):
    state = acme.snapshot()
    assert kind(acme.run(module, app_id=TRACKER)) == "not_found"
    assert acme.writes == []
    assert acme.snapshot() == state


# -- law 9 ----------------------------------------------------------------------------------------------------------


def documented_keys(fields, at=""):
    for key, described in fields.items():
        yield f"{at}{key}"
        yield from documented_keys(described.get("contains", {}), f"{at}{key}.")


@pytest.mark.parametrize("name", GOOD)
def test_law_9_returned_keys_are_documented_keys(done, name):
    # Those of a preview are the same, by law 2.
    case, result = GOOD[name], done(name).run
    described = returned(case.module)
    for key in ("failure", "failed_stage"):
        described.pop(key, None)
    for key in ("changed", "diff", "warnings"):
        result.pop(key, None)
    assert set(result) == set(described)
    # What has the words of the screen or of the wire, or is documented in the module that makes it.
    open_ended = tuple(
        f"{path}."
        for path in documented_keys(described)
        if path.endswith(("access", "token_policy", "ids", "body", "before", "after", "failure"))
        or (
            case.module == PLAN
            and path in ("applications", "libraries", "plan.changes", "plan.writes", "planned", "remaining")
        )
    )
    undocumented = {path for path in keys(result) - set(documented_keys(described)) if not path.startswith(open_ended)}
    assert undocumented == set()


def test_law_9_documented_keys_are_returned_keys(tenant, done):
    seen = {module: set() for module in MODULES}
    for name, case in GOOD.items():
        seen[case.module] |= keys(done(name).run)
    handed = tenant(applications=refreshing(), consent_required=True)
    seen[AUTHORIZATION] |= keys(handed.run(AUTHORIZATION, on_consent_required="hand_over"))
    for module in MODULES:
        described = returned(module)
        for key in ("failure", "failed_stage"):
            described.pop(key, None)
        assert set(documented_keys(described)) <= seen[module], module


@pytest.mark.parametrize("name", BAD)
def test_law_9_failures_have_the_documented_keys(done, name):
    case, result = BAD[name], done(name).run
    assert {"failed", "changed", "msg", "failure"} <= set(result)
    assert set(result["failure"]) == set(returned(case.module)["failure"]["contains"])


# -- law 10 ---------------------------------------------------------------------------------------------------------


class Killed(SystemExit):
    """The process was killed: it does nothing more, and does not sign out."""


WHOLE = [
    (APPLICATION, {"name": TRACKER, "enabled": True, "access": "custom", "groups": ["IT"]}),
    (APPLICATION, {"name": EXTENSION}),
    (POLICY, {"name": EXTENSION, "allow_refresh_token": True, "refresh_token_expiry_days": 14}),
    (AUTHORIZATION, {"authorizer": "me"}),
]


def essence(sandbox):
    """The state without the times of authorizations."""
    state = sandbox.tenant("t").snapshot()
    for library in state["libraries"]:
        library["authorized_at"] = library["expires_at"] = None
    return state


def onboard(monkeypatch, sandbox, acme):
    for module, options in WHOLE:
        result = run_in_memory(monkeypatch, sandbox, module, acme.options(**options))
        assert not result.get("failed"), result


def test_law_10_a_process_killed_at_any_point_leaves_what_the_next_run_completes(acme, monkeypatch):
    description = {**acme.tenant.description, "name": "t"}
    whole = Sandbox([description])
    onboard(monkeypatch, whole, acme)
    target, requests = essence(whole), len(whole.log)
    assert requests > 30
    real = Transport.send
    for point, answered in itertools.product(range(requests), (False, True)):
        sandbox = Sandbox([description])
        sent = itertools.count()

        def send(transport, *args, sent=sent, point=point, answered=answered, **kwargs) -> Reply:
            number = next(sent)
            if number == point and answered:
                real(transport, *args, **kwargs)
            if number >= point:
                raise Killed
            return real(transport, *args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(Transport, "send", send)
            with pytest.raises(Killed):
                onboard(monkeypatch, sandbox, acme)
        if point in (0, requests - 1):
            assert len(sandbox.log) == point + answered
        tracker = sandbox.tenant("t").application("tracker")
        assert tracker.status != "enabled" or tracker.access.default_security == "private", "never open to all"
        onboard(monkeypatch, sandbox, acme)
        assert essence(sandbox) == target, f"killed at request {point}, {'after' if answered else 'before'} its reply"


def test_law_10_an_offboarding_that_was_cut_short_is_completed(tenant, monkeypatch):
    acme = tenant(applications=[{**one, "status": "enabled"} for one in ADDED])
    acme.run(POLICY, name=EXTENSION, allow_refresh_token=True)
    acme.run(AUTHORIZATION)
    acme.fault("status", "unauthorizeLibrary", status=409, skip=1)
    assert kind(acme.run(AUTHORIZATION, state="unauthorized")) == "conflict"
    acme.mend()
    result = acme.run(AUTHORIZATION, state="unauthorized")
    assert result["changed"]
    assert not any(row["authorized"] for row in result["libraries"])
    assert acme.run(APPLICATION, name=EXTENSION, state="absent")["changed"]
    gone = acme.run(AUTHORIZATION, state="unauthorized")
    assert not gone["changed"]
