# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a task inside the controller, without the Python process and the archive of a module."""

from __future__ import annotations

import contextlib
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader, lookup_loader, test_loader
from ansible_collections.imanage.control_center.plugins.module_utils._api import transport
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import safe_url
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, failure_of
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import (
    CONNECTION_OPTIONS,
    check_texts,
    number_hint,
    validated,
    without_environment_account,
)
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task, refusal
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import run as run_task
from ansible_collections.imanage.control_center.plugins.plugin_utils._task import change_record
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.plain import plain
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.undefined import of_the_connection, undefined

# Load these once in the parent. Tasks are forks of it, and would otherwise load them each time.
if transport.IMPORT_ERROR is None:
    # If the authorities cannot be read, the task that needs them fails with its own message.
    with contextlib.suppress(OSError):
        transport.tls_context(None, True, transport.environment_bundle())
for _loader in (filter_loader, test_loader):
    list(_loader.all())
filter_loader.get("imanage.control_center.tracker_result")
lookup_loader.get("imanage.control_center.connection")


class InProcessAction(ActionBase):
    """Runs the task of the module with the same name. Subclasses only name the task."""

    TRANSFERS_FILES = False
    _supports_async = True
    _requires_connection = False

    task_definition: Task

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the task's result, with the tenant's name in the headers of its diff."""
        super().run(tmp, task_vars)
        raw, name = dict(self._task.args), (task_vars or {}).get("inventory_hostname")
        try:
            check_texts(self.task_definition.options, raw)
        except Failure as failure:
            return refusal(self.task_definition, failure, self._where(), bool(self._task.check_mode))
        result = self._result(task_vars)
        if result.get("failure"):
            result["msg"] += number_hint(self.task_definition.options, raw, result["failure"])
        if name and isinstance(result.get("diff"), dict):
            heads = {end: f"{spelled(name)}, {head}" for end, head in result["diff"].items() if end.endswith("_header")}
            result["diff"] = {**result["diff"], **heads}
        return result

    def _result(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Run the task here or as a module. In both cases, an option that is null is not given."""
        task = self.task_definition
        check_mode = bool(self._task.check_mode)
        given = without_environment_account(_given(plain(dict(self._task.args))))
        if task.resource is not None and not check_mode and (missing := change_record.record_is_missing()):
            self._display.warning(missing)
        # The lookup connection takes such variables for not given.
        if refused := self._undefined(of_the_connection(given), task_vars):
            return refused
        if not self._fits_in_process():
            # ANSIBLE_DEBUG prints the raw reply of a module despite no_log. So a task that returns a secret never runs
            # as a module.
            if task.reveals is None:
                return self._by_module(given, task_vars)
            failure = Failure(
                "bad_option",
                f"{self._task.action} runs on the controller only.",
                advice="Use connection: local without become, async and environment for it.",
            )
            return self._marked(refusal(task, failure, self._where(), check_mode))
        try:
            parameters = validated(task.options, given)
        except Failure as failure:
            result = refusal(task, failure, self._where(), check_mode)
        else:
            result = run_task(task, parameters, check_mode, bool(self._task.diff))
        return self._marked(result)

    def _undefined(self, names: list[str], task_vars: dict[str, Any] | None) -> dict[str, Any] | None:
        """A refusal, if one of these variables is given, but depends on an undefined variable."""
        variables = task_vars or {}
        wrong = undefined(names, variables, self._templar, variables.get("inventory_hostname", ""))
        return self._refusal(" ".join(wrong), "Correct it, or leave it out.") if wrong else None

    def _refusal(self, what: str, advice: str) -> dict[str, Any]:
        failure = Failure("bad_option", what, advice=f"{advice} Nobody signed in.")
        return refusal(self.task_definition, failure, self._where(), bool(self._task.check_mode))

    def _by_module(self, given: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        try:
            result: dict[str, Any] = self._execute_module(
                module_args=given, task_vars=task_vars, wrap_async=bool(self._task.async_val)
            )
        except (Exception, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a time-out of Ansible, whose result has no kind
            failure = failure_of(error)
            what = f"{failure.what} The module may still be running, and its writes are unknown."
            failure = failure.with_facts(what=what)
            return refusal(self.task_definition, failure, self._where(), bool(self._task.check_mode))
        return result

    def _fits_in_process(self) -> bool:
        return (
            getattr(self._connection, "transport", None) == "local"
            and not self._play_context.become
            and not self._task.async_val
            and not any(self._task.environment or [])
        )

    def _where(self) -> str:
        return safe_url(self._task.args.get("url"))

    def _marked(self, result: dict[str, Any]) -> dict[str, Any]:
        if self.task_definition.reveals in result:
            result["_ansible_no_log"] = True
        return result


def _given(options: dict[str, Any], within: bool = False) -> dict[str, Any]:
    """Drop options that are null, or the empty text that ansible-core 2.18 makes of null.

    Empty connection options are kept. C(libraries: null) becomes an empty list, which is refused: an emptied variable
    must not mean every library.
    """
    given: dict[str, Any] = {}
    for name, value in options.items():
        is_empty = value is None or (value == "" and (within or name not in CONNECTION_OPTIONS))
        if not is_empty:
            given[name] = _within(value)
        elif name == "libraries":
            given[name] = []
    return given


def _within(value: Any) -> Any:
    if isinstance(value, dict):
        return _given(value, within=True)
    return [_within(inner) for inner in value] if isinstance(value, list) else value
