# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the reports of slices, for the playbook merge_reports."""

from __future__ import annotations

from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.merged_reports import merged

DOCUMENTATION = r"""
name: tracker_reports
short_description: Reads the reports of several runs as one report
description:
  - Reads files C(report.json) that the playbooks of this collection wrote, for C(imanage.control_center.merge_reports).
  - Reports each file that is not a report, each tenant that is in several reports, and each of O(tenants) that is in no
    report. These problems do not fail the lookup.
options:
  _terms:
    description:
      - Paths of the files. A relative path starts at the working directory.
      - A path may be a pattern, such as C(slices/*/report.json). It finds only existing reports, so O(tenants) is
        needed to find missing tenants.
    type: list
    elements: str
    required: true
  tenants:
    description: The tenants that must be in a report. If it is empty, missing tenants are not found; a warning says so.
    type: list
    elements: str
    default: []
"""


class LookupModule(LookupBase):
    """The class that Ansible loads from this file."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the merged reports."""
        self.set_options(var_options=variables, direct=kwargs)
        tenants = [str(tenant) for tenant in self.get_option("tenants")]
        if not tenants:
            self._display.warning("There is no inventory, so tenants that are missing from the reports are not found.")
        return [merged((str(term) for term in terms), tenants)]
