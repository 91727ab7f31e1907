# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a tenant's approved plan from a file, for the role."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tracker_plan
author: the imanage.control_center authors (@imanage-control-center)
version_added: 1.0.0
short_description: Reads the approved plan of a tenant
description:
  - Reads a file C(plan.json) that the playbook C(imanage.control_center.preview) wrote, for the option C(approved) of
    M(imanage.control_center.imanage_onboarding_info).
options:
  _terms:
    description: The path of the file, and the name of the tenant in the inventory. A relative path is below the
      working directory.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show the approved plan
  ansible.builtin.debug:
    msg: "{{ lookup('imanage.control_center.tracker_plan', 'plan.json', inventory_hostname) }}"
"""

RETURN = r"""
_raw:
  description:
    - One dictionary with C(failed), C(changes) and C(writes). It is empty if the plan does not have the tenant.
    - If the file is not a plan, the dictionary has only C(unusable), with the reason.
  type: list
  elements: dict
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.plan_file import approved


class LookupModule(LookupBase):
    """The class that Ansible loads from this file."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the approved plan of the tenant."""
        if len(terms) != 2:
            raise AnsibleLookupError("tracker_plan takes a path and the name of a tenant.")
        try:
            return [approved(terms[0], str(terms[1]))]
        except Unusable as unusable:
            # The task reports this as its own failure. A failing lookup would end in a message of Ansible.
            return [{"unusable": str(unusable)}]
