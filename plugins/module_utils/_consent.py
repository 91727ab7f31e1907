# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until a person has done, in a browser, what was handed over. Only what is read back counts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._duration import duration
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, quoted
from ansible_collections.imanage.control_center.plugins.module_utils._plan import Plan

# Seconds between two looks: soon at first, since whoever sits there already needs no minute, then ever more seldom.
_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 5.0, 1.5, 30.0
# The least time between two lines that only say what is left.
_BETWEEN_LINES = 60.0

# By names of their own, so that a test can wait without taking the time.
now, sleep = time.monotonic, time.sleep

Rows = list[dict[str, Any]]


class Awaited(NamedTuple):
    """What was read last, the handed-over libraries that are still to be authorized, and what somebody undid."""

    current: Any
    left: Rows
    undone: list[str]


def wait(noun: Any, client: Client, wanted: Any, current: Any, handed_over: Rows, seconds: float) -> Awaited:
    """Look again until every library that was handed over is as it is wanted, or so many seconds are over.

    Nothing is written. A look that fails ends the waiting with a warning, and what was read before stays.
    """
    deadline, told_at, pause = now() + seconds, now(), _FIRST_PAUSE
    plan = noun.plan(wanted, current)
    left = remaining(plan, handed_over)
    if left and seconds:
        client.say(f"waits up to {duration(seconds)} for {_request(left)}")
    while left and (time_left := deadline - now()) > 0:
        sleep(min(pause, time_left))
        pause = min(_LONGEST_PAUSE, pause * _GROWTH)
        try:
            current = noun.look_again(client, wanted, current)
            plan = noun.plan(wanted, current)
        except Failure as failure:
            client.warnings.append(
                f"{client.where}: waiting for a person's consent ended early, because nobody can see whether it was "
                f"given. {failure.reason()} The next run tells."
            )
            break
        before, left = left, remaining(plan, handed_over)
        done, time_left = [row for row in before if row not in left], max(0.0, deadline - now())
        rest = f"waits up to {duration(time_left)} more for {_request(left)}" if left and time_left else ""
        if done:
            client.say("; ".join(filter(None, [f"authorized: {_names(done)}", rest])))
        elif rest and now() - told_at >= _BETWEEN_LINES:
            client.say(rest)
        else:
            continue
        told_at = now()
    return Awaited(current, left, _undone(plan, handed_over))


def remaining(plan: Plan, handed_over: Sequence[dict[str, Any]]) -> Rows:
    """Those that the plan, made on what was read last, still wants to be done.

    A library that is not among what was read is one of them, since nobody can see that it is done.
    """
    open_ones = {step.ids["library_id"] for step in plan.steps}
    return [row for row in handed_over if row["library"] in open_ones or row["library"] not in plan.before]


def conflict(undone: Sequence[str], result: dict[str, Any]) -> Failure:
    """Why a task fails whose libraries somebody changed while it waited for others."""
    return Failure(
        "conflict",
        f"While the task waited for a person's consent, somebody else changed the tenant: {_listed(undone)} would have "
        "to be authorized now.",
        advice="Run again: the run does what is missing.",
        result=result,
    )


def _undone(plan: Plan, handed_over: Sequence[dict[str, Any]]) -> list[str]:
    """What else the plan wants. All of it had been read back as it is wanted, or was not there, before the waiting."""
    known = {row["library"] for row in handed_over}
    return [step.ids["library_id"] for step in plan.steps if step.ids["library_id"] not in known]


def _request(left: Rows) -> str:
    """Whom a line waits for, to do what, and where."""
    return f"{quoted(left[0]['user'])} to authorize {_names(left)} at {left[0]['url']}"


def _names(rows: Rows) -> str:
    return _listed([row["library"] for row in rows])


def _listed(libraries: Sequence[str]) -> str:
    return ", ".join(quoted(library) for library in libraries)
