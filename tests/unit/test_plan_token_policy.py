# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning a token policy: what is written, what is shown, and that a second plan is empty."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.token_policy import plan_token_policy
from hypothesis import assume, given
from hypothesis import strategies as st
from sandbox.policy import ALLOW, EXPIRY, FIELDS, by_options
from support.model import policy_after

DEFAULTS = by_options({})
READ = {"allow_refresh_token": True, "refresh_token_expiry_days": 14, "access_token_expiry_minutes": 5}
ON = {**DEFAULTS, **READ}
ALL = tuple(DEFAULTS)

numbers = st.sampled_from([1, 14, 30, 365, 98765])
values = {field.option: st.booleans() if isinstance(field.default, bool) else numbers for field in FIELDS}
policies = st.fixed_dictionaries(values).map(
    lambda policy: policy if policy[ALLOW.option] else {**policy, EXPIRY.option: None}
)
wants = st.fixed_dictionaries({}, optional=values)


def planned(want, have, read_fields=ALL):
    try:
        return plan_token_policy(want, have, "app", read_fields)
    except Failure:
        return assume(False)  # refused before any write, which has a test of its own


def value(want, have, read_fields=tuple(READ)):
    (step,) = plan_token_policy(want, have, "app", read_fields).steps
    assert step.ids == {"app_id": "app"}
    return step.body["value"]


@given(wants, policies)
def test_law_1_planning_on_the_planned_state_plans_nothing(want, have):
    plan = planned(want, have)
    assert policy_after(have, plan.steps) == plan.will_have
    again = plan_token_policy(want, plan.will_have, "app", ALL)
    assert again.steps == []
    assert again.before == again.after
    assert again.will_have == plan.will_have


@given(wants)
def test_law_1_holds_for_a_policy_that_was_never_set(want):
    plan = planned(want, DEFAULTS, read_fields=())
    assert policy_after(DEFAULTS, plan.steps) == plan.will_have
    assert plan_token_policy(want, plan.will_have, "app", ALL).steps == []


@given(wants, policies)
def test_steps_and_differences_go_together(want, have):
    plan = planned(want, have)
    assert bool(plan.steps) == (plan.before != plan.after)
    assert len(plan.before) == len(want)


@given(wants, policies)
def test_what_is_not_given_stays_as_it_was(want, have):
    plan = planned(want, have)
    turned = plan.will_have["allow_refresh_token"] != have["allow_refresh_token"]
    for field in have.keys() - want.keys():
        if not (field == "refresh_token_expiry_days" and turned):
            assert plan.will_have[field] == have[field]


def test_only_what_is_given_is_sent_to_a_policy_that_was_never_set():
    assert value({"allow_refresh_token": True}, DEFAULTS, read_fields=()) == {"allow_refresh_token": True}
    assert value({"access_token_expiry_minutes": 60}, DEFAULTS, read_fields=()) == {
        "allow_refresh_token": False,
        "access_token_max_idle_time": 60,
    }


def test_the_rest_of_a_policy_is_sent_as_it_was_read():
    assert value({"access_token_expiry_minutes": 60}, ON) == {
        "allow_refresh_token": True,
        "refresh_token_expiry": 14,
        "access_token_max_idle_time": 60,
    }


def test_what_was_not_read_is_not_sent():
    """A write that makes up a default could change what nobody asked for."""
    read_fields = ("allow_refresh_token",)
    assert value({"access_token_expiry_minutes": 60}, ON, read_fields) == {
        "allow_refresh_token": True,
        "access_token_max_idle_time": 60,
    }
    assert value({"refresh_token_expiry_days": 60}, ON, read_fields) == {
        "allow_refresh_token": True,
        "refresh_token_expiry": 60,
    }


def test_turning_refresh_on_foretells_the_documented_expiry():
    plan = plan_token_policy({"allow_refresh_token": True}, DEFAULTS, "app", read_fields=())
    assert plan.will_have["refresh_token_expiry_days"] == 365
    assert plan.after == {"Allow Refresh Token": True}


def test_turning_refresh_off_sends_no_expiry():
    assert value({"allow_refresh_token": False}, ON) == {
        "allow_refresh_token": False,
        "access_token_max_idle_time": 5,
    }


def test_an_expiry_while_refresh_is_off_is_refused():
    with pytest.raises(Failure, match="refresh_token_expiry_days") as caught:
        plan_token_policy({"refresh_token_expiry_days": 14}, DEFAULTS, "app", ALL)
    assert caught.value.kind == "bad_option"
    assert "allow_refresh_token: true" in caught.value.advice


def test_nothing_wanted_plans_nothing():
    plan = plan_token_policy({}, ON, "app", ALL)
    assert (plan.before, plan.after, plan.steps, plan.will_have) == ({}, {}, [], ON)
