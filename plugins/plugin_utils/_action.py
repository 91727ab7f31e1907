# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task inside the controller: no Python process and no zip for a call that takes milliseconds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader, test_loader
from ansible_collections.imanage.control_center.plugins.module_utils import _options, _task, _transport, _written
from ansible_collections.imanage.control_center.plugins.module_utils._connection import shown
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.plugin_utils import _change_record

# Made once in the parent: every task is a fork of it, and would spend more on these than on its work.
if _transport.IMPORT_ERROR is None:
    # Authorities that cannot be read fail the task that needs them, in its own words.
    with contextlib.suppress(OSError):
        _transport.tls_context(None, True, _transport.environment_bundle())
for _loader in (filter_loader, test_loader):
    list(_loader.all())
for _name in ("tracker_result", "application_result"):
    filter_loader.get(f"imanage.control_center.{_name}")


class InProcessAction(ActionBase):
    """Runs the task of the module of its name. Subclasses only say which task."""

    TRANSFERS_FILES = False
    _supports_async = True
    _requires_connection = False

    task_definition: _task.Task

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The task's result, from here or from the module. An option that is null is not given, on both ways."""
        super().run(tmp, task_vars)
        task = self.task_definition
        check_mode = bool(self._task.check_mode)
        given = self.given(task_vars or {})
        if not self._fits_in_process():
            # A module's raw reply shows under ANSIBLE_DEBUG whatever no_log says, so a task that reveals a secret
            # has no module to fall back to.
            if task.reveals is None:
                return self._from_module(given, task_vars or {})
            failure = Failure(
                "bad_option",
                f"{self._task.action} runs on the controller only.",
                advice="Use connection: local without become, async and environment for it.",
            )
            return self._marked(_task.refusal(task, failure, self._where(), check_mode))
        try:
            parameters = _options.validated(task.options, given)
            tell = self._teller(task_vars or {})
        except Failure as failure:
            return self._marked(_task.refusal(task, failure, self._where(), check_mode))
        say = self._sayer(task_vars or {})
        return self._marked(_task.run(task, parameters, check_mode, bool(self._task.diff), tell, say))

    def _from_module(self, given: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The result of the module. What it wrote comes with its result, and is recorded here."""
        try:
            tell = self._teller(task_vars)
        except Failure as failure:
            return _task.refusal(self.task_definition, failure, self._where(), bool(self._task.check_mode))
        in_background = bool(self._task.async_val)
        if tell and in_background:
            self._display.warning(f"{self._where()}: a task with async is not in the record of changes.")
        elif tell:
            self._task.environment = [*(self._task.environment or []), {_written.ASKS_FOR_CHANGES: "1"}]
        result: dict[str, Any] = self._execute_module(module_args=given, task_vars=task_vars, wrap_async=in_background)
        changes = result.pop(_written.CHANGES, [])
        try:
            if tell:
                for change in changes:
                    tell(change)
        except Failure as failure:
            return {**result, **failure.render(self._where()), "changed": result.get("changed", False)}
        return result

    def _teller(self, task_vars: dict[str, Any]) -> Callable[[dict[str, Any]], None] | None:
        changes_nothing = self._task.check_mode or self.task_definition.answer is not None
        if not changes_nothing and (missing := _change_record.record_is_missing()):
            self._display.warning(missing)
        return None

    def _sayer(self, task_vars: dict[str, Any]) -> Callable[[str], None] | None:
        """Shows a line while the task runs; none where its result is to be shown to nobody."""
        host = task_vars.get("inventory_hostname", self._where())
        return None if self._task.no_log else lambda line: self._display.display(f"{host}: {line}")

    def given(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """The options that are given. One that is null is not, in options within options too."""
        options: dict[str, Any] = plain(dict(self._task.args))
        return _options.of_one_account(options)

    def _fits_in_process(self) -> bool:
        return (
            getattr(self._connection, "transport", None) == "local"
            and not self._play_context.become
            and not self._task.async_val
            and not any(self._task.environment or [])
        )

    def _where(self) -> str:
        return shown(self._task.args.get("url"))

    def _marked(self, result: dict[str, Any]) -> dict[str, Any]:
        if self.task_definition.reveals in result:
            result["_ansible_no_log"] = True
        return result


def plain(value: Any) -> Any:
    """The value as JSON knows it: without Ansible's tags, vault wrappers and template types. A null is not given."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    for simple in (int, float):
        if isinstance(value, simple):
            return simple(value)
    return str.__str__(value) if isinstance(value, str) else str(value)
