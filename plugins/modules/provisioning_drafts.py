# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: provisioning_drafts
short_description: Keep the requests for provisioning that are still to be sent, as messages for a mail program
version_added: 1.0.0
description:
  - Writes one C(.eml) file for each tenant that waits for iManage and whose request was not sent yet. It sends nothing.
  - The playbooks of this collection use it. It always runs on the controller.
author: the imanage.control_center authors (@imanage-control-center)
options:
  results:
    description: The facts C(tracker_onboarding_result), one for each tenant.
    type: list
    elements: dict
    required: true
  path:
    description:
      - The folder, for these messages alone. Every other C(.eml) file in it is removed. It is made where there is
        a message to keep.
    type: path
    required: true
  together:
    description: Whether there is one message for all tenants with the same sender, recipient and application.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a run would, without writing anything.
    support: full
  diff_mode:
    description: Returns details on what has changed, or would change in C(check_mode), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
    support: full
  platform:
    description: Target operating systems.
    support: full
    platforms: posix
seealso:
  - module: imanage.control_center.imanage_onboarding
"""

EXAMPLES = r"""
- name: Keep the requests that are still to be sent
  imanage.control_center.provisioning_drafts:
    results: "{{ results }}"
    path: "{{ playbook_dir }}/provisioning-requests"
"""

RETURN = r"""
drafts:
  description: The names of the files that the folder has for these results.
  returned: success
  type: list
  elements: str
  sample: [acme.eml]
removed:
  description: The names of the files that were in the folder and belong to none of these results.
  returned: success
  type: list
  elements: str
  sample: []
"""
