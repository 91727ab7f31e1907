# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether a run of a playbook can begin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible.utils.vars import load_extra_vars
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import run_checks
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.plan_file import check
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.vars_file import without_a_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.undefined import undefined

DOCUMENTATION = r"""
name: tracker_begin
short_description: Checks whether a run over tenants can begin
description:
  - Used by the playbook C(imanage.control_center.begin), which the other playbooks import first. Reads the inventory
    and files of the controller, but no tenant.
  - If O(playbook) only reads, two tenants with the same customer number cause a warning.
options:
  _terms:
    description: The tenants of the run, by their names in the inventory.
    type: list
    elements: str
    required: true
  playbook:
    description: The playbook that begins.
    type: str
    required: true
  check_mode:
    description: Whether the playbook runs in check mode.
    type: bool
    default: false
  tags:
    description: The tags of C(--tags).
    type: list
    elements: str
    default: []
  skip_tags:
    description: The tags of C(--skip-tags).
    type: list
    elements: str
    default: []
  limit:
    description: The value of C(--limit).
    type: str
  inventories:
    description: The inventories, for the command of a preview.
    type: list
    elements: str
    default: []
  confirm:
    description: The value of C(imanage_confirm), for an offboarding.
    type: str
    default: ''
"""

_STATE = "tracker_onboarding_state"
# Ansible needs these before it reads the variables of a host.
_BEFORE_HOSTS = ("imanage_tenants", "imanage_serial")
# The playbooks that write, or preview writes.
_WRITING = ("onboard", "preview", "offboard")
# The other playbooks have no tagged tasks.
_TAGGED = (*_WRITING, "audit")


class LookupModule(LookupBase):
    """The class that Ansible loads from this file."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the reasons that stop the run, and the tenants with a duplicate customer number."""
        self.set_options(var_options=variables, direct=kwargs)
        known = variables or {}
        playbook, all_hosts = self.get_option("playbook"), known.get("hostvars", {})
        hosts = {str(term): all_hosts[str(term)] for term in terms}
        # A variable on the command line applies to every tenant.
        extra = load_extra_vars(self._loader)
        by_inventory = _STATE not in extra
        refused = [*self._wrong_options(playbook, known, hosts), *self._wrong_variables(playbook, known, hosts, extra)]
        tenants = [_tenant(name, variables, by_inventory) for name, variables in hosts.items()]
        if playbook == "offboard" and not self.get_option("check_mode") and not refused:
            refused = run_checks.missing_confirmation(
                tenants, self.get_option("confirm"), self._preview(playbook, known)
            )
        if refused:
            return [{"refused": f"{' '.join(refused)} {run_checks.NOBODY_SIGNED_IN}", "failing": {}}]
        failing = run_checks.shared_numbers(tenants)
        if playbook not in _WRITING:
            for words in failing.values():
                self._display.warning(words)
            failing = {}
        if playbook == "export":
            folder = _given("imanage_export", hosts.values())[0]
            failing = without_a_file(hosts, map(str, all_hosts), folder)
        return [{"refused": "", "failing": failing}]

    def _wrong_options(self, playbook: str, variables: Mapping[str, Any], hosts: Mapping[str, Any]) -> list[str]:
        tags = run_checks.TAGS if playbook in _TAGGED else ("all",)
        wrong = run_checks.wrong_tags(self.get_option("tags"), tags)
        wrong += run_checks.wrong_tags(self.get_option("skip_tags"), run_checks.TAGS)
        if not hosts:
            within = f" within --limit {self.get_option('limit')}" if self.get_option("limit") else ""
            wanted = variables.get("imanage_tenants", "imanage_tenants")
            wrong.append(f"The inventory has no tenants {wanted}{within}, so there is nothing to do.")
        return wrong

    def _wrong_variables(
        self, playbook: str, variables: Mapping[str, Any], hosts: Mapping[str, Any], extra: Mapping[str, Any]
    ) -> Iterator[str]:
        yield from undefined(_BEFORE_HOSTS, variables, self._templar)
        if any("imanage_written" in host for host in hosts.values()):
            yield "An export has replaced variables of the inventory. Run this playbook by a command of its own."
        for name in _BEFORE_HOSTS:
            if name not in extra and any(name in host for host in hosts.values()):
                yield f"{name} has no effect in the inventory. Give it with -e."
        yield from _wrong_folder("imanage_report", "report", hosts)
        if playbook == "export":
            if not any("imanage_export" in host for host in hosts.values()):
                yield "imanage_export is not given. Name the folder of the files with -e imanage_export=DIR."
            yield from _wrong_folder("imanage_export", "set of files", hosts)
        for given in _given("imanage_fail_on", hosts.values()):
            yield from run_checks.wrong_statuses(given)
        for plan in _given("imanage_plan", hosts.values()) if playbook in _WRITING else []:
            try:
                check(plan)
            except Unusable as unusable:
                yield str(unusable)

    def _preview(self, playbook: str, variables: Mapping[str, Any]) -> str:
        tenants = variables.get("imanage_tenants")
        return run_checks.preview_command(playbook, self.get_option("inventories"), tenants, self.get_option("limit"))


def _wrong_folder(variable: str, what: str, hosts: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about a variable that names one folder for all tenants."""
    folders = _given(variable, hosts.values())
    if len(folders) > 1 or (folders and not all(variable in host for host in hosts.values())):
        yield f"{variable} is not the same for all tenants, but a run writes one {what}. Give it with -e."
    for folder in folders[:1]:
        yield from run_checks.wrong_folder(folder, variable, what)


def _given(variable: str, hosts: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The values of a variable on the hosts, each once."""
    found: list[Any] = []
    for host in hosts:
        if variable in host and (value := _value(host, variable)) not in found:
            found.append(value)
    return found


def _tenant(name: str, host: Mapping[str, Any], by_inventory: bool) -> run_checks.Tenant:
    offboards = by_inventory and _value(host, _STATE) == "absent"
    return run_checks.Tenant(name, _value(host, "imanage_url"), _value(host, "imanage_customer_id"), offboards)


def _value(host: Mapping[str, Any], variable: str) -> Any:
    """The value of a variable; None if it is missing or cannot be templated. Then that tenant fails later."""
    try:
        value = host.get(variable)
    except AnsibleError:
        return None
    return value if isinstance(value, (str, int, list, dict)) else None
