# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out a plan: write, read again, and believe only what was read."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, Uncertain, left_so
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.approval import check_writes
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step
from ansible_collections.imanage.control_center.plugins.module_utils._run.journal import Journal, key_of

# Failures that mean that the write was understood and not made.
_REFUSALS = ("bad_option", "permission", "not_found", "consent_required", "conflict")
# Failures of one library that say nothing about the next one.
_OF_ONE_LIBRARY = (*_REFUSALS, "unexpected_reply")
_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


class Outcome(NamedTuple):
    """What was read last, the steps that were refused, and whether anything was changed."""

    current: Any
    refused: list[tuple[Step, Failure]]
    changed: bool


# What was read, the steps that are left by their key, and the fields that can be seen.
_Read = tuple[Any, dict[tuple[str, ...], Step], set[str]]


class _Sent(NamedTuple):
    """What became of a round of writes: accepted, refused, or in doubt; C(stopped) is the one that ended the round."""

    accepted: list[Step]
    in_doubt: list[Step]
    doubts: dict[tuple[str, ...], Failure]
    refused: list[tuple[Step, Failure]]
    stopped: tuple[Step, Failure] | None

    @property
    def steps(self) -> list[Step]:
        """Those that were sent."""
        ended = [*self.refused, *filter(None, [self.stopped])]
        return [*self.accepted, *self.in_doubt, *(step for step, _failure in ended)]


def carry_out(
    noun: Any,
    client: Client,
    wanted: Any,
    plan: Plan,
    planned: Sequence[Mapping[str, Any]] | None,
    journal: Journal,
) -> Outcome:
    """Make the writes, and read until what was read is what is wanted.

    Whatever a write was answered, planning on what is read afterwards says whether it is still needed: one that may
    have been applied is never repeated before. C(planned), where given, are the only writes that may be sent, a
    repeated one too. C(journal) keeps what became of each. Raises Failure, whose result says whether anything was
    changed.
    """
    independent = getattr(noun, "independent", lambda step: False)
    deadline = time.monotonic() + client.connection.retry_timeout
    refused: list[tuple[Step, Failure]] = []
    done: list[Step] = []
    steps, pause = plan.steps, _PAUSE
    tried: set[tuple[str, ...]] = set()
    doubts: dict[tuple[str, ...], Failure] = {}
    try:
        while True:
            _check(steps, planned, doubts, journal)
            sent = _send_all(client, steps, independent, journal)
            doubts = sent.doubts
            tried |= {key_of(step) for step in sent.steps}
            try:
                current, left, fields = _read_back(noun, client, wanted, sent)
                if any(key_of(step) in left for step in [*sent.accepted, *sent.in_doubt]):
                    # What was taken in may take its time to show.
                    time.sleep(pause)
                    current, left, fields = _read_back(noun, client, wanted, sent)
            except Failure:
                done += sent.accepted
                raise
            sure = {key for key in map(key_of, sent.steps) if key not in left}
            made = [step for step in sent.steps if key_of(step) in sure and fields & set(step.touches)]
            progress = {key_of(step) for step in made} - {key_of(step) for step in done}
            done += made
            others = [step for step in sent.steps if step not in made]
            unseen = [(step, _unseen(client, step)) for step in others if step in sent.accepted]
            lost = [(step, doubts[key_of(step)]) for step in others if key_of(step) in sure and key_of(step) in doubts]
            refused = [*refused, *(one for one in sent.refused if one[0] in others), *lost, *unseen]
            settled = {key_of(step): failure for step, failure in refused}
            gone = [step for step, _failure in lost]
            journal.read(made, [step for step in others if step not in gone], settled)
            if unseen and not all(independent(step) for step, _why in unseen):
                raise unseen[0][1]
            if sent.stopped and sent.stopped[0] in others:
                raise _undone(noun, client, wanted, plan, sent.stopped, done, journal)
            steps = [step for key, step in left.items() if key not in settled]
            if not steps:
                return Outcome(current, refused, bool(done))
            stuck = [doubts[key_of(step)] for step in steps if key_of(step) in doubts]
            if not stuck and progress and (doubts or sent.stopped):
                continue  # What was in doubt is done; only what would have followed it is left.
            if not stuck and all(independent(step) and key_of(step) not in tried for step in steps):
                # They appeared while the others were written. Without an end to that, the next run does the rest.
                if time.monotonic() > deadline:
                    return Outcome(current, refused, bool(done))
                journal.widen(noun.plan(wanted, current))
                continue
            if not stuck:
                appeared = [step for step in steps if key_of(step) not in tried]
                raise _changed_meanwhile(appeared[0]) if appeared else _unseen(client, steps[0])
            if time.monotonic() + pause > deadline:
                for step in steps:
                    if key_of(step) in doubts:
                        journal.refused(step, doubts[key_of(step)])
                if not all(independent(step) for step in steps):
                    raise stuck[0]
                refused += [(step, doubts.get(key_of(step), stuck[0])) for step in steps]
                return Outcome(current, refused, bool(done))
            pause = min(2 * pause, _LONGEST_PAUSE)
    except Failure as failure:
        failure.result = {"changed": bool(done), **failure.result}
        failure.what += left_so(step.does for step in done)
        raise
    finally:
        journal.close()


def _check(
    steps: list[Step],
    planned: Sequence[Mapping[str, Any]] | None,
    doubts: Mapping[tuple[str, ...], Failure],
    journal: Journal,
) -> None:
    """Raise C(conflict) where the approved plan does not have one of the steps, which is not sent then."""
    try:
        check_writes(steps, planned)
    except Failure:
        for step in steps:
            if key_of(step) in doubts:
                journal.refused(step, doubts[key_of(step)])
        raise


def _send_all(client: Client, steps: list[Step], independent: Any, journal: Journal) -> _Sent:
    """Send the writes in order. A step on which others may depend ends the round where it is not accepted."""
    sent = _Sent([], [], {}, [], None)
    for step in steps:
        journal.begun(step)
        try:
            _send(client, step)
        except Failure as failure:
            journal.failed(step, failure)
            if isinstance(failure, Uncertain):
                sent.in_doubt.append(step)
                sent.doubts[key_of(step)] = failure
                if not independent(step):
                    return sent
            elif independent(step) and failure.kind in _OF_ONE_LIBRARY:
                sent.refused.append((step, failure))
            else:
                return sent._replace(stopped=(step, failure))
        else:
            sent.accepted.append(step)
            journal.done(step)
    return sent


def _read_back(noun: Any, client: Client, wanted: Any, sent: _Sent) -> _Read:
    """What is there now, and what is left to do. What stopped the round is raised where nobody can read."""
    try:
        return _read_again(noun, client, wanted)
    except Failure as failure:
        if sent.stopped is None:
            raise
        raise sent.stopped[1] from failure


def _undone(
    noun: Any,
    client: Client,
    wanted: Any,
    plan: Plan,
    stopped: tuple[Step, Failure],
    done: list[Step],
    journal: Journal,
) -> Failure:
    """Why a step was refused, once what had only been done for it was taken back."""
    step, failure = stopped
    if step.undo and failure.kind in _REFUSALS and done:
        _take_back(noun, client, wanted, plan, step.undo, failure, done, journal.undoing())
    return failure


def _send(client: Client, step: Step) -> None:
    ids: dict[str, Any] = step.ids
    client.call(step.operation, body=step.body, **ids)


def together(failed: list[tuple[Step, Failure]], planned: int, result: dict[str, Any]) -> Failure:
    """One failure for all the libraries that were refused, each with its reason."""
    reasons = "; ".join(f"{spelled(step.ids['library_id'])}: {failure.reason()}" for step, failure in failed)
    first = failed[0][1]
    return Failure(
        first.kind,
        f"Libraries that could not be done: {len(failed)} of {planned}. {reasons}",
        advice=first.advice,
        result=result,
        **first.wire,
    )


def _read_again(noun: Any, client: Client, wanted: Any) -> _Read:
    """What is there now, what would still have to be done, by its key, and the fields that can be seen."""
    current = noun.read(client, wanted)
    plan = noun.plan(wanted, current)
    return current, {key_of(step): step for step in plan.steps}, {*plan.before, *plan.after}


def _changed_meanwhile(step: Step) -> Failure:
    """That reading shows more to do than before the writes, which was never sent."""
    return Failure(
        "conflict",
        f"Somebody changed the same while this task was at work: it would now have to {step.does}, and did not.",
        advice="Run again, which does what is left.",
    )


def _unseen(client: Client, step: Step) -> Failure:
    """That a write was answered with success, and reading does not show it."""
    operation = client.connection.operations[step.operation]
    return Failure(
        "unexpected_reply",
        f"Control Center accepted the request to {step.does}, but reading again shows no such change.",
        operation=operation.id,
        method=operation.method,
    )


def _take_back(
    noun: Any,
    client: Client,
    wanted: Any,
    plan: Plan,
    undo: Step,
    failure: Failure,
    done: list[Step],
    journal: Journal,
) -> None:
    """Undo what was only done for the step that was refused."""
    journal.begun(undo)
    try:
        _send(client, undo)
        journal.done(undo)
        _current, planned, _fields = _read_again(noun, client, wanted)
    except Failure as second:
        if second.wire["operation"] == undo.operation:
            journal.failed(undo, second)
        failure.what += f" Taking back what had been done for it ({undo.does}) failed. {second.reason()}"
        return
    if list(planned) == [key_of(step) for step in plan.steps]:
        done.clear()
        failure.what += f" What had been done for it was taken back ({undo.does}), so nothing is changed."
