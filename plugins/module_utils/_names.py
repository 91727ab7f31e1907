# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be shown of names that somebody else chose: words as they stand, and a placeholder for what may be an id.

A field name or a part of a path is a word of the interface mostly. Where a reply is keyed by ids, or a path has one,
it may be a number, an address, a library or even a token; only its kind is shown then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ID_KINDS = (
    ("{number}", re.compile(r"\d+")),
    ("{uuid}", re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)),
    ("{address}", re.compile(r".*@.*", re.DOTALL)),
)
_OTHER = "{text}"
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.:-]{0,31}")
_MOST_DIGITS = 2


def shown(name: str) -> str:
    """A field name, or the kind of thing that it seems to be."""
    kind = next((kind for kind, pattern in _ID_KINDS if pattern.fullmatch(name)), None)
    if kind:
        return kind
    is_word = _WORD.fullmatch(name) and sum(sign.isdigit() for sign in name) <= _MOST_DIGITS
    return name if is_word else _OTHER


def shown_place(way: Iterable[str]) -> str:
    """The way to a field: C(data[].region)."""
    return ".".join("[]" if name == "[]" else shown(name) for name in way).replace(".[]", "[]")


def shown_segment(segment: str) -> str:
    """A part of a path, likewise. One in capitals is taken for the name of a library."""
    return _OTHER if len(segment) > 1 and segment.isupper() else shown(segment)


def is_shown(segment: str) -> bool:
    """Whether a part of a path is a word that stands for itself."""
    return shown_segment(segment) == segment
