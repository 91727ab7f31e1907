# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages of a chain mean for each other: a later one finds what the earlier ones plan. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._contract import EXTENSION
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure


def following(stage: str, preview: dict[str, Any], earlier: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The preview of a stage behind the previews of earlier ones.

    Raises C(not_added) and C(conflict) where the earlier ones leave an extension without which nothing is authorized.
    """
    applications = [result["application"] for result in earlier if result.get("application")]
    if stage == "refresh_token":
        return {**preview, "application": _as_planned(preview["application"], applications)}
    if stage == "authorization":
        _check_extension(preview, [result for result in earlier if _is_about_the_extension(result)])
    return preview


def _as_planned(application: Mapping[str, Any], planned: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The application with the status that an earlier stage gives it."""
    states = [{key: one[key] for key in ("status", "enabled")} for one in planned if one["id"] == application["id"]]
    return {**application, **(states[-1] if states else {})}


def _is_about_the_extension(result: Mapping[str, Any]) -> bool:
    application = result.get("application") or {}
    return application.get("name") == EXTENSION


def _check_extension(preview: Mapping[str, Any], planned: list[Mapping[str, Any]]) -> None:
    if any(not result["application"]["enabled"] for result in planned):
        raise Failure(
            "not_added",
            f"{EXTENSION!r} would be disabled, and without it there is no page to authorize libraries on.",
            advice="Give enabled: true for it, or leave authorization out.",
        )
    policies = [result["token_policy"] for result in planned if "token_policy" in result]
    if preview["changed"] and any(not policy["allow_refresh_token"] for policy in policies):
        raise Failure(
            "conflict",
            f"Refresh tokens would not be allowed for {EXTENSION!r}, and without them no library can be authorized.",
            advice="Give allow_refresh_token: true for it, or leave authorization out.",
        )
