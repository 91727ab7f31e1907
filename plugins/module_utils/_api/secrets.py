# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes secrets from texts and results, in every form in which they may appear."""

from __future__ import annotations

import base64
import functools
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import quoted

HIDDEN = "********"
_HEX = re.compile("%[0-9A-F]{2}")
# The keys in these fields are names of the tenant, such as libraries. All other keys are ours.
_KEYED_BY_NAMES = ("before", "after")


def forms(secrets: Iterable[str | None]) -> list[str]:
    """All forms of the given secrets, longest first, so that no part of a longer one remains."""
    found = {form for secret in filter(None, secrets) for form in _forms_of(secret)}
    return sorted(found, key=len, reverse=True)


@functools.lru_cache(maxsize=32)
def _forms_of(secret: str) -> set[str]:
    """All forms of one secret. They are needed after every reply."""
    found: set[str] = set()
    encoded = secret.encode("utf-8", "surrogatepass")
    for encoding in (quote(encoded), quote(encoded, safe=""), quote_plus(encoded)):
        found.update((encoding, _HEX.sub(lambda code: code[0].lower(), encoding)))
    for to_base64 in (base64.b64encode, base64.urlsafe_b64encode):
        found.add(to_base64(encoded).decode().rstrip("="))
    # An invalid HTTP reply is read as Latin-1.
    for text in (secret, quoted(secret), encoded.decode("latin-1")):
        found.update(_escaped(text))
    return found - {""}


def _escaped(text: str) -> Iterator[str]:
    """A text unchanged, in JSON, in Python and in HTML."""
    yield from (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    # In a text with a double quote, Python escapes single quotes.
    yield from (repr(text)[1:-1], repr(f'"{text}')[2:-1])
    in_html = html.escape(text)
    yield from (in_html, html.escape(text, quote=False), in_html.replace("&#x27;", "&#39;").replace("&quot;", "&#34;"))
    yield in_html.replace("&#x27;", "&apos;")


def hide(value: Any, secrets: Iterable[str | None]) -> Any:
    """Remove every form of the secrets from a text or a result, also from its numbers and from names of the tenant.

    The field names of this collection stay unchanged.
    """
    return _hidden(value, forms(secrets))


def _hidden(value: Any, found: list[str], keyed_by_names: bool = False) -> Any:
    if isinstance(value, str):
        for form in found:
            value = value.replace(form, HIDDEN)
        return value
    if isinstance(value, Mapping):
        return {
            _hidden(name, found) if keyed_by_names else name: _hidden(inner, found, name in _KEYED_BY_NAMES)
            for name, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_hidden(inner, found) for inner in value]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return HIDDEN if is_number and any(form in str(value) for form in found) else value
