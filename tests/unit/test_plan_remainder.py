# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the earlier stages leave has to let libraries be authorized."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import CONFIGURATION
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.remainder import (
    check_configuration_application,
    not_authorized,
    skipped,
)

ON, OFF = {"enabled": True}, {"enabled": False}
ALLOWED, NOT_ALLOWED = {"allow_refresh_token": True}, {"allow_refresh_token": False}


@pytest.mark.parametrize(
    ("application", "policy", "kind", "advice"),
    [
        (OFF, None, "not_added", "enabled: true"),
        (OFF, NOT_ALLOWED, "not_added", "enabled: true"),
        (ON, NOT_ALLOWED, "conflict", "allow_refresh_token: true"),
        (None, NOT_ALLOWED, "conflict", "allow_refresh_token: true"),
    ],
)
def test_an_obstacle_is_reported_with_its_remedy(application, policy, kind, advice):
    with pytest.raises(Failure) as caught:
        check_configuration_application(application, policy)
    assert caught.value.kind == kind
    assert CONFIGURATION in caught.value.what
    assert advice in caught.value.advice


@pytest.mark.parametrize("application", [ON, None])
@pytest.mark.parametrize("policy", [ALLOWED, None])
def test_no_obstacle_is_reported(application, policy):
    check_configuration_application(application, policy)


@pytest.mark.parametrize("stage", ["application", "refresh_token", "authorization"])
@pytest.mark.parametrize("offboards", [True, False])
def test_only_authorizations_that_an_offboarding_leaves_need_the_support(stage, offboards):
    remedy = skipped(stage, offboards)["remedy"]
    assert ("support confirm that the kept token is gone" in remedy) is (offboards and stage == "authorization")
    assert ("Run again without leaving this stage out" in remedy) is not (offboards and stage == "authorization")


def test_a_run_authorizes_what_is_left_and_a_person_gives_access_if_nothing_is_listed():
    assert not_authorized("ACTIVE")["remedy"] == "Run again."
    assert "Tracker needs at least one authorized library" in not_authorized(None)["remedy"]
