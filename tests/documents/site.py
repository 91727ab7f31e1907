# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the guides, with a page for every module, plugin and role: make docs.

Built from a copy of what git knows, so the links between files of the repository lead somewhere.
"""

from __future__ import annotations

import re
import shutil
import sys

from gates.checkout import copied
from gates.gate import Failed, call
from support.tree import ROOT

SITE = ROOT / ".cache" / "site"
SOURCE = ROOT / ".cache" / "site-source"
REFERENCE = "reference"


def main() -> None:
    """Build the site anew; raises C(Failed) for what a tool said against it, warnings included."""
    shutil.rmtree(SITE, ignore_errors=True)
    home = copied(SOURCE)
    first = home / "README.md"
    first.write_text(with_menus(first.read_text(encoding="utf-8")), encoding="utf-8")
    reference = home / REFERENCE
    reference.mkdir()
    options = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version"]
    call(["antsibull-docs", "collection", *options, "--dest-dir", reference, "imanage.control_center"])
    for page in reference.glob("*.rst"):
        page.write_text(in_our_site(page.read_text(encoding="utf-8")), encoding="utf-8")
    call(["sphinx-build", "--quiet", "--fail-on-warning", "--keep-going", "-c", home / "docs", home, SITE])
    shutil.copy(SITE / "README.html", SITE / "index.html")
    print(f"The site is in {SITE.relative_to(ROOT)}/index.html.")


def with_menus(readme: str) -> str:
    """The README as the first page: the guides that it lists, its roles and the reference as menus."""
    pages = re.findall(r"\[([^]]+)\]\(([^)#:]+)\.md\)", readme.partition("\n## Guides\n")[2])
    roles = re.findall(r"\[(\w+)\]\((roles/\w+/README)\.md\)", readme)
    menus = {"Guides": pages, "Reference": [*roles, ("Modules, plugins, roles", f"{REFERENCE}/index")]}
    return readme + "".join(
        "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *_entries(entries), "```", ""])
        for caption, entries in menus.items()
    )


def in_our_site(page: str) -> str:
    """A page of the reference without what the site shows at its side, and with short names in the menu."""
    page = re.sub(r"^\.\. contents::\n(?:   :.*\n)+", "", page, flags=re.MULTILINE)
    return re.sub(r"^    (\w+)_(module|callback|filter|lookup|role)$", r"    \1 \2 <\1_\2>", page, flags=re.MULTILINE)


def _entries(pages: list[tuple[str, str]]) -> list[str]:
    return [f"{title} <{page}>" for title, page in pages]


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
