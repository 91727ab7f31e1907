# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a reply with the shape in the contract.

A shape is plain data: a type, a tuple of allowed words, a list of one shape (rows), a dictionary of shapes, or OneOf.
A key that ends in C(?) may be missing or null. Other fields are allowed and not checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class OneOf:
    """A value that has one of several shapes."""

    def __init__(self, *shapes: Any) -> None:
        self.shapes = shapes

    def nearest(self, value: Any) -> Any:
        """The shape with the fewest differences from the value, the first of several."""
        return min(self.shapes, key=lambda shape: len(list(differences(value, shape))))


_NAMES = {str: "a text", int: "a whole number", bool: "true or false", dict: "an object", list: "a list"}


def mismatch(value: Any, shape: Any, at: str = "the reply") -> str | None:
    """The first difference between the value and the shape, as a phrase; None if there is none."""
    return next(differences(value, shape, at), None)


def differences(value: Any, shape: Any, at: str = "the reply") -> Iterator[str]:
    """Yield every difference between the value and the shape, as phrases with fields and types, but no values."""
    if isinstance(shape, OneOf):
        yield from differences(value, shape.nearest(value), at)
    elif isinstance(shape, dict):
        yield from _in_object(value, shape, at)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{at} is {_name(value)} instead of a list"
            return
        for number, row in enumerate(value):
            yield from differences(row, shape[0], f"{at}[{number}]")
    elif isinstance(shape, tuple):
        if value not in shape:
            yield f"{at} is not one of {', '.join(shape)}"
    # Python counts true as a whole number. JSON does not.
    elif not isinstance(value, shape) or isinstance(value, bool) != (shape is bool):
        yield f"{at} is {_name(value)} instead of {_NAMES[shape]}"


def unknown_fields(value: Any, shape: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each field that the shape does not name, once for each row. Rows are C([])."""
    if isinstance(shape, OneOf):
        yield from unknown_fields(value, shape.nearest(value), at)
    elif isinstance(shape, list) and isinstance(value, list):
        for row in value:
            yield from unknown_fields(row, shape[0], (*at, "[]"))
    elif isinstance(shape, dict) and isinstance(value, dict):
        known = {key.rstrip("?"): inner for key, inner in shape.items()}
        for name, inner in value.items():
            if name in known:
                yield from unknown_fields(inner, known[name], (*at, name))
            else:
                yield (*at, name)


def _in_object(value: Any, shape: dict[str, Any], at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is {_name(value)} instead of an object"
        return
    for key, inner in shape.items():
        name, optional = key.rstrip("?"), key.endswith("?")
        if value.get(name) is None and optional:
            continue
        if name in value:
            yield from differences(value[name], inner, f"{at}.{name}")
        else:
            yield f"{at} has no {name}"


def _name(value: Any) -> str:
    return "null" if value is None else _NAMES.get(type(value), "a number")
