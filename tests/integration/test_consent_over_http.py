# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries that want the consent of a person, over HTTP: who is asked for what, and the next run verifies it."""

from __future__ import annotations

import pytest
from support.cases import AUTHORIZATION
from support.places import refreshing

LIBRARIES = ["ACTIVE", "ARCHIVE", "SPM"]
HANDS_OVER = {"on_consent_required": "hand_over"}
ENDS_SOON = {"id": "ACTIVE", "authorized_by": "pat@{name}.example", "expires_in_days": 9}


@pytest.fixture
def ready(tenant):
    """A tenant that insists on the consent of a person, and where only that is left to do."""
    return tenant(consent_required=True, applications=refreshing())


def left(result):
    """The libraries that are handed over."""
    return [row["library"] for row in result["handed_over"]]


def test_the_next_run_hands_over_only_what_is_left(ready):
    first = ready.run(AUTHORIZATION, **HANDS_OVER)
    assert (first["changed"], left(first)) == (False, LIBRARIES)
    ready.tenant.consent("SPM", ready.admin)
    second = ready.run(AUTHORIZATION, **HANDS_OVER)
    assert (second["changed"], left(second)) == (False, ["ACTIVE", "ARCHIVE"])
    assert [row["authorized"] for row in second["libraries"]] == [False, False, True]


def test_a_preview_hands_nothing_over(ready):
    result = ready.run(AUTHORIZATION, check=True, **HANDS_OVER)
    assert (result["changed"], left(result), ready.writes) == (True, [], [])


def test_a_task_that_fails_for_another_library_hands_over_too(ready):
    ready.fault("status", "authorizeLibrary", status=404, times=1)
    result = ready.run(AUTHORIZATION, **HANDS_OVER)
    assert (result["failure"]["kind"], left(result)) == ("not_found", LIBRARIES[1:])


def test_the_person_that_is_wanted_has_to_do_it(tenant):
    place = tenant(consent_required=True, applications=refreshing(), libraries=["ACTIVE"])
    for user, waiting in (("nrt", ["ACTIVE"]), ("admin", [])):
        place.tenant.consent("ACTIVE", place.user(user))
        assert left(place.run(AUTHORIZATION, authorizer="me", **HANDS_OVER)) == waiting


def test_a_renewal_is_handed_over(tenant):
    place = tenant(consent_required=True, applications=refreshing(), libraries=[ENDS_SOON])
    for waiting in (["ACTIVE"], []):
        assert left(place.run(AUTHORIZATION, renew_before_days=30, **HANDS_OVER)) == waiting
        place.tenant.consent("ACTIVE", place.admin)


def test_what_is_read_back_as_done_is_not_handed_over(ready, monkeypatch):
    sandbox = ready.places.sandbox

    def at_once(request, handle=sandbox.handle):
        reply = handle(request)
        if reply.status == 403:
            ready.tenant.consent("SPM", ready.admin)
        return reply

    monkeypatch.setattr(sandbox, "handle", at_once)
    result = ready.run(AUTHORIZATION, **HANDS_OVER)
    assert left(result) == ["ACTIVE", "ARCHIVE"]
    assert [row["authorized"] for row in result["libraries"]] == [False, False, True]


def test_a_library_that_nobody_can_see_any_more_is_not_done(ready, monkeypatch):
    sandbox, keeper = ready.places.sandbox, ready.tenant.user(ready.admin)

    def loses_spm(request, handle=sandbox.handle):
        reply = handle(request)
        if reply.status == 403 and "SPM" in request.path:
            keeper.nrtadmin = ["ACTIVE", "ARCHIVE"]
        return reply

    monkeypatch.setattr(sandbox, "handle", loses_spm)
    result = ready.run(AUTHORIZATION, **HANDS_OVER)
    assert (left(result), result["not_visible"]) == (LIBRARIES, ["SPM"])
