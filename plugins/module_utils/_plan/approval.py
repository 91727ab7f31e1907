# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An approved plan: which writes it has, and whether it still fits the tenant. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled, titled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.diff import worded
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step, shared, without

Change = Mapping[str, Any]


class Part(NamedTuple):
    """A part of the tenant as it was read and planned now: its stage, its title, and the plan.

    C(names): the libraries that are asked for by name; None where all are, or where it is about no library.
    """

    stage: str
    title: str
    plan: Plan
    names: list[str] | None = None


_ADVICE = "Nothing was written. Make a new preview, have it approved, and run with its plan.json."
_MOST_DIFFERENCES = 3


# -- the writes of one stage ----------------------------------------------------------------------------------------


def fits(step: Step, planned: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the planned writes is this one and asks for as much or more.

    What a write sends only to keep it as it was read (C(step.keeps)) is not compared.
    """
    return any(
        row.get("operation") == step.operation
        and row.get("ids") == step.ids
        # Adding and enabling an application are the same call.
        and row.get("does", step.does) == step.does
        and _asks_no_more(step.body, row.get("body"), step.keeps)
        for row in planned
    )


def check_writes(steps: Iterable[Step], planned: Sequence[Mapping[str, Any]] | None) -> None:
    """Raise C(conflict) before a write is sent that the approved plan does not have. None: no plan was approved."""
    more = [] if planned is None else [step.does for step in steps if not fits(step, planned)]
    if more:
        raise Failure(
            "conflict",
            f"The approved plan does not have this: {', '.join(dict.fromkeys(more))}. It was not sent.",
            advice="What was done before stays done. Make a new preview and have it approved.",
        )


def _asks_no_more(body: Any, planned: Any, keeps: Sequence[str]) -> bool:
    if isinstance(body, Mapping) and isinstance(planned, Mapping):
        return all(
            name in keeps or (name in planned and _asks_no_more(value, planned[name], keeps))
            for name, value in body.items()
        )
    if isinstance(body, list) and isinstance(planned, list):
        return all(item in planned for item in body)
    return bool(body == planned)


# -- a whole tenant -------------------------------------------------------------------------------------------------


def compare(approved: Mapping[str, Any], now: Sequence[Part]) -> None:
    """Raise C(conflict) unless each change of the approved plan is still to do or done, and no other is needed.

    Stages that C(now) has no part of are not compared. Libraries that the plan does not have are no conflict: they are
    left out, see C(left_out).
    """
    if approved.get("failed"):
        raise Failure(
            "conflict", "The approved preview had failed for this tenant, so nothing was approved.", advice=_ADVICE
        )
    stages = {part.stage for part in now}
    planned = {(change["stage"], change["title"]): change for change in _changes(approved) if change["stage"] in stages}
    found = {(part.stage, part.title): part for part in now}
    writes = writes_of(approved)
    moved = [words for place, change in planned.items() for words in _moved(change, found.get(place), writes)]
    if moved:
        raise _conflict("The approved plan no longer fits", moved)
    others = [words for place, part in found.items() for words in _not_planned(part, planned.get(place), writes)]
    if others:
        raise _conflict("The approved plan does not have what would have to be done now", others)


def left_out(steps: Iterable[Step], planned: Sequence[Mapping[str, Any]] | None) -> list[Step]:
    """The steps of which the approved plan has none, whatever they ask for. None: no plan was approved.

    An authorization is never left standing: nobody could withdraw it once the page has gone with its application.
    """
    known = [(row.get("operation"), row.get("ids")) for row in planned or []]
    may = [step for step in steps if step.operation != "unauthorizeLibrary"]
    return [] if planned is None else [step for step in may if (step.operation, step.ids) not in known]


def _moved(change: Change, now: Part | None, writes: list[Mapping[str, Any]]) -> Iterator[str]:
    """What is neither done nor still to do, as the plan has it."""
    title, before, after = titled(change["title"]), change["before"], change["after"]
    if now is None:
        yield f"{title} is not there"
        return
    # An application that was not added had no other fields. Adding it may have been cut short behind any of them.
    is_new = before.get("Added") is False
    for field in after:
        is_now, will_be = now.plan.before.get(field), now.plan.after.get(field)
        if before.get(field) == after[field] or _same(is_now, after[field]):
            continue
        if change["stage"] == "authorization":
            yield from _library_moved(title, field, now, writes)
        elif field not in now.plan.after:
            # Whether it is enabled is planned for a new one only, also where nobody asks for it.
            if not (is_new and field == "Enable application?"):
                yield f"{title}, {spelled(field)} is not asked for any more"
        elif not (_same(is_now, before.get(field)) or (is_new and field != "Added")):
            yield f"{title}, {spelled(field)} is {worded(is_now)}, not {worded(before.get(field))}"
        elif not _same(will_be, after[field]):
            yield f"{title}, {spelled(field)} would become {worded(will_be)}, not {worded(after[field])}"


def _library_moved(title: str, library: str, now: Part, writes: list[Mapping[str, Any]]) -> Iterator[str]:
    """A library whose planned write fits is still to do, in whatever way time has changed its standing meanwhile."""
    if library not in now.plan.after:
        # One that the page does not list cannot be done. Where all are wanted, the result names it.
        if now.names is not None and not shared([library], now.names):
            yield f"{title}, {spelled(library)} is not asked for any more"
    elif not any(library in step.touches and fits(step, writes) for step in now.plan.steps):
        is_now, will_be = worded(now.plan.before[library]), worded(now.plan.after[library])
        yield f"{title}, {spelled(library)} is {is_now} and would become {will_be}"


def _not_planned(now: Part, change: Change | None, writes: list[Mapping[str, Any]]) -> Iterator[str]:
    """What would have to be written and was not approved."""
    before, after, steps = now.plan.before, now.plan.after, now.plan.steps
    unfit = [step for step in steps if not fits(step, writes)]
    if now.stage == "authorization":
        unfit = [step for step in unfit if step not in left_out(steps, writes)]
    elif unfit:
        planned = (change or {"after": {}})["after"]
        for field in after:
            if before.get(field) != after[field] and not _same(after[field], planned.get(field)):
                yield f"{titled(now.title)}, {spelled(field)} to {worded(after[field])}"
                unfit = []
    yield from (f"{titled(now.title)}: {step.does} in another way" for step in unfit)


def _same(one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same. A list has ids, which the server may spell in its own way."""
    if isinstance(one, list) and isinstance(other, list):
        return not without(one, other) and not without(other, one)
    return bool(one == other)


def _conflict(what: str, differences: list[str]) -> Failure:
    more = len(differences) - _MOST_DIFFERENCES
    named = [*differences[:_MOST_DIFFERENCES], *([f"{more} more"] if more > 0 else [])]
    return Failure("conflict", f"{what}: {'; '.join(named)}.", advice=_ADVICE)


def _changes(approved: Mapping[str, Any]) -> list[Change]:
    """The changes of the approved plan, which came from outside; raises Failure unless they have a preview's form."""
    changes = approved.get("changes") or []
    if isinstance(changes, list) and all(_is_change(one) for one in changes):
        # A field that was null may have been left out on the way through Ansible.
        return [{**one, "after": {**dict.fromkeys(one["before"]), **one["after"]}} for one in changes]
    raise _another_form("changes")


def writes_of(approved: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The writes of the approved plan; raises Failure unless they have a preview's form."""
    writes = approved.get("writes") or []
    if isinstance(writes, list) and all(isinstance(one, Mapping) for one in writes):
        return writes
    raise _another_form("writes")


def _another_form(what: str) -> Failure:
    return Failure(
        "bad_option",
        f"The approved plan has {what} of another form than a preview writes.",
        advice="Nothing was written. Give approved what plan.json of a preview has for this tenant, unchanged.",
    )


def _is_change(value: Any) -> bool:
    forms = {"stage": str, "title": str, "before": Mapping, "after": Mapping}
    return isinstance(value, Mapping) and all(isinstance(value.get(name), form) for name, form in forms.items())
