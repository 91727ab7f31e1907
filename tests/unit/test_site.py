# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the guides: its menus, which the README gives, what is cut from the reference, where names may break."""

from __future__ import annotations

import re

import pytest
from documents.site import breakable, in_our_site, with_menus
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


def test_titles_of_the_reference_go_without_the_name_of_the_collection():
    page = "imanage.control_center.summary module -- Print lines\n++++++++\n\nUse imanage.control_center.summary.\n"
    assert in_our_site(page) == "summary module -- Print lines\n++++++++\n\nUse imanage.control_center.summary.\n"
    index = in_our_site("Imanage.Control_Center\n======================\n")
    title, line, _rest = index.split("\n")
    assert len(line) == len(title)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("imanage.control_center", "imanage.|control_center"),
        ("imanage.control_center.summary", "imanage.|control_center.|summary"),
        ("GET /apps/{app_id}/oauth2.tokens", "GET /apps/|{app_id}/|oauth2.|tokens"),
        ("tracker_onboarding_access", "tracker_|onboarding_|access"),
        ("https://cloudimanage.com", "https://cloudimanage.com"),
        ("passwords.vault.yml", "passwords.|vault.yml"),
        ("awaiting_provisioning", "awaiting_provisioning"),
        ("or 1.0.0 and/or imanage_url.", "or 1.0.0 and/or imanage_url."),
    ],
)
def test_a_long_name_breaks_between_its_words_and_nowhere_else(text, shown):
    assert breakable(f"<body><p>{text}</p>") == f"<body><p>{shown.replace('|', '<wbr>')}</p>"


def test_only_text_to_read_breaks():
    name = "imanage.control_center.tracker_onboarding"
    page = f'<title>{name}</title><body><a href="{name}">x</a><pre>\n<b>{name}</b>\n{name}</pre><script>{name}</script>'
    assert breakable(page) == page
