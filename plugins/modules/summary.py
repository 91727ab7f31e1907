#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the action plugin of this name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: summary
short_description: Print lines without changes
version_added: 1.0.0
description:
  - Prints each text as a line, while M(ansible.builtin.debug) would print a JSON list.
  - The playbooks of this collection print the summary of the tenants with it.
author: the imanage.control_center authors (@imanage-control-center)
notes:
  - With a callback for standard output other than P(ansible.builtin.default#callback), for example one that prints
    JSON, the lines are only in the result, which that callback prints.
options:
  lines:
    description: The lines. Unprintable characters are printed as spaces.
    type: list
    elements: str
    required: true
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a run would.
    support: full
  diff_mode:
    description: Returns details on what has changed.
    support: N/A
  platform:
    description: Target operating systems.
    support: full
    platforms: posix
"""

EXAMPLES = r"""
- name: Print the next steps for the tenant
  imanage.control_center.summary:
    lines: "{{ tracker_onboarding_result.next_steps }}"
"""

RETURN = r"""
msg:
  description: The lines.
  returned: always
  type: list
  elements: str
"""
