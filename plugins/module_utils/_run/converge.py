# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task goes about a resource: read it, plan, and either show the plan or carry it out. Check mode ends here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import NotYet, ended_by, left_so
from ansible_collections.imanage.control_center.plugins.module_utils._plan import approval
from ansible_collections.imanage.control_center.plugins.module_utils._plan.diff import render
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan
from ansible_collections.imanage.control_center.plugins.module_utils._run.apply import Outcome, carry_out, together
from ansible_collections.imanage.control_center.plugins.module_utils._run.journal import Journal, planned_rows

Planned = Sequence[Mapping[str, Any]]


class Foreseen(NamedTuple):
    """What a preview found: what was read or assumed, the plan, and the assumptions in words.

    C(missing): why nothing could be read, where an earlier task may bring it.
    """

    current: Any
    plan: Plan
    assumptions: list[str]
    missing: NotYet | None = None


def foresee(noun: Any, client: Client, wanted: Any, reader: Client | None = None) -> Foreseen:
    """What a run would do. What an earlier task may bring is assumed.

    C(reader): who may read the applications, where that is another account.
    """
    try:
        current = noun.read(client, wanted)
        plan = noun.plan(wanted, current)
        assumptions = noun.assumptions(reader or client, plan) if hasattr(noun, "assumptions") else []
    except NotYet as missing:
        return Foreseen(missing.assumed, noun.plan(wanted, missing.assumed), missing.assumptions, missing)
    return Foreseen(current, plan, assumptions)


def preview(noun: Any, client: Client, wanted: Any, planned: Planned | None, diff: bool) -> dict[str, Any]:
    """Show what a run would do. C(planned): the writes that were approved, None where no plan was."""
    foreseen = foresee(noun, client, wanted)
    # Without the tenant's name, so that Ansible prints what is assumed of many tenants once.
    client.warnings += foreseen.assumptions
    if foreseen.plan.steps and client.scope_assumption:
        client.warnings.append(client.scope_assumption)
    approval.check_writes(foreseen.plan.steps, planned)
    return _shown(noun, client, wanted, foreseen.current, foreseen.plan, diff)


def converge(noun: Any, client: Client, wanted: Any, planned: Planned | None, diff: bool) -> dict[str, Any]:
    """Bring the tenant to what is wanted. C(planned): the only writes that may be sent, None where any may."""
    current = noun.read(client, wanted)
    plan = noun.plan(wanted, current)
    if not plan.steps:
        return _shown(noun, client, wanted, current, plan, diff)
    approval.check_writes(plan.steps, planned)
    journal = Journal(client, plan, noun.title(wanted, current))
    shown = {**_diffs(noun, client, wanted, current, plan, diff), "writes": journal.rows}
    to_verify = noun.verifying(wanted, current) if hasattr(noun, "verifying") else wanted
    try:
        outcome = carry_out(noun, client, to_verify, plan, planned, journal)
        result = {"changed": outcome.changed, **noun.report(client, wanted, outcome.current)}
        if outcome.refused or plan.refused:
            result = _handed_over(noun, client, to_verify, outcome, result, plan)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        failure = ended_by(error)
        if failure is not error:
            failure.what += left_so(journal.made)
        failure.result = {"changed": bool(journal.made), **failure.result, **shown}
        if failure is error:
            raise
        raise failure from error
    return {**result, **shown}


def _handed_over(
    noun: Any, client: Client, wanted: Any, outcome: Outcome, result: dict[str, Any], plan: Plan
) -> dict[str, Any]:
    """The result of a task some of whose steps were refused. Raises Failure unless all of them wait for a person."""
    result = {**result, "handed_over": noun.hand_over(client, wanted, outcome.refused)}
    waiting = {row["library"] for row in result["handed_over"]}
    failed = [(step, failure) for step, failure in outcome.refused if step.ids.get("library_id") not in waiting]
    if failed or plan.refused:
        # The failure that the preview showed comes first.
        raise together([*plan.refused, *failed], len(plan.steps) + len(plan.refused), result)
    # Somebody may have done one of them before the page was read again.
    left = noun.plan(wanted, outcome.current)
    done = set(left.before) - {step.ids["library_id"] for step in left.steps}
    return {**result, "handed_over": [row for row in result["handed_over"] if row["library"] not in done]}


def _shown(noun: Any, client: Client, wanted: Any, current: Any, plan: Plan, diff: bool) -> dict[str, Any]:
    """The result of a task that writes nothing. Raises Failure for what is known to be refused."""
    result = {
        "changed": bool(plan.steps),
        **_diffs(noun, client, wanted, current, plan, diff),
        **noun.report(client, wanted, plan.outcome),
        "writes": planned_rows(plan, noun.title(wanted, current)),
    }
    if plan.refused:
        raise together(list(plan.refused), len(plan.steps) + len(plan.refused), result)
    return result


def _diffs(noun: Any, client: Client, wanted: Any, current: Any, plan: Plan, diff: bool) -> dict[str, Any]:
    if not diff:
        return {}
    return {"diff": render(plan.before, plan.after, client.where, noun.title(wanted, current))}
