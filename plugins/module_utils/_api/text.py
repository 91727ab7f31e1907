# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of others, as texts that every file and every address can carry. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

# JSON can spell half of a character that takes two. UTF-8 has no bytes for it, so whoever writes it later would fail.
_HALF = re.compile("[\ud800-\udfff]")
_SPELT = re.compile(r"\\u[dD][89a-fA-F]")


def parsed(text: str | bytes) -> Any:
    """What is in a text of JSON, without halves of characters. Raises ValueError or RecursionError."""
    known = text.decode(json.detect_encoding(text), "surrogatepass") if isinstance(text, bytes) else text
    value = json.loads(known, parse_constant=_no_number)
    # To look at each text of a list costs more than to read it.
    return whole(value) if _SPELT.search(known) or _HALF.search(known) else value


def _no_number(name: str) -> Any:
    """NaN and Infinity, which Python would read and write, are no JSON to anybody else."""
    raise ValueError(f"{name} is no number")


def whole(value: Any) -> Any:
    """The value with the sign for a character that is unknown in the place of each half of one."""
    if isinstance(value, str):
        # What has none stays the same object, since Ansible marks texts that are no templates.
        return _HALF.sub("\ufffd", value) if _HALF.search(value) else value
    if isinstance(value, dict):
        return {whole(name): whole(inner) for name, inner in value.items()}
    return [whole(inner) for inner in value] if isinstance(value, (list, tuple)) else value
