# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result fact of application_onboarding: Tracker's, without what only Tracker has, and without its words."""

from __future__ import annotations

import copy

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.imanage.control_center.plugins.filter.application_result import (
    FilterModule,
    application_result,
)
from ansible_collections.imanage.control_center.plugins.plugin_utils._application_result import conclude
from test_tracker_result import CHANGED, UNCHANGED, failed_in, lookup, refusal, run

KEYS = ["tenant", "customer_id", "url", "status", "check_mode", "changed", "stages", "changes", "next_steps", "failure"]
PLAIN, WITH_POLICY = {"name": "iManage Drive", "access": "all"}, {"name": "Refile", "allow_refresh_token": False}


def records(applications=(WITH_POLICY,), intent="onboard", url="https://acme.cloudimanage.com", **stages):
    """The records of a tenant; the address is one at which Tracker would have more to say."""
    told = {"authorization": None, **stages}
    return {
        "intent": intent,
        "tenant": "acme",
        "url": url,
        "applications": list(applications),
        "check_mode": False,
        "run": told.pop("run", None) or run(**told),
    }


EVERY_SORT = [
    pytest.param(records(), "onboarded", id="onboarded"),
    pytest.param(
        records(provisioning=[lookup([])], application=None, refresh_token=None), "awaiting_provisioning", id="waiting"
    ),
    pytest.param(records(intent="audit", refresh_token=[CHANGED]), "drifted", id="drifted"),
    pytest.param(records(intent="offboard", application=[CHANGED], refresh_token=None), "offboarded", id="offboarded"),
    pytest.param(records(run=failed_in("refresh_token")), "failed", id="failed"),
    pytest.param(records(run=refusal("bad_option")), "failed", id="failed before the stages"),
]


@pytest.mark.parametrize(("given", "status"), EVERY_SORT)
def test_has_its_keys_and_nothing_of_tracker(given, status):
    before = copy.deepcopy(given)
    result = conclude(given)
    assert [key for key in result if key in KEYS] == KEYS
    assert not {"libraries", "authorizations", "expires_at"} & set(result)
    assert list(result["stages"]) == ["provisioning", "application", "refresh_token"]
    assert result["status"] == status
    assert not [word for word in ("Tracker panel", "imEMM", "TrackerUrl", "NRTADMIN") if word in str(result)]
    assert given == before


@pytest.mark.parametrize(
    "manages",
    [{"allow_refresh_token": False}, {"refresh_token_expiry_days": 9}, {"access_token_expiry_minutes": 9}],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_a_token_policy_that_is_managed_and_left_out_leaves_the_status_open(manages, as_text):
    (field,) = manages
    one = f"name=Refile {field}=9" if as_text else {"name": "Refile", **manages}
    left_out = records([PLAIN, one], refresh_token=None)
    assert conclude(left_out)["status"] is None
    assert conclude(records([PLAIN, one]))["status"] == "onboarded"


@pytest.mark.parametrize("one", [PLAIN, {**PLAIN, "allow_refresh_token": None}, "name=Drive"])
def test_a_stage_in_which_nothing_is_wanted_is_not_left_out(one):
    result = conclude(records([one], application=[CHANGED], refresh_token=None))
    assert (result["status"], result["stages"]["refresh_token"]) == ("onboarded", "skipped")


@pytest.mark.parametrize("applications", [[PLAIN], [WITH_POLICY]])
def test_applications_that_tags_left_out_leave_the_status_open(applications):
    assert conclude(records(applications, application=None))["status"] is None
    assert conclude(records(applications, "offboard", application=None, refresh_token=None))["status"] is None


def test_offboarding_a_disabled_application_says_nothing_of_authorizations():
    disabled = [lookup(status="disabled")]
    given = records(intent="offboard", provisioning=disabled, application=[CHANGED], refresh_token=None)
    assert conclude(given)["next_steps"] == []


def test_what_remains_for_people_is_the_request_or_the_failure_or_nothing():
    assert conclude(records(refresh_token=[UNCHANGED]))["next_steps"] == []
    (step,) = conclude(records(provisioning=[lookup([])], application=None))["next_steps"]
    assert step.startswith("Not in the catalog of this tenant: ")
    assert conclude(records(run=failed_in("application")))["next_steps"] == ["it said no"]


def test_the_filter_concludes(monkeypatch):
    assert FilterModule().filters() == {"application_result": application_result}
    assert application_result(records()) == conclude(records())
    monkeypatch.setenv("IMANAGE_URL", "https://cloudimanage.com")
    assert application_result(records(url=""))["url"] == "https://cloudimanage.com"


@pytest.mark.parametrize("wrong", [None, "text", [1]])
def test_the_filter_refuses_what_is_no_dictionary(wrong):
    with pytest.raises(AnsibleFilterError, match="dictionary"):
        application_result(wrong)
