# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a tenant stands after the role's tasks: from what they registered to one fact. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils._connection import shown

# The registered task of each stage; provisioning is what the lookup finds.
_TASK_OF_STAGE = {"application": "applications", "refresh_token": "policy", "authorization": "authorization"}
_ORDER = ("session", "lookup", *_TASK_OF_STAGE.values())
SHARED_HOST = "cloudimanage.com"

CONFIGURE = (
    "Perform the tasks of 'Configuring the application' in the iManage Tracker help: the elements of the Tracker "
    "panel, on the Web Client page of Control Center, as an NRTADMIN or a Tier 2 administrator."
)
INSTALL = "Users then need iManage Work Desktop for Windows; Tracker appears as a panel in Microsoft Outlook."


def conclude(records: Mapping[str, Any]) -> dict[str, Any]:
    """The role's result fact.

    C(records) has C(intent) (onboard, audit, offboard), C(tenant), C(url), C(names) of the two applications,
    C(on_unprovisioned), C(request) (customer_name, from, to), and the registered results C(session), C(lookup),
    C(applications), C(policy), C(authorization). A task that did not run has no record, or one that is skipped.
    """
    outcomes = {task: _outcome(records.get(task)) for task in _ORDER}
    failure = _first_failure(outcomes)
    session = (outcomes["session"]["items"] or [{}])[0]
    missing = _missing(records, outcomes["lookup"])
    stages = _stages(outcomes, missing, failure)
    # What a task found before it failed is worth reporting; what an earlier play left behind is not.
    authorization = {} if "authorization" not in _reached(failure) else (outcomes["authorization"]["items"] or [{}])[0]
    status = _status(records["intent"], stages, missing, failure, authorization)
    rows = authorization.get("libraries") or []
    return {
        "tenant": records["tenant"],
        "customer_id": session.get("customer_id"),
        # It stands here too when it was refused, because there is a password in it for example.
        "url": shown(records["url"]) if records["url"] else "",
        "status": status,
        "check_mode": bool(session.get("check_mode", records.get("check_mode", False))),
        "changed": any(outcomes[task]["changed"] for task in _reached(failure)),
        "stages": stages,
        "libraries": {
            "authorized": [row["id"] for row in rows if row["authorized"]],
            "pending": [row["id"] for row in rows if not row["authorized"] and records["intent"] != "offboard"],
            "unlisted": authorization.get("unlisted"),
        },
        "expires_at": min((row["expires_at"] for row in rows if row["authorized"] and row["expires_at"]), default=None),
        "next_steps": _next_steps(records, status, missing, failure, authorization)
        + _left_behind(records, failure, outcomes["lookup"], authorization),
        "failure": failure,
    }


def request_text(customer: str, application: str, sender: str | None, recipient: str | None) -> str:
    """The e-mail that asks iManage to provision an application, with what the vendor asks for in it."""
    return (
        f"From: {sender or '(an address with an iManage Help Center account)'}\n"
        f"To: {recipient or '(iManage, as given in the onboarding instructions)'}\n"
        f"Subject: Provisioning of {application} for {customer}\n\n"
        f"Please ensure that the following application is provisioned for our account.\n\n"
        f"Customer name: {customer}\n"
        f"Application name: {application}\n"
    )


def desktop_configuration(url: str) -> str | None:
    """The fragment of imEMM.config that desktops need for a custom subdomain; None for the shared host."""
    host = urlsplit(url).hostname or ""
    if not host.endswith("." + SHARED_HOST):
        return None
    return json.dumps({"TrackerUrl": f"https://{host}/tracker"})


def _outcome(registered: Any) -> dict[str, Any]:
    """A registered result, whether of a loop or not: did it run, did it change, what failed, and its items."""
    registered = registered or {}
    items = list(registered["results"]) if "results" in registered else [registered]
    ran = [item for item in items if not item.get("skipped")] if registered and not registered.get("skipped") else []
    return {
        "ran": bool(ran),
        "changed": any(item.get("changed") for item in ran),
        "failed": next((item for item in ran if item.get("failed")), registered if registered.get("failed") else None),
        "items": ran,
    }


def _first_failure(outcomes: Mapping[str, Any]) -> dict[str, Any] | None:
    for task in _ORDER:
        failed = outcomes[task]["failed"]
        if failed:
            wire = dict(failed.get("failure") or {"kind": "bad_option"})
            return {"task": task, "msg": failed.get("msg", ""), **wire}
    return None


def _reached(failure: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The tasks up to the one that failed: registered results behind it are of an earlier play."""
    return _ORDER if failure is None else _ORDER[: _ORDER.index(failure["task"]) + 1]


def _missing(records: Mapping[str, Any], lookup: Mapping[str, Any]) -> list[str]:
    if not lookup["ran"] or lookup["failed"]:
        return []
    found = {row["name"] for row in lookup["items"][0]["applications"]}
    return [name for name in records["names"] if name not in found]


def _stages(outcomes: Mapping[str, Any], missing: list[str], failure: Mapping[str, Any] | None) -> dict[str, str]:
    lookup = outcomes["lookup"]
    provisioning = "waiting" if missing else "unchanged" if lookup["ran"] else "skipped"
    if failure and failure["task"] in ("session", "lookup"):
        provisioning = "failed"
    stages = {"provisioning": provisioning}
    for stage, task in _TASK_OF_STAGE.items():
        outcome = outcomes[task]
        if task not in _reached(failure) or not outcome["ran"]:
            stages[stage] = "skipped"
        elif outcome["failed"]:
            stages[stage] = "failed"
        elif any(item.get("handed_over") for item in outcome["items"]):
            stages[stage] = "waiting"
        else:
            stages[stage] = "changed" if outcome["changed"] else "unchanged"
    return stages


def _status(
    intent: str,
    stages: Mapping[str, str],
    missing: list[str],
    failure: Mapping[str, Any] | None,
    authorization: Mapping[str, Any],
) -> str | None:
    """The tenant's status; None where tags left out stages, so that nobody knows."""
    if failure:
        return "failed"
    if intent == "offboard":
        return "offboarded" if stages["application"] != "skipped" or missing else None
    if missing:
        return "awaiting_provisioning"
    if "skipped" in stages.values():
        return None
    if authorization.get("handed_over"):
        return "awaiting_consent"
    return "drifted" if intent == "audit" and "changed" in stages.values() else "onboarded"


def _next_steps(
    records: Mapping[str, Any],
    status: str | None,
    missing: list[str],
    failure: Mapping[str, Any] | None,
    authorization: Mapping[str, Any],
) -> list[str]:
    if failure:
        return [failure["msg"]]
    steps = []
    if status == "awaiting_provisioning":
        request = records.get("request") or {}
        customer = request.get("customer_name") or records["tenant"]
        # The vendor provisions Tracker as a whole: its configuration application comes with it.
        text = request_text(customer, records["names"][0], request.get("from"), request.get("to"))
        steps.append(
            f"Not in the catalog of this tenant: {', '.join(missing)}. Send this to iManage, wait for the "
            f"confirmation, and run again:\n\n{text}"
        )
    steps += [row["instructions"] for row in authorization.get("handed_over") or []]
    if status == "awaiting_consent":
        steps.append("Run again afterwards: the run verifies the consent.")
    if status in ("onboarded", "awaiting_consent"):
        steps += [CONFIGURE, INSTALL]
    fragment = desktop_configuration(records["url"])
    if fragment and status in ("onboarded", "awaiting_consent", "awaiting_provisioning"):
        host = urlsplit(records["url"]).hostname
        steps.append(
            f"Custom subdomain: ask iManage's support to change Tracker's redirect URL to https://{host}/tracker, then "
            f"put this into imEMM.config on the desktops: {fragment}"
        )
    unlisted = authorization.get("unlisted")
    if unlisted and records["intent"] != "offboard":
        steps.append(
            f"Not authorized, because the signed-in user is no NRTADMIN there: {', '.join(unlisted)}. Let somebody who "
            "is run this too, or give imanage_nrtadmin_username."
        )
    return steps


def _left_behind(
    records: Mapping[str, Any],
    failure: Mapping[str, Any] | None,
    lookup: Mapping[str, Any],
    authorization: Mapping[str, Any],
) -> list[str]:
    """What an offboarding could not withdraw, and nobody can any more once the page is gone."""
    if failure or records["intent"] != "offboard":
        return []
    found = lookup["items"][0]["applications"] if lookup["ran"] else []
    if any(row["name"] == records["names"][1] and row.get("status") == "disabled" for row in found):
        return [
            f"No authorization was withdrawn, because {records['names'][1]} was disabled, and so had no page. If "
            "a library was authorized, let iManage's support confirm that the kept token is gone."
        ]
    if authorization.get("unlisted"):
        return [
            f"Not withdrawn, because the signed-in user is no NRTADMIN there: {', '.join(authorization['unlisted'])}. "
            "If one of them was authorized, let iManage's support confirm that the kept token is gone."
        ]
    return []
