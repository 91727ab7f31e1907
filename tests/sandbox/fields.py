# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strict reading of plain descriptions, with errors that name the place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

REQUIRED: Any = object()


class DescriptionError(ValueError):
    """A description that cannot be used; the message is one sentence for a person."""


class Fields:
    """The fields of one description; each is taken once, and what is left over is an error."""

    def __init__(self, description: Any, what: str):
        if not isinstance(description, dict):
            raise DescriptionError(f"{what} must be a mapping, not {description!r}.")
        self._left = dict(description)
        self.what = what

    def take(self, name: str, kind: type | tuple[type, ...], default: Any = REQUIRED) -> Any:
        """The value of one field, checked for its type; null means the default."""
        value = self._left.pop(name, None)
        if value is None:
            if default is REQUIRED:
                raise DescriptionError(f"{self.what} needs {name}.")
            return default
        # True is an int in Python, but nobody means a number by it.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            kinds = " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
            raise DescriptionError(f"{name} of {self.what} must be of type {kinds}, not {value!r}.")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: Any = REQUIRED) -> str:
        """The value of a field that knows only a few values."""
        value = self.take(name, str, default)
        if value not in choices:
            raise DescriptionError(f"{name} of {self.what} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of strings, empty by default."""
        values = self.take(name, list, [])
        for value in values:
            if not isinstance(value, str):
                raise DescriptionError(f"{name} of {self.what} must hold strings, not {value!r}.")
        return list(values)

    def moment(self, name: str) -> datetime | None:
        """A time in ISO 8601, as text or as YAML reads it; without an offset it is UTC."""
        value = self.take(name, (str, datetime), None)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise DescriptionError(f"{name} of {self.what} is not an ISO 8601 time: {value!r}.") from None
        if value is not None and value.tzinfo is None:
            value = value.replace(tzinfo=UTC)
        return value

    def end(self) -> None:
        """Complain about fields that nobody took."""
        if self._left:
            raise DescriptionError(f"{self.what} has unknown keys: {', '.join(sorted(map(str, self._left)))}.")


def unique(ids: list[str], what: str) -> None:
    """Complain about ids that differ at most in case."""
    seen = set()
    for one in ids:
        if one.lower() in seen:
            raise DescriptionError(f"{what} are named twice: {one}.")
        seen.add(one.lower())
