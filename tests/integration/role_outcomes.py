# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant of every outcome in one inventory, what goes wrong with some, and the six runs over them."""

from __future__ import annotations

from typing import Any

from playbooks_support import EXTENSION, TRACKER, Stage, catalog
from sandbox import Fault

LIBRARIES = ["ACTIVE", "ARCHIVE", "SPM"]
STAGES = ("provisioning", "application", "refresh_token", "authorization")
ADDED = {"status": "enabled"}
REFRESHING = {**ADDED, "token_policy": {"allow_refresh_token": True}}


def _user(tenant: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{name}@{tenant}.example", "password": f"{tenant}-{name}-password", **more}


def _library(tenant: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "authorized_by": f"admin@{tenant}.example", **more}


def _tenants(stage: Stage) -> None:
    """Add a tenant for each outcome."""
    add = stage.add
    # Those that end well.
    add("ready")
    add(
        "done",
        applications=catalog(tracker=ADDED, tracker_cc=REFRESHING),
        libraries=[_library("done", name, expires_in_days=300) for name in LIBRARIES],
    )
    add("partial", users=[_user("partial", "admin", app_management=True, nrtadmin=["ACTIVE"])])
    add(
        "two_people",
        {
            "imanage_nrtadmin_username": "keeper@two_people.example",
            "imanage_nrtadmin_password": "two_people-keeper-password",
        },
        users=[
            _user("two_people", "admin", app_management=True),
            _user("two_people", "keeper", nrtadmin="all"),
        ],
    )
    add(
        "custom",
        {
            "tracker_onboarding_access": "custom",
            "tracker_onboarding_users": ["PAT@custom.example"],
            "tracker_onboarding_groups": ["Partners"],
        },
    )
    add(
        "expiries",
        {
            "tracker_onboarding_refresh_token_expiry_days": 90,
            "tracker_onboarding_access_token_expiry_minutes": 15,
            "tracker_onboarding_email": "tracker@expiries.example",
        },
    )
    add("named", {"tracker_onboarding_libraries": ["active", "SPM"]}, page_size=1)
    add("disabled", applications=catalog(tracker=ADDED, tracker_cc={**REFRESHING, "status": "disabled"}))
    add(
        "ended",
        applications=catalog(tracker=ADDED, tracker_cc=REFRESHING),
        libraries=[_library("ended", "ACTIVE", expires_in_days=-1), _library("ended", "ARCHIVE", expires_in_days=99)],
    )
    add(
        "renewing",
        {"tracker_onboarding_renew_before_days": 30},
        applications=catalog(tracker=ADDED, tracker_cc=REFRESHING),
        libraries=[
            _library("renewing", "ACTIVE", expires_in_days=10),
            _library("renewing", "ARCHIVE", expires_in_days=99),
        ],
    )
    add("by_refresh", {"imanage_refresh_token": "by_refresh-admin-refresh"}, by_password=False)
    add("by_access", {"imanage_access_token": "by_access-admin-token"}, by_password=False)
    add("old_access", {"imanage_access_token": "a-token-of-yesterday"})
    # Those that wait.
    add("without_cc", applications=catalog(EXTENSION))
    add("without_tracker", applications=catalog(TRACKER))
    add(
        "without_both",
        {"tracker_onboarding_provisioning_request": {"customer_name": "Without & Both", "from": "a@b.example"}},
        applications=catalog(TRACKER, EXTENSION),
    )
    add("consent", consent_required=True)
    add("consent_one", libraries=["ACTIVE", {"id": "ARCHIVE", "consent_required": True}])
    # Those that fail.
    add(
        "no_app_management",
        {
            "imanage_username": "nrt@no_app_management.example",
            "imanage_password": "no_app_management-nrt-password",
        },
    )
    add("wrong_password", {"imanage_password": "guessed"})
    add("no_password", {"imanage_password": ""})
    add("wrong_customer", {"imanage_customer_id": 1})
    add(
        "wrong_keeper",
        {"imanage_nrtadmin_username": "nrt@wrong_keeper.example", "imanage_nrtadmin_password": "guessed"},
    )
    add(
        "near_miss",
        {"tracker_onboarding_application": "iManage tracker", "tracker_onboarding_on_unprovisioned": "fail"},
    )
    add("twice", applications=[*catalog(), {"id": "tracker-2", "name": TRACKER}])
    add("must_be_there", {"tracker_onboarding_on_unprovisioned": "fail"}, applications=catalog(EXTENSION))
    add(
        "unknown_user",
        {"tracker_onboarding_access": "custom", "tracker_onboarding_users": ["nobody@unknown_user.example"]},
    )
    add(
        "unknown_group",
        {"tracker_onboarding_access": "custom", "tracker_onboarding_groups": ["Nobodies"]},
        applications=catalog(tracker=ADDED),
    )
    add(
        "unknown_library",
        {"tracker_onboarding_libraries": ["ACTIVE", "NOWHERE"]},
        applications=catalog(tracker=ADDED, tracker_cc=REFRESHING),
    )
    add(
        "no_nrtadmin",
        {"tracker_onboarding_libraries": ["ACTIVE", "SPM"]},
        applications=catalog(tracker=ADDED, tracker_cc=REFRESHING),
        users=[_user("no_nrtadmin", "admin", app_management=True, nrtadmin=["ACTIVE"])],
    )
    add("must_consent", {"tracker_onboarding_on_consent_required": "fail"}, consent_required=True)
    add("bad_argument", {"imanage_timeout": "soon"})
    add(
        "bad_expiry",
        {"tracker_onboarding_refresh_token_expiry_days": 0},
        applications=catalog(tracker=ADDED, tracker_cc=REFRESHING),
    )
    add("attached", applications=catalog(tracker={**ADDED, "associated_settings": True}))
    # Those whose server says no once: the next run completes them.
    add("refused_once")
    add("broken_once")


def _faults(stage: Stage) -> None:
    """What goes wrong once; it is to strike the first run, not the preview."""
    refused = Fault("status", operation="authorizeLibrary", status=403, times=1)
    broken = Fault("status", operation="writeTokenPolicy", status=409, times=1)
    stage.sandbox.tenant("refused_once").faults.append(refused)
    stage.sandbox.tenant("broken_once").faults.append(broken)


# Tenants of each kind, for the runs where the others would tell nothing new.
SOME = (
    *("ready", "done", "partial", "two_people", "disabled", "renewing", "by_access", "near_miss", "attached"),
    *("without_both", "consent", "consent_one", "no_app_management", "wrong_password", "bad_argument"),
)
LIMITED = ("audit", "offboard again")


def scenario(where: Any) -> dict[str, Any]:
    with Stage(where) as stage:
        _tenants(stage)
        runs: dict[str, Any] = {"start": stage.snapshots(), "hosts": list(stage.hosts)}
        runs["preview"] = stage.run("--diff", "imanage.control_center.preview")
        _faults(stage)
        runs["onboard"] = stage.run("--diff", "imanage.control_center.onboard")
        runs["again"] = stage.run("imanage.control_center.onboard")
        runs["audit"] = stage.run("--limit", ",".join(SOME), "imanage.control_center.audit")
        # The page of authorizations is not there for this one.
        stage.sandbox.tenant("disabled").application("tracker-cc").status = "disabled"
        runs["offboard"] = stage.run(*stage.confirm(), "imanage.control_center.offboard")
        runs["offboard again"] = stage.run(
            "--limit", ",".join(SOME), *stage.confirm(len(SOME)), "imanage.control_center.offboard"
        )
    return runs
