# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quick gates: tools that look at the files as they stand."""

from __future__ import annotations

import functools

from .gate import BIN, WORK, Gate, call

COMMANDS = {
    "ruff-check": "ruff check .",
    "ruff-format": "ruff format --check .",
    "yamllint": "yamllint --strict .",
    "types": "mypy",
    "layers": f"lint-imports --cache-dir {WORK / 'imports'}",
    "reuse": "reuse lint --lines",
    "changelog": "antsibull-changelog lint",
    "documentation": "antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .",
    "ansible-lint": "ansible-lint --offline",
}


def gates() -> list[Gate]:
    """A gate for each tool."""
    return [Gate(name, functools.partial(_check, command)) for name, command in COMMANDS.items()]


def _check(command: str) -> None:
    program, *arguments = command.split()
    # The layers are those of what Python imports, so the tree of the collection has to be importable.
    call([BIN / program, *arguments], environment={"PYTHONPATH": ".cache/tree"})
