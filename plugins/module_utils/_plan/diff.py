# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a plan's diff for people: two small YAML documents with the labels of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import escaped, is_plain, titled


def render(before: Mapping[str, Any], after: Mapping[str, Any], tenant: str, title: str) -> dict[str, str]:
    """Ansible's diff of two views of the managed fields. C(tenant) and C(title) are its headers."""
    # The title comes from the server and is printed on a terminal.
    head = f"{tenant}, {titled(title)}" if title else tenant
    return {
        "before_header": f"{head} (as it is)",
        "after_header": f"{head} (as planned)",
        "before": _document(before),
        "after": _document(after),
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The fields that differ between two views, in words: what each is, and what it should be."""
    lines = []
    for key in dict.fromkeys([*before, *after]):
        if key not in before:
            lines.append(f"{_scalar(key)} should be {worded(after[key])}")
        elif key not in after:
            lines.append(f"{_scalar(key)} is {worded(before[key])}")
        elif before[key] != after[key]:
            lines.append(f"{_scalar(key)} is {worded(before[key])}, should be {worded(after[key])}")
    return lines


def worded(value: Any) -> str:
    """A value of a view, on one line."""
    return f"[{', '.join(_scalar(item) for item in value)}]" if isinstance(value, list) else _scalar(value)


def _document(view: Mapping[str, Any]) -> str:
    lines: list[str] = []
    for key, value in view.items():
        if isinstance(value, list) and value:
            lines += [f"{_scalar(key)}:", *(f"  - {_scalar(item)}" for item in value)]
        else:
            lines.append(f"{_scalar(key)}: {_scalar(value)}")
    return "".join(line + "\n" for line in lines)


def _scalar(value: Any) -> str:
    """A value, on one line. Anything but a plain word is quoted."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and not is_plain(value):
        return f'"{escaped(value)}"'
    return "none" if value is None else "[]" if value == [] else str(value)
