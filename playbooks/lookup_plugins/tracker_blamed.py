# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the tenants that fail a run of a playbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import run_checks
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.undefined import undefined

DOCUMENTATION = r"""
name: tracker_blamed
short_description: Finds the tenants that fail a run
description:
  - Compares the status of each tenant with the statuses that the inventory or the command line sets for it.
options:
  _terms:
    description: The facts C(tracker_onboarding_result) of the tenants.
    type: list
    elements: dict
    required: true
  variable:
    description: The variable with the statuses, a list or a comma-separated text. C(failed) always counts.
    type: str
    required: true
  default:
    description: The statuses for a tenant that does not have the variable.
    type: raw
    default: []
"""


class LookupModule(LookupBase):
    """The class that Ansible loads from this file."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, str]]:
        """Return the tenants and the reasons."""
        self.set_options(var_options=variables, direct=kwargs)
        # The playbook takes them for not given.
        if wrong := undefined((self.get_option("variable"), "imanage_report"), variables or {}, self._templar):
            raise AnsibleLookupError(" ".join(wrong))
        hostvars: Mapping[str, Any] = (variables or {}).get("hostvars", {})
        variable, fail_on = self.get_option("variable"), {}
        for one in terms:
            tenant, given = one["tenant"], self.get_option("default")
            # A tenant of merged reports may be missing from the inventory.
            fail_on[tenant] = run_checks.statuses(
                hostvars[tenant].get(variable, given) if tenant in hostvars else given
            )
        return run_checks.blamed(terms, fail_on)
