# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""THE GLUE: a task from its options to its result. The only place that knows check mode and diff."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils import _approval, _consent, _diff, _secrets
from ansible_collections.imanage.control_center.plugins.module_utils._carry_out import Outcome, carry_out, together
from ansible_collections.imanage.control_center.plugins.module_utils._client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._connection import (
    SECRET_OPTIONS,
    connection,
    shown,
)
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, NotYet
from ansible_collections.imanage.control_center.plugins.module_utils._options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._plan import Plan, Step


class Task(NamedTuple):
    """What a module is: its options, and the noun that it manages, the question that it answers, or the chain of both.

    C(noun) is a module of functions: wish, read, plan, report, title, and where it needs them independent,
    hand_over, verifying and assumption. C(answer) takes the client and the parameters and changes nothing. C(chain) is
    a module too: its wishes checks the parameters, and its perform goes through several nouns. C(reveals) names the one
    return value that has to carry a secret. C(tells_check_mode) adds check_mode to the result.
    """

    options: Options
    noun: Any = None
    answer: Callable[[Client, Mapping[str, Any]], dict[str, Any]] | None = None
    chain: Any = None
    reveals: str | None = None
    tells_check_mode: bool = False


def run(
    task: Task,
    parameters: Mapping[str, Any],
    check_mode: bool,
    diff: bool,
    tell: Callable[[dict[str, Any]], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Do a task with validated parameters; returns its result, a failed one included. Never raises Failure.

    C(tell) is told each change as it happens, a refused one included; C(say) shows a line to whoever watches the run.
    """
    client = None
    try:
        client = Client(connection(parameters))
        if tell:
            client.tell = _told_without_secrets(tell, client, parameters)
        if say:
            client.say = _told_without_secrets(say, client, parameters)
        if not client.connection.validate_certs:
            client.warnings.append(
                f"{client.where}: validate_certs is false, so anybody on the way can read and change."
            )
        if task.answer is not None:
            result = {"changed": False, **task.answer(client, parameters)}
        elif task.chain is not None:
            result = task.chain.perform(client, task.chain.wishes(parameters), Course(check_mode, diff))
        else:
            result = Course(check_mode, diff).converge(task.noun, client, task.noun.wish(parameters))
    except Failure as failure:
        result = failure.render(client.where if client else shown(parameters["url"]))
    finally:
        if client is not None:
            client.sign_out()
            client.close()
    if client is not None and client.warnings:
        result["warnings"] = list(dict.fromkeys(client.warnings))
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
    secrets = [*_given_secrets(parameters), *(client.secrets if client else [])]
    return {**_secrets.hide(result, secrets), **revealed}


def _told_without_secrets(
    tell: Callable[[Any], None], client: Client, parameters: Mapping[str, Any]
) -> Callable[[Any], None]:
    def told(change: Any) -> None:
        tell(_secrets.hide(change, [*_given_secrets(parameters), *client.secrets]))

    return told


def _given_secrets(parameters: Mapping[str, Any]) -> Iterator[str | None]:
    """What the user gave as a secret, in options within options too."""
    for name, value in parameters.items():
        if name in (*SECRET_OPTIONS, "session_token"):
            yield value
        elif isinstance(value, Mapping):
            yield from _given_secrets(value)


class Foreseen(NamedTuple):
    """What a preview found: the result to show, what was read or assumed, the plan, and the assumption in words."""

    result: dict[str, Any]
    current: Any
    plan: Plan
    assumption: str | None


class Course(NamedTuple):
    """How a task goes about a noun: whether it only shows what it would do, and whether with a diff."""

    shows_only: bool
    diff: bool

    def converge(
        self, noun: Any, client: Client, wanted: Any, approved: Sequence[Step] | None = None
    ) -> dict[str, Any]:
        """Bring the tenant to what is wanted, or show what that would do.

        C(approved), when given, are the only steps that may be taken.
        """
        if self.shows_only:
            return self.preview(noun, client, wanted).result
        current = noun.read(client, wanted)
        plan = noun.plan(wanted, current)
        if not plan.steps:
            return self._shown(noun, client, wanted, current, plan)
        if approved is not None:
            _approval.check_writes(plan.steps, approved)
        to_verify = noun.verifying(wanted, current) if hasattr(noun, "verifying") else wanted
        diff = self._diff(noun, client, wanted, current, plan)
        try:
            outcome = carry_out(noun, client, to_verify, plan)
            result = {"changed": outcome.changed, **noun.report(client, wanted, outcome.current)}
            if outcome.refused:
                result = self._handed_over(noun, client, to_verify, outcome, result, len(plan.steps))
        except Failure as failure:
            failure.result.update(diff)
            raise
        return {**result, **diff}

    def _handed_over(
        self, noun: Any, client: Client, wanted: Any, outcome: Outcome, result: dict[str, Any], planned: int
    ) -> dict[str, Any]:
        """The result of a task some of whose steps were refused, once a person has done them or time is over."""
        handed_over = noun.hand_over(client, wanted, outcome.refused)
        waiting = {row["library"] for row in handed_over}
        failed = [(step, failure) for step, failure in outcome.refused if step.ids.get("library_id") not in waiting]
        if failed:
            # It fails anyway, so whoever has to correct that is not kept waiting.
            raise together(failed, planned, {**result, "handed_over": handed_over})
        awaited = _consent.wait(noun, client, wanted, outcome.current, handed_over, wanted.consent_timeout)
        result = {
            "changed": outcome.changed or len(awaited.left) < len(handed_over),
            **noun.report(client, wanted, awaited.current),
            "handed_over": awaited.left,
        }
        if awaited.undone:
            raise _consent.conflict(awaited.undone, result)
        return result

    def preview(self, noun: Any, client: Client, wanted: Any, reader: Client | None = None) -> Foreseen:
        """What a run would do. What an earlier task may bring is assumed; a preview that is all there is says so.

        C(reader): who may read the applications, where that is another account.
        """
        try:
            current = noun.read(client, wanted)
            plan = noun.plan(wanted, current)
            assumption = noun.assumption(reader or client, plan) if hasattr(noun, "assumption") else None
        except NotYet as missing:
            current, assumption = missing.assumed, missing.assumption
            plan = noun.plan(wanted, current)
        if assumption and self.shows_only:
            client.warnings.append(f"{client.where}: {assumption}")
        return Foreseen(self._shown(noun, client, wanted, current, plan), current, plan, assumption)

    def _shown(self, noun: Any, client: Client, wanted: Any, current: Any, plan: Plan) -> dict[str, Any]:
        diff = self._diff(noun, client, wanted, current, plan)
        return {"changed": bool(plan.steps), **diff, **noun.report(client, wanted, plan.outcome)}

    def _diff(self, noun: Any, client: Client, wanted: Any, current: Any, plan: Plan) -> dict[str, Any]:
        if not self.diff:
            return {}
        return {"diff": _diff.render(plan.before, plan.after, client.where, noun.title(wanted, current))}
