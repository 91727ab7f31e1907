# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of the role, one after the other, as one task: the plan, then the stages that have something to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import POLICY

CHAIN = "chain"
PLAN = "imanage_onboarding_info"
PLAN_OPTIONS = ("state", "applications", "authorization", "on_unprovisioned", "stages", "approved", "is_bound")

Result = dict[str, Any]
Run = Callable[[str, Result], Result]


def run(run_one: Run, options: Result) -> Result:
    """The result of the chain. C(run_one) runs a module; C(options) are those of the plan, and the connection.

    With C(is_bound), each stage is bound to the plan, as if it was approved.
    """
    given = {name: value for name, value in options.items() if name != "is_bound"}
    info = run_one(PLAN, given)
    stages: dict[str, list[Result]] = {}
    result: Result = {"changed": False, "diff": [], "writes": [], "stages": stages, "warnings": []}
    result.update({name: info[name] for name in ("plan", "missing", "libraries", "check_mode") if name in info})
    last = info
    for stage, module, asked in _tasks(given, info):
        bound = {"planned": info["plan"]["writes"]} if options.get("is_bound") else {}
        last = run_one(module, {**asked, "customer_id": info["tenant"]["customer_id"], **bound})
        result["changed"] |= last["changed"]
        result["diff"] += [last["diff"]] if last["changed"] and "diff" in last else []
        result["writes"] += last["writes"]
        result["warnings"] += last.get("warnings", [])
        # A preview of a token policy assumes how its application was added.
        own = ("diff", "writes", "warnings", *(("application",) if stage == "refresh_token" else ()))
        told = {name: value for name, value in last.items() if name not in own}
        stages.setdefault(stage, []).append(told)
        if last.get("failed"):
            break
    failure = {name: last[name] for name in ("failed", "msg", "failure") if name in last}
    warnings = [*info.get("warnings", []), *result.pop("warnings")]
    return {**result, **failure, **({"warnings": warnings} if warnings else {})}


def _tasks(given: Result, info: Result) -> Iterator[tuple[str, str, Result]]:
    """The stages that have something to write, in their order: stage, module, options."""
    connection = {name: value for name, value in given.items() if name not in PLAN_OPTIONS}
    leaving = given.get("state") == "absent"
    tasks = [*_of_applications(given, connection, leaving), *_of_libraries(given, connection, leaving)]
    for stage, module, options in reversed(tasks) if leaving else tasks:
        if stage in info.get("stages", []) and not info.get("failed"):
            yield stage, module, options


def _of_applications(given: Result, connection: Result, leaving: bool) -> Iterator[tuple[str, str, Result]]:
    for one in given["applications"]:
        own = {"state": "absent", "name": one["name"]} if leaving else one
        own = {name: value for name, value in own.items() if name not in POLICY}
        yield "application", "imanage_application", {**connection, **own}
    for one in [] if leaving else given["applications"]:
        own = {name: value for name, value in one.items() if name in POLICY and value is not None}
        if own:
            yield "refresh_token", "imanage_app_auth", {**connection, "name": one["name"], **own}


def _of_libraries(given: Result, connection: Result, leaving: bool) -> Iterator[tuple[str, str, Result]]:
    wanted = given.get("authorization")
    if wanted is not None:
        # Tokens are of the first account.
        own = {"access_token": "", "refresh_token": ""} if wanted.get("username") else {}
        state = {"state": "unauthorized"} if leaving else {}
        yield "authorization", "imanage_library_authorization", {**connection, **own, **wanted, **state}
