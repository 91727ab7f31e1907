# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Summarizes the tenants of a run in lines for people and a line of totals. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import visible
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import renewals

Result = Mapping[str, Any]

# Up to this number, each tenant has its own line with all its next steps.
FEW = 20
_HEADS = {
    "preview": "Preview: what a run would do. Nothing was written.",
    "audit": "Audit: the state of the tenants and what differs. Nothing was written.",
}


def summary(results: list[Result], about: Mapping[str, Any], verified: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the lines, the totals, and by tenant the libraries that a run is expected to authorize.

    C(tenants) has the results for reports, with invisible characters escaped. C(next_due) has the known ends, and
    C(calendar) those of an audit.
    """
    mode = about["mode"]
    # With the names as they are. What is shown has invisible characters escaped.
    due = renewals.next_due((result, expected(result, mode)) for result in results)
    results = visible(results)
    totals = totals_of(results, mode)
    lines = [_HEADS[mode]] if mode in _HEADS else []
    lines += _of_tenants(results, mode, list(verified))
    assumed = Counter(text for result in results for text in dict.fromkeys(result.get("assumptions") or []))
    lines += [f"Assumed of {counted(count, 'tenant')}: {text}" for text, count in assumed.items()]
    return {
        "lines": [*lines, totals],
        "totals": totals,
        "next_due": due,
        "calendar": renewals.calendar(visible(due), about["at"]) if due and mode == "audit" else "",
        "tenants": results,
        "expected": {result["tenant"]: expected(result, mode) for result in results},
    }


def expected(result: Result, mode: str) -> list[str]:
    """The libraries that a run would authorize, as far as known. Empty after a run and in an audit."""
    if not result["check_mode"] or mode == "audit":
        return []
    would = {row["library"] for row in result.get("authorizations") or [] if row.get("by") is None}
    would |= {
        one["field"] for one in _fields(result, "authorization") if str(one.get("after")).startswith("authorized")
    }
    return [library for library in result["libraries"]["authorized"] if library in would]


def totals_of(results: list[Result], mode: str) -> str:
    """The figures of all tenants. A tenant that changed and waits or failed counts in both."""
    previews = mode == "preview" or any(result["check_mode"] for result in results)
    changed = [one for one in results if one["changed"] and mode != "audit" and not (previews and one["failure"])]
    statuses = Counter(one["status"] for one in results)
    waiting = sum(count for status, count in statuses.items() if status.startswith("awaiting_"))
    quiet = sum(one["status"] in ("onboarded", "offboarded") for one in results)
    quiet -= sum(one["status"] in ("onboarded", "offboarded") for one in changed)
    made = figures([change for one in changed for change in one.get("changes") or []], previews)
    parts = [
        (len(changed), f"{'would change' if previews else 'changed'}{': ' if made else ''}{made}"),
        (waiting, "waits" if waiting == 1 else "wait"),
        *((statuses[status], status.replace("_", " ")) for status in ("incomplete", "drifted", "left_alone", "failed")),
        (quiet, "as wanted" if mode == "audit" else "unchanged"),
    ]
    return "; ".join(f"{count} {words}" for count, words in parts if count)


def counted(count: int, singular: str) -> str:
    """A number with its noun, in the singular or plural."""
    plural = singular[:-1] + "ies" if singular.endswith("y") else singular + "s"
    return f"{count} {singular if count == 1 else plural}"


def figures(changes: Iterable[Mapping[str, Any]], previews: bool) -> str:
    """The numbers of changes that were or would be made."""
    counts: Counter[tuple[str, str]] = Counter()
    for change in changes:
        if change["stage"] == "application":
            added = [one.get("after") for one in change["fields"] if one["field"] == "Added"]
            counts["application", "changed" if not added else "added" if added[0] else "removed"] += 1
        elif change["stage"] == "refresh_token":
            counts["policy", ""] += 1
        for one in change["fields"] if change["stage"] == "authorization" else []:
            stands = str(one.get("after")).startswith("authorized")
            counts["library", "withdrawn" if not stands else "expected" if previews else "authorized"] += 1
    return ", ".join(f"{counted(number, singular)} {how}".strip() for (singular, how), number in counts.items())


def _fields(result: Result, stage: str) -> list[Mapping[str, Any]]:
    return [one for change in result.get("changes") or [] if change["stage"] == stage for one in change["fields"]]


def _of_tenants(results: list[Result], mode: str, verified: list[Mapping[str, Any]]) -> list[str]:
    """A line for each tenant, with the next steps below it. More than C(FEW) equal tenants share a line."""
    blocks = [(_state(one, mode), *_steps(one, mode, len(results) <= FEW), *_known(one, verified)) for one in results]
    names: dict[tuple[str, ...], list[str]] = {}
    for result, block in zip(results, blocks):
        names.setdefault(block, []).append(result["tenant"])
    lines = []
    for result, block in zip(results, blocks):
        those, (state, *below) = names[block], block
        if len(those) <= FEW:
            lines += [f"{result['tenant']}: {state}", *below]
        elif result["tenant"] == those[0]:
            # Tenants that need no attention are not named.
            named = [] if result["status"] in ("onboarded", "offboarded") else [f"    {', '.join(those)}"]
            lines += [f"{len(those)} tenants: {state}", *named, *below]
    return lines


def _state(result: Result, mode: str) -> str:
    """The state of a tenant, or its expected state."""
    status, coming = result["status"], expected(result, mode)
    parts = [status]
    if result["changed"] and mode != "audit":
        is_end = status in ("onboarded", "offboarded", "incomplete")
        before, behind = ("would be ", "") if is_end else ("", " (would change)")
        parts = [f"{before}{status}{behind}" if result["check_mode"] else f"{status} (changed)"]
    differs = [stage.replace("_", " ") for stage, how in result["stages"].items() if how == "changed"]
    if status == "drifted" and differs:
        parts.append(f"differs in {', '.join(differs)}")
    if result["failure"]:
        parts.append(result["failure"]["kind"])
    there = len(result["libraries"]["authorized"]) - len(coming)
    if there:
        parts.append(f"{counted(there, 'library')} authorized")
    if coming:
        who = "it" if len(coming) == 1 else "them"
        parts.append(f"{counted(len(coming), 'library')} expected (a person may have to authorize {who})")
    libraries = result["libraries"]
    rest = {"pending": libraries["pending"], "not listed for this account": libraries["not_visible"]}
    parts += [f"{len(names)} {how}" for how, names in rest.items() if names]
    return ", ".join(parts)


def _steps(result: Result, mode: str, in_full: bool) -> list[str]:
    """The next steps of a tenant, if it needs any. Without C(in_full), the first step and the number of others."""
    if mode != "audit" and result["status"] in ("onboarded", "offboarded", "left_alone"):
        return []
    steps = [f"    {step.splitlines()[0]}" for step in result["next_steps"] if step]
    if in_full or len(steps) < 2:
        return steps
    return [steps[0], f"    And {counted(len(steps) - 1, 'more step')}: see next_steps in the report."]


def _known(result: Result, verified: list[Mapping[str, Any]]) -> list[str]:
    """For an unexpected reply: the finding of verify_contract for that call on this tenant."""
    failure = result["failure"] or {}
    operation = failure.get("operation")
    if failure.get("kind") != "unexpected_reply" or not operation:
        return []
    for one in verified:
        if (one["tenant"], one["customer_id"]) == (result["tenant"], result["customer_id"]):
            for row in one["operations"]:
                if row["operation"] == operation and row["verdict"] != "not_tried":
                    how = "as the contract says" if row["verdict"] == "as_contract" else "so"
                    return [f"    {operation} was answered {how} on this tenant on {one['at']}."]
    return [f"    {operation} was not verified on this tenant."]
