# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file plan.json, which a preview writes and a run reads after its approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable, read

VERSION = 1
# Only the fields that a run reads.
SHAPE = {"version": int, "tenants": [{"tenant": str, "customer_id?": int, "changes?": [dict], "writes?": [dict]}]}


def content(results: Iterable[Mapping[str, Any]], made_at: str) -> dict[str, Any]:
    """The content of the file: for each tenant that was read, its plan and its blockers."""
    planned = [result for result in results if result["status"] != "left_alone"]
    return {"version": VERSION, "made_at": made_at, "tenants": [_entry(result) for result in planned]}


def _entry(result: Mapping[str, Any]) -> dict[str, Any]:
    # A failed preview must not be approved.
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
    """Read a plan. Raises Unusable, also for an empty name, which must not mean a run without approval."""
    if not isinstance(name, str) or not name:
        raise Unusable("The plan is given, but empty: name the approved plan.json, or leave the option out.")
    document: dict[str, Any] = read(name, "plan", SHAPE, "a plan that a preview wrote")
    if document["version"] != VERSION:
        raise Unusable(
            f"The plan {name} has the version {document['version']}, but this collection reads {VERSION}: make a new "
            "preview with it."
        )
    return document


def approved(name: Any, tenant: str) -> dict[str, Any]:
    """The approved plan of a tenant; empty if the file does not have the tenant. Raises Unusable."""
    document = check(name)
    found = [entry for entry in document["tenants"] if entry["tenant"] == tenant]
    if len(found) > 1:
        raise Unusable(f"The plan {name} has {tenant} more than once.")
    if not found:
        return {}
    (entry,) = found
    changes, writes = entry.get("changes"), entry.get("writes")
    # A failed preview has null as its changes. An empty list is a preview without changes.
    return {
        "failed": changes is None,
        "customer_id": entry.get("customer_id"),
        "changes": changes or [],
        "writes": writes or [],
    }
