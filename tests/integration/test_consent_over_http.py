# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the consent of a person, over HTTP: what is read back counts, and nothing else is lost by waiting."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils import _options, _task
from support.cases import AUTHORIZATION, BOTH, ONBOARDING
from support.people import Person
from support.places import applications, refreshing
from support.plays import play
from support.tasks import COLLECTION, task

LIBRARIES = ["ACTIVE", "ARCHIVE", "SPM"]
WAITING = {"on_consent_required": "hand_over", "consent_timeout": 900}
ENDS_SOON = {"id": "ACTIVE", "authorized_by": "pat@{name}.example", "expires_in_days": 9}


@pytest.fixture
def ready(tenant):
    """A tenant that insists on the consent of a person, and where only that is left to do."""
    return tenant(consent_required=True, applications=refreshing())


def person(place, *libraries, user="admin"):
    """What a person does who authorizes libraries."""

    def does():
        for library in libraries:
            place.tenant.consent(library, place.user(user))

    return does


def looks(place):
    """How often the page was read after the last write."""
    calls = place.calls
    last = max(number for number, call in enumerate(calls) if call == "authorizeLibrary")
    return calls[last + 1 :].count("listLibraryAuthorizations")


def left(result):
    """The libraries that are still handed over."""
    return [row["library"] for row in result["handed_over"]]


def test_what_the_person_did_meanwhile_is_read_back_and_no_longer_handed_over(ready, waits):
    waits.meanwhile[2] = person(ready, *LIBRARIES)
    result = ready.run(AUTHORIZATION, **WAITING)
    assert not result.get("failed"), result
    assert (result["changed"], left(result)) == (True, [])
    assert [(row["id"], row["authorized"], row["authorized_by"]) for row in result["libraries"]] == [
        (library, True, ready.admin) for library in LIBRARIES
    ]
    assert all(row["expires_at"] for row in result["libraries"])
    assert len(waits) == 2
    after = ready.calls[ready.calls.index("authorizeLibrary") + 3 :]
    assert after == ["listLibraryAuthorizations", "listLibraries", *["listLibraryAuthorizations"] * 2, "revokeToken"]
    ready.forget()
    again = ready.run(AUTHORIZATION, **WAITING)
    assert (again["changed"], left(again), ready.writes) == (False, [], [])


def test_what_is_left_when_the_time_is_over_stays_handed_over(ready, waits):
    waits.meanwhile[3] = person(ready, "SPM")
    result = ready.run(AUTHORIZATION, **WAITING)
    assert not result.get("failed")
    assert (result["changed"], left(result)) == (True, ["ACTIVE", "ARCHIVE"])
    assert [row["authorized"] for row in result["libraries"]] == [False, False, True]
    assert sum(waits) == pytest.approx(900)


def test_nobody_came_and_nothing_is_changed(ready, waits):
    without = ready.run(AUTHORIZATION, on_consent_required="hand_over")
    assert list(waits) == []
    result = ready.run(AUTHORIZATION, **WAITING)
    assert result == without
    assert (result["changed"], left(result)) == (False, LIBRARIES)
    assert sum(waits) == pytest.approx(900)


def test_a_preview_never_waits(ready, waits):
    result = ready.run(AUTHORIZATION, check=True, **WAITING)
    assert (result["changed"], left(result), list(waits), ready.writes) == (True, [], [], [])


def test_nobody_waits_where_nobody_is_asked(tenant, waits):
    place = tenant(applications=refreshing())
    result = place.run(AUTHORIZATION, **WAITING)
    assert (result["changed"], left(result), list(waits)) == (True, [], [])
    assert place.run(AUTHORIZATION, state="unauthorized", **WAITING)["changed"]
    assert list(waits) == []


def test_a_task_that_fails_anyway_does_not_wait(ready, waits):
    ready.fault("status", "authorizeLibrary", status=404, times=1)
    result = ready.run(AUTHORIZATION, **WAITING)
    assert result["failure"]["kind"] == "not_found"
    assert (left(result), list(waits)) == (LIBRARIES[1:], [])


def test_the_person_that_is_wanted_has_to_do_it(tenant, waits):
    place = tenant(consent_required=True, applications=refreshing(), libraries=["ACTIVE"])
    waits.meanwhile = {1: person(place, "ACTIVE", user="nrt"), 4: person(place, "ACTIVE")}
    result = place.run(AUTHORIZATION, authorizer="me", **WAITING)
    assert (len(waits), left(result), result["libraries"][0]["authorized_by"]) == (4, [], place.admin)


def test_a_renewal_is_waited_for(tenant, waits):
    place = tenant(consent_required=True, applications=refreshing(), libraries=[ENDS_SOON])
    waits.meanwhile[2] = person(place, "ACTIVE")
    result = place.run(AUTHORIZATION, renew_before_days=30, **WAITING)
    assert (result["changed"], len(waits), left(result)) == (True, 2, [])
    assert result["libraries"][0]["authorized_by"] == place.admin


def test_a_library_that_nobody_can_see_any_more_is_not_done(ready, waits):
    def loses_spm():
        person(ready, "ACTIVE", "ARCHIVE")()
        next(user for user in ready.tenant.users if user.id == ready.admin).nrtadmin = ["ACTIVE", "ARCHIVE"]

    waits.meanwhile[1] = loses_spm
    result = ready.run(AUTHORIZATION, **WAITING)
    assert (left(result), result["unlisted"]) == (["SPM"], ["SPM"])


def test_what_somebody_undoes_meanwhile_fails_the_task(tenant, waits):
    place = tenant(applications=refreshing(), libraries=["ACTIVE", {"id": "SPM", "consent_required": True}])

    def undoes():
        person(place, "SPM")()
        place.tenant.library("ACTIVE").unauthorize()

    waits.meanwhile[2] = undoes
    result = place.run(AUTHORIZATION, **WAITING)
    assert result["failure"]["kind"] == "conflict"
    assert (result["changed"], left(result)) == (True, [])
    assert [row["authorized"] for row in result["libraries"]] == [False, True]
    assert "ACTIVE would have to be authorized now" in result["msg"]
    assert "diff" in result


@pytest.mark.parametrize("seconds", [0, 900])
def test_a_person_who_is_quicker_than_the_reading_back_is_not_waited_for(ready, waits, monkeypatch, seconds):
    sandbox, refused = ready.places.sandbox, []

    def at_once(request, handle=sandbox.handle):
        reply = handle(request)
        refused.extend([request] if reply.status == 403 else [])
        if len(refused) == len(LIBRARIES):
            person(ready, *LIBRARIES)()
        return reply

    monkeypatch.setattr(sandbox, "handle", at_once)
    result = ready.run(AUTHORIZATION, **{**WAITING, "consent_timeout": seconds})
    assert (result["changed"], left(result), list(waits)) == (True, [], [])
    assert all(row["authorized"] for row in result["libraries"])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "status", "status": 503}, "status 503"),
        ({"kind": "status", "status": 500}, "status 500"),
        ({"kind": "status", "status": 404}, "status 404"),
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "3600"}}, "status 429"),
        ({"kind": "drop_before"}, "listLibraryAuthorizations"),
        ({"kind": "html"}, "an HTML page"),
    ],
    ids=lambda one: str(one.get("status", one["kind"])) if isinstance(one, dict) else "",
)
def test_a_look_that_fails_ends_the_waiting_and_loses_nothing(ready, waits, naps, fault, words):
    waits.meanwhile = {
        1: person(ready, "SPM"),
        2: lambda: ready.fault(operation="listLibraryAuthorizations", **fault),
    }
    result = ready.run(AUTHORIZATION, retry_timeout=1, **WAITING)
    assert not result.get("failed"), result
    assert (result["changed"], left(result), len(waits)) == (True, ["ACTIVE", "ARCHIVE"], 2)
    assert [row["authorized"] for row in result["libraries"]] == [False, False, True]
    (warning,) = [one for one in result["warnings"] if "waiting" in one]
    assert words in warning
    assert ready.tokens_alive() == []


def test_a_look_is_tried_again_as_every_reading_is(ready, waits, naps):
    waits.meanwhile = {
        1: lambda: ready.fault("status", "listLibraryAuthorizations", status=503, times=2),
        2: person(ready, *LIBRARIES),
    }
    result = ready.run(AUTHORIZATION, **WAITING)
    assert (len(waits), len(naps), left(result)) == (2, 2, [])
    assert "warnings" not in result


def test_a_token_that_ends_while_it_waits_is_replaced_once(ready, waits):
    def ends():
        for token in ready.tokens_alive():
            ready.places.sandbox._tokens._access[token].ended = True

    waits.meanwhile = {1: ends, 2: person(ready, *LIBRARIES)}
    result = ready.run(AUTHORIZATION, **WAITING)
    assert (left(result), ready.calls.count("requestToken"), ready.tokens_alive()) == ([], 2, [])
    assert "warnings" not in result


def onboarding(**authorization):
    return {"applications": BOTH, "authorization": {**WAITING, **authorization}}


def test_an_onboarding_waits_after_everything_else_is_done(tenant, waits):
    place = tenant(consent_required=True)
    seen = []

    def comes():
        seen.append([app["status"] for app in place.snapshot()["applications"]])
        person(place, *LIBRARIES)()

    waits.meanwhile[1] = comes
    result = place.run(ONBOARDING, **onboarding())
    assert not result.get("failed"), result
    assert seen == [["enabled", "disabled", "enabled", "enabled"]]
    (stage,) = result["stages"]["authorization"]
    assert (stage["changed"], left(stage), len(waits)) == (True, [], 1)
    assert place.run(ONBOARDING, **onboarding())["changed"] is False


def test_the_second_account_is_the_one_that_is_waited_for(tenant, waits):
    place = tenant(consent_required=True, applications=applications("enabled", "available"))
    waits.meanwhile[1] = person(place, "ACTIVE", user="nrt")
    keeper = {"username": place.user("nrt"), "password": f"{place.name}-nrt-password", "authorizer": "me"}
    result, lines, _told = watched(ONBOARDING, place.options("manager", **onboarding(**keeper)))
    assert not result.get("failed"), result
    (stage,) = result["stages"]["authorization"]
    assert (left(stage), stage["libraries"][0]["authorized_by"]) == ([], place.user("nrt"))
    assert lines[0].startswith(f"waits up to 15 min for {place.user('nrt')} to authorize ACTIVE at {place.url}/work/cc")


def watched(name, options):
    """The result of a task, the lines that it showed, and what it told the record of changes."""
    lines, told = [], []
    parameters = _options.validated(task(name).options, options)
    return _task.run(task(name), parameters, False, False, told.append, lines.append), lines, told


def test_what_the_person_did_is_no_write_of_the_task(ready, waits):
    waits.meanwhile[1] = person(ready, *LIBRARIES)
    result, lines, told = watched(AUTHORIZATION, ready.options(**WAITING))
    assert result["changed"] is True
    assert [(one["library_id"], one["outcome"]) for one in told] == [(one, "refused") for one in LIBRARIES]
    assert lines == [
        f"waits up to 15 min for {ready.admin} to authorize ACTIVE, ARCHIVE, SPM at {ready.url}/work/cc",
        "authorized: ACTIVE, ARCHIVE, SPM",
    ]


def test_law_5_no_secret_is_in_a_line(tenant, waits):
    libraries = ["ACTIVE", "{name}-admin-password"]
    place = tenant(consent_required=True, applications=refreshing(), libraries=libraries)
    waits.meanwhile[1] = person(place, *(one.format(name=place.name) for one in libraries))
    result, lines, _told = watched(AUTHORIZATION, place.options(**WAITING))
    assert not result.get("failed")
    assert lines[1] == "authorized: ACTIVE, ********"
    assert "admin-password" not in lines[0]


# -- in a play ------------------------------------------------------------------------------------------------------


def test_both_paths_wait_and_the_one_in_process_shows_it(places, tmp_path):
    places.start_afresh()
    names = ("here", "there", "quiet", "late")
    homes = {name: places.add(consent_required=True, applications=refreshing()) for name in names}
    visitor = Person(places.sandbox, {homes[name].name: LIBRARIES for name in ("here", "there", "quiet")})
    options = {"on_consent_required": "hand_over", "consent_timeout": 1}
    hosts = {
        name: {
            "options": homes[name].options(**options),
            "extra": {"SOME_VARIABLE": "some value"} if name == "there" else {},
            "secret": name == "quiet",
        }
        for name in homes
    }
    case = {
        "name": "the case",
        f"{COLLECTION}.{AUTHORIZATION}": None,
        "args": "{{ options }}",
        "environment": "{{ extra }}",
        "no_log": "{{ secret }}",
    }
    try:
        played = play(tmp_path, [{"tasks": [case]}], hosts, "-vvv")
    finally:
        visitor.leave()
    assert played.code == 0, played.output[-3000:]
    assert [played.processes(name) for name in names] == [0, 1, 0, 0]
    for name in ("here", "there"):
        result = played.result(name, "the case")
        assert (result["changed"], left(result)) == (True, [])
        assert {row["authorized_by"] for row in result["libraries"]} == {homes[name].admin}
        assert looks(homes[name]) == 2
    assert left(played.result("late", "the case")) == LIBRARIES
    line = "{0}: waits up to 1 s for {1} to authorize ACTIVE, ARCHIVE, SPM at {2}/work/cc\n"
    shown = [name for name in names if line.format(name, homes[name].admin, places.server.url) in played.output]
    assert shown == ["here", "late"]
    assert played.output.count("waits up to") == 2
    assert [f"{name}: authorized: {', '.join(LIBRARIES)}\n" in played.output for name in names] == [1, 0, 0, 0]
