# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows names of replies and paths safely: words as they are, and a placeholder for what may be an id.

A field name or a part of a path is usually a word of the interface. It may also be an id: a number, an address, a
library or even a token. Then only its kind is shown.
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
# A word may end in a number (oauth2). A name with digits inside or with many capitals is probably an id.
_WORD = re.compile(r"[$_@]?[A-Za-z]+\d{0,2}(?:[-_.:]+[A-Za-z]+\d{0,2})*")
_LONGEST = 40
_TURN = re.compile("[a-z][A-Z]")
_FEW_TURNS, _SHORTEST_HUMP = 2, 3


def safe_name(name: str) -> str:
    """The field name, or the kind of id that it seems to be."""
    kind = next((kind for kind, pattern in _ID_KINDS if pattern.fullmatch(name)), None)
    if kind:
        return kind
    return name if _is_word(name) else _OTHER


def _is_word(name: str) -> bool:
    turns = len(_TURN.findall(name))
    is_readable = turns <= _FEW_TURNS or len(name) >= _SHORTEST_HUMP * (turns + 1)
    return len(name) <= _LONGEST and is_readable and bool(_WORD.fullmatch(name))


def safe_path(way: Iterable[str]) -> str:
    """The path of a field: C(data[].region)."""
    return ".".join("[]" if name == "[]" else safe_name(name) for name in way).replace(".[]", "[]")
