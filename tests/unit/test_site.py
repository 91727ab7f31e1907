# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the guides: its menus, which the README gives, and what is cut from the reference."""

from __future__ import annotations

import re

from documents.site import in_our_site, with_menus
from support.tree import ROOT

README = """# Collection

The [role](roles/role/README.md), and [a page](docs/one.md).

## Guides

- [One](docs/one.md)
- [Two](docs/two.md)

See [Changes](CHANGELOG.md) and [elsewhere](https://example.com/a.md).
"""


def test_the_readme_leads_to_every_page():
    linked = set(re.findall(r"\]\(([^)#:]+\.md)\)", (ROOT / "README.md").read_text(encoding="utf-8")))
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")]
    assert linked >= {str(page.relative_to(ROOT)) for page in pages} - {"README.md"}


def test_the_guides_of_the_readme_are_menus():
    menus = re.findall(r"```{toctree}\n:hidden:\n:caption: (.*)\n\n((?:.+\n)+)```", with_menus(README))
    assert menus == [
        ("Guides", "One <docs/one>\nTwo <docs/two>\nChanges <CHANGELOG>\n"),
        ("Reference", "role <roles/role/README>\nModules, plugins, roles <reference/index>\n"),
    ]


def test_pages_of_the_reference_have_short_names_and_no_second_contents():
    page = (
        "Title\n=====\n\n.. contents::\n   :local:\n   :depth: 1\n\nText\n\n.. toctree::\n\n    tracker_plan_lookup\n"
    )
    assert in_our_site(page) == (
        "Title\n=====\n\n\nText\n\n.. toctree::\n\n    tracker_plan lookup <tracker_plan_lookup>\n"
    )
