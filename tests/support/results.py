# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the result fact, as tests expect them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def libraries(
    authorized: Sequence[str] = (),
    pending: Sequence[str] = (),
    not_visible: Sequence[str] | None = (),
    wanted: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The libraries of a tenant in the fact; all of these are wanted, in this order unless another is given."""
    hidden = None if not_visible is None else list(not_visible)
    every = [*authorized, *pending, *(hidden or [])] if wanted is None else list(wanted)
    known = {"authorized": list(authorized), "pending": list(pending), "not_visible": hidden}
    return {"wanted": every, **known, "others": []}
