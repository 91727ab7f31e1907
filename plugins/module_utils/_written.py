# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each write, told as it happens to whoever keeps a record of changes."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, Uncertain
from ansible_collections.imanage.control_center.plugins.module_utils._plan import Plan, Step

if TYPE_CHECKING:
    from ansible_collections.imanage.control_center.plugins.module_utils._client import Client

# With this variable in its environment, a module returns what became of each write besides.
ASKS_FOR_CHANGES, CHANGES = "IMANAGE_CHANGES", "changes_made"


class Telling:
    """The writes of one plan, from their beginning to what is known of them. Does nothing where nobody keeps a record.

    A write that is still open at the end is unknown: it may have been applied, and nobody could read whether it was.
    """

    def __init__(self, client: Client, plan: Plan) -> None:
        self._client = client
        self._plan = plan
        self._open: dict[tuple[str, ...], tuple[Step, Failure | None]] = {}
        # Asked for now, since it may be a request, and a request may fail.
        self._user = client.identity.user if client.tell else None

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
        if isinstance(failure, Uncertain) or was_accepted(failure):
            self._open[key_of(step)] = step, failure
        else:
            self.refused(step, failure)

    def read(self, left: Container[tuple[str, ...]], settled: Container[tuple[str, ...]]) -> None:
        """What is open is done, unless it is left to do: then it is refused, or about to be tried again."""
        for key, (step, failure) in list(self._open.items()):
            if key not in left:
                self.done(step)
            elif key in settled and failure:
                self.refused(step, failure)
        self._open.clear()

    def undoing(self) -> Telling:
        """The same, for taking back what the plan did."""
        back = Telling(self._client, self._plan._replace(before=self._plan.after, after=self._plan.before))
        back._open = self._open
        return back

    def close(self) -> None:
        """Nothing more will be known."""
        # Whatever ended the work is what has to be reported.
        with contextlib.suppress(Failure):
            for step, failure in list(self._open.values()):
                self._ended(step, "unknown", failure)

    def _ended(self, step: Step, outcome: str, failure: Failure | None) -> None:
        self._open.pop(key_of(step), None)
        if self._client.tell is None:
            return
        before, after = self._plan.before, self._plan.after
        changed = [field for field in step.touches if before.get(field) != after.get(field)]
        self._client.tell(
            {
                **change(self._client.customer_id, self._user, step.operation, outcome, failure),
                "does": step.does,
                **step.ids,
                "before": _only(changed, before),
                "after": _only(changed, after),
                "body": step.body,
            }
        )


def change(
    customer_id: int, user: str | None, operation: str, outcome: str, failure: Failure | None = None
) -> dict[str, Any]:
    """The head of what is told of a change."""
    return {
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds"),
        "customer_id": customer_id,
        "user": user,
        "operation": operation,
        "outcome": outcome,
        "failure": failure and {"kind": failure.kind, **failure.wire, "reason": failure.reason()},
    }


def was_accepted(failure: Failure) -> bool:
    """Whether the write was answered with success, but in a form that nobody can rely on."""
    return failure.kind == "unexpected_reply" and failure.wire["status"] in range(200, 300)


def key_of(step: Step) -> tuple[str, ...]:
    """What a step is about: planned again on newer facts it may have another body."""
    return step.operation, step.does, *step.ids.values()


def _only(fields: list[str], view: Mapping[str, Any]) -> dict[str, Any]:
    return {field: view[field] for field in fields if field in view}
