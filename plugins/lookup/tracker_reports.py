# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup by which the playbook merge_reports reads the reports of slices."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tracker_reports
author: the imanage.control_center authors (@imanage-control-center)
version_added: 1.0.0
short_description: Reads the reports of several runs as one
description:
  - Reads files C(report.json) that the playbooks of this collection left, for C(imanage.control_center.merge_reports).
  - A file that is no report, a tenant that is in the reports more than once, and one of O(tenants) that is in none,
    are named and do not fail it.
options:
  _terms:
    description:
      - Paths of the files. A relative one is below the working directory.
      - One may be a pattern, C(slices/*/report.json). It finds the reports that are there, so O(tenants) are needed to
        find out who is missing.
    type: list
    elements: str
    required: true
  tenants:
    description: The tenants that must be in a report. Where none is named, none can be missed, and a warning says so.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Read the reports of two slices
  ansible.builtin.set_fact:
    merged: "{{ lookup('imanage.control_center.tracker_reports', 'slice1/report.json', 'slice2/report.json') }}"

- name: Read the reports of all slices, and see who is in none
  ansible.builtin.set_fact:
    merged: >-
      {{ lookup('imanage.control_center.tracker_reports', 'slices/*/report.json', tenants=groups['imanage_tenants']) }}
"""

RETURN = r"""
_raw:
  description: One dictionary.
  type: list
  elements: dict
  contains:
    mode:
      description: C(preview), C(run) or C(audit), as the reports have it; C(run) where they have several.
      type: str
    results:
      description: The results of all reports, in their order.
      type: list
      elements: dict
    problems:
      description: The files that are no reports, the tenants that are there more than once, those that are in none, and
        the patterns without tenants; C(name) and C(msg) each.
      type: list
      elements: dict
"""

from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.merged_reports import merged


class LookupModule(LookupBase):
    """What Ansible looks for in this file."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """The reports as one."""
        self.set_options(var_options=variables, direct=kwargs)
        tenants = [str(tenant) for tenant in self.get_option("tenants")]
        if not tenants:
            self._display.warning("There is no inventory, so a tenant that is in none of the reports is not missed.")
        return [merged((str(term) for term in terms), tenants)]
