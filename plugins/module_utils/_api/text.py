# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses JSON into texts that can be written to a file or sent. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

# JSON can contain half of a surrogate pair. UTF-8 has no bytes for it, so writing it later would fail.
_HALF = re.compile("[\ud800-\udfff]")
_SPELT = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(text: str | bytes) -> Any:
    """Parse JSON, and replace halves of characters. Raises ValueError or RecursionError."""
    known = text.decode(json.detect_encoding(text), "surrogatepass") if isinstance(text, bytes) else text
    value = json.loads(known, parse_constant=_no_number)
    # Checking each text of a list costs more than parsing it.
    return replace_halves(value) if _SPELT.search(known) or _HALF.search(known) else value


def _no_number(name: str) -> Any:
    """Refuse NaN and Infinity, which Python accepts but JSON does not allow."""
    raise ValueError(f"{name} is not a number in JSON")


def replace_halves(value: Any) -> Any:
    """Replace each half of a character by the replacement character."""
    if isinstance(value, str):
        # Keep an unaffected text as the same object, because Ansible marks texts that are not templates.
        return _HALF.sub("\ufffd", value) if _HALF.search(value) else value
    if isinstance(value, dict):
        return {replace_halves(name): replace_halves(inner) for name, inner in value.items()}
    return [replace_halves(inner) for inner in value] if isinstance(value, (list, tuple)) else value
