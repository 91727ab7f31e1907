# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotes names of servers and users in sentences, so that they cannot be misread. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_LONGEST = 500
# Invisible characters that Python counts as printable.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_PARTING = re.compile('[,;"]')
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def spelled(name: object) -> str:
    """A name in a list of names: unchanged, or in quotes if it could be misread."""
    text = str(name)
    return _quoted(text) if _PARTING.search(text) else titled(text)


def titled(text: str) -> str:
    """A single name: in quotes if it has invisible characters."""
    return _short(text) if is_clear(text) else _quoted(text)


def in_quotes(name: object) -> str:
    """A name in the quotes of Python, with invisible characters escaped."""
    return repr(str(name)) if is_clear(str(name)) else f"'{escaped(str(name))}'"


def is_clear(text: str) -> bool:
    """Whether all characters of a text are visible and in their usual form, and it does not look quoted."""
    if not text or text != text.strip() or text.startswith('"') or not text.isprintable():
        return False
    return text.isascii() or (not _UNSEEN.search(text) and unicodedata.is_normalized("NFC", text))


def escaped(text: str) -> str:
    """A text for double quotes in YAML, with invisible and unusual characters escaped."""
    usual = unicodedata.normalize("NFC", text)
    return "".join(_escaped(sign) if _hides(sign) or sign in '"\\' or _differs(sign, usual) else sign for sign in text)


def is_plain(text: str) -> bool:
    """Whether YAML reads the text without quotes as the same text."""
    if not is_clear(text) or ": " in text or " #" in text or text.endswith(":"):
        return False
    if text.casefold() in ("yes", "no", "true", "false", "on", "off", "null", "none", "~", "y", "n"):
        return False
    return text[0].isalpha()


def visible(value: Any) -> Any:
    """A value of a report, with invisible characters escaped. Texts that begin or end with a space are quoted."""
    if isinstance(value, dict):
        return {visible(name): visible(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [visible(inner) for inner in value]
    if not isinstance(value, str) or not value or is_clear(value):
        return value
    usual = unicodedata.normalize("NFC", value)
    text = "".join(
        _escaped(sign) if (_hides(sign) and sign != "\n") or _differs(sign, usual) else sign for sign in value
    )
    return f'"{text}"' if text != text.strip(" ") else text


def seen(text: str) -> str:
    """A text without spaces and invisible characters, to compare similar names."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if not sign.isspace() and not _hides(sign))


def _quoted(text: str) -> str:
    """The text in double quotes, which YAML reads as the same text."""
    return f'"{_short(escaped(text))}"'


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _hides(sign: str) -> bool:
    return not sign.isprintable() or bool(_UNSEEN.match(sign))


def _differs(sign: str, usual: str) -> bool:
    return not sign.isascii() and sign not in usual


def _escaped(sign: str) -> str:
    number = ord(sign)
    return _SHORT.get(sign) or (f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}")
