# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides, and their blocks of commands and files, as written.

A test takes all blocks of a kind at once, C(PREVIEW, ONBOARD = Guide("docs/many-tenants.md").commands), and runs them.
So a block that is added fails that test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from sandbox.examples import example

from .tree import ROOT

# The languages of a kind of blocks. What is shown and not typed or kept anywhere is text.
KINDS = {
    "commands": ("bash", "console", "sh"),
    "yaml": ("yaml",),
    "ini": ("ini",),
    "crontab": ("crontab",),
    "json": ("json",),
    "diff": ("diff",),
}

# The blocks that no test runs, by their guide and how they begin, and why.
NOT_RUN = {
    (
        "README.md",
        "make demo ",
    ): "the tests cannot run themselves; tests/integration/test_demo.py runs the demonstration",
    ("README.md", "ansible-galaxy collection install "): "the guide to the first tenant has the same command",
    ("docs/your-first-tenant.md", "python3 -m venv venv\n"): "it gets ansible-core and requests over the network",
}


class Block(NamedTuple):
    """A fenced block: its language, its text, and the heading above it."""

    language: str
    text: str
    heading: str


class Guide:
    """A guide, by its path in the repository."""

    def __init__(self, name: str):
        self.name = name
        self.text = (ROOT / name).read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[Block]:
        """Every fenced block, in order."""
        return list(_blocks(self.text))

    def __getattr__(self, kind: str) -> tuple[str, ...]:
        """The blocks of a kind that can be run or used, in order, as in C(guide.commands)."""
        if kind not in KINDS:
            raise AttributeError(f"A guide has no {kind}; there are {', '.join(KINDS)}.")
        return self._of(kind)

    def _of(self, kind: str) -> tuple[str, ...]:
        not_run = [beginning for name, beginning in NOT_RUN if name == self.name]
        found = [block.text for block in self.blocks if block.language in KINDS[kind]]
        return tuple(text for text in found if not text.startswith(tuple(not_run)))


def every_guide() -> dict[str, Guide]:
    """The README, the guides of docs and the pages of the roles, by name."""
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "roles").glob("*/README.md"))]
    return {name: Guide(name) for name in (path.relative_to(ROOT).as_posix() for path in paths)}


def _blocks(text: str) -> Iterator[Block]:
    language, lines, heading = None, [], ""
    for line in text.splitlines(keepends=True):
        fence = re.match(r" *(`{3,}|~{3,})\s*(\S*)", line)
        if language is None and fence:
            language, lines = fence[2], []
        elif language is not None and fence and not fence[2]:
            yield Block(language, "".join(lines), heading)
            language = None
        elif language is not None:
            lines.append(line)
        elif line.startswith("#"):
            heading = line.lstrip("#").strip()
    assert language is None, "a block that does not end"


def tenant(name: str, number: int, **changes: Any) -> dict[str, Any]:
    """A tenant as the guides have it."""
    user = {"id": f"admin@{name}.example", "password": f"the password of admin@{name}.example"}
    users = [{**user, "app_management": True, "nrtadmin": "all"}]
    return example(name, number, client={"id": "the-id-of-your-oauth-client"}, users=users, **changes)


def changed(text: str, **words: str) -> str:
    """The text with other words, for what is different here; each has to be in it."""
    for old, new in words.items():
        assert old in text, old
        text = text.replace(old, new)
    return text
