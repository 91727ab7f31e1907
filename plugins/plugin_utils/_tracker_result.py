# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a tenant stands after its onboarding: from what the task returned to one fact. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils._connection import shown
from ansible_collections.imanage.control_center.plugins.module_utils._options import STAGES
from ansible_collections.imanage.control_center.plugins.module_utils._plan_authorizations import moment
from ansible_collections.imanage.control_center.plugins.plugin_utils import _audit, _provisioning_request

SHARED_HOST = "cloudimanage.com"

CONFIGURE = (
    "Perform the tasks of 'Configuring the application' in the iManage Tracker help: the elements of the Tracker "
    "panel, on the Web Client page of Control Center, as an NRTADMIN or a Tier 2 administrator."
)
NOT_APPROVED = "The plan does not have this tenant, so it was neither read nor changed."
INSTALL = "Users then need iManage Work Desktop for Windows; Tracker appears as a panel in Microsoft Outlook."


def conclude(records: Mapping[str, Any]) -> dict[str, Any]:
    """The role's result fact.

    C(records) has C(intent) (onboard, audit, offboard), C(tenant), C(url), C(names) of the two applications,
    C(run), the result of imanage_onboarding, or of whatever failed instead, and C(check_mode), which counts where that
    result does not say it. C(provisioning_request) has the words that are given for the request. C(wanted) has the
    stages in which something is wanted, where those are not all; without an authorization it is not Tracker that is
    onboarded, and nothing is said of Tracker.
    """
    intent, run = records["intent"], records["run"]
    returned = run.get("stages") or {}
    failure = _failure(records["tenant"], run)
    session = (returned.get("session") or [{}])[0]
    missing = [] if intent == "offboard" else (returned.get("provisioning") or [{}])[0].get("missing", [])
    stages = {stage: _word(stage, returned.get(stage) or [], missing) for stage in STAGES}
    if failure and "failed" not in stages.values():
        stages["provisioning"] = "failed"
    authorization = (returned.get("authorization") or [{}])[0]
    audited = run.get("plan") if intent == "audit" else None
    rows = _audit.libraries(audited) if audited else authorization.get("libraries") or []
    status = _status(intent, {stage: stages[stage] for stage in _wanted(records)}, missing, failure, authorization)
    request = _request(records, missing) if status == "awaiting_provisioning" else None
    return {
        "tenant": records["tenant"],
        "customer_id": session.get("customer_id"),
        # It stands here too when it was refused, because there is a password in it for example.
        "url": shown(records["url"]) if records["url"] else "",
        "status": status,
        "check_mode": bool(run.get("check_mode", records.get("check_mode"))),
        "changed": bool(run.get("changed")),
        "stages": stages,
        "libraries": {
            "authorized": [row["id"] for row in rows if row["authorized"]],
            "pending": [row["id"] for row in rows if not row["authorized"] and intent != "offboard"],
            "unlisted": authorization.get("unlisted"),
        },
        "authorizations": [
            {"library": row["id"], "by": row.get("authorized_by"), "until": row.get("expires_at")}
            for row in rows
            if row["authorized"]
        ],
        "expires_at": _first_end(intent, rows),
        "changes": _changes(run.get("plan")),
        "provisioning_request": request,
        "next_steps": _next_steps(records, status, missing, request, failure, authorization)
        + _left_behind(records, failure, _found(returned), authorization),
        "failure": failure,
    }


def _wanted(records: Mapping[str, Any]) -> tuple[str, ...]:
    """The stages in which something is wanted."""
    return tuple(records.get("wanted", STAGES))


def _is_tracker(records: Mapping[str, Any]) -> bool:
    """Only Tracker has libraries to authorize."""
    return "authorization" in _wanted(records)


def desktop_configuration(url: str) -> str | None:
    """The fragment of imEMM.config that desktops need for a custom subdomain; None for the shared host."""
    host = urlsplit(url).hostname or ""
    if not host.endswith("." + SHARED_HOST):
        return None
    return json.dumps({"TrackerUrl": f"https://{host}/tracker"})


def _changes(plan: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What was planned to be another way, field by field, in the words of the screen; null where there was nothing."""
    return [
        {
            "stage": change["stage"],
            "title": change["title"],
            "fields": [
                {"field": field, "before": change["before"].get(field), "after": change["after"].get(field)}
                for field in dict.fromkeys([*change["before"], *change["after"]])
                if change["before"].get(field) != change["after"].get(field)
            ],
        }
        for change in (plan or {}).get("changes") or []
    ]


def _request(records: Mapping[str, Any], missing: list[str]) -> dict[str, Any]:
    """What iManage is asked for. Tracker is provisioned as a whole: its configuration comes with it."""
    application = records["names"][0] if _is_tracker(records) else ", ".join(missing)
    return _provisioning_request.request(records.get("provisioning_request") or {}, records["tenant"], application)


def _failure(tenant: str, run: Mapping[str, Any]) -> dict[str, Any] | None:
    # Where a failure is recorded the task does not fail, and only says why it would have.
    if not (run.get("failed") or run.get("failure")):
        return None
    if not run.get("failure"):
        # Ansible refused before a task of ours could name the tenant.
        return {"msg": f"{tenant}: {run.get('msg') or 'it failed'}", "kind": "bad_option"}
    return {"msg": run["msg"], **run["failure"]}


def _found(returned: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The applications that were found."""
    found: list[dict[str, Any]] = (returned.get("provisioning") or [{}])[0].get("applications", [])
    return found


def _word(stage: str, results: list[dict[str, Any]], missing: list[str]) -> str:
    """How a stage went, in a word."""
    if any(result.get("failed") for result in results):
        return "failed"
    if not results:
        return "skipped"
    if (stage == "provisioning" and missing) or any(result.get("handed_over") for result in results):
        return "waiting"
    return "changed" if any(result["changed"] for result in results) else "unchanged"


def _first_end(intent: str, rows: list[dict[str, Any]]) -> str | None:
    """When the first of the authorizations ends; None where one is still to be made, which may end before the others.

    An audit tells how the tenant is, so what would be made does not matter.
    """
    standing = [row for row in rows if row["authorized"]]
    if intent != "audit" and any(row["authorized_by"] is None for row in standing):
        return None
    return min((row["expires_at"] for row in standing if row["expires_at"]), key=moment, default=None)


def _status(
    intent: str,
    stages: Mapping[str, str],
    missing: list[str],
    failure: Mapping[str, Any] | None,
    authorization: Mapping[str, Any],
) -> str | None:
    """The tenant's status, from the stages that are wanted; None where tags left out one, so that nobody knows."""
    if failure:
        return "failed"
    if intent == "offboard":
        return "offboarded" if stages["application"] != "skipped" else None
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
    request: Mapping[str, Any] | None,
    failure: Mapping[str, Any] | None,
    authorization: Mapping[str, Any],
) -> list[str]:
    waiting = [row["instructions"] for row in authorization.get("handed_over") or []]
    if failure:
        return [failure["msg"], *waiting]
    if not records["run"].get("stages"):
        return [NOT_APPROVED]
    steps = []
    if request:
        steps.append(
            f"Not in the catalog of this tenant: {', '.join(missing)}. Send this to iManage, wait for the "
            f"confirmation, and run again:\n\n{request['text']}"
        )
    steps += waiting
    if status == "awaiting_consent":
        steps.append("Run again afterwards: the run verifies the consent.")
    audits = records["intent"] == "audit"
    if audits and records["run"].get("plan"):
        steps += _audit.findings(records["run"]["plan"])
    if not _is_tracker(records):
        return steps
    begun = not audits and status in ("onboarded", "awaiting_consent")
    if begun:
        steps += [CONFIGURE, INSTALL]
    fragment = desktop_configuration(records["url"])
    if fragment and (begun or status == "awaiting_provisioning"):
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
    found: list[dict[str, Any]],
    authorization: Mapping[str, Any],
) -> list[str]:
    """What an offboarding could not withdraw, and nobody can any more once the page is gone."""
    if failure or records["intent"] != "offboard" or not _is_tracker(records):
        return []
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
