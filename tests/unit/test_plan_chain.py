# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier stage of a chain plans holds for the later ones."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._contract import EXTENSION
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan_chain import following
from support.model import as_given

WORK, NO_WORK = {"changed": True, "libraries": []}, {"changed": False, "libraries": []}


def application(name=EXTENSION, identity="tracker-cc", enabled=True):
    return {"id": identity, "name": name, "status": "enabled" if enabled else "disabled", "enabled": enabled}


def added(**of_application):
    return {"changed": True, "application": application(**of_application)}


def policy(allow, **of_application):
    return {**added(**of_application), "token_policy": {"allow_refresh_token": allow}}


def test_a_policy_is_that_of_the_application_as_it_will_be():
    earlier = [added(enabled=False), added(name="other", identity="other")]
    told = following("refresh_token", policy(True), earlier)
    assert told == policy(True, enabled=False)


def test_a_policy_without_an_earlier_stage_is_as_it_was_read():
    for earlier in ([], [added(name="other", identity="other", enabled=False)]):
        assert following("refresh_token", policy(False), earlier) == policy(False)


def test_of_several_earlier_stages_the_last_one_holds():
    told = following("refresh_token", policy(True), [added(enabled=False), added(identity=as_given("tracker-cc"))])
    assert told == policy(True)
    told = following("refresh_token", policy(True), [added(), added(identity=as_given("tracker-cc"), enabled=False)])
    assert told == policy(True, enabled=False)


def test_an_application_is_what_it_is():
    assert following("application", added(), [added(enabled=False)]) == added()


@pytest.mark.parametrize("preview", [WORK, NO_WORK])
def test_without_its_application_there_is_no_page(preview):
    with pytest.raises(Failure) as caught:
        following("authorization", preview, [added(enabled=False)])
    assert caught.value.kind == "not_added"


def test_without_refresh_tokens_nothing_can_be_authorized():
    with pytest.raises(Failure) as caught:
        following("authorization", WORK, [added(), policy(False)])
    assert caught.value.kind == "conflict"
    assert following("authorization", NO_WORK, [added(), policy(False)]) == NO_WORK


@pytest.mark.parametrize(
    "earlier",
    [
        [],
        [added(), policy(True)],
        [added(name="other", enabled=False), policy(False, name="other")],
        [added(name="A name before it", enabled=False), policy(False, name="A name before it")],
        [{"changed": False, "application": None}],
    ],
)
def test_nothing_stands_in_the_way(earlier):
    assert following("authorization", WORK, earlier) == WORK
