# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that somebody else chose, in a sentence: so that one can tell them apart, and from the sentence. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_LONGEST = 500
# Signs that show nothing, beside those that Python calls not printable.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_PARTING = re.compile('[,;"]')
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def spelled(name: object) -> str:
    """A name in a list of names: as it stands, or in quotes where it could be misread."""
    text = str(name)
    return _quoted(text) if _PARTING.search(text) else titled(text)


def titled(text: str) -> str:
    """A name that stands alone: in quotes where it hides something."""
    return _short(text) if is_clear(text) else _quoted(text)


def in_quotes(name: object) -> str:
    """A name in quotes, as Python has them, with what hides escaped."""
    return repr(str(name)) if is_clear(str(name)) else f"'{escaped(str(name))}'"


def is_clear(text: str) -> bool:
    """Whether a text shows all its signs, in their usual form, and looks as long as it is and unlike one in quotes."""
    if not text or text != text.strip() or text.startswith('"') or not text.isprintable():
        return False
    return text.isascii() or (not _UNSEEN.search(text) and unicodedata.is_normalized("NFC", text))


def escaped(text: str) -> str:
    """A text within double quotes, as YAML has it: nothing hides, and nothing only looks like another text."""
    usual = unicodedata.normalize("NFC", text)
    return "".join(_escaped(sign) if _hides(sign) or sign in '"\\' or _differs(sign, usual) else sign for sign in text)


def visible(value: Any) -> Any:
    """A value of a report, with what hides in its texts escaped, and those that end in a space in quotes."""
    if isinstance(value, dict):
        return {visible(name): visible(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [visible(inner) for inner in value]
    if not isinstance(value, str) or not value or is_clear(value):
        return value
    usual = unicodedata.normalize("NFC", value)
    shown = "".join(
        _escaped(sign) if (_hides(sign) and sign != "\n") or _differs(sign, usual) else sign for sign in value
    )
    return f'"{shown}"' if shown != shown.strip(" ") else shown


def seen(text: str) -> str:
    """A text without the signs that hide, for a look at what may be meant."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if not sign.isspace() and not _hides(sign))


def _quoted(text: str) -> str:
    """In the double quotes in which YAML takes the same text back."""
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
