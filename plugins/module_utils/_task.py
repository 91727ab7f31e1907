# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""THE GLUE: a task from its options to its result. The only place that knows check mode and diff."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible.module_utils.common.parameters import remove_values
from ansible_collections.imanage.control_center.plugins.module_utils import _diff, _secrets
from ansible_collections.imanage.control_center.plugins.module_utils._client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._connection import (
    SECRET_OPTIONS,
    connection,
    shown,
)
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, NotYet, Uncertain
from ansible_collections.imanage.control_center.plugins.module_utils._options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._plan import Plan, Step

# Failures of one library that say nothing about the next one.
_REFUSALS = ("bad_option", "permission", "not_found", "consent_required", "conflict", "unexpected_reply")
_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


class Task(NamedTuple):
    """What a module is: its options, and the noun that it manages or the question that it answers.

    C(noun) is a module of functions: wish, read, plan, report, title, and where it needs them independent,
    hand_over and verifying. C(answer) takes the client and the parameters and changes nothing. C(reveals) names the
    one return value that has to carry a secret. C(tells_check_mode) adds check_mode to the result.
    """

    options: Options
    noun: Any = None
    answer: Callable[[Client, Mapping[str, Any]], dict[str, Any]] | None = None
    reveals: str | None = None
    tells_check_mode: bool = False


def run(task: Task, parameters: Mapping[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """Do a task with validated parameters; returns its result, a failed one included. Never raises Failure."""
    client = None
    try:
        client = Client(connection(parameters))
        if not client.connection.validate_certs:
            client.warnings.append(
                f"{client.where}: validate_certs is false, so anybody on the way can read and change."
            )
        if task.answer is not None:
            result = {"changed": False, **task.answer(client, parameters)}
        else:
            result = _converge(task.noun, client, task.noun.wish(parameters), check_mode, diff)
    except Failure as failure:
        result = failure.render(client.where if client else shown(parameters["url"]))
    finally:
        if client is not None:
            client.sign_out()
            client.close()
    if client is not None and client.warnings:
        result["warnings"] = client.warnings
    if task.tells_check_mode:
        result["check_mode"] = check_mode
    return _without_secrets(task, result, client, parameters)


def refusal(task: Task, failure: Failure, where: str, check_mode: bool) -> dict[str, Any]:
    """The result of a task whose options do not validate."""
    result = failure.render(where)
    return {**result, "check_mode": check_mode} if task.tells_check_mode else result


def _without_secrets(
    task: Task, result: dict[str, Any], client: Client | None, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The second net: results are built of named fields and hidden server text, so it should find nothing."""
    revealed = {task.reveals: result.pop(task.reveals)} if task.reveals in result else {}
    given = [parameters.get(name) for name in (*SECRET_OPTIONS, "session_token")]
    secrets = _secrets.forms([*given, *(client.secrets if client else [])])
    return {**remove_values(result, secrets), **revealed}


def _converge(noun: Any, client: Client, wanted: Any, check_mode: bool, diff: bool) -> dict[str, Any]:
    """Read, plan, and show or carry out."""
    try:
        current = noun.read(client, wanted)
    except NotYet as missing:
        if not check_mode:
            raise
        current = missing.assumed
        client.warnings.append(f"{client.where}: {missing.assumption}")
    plan = noun.plan(wanted, current)
    shown = {"diff": _diff.render(plan.before, plan.after, client.where, noun.title(wanted, current))} if diff else {}
    if check_mode or not plan.steps:
        return {"changed": bool(plan.steps), **shown, **noun.report(client, wanted, plan.outcome)}

    to_verify = noun.verifying(wanted, current) if hasattr(noun, "verifying") else wanted
    current, refused = _carry_out(noun, client, to_verify, plan, shown)
    result = {"changed": len(refused) < len(plan.steps), **shown, **noun.report(client, wanted, current)}
    if refused:
        result["handed_over"] = noun.hand_over(client, wanted, refused)
        waiting = {row["library"] for row in result["handed_over"]}
        failed = [(step, failure) for step, failure in refused if step.ids.get("library_id") not in waiting]
        if failed:
            raise _together(failed, len(plan.steps), result)
    return result


def _carry_out(
    noun: Any, client: Client, wanted: Any, plan: Plan, shown: Mapping[str, Any]
) -> tuple[Any, list[tuple[Step, Failure]]]:
    """Make the writes, and read until what was read is what is wanted.

    Returns what was read last and the steps that were refused. A write that may have been applied is never repeated
    before reading again: planning on what was read says whether it is still needed.
    """
    independent = getattr(noun, "independent", lambda step: False)
    deadline = time.monotonic() + client.connection.retry_timeout
    refused: list[tuple[Step, Failure]] = []
    done: list[Step] = []
    steps, pause = plan.steps, _PAUSE
    try:
        while True:
            doubts: dict[tuple[str, ...], Uncertain] = {}
            for step in steps:
                try:
                    client.call(step.operation, body=step.body, **step.ids)
                    done.append(step)
                except Uncertain as doubt:
                    doubts[_key(step)] = doubt
                    if not independent(step):
                        break
                except Failure as failure:
                    if not independent(step) or failure.kind not in _REFUSALS:
                        raise
                    refused.append((step, failure))
            current = noun.read(client, wanted)
            settled = {_key(step) for step, _failure in refused}
            left = [step for step in noun.plan(wanted, current).steps if _key(step) not in settled]
            still_wanted = {_key(step) for step in left}
            done += [step for step in steps if _key(step) in doubts and _key(step) not in still_wanted]
            steps = left
            if not steps:
                return current, refused
            stuck = [doubts[_key(step)] for step in steps if _key(step) in doubts]
            if doubts and not stuck:
                continue  # What was in doubt is done; only what would have followed it is left.
            if not doubts:
                raise Failure(
                    "unexpected_reply",
                    f"Control Center accepted the request to {steps[0].does}, but reading again shows no such change.",
                )
            if time.monotonic() + pause > deadline:
                if not all(independent(step) for step in steps):
                    raise stuck[0]
                return current, refused + [(step, doubts.get(_key(step), stuck[0])) for step in steps]
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
    except Failure as failure:
        failure.result = {"changed": bool(done), **shown, **failure.result}
        if done:
            failure.what += f" Done before that, and left so: {', '.join(step.does for step in done)}."
        raise


def _key(step: Step) -> tuple[str, ...]:
    """What a step is about: planned again on newer facts it may have another body."""
    return step.operation, step.does, *step.ids.values()


def _together(failed: list[tuple[Step, Failure]], planned: int, result: dict[str, Any]) -> Failure:
    """One failure for all the libraries that were refused, each with its reason."""
    reasons = "; ".join(f"{step.ids['library_id']}: {failure.reason()}" for step, failure in failed)
    first = failed[0][1]
    return Failure(
        first.kind,
        f"{len(failed)} of {planned} libraries could not be done. {reasons}",
        advice=first.advice,
        result=result,
        **first.wire,
    )
