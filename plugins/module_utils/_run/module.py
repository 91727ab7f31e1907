# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a task as an Ansible module, in a separate Python process, for example on a bastion host."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import safe_url, user_information
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import refused
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task, refusal, run


class _Module(AnsibleModule):
    """AnsibleModule that reports invalid options in the form of every other failure."""

    task: Task

    def fail_json(self, msg: str, **kwargs: Any) -> Any:
        self.no_log_values.update(user_information(self.params.get("url")))
        messages = self.validation_result.error_messages
        if messages and "failure" not in kwargs:
            result = refusal(self.task, refused(messages), safe_url(self.params.get("url")), self.check_mode)
            msg, kwargs = result.pop("msg"), result
        super().fail_json(msg, **kwargs)


def run_module(task: Task) -> None:
    """Run a task as a module, to its exit."""

    class Module(_Module):
        """The class has the task, because AnsibleModule may already fail in its constructor."""

    Module.task = task
    module = Module(argument_spec=task.options.spec, supports_check_mode=True, **task.options.rules)
    if task.reveals is not None:
        failure = Failure(
            "bad_option", "This task runs on the controller only.", advice="Use connection: local for it."
        )
        result = refusal(task, failure, safe_url(module.params["url"]), module.check_mode)
    else:
        result = run(task, module.params, module.check_mode, module._diff)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
