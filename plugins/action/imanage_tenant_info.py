# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""imanage_tenant_info, inside the controller."""

from __future__ import annotations

from ansible_collections.imanage.control_center.plugins.modules.imanage_tenant_info import TASK
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.action import InProcessAction


class ActionModule(InProcessAction):
    """The task of the module of this name."""

    task_definition = TASK
