# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form in which a secret could show up in a text, and their removal."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "********"
_HEX = re.compile("%[0-9A-F]{2}")


def forms(secrets: Iterable[str | None]) -> list[str]:
    """All spellings of the given secrets, longest first, so that no rest of one survives another."""
    found: set[str] = set()
    for secret in filter(None, secrets):
        encoded = secret.encode("utf-8", "surrogateescape")
        for encoding in (quote(encoded), quote(encoded, safe=""), quote_plus(encoded)):
            found.update((encoding, _HEX.sub(lambda code: code[0].lower(), encoding)))
        found.update(
            (
                secret,
                base64.b64encode(encoded).decode().rstrip("="),
                base64.urlsafe_b64encode(encoded).decode().rstrip("="),
                json.dumps(secret)[1:-1],
                json.dumps(secret, ensure_ascii=False)[1:-1],
            )
        )
    return sorted(found, key=len, reverse=True)


def hide(value: Any, secrets: Iterable[str | None]) -> Any:
    """A text without any form of any of the secrets, or a result with none in its texts and numbers.

    The names of its fields are ours, and stay.
    """
    return _hidden(value, forms(secrets))


def _hidden(value: Any, found: list[str]) -> Any:
    if isinstance(value, str):
        for form in found:
            value = value.replace(form, HIDDEN)
        return value
    if isinstance(value, Mapping):
        return {name: _hidden(inner, found) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hidden(inner, found) for inner in value]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return HIDDEN if is_number and any(form in str(value) for form in found) else value
