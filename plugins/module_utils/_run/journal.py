# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a task: every write that it planned or sent, with its outcome."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, Uncertain
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step

Row = dict[str, Any]


def planned_rows(plan: Plan, title: str) -> list[Row]:
    """The writes of a plan. A preview returns them, and people approve them."""
    return [
        *(_row(plan, step, title, "not_planned") for step in plan.unapproved),
        *(_row(plan, step, title, "planned") for step in plan.steps),
    ]


class Journal:
    """The writes of one task, each with its outcome.

    C(done): the server accepted the write, or it was read back. C(refused): it was not made. C(unknown): it may have
    been made, and it could not be read back. C(not_planned): the approved plan does not have it, so it was not sent.
    """

    def __init__(self, client: Client, plan: Plan, title: str) -> None:
        self.rows: list[Row] = []
        self._places: dict[tuple[str, ...], int] = {}
        self._client = client
        self._plan = plan
        self._title = title
        self._open: dict[tuple[str, ...], tuple[Step, Failure | None]] = {}
        for step in plan.unapproved:
            self._ended(step, "not_planned", None)

    @property
    def made(self) -> list[str]:
        """What each write that was made does, in words."""
        return [row["does"] for row in self.rows if row["outcome"] == "done"]

    def widen(self, plan: Plan) -> None:
        """Take in a later plan, for steps that appeared since the first one."""
        before, after = {**plan.before, **self._plan.before}, {**plan.after, **self._plan.after}
        self._plan = self._plan._replace(before=before, after=after)

    def begun(self, step: Step) -> None:
        """Record that the request is about to be sent."""
        self._open[key_of(step)] = step, None

    def done(self, step: Step) -> None:
        """Record a write that the server accepted, or that was read back."""
        self._ended(step, "done", None)

    def refused(self, step: Step, failure: Failure) -> None:
        """Record a write that was not made."""
        self._ended(step, "refused", failure)

    def failed(self, step: Step, failure: Failure) -> None:
        """Record a write that was refused, or whose outcome is still unknown."""
        if isinstance(failure, Uncertain):
            self._open[key_of(step)] = step, failure
        else:
            self.refused(step, failure)

    def read(self, made: Iterable[Step], others: Iterable[Step], refused: Mapping[tuple[str, ...], Failure]) -> None:
        """Record what was read. The steps in C(made) are done, whatever the replies were.

        Of C(others), the steps in C(refused) were refused. The rest is tried again, or stays unknown.
        """
        for step in made:
            self.done(step)
        for step in others:
            if key_of(step) in refused:
                self.refused(step, refused[key_of(step)])

    def for_undo(self) -> Journal:
        """Return this journal with the plan turned round, to record an undo."""
        turned = Plan(self._plan.after, self._plan.before, [], None)
        back = Journal(self._client, turned, self._title)
        back.rows, back._places, back._open = self.rows, self._places, self._open
        return back

    def close(self) -> None:
        """Record every write that is still open as unknown."""
        # A failure here must not hide what ended the work.
        with contextlib.suppress(Failure):
            for step, failure in list(self._open.values()):
                self._ended(step, "unknown", failure)

    def _ended(self, step: Step, outcome: str, failure: Failure | None) -> None:
        self._open.pop(key_of(step), None)
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        known = {"time": now, "customer_id": self._client.customer_id, "user": self._client.known_user}
        why = failure and {"kind": failure.kind, **failure.wire, "reason": failure.reason()}
        row = {**_row(self._plan, step, self._title, outcome), **known, "failure": why}
        # One row for each write: a later outcome replaces an earlier one.
        place = self._places.setdefault(key_of(step), len(self.rows))
        self.rows[place : place + 1] = [row]


def key_of(step: Step) -> tuple[str, ...]:
    """The identity of a step. It has no body, because a later plan may give the same step another one."""
    return step.operation, step.does, *step.ids.values()


def _row(plan: Plan, step: Step, title: str, outcome: str) -> Row:
    changed = [field for field in step.touches if plan.before.get(field) != plan.after.get(field)]
    return {
        "operation": step.operation,
        "ids": step.ids,
        "does": step.does,
        "title": title,
        "body": step.body,
        "before": {field: plan.before[field] for field in changed if field in plan.before},
        "after": {field: plan.after[field] for field in changed if field in plan.after},
        "outcome": outcome,
        "time": None,
        "customer_id": None,
        "user": None,
        "failure": None,
    }
