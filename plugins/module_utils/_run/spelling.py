# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edit distance of two names. Pure."""

from __future__ import annotations


def distance(one: str, other: str) -> int:
    """The number of letters to add, remove, change, or swap with a neighbour. Each letter counts once."""
    earlier: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, there in enumerate(other, 1):
            steps = [last[column] + 1, now[-1] + 1, last[column - 1] + (letter != there)]
            if row > 1 and column > 1 and (letter, there) == (other[column - 2], one[row - 2]):
                steps.append(earlier[column - 2] + 1)
            now.append(min(steps))
        earlier, last = last, now
    return last[-1]
