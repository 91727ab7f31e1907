# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a task: every write that it planned or sent, and what became of it."""

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
    """The writes of a plan, as a preview returns them and people approve them."""
    return [
        *(_row(plan, step, title, "not_planned") for step in plan.left_out),
        *(_row(plan, step, title, "planned") for step in plan.steps),
    ]


class Journal:
    """The writes of one task, each with its outcome.

    C(done) was accepted, or reading showed it. C(refused) was not made. C(unknown) may have been made, and nobody could
    read whether it was. C(not_planned) was not sent, because the approved plan does not have it.
    """

    def __init__(self, client: Client, plan: Plan, title: str) -> None:
        self.rows: list[Row] = []
        self._places: dict[tuple[str, ...], int] = {}
        self._client = client
        self._plan = plan
        self._title = title
        self._open: dict[tuple[str, ...], tuple[Step, Failure | None]] = {}
        for step in plan.left_out:
            self._ended(step, "not_planned", None)

    @property
    def made(self) -> list[str]:
        """What the writes that were made do."""
        return [row["does"] for row in self.rows if row["outcome"] == "done"]

    def widen(self, plan: Plan) -> None:
        """Know what appeared since the plan was made."""
        before, after = {**plan.before, **self._plan.before}, {**plan.after, **self._plan.after}
        self._plan = self._plan._replace(before=before, after=after)

    def begun(self, step: Step) -> None:
        """The request is about to be sent."""
        self._open[key_of(step)] = step, None

    def done(self, step: Step) -> None:
        """The server accepted it, or reading showed it."""
        self._ended(step, "done", None)

    def refused(self, step: Step, failure: Failure) -> None:
        """It was not made."""
        self._ended(step, "refused", failure)

    def failed(self, step: Step, failure: Failure) -> None:
        """It was refused, or only reading tells whether it was made."""
        if isinstance(failure, Uncertain):
            self._open[key_of(step)] = step, failure
        else:
            self.refused(step, failure)

    def read(self, made: Iterable[Step], others: Iterable[Step], settled: Mapping[tuple[str, ...], Failure]) -> None:
        """What reading shows to be C(made) is done, whatever it was answered.

        Of the C(others), what is C(settled) was refused. The rest is about to be tried again, or nobody can say.
        """
        for step in made:
            self.done(step)
        for step in others:
            if key_of(step) in settled:
                self.refused(step, settled[key_of(step)])

    def undoing(self) -> Journal:
        """The same journal, for taking back what the plan did."""
        turned = Plan(self._plan.after, self._plan.before, [], None)
        back = Journal(self._client, turned, self._title)
        back.rows, back._places, back._open = self.rows, self._places, self._open
        return back

    def close(self) -> None:
        """Nothing more will be known."""
        # Whatever ended the work is what has to be reported.
        with contextlib.suppress(Failure):
            for step, failure in list(self._open.values()):
                self._ended(step, "unknown", failure)

    def _ended(self, step: Step, outcome: str, failure: Failure | None) -> None:
        self._open.pop(key_of(step), None)
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        known = {"time": now, "customer_id": self._client.customer_id, "user": self._client.known_user}
        why = failure and {"kind": failure.kind, **failure.wire, "reason": failure.reason()}
        row = {**_row(self._plan, step, self._title, outcome), **known, "failure": why}
        # One row for each write: what reading does not show was not done after all.
        place = self._places.setdefault(key_of(step), len(self.rows))
        self.rows[place : place + 1] = [row]


def key_of(step: Step) -> tuple[str, ...]:
    """What a step is about: planned again on newer facts it may have another body."""
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
