# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes an inventory of a spreadsheet of tenants."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tenants
author: the imanage.control_center authors (@imanage-control-center)
version_added: 1.0.0
short_description: The tenants of a spreadsheet as an inventory
description:
  - Reads a CSV file with one tenant in each row. The first row names the variables. The column C(tenant) names the
    hosts. All hosts are in the group C(imanage_tenants).
  - Give either a configuration, whose name ends in C(.tenants.yml) or C(.tenants.yaml), or the CSV file itself, whose
    name then ends in C(.tenants.csv).
  - A configuration needs no setting, because Ansible enables the plugin C(auto) by default. For a CSV file itself, set
    C(enable_plugins) in the section C([inventory]) of C(ansible.cfg), see the examples.
  - Leave C(ini) out of C(enable_plugins) then. It reads each row of a CSV file as the name of a host, also in a file
    that this plugin refused. The other plugins that are enabled by default leave a CSV file alone.
  - If an inventory is a directory, Ansible reads each file in it. Keep the CSV file of a configuration elsewhere, or
    add C(.csv) to C(ignore_extensions) in the section C([inventory]).
  - If a file is refused, Ansible only warns, and goes on without it. Set C(any_unparsed_is_failed) in the section
    C([inventory]) to end the run.
  - The cell of a variable that is a list in the role P(imanage.control_center.tracker_onboarding#role) is split at
    semicolons. The cell of a number has a whole number, and that of a boolean C(yes), C(no), C(true) or C(false). All
    other cells are texts, as they are in the file, so leading zeros stay.
  - An empty cell does not set the variable. Rows without any text are ignored.
  - A cell is never a template. A column for a password or another secret is refused, and so is one for a dictionary.
  - Two rows are refused if the names of their tenants differ only in case, or if they have the same
    C(imanage_customer_id) at the same site. Rows without C(imanage_url) count as one site.
  - The file is in UTF-8. Columns are separated by commas or semicolons, the one that the first row has more often. Rows
    are counted as in a spreadsheet.
  - Put variables for all tenants into C(group_vars/imanage_tenants.yml) beside the inventory.
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [imanage.control_center.tenants]
  file:
    description: The CSV file. A relative path is relative to the configuration.
    type: str
    required: true
extends_documentation_fragment:
  - ansible.builtin.constructed
"""

EXAMPLES = r"""
# firms.csv
#
#   tenant,imanage_customer_id,imanage_username,tracker_onboarding_libraries,region
#   acme,101,admin@acme.example,ACTIVE;ARCHIVE,eu
#   birch,102,admin@birch.example,,us

# firms.tenants.yml: ansible-inventory -i firms.tenants.yml --list
plugin: imanage.control_center.tenants
file: firms.csv

---
# Groups and variables that are made from columns.
plugin: imanage.control_center.tenants
file: firms.csv
strict: true
compose:
  imanage_url: "'https://' ~ region ~ '.cloudimanage.com'"
groups:
  pilots: inventory_hostname in ['acme', 'birch']
keyed_groups:
  - key: region
    prefix: region

# ansible.cfg, for a CSV file itself: ansible-inventory -i firms.tenants.csv --list
#
#   [inventory]
#   enable_plugins = imanage.control_center.tenants, auto, yaml
#   any_unparsed_is_failed = true
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.imanage.control_center.plugins.plugin_utils._tenants import sheet

_SPECS = Path(__file__).parents[2] / "roles" / "tracker_onboarding" / "meta" / "argument_specs.yml"
_SHEET = ".tenants.csv"
_CONFIGURATIONS = (".tenants.yml", ".tenants.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable):
    """The class that Ansible loads from this file."""

    NAME = "imanage.control_center.tenants"

    def verify_file(self, path: str) -> bool:
        """Whether a file is for this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith((_SHEET, *_CONFIGURATIONS))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add the tenants to the inventory."""
        super().parse(inventory, loader, path, cache)
        if path.endswith(_SHEET):
            self._add(self._tenants(path))
            return
        unknown = sorted(set(self._read_config_data(path)) - set(self._options))
        if unknown:
            raise AnsibleParserError(
                f"{path}: {unknown[0]} is not an option of {self.NAME}. Correct its name, or remove it."
            )
        found = self._tenants(str(Path(path).parent / Path(self.get_option("file")).expanduser()))
        self._add(found)
        for name in found:
            self._construct(name)

    def _tenants(self, file: str) -> Mapping[str, Mapping[str, Any]]:
        declared = sheet.types(self.loader.load_from_file(str(_SPECS)))
        if not Path(file).is_file():
            raise AnsibleParserError(f"There is no file {file}. Correct file in the configuration.")
        try:
            # The loader decrypts a file that is in a vault.
            content, _show = self.loader._get_file_contents(file)
            return sheet.tenants(content, declared)
        except sheet.Refused as refused:
            words = f"{file}: {refused}"
        except AnsibleError as error:
            words = f"{file} cannot be read: {error.message}"
        if file.endswith(_SHEET) and any(plugin.split(".")[-1] == "ini" for plugin in C.INVENTORY_ENABLED):
            # ini reads any file. Where it succeeds, Ansible does not show why another plugin failed.
            self.display.warning(f"{words} The plugin ini may now read each row as a host: do not enable it.")
        raise AnsibleParserError(words)

    def _add(self, tenants: Mapping[str, Mapping[str, Any]]) -> None:
        self.inventory.add_group(sheet.GROUP)
        for name, variables in tenants.items():
            self.inventory.add_host(name, group=sheet.GROUP)
            for variable, value in variables.items():
                self.inventory.set_variable(name, variable, _as_data(value))

    def _construct(self, name: str) -> None:
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), self._known(name), name, strict)
        self._add_host_to_composed_groups(self.get_option("groups"), self._known(name), name, strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), self._known(name), name, strict)

    def _known(self, name: str) -> dict[str, Any]:
        variables: dict[str, Any] = self.inventory.get_host(name).get_vars()
        return variables


def _as_data(value: Any) -> Any:
    """A value that Ansible does not read as a template. Up to ansible-core 2.18, every text may be one."""
    # ansible-inventory of 2.18 shows the mark, so only what could be a template has it.
    return wrap_var(value) if any(brace in str(value) for brace in "{}") else value
