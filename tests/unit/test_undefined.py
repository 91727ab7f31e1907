# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only variables that a task needs are looked at."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.undefined import (
    of_the_connection,
    of_the_role,
)
from support.tree import ROOT

ROLE = ROOT / "roles" / "tracker_onboarding"
STAGES = ["application", "refresh_token", "authorization"]
ACCOUNT = {"username": "a", "password": "b"}
TOKENS = {"imanage_access_token", "imanage_refresh_token", "imanage_refresh_token_file"}
EXPIRIES = {f"tracker_onboarding_{token}" for token in ("refresh_token_expiry_days", "access_token_expiry_minutes")}
CLIENT = {"imanage_client_id", "imanage_client_secret"}


def test_the_variables_without_a_default_are_all_known():
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    found = {*of_the_connection({}), *of_the_role({"stages": STAGES}, "onboard")} - {"imanage_plan"}
    assert found == set(options) - set(defaults)


@pytest.mark.parametrize(
    ("given", "needless"),
    [
        ({"username": "a"}, {"imanage_username"}),
        (ACCOUNT, {"imanage_username", "imanage_password", *TOKENS}),
        ({"refresh_token": "t"}, {"imanage_username", "imanage_password", *TOKENS}),
        ({"access_token": "t"}, {"imanage_username", "imanage_password", *TOKENS, *CLIENT}),
        # An empty token overrides the environment's.
        ({**ACCOUNT, "access_token": ""}, {"imanage_username", "imanage_password", *TOKENS}),
    ],
)
def test_credentials_are_needed_where_no_other_is_given(given, needless):
    assert set(of_the_connection({})) - set(of_the_connection(given)) == needless


@pytest.mark.parametrize(
    ("args", "intent", "expected"),
    [
        ({"stages": STAGES, "approved": {}}, "offboard", {"imanage_nrtadmin_username", "imanage_nrtadmin_password"}),
        ({"stages": [], "approved": {}}, "onboard", set()),
        ({"stages": []}, "audit", set()),
        ({"stages": []}, "onboard", {"tracker_onboarding_plan", "imanage_plan"}),
        (
            {"stages": ["application"], "approved": {}, "applications": [{"access": "all", "users": []}, {}]},
            "onboard",
            {"tracker_onboarding_groups"},
        ),
        # Such types are refused later.
        ({"stages": ["refresh_token"], "approved": {}, "applications": "x", "authorization": "y"}, "onboard", EXPIRIES),
    ],
)
def test_the_role_needs_what_its_stages_use(args, intent, expected):
    assert set(of_the_role(args, intent)) == expected
