# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the guides, built without a warning: a link that leads nowhere is one."""

from __future__ import annotations

import sys

from .gate import Gate, call


def gates() -> list[Gate]:
    """The one gate."""
    return [Gate("site", _check)]


def _check() -> None:
    call([sys.executable, "-m", "documents.site"])
