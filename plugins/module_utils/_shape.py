# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a reply have the shape that the contract gives it?

A shape is plain data: a type, a tuple of allowed words, a list of one shape (rows), or a dictionary of shapes.
A key that ends in C(?) may be absent or null. Fields that the contract does not name are allowed and not looked at.
"""

from __future__ import annotations

from typing import Any

_NAMES = {str: "a text", int: "a whole number", bool: "true or false", dict: "an object", list: "a list"}


def mismatch(value: Any, shape: Any, at: str = "the reply") -> str | None:
    """The first place where the value differs from the shape, as a phrase; None when it fits."""
    if isinstance(shape, dict):
        return _object_mismatch(value, shape, at)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{at} is {_name(value)} instead of a list"
        found = (mismatch(row, shape[0], f"{at}[{number}]") for number, row in enumerate(value))
        return next(filter(None, found), None)
    if isinstance(shape, tuple):
        return None if value in shape else f"{at} is none of {', '.join(shape)}"
    # In Python true is a whole number, on the wire it is not.
    fits = isinstance(value, shape) and isinstance(value, bool) == (shape is bool)
    return None if fits else f"{at} is {_name(value)} instead of {_NAMES[shape]}"


def _object_mismatch(value: Any, shape: dict[str, Any], at: str) -> str | None:
    if not isinstance(value, dict):
        return f"{at} is {_name(value)} instead of an object"
    for key, inner in shape.items():
        name, optional = key.rstrip("?"), key.endswith("?")
        if value.get(name) is None and optional:
            continue
        if name not in value:
            return f"{at} has no {name}"
        found = mismatch(value[name], inner, f"{at}.{name}")
        if found:
            return found
    return None


def _name(value: Any) -> str:
    return "null" if value is None else _NAMES.get(type(value), "a number")
