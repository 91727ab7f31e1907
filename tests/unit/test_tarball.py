# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tarball that users install: the rule of what belongs into it, and where its pages may lead."""

from __future__ import annotations

import pytest
from gates.checkout import tracked
from gates.tarball import BELONGS, STAYS, lost_links, place, unseen_images
from support.tree import ROOT


@pytest.fixture(scope="module")
def shipped():
    """The files that belong into the tarball."""
    if not (ROOT / ".git").exists():
        pytest.skip("only git knows what belongs to the repository")
    return {name for name in tracked() if place(name) in BELONGS}


@pytest.fixture(scope="module")
def pages(shipped):
    """The text of each of its pages."""
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in shipped if name.endswith(".md")}


def test_every_page_leads_to_what_users_have(pages, shipped):
    assert "docs/performance.md" in pages
    assert lost_links(pages, shipped) == []


def test_every_image_is_shown(pages, shipped):
    assert unseen_images(pages, shipped) == []


def test_a_link_goes_from_its_page():
    page = "[a](../README.md#use) [b](other.md) [c](https://example.com/x.md) ![d](images/d.png) [e](#here)"
    there = {"README.md", "docs/other.md"}
    assert lost_links({"docs/one.md": page}, there) == [("docs/one.md", "docs/images/d.png")]
    assert lost_links({"one.md": page}, there) == [
        ("one.md", "../README.md"),
        ("one.md", "other.md"),
        ("one.md", "images/d.png"),
    ]
    assert unseen_images({"docs/one.md": page}, {"docs/images/d.png", "docs/images/f.png"}) == ["docs/images/f.png"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("docs/conf.py", "docs/conf.py"),
        ("docs/many-tenants.md", "docs"),
        ("tests/unit/test_tarball.py", "tests"),
        ("changelogs/news.yml", None),
        ("Makefile.old", None),
    ],
)
def test_the_nearest_name_of_the_rule_counts(name, found):
    assert place(name) == found


def test_nothing_both_belongs_and_stays():
    assert {*BELONGS} & {*STAYS} == set()
