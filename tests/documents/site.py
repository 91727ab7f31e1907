# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the guides, with a page for every module, plugin and role: make docs.

Built from a copy of what git knows, so the links between files of the repository lead somewhere.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys

from gates.checkout import copied
from gates.gate import Failed, call
from support.tree import ROOT

SITE = ROOT / ".cache" / "site"
SOURCE = ROOT / ".cache" / "site-source"
INDEX = "docs/README.md"
REFERENCE = "reference"


def main() -> None:
    """Build the site anew; raises C(Failed) for what a tool said against it, warnings included."""
    shutil.rmtree(SITE, ignore_errors=True)
    home = copied(SOURCE)
    # The list of guides is the first page, where others lead to it too.
    for page in home.glob("*.md"):
        page.write_text(page.read_text(encoding="utf-8").replace(f"]({INDEX})", "](index.md)"), encoding="utf-8")
    (home / "index.md").write_text(index((home / INDEX).read_text(encoding="utf-8")), encoding="utf-8")
    reference = home / REFERENCE
    reference.mkdir()
    options = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version"]
    call(["antsibull-docs", "collection", *options, "--dest-dir", reference, "imanage.control_center"])
    for page in reference.glob("*.rst"):
        page.write_text(in_our_site(page.read_text(encoding="utf-8")), encoding="utf-8")
    call(["sphinx-build", "--quiet", "--fail-on-warning", "--keep-going", "-c", home / "docs", home, SITE])
    print(f"The site is in {SITE.relative_to(ROOT)}/index.html.")


def index(text: str) -> str:
    """The list of the guides as the first page: its links from the top of the repository, and its sections as menus."""
    text = re.sub(r"\]\((?!https?:)([^)#]+)", lambda link: f"]({_from_top(link[1])}", text)
    menus = []
    for section in text.split("\n## ")[1:]:
        pages = re.findall(r"^- \[([^]]+)\]\(([^)#]+)\.md\)", section, re.MULTILINE)
        menus.append((section.partition("\n")[0], [f"{title} <{page}>" for title, page in pages]))
    menus.append(("Reference", [f"Modules, plugins, roles <{REFERENCE}/index>"]))
    return text + "".join(
        "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```", ""])
        for caption, pages in menus
    )


def in_our_site(page: str) -> str:
    """A page of the reference without what the site shows at its side, and with short names in the menu."""
    page = re.sub(r"^\.\. contents::\n(?:   :.*\n)+", "", page, flags=re.MULTILINE)
    return re.sub(r"^    (\w+)_(module|callback|filter|lookup|role)$", r"    \1 \2 <\1_\2>", page, flags=re.MULTILINE)


def _from_top(link: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(INDEX), link))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
