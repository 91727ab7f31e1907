# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the result fact of a tenant from the results of the role's tasks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api import text
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import is_private_cloud, safe_url
from ansible_collections.imanage.control_center.plugins.module_utils._plan import remainder
from ansible_collections.imanage.control_center.plugins.module_utils._plan.authorizations import parse_time
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import STAGES, WRITING_STAGES
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import audit, next_steps
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.provisioning_request import request

Results = dict[str, list[dict[str, Any]]]

# The records of the role for a tenant without a task that ran.
NOTHING_RAN: dict[str, Any] = {
    "intent": "onboard",
    "state": "present",
    "at": None,
    "names": [],
    "authorized_on": {},
    "provisioning_request": {},
    "info": {},
    **{stage: {} for stage in WRITING_STAGES},
    "failed": {},
}


def result_fact(records: Mapping[str, Any]) -> dict[str, Any]:
    """The role's result fact.

    C(records) has C(intent) (onboard, audit, offboard), C(state), C(tenant), C(url), C(at), C(names) of the
    applications, C(authorized_on), C(provisioning_request), and the registered results: C(info) of
    imanage_onboarding_info, and C(application), C(refresh_token) and C(authorization) by stage, empty for a task that
    did not run. C(failed) is the result on which the role failed. C(check_mode) is used if C(info) does not have it.
    """
    intent, info = records["intent"], {**remainder.not_read(), **records["info"]}
    ran = {stage: _results(records[stage]) for stage in WRITING_STAGES}
    failed_stage, failure = _failure(records, ran)
    authorization = (ran["authorization"] or [{}])[0]
    rows = audit.libraries(info) if intent == "audit" else authorization.get("libraries", info["libraries"])
    not_visible = authorization.get("not_visible", info["not_visible"])
    previews = bool(info.get("check_mode", records["check_mode"]))
    # In a preview the stage knows less than the plan, because the changes of earlier stages were not made.
    handed_over = info["handed_over"] if previews else authorization.get("handed_over", info["handed_over"])
    stated = _stated(rows, handed_over)
    offboards = intent == "offboard" or (intent == "audit" and records["state"] == "absent")
    # Writes that an audit or a preview plans do not count as remaining.
    covered = {row["id"] for row in rows if row["authorized"]} | {row["library"] for row in handed_over} | set(stated)
    covered |= {write["ids"].get("library_id") for write in info["plan"]["writes"]} if intent == "audit" else set()
    wanted = _wanted(offboards, info, rows, not_visible)
    remaining = [*info["remaining"], *_not_done(intent, info, ran, failure), *map(remainder.stated, stated)]
    if not failure and "plan" in records["info"] and not info["missing"]:
        remaining += _unfinished(offboards, wanted, covered, rows, not_visible, remaining)
    remaining = [] if info["left_alone"] else remaining
    status = _status(intent, offboards, info, handed_over, remaining, failure)
    asked = None
    if status == "awaiting_provisioning" and not is_private_cloud(records["url"]):
        # iManage provisions Tracker as a whole, so the request names its first application only.
        asked = request(records["provisioning_request"], records["tenant"], records["names"][0])
    facts = next_steps.Facts(records, info, status, asked, handed_over, remaining, not_visible, failure, rows)
    fact = {
        "tenant": records["tenant"],
        "customer_id": info["tenant"]["customer_id"],
        # A refused url is shown too, without user information.
        "url": safe_url(records["url"]) if records["url"] else "",
        "account": info["tenant"]["user"],
        "at": records["at"],
        "status": status,
        "check_mode": previews,
        "changed": (intent == "audit" and bool(info["plan"]["writes"]))
        or any(one.get("changed") for results in ran.values() for one in results),
        "stages": _stages(intent, records["info"], ran, failed_stage),
        "libraries": {
            "wanted": wanted,
            "authorized": [row["id"] for row in rows if row["authorized"]],
            "pending": _pending(offboards, rows, remaining, handed_over),
            "not_visible": not_visible,
            "others": info["others"],
        },
        "authorizations": [
            {
                "library": row["id"],
                "by": row["authorized_by"],
                "since": row["authorized_at"],
                "until": row["expires_at"],
                "until_from": row["expires_from"],
            }
            for row in rows
            if row["authorized"] or row["id"] in stated
        ],
        "expires_at": _first_end(intent, rows, stated),
        "changes": _changes_planned(info["plan"]) if previews else _changes_made(ran, info["plan"]),
        "remaining": remaining,
        "assumptions": info["plan"]["assumptions"] if previews else [],
        "planned": info["plan"] if previews and not failure else None,
        "provisioning_request": asked,
        "next_steps": next_steps.next_steps(facts),
        "failure": failure,
    }
    # A variable may contain half of a character. That must not break the report of all tenants.
    return {name: text.replace_halves(value) for name, value in fact.items()}


def _results(registered: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The results of a stage: those of its loop, or its single one. Empty if it did not run."""
    results: list[dict[str, Any]] = registered.get("results") or [dict(registered)]
    return [one for one in results if one and not one.get("skipped")]


def _failure(records: Mapping[str, Any], ran: Results) -> tuple[str | None, dict[str, Any] | None]:
    """The stage at which the tenant failed, and the failure."""
    info = records["info"]
    for stage, results in {"provisioning": [info], **ran}.items():
        for result in results:
            if result.get("unreachable") or result.get("failed"):
                return result.get("failed_stage", stage), _explained(records["tenant"], result)
    if records["failed"]:
        # The failure was not in one of these tasks. It may be in an expression.
        return "provisioning", _explained(records["tenant"], records["failed"])
    if "plan" not in info:
        return "provisioning", _explained(records["tenant"], {"msg": "the tenant was not read"})
    return None, None


def _explained(tenant: str, result: Mapping[str, Any]) -> dict[str, Any]:
    if result.get("failure"):
        return {"msg": result["msg"], **result["failure"]}
    # The task did not return a result of this collection: no interpreter, no connection, a crash.
    kind = "unreachable" if result.get("unreachable") else "task_failed"
    return {"msg": f"{tenant}: {result.get('msg') or 'it failed'}", "kind": kind}


def _not_done(
    intent: str, info: Mapping[str, Any], ran: Results, failure: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """The planned stages that did not run, and the libraries that the stage left out as not planned."""
    known = [row["library"] for row in info["remaining"]]
    skipped = [stage for stage in info["stages"] if not ran[stage] and not failure and intent != "audit"]
    appeared = [
        write["ids"]["library_id"]
        for result in ran["authorization"]
        for write in result.get("writes") or []
        if write["outcome"] == "not_planned" and write["ids"]["library_id"] not in known
    ]
    return [remainder.skipped(stage, intent == "offboard") for stage in skipped] + [
        remainder.appeared(one) for one in appeared
    ]


def _status(
    intent: str,
    offboards: bool,
    info: Mapping[str, Any],
    handed_over: list[dict[str, Any]],
    remaining: list[dict[str, Any]],
    failure: Mapping[str, Any] | None,
) -> str:
    """The first status that applies."""
    statuses = {
        "failed": failure,
        "left_alone": info["left_alone"],
        "awaiting_provisioning": info["missing"],
        "awaiting_consent": handed_over,
        "drifted": intent == "audit" and (info["stages"] or any(row["reason"] != "stated" for row in remaining)),
        "incomplete": remaining,
        "offboarded": offboards,
        "onboarded": True,
    }
    return next(status for status, holds in statuses.items() if holds)


def _stages(intent: str, info: Mapping[str, Any], ran: Results, failed: str | None) -> dict[str, str]:
    """The outcome of each stage, as a word."""
    known = {**remainder.not_read(), **info}
    words = dict.fromkeys(STAGES, "skipped")
    if not known["left_alone"]:
        words["provisioning"] = "waiting" if known["missing"] else "unchanged"
    to_do = [one["stage"] for one in known["plan"]["changes"]] if intent == "audit" else known["stages"]
    if "plan" in info and not info.get("failed") and not known["left_alone"] and not known["missing"]:
        skipped = [row["stage"] for row in known["remaining"] if row["reason"] == "left_out_by_tags"]
        nothing_to_do = [stage for stage in WRITING_STAGES if stage not in [*skipped, *to_do]]
        words.update(dict.fromkeys(nothing_to_do, "unchanged"))
    if intent == "audit":
        words.update(dict.fromkeys(to_do, "changed"))
    if known["handed_over"] and words["authorization"] == "unchanged":
        words["authorization"] = "waiting"
    for stage, results in ran.items():
        if results:
            waits = any(one.get("handed_over") for one in results)
            changed = any(one.get("changed") for one in results)
            words[stage] = "waiting" if waits else "changed" if changed else "unchanged"
    return {**words, **({failed: "failed"} if failed else {})}


def _wanted(
    offboards: bool, info: Mapping[str, Any], rows: list[dict[str, Any]], not_visible: list[str] | None
) -> list[str]:
    """The managed libraries, including those that appeared during the run."""
    if offboards:
        return []
    came = [one for one in [row["id"] for row in rows] + (not_visible or []) if one not in info["others"]]
    return list(dict.fromkeys([*info["wanted"], *came]))


def _unfinished(
    offboards: bool,
    wanted: list[str],
    covered: set[Any],
    rows: list[dict[str, Any]],
    not_visible: list[str] | None,
    remaining: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """The wanted libraries that are not authorized. If no library is wanted, that remains too."""
    if offboards or any(row["stage"] == "authorization" and row["reason"] == "left_out_by_tags" for row in remaining):
        return []
    if not wanted:
        return [remainder.not_authorized(None)]
    listed = {row["id"] for row in rows} - set(not_visible or [])
    open_ones = [one for one in wanted if one not in covered | {row["library"] for row in remaining}]
    return [remainder.not_authorized(one) if one in listed else remainder.not_visible(one) for one in open_ones]


def _stated(rows: list[dict[str, Any]], handed_over: list[dict[str, Any]]) -> list[str]:
    """The libraries that only the inventory says are authorized."""
    waiting = [row["library"] for row in handed_over]
    return [row["id"] for row in rows if row["authorized"] is None and row["id"] not in waiting]


def _pending(
    offboards: bool, rows: list[dict[str, Any]], remaining: list[dict[str, Any]], handed_over: list[dict[str, Any]]
) -> list[str]:
    """The libraries that should be authorized and are not, including those that are not in the approved plan."""
    stated = [row["library"] for row in remaining if row["reason"] == "stated"]
    wanting = [row["id"] for row in rows if not row["authorized"] and row["id"] not in stated and not offboards]
    left = [row["library"] for row in remaining if row["reason"] == "appeared_after_plan"]
    return list(dict.fromkeys([*wanting, *left, *(row["library"] for row in handed_over)]))


def _first_end(intent: str, rows: list[dict[str, Any]], stated: list[str]) -> str | None:
    """The earliest end of the authorizations; None if one is still to be made, because it may end earlier.

    An audit reports the current state, so planned authorizations do not matter.
    """
    authorized = [row for row in rows if row["authorized"]]
    if intent != "audit" and any(row["authorized_by"] is None for row in authorized):
        return None
    ends = [row["expires_at"] for row in rows if row["authorized"] or row["id"] in stated]
    return min(filter(None, ends), key=parse_time, default=None)


def _changes_planned(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The planned changes, field by field, with the labels of the screen."""
    return [_change(one["stage"], one["title"], one["before"], one["after"]) for one in plan["changes"]]


def _changes_made(ran: Results, plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The changes that were made and read back, with the fields in the order of the plan."""
    order = {(one["stage"], one["title"]): [*one["before"], *one["after"]] for one in plan["changes"]}
    made: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}
    for stage, results in ran.items():
        for write in [write for result in results for write in result.get("writes") or []]:
            if write["outcome"] == "done":
                before, after = made.setdefault((stage, write["title"]), ({}, {}))
                for field in [*write["before"], *write["after"]]:
                    before.setdefault(field, write["before"].get(field))
                    after[field] = write["after"].get(field)
    # In the order of the plan, which is reversed in an offboarding.
    places = [*(place for place in order if place in made), *(place for place in made if place not in order)]
    changes = [
        _change(*place, {field: before[field] for field in [*order.get(place, []), *before] if field in before}, after)
        for place in places
        for before, after in [made[place]]
    ]
    # A change that was undone has no fields left.
    return [change for change in changes if change["fields"]]


def _change(stage: str, title: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """A change. A missing field is null."""
    fields = [
        {"field": field, "before": before.get(field), "after": after.get(field)}
        for field in dict.fromkeys([*before, *after])
        if before.get(field) != after.get(field)
    ]
    return {"stage": stage, "title": title, "fields": fields}
