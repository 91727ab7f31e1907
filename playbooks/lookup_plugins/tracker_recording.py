# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a recording of a browser with the contract, for the playbook read_recording."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import recording
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable

DOCUMENTATION = r"""
name: tracker_recording
short_description: Compares a recording of the browser with the contract
description:
  - Reads a HAR file that an administrator recorded in the browser, for the playbook
    C(imanage.control_center.read_recording). Shows for each call of the contract whether the browser made a call with
    exactly that method and path, and which other calls it made.
  - Reads only methods, paths and statuses. Parts of paths that may be ids are shown as placeholders.
options:
  _terms:
    description: The path of the file. A relative path starts at the working directory.
    type: list
    elements: str
    required: true
  url:
    description: The address of the tenant, as in C(imanage_url). Calls to other hosts are only counted.
    type: str
    required: true
"""


class LookupModule(LookupBase):
    """The class that Ansible loads from this file."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return the comparison."""
        self.set_options(var_options=variables, direct=kwargs)
        if len(terms) != 1:
            raise AnsibleLookupError("tracker_recording takes the path of one file.")
        try:
            return recording.compare(recording.read(str(terms[0])), self.get_option("url"))
        except Unusable as unusable:
            raise AnsibleLookupError(str(unusable)) from None
