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
INDEX = "Modules, plugins, roles"

# A long name may break after its dots and slashes. A part of it breaks between its words where it is longer
# than the name of the collection.
_NAME = re.compile(r"[\w./{}]{17,}")
_PART = 22
# What is not text to read, or is code in lines of its own; else a text.
_KEPT_OR_TEXT = re.compile(r"((?s:<(pre|script|style|svg)\b.*?</\2>)|<[^>]*>)|([^<]+)")


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
    for shown in SITE.rglob("*.html"):
        shown.write_text(breakable(shown.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copy(SITE / "README.html", SITE / "index.html")
    print(f"The site is in {SITE.relative_to(ROOT)}/index.html.")


def with_menus(readme: str) -> str:
    """The README as the first page: the guides that it lists, its roles and the reference as menus."""
    pages = re.findall(r"\[([^]]+)\]\(([^)#:]+)\.md\)", readme.partition("\n## Guides\n")[2])
    roles = re.findall(r"\[(\w+)\]\((roles/\w+/README)\.md\)", readme)
    menus = {"Guides": pages, "Reference": [*roles, (INDEX, f"{REFERENCE}/index")]}
    return readme + "".join(
        "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *_entries(entries), "```", ""])
        for caption, entries in menus.items()
    )


def in_our_site(page: str) -> str:
    """A page of the reference without what the site shows at its side, and with short names in title and menu."""
    page = re.sub(
        r"^imanage\.control_center\.(?=\w+ (?:module|callback|filter|inventory|lookup|role) -- )", "", page, flags=re.M
    )
    page = re.sub(r"^Imanage\.Control_Center\n=+$", f"{INDEX}\n{'=' * len(INDEX)}", page, flags=re.M)
    page = re.sub(r"^\.\. contents::\n(?:   :.*\n)+", "", page, flags=re.MULTILINE)
    return re.sub(
        r"^    (\w+)_(module|callback|filter|inventory|lookup|role)$", r"    \1 \2 <\1_\2>", page, flags=re.MULTILINE
    )


def breakable(page: str) -> str:
    """A page whose long names may go on in the next line after a dot, a slash or an underscore, and nowhere else."""
    head, body, rest = page.partition("<body")
    return head + body + _KEPT_OR_TEXT.sub(lambda found: found[1] or _NAME.sub(_with_places, found[3]), rest)


def _with_places(name: re.Match[str]) -> str:
    parts = re.split(r"(?<=[\w}]\.)(?=\w{5})|(?<=[\w}]/)(?=[\w{])", name[0])
    return "<wbr>".join(re.sub(r"_(?=\w)", "_<wbr>", part) if len(part) > _PART else part for part in parts)


def _entries(pages: list[tuple[str, str]]) -> list[str]:
    return [f"{title} <{page}>" for title, page in pages]


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
