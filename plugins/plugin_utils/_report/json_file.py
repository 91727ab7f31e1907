# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a JSON file of a playbook, and explains what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.shape import mismatch
from ansible_collections.imanage.control_center.plugins.module_utils._api.text import parse_json

# Our files have at most ten levels. Ansible fails at a few hundred.
_DEEPEST = 100


class Unusable(Exception):
    """The reason why a file is unusable."""


def read(name: str, what: str, shape: Any, is_called: str, hint: str = "", largest: int | None = None) -> Any:
    """Read the file C(name). C(what) is report or plan. C(is_called) names the required shape in messages."""
    asks = f": {hint}" if hint else "."
    try:
        with Path(name).expanduser().open("rb") as file:
            raw = file.read(-1 if largest is None else largest + 1)
        if largest is not None and len(raw) > largest:
            raise Unusable(f"The {what} {name} is larger than {largest // 1_000_000} MB{asks}")
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise Unusable(f"There is no {what} {name}{asks}") from None
    except OSError as error:
        raise Unusable(f"The {what} {name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Unusable(f"The {what} {name} is not JSON: it is not even text.") from None
    if not text.strip():
        raise Unusable(f"The {what} {name} is empty{asks}")
    try:
        value = parse_json(text)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"The {what} {name} is not JSON: {error}.") from None
    if _is_deeper(value, _DEEPEST):
        raise Unusable(f"The {what} {name} is not {is_called}: it has more than {_DEEPEST} levels.")
    difference = mismatch(value, shape, "it")
    if difference:
        raise Unusable(f"The {what} {name} is not {is_called}: {difference}.")
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested deeper than this number of levels."""
    layer = [value]
    for _level in range(levels + 1):
        layer = [one for one in layer if isinstance(one, (dict, list))]
        layer = [inner for one in layer for inner in (one.values() if isinstance(one, dict) else one)]
        if not layer:
            return False
    return True
