# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the guides: its first page and menus, which docs/README.md gives, and what is cut from the reference."""

from __future__ import annotations

import posixpath
import re

from documents.site import INDEX, in_our_site, index
from support.tree import ROOT

LIST = """# Guides

## First

- [One](one.md): the first.
- [Two](../two/README.md#there) and [its place](https://example.com/a.md).

## Later

- [Three](three.md)
"""


def test_every_guide_is_in_the_list():
    text = (ROOT / INDEX).read_text(encoding="utf-8")
    listed = {posixpath.normpath(f"docs/{link}") for link in re.findall(r"^- \[[^]]+\]\(([^)]+)\)", text, re.MULTILINE)}
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")]
    assert listed == {str(page.relative_to(ROOT)) for page in pages} - {INDEX}


def test_the_list_is_the_first_page_with_a_menu_for_each_section():
    page = index(LIST)
    assert "[One](docs/one.md)" in page
    assert "[Two](two/README.md#there) and [its place](https://example.com/a.md)" in page
    menus = re.findall(r"```{toctree}\n:hidden:\n:caption: (.*)\n\n((?:.+\n)+)```", page)
    assert menus == [
        ("First", "One <docs/one>\n"),
        ("Later", "Three <docs/three>\n"),
        ("Reference", "Modules, plugins, roles <reference/index>\n"),
    ]


def test_pages_of_the_reference_have_short_names_and_no_second_contents():
    page = (
        "Title\n=====\n\n.. contents::\n   :local:\n   :depth: 1\n\nText\n\n.. toctree::\n\n    tracker_plan_lookup\n"
    )
    assert in_our_site(page) == (
        "Title\n=====\n\n\nText\n\n.. toctree::\n\n    tracker_plan lookup <tracker_plan_lookup>\n"
    )
