# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the attributes of every module."""

from __future__ import annotations


class ModuleDocFragment:
    """Check mode, diff, idempotence, and the action group."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the result of a run, without writing anything.
    support: full
    details:
      - Signing in and out happen in check mode too. They change nothing that an administrator manages.
  diff_mode:
    description: Returns details on what has changed, or would change in C(check_mode), when in diff mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
    support: full
  action_group:
    description: Use C(group/imanage.control_center.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - imanage.control_center.all
  platform:
    description: Target operating systems.
    support: full
    platforms: posix
"""

    WRITES = r"""
options: {}
attributes:
  diff_mode:
    support: full
"""

    READS = r"""
options: {}
attributes:
  diff_mode:
    support: N/A
    details:
      - The module changes nothing.
"""
