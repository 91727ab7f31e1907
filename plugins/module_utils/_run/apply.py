# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies a plan: sends the writes, reads again, and reports only what was read."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, Uncertain, done_before
from ansible_collections.imanage.control_center.plugins.module_utils._plan.approval import check_writes
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step
from ansible_collections.imanage.control_center.plugins.module_utils._run.journal import Journal, key_of
from ansible_collections.imanage.control_center.plugins.module_utils._run.resource import Resource

# The server understood the write and did not make it.
_REFUSALS = ("bad_option", "permission", "not_found", "consent_required", "conflict")
# Failures of an independent step that do not stop the others.
_SKIPPABLE = (*_REFUSALS, "unexpected_reply")
_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


class Applied(NamedTuple):
    """What was read last, the refused steps, and whether anything was changed."""

    have: Any
    refused: list[tuple[Step, Failure]]
    changed: bool


class _Sent(NamedTuple):
    """The outcome of a round of writes. C(stopped) is the step that ended the round early."""

    accepted: list[Step]
    in_doubt: list[tuple[Step, Failure]]
    refused: list[tuple[Step, Failure]]
    stopped: tuple[Step, Failure] | None = None

    @property
    def steps(self) -> list[Step]:
        """Every step that was sent."""
        stopped = [] if self.stopped is None else [self.stopped]
        return [*self.accepted, *(step for step, _failure in [*self.in_doubt, *self.refused, *stopped])]


class _Seen(NamedTuple):
    """What was read: the resource, the steps that are left to do (by key), and the fields that are shown."""

    have: Any
    left: dict[tuple[str, ...], Step]
    fields: set[str]


@dataclass
class Work:
    """The writes of one plan: those that are done, refused, and in doubt.

    Only C(approved_writes) may be sent or repeated, or any write if it is None. C(journal) records their outcomes.
    """

    resource: Resource
    client: Client
    want: Any
    plan: Plan
    approved_writes: Sequence[Mapping[str, Any]] | None
    journal: Journal
    refused: list[tuple[Step, Failure]] = field(default_factory=list)
    done: list[Step] = field(default_factory=list)
    pause: float = _PAUSE
    tried: set[tuple[str, ...]] = field(default_factory=set)
    doubts: dict[tuple[str, ...], Failure] = field(default_factory=dict)
    progress: bool = False

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.client.connection.retry_timeout

    def apply(self) -> Applied:
        """Make the writes and read again, until nothing is left to do.

        After each round the plan is made again on what was read. It decides whether a write is still needed, whatever
        the reply to the write was. A write that may have been applied is therefore never repeated blindly. Raises
        Failure; its result has C(changed).
        """
        steps = self.plan.steps
        try:
            while True:
                sent = self.send(steps)
                seen = self.read_again(sent)
                steps = self.decide(sent, seen)
                if not steps:
                    return Applied(seen.have, self.refused, bool(self.done))
        except Failure as failure:
            raise failure.with_facts(
                result={"changed": bool(self.done), **failure.result},
                what=failure.what + done_before(step.does for step in self.done),
            ) from failure
        finally:
            self.journal.close()

    def send(self, steps: list[Step]) -> _Sent:
        """Send the writes in order. A step that is not accepted ends the round, unless it is independent.

        Raises C(conflict) if the approved plan does not have one of them. Then none of them is sent.
        """
        try:
            check_writes(steps, self.approved_writes)
        except Failure:
            self._give_up(steps)
            raise
        sent = self._send_in_order(steps)
        self.doubts = {key_of(step): failure for step, failure in sent.in_doubt}
        self.tried |= {key_of(step) for step in sent.steps}
        return sent

    def _send_in_order(self, steps: list[Step]) -> _Sent:
        sent = _Sent([], [], [])
        for step in steps:
            self.journal.begun(step)
            try:
                _send(self.client, step)
            except Failure as failure:
                self.journal.failed(step, failure)
                if isinstance(failure, Uncertain):
                    sent.in_doubt.append((step, failure))
                    if not self.resource.is_independent(step):
                        return sent
                elif self.resource.is_independent(step) and failure.kind in _SKIPPABLE:
                    sent.refused.append((step, failure))
                else:
                    return sent._replace(stopped=(step, failure))
            else:
                sent.accepted.append(step)
                self.journal.done(step)
        return sent

    def read_again(self, sent: _Sent) -> _Seen:
        """Read the resource. If that fails and a step ended the round early, raise that step's failure."""
        try:
            seen = self._read()
            if any(key_of(step) in seen.left for step in [*sent.accepted, *(step for step, _failure in sent.in_doubt)]):
                # An accepted write may show only after a moment.
                time.sleep(self.pause)
                seen = self._read()
        except Failure as failure:
            self.done += sent.accepted
            if sent.stopped is None:
                raise
            raise sent.stopped[1] from failure
        return seen

    def _read(self) -> _Seen:
        have = self.resource.read(self.client, self.want)
        plan = self.resource.plan(self.want, have)
        return _Seen(have, {key_of(step): step for step in plan.steps}, {*plan.before, *plan.after})

    def decide(self, sent: _Sent, seen: _Seen) -> list[Step]:
        """Return the steps to send next, or none at the end of the work. Raises Failure if no step can help."""
        refused = self._record_outcomes(sent, seen)
        steps = [step for key, step in seen.left.items() if key not in refused]
        stuck = [self.doubts[key_of(step)] for step in steps if key_of(step) in self.doubts]
        if stuck:
            return self._try_again(steps, stuck[0])
        if not steps or (self.progress and (self.doubts or sent.stopped)):
            return steps  # The write in doubt is done. Only the steps after it are left.
        appeared = [step for step in steps if key_of(step) not in self.tried]
        if not all(map(self.resource.is_independent, steps)) or len(appeared) < len(steps):
            raise _changed_meanwhile(appeared[0]) if appeared else _unseen(self.client, steps[0])
        # These steps appeared during the work. After the deadline the next run does them.
        if time.monotonic() > self.deadline:
            return []
        self.journal.widen(self.resource.plan(self.want, seen.have))
        return steps

    def _record_outcomes(self, sent: _Sent, seen: _Seen) -> set[tuple[str, ...]]:
        """Record the outcome of each step that was sent. Return the keys of the refused steps.

        Raises Failure for a step that was refused or does not show, unless it is independent.
        """
        sure = {key for key in map(key_of, sent.steps) if key not in seen.left}
        made = [step for step in sent.steps if key_of(step) in sure and seen.fields & set(step.touches)]
        self.progress = bool({key_of(step) for step in made} - {key_of(step) for step in self.done})
        self.done += made
        others = [step for step in sent.steps if step not in made]
        unseen = [(step, _unseen(self.client, step)) for step in others if step in sent.accepted]
        lost = [(step, failure) for step, failure in sent.in_doubt if step in others and key_of(step) in sure]
        self.refused += [*(one for one in sent.refused if one[0] in others), *lost, *unseen]
        refused = {key_of(step): failure for step, failure in self.refused}
        gone = [step for step, _failure in lost]
        self.journal.read(made, [step for step in others if step not in gone], refused)
        if unseen and not all(self.resource.is_independent(step) for step, _failure in unseen):
            raise unseen[0][1]
        if sent.stopped and sent.stopped[0] in others:
            raise self._undo_for(*sent.stopped)
        return set(refused)

    def _try_again(self, steps: list[Step], doubt: Failure) -> list[Step]:
        """Return the same steps until the deadline. After it, count independent steps as refused."""
        if time.monotonic() + self.pause <= self.deadline:
            self.pause = min(2 * self.pause, _LONGEST_PAUSE)
            return steps
        self._give_up(steps)
        if not all(map(self.resource.is_independent, steps)):
            raise doubt
        self.refused += [(step, self.doubts.get(key_of(step), doubt)) for step in steps]
        return []

    def _give_up(self, steps: list[Step]) -> None:
        """Record the steps in doubt as refused. They are not tried again."""
        for step in steps:
            if key_of(step) in self.doubts:
                self.journal.refused(step, self.doubts[key_of(step)])

    def _undo_for(self, step: Step, failure: Failure) -> Failure:
        """Undo the steps that were done only for this refused step. Return the failure with the outcome."""
        if not (step.undo and failure.kind in _REFUSALS and self.done):
            return failure
        undo, journal = step.undo, self.journal.for_undo()
        journal.begun(undo)
        try:
            _send(self.client, undo)
            journal.done(undo)
            left = self._read().left
        except Failure as second:
            if second.wire["operation"] == undo.operation:
                journal.failed(undo, second)
            words = f" Taking back what had been done for it ({undo.does}) failed. {second.reason()}"
            return failure.with_facts(what=failure.what + words)
        if list(left) != [key_of(one) for one in self.plan.steps]:
            return failure
        self.done.clear()
        words = f" What had been done for it was taken back ({undo.does}), so nothing is changed."
        return failure.with_facts(what=failure.what + words)


def _send(client: Client, step: Step) -> None:
    ids: dict[str, Any] = step.ids
    client.call(step.operation, body=step.body, **ids)


def _changed_meanwhile(step: Step) -> Failure:
    """The failure for steps that appeared during the work and were never sent."""
    return Failure(
        "conflict",
        f"Somebody else changed this while the task was running. The task would now have to {step.does}, and did not.",
        advice="Run again to do what is left.",
    )


def _unseen(client: Client, step: Step) -> Failure:
    """The failure for a write that was accepted and does not show."""
    operation = client.connection.operations[step.operation]
    return Failure(
        "unexpected_reply",
        f"Control Center accepted the request to {step.does}, but reading again does not show the change.",
        operation=operation.id,
        method=operation.method,
    )
