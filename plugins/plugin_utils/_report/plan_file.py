# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file plan.json: what a preview writes down to be approved, and what a run takes from it for a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable, read

VERSION = 1
# As far as a run reads it.
SHAPE = {"version": int, "tenants": [{"tenant": str, "customer_id?": int, "changes?": [dict], "writes?": [dict]}]}


def written(results: Iterable[Mapping[str, Any]], made_at: str) -> dict[str, Any]:
    """What a preview leaves: for each tenant that it looked at the plan, and what stands in its way."""
    looked_at = [result for result in results if result["status"] != "left_alone"]
    return {"version": VERSION, "made_at": made_at, "tenants": [_entry(result) for result in looked_at]}


def _entry(result: Mapping[str, Any]) -> dict[str, Any]:
    # What failed while it was planned is not to be approved.
    plan = None if result["failure"] else result["planned"]
    return {
        **{field: result[field] for field in ("tenant", "url", "customer_id", "status")},
        **{field: (plan or {}).get(field) for field in ("changes", "writes", "assumptions")},
        "blockers": _blockers(result),
    }


def _blockers(result: Mapping[str, Any]) -> list[dict[str, str]]:
    if result["failure"]:
        return [{field: result["failure"][field] for field in ("kind", "msg")}]
    if result["status"] == "awaiting_provisioning":
        return [{"kind": "not_provisioned", "msg": result["next_steps"][0]}]
    return []


def check(name: Any) -> dict[str, Any]:
    """What is in a plan. Raises Unusable, also where the name is empty: nobody means a run without approval by that."""
    if not isinstance(name, str) or not name:
        raise Unusable("The plan is given and empty: name the plan.json that was approved, or leave it out.")
    document: dict[str, Any] = read(name, "plan", SHAPE, "a plan that a preview wrote")
    if document["version"] != VERSION:
        raise Unusable(
            f"The plan {name} has the version {document['version']}, but this collection reads {VERSION}: make a new "
            "preview with it."
        )
    return document


def approved(name: Any, tenant: str) -> dict[str, Any]:
    """What was approved for a tenant, empty where the file does not have it. Raises Unusable."""
    document = check(name)
    found = [entry for entry in document["tenants"] if entry["tenant"] == tenant]
    if len(found) > 1:
        raise Unusable(f"The plan {name} has {tenant} more than once.")
    if not found:
        return {}
    (entry,) = found
    changes, writes = entry.get("changes"), entry.get("writes")
    # Without changes, not even none, the preview had failed for the tenant.
    return {
        "failed": changes is None,
        "customer_id": entry.get("customer_id"),
        "changes": changes or [],
        "writes": writes or [],
    }
