# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that people approve: the state on which it stands, what it would write, and whether both still hold. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, quoted
from ansible_collections.imanage.control_center.plugins.module_utils._plan import Plan, Step

_ADVICE = "Nothing was written. Make a new preview, have it approved, and run with its plan.json."
_MOST_DIFFERENCES = 8


def facts_of(stage: str, title: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A part of the state: what was read for one link of the chain."""
    return {"stage": stage, "title": title, "facts": dict(facts)}


def change_of(stage: str, title: str, plan: Plan) -> dict[str, Any]:
    """What one link of the chain would change, and by which writes."""
    writes = [_write(step) for step in plan.steps]
    return {"stage": stage, "title": title, "before": plan.before, "after": plan.after, "writes": writes}


def _write(step: Step) -> dict[str, Any]:
    return {"operation": step.operation, "does": step.does, **step.ids, "body": step.body}


def whole(state: list[dict[str, Any]], changes: list[dict[str, Any]], assumptions: list[str]) -> dict[str, Any]:
    """The plan of a tenant as it is returned, approved, and given back."""
    return {"fingerprint": fingerprint(state), "state": state, "changes": changes, "assumptions": assumptions}


def fingerprint(state: list[dict[str, Any]]) -> str:
    """The same for the same state, whatever the order in which it was written down."""
    text = json.dumps(state, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(approved: Mapping[str, Any], plan: Mapping[str, Any]) -> None:
    """Raise C(conflict) unless the plan made now is the one that was approved, on the same state."""
    if not approved.get("fingerprint"):
        raise Failure(
            "conflict", "The approved preview had failed for this tenant, so nothing was approved.", advice=_ADVICE
        )
    if approved["fingerprint"] != plan["fingerprint"]:
        found = list(_differences(_by_place(_links(approved, "state")), _by_place(plan["state"])))
        more = len(found) - _MOST_DIFFERENCES
        told = [*found[:_MOST_DIFFERENCES], *([f"{more} more"] if more > 0 else [])]
        what = "; ".join(told) or "its fingerprint is another"
        raise Failure("conflict", f"Since the preview that was approved, this has changed: {what}.", advice=_ADVICE)
    before, after = (_by_link(_without_nulls(one)) for one in (_links(approved, "changes"), plan["changes"]))
    links = [link for link in dict.fromkeys([*before, *after]) if before.get(link) != after.get(link)]
    if links:
        names = ", ".join(quoted(title) for _stage, title in links)
        raise Failure(
            "conflict",
            f"The tenant is as it was in the preview that was approved, but what would be done to it is not: {names}. "
            "Its variables or the time have changed that.",
            advice=_ADVICE,
        )


def check_writes(steps: Iterable[Step], approved: Iterable[Step]) -> None:
    """Raise C(conflict) before writing what the approved plan, made before the tenant was touched, does not have."""
    allowed = [_write(step) for step in approved]
    more = [step.does for step in steps if _write(step) not in allowed]
    if more:
        raise Failure(
            "conflict",
            f"The tenant turned out otherwise than the approved plan assumed: it would take to {', '.join(more)} in "
            "another way, or in addition. That was not written.",
            advice="What was done before stays done. Make a new preview and have it approved.",
        )


def _links(approved: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    """A part of the approved plan, which came from outside; raises Failure unless it is of the form of a preview's."""
    links = approved.get(part) or []
    if isinstance(links, list) and all(_is_link(one) for one in links):
        return links
    raise Failure(
        "bad_option",
        f"What the approved plan has as its {part} is not a list of links with a stage and a title.",
        advice="Nothing was written. Give approved what plan.json of a preview has for this tenant, unchanged.",
    )


def _is_link(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(value.get(name), str) for name in ("stage", "title"))


def _by_place(state: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], Any]:
    """The single facts of a state, each by what it is about."""
    return {place: value for part in state for place, value in _leaves(part.get("facts"), (part["title"],))}


def _leaves(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*place, str(key)))
    else:
        # What is null may have been left out on the way through Ansible.
        yield from [] if value is None else [(place, value)]


def _differences(before: Mapping[tuple[str, ...], Any], after: Mapping[tuple[str, ...], Any]) -> Iterator[str]:
    for place in dict.fromkeys([*before, *after]):
        was, is_now = (_worded(facts.get(place)) for facts in (before, after))
        if was != is_now:
            yield f"{quoted(', '.join(place))} was {was}, is {is_now}"


def _worded(value: Any) -> str:
    return "none" if value is None else quoted(json.dumps(value, ensure_ascii=False))


def _by_link(changes: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Any]:
    """The changes by what they are of. An application may be named as another one's token policy is called."""
    return {(change["stage"], change["title"]): change for change in changes}


def _without_nulls(value: Any) -> Any:
    """As Ansible hands over options: one that is null is not given."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value
