# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning a tenant: at which stage it fails, what it leaves out, and what the stages have to leave each other."""

from __future__ import annotations

import pytest
from sandbox import Fault, Sandbox
from sandbox.examples import example
from support.places import CLIENT_ID, EXTENSION, TRACKER, applications, refreshing
from support.tasks import run_in_memory

ADMIN = "admin@acme.example"
BOTH = [{"name": TRACKER}, {"name": EXTENSION, "allow_refresh_token": True}]
ADDED = applications(tracker="enabled", extension="enabled", token_policy={"allow_refresh_token": False})
ALL = ["application", "refresh_token", "authorization"]


@pytest.fixture
def plan(monkeypatch):
    """A function that plans a tenant, which C(tenant) describes, with C(fault) as an operation that is refused."""

    def go(tenant=None, fault=None, **given):
        where = Sandbox([example(**(tenant or {}))])
        if fault:
            where.tenants[0].faults.append(Fault("status", operation=fault, status=403))
        signed_in = {"url": "https://cc.example", "username": ADMIN, "password": "acme-admin-password"}
        options = {**signed_in, "client_id": CLIENT_ID, "applications": BOTH, "authorization": {}, **given}
        result = run_in_memory(monkeypatch, where, "imanage_onboarding_info", options)
        assert {one.method for one in where.log if one.operation not in ("requestToken", "revokeToken")} <= {"GET"}
        return result

    return go


@pytest.mark.parametrize(
    ("fault", "stage"),
    [
        ("requestToken", "provisioning"),
        ("listApps", "provisioning"),
        ("readAppAccess", "application"),
        ("readTokenPolicy", "refresh_token"),
        ("listLibraryAuthorizations", "authorization"),
    ],
)
def test_a_failure_names_the_stage_that_could_not_be_read(plan, fault, stage):
    wanted = [{**BOTH[0], "access": "all"}, BOTH[1]]
    result = plan({"applications": ADDED}, fault, applications=wanted)
    assert (result["failed"], result["failed_stage"], result["changed"]) == (True, stage, False)
    # What is not known is left out, so that the message can be seen.
    assert ("tenant" in result) is (fault != "requestToken")


def test_what_is_wrong_with_the_options_has_no_stage(plan):
    result = plan(applications=[*BOTH, BOTH[0]])
    assert (result["failure"]["kind"], result.get("failed_stage")) == ("bad_option", None)


@pytest.mark.parametrize("stages", [[], ["application"], ["refresh_token"], ["application", "authorization"], ALL])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_stage_that_was_left_out_remains_where_something_is_wanted_of_it(plan, state, stages):
    result = plan({"applications": refreshing()}, state=state, stages=stages)
    wanted = ALL if state == "present" else ["application", "authorization"]
    assert [row["stage"] for row in result["remaining"]] == [stage for stage in wanted if stage not in stages]
    assert {row["reason"] for row in result["remaining"]} <= {"left_out_by_tags"}
    assert set(result["stages"]) <= set(stages)


@pytest.mark.parametrize(
    ("extension", "kind"),
    [
        ({"enabled": False}, "not_added"),
        ({"allow_refresh_token": False}, "conflict"),
        ({"allow_refresh_token": True}, None),
        # Nobody would allow it, and that it is off can be read.
        ({}, "conflict"),
    ],
)
@pytest.mark.parametrize("added", [True, False])
def test_what_the_earlier_stages_would_leave_counts_for_the_libraries(plan, extension, kind, added):
    tenant = {"applications": ADDED if added else applications()}
    result = plan(tenant, applications=[BOTH[0], {"name": EXTENSION, **extension}])
    assert result.get("failure", {}).get("kind") == kind
    assert result.get("failed_stage") == (kind and "authorization")


def test_an_application_that_is_not_the_extension_may_stay_disabled(plan):
    """Only the extension has the page of authorizations."""
    result = plan({"applications": ADDED}, applications=[{"name": TRACKER, "enabled": False}, BOTH[1]])
    assert result["stages"] == ["application", "refresh_token", "authorization"]


def test_a_tenant_for_which_nothing_was_approved_is_left_alone(plan):
    result = plan(fault="requestToken", approved={})
    assert (result["left_alone"], result["plan"]["writes"], result["tenant"]["user"]) == (True, [], None)
