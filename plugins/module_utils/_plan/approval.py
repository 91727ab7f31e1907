# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares an approved plan with the writes of a stage, or with a whole tenant. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled, titled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.diff import worded
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step, shared, without

Change = Mapping[str, Any]


class PlannedResource(NamedTuple):
    """A resource as it is planned now: its stage, its title, and the plan.

    C(names) are the libraries that the options name, or None if they name none.
    """

    stage: str
    title: str
    plan: Plan
    names: list[str] | None = None


_ADVICE = "Nothing was written. Make a new preview, have it approved, and run with its plan.json."
_MOST_DIFFERENCES = 3


# -- the writes of one stage ----------------------------------------------------------------------------------------


def fits(step: Step, writes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the approved writes allows this step: it has the same target and asks for as much or more.

    Values that the write only sends back as they were read (C(step.keeps)) are not compared.
    """
    return any(
        row.get("operation") == step.operation
        and row.get("ids") == step.ids
        # Adding and enabling an application are the same call.
        and row.get("does", step.does) == step.does
        and _asks_no_more(step.body, row.get("body"), step.keeps)
        for row in writes
    )


def check_writes(steps: Iterable[Step], writes: Sequence[Mapping[str, Any]] | None) -> None:
    """Raise C(conflict) if the approved plan does not have one of the steps. C(writes) is None without a plan."""
    more = [] if writes is None else [step.does for step in steps if not fits(step, writes)]
    if more:
        raise Failure(
            "conflict",
            f"The approved plan does not have: {', '.join(dict.fromkeys(more))}. Nothing of this was sent.",
            advice="What was done before stays done. Make a new preview and have it approved.",
        )


def _asks_no_more(body: Any, approved: Any, keeps: Sequence[str]) -> bool:
    if isinstance(body, Mapping) and isinstance(approved, Mapping):
        return all(
            name in keeps or (name in approved and _asks_no_more(value, approved[name], keeps))
            for name, value in body.items()
        )
    if isinstance(body, list) and isinstance(approved, list):
        return all(item in approved for item in body)
    return bool(body == approved)


# -- a whole tenant -------------------------------------------------------------------------------------------------


def compare(approved: Mapping[str, Any], now: Sequence[PlannedResource]) -> None:
    """Raise C(conflict) unless each approved change is done or still to do, and no other change is needed.

    Stages that are not in C(now) are not compared. A library that the approved plan does not have is not a conflict:
    it is left out, see C(unapproved).
    """
    if approved.get("failed"):
        raise Failure(
            "conflict", "The approved preview had failed for this tenant, so nothing was approved.", advice=_ADVICE
        )
    stages = {part.stage for part in now}
    changes = {(one["stage"], one["title"]): one for one in _changes(approved) if one["stage"] in stages}
    found = {(part.stage, part.title): part for part in now}
    writes = writes_of(approved)
    moved = [words for place, change in changes.items() for words in _moved(change, found.get(place), writes)]
    if moved:
        raise _conflict("The approved plan no longer fits", moved)
    others = [words for place, part in found.items() for words in _not_approved(part, changes.get(place), writes)]
    if others:
        raise _conflict("The approved plan does not have a change that is needed now", others)


def unapproved(steps: Iterable[Step], writes: Sequence[Mapping[str, Any]] | None) -> list[Step]:
    """The steps whose target is not in the approved plan. C(writes) is None without a plan.

    A withdrawal is never one of them: once the page has disappeared with its application, it is no longer possible.
    """
    known = [(row.get("operation"), row.get("ids")) for row in writes or []]
    may = [step for step in steps if step.operation != "unauthorizeLibrary"]
    return [] if writes is None else [step for step in may if (step.operation, step.ids) not in known]


def _moved(change: Change, now: PlannedResource | None, writes: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield, in words, each field that is neither as before the approved change nor as after it."""
    title, before, after = titled(change["title"]), change["before"], change["after"]
    if now is None:
        yield f"{title} does not exist"
        return
    # A new application had no other fields. An earlier run may have set some of them before it was cut short.
    is_new = before.get("Added") is False
    for field in after:
        is_now, will_be = now.plan.before.get(field), now.plan.after.get(field)
        if before.get(field) == after[field] or _same(is_now, after[field]):
            continue
        if change["stage"] == "authorization":
            yield from _library_moved(title, field, now, writes)
        elif field not in now.plan.after:
            # This field is planned for a new application even if it is not managed.
            if not (is_new and field == "Enable application?"):
                yield f"{title}, {spelled(field)} is no longer in the options"
        elif not (_same(is_now, before.get(field)) or (is_new and field != "Added")):
            yield f"{title}, {spelled(field)} is {worded(is_now)}, not {worded(before.get(field))}"
        elif not _same(will_be, after[field]):
            yield f"{title}, {spelled(field)} would become {worded(will_be)}, not {worded(after[field])}"


def _library_moved(title: str, library: str, now: PlannedResource, writes: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a library that no approved write fits. Its state may have changed with time, so it is not compared."""
    if library not in now.plan.after:
        # The page does not list it. If no libraries are named, the result reports it.
        if now.names is not None and not shared([library], now.names):
            yield f"{title}, {spelled(library)} is no longer in the options"
    elif not any(library in step.touches and fits(step, writes) for step in now.plan.steps):
        is_now, will_be = worded(now.plan.before[library]), worded(now.plan.after[library])
        yield f"{title}, {spelled(library)} is {is_now} and would become {will_be}"


def _not_approved(now: PlannedResource, change: Change | None, writes: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield, in words, each needed change that was not approved."""
    before, after, steps = now.plan.before, now.plan.after, now.plan.steps
    unfit = [step for step in steps if not fits(step, writes)]
    if now.stage == "authorization":
        unfit = [step for step in unfit if step not in unapproved(steps, writes)]
    elif unfit:
        approved = (change or {"after": {}})["after"]
        for field in after:
            if before.get(field) != after[field] and not _same(after[field], approved.get(field)):
                yield f"{titled(now.title)}, {spelled(field)} to {worded(after[field])}"
                unfit = []
    yield from (f"{titled(now.title)}: {step.does} with other values" for step in unfit)


def _same(one: Any, other: Any) -> bool:
    """Whether two values of a field are equal. Lists have ids, which are compared without case and order."""
    if isinstance(one, list) and isinstance(other, list):
        return not without(one, other) and not without(other, one)
    return bool(one == other)


def _conflict(what: str, differences: list[str]) -> Failure:
    more = len(differences) - _MOST_DIFFERENCES
    named = [*differences[:_MOST_DIFFERENCES], *([f"{more} more"] if more > 0 else [])]
    return Failure("conflict", f"{what}: {'; '.join(named)}.", advice=_ADVICE)


def _changes(approved: Mapping[str, Any]) -> list[Change]:
    """The changes of the approved plan. Raises Failure if they do not have the form that a preview writes."""
    changes = approved.get("changes") or []
    if isinstance(changes, list) and all(_is_change(one) for one in changes):
        # Ansible may have dropped a field that was null.
        return [{**one, "after": {**dict.fromkeys(one["before"]), **one["after"]}} for one in changes]
    raise _wrong_form("changes")


def writes_of(approved: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The writes of the approved plan. Raises Failure if they do not have the form that a preview writes."""
    writes = approved.get("writes") or []
    if isinstance(writes, list) and all(isinstance(one, Mapping) for one in writes):
        return writes
    raise _wrong_form("writes")


def _wrong_form(what: str) -> Failure:
    return Failure(
        "bad_option",
        f"The {what} of the approved plan do not have the form that a preview writes.",
        advice="Nothing was written. Set approved to the entry of this tenant in plan.json, unchanged.",
    )


def _is_change(value: Any) -> bool:
    forms = {"stage": str, "title": str, "before": Mapping, "after": Mapping}
    return isinstance(value, Mapping) and all(isinstance(value.get(name), form) for name, form in forms.items())
