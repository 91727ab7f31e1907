# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A message as a mail program reads it."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage


def parsed(content: bytes) -> EmailMessage:
    """The message, which has no defects."""
    letter = email.message_from_bytes(content, policy=email.policy.default)
    assert letter.defects == []
    return letter


def customers(content: bytes) -> list[str]:
    """The names of the customers, one per line."""
    return re.findall(r"^Customer name: (.*?)\r?$", parsed(content).get_content(), re.MULTILINE)
