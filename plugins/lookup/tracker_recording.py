# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup by which the playbook read_recording compares what a browser recorded with the contract."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tracker_recording
author: the imanage.control_center authors (@imanage-control-center)
version_added: 1.0.0
short_description: Compares a recording of the browser with the contract
description:
  - Reads a HAR file that an administrator recorded in the browser. Says which of its calls are as the contract says,
    which differ, and what to set as C(imanage_api_paths), for the playbook C(imanage.control_center.read_recording).
  - Headers, cookies, query strings and the values in bodies are dropped when the file is read, and nothing of them is
    returned, not in an error either. Parts of paths and names of fields that may be ids are shown as placeholders.
options:
  _terms:
    description: The path of the file. A relative one is below the working directory.
    type: list
    elements: str
    required: true
  url:
    description: Where the tenant is, as in C(imanage_url). Without it, the host that answers most like Control Center.
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: See what a recording says
  ansible.builtin.debug:
    msg: "{{ lookup('imanage.control_center.tracker_recording', 'tenant.har').text }}"
"""

RETURN = r"""
_raw:
  description: One dictionary.
  type: list
  elements: dict
  contains:
    operations:
      description:
        - A row for each operation of the contract, C(operation), C(verdict), C(seen), C(api_path) and C(details). The
          verdict is C(matches), C(differs), C(path_only), C(candidate), C(ambiguous), C(other_method) or C(not_seen).
      type: list
      elements: dict
    api_paths:
      description: What to set as C(imanage_api_paths).
      type: dict
    others:
      description: The other calls to the tenant.
      type: list
      elements: str
    text:
      description: All of that for people, line by line.
      type: list
      elements: str
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.imanage.control_center.plugins.plugin_utils import _recording, _recording_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._json_file import Unusable


class LookupModule(LookupBase):
    """What Ansible looks for in this file."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """What the recording says."""
        self.set_options(var_options=variables, direct=kwargs)
        if len(terms) != 1:
            raise AnsibleLookupError("tracker_recording takes the path of one file.")
        name = str(terms[0])
        try:
            return [_recording.report(_recording_file.read(name), self.get_option("url"))]
        except Unusable as unusable:
            raise AnsibleLookupError(str(unusable)) from None
        except Exception as error:  # noqa: BLE001
            # The words of any other error may have a value of the recording in them, so only its kind is told.
            problem = type(error).__name__
        raise AnsibleLookupError(f"The recording {name} is not laid out as a HAR file ({problem}).")
