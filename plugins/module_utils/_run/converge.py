# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a resource, plans, and either shows the plan or applies it. Check mode ends here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import NotYet, done_before, failure_of
from ansible_collections.imanage.control_center.plugins.module_utils._plan import approval
from ansible_collections.imanage.control_center.plugins.module_utils._plan.diff import render
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan
from ansible_collections.imanage.control_center.plugins.module_utils._run.apply import Work
from ansible_collections.imanage.control_center.plugins.module_utils._run.journal import Journal, planned_rows
from ansible_collections.imanage.control_center.plugins.module_utils._run.resource import Resource

Writes = Sequence[Mapping[str, Any]]


class Preview(NamedTuple):
    """The result of a preview: what was read or assumed, the plan, and the assumptions as sentences.

    C(missing) says why the resource could not be read, if an earlier task may create it.
    """

    have: Any
    plan: Plan
    assumptions: list[str]
    missing: NotYet | None = None


def preview(resource: Resource, client: Client, want: Any, reader: Client | None = None) -> Preview:
    """Plan what a run would do. Assume what an earlier task may create.

    C(reader) is the account that may read the applications, if it is another one.
    """
    try:
        have = resource.read(client, want)
        plan = resource.plan(want, have)
        assumptions = resource.assumptions(reader or client, plan)
    except NotYet as missing:
        return Preview(missing.assumed, resource.plan(want, missing.assumed), missing.assumptions, missing)
    return Preview(have, plan, assumptions)


def show(resource: Resource, client: Client, want: Any, approved: Writes | None, diff: bool) -> dict[str, Any]:
    """Show what a run would do. C(approved) is None if no plan was approved."""
    found = preview(resource, client, want)
    # These do not name the tenant, so Ansible prints the assumption of many tenants only once.
    client.warnings += found.assumptions
    if found.plan.steps and client.scope_assumption:
        client.warnings.append(client.scope_assumption)
    approval.check_writes(found.plan.steps, approved)
    return _planned_result(resource, client, want, found.have, found.plan, diff)


def converge(resource: Resource, client: Client, want: Any, approved: Writes | None, diff: bool) -> dict[str, Any]:
    """Apply what the options ask for. Only C(approved) may be sent, or any write if it is None."""
    have = resource.read(client, want)
    plan = resource.plan(want, have)
    if not plan.steps:
        return _planned_result(resource, client, want, have, plan, diff)
    approval.check_writes(plan.steps, approved)
    journal = Journal(client, plan, resource.title(want, have))
    always = {**_diffs(resource, client, want, have, plan, diff), "writes": journal.rows}
    to_verify = resource.want_to_verify(want, have)
    try:
        applied = Work(resource, client, to_verify, plan, approved, journal).apply()
        result = {"changed": applied.changed, **resource.report(client, want, applied.have)}
        if applied.refused or plan.refused:
            result = resource.report_refused(client, to_verify, applied.have, plan, applied.refused, result)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        failure = failure_of(error)
        what = failure.what if failure is error else failure.what + done_before(journal.made)
        result = {"changed": bool(journal.made), **failure.result, **always}
        raise failure.with_facts(what=what, result=result) from error
    return {**result, **always}


def _planned_result(resource: Resource, client: Client, want: Any, have: Any, plan: Plan, diff: bool) -> dict[str, Any]:
    """Return the result of a task that writes nothing. Raises Failure for what is known to be refused."""
    result = {
        "changed": bool(plan.steps),
        **_diffs(resource, client, want, have, plan, diff),
        **resource.report(client, want, plan.will_have),
        "writes": planned_rows(plan, resource.title(want, have)),
    }
    if plan.refused:
        return resource.report_refused(client, want, plan.will_have, plan, [], result)
    return result


def _diffs(resource: Resource, client: Client, want: Any, have: Any, plan: Plan, diff: bool) -> dict[str, Any]:
    if not diff:
        return {}
    return {"diff": render(plan.before, plan.after, client.where, resource.title(want, have))}
