# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of library authorizations ask for, and what the inventory states about them."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._resources.library_authorizations import (
    checked_days,
    is_stated,
    want_of,
)

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
OPTIONS = {
    **dict.fromkeys(("libraries", "except", "email", "authorized_on")),
    "authorizer": ["keep"],
    "renew_before_days": 0,
    "on_consent_required": "fail",
    "authorize_by": "account",
    "state": "authorized",
}


def want(**options):
    return want_of({**OPTIONS, **options})


@pytest.mark.parametrize(
    ("authorizer", "accepted"),
    [
        (["keep"], None),
        (["me"], ()),
        (["pat@a.example"], ("pat@a.example",)),
        (["ada@a.example", "me", "pat@a.example"], ("ada@a.example", "pat@a.example")),
    ],
)
def test_the_users_whose_authorizations_may_stay(authorizer, accepted):
    assert want(authorizer=authorizer).managed.accepted_users == accepted


@pytest.mark.parametrize(
    ("authorizer", "shown"),
    [([], "an empty list"), (["keep", "me"], "keep, me"), (["me", "pat@a.example", "keep"], "me, pat@a.example, keep")],
)
def test_keep_stands_alone(authorizer, shown):
    with pytest.raises(Failure) as caught:
        want(authorizer=authorizer)
    assert (caught.value.kind, caught.value.what) == ("bad_option", f"authorizer is {shown}.")


@pytest.mark.parametrize(("days", "is_accepted"), [(-400, True), (0, True), (1, True), (2, False)])
def test_a_day_may_be_that_of_another_time_zone_and_no_later_one(days, is_accepted):
    day = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).date().isoformat()
    if is_accepted:
        assert list(checked_days({"Active": day}).values()) == [day]
    else:
        with pytest.raises(Failure, match="a day in the past"):
            checked_days({"Active": day})


@pytest.mark.parametrize(
    ("end", "is_so"), [(None, True), ("2026-03-01T12:00:01Z", True), ("2026-03-01T12:00:00Z", False)]
)
def test_what_the_inventory_states_holds_until_its_end(end, is_so):
    row = {"authorized": None, "authorized_at": "2025-03-01", "expires_at": end}
    assert is_stated(row, NOW) is is_so
    assert not is_stated({**row, "authorized_at": None}, NOW)
    assert not is_stated({**row, "authorized": True}, NOW)
