# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault on one call: a task meets it, and then what the collection promises is compared with what happened."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS
from sandbox import Entry, Fault, Sandbox, Tenant, contract
from support.places import Place, Places

from .clock import without_waiting
from .columns import IN_PART, OK, REFUSED, RETRY_TIMEOUT, ROLES, SIGN_OUT_SECONDS, SPECIAL, TOLD, Column
from .nobody_there import Refusals, refusing
from .rows import TASKS, Row

# Statuses after which a write may be sent again without reading: it was refused as a whole.
_REFUSED_WRITE = (401, 429)
# The clock of the sandbox only moves while the client waits.
FROZEN = 1_800_000_000.0
NO_LIST = "no list"
# Faults that take an issued token away with the reply.
_LOSING = ("drop_after", "drop_middle", "empty", "truncated", "shape", "null", "lacking")


class Cell(NamedTuple):
    """How the task ended, in the words of the table, and what was not as promised."""

    text: str
    problems: list[str]


class Usual(NamedTuple):
    """A task without a fault: its calls, its result, and the state that it leaves."""

    calls: list[str]
    result: dict[str, Any]
    state: dict[str, Any]


def frozen_places() -> Places:
    """A running sandbox whose clock does not move."""
    return Places(Sandbox(clock=lambda: FROZEN))


def concerns(row: Row, column: Column) -> bool:
    """Whether the fault can strike the call at all."""
    return column.fault["kind"] != "repeat_page" or contract.operations()[row.operation].paged


def expected(row: Row, column: Column) -> str:
    """The documented outcome."""
    word = column.ends[ROLES.index(row.role)]
    return SPECIAL.get((str(row), column.name), (word, ""))[0]


def meet(places: Places, row: Row, column: Column) -> Cell:
    """Run the row's task with the column's fault, then without it, and once more."""
    if not concerns(row, column):
        return Cell(NO_LIST, [])
    places.start_afresh()
    normal = usual(places, row.operation)
    place = places.add(**row.case.tenant)
    before = place.snapshot()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere, _fault(place, row, column, normal, elsewhere) as strikes:
        result = _run(place, row, column)
        struck = strikes.struck
        followed = _was_called(elsewhere)
    log, after, alive = place.log, place.snapshot(), place.tokens_alive()
    place.mend()
    completed = _run(place, row)
    final = place.snapshot()
    again = _run(place, row)
    outcome = _outcome(result)
    if outcome == OK and _told(result, place) != normal.result:
        outcome = IN_PART
    problems = [
        words
        for wrong, words in (
            (not struck, "the fault struck nothing"),
            (outcome != expected(row, column), f"{outcome} instead of {expected(row, column)}: {result.get('msg')}"),
            (after not in (before, final), "the tenant is neither as before nor as wanted"),
            (result["changed"] != (after != before), f"changed is {result['changed']}"),
            (outcome in (OK, IN_PART, TOLD) and after != final, "it is called done and is not"),
            (bool(completed.get("failed")), f"the next run fails: {completed.get('msg')}"),
            (nameless(final, place) != normal.state, "the next run does not complete it"),
            (again["changed"] or place.snapshot() != final, "the run after that changes something"),
            (followed, "another host was called"),
            (unread_writes(log), f"written twice, unread: {[entry.operation for entry in log]}"),
            (_longest_wait(log) > RETRY_TIMEOUT, f"waited {_longest_wait(log)} s"),
            (_longest_wait(log, "revokeToken") > SIGN_OUT_SECONDS, f"signed out for {_longest_wait(log)} s"),
            (bool(alive) and not _may_leave_a_token(row, column, outcome), "a token is left, and nobody is told"),
        )
        if wrong
    ]
    more = [str(entry.operation) for entry in log].count(row.operation) - normal.calls.count(row.operation)
    retried = more if column.fault["kind"] != REFUSED else struck
    return Cell(_text(outcome, retried, result["changed"] and bool(result.get("failed"))), problems)


def _text(outcome: str, retried: int, is_changed: bool) -> str:
    if outcome == OK and retried > 0:
        return f"ok after {retried}"
    return outcome + (", changed" if is_changed else "")


def _outcome(result: dict[str, Any]) -> str:
    if result.get("failed"):
        return result["failure"]["kind"]
    return TOLD if any("signing out failed" in warning for warning in result.get("warnings", [])) else OK


def _run(place: Place, row: Row, column: Column | None = None) -> dict[str, Any]:
    """The task's result; a time-out is the shortest there is where one is met, and else never reached."""
    patience = {"timeout": 1 if column and column.fault["kind"] == "hang" else 60, "retry_timeout": RETRY_TIMEOUT}
    case = row.case
    return place.run(case.module, user=case.user, by=case.by, **case.options, **patience)


@cache
def usual(places: Places, operation: str) -> Usual:
    """The operation's task without a fault."""
    place, row = places.add(**TASKS[operation].tenant), Row(operation, False)
    result = _run(place, row)
    found = Usual(place.calls, _told(result, place), nameless(place.snapshot(), place))
    places.start_afresh()
    return found


def _skip(row: Row, normal: Usual) -> int:
    """How many calls of the operation come before the one that is meant."""
    if not row.read_back:
        return 0
    writes = [place for place, name in enumerate(normal.calls) if name in OPERATIONS and OPERATIONS[name].writes]
    return normal.calls[: writes[0]].count(row.operation)


@contextmanager
def _fault(
    place: Place, row: Row, column: Column, normal: Usual, elsewhere: socket.socket
) -> Iterator[Fault | Refusals]:
    skip = _skip(row, normal)
    with ExitStack() as stack:
        strikes: Fault | Refusals
        if column.fault["kind"] == REFUSED:
            strikes = stack.enter_context(refusing(row.operation, skip, column.times))
        else:
            settings = column.settings(place.url, f"http://127.0.0.1:{elsewhere.getsockname()[1]}")
            strikes = place.fault(operation=row.operation, skip=skip, times=column.times, **settings)
        stack.enter_context(without_waiting(place.places.sandbox, lambda: column.late * strikes.struck))
        yield strikes


def _was_called(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _told(result: dict[str, Any], place: Place) -> dict[str, Any]:
    """A result without its diff, its journal, its warnings, and what differs from tenant to tenant."""
    return nameless(
        {name: value for name, value in result.items() if name not in ("diff", "warnings", "writes")}, place
    )


def nameless(value: dict[str, Any], place: Place | Tenant) -> dict[str, Any]:
    """The value without what differs from tenant to tenant, and without times."""
    text = json.dumps(value)
    for pattern, instead in (
        (rf"\b{place.name}\b", "NAME"),
        (rf"\b{place.customer_id}\b", "0"),
        (r"\b[0-9a-f]{64}\b", "HASH"),
        (r"\d{4}-\d\d-\d\dT[^\"]+", "TIME"),
    ):
        text = re.sub(pattern, instead, text)
    return json.loads(text)


def _writes(entry: Entry) -> bool:
    return entry.operation in OPERATIONS and OPERATIONS[entry.operation].writes


def unread_writes(log: list[Entry]) -> bool:
    """Whether a write that may have been applied was sent again without a read in between."""
    last: dict[str, Entry] = {}
    for entry in log:
        if entry.method == "GET":
            last.clear()
        elif _writes(entry):
            if entry.path in last and last[entry.path].status not in _REFUSED_WRITE:
                return True
            last[entry.path] = entry
    return False


def _longest_wait(log: list[Entry], operation: str | None = None) -> float:
    """Seconds from the first to the last try of one call; a write is one call however often it is read in between."""
    first: dict[Any, Entry] = {}
    longest, before = 0.0, None
    for entry in log:
        call = (entry.operation, entry.path, *([] if _writes(entry) else sorted(entry.query.items())))
        if not _writes(entry) and call != before:
            first.pop(call, None)
        start = first.setdefault(call, entry)
        if operation in (None, entry.operation):
            longest = max(longest, (entry.time - start.time).total_seconds())
        before = call
    return longest


def _may_leave_a_token(row: Row, column: Column, outcome: str) -> bool:
    """Whether a warning names it, or nobody can revoke it: its reply was lost, or the server called it expired."""
    lost = row.role == "sign-in" and (column.fault["kind"] in _LOSING or column.fault.get("applied") or column.late)
    status = column.fault.get("status")
    return bool(lost) or outcome == TOLD or status == 401 or (status == 404 and row.role == "sign-out")
