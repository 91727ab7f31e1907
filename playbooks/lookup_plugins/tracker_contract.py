# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the findings of the playbook verify_contract for a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import json_file

DOCUMENTATION = r"""
name: tracker_contract
short_description: Reads the findings of verify_contract
description:
  - Reads the file C(contract.json) that the playbook C(imanage.control_center.verify_contract) wrote to a folder, for
    the reports of the other playbooks. Without a file, the result is empty. An unusable file causes a warning.
options:
  _terms:
    description: The folder.
    type: list
    elements: str
    required: true
"""

_LAYOUT = [
    {
        "tenant": str,
        "at": str,
        "customer_id?": int,
        "operations?": [{"operation": str, "verdict": str, "evidence": str}],
    }
]


class LookupModule(LookupBase):
    """The class that Ansible loads from this file."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the findings in the file."""
        file = Path(str(terms[0])).expanduser() / "contract.json"
        if not file.exists():
            return []
        try:
            rows: list[dict[str, Any]] = json_file.read(str(file), "file", _LAYOUT, "what verify_contract leaves")
        except json_file.Unusable as unusable:
            self._display.warning(str(unusable))
            return []
        return [{"customer_id": None, "operations": None, **row} for row in rows]
