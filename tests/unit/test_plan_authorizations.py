# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning authorizations: which libraries are written, what is shown, and that a second plan is empty."""

from __future__ import annotations

import datetime
import itertools

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.authorizations import (
    Authorizations,
    AuthorizationWant,
    _plain_iso,
    is_authorized,
    managed_rows,
    parse_time,
    plan_authorizations,
)
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import shared, without
from hypothesis import given
from hypothesis import strategies as st
from support.model import NOW, as_given, rows_after

ME = "me@t.example"


def row(library="ACTIVE", by=None, days=None):
    ends = None if days is None else (NOW + datetime.timedelta(days=days)).isoformat()
    made = {
        "id": library,
        "authorized_by": by,
        "authorized_by_email": by,
        "authorized_at": NOW.isoformat() if by else None,
        "expires_at": ends if by else None,
    }
    return {**made, "authorized": is_authorized(made, NOW)}


def read(*rows):
    return Authorizations(list(rows), NOW, ME, ME)


rows = st.builds(
    row,
    st.sampled_from(["ACTIVE", "ARCHIVE", "SPM"]),
    st.sampled_from([None, ME, ME.upper(), "other@t.example"]),
    st.sampled_from([None, -1, 0, 1, 29, 30, 31, 364]),
)
readings = st.lists(rows, max_size=3, unique_by=lambda one: one["id"]).map(lambda found: read(*found))
wants = st.builds(
    AuthorizationWant,
    st.sampled_from(["authorized", "unauthorized"]).map(as_given),
    st.one_of(st.none(), st.lists(st.sampled_from(["active", "ARCHIVE", "Spm"]), min_size=1, unique=True)),
    st.one_of(st.none(), st.just("service@t.example")),
    st.sampled_from([None, (), ("OTHER@t.example",)]),
    st.sampled_from([0, 1, 30, 364]),
    st.none(),
)


@given(wants, readings, st.sampled_from([365, None]))
def test_law_1_planning_on_the_planned_state_plans_nothing(want, have, lifetime):
    plan = plan_authorizations(want, have)
    later = have._replace(rows=rows_after(have, plan.steps, lifetime))
    again = plan_authorizations(want, later)
    assert again.steps == []
    assert again.before == again.after


@given(wants, readings)
def test_a_plan_foretells_what_is_read_after_it(want, have):
    plan = plan_authorizations(want, have)
    later = {one["id"]: one for one in rows_after(have, plan.steps)}
    for foretold in plan.will_have:
        assert set(foretold) == set(later[foretold["id"]])
        assert all(value in (None, later[foretold["id"]][key]) for key, value in foretold.items())


@given(wants, readings)
def test_steps_and_differences_go_together(want, have):
    plan = plan_authorizations(want, have)
    differing = [library for library in plan.before if plan.before[library] != plan.after[library]]
    assert [step.ids["library_id"] for step in plan.steps] == differing
    asked = None if want.libraries is None else {one.lower() for one in want.libraries}
    assert list(plan.before) == [one["id"] for one in have.rows if asked is None or one["id"].lower() in asked]


@pytest.mark.parametrize(
    ("want", "found", "standing"),
    [
        (AuthorizationWant(), row(), "unauthorized"),
        (AuthorizationWant(), row(by=ME, days=-1), "ended"),
        (AuthorizationWant(), row(by=ME, days=0), "ended"),
        (AuthorizationWant(renew_before_days=30), row(by=ME, days=30), "ends within 30 days"),
        (AuthorizationWant(accepted_users=()), row(by="other", days=9), "authorized by other"),
        (AuthorizationWant(accepted_users=()), row(by="another", days=9), "authorized by another"),
        (AuthorizationWant(state=as_given("unauthorized")), row(by=ME, days=-1), "authorized"),
    ],
)
def test_what_is_written(want, found, standing):
    plan = plan_authorizations(want, read(found))
    assert plan.before == {"ACTIVE": standing}
    assert [step.operation for step in plan.steps] == [
        "unauthorizeLibrary" if want.state == "unauthorized" else "authorizeLibrary"
    ]


@pytest.mark.parametrize(
    ("want", "found"),
    [
        (AuthorizationWant(), row(by="other", days=1)),
        (AuthorizationWant(), row(by="other")),
        (AuthorizationWant(renew_before_days=30), row(by=ME, days=31)),
        (AuthorizationWant(renew_before_days=30), row(by=ME)),
        (AuthorizationWant(accepted_users=()), row(by=ME.upper(), days=9)),
        (AuthorizationWant(state="unauthorized"), row()),
        (AuthorizationWant(libraries=["ARCHIVE"]), row()),
    ],
)
def test_what_is_left_alone(want, found):
    plan = plan_authorizations(want, read(found))
    assert plan.steps == []
    assert plan.before == plan.after


@pytest.mark.parametrize("order", list(itertools.permutations(("ACTIVE", "ARCHIVE", "SPM"))))
def test_of_several_authorizations_each_is_measured_against_its_own_earlier_one(order):
    before = {library: row(library, by="other", days=days) for days, library in enumerate(order, start=7)}
    want = AuthorizationWant(renew_before_days=30, replaced=read(*before.values()))
    found = {**before, "ARCHIVE": row("ARCHIVE", by=ME, days=9)}
    plan = plan_authorizations(want, read(*found.values()))
    assert plan.before == {
        "ACTIVE": "ends within 30 days",
        "ARCHIVE": "authorized",
        "SPM": "ends within 30 days",
    }


def test_the_given_email_goes_before_the_users_own():
    (step,) = plan_authorizations(AuthorizationWant(email="a@b"), read(row())).steps
    assert step.body == {"email": "a@b"}
    assert step.ids == {"library_id": "ACTIVE"}
    (step,) = plan_authorizations(AuthorizationWant(), read(row())).steps
    assert step.body == {"email": ME}


def test_without_any_email_nothing_is_planned():
    with pytest.raises(Failure, match="no e-mail address") as caught:
        plan_authorizations(AuthorizationWant(), read(row())._replace(email=None))
    assert caught.value.kind == "bad_option"
    assert plan_authorizations(AuthorizationWant(), read(row(by=ME))._replace(email=None)).steps == []


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00z",
        " 2026-03-01T12:00:00.0Z ",
        "2026-03-01T12:00:00.0000000Z",
        "2026-03-01T12:00:00",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01T13:00:00.000+01:00",
    ],
)
def test_times_of_the_wire(text):
    assert parse_time(text) == NOW


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00:00Z", "1767225600", "Z", "."])
def test_a_text_that_is_not_a_time_is_an_unexpected_reply(text):
    with pytest.raises(Failure, match="in place of a time") as caught:
        parse_time(text)
    assert caught.value.kind == "unexpected_reply"


def test_a_text_that_is_not_a_time_is_shown_up_to_its_fortieth_character():
    with pytest.raises(Failure, match=f"has '{'x' * 40}' in place of a time"):
        parse_time("x" * 100)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00+00:00"),
        ("2026-03-01T12:00:00+01:00", "2026-03-01T12:00:00+01:00"),
        ("2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00.500000+00:00"),
        ("2026-03-01T12:00:00.1234567+01:00", "2026-03-01T12:00:00.123456+01:00"),
    ],
)
def test_old_pythons_are_given_times_that_they_can_read(text, plain):
    assert _plain_iso(text) == plain


def test_fractions_are_kept():
    assert parse_time("2026-03-01T12:00:00.25Z").microsecond == 250000
    assert parse_time("2026-03-01T12:00:00.1234567Z").microsecond == 123456


@pytest.mark.parametrize(
    ("one", "other"), [("straße", "strasse"), ("bo\u017fs", "boss"), ("\u212a", "k"), ("\ufb01rm", "firm")]
)
def test_ids_that_only_fold_alike_are_two(one, other):
    assert without([one], [other]) == [one]
    assert shared([one], [other]) == []
    both = [{"id": one}, {"id": other}]
    assert managed_rows(AuthorizationWant(libraries=[other]), both) == [{"id": other}]


def test_ids_that_differ_by_case_are_one():
    assert without(["anna", "Anna"], ["ANNA"]) == []
    assert shared(["anna"], ["ANNA"]) == ["anna"]


def test_a_library_that_nobody_authorized_is_not_authorized():
    ends = (NOW + datetime.timedelta(days=1)).isoformat()
    assert not is_authorized({"authorized_by": None, "expires_at": None}, NOW)
    assert not is_authorized({"authorized_by": None, "expires_at": ends}, NOW)
    assert is_authorized({"authorized_by": ME, "expires_at": ends}, NOW)
