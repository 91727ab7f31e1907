# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""provisioning_drafts, inside the controller: with ansible.builtin.copy every message would cost a process or two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.plugin_utils import _drafts_folder
from ansible_collections.imanage.control_center.plugins.plugin_utils._action import plain
from ansible_collections.imanage.control_center.plugins.plugin_utils._provisioning_drafts import SUFFIX, drafts

OPTIONS = {
    "results": {"type": "list", "elements": "dict", "required": True},
    "path": {"type": "path", "required": True},
    "together": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):
    """What Ansible looks for in this file."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Bring the folder there, or say what that would be."""
        super().run(tmp, task_vars)
        _result, options = self.validate_argument_spec(argument_spec=OPTIONS)
        folder = Path(str(options["path"])).absolute()
        try:
            files = drafts(plain(options["results"]), options["together"])
            what = _drafts_folder.difference(folder, files, SUFFIX)
            if not self._task.check_mode:
                _drafts_folder.carry_out(folder, files, what)
        except Failure as failure:
            raise AnsibleActionFail(failure.render("The requests that are still to be sent")["msg"]) from None
        return {"changed": any(what), "drafts": list(files), "removed": what.remove}
