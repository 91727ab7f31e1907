# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning an application: what is written, what is shown, and that a second plan is empty."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._plan.applications import (
    ApplicationWant,
    as_added,
    is_added,
    leaves_nobody,
    manages_access,
    plan_application,
)
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import shared, without
from hypothesis import given
from hypothesis import strategies as st
from support.model import application_after, as_given

CATALOG = {
    "id": "tracker",
    "name": "iManage Tracker",
    "status": "available",
    "enabled": False,
    "description": None,
    "publisher": "iManage",
    "access": None,
}
ADDED = as_added(CATALOG)
MEMBERS = ["ada", "Ada", "bob", "STRASSE", "straße", "cem"]


def unique(members):
    return sorted(without(members, []), key=str.casefold)  # as reading gives them


members = st.lists(st.sampled_from(MEMBERS), max_size=4)
access = st.builds(
    lambda mode, users, groups: {"mode": mode, "users": unique(users), "groups": unique(groups)},
    st.sampled_from(["all", "custom"]),
    members,
    members,
)
applications = st.one_of(
    st.just(CATALOG),
    st.builds(lambda enabled, who: {**as_added(CATALOG, enabled), "access": who}, st.booleans(), access),
)
wants = st.builds(
    ApplicationWant,
    state=st.just("present"),
    enabled=st.sampled_from([None, True, False]),
    mode=st.sampled_from([None, "all", "custom"]).map(as_given),
    users=st.one_of(st.none(), members),
    groups=st.one_of(st.none(), members),
    exclusive=st.booleans(),
)
any_want = st.one_of(wants, st.just(ApplicationWant(state=as_given("absent"))))


def as_read(want, application):
    """The application as a run reads it: who has access is not asked where nobody manages it."""
    known = application is not None and want.state != "absent" and not manages_access(want)
    return {**application, "access": None} if known else application


def bodies(plan):
    return [(step.operation, step.body) for step in plan.steps]


@given(any_want, applications)
def test_law_1_planning_on_the_planned_state_plans_nothing(want, have):
    plan = plan_application(want, have)
    later = as_read(want, application_after(have, plan.steps))
    again = plan_application(want, later)
    assert again.steps == []
    assert again.before == again.after
    assert again.will_have == later


@given(any_want, applications)
def test_a_plan_foretells_what_is_read_after_it(want, have):
    plan = plan_application(want, have)
    later = as_read(want, application_after(have, plan.steps))
    assert set(plan.will_have) == set(later)
    for key, value in plan.will_have.items():
        if key == "access" and value is not None:
            for field, foretold in value.items():
                assert foretold in (None, later["access"][field]), field
        else:
            assert value == later[key]


@given(any_want, applications)
def test_steps_and_differences_go_together(want, have):
    plan = plan_application(want, have)
    assert bool(plan.steps) == (plan.before != plan.after)


@given(any_want, applications)
def test_each_difference_is_of_a_step(want, have):
    plan = plan_application(want, have)
    different = {field for field, after in plan.after.items() if plan.before.get(field) != after}
    assert different <= {field for step in plan.steps for field in step.touches}


@given(wants, applications)
def test_what_is_not_given_is_neither_sent_nor_shown(want, have):
    plan = plan_application(want, have)
    sent = {key for step in plan.steps if step.operation == "updateAppAccess" for key in step.body}
    kinds = {row["type"] for step in plan.steps for key in ("include", "remove") for row in step.body.get(key, [])}
    shown = set(plan.before) | set(plan.after)
    assert want.mode is not None or ("default_security" not in sent and "Allow access to" not in shown)
    assert want.users is not None or ("user" not in kinds and "Users" not in shown)
    assert want.groups is not None or ("group" not in kinds and "Groups" not in shown)
    assert want.exclusive or "remove" not in sent
    if want.enabled is None and is_added(have):
        assert "Enable application?" not in shown
        assert "updateApp" not in {step.operation for step in plan.steps}


def test_adding_enables_unless_told_otherwise():
    assert bodies(plan_application(ApplicationWant(), CATALOG)) == [("updateApp", {"status": "enabled"})]
    kept_off = plan_application(ApplicationWant(enabled=False), CATALOG)
    assert bodies(kept_off) == [("updateApp", {"status": "disabled"})]
    assert kept_off.after == {"Added": True, "Enable application?": False}


def test_adding_for_some_never_opens_the_application_to_all():
    plan = plan_application(ApplicationWant(enabled=True, mode="custom", groups=["Pilot"]), CATALOG)
    assert bodies(plan) == [
        ("updateApp", {"status": "disabled"}),
        ("updateAppAccess", {"default_security": "private", "include": [{"id": "Pilot", "type": "group"}]}),
        ("updateApp", {"status": "enabled"}),
    ]
    assert plan.before == {"Added": False}
    assert plan.after == {
        "Added": True,
        "Enable application?": True,
        "Allow access to": "Custom",
        "Groups": ["Pilot"],
    }


def test_an_application_of_which_nothing_says_that_it_is_enabled_is_not_left_disabled():
    plan = plan_application(ApplicationWant(mode=as_given("custom"), groups=["Pilot"]), CATALOG)
    assert [body for operation, body in bodies(plan) if operation == "updateApp"] == [{"status": "enabled"}]


@pytest.mark.parametrize(
    ("want", "have", "does"),
    [
        (ApplicationWant(), CATALOG, ["add the application"]),
        (ApplicationWant(enabled=True), as_added(CATALOG, False), ["enable the application"]),
        (ApplicationWant(enabled=False), ADDED, ["disable the application"]),
        (ApplicationWant(state="absent"), ADDED, ["remove the application"]),
        (
            ApplicationWant(enabled=True, mode="custom", groups=["Pilot"]),
            CATALOG,
            ["add the application", "set who has access", "enable the application"],
        ),
    ],
)
def test_each_write_says_what_it_does(want, have, does):
    assert [step.does for step in plan_application(want, have).steps] == does


def test_law_10_an_addition_cut_short_is_completed():
    want = ApplicationWant(enabled=True, mode="custom", groups=["Pilot"])
    plan = plan_application(want, CATALOG)
    whole = application_after(CATALOG, plan.steps)
    for done in range(len(plan.steps)):
        partial = application_after(CATALOG, plan.steps[:done])
        assert application_after(partial, plan_application(want, partial).steps) == whole


def test_members_are_compared_whatever_their_case_and_shown_as_the_server_spells_them():
    have = {**ADDED, "access": {"mode": "custom", "users": ["Ada"], "groups": []}}
    plan = plan_application(ApplicationWant(users=["ADA", "ada"]), have)
    assert plan.steps == []
    assert plan.after["Users"] == ["Ada"]


def test_exclusive_speaks_of_the_given_lists_each_for_itself():
    have = {**ADDED, "access": {"mode": "custom", "users": ["ada", "bob"], "groups": ["IT"]}}
    plan = plan_application(ApplicationWant(users=["BOB"], exclusive=True), have)
    assert bodies(plan) == [("updateAppAccess", {"remove": [{"id": "ada", "type": "user"}]})]
    assert plan.will_have["access"] == {"mode": "custom", "users": ["bob"], "groups": ["IT"]}
    emptied = plan_application(ApplicationWant(groups=[], exclusive=True), have)
    assert bodies(emptied) == [("updateAppAccess", {"remove": [{"id": "IT", "type": "group"}]})]
    assert plan_application(ApplicationWant(groups=[]), have).steps == []


@pytest.mark.parametrize(("enabled", "fields"), [(True, ("Added",)), (None, ("Added", "Enable application?"))])
def test_taking_an_addition_back_is_about_the_fields_that_the_addition_was_about(enabled, fields):
    adding, access, *_enabling = plan_application(ApplicationWant(enabled=enabled, mode="custom"), CATALOG).steps
    assert adding.touches == access.undo.touches == fields


def test_absent_on_nothing_plans_nothing():
    for have in (None, CATALOG):
        plan = plan_application(ApplicationWant(state="absent"), have)
        assert plan.steps == []
        assert plan.before == plan.after == {"Added": False}


def test_absent_foretells_the_catalog():
    plan = plan_application(ApplicationWant(state="absent"), ADDED)
    assert bodies(plan) == [("removeApp", None)]
    assert plan.will_have == CATALOG


def test_nothing_can_be_planned_to_be_present():
    with pytest.raises(ValueError, match="found"):
        plan_application(ApplicationWant(), None)


def test_ids_are_folded_and_kept_in_order():
    assert without(["b", "A", "B", "c"], ["C"]) == ["b", "A"]
    assert shared(["B", "a"], ["b", "x"]) == ["B"]
    assert without(["Straße", "STRASSE", "straße"], []) == ["Straße", "STRASSE"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mode": "custom"}, True),
        ({"mode": "custom", "groups": ["IT"]}, False),
        ({"mode": "custom", "state": "absent"}, False),
        ({"mode": "all"}, False),
        ({}, False),
    ],
)
def test_an_empty_list_leaves_nobody_with_access(changes, expected):
    assert leaves_nobody(ApplicationWant(**changes), None) is expected
