# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests on each core and each Python: make matrix."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from .cores import PAIRS, Pair, with_tests
from .gate import Gate, call


def gates(arguments: Sequence[str]) -> list[Gate]:
    """A gate for each pair; the arguments are pytest's."""
    return [Gate(pair.name, functools.partial(_check, pair, arguments)) for pair in PAIRS]


def _check(pair: Pair, arguments: Sequence[str]) -> None:
    programs = with_tests(pair)
    call([programs / "ansible", "--version"], first_in_path=[programs])
    call([programs / "python", "-m", "pytest", "-n", "auto", *arguments], first_in_path=[programs])
