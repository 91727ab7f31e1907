# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who changed what, at which tenant, when: a record in a file that is only appended to."""

from __future__ import annotations

DOCUMENTATION = r"""
name: change_record
type: notification
author: the imanage.control_center authors (@imanage-control-center)
short_description: Keep a record of every change
version_added: 1.0.0
description:
  - Appends one line of JSON to a file for each write that a task of this collection makes, at once, and sees it on the
    disk before the next one is made. A write that was refused has a line too, with the reason.
  - The file is only ever appended to, by several runs at once if need be. It is made where it is missing, readable by
    its owner alone.
  - A task that cannot write to the file fails before it changes anything.
  - A preview changes nothing and records nothing.
notes:
  - A write whose reply a killed run no longer received has no line.
  - Where a task runs as a module, on another host, with become, or with variables in its environment, its lines are
    written when the module has ended. Changes of a task with async are not recorded; a warning says so.
requirements:
  - Enable it, for example by E(ANSIBLE_CALLBACKS_ENABLED=imanage.control_center.change_record).
options:
  path:
    description: The file. A path that is not absolute starts where C(ansible-playbook) was started.
    type: str
    default: imanage-changes.jsonl
    env:
      - name: IMANAGE_CHANGE_RECORD_PATH
    ini:
      - section: imanage_change_record
        key: path
"""

import os
import uuid
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._change_record import Record, start


class CallbackModule(CallbackBase):
    """Says where this run records. The tasks write the lines, so that a change is recorded before its task ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "imanage.control_center.change_record"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Before the first task, and before its process is forked off."""
        path = os.path.abspath(os.path.expanduser(self.get_option("path")))
        start(Record(path, str(uuid.uuid4())))
