# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks up the connection options in the variables of the inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: connection
author: the imanage.control_center authors (@imanage-control-center)
version_added: 1.0.0
short_description: The connection options of a tenant, from the variables of the inventory
description:
  - Takes each connection option from the variable with its name and the prefix C(imanage_), for C(module_defaults) of
    the group C(imanage.control_center.all).
  - A variable that is missing, null or omitted gives no option. Then the environment is used. If a variable depends on
    an undefined variable, the task fails.
  - The result contains secrets. Use it only to set options, and do not store it in a variable.
options:
  account:
    description:
      - The account that signs in. V(second) uses C(imanage_nrtadmin_username) and C(imanage_nrtadmin_password), and no
        token, because tokens belong to the first account. If they are not given, the first account is used.
    type: str
    choices: [first, second]
    default: first
"""

EXAMPLES = r"""
- name: List the applications
  hosts: imanage_tenants
  gather_facts: false
  connection: local
  module_defaults:
    group/imanage.control_center.all: "{{ lookup('imanage.control_center.connection') }}"
  tasks:
    - name: Read the applications in the catalog
      imanage.control_center.imanage_application_info:
        status: available
"""

RETURN = r"""
_raw:
  description: The options that are given, by name.
  type: list
  elements: dict
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleUndefinedVariable
from ansible.plugins.lookup import LookupBase
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import CONNECTION_OPTIONS, TOKENS

_ACCOUNT = ("username", "password")


class LookupModule(LookupBase):
    """The class that Ansible loads from this file."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the options of the connection."""
        self.set_options(var_options=variables, direct=kwargs)
        known = variables or {}
        options = self._given(known, "imanage_", CONNECTION_OPTIONS)
        if self.get_option("account") == "second":
            second = {name: value for name, value in self._given(known, "imanage_nrtadmin_", _ACCOUNT).items() if value}
            options.update(second)
            if "username" in second:
                # An empty token also overrides the token of the environment.
                options.update(dict.fromkeys(TOKENS, ""))
        return [options]

    def _given(self, variables: Mapping[str, Any], prefix: str, names: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in names:
            if prefix + name in variables:
                try:
                    # In a dictionary, an omitted value is no error.
                    found.update(self._templar.template({name: variables[prefix + name]}))
                except AnsibleUndefinedVariable:
                    # The task refuses it, with a message that names it.
                    continue
        # ansible-core 2.18 leaves a placeholder for an omitted value.
        nothing = (None, variables.get("omit"))
        return {name: value for name, value in found.items() if value not in nothing}
