# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences about what a person does next for a tenant. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import SHARED_HOST
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import caseless
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import audit

CONFIGURE = (
    "Perform the tasks of 'Configuring the application' in the iManage Tracker help: the elements of the Tracker "
    "panel, on the Web Client page of Control Center, as an NRTADMIN or a Tier 2 administrator."
)
NOT_APPROVED = "The plan does not have this tenant, so it was neither read nor changed."
ASK = (
    "iManage's newer instructions need Tracker in the subscription: ask the account representative. Those of October "
    "2022 need the e-mail below. Wait for the confirmation, and run again."
)
UPLOAD = (
    "imanage.work has no catalog: an administrator uploads Tracker's packages for the tenant's region there. "
    "This collection serves cloudimanage.com only."
)
STATE_IS_ABSENT = (
    "The inventory has tracker_onboarding_state: absent, so nobody signed in. To onboard the tenant, set present."
)
SET_ABSENT = "Set tracker_onboarding_state: absent for it in the inventory, or a later run onboards it again."
INSTALL = "Users then need iManage Work Desktop for Windows; Tracker appears as a panel in Microsoft Outlook."
AGAIN = "Run again afterwards: the run verifies the consent."
KEEP_THE_DAY = (
    "Keep the day on which each was authorized in tracker_onboarding_authorized_on: "
    "while the tenant does not answer Tracker's calls, no run can verify it."
)


class Facts(NamedTuple):
    """The facts that decide the steps: the records of the role, and the status of the tenant."""

    records: Mapping[str, Any]
    info: Mapping[str, Any]
    status: str
    request: Mapping[str, Any] | None
    handed_over: list[dict[str, Any]]
    remaining: list[dict[str, Any]]
    not_visible: list[str] | None
    failure: Mapping[str, Any] | None
    rows: list[dict[str, Any]]


def next_steps(facts: Facts) -> list[str]:
    """The steps of a person, in order."""
    waiting = [row["instructions"] for row in facts.handed_over]
    if facts.failure:
        return [facts.failure["msg"], *waiting]
    if facts.status == "left_alone":
        # An onboarding leaves a tenant with state: absent alone. Otherwise the plan does not have the tenant.
        is_unwanted = facts.records.get("state") == "absent" and facts.records["intent"] == "onboard"
        return [STATE_IS_ABSENT if is_unwanted else NOT_APPROVED]
    intent = facts.records["intent"]
    if intent == "offboard":
        again = [SET_ABSENT] if facts.records.get("state") == "present" else []
        return [*_remaining(facts), *_left_behind(facts), *again]
    if intent == "audit" and facts.records.get("state") == "absent":
        return [*_remaining(facts), *audit.findings(facts.info, audit.REMOVE)]
    afterwards = KEEP_THE_DAY if any(row["authorized"] is None for row in facts.rows) else AGAIN
    steps = [*_request(facts), *waiting, *([afterwards] if waiting else [])]
    steps += audit.findings(facts.info) if intent == "audit" else []
    steps += [*_remaining(facts), *_days(facts)]
    if intent == "onboard" and facts.status in ("onboarded", "awaiting_consent"):
        steps += [CONFIGURE, INSTALL]
    return [*steps, *_subdomain(facts)]


def desktop_configuration(url: str) -> str | None:
    """The fragment of imEMM.config for desktops with a custom subdomain; None for the shared host."""
    host = urlsplit(url).hostname or ""
    if not host.endswith("." + SHARED_HOST):
        return None
    return json.dumps({"TrackerUrl": f"https://{host}/tracker"})


def _request(facts: Facts) -> list[str]:
    missing = ", ".join(facts.info["missing"])
    if facts.request:
        return [f"Not in the catalog of this tenant: {missing}. {ASK}\n\n{facts.request['text']}"]
    if facts.status == "awaiting_provisioning":
        return [f"Not among the applications of this tenant: {missing}. {UPLOAD}"]
    return []


def _remaining(facts: Facts) -> list[str]:
    """A sentence for each reason why something remains."""
    words = {
        "left_out_by_tags": "The stage {stage} was left out.",
        "stated": "Authorized only according to tracker_onboarding_authorized_on: {libraries}.",
        "appeared_after_plan": "Left out, because the approved plan has no write for it: {libraries}.",
        "not_visible": "Unknown to this account, which cannot read whether it is authorized: {libraries}.",
        "not_authorized": "Not authorized: {libraries}.",
    }
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in facts.remaining:
        stage = row["stage"] if row["reason"] == "left_out_by_tags" else ""
        alike.setdefault((row["reason"], stage, row["remedy"]), []).append(row["library"])
    return [
        words[reason].format(
            stage=stage.replace("_", " "),
            libraries=", ".join(map(spelled, filter(None, libraries))) or "every library",
        )
        + f" {remedy}"
        for (reason, stage, remedy), libraries in alike.items()
    ]


def _days(facts: Facts) -> list[str]:
    """The line to keep in the inventory, if Control Center does not show when authorizations end."""
    stated = {str(library): str(day) for library, day in (facts.records["authorized_on"] or {}).items()}
    reckoned = [row for row in facts.rows if row["expires_from"] not in (None, "tenant") and row["authorized_at"]]
    days = {row["id"]: row["authorized_at"][:10] for row in reckoned}
    kept = {caseless(library): day[:10] for library, day in stated.items()}
    new = {library: day for library, day in days.items() if kept.get(caseless(library)) != day}
    if not new:
        return []
    renewed = {caseless(library) for library in new}
    stated = {library: day for library, day in stated.items() if caseless(library) not in renewed}
    return [
        "Control Center does not show when these authorizations end. Keep their days in the inventory: "
        f"tracker_onboarding_authorized_on: {json.dumps({**stated, **new})}"
    ]


def _subdomain(facts: Facts) -> list[str]:
    url = facts.records["url"]
    fragment = desktop_configuration(url)
    begun = facts.records["intent"] == "onboard" and facts.status in ("onboarded", "awaiting_consent")
    if not fragment or not (begun or facts.status == "awaiting_provisioning"):
        return []
    return [
        f"Custom subdomain: ask iManage's support to change Tracker's redirect URL to "
        f"https://{urlsplit(url).hostname}/tracker, then put this into imEMM.config on the desktops: {fragment}"
    ]


def _left_behind(facts: Facts) -> list[str]:
    """A sentence about authorizations that an offboarding did not withdraw before the page disappeared."""
    page = facts.records["names"][1]
    if facts.info.get("tracker_calls") is False:
        why = "No authorization was withdrawn, because this tenant did not answer Tracker's calls."
        what = "a library was authorized"
    elif any(row["name"] == page and row["status"] == "disabled" for row in facts.info["applications"]):
        why = f"No authorization was withdrawn, because {page} was disabled and therefore had no page."
        what = "a library was authorized"
    elif facts.not_visible:
        why = f"Unknown to this account, and not withdrawn: {', '.join(map(spelled, facts.not_visible))}."
        what = "one of them was authorized"
    else:
        return []
    return [f"{why} If {what}, let iManage's support confirm that the kept token is gone."]
