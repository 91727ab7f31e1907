# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts values of Ansible to plain ones. Pure."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> Any:
    """Convert a value to plain JSON types, without Ansible's tags, vault wrappers and template types."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    for simple in (int, float):
        if isinstance(value, simple):
            return simple(value)
    return str.__str__(value) if isinstance(value, str) else str(value)
