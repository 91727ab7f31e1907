# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains to do for a tenant, in sentences. Pure."""

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
    "Newer instructions of iManage want Tracker in the subscription: ask the account representative. Those of October "
    "2022 want the e-mail below. Wait for the confirmation, and run again."
)
UPLOAD = (
    "imanage.work has no catalog: an administrator uploads Tracker's packages there, those for the tenant's region. "
    "This collection serves cloudimanage.com only."
)
NOT_WANTED = "The inventory says tracker_onboarding_state: absent, so nobody signed in. To onboard it, say present."
SAY_SO = "Set tracker_onboarding_state: absent for it in the inventory, so that no later run puts Tracker back."
INSTALL = "Users then need iManage Work Desktop for Windows; Tracker appears as a panel in Microsoft Outlook."
AGAIN = "Run again afterwards: the run verifies the consent."
KEEP_THE_DAY = (
    "Keep the day on which each was authorized in tracker_onboarding_authorized_on: "
    "while the tenant does not answer Tracker's calls, no run can verify it."
)


class Facts(NamedTuple):
    """What the steps follow from: what the role knew and found, and how the tenant stands."""

    records: Mapping[str, Any]
    look: Mapping[str, Any]
    status: str
    request: Mapping[str, Any] | None
    handed_over: list[dict[str, Any]]
    remaining: list[dict[str, Any]]
    not_visible: list[str] | None
    failure: Mapping[str, Any] | None
    rows: list[dict[str, Any]]


def next_steps(facts: Facts) -> list[str]:
    """What a person does next, in order."""
    waiting = [row["instructions"] for row in facts.handed_over]
    if facts.failure:
        return [facts.failure["msg"], *waiting]
    if facts.status == "left_alone":
        # An offboarding is what a tenant that is to be absent waits for, so there it is the plan that lacks it.
        is_unwanted = facts.records.get("state") == "absent" and facts.records["intent"] == "onboard"
        return [NOT_WANTED if is_unwanted else NOT_APPROVED]
    intent = facts.records["intent"]
    if intent == "offboard":
        again = [SAY_SO] if facts.records.get("state") == "present" else []
        return [*_remaining(facts), *_left_behind(facts), *again]
    if intent == "audit" and facts.records.get("state") == "absent":
        return [*_remaining(facts), *audit.findings(facts.look, audit.REMOVE)]
    afterwards = KEEP_THE_DAY if any(row["authorized"] is None for row in facts.rows) else AGAIN
    steps = [*_request(facts), *waiting, *([afterwards] if waiting else [])]
    steps += audit.findings(facts.look) if intent == "audit" else []
    steps += [*_remaining(facts), *_days(facts)]
    if intent == "onboard" and facts.status in ("onboarded", "awaiting_consent"):
        steps += [CONFIGURE, INSTALL]
    return [*steps, *_subdomain(facts)]


def desktop_configuration(url: str) -> str | None:
    """The fragment of imEMM.config that desktops need for a custom subdomain; None for the shared host."""
    host = urlsplit(url).hostname or ""
    if not host.endswith("." + SHARED_HOST):
        return None
    return json.dumps({"TrackerUrl": f"https://{host}/tracker"})


def _request(facts: Facts) -> list[str]:
    missing = ", ".join(facts.look["missing"])
    if facts.request:
        return [f"Not in the catalog of this tenant: {missing}. {ASK}\n\n{facts.request['text']}"]
    if facts.status == "awaiting_provisioning":
        return [f"Not among the applications of this tenant: {missing}. {UPLOAD}"]
    return []


def _remaining(facts: Facts) -> list[str]:
    """What remains, in a sentence for each reason."""
    words = {
        "left_out_by_tags": "The stage {stage} was left out.",
        "stated": "Only tracker_onboarding_authorized_on says that it is authorized: {libraries}.",
        "appeared_after_plan": "Left out, because the approved plan has no write for it: {libraries}.",
        "not_visible": "Unknown to this account, so nobody can say here whether it is authorized: {libraries}.",
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
    """The days to keep in the inventory, where Control Center does not show when an authorization ends."""
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
    """What an offboarding could not withdraw, and nobody can any more once the page is gone."""
    page = facts.records["names"][1]
    if facts.look.get("tracker_calls") is False:
        why = "No authorization was withdrawn, because this tenant did not answer Tracker's calls."
        what = "a library was authorized"
    elif any(row["name"] == page and row["status"] == "disabled" for row in facts.look["applications"]):
        why = f"No authorization was withdrawn, because {page} was disabled, and so had no page."
        what = "a library was authorized"
    elif facts.not_visible:
        why = f"Unknown to this account, and not withdrawn: {', '.join(map(spelled, facts.not_visible))}."
        what = "one of them was authorized"
    else:
        return []
    return [f"{why} If {what}, let iManage's support confirm that the kept token is gone."]
