# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the file of variables of a tenant, for the playbook export."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.export import parts
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.vars_file import text
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.plain import plain


def tracker_export(there: dict[str, Any]) -> str:
    """Make the text of the file; see tracker_export.yml."""
    # ansible-core 2.18 makes an empty text of null.
    if "plan" not in there["info"] or there["applications"] in (None, ""):
        # The play ignores a lost connection, so this task runs after it.
        raise AnsibleFilterError("the tenant was not read")
    return text(parts(plain(there)))


class FilterModule:
    """The class that Ansible loads from this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tracker_export": tracker_export}
