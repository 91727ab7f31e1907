# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what the authorization needs from earlier stages, and describes what remains to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import CONFIGURATION
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure


def not_read() -> dict[str, Any]:
    """The result of C(imanage_onboarding_info) for a tenant that was not read."""
    return {
        "tenant": dict.fromkeys(("customer_id", "user", "email", "authorizes", "authorizes_name")),
        "left_alone": False,
        "missing": [],
        "near_misses": [],
        "applications": [],
        "libraries": [],
        "wanted": [],
        "others": [],
        "not_visible": None,
        "handed_over": [],
        "tracker_calls": None,
        "refresh_token_expiry_days": None,
        "plan": {"changes": [], "writes": [], "assumptions": []},
        "planned": None,
        "appeared": [],
        "stages": [],
        "remaining": [],
    }


def check_configuration_application(application: Mapping[str, Any] | None, policy: Mapping[str, Any] | None) -> None:
    """Raise C(not_added) or C(conflict) if after the plan no library could be authorized.

    C(application) and C(policy) are as the earlier stages would leave them, or None if no stage plans them.
    """
    if application is not None and not application["enabled"]:
        raise Failure(
            "not_added",
            f"{CONFIGURATION!r} would be disabled, and without it there is no page to authorize libraries on.",
            advice="Give enabled: true for it, or leave authorization out.",
        )
    if policy is not None and not policy["allow_refresh_token"]:
        raise Failure(
            "conflict",
            f"Refresh tokens would not be allowed for {CONFIGURATION!r}. Without them, no library can be authorized.",
            advice="Give allow_refresh_token: true for it, or leave authorization out.",
        )


def skipped(stage: str, offboards: bool) -> dict[str, Any]:
    """The remaining row of a stage that was left out. C(offboards): the tenant is offboarded."""
    remedy = "Run again without leaving this stage out."
    if offboards and stage == "authorization":
        # The page disappears with its application.
        remedy = "If a library was authorized, let iManage's support confirm that the kept token is gone."
    return {"stage": stage, "library": None, "reason": "left_out_by_tags", "remedy": remedy}


def appeared(library: str) -> dict[str, Any]:
    """The remaining row of a library that the approved plan does not have."""
    remedy = "Make a new preview and have it approved."
    return {"stage": "authorization", "library": library, "reason": "appeared_after_plan", "remedy": remedy}


def not_visible(library: str) -> dict[str, Any]:
    """The remaining row of a library that the page does not list for the account."""
    remedy = (
        "Make the account a member of NRTADMIN there, give imanage_nrtadmin_username, or leave the library out with "
        "tracker_onboarding_libraries_except."
    )
    return {"stage": "authorization", "library": library, "reason": "not_visible", "remedy": remedy}


def not_authorized(library: str | None) -> dict[str, Any]:
    """The remaining row of a library that is listed and not authorized, or of a tenant without libraries (None)."""
    remedy = "Run again."
    if library is None:
        remedy = (
            "Tracker needs at least one authorized library. Make the account a member of NRTADMIN in one, and check "
            "which libraries tracker_onboarding_libraries and tracker_onboarding_libraries_except leave."
        )
    return {"stage": "authorization", "library": library, "reason": "not_authorized", "remedy": remedy}


def stated(library: str) -> dict[str, Any]:
    """The remaining row of a library that only the inventory says is authorized."""
    remedy = "Check the authorization on the page; this account cannot read it."
    return {"stage": "authorization", "library": library, "reason": "stated", "remedy": remedy}
