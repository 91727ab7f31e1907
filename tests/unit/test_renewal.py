# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renewal ahead of the end: to the second, by the server's clock, in every form of a time, and never without an end."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from sandbox import Fault, Sandbox
from sandbox.examples import example
from sandbox.times import iso
from support.compare import assert_same_outcome
from support.places import CLIENT_ID, refreshing
from support.tasks import run_in_memory

# Far from the clock of whatever machine runs this.
NOW = datetime.datetime(2019, 3, 1, 12, tzinfo=datetime.UTC)
AUTHORIZATION = "imanage_library_authorization"
ADMIN, PAT = "admin@acme.example", "pat@acme.example"
PASSWORD = "acme-admin-password"
DAYS = 30
SECOND, DAY = datetime.timedelta(seconds=1), datetime.timedelta(days=1)


def library(name, ends, **more):
    """A library that somebody else authorized a year before it ends."""
    begun = ends - 365 * DAY
    return {"id": name, "authorized_by": PAT, "authorized_at": begun, "expires_at": ends, **more}


def sandbox(*libraries, clock=NOW.timestamp, policy=None, **more):
    """A Control Center with one tenant of these libraries, at a time of its own."""
    people = [{"id": ADMIN, "password": PASSWORD, "app_management": True, "nrtadmin": "all"}]
    known = {"users": people, "applications": refreshing(**(policy or {})), "libraries": list(libraries)}
    return Sandbox([example(**known, **more)], clock=clock)


@pytest.fixture
def authorize(monkeypatch):
    """A function that runs the module on a sandbox."""

    def go(where, check=False, **options):
        given = {
            "url": "https://cc.example",
            "username": ADMIN,
            "password": PASSWORD,
            "client_id": CLIENT_ID,
            "retry_timeout": 5,
            "renew_before_days": DAYS,
            **options,
        }
        return run_in_memory(monkeypatch, where, AUTHORIZATION, given, check)

    return go


def renewed(where):
    """The libraries that were written to, in order."""
    return [entry.path.split("/")[-2] for entry in where.requests(operation="authorizeLibrary")]


def foretold(result):
    """The libraries that a preview would write to."""
    before, after = ([line.split(": ") for line in result["diff"][side].splitlines()] for side in ("before", "after"))
    return [name for (name, is_now), (_rest, shall_be) in zip(before, after, strict=True) if is_now != shall_be]


def preview_and_run(authorize, where, **options):
    """What both renew, after checks that both say the same and that nothing is left to do."""
    state = where.tenant("acme").snapshot()
    preview = authorize(where, check=True, **options)
    assert where.tenant("acme").snapshot() == state
    run = authorize(where, **options)
    assert_same_outcome(preview, run)
    assert foretold(preview) == renewed(where)
    assert authorize(where, **options)["changed"] is False
    return renewed(where)


# -- the boundary ---------------------------------------------------------------------------------------------------

ENDS = {
    "EXACTLY": DAYS * DAY,
    "SECOND_LATER": DAYS * DAY + SECOND,
    "SECOND_EARLIER": DAYS * DAY - SECOND,
    "RIGHT_NOW": 0 * DAY,
    "IN_A_SECOND": SECOND,
    "SECOND_AGO": -SECOND,
    "IN_A_YEAR": 365 * DAY,
}
WITHIN = ["EXACTLY", "SECOND_EARLIER", "RIGHT_NOW", "IN_A_SECOND", "SECOND_AGO"]


def at_the_boundary():
    """One library for each distance from now."""
    return [library(name, NOW + ends) for name, ends in ENDS.items()]


def test_renews_what_ends_within_the_days_and_leaves_the_rest(authorize):
    where = sandbox(*at_the_boundary())
    before = where.tenant("acme").snapshot()["libraries"]
    assert preview_and_run(authorize, where) == WITHIN
    after = {row["id"]: row for row in where.tenant("acme").snapshot()["libraries"]}
    for row in before:
        if row["id"] in WITHIN:
            assert after[row["id"]]["expires_at"] == iso(NOW + 365 * DAY)
            assert after[row["id"]]["authorized_by"]["id"] == ADMIN
        else:
            assert after[row["id"]] == row


def test_without_days_only_expired_authorizations_are_renewed(authorize):
    where = sandbox(*at_the_boundary())
    assert preview_and_run(authorize, where, renew_before_days=0) == ["RIGHT_NOW", "SECOND_AGO"]


def test_only_the_named_libraries_are_renewed(authorize):
    where = sandbox(*at_the_boundary())
    assert preview_and_run(authorize, where, libraries=["exactly", "in_a_year"]) == ["EXACTLY"]


def test_authorizer_me_also_renews(authorize):
    mine = library("MINE", NOW + 365 * DAY, authorized_by=ADMIN)
    soon = library("SOON", NOW + DAYS * DAY, authorized_by=ADMIN)
    where = sandbox(mine, soon, library("THEIRS", NOW + 365 * DAY))
    assert preview_and_run(authorize, where, authorizer="me") == ["SOON", "THEIRS"]


def test_an_end_that_is_not_shown_is_reckoned_from_the_authorization(authorize):
    where = sandbox(*at_the_boundary(), "NEW", never_expires=True)
    assert preview_and_run(authorize, where) == [*WITHIN, "NEW"]


def test_more_days_than_dates_have_are_all_days(authorize):
    where = sandbox(library("LAST", datetime.datetime.max.replace(tzinfo=datetime.UTC) - DAY))
    assert foretold(authorize(where, check=True, renew_before_days=10**12)) == ["LAST"]


@pytest.mark.parametrize("days", [0, DAYS])
def test_time_that_passes_during_a_run_is_not_a_fault_of_the_server(authorize, days):
    """What was outside the days when it was planned is inside them when it is read again."""
    limit = NOW + days * DAY
    where = sandbox(library("WITHIN", limit), library("ALMOST", limit + 5 * SECOND))
    slow = where.tenant("acme").library("WITHIN")
    write = slow.authorize

    def written(*given):
        where.advance(10)
        write(*given)

    slow.authorize = written
    result = authorize(where, renew_before_days=days)
    assert not result.get("failed"), result
    assert renewed(where) == ["WITHIN"]
    assert authorize(where, renew_before_days=days)["changed"]
    assert renewed(where) == ["WITHIN", "ALMOST"]


# -- whose clock ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [-40, -1, 1, 40])
def test_the_clock_of_the_server_counts(authorize, years):
    there = NOW + years * 365 * DAY
    where = sandbox(
        library("WITHIN", there + DAYS * DAY), library("BEYOND", there + DAYS * DAY + SECOND), clock=there.timestamp
    )
    assert preview_and_run(authorize, where) == ["WITHIN"]


def dated(where, form):
    """The sandbox, with another form of its Date header; None leaves it out."""
    handle = where.handle

    def handled(request):
        reply = handle(request)
        headers = {name: value for name, value in reply.headers.items() if name != "date"}
        return replace(reply, headers=headers if form is None else {**headers, "date": where.now().strftime(form)})

    where.handle = handled
    return where


@pytest.mark.parametrize(
    "form",
    [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%a, %d %b %Y %H:%M:%S +0000",
        "%a, %d %b %Y %H:%M:%S -0000",
        "%a, %d %b %Y %H:%M:%S",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %d %H:%M:%S %Y",
    ],
)
def test_every_form_of_a_date_that_http_has_is_understood(authorize, form):
    where = dated(sandbox(*at_the_boundary()), form)
    assert foretold(authorize(where, check=True)) == WITHIN


@pytest.mark.parametrize("form", [None, "soon", ""])
def test_without_a_date_of_the_server_the_clock_of_this_machine_counts(authorize, form):
    here = datetime.datetime.now(datetime.UTC)
    where = sandbox(
        library("WITHIN", here + (DAYS - 1) * DAY), library("BEYOND", here + (DAYS + 1) * DAY), library("PAST", here)
    )
    assert foretold(authorize(dated(where, form), check=True)) == ["WITHIN", "PAST"]


# -- how a time is written ------------------------------------------------------------------------------------------


def written(moment, hours=0, form="%Y-%m-%dT%H:%M:%S{zone}"):
    """A time as a server some hours east would write it."""
    zone = f"{'-' if hours < 0 else '+'}{abs(int(hours)):02}:{int(abs(hours) * 60 % 60):02}"
    return (moment + datetime.timedelta(hours=hours)).strftime(form).replace("{zone}", zone)


FORMS = {
    "with Z": lambda moment: written(moment, form="%Y-%m-%dT%H:%M:%SZ"),
    "with z": lambda moment: written(moment, form="%Y-%m-%dT%H:%M:%Sz"),
    "without a zone": lambda moment: written(moment, form="%Y-%m-%dT%H:%M:%S"),
    "with a space": lambda moment: written(moment, form="%Y-%m-%d %H:%M:%SZ"),
    "in UTC": written,
    "in Zurich": lambda moment: written(moment, 1),
    "in Kathmandu": lambda moment: written(moment, 5.75),
    "in New York": lambda moment: written(moment, -5),
    "at the far end": lambda moment: written(moment, 14),
    "with tenths": lambda moment: written(moment, form="%Y-%m-%dT%H:%M:%S.0Z"),
    "with microseconds": lambda moment: written(moment, form="%Y-%m-%dT%H:%M:%S.%fZ"),
    "with more than those": lambda moment: written(moment, 1, "%Y-%m-%dT%H:%M:%S.%f0{zone}"),
}


def showing(where, **ends):
    """The sandbox, whose page has these ends of its authorizations."""
    rows = [
        {"id": name, "authorized_by": {"id": PAT, "email": PAT}, "authorized_at": None, "expires_at": end}
        for name, end in ends.items()
    ]
    body = {"data": rows, "total_count": len(rows)}
    where.tenant("acme").faults.append(Fault("shape", operation="listLibraryAuthorizations", body=body))
    return where


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_time_ends_at_its_second(authorize, form):
    names = ["WITHIN", "BEYOND", "ENDED", "ENDING"]
    times = [NOW + DAYS * DAY, NOW + DAYS * DAY + SECOND, NOW, NOW + SECOND]
    ends = {name: FORMS[form](moment) for name, moment in zip(names, times, strict=True)}
    result = authorize(showing(sandbox(*names), **ends), check=True)
    assert foretold(result) == ["WITHIN", "ENDED", "ENDING"]
    lines = result["diff"]["before"].splitlines()
    assert lines == ["WITHIN: ends within 30 days", "BEYOND: authorized", "ENDED: ended", "ENDING: ends within 30 days"]


def test_a_part_of_a_second_counts(authorize):
    ends = {"WITHIN": "2019-03-31T12:00:00.000Z", "BEYOND": "2019-03-31T12:00:00.001Z"}
    assert foretold(authorize(showing(sandbox(*ends), **ends), check=True)) == ["WITHIN"]


@pytest.mark.parametrize("end", [None, ""])
def test_an_end_that_is_not_shown_is_unknown(authorize, end):
    result = authorize(showing(sandbox("ACTIVE"), ACTIVE=end), check=True)
    assert (foretold(result), result["libraries"][0]["expires_at"]) == ([], None)


@pytest.mark.parametrize("end", ["soon", "2019-02-30T00:00:00Z"])
def test_an_end_that_is_not_a_time_is_not_guessed(authorize, end):
    result = authorize(showing(sandbox("ACTIVE"), ACTIVE=end))
    assert (result["failure"]["kind"], result["changed"]) == ("unexpected_reply", False)


# -- authorizations that last shorter than the days -----------------------------------------------------------------


def warned(result):
    """The warnings about renewals that never end."""
    return [one for one in result.get("warnings", []) if "so every run authorizes them again" in one]


@pytest.mark.parametrize(("life", "renews"), [(DAYS - 1, True), (DAYS, True), (DAYS + 1, False)])
def test_a_short_authorization_is_renewed_once_in_each_run_which_says_so(authorize, life, renews):
    where = sandbox("ACTIVE", "SPM", policy={"refresh_token_expiry": life})
    first = authorize(where)
    assert not first.get("failed"), first
    assert (renewed(where), warned(first)) == (["ACTIVE", "SPM"], [])
    for _turn in range(2):
        where.advance(3600)
        where.clear_log()
        preview, run = authorize(where, check=True), authorize(where)
        assert_same_outcome(preview, run)
        assert run["changed"] is renews
        assert renewed(where) == (["ACTIVE", "SPM"] if renews else [])
        assert warned(preview) == warned(run)
        assert len(warned(run)) == renews
    if renews:
        assert "renew_before_days is 30" in warned(run)[0]
        assert "libraries ACTIVE, SPM" in warned(run)[0]


def test_a_first_short_authorization_gives_no_warning(authorize):
    """It replaces one of a year, and only its successor is renewed too early."""
    where = sandbox(library("ACTIVE", NOW + DAY), policy={"refresh_token_expiry": 14})
    result = authorize(where)
    assert (result["changed"], renewed(where), warned(result)) == (True, ["ACTIVE"], [])
    assert len(warned(authorize(where, check=True))) == 1


def test_unmanaged_authorizations_give_no_warning(authorize):
    short = library("SHORT", NOW + DAY, authorized_at=NOW - DAY)
    where = sandbox(short, library("LONG", NOW + DAY))
    assert warned(authorize(where, check=True, libraries=["LONG"])) == []
    assert len(warned(authorize(where, check=True, libraries=["SHORT"]))) == 1
    assert warned(authorize(where, state="unauthorized", check=True)) == []


def test_an_end_that_the_server_rounds_to_a_day_is_renewed_all_the_same(authorize):
    """Renewed on the same day it has the same end as before, and is another authorization for all that."""
    where = sandbox("ACTIVE", policy={"refresh_token_expiry": 14})
    authorize(where)
    where.advance(60)
    record = where.tenant("acme").library("ACTIVE")
    keep, end = record.authorize, record.expires_at

    def rounded(person, now, days):
        keep(person, now, days)
        record.expires_at = end

    record.authorize = rounded
    result = authorize(where)
    assert not result.get("failed"), result
    assert result["changed"]


def test_a_renewal_that_the_server_forgets_is_not_reported(authorize):
    where = sandbox(library("ACTIVE", NOW + DAY))
    where.tenant("acme").library("ACTIVE").authorize = lambda *_: None
    result = authorize(where)
    assert result["failure"]["kind"] == "unexpected_reply"
    assert "reading again does not show the change" in result["msg"]
