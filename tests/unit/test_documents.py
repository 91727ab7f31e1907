# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What protects who follows a document: links and paths lead somewhere, and every failure has its entry."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import KINDS
from support.tree import ROOT

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md"), *ROOT.glob("tests/*/README.md")]
)
# What users get to see besides, and what may send them to a page.
SHOWN = [
    *(path for folder in ("plugins", "playbooks", "roles") for path in (ROOT / folder).rglob("*.*")),
    *(ROOT / name for name in ("Makefile", "execution-environment.yml", "galaxy.yml")),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_are_there(document):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _rest, heading = target.partition("#")
        place = (document.parent / name) if name else document
        assert place.exists(), target
        if not heading:
            continue
        headings = re.findall(r"^#+ (.+)$", place.read_text(encoding="utf-8"), re.MULTILINE)
        assert heading in {one.lower().replace(" ", "-") for one in headings}, target


def test_every_page_that_the_product_names_is_there():
    texts = [path.read_text(encoding="utf-8") for path in SHOWN if path.suffix != ".pyc"]
    named = {name for text in texts for name in re.findall(r"docs/[\w-]+\.md", text)}
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_kind_of_failure_has_an_entry():
    text = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^### (.+)$", text, re.MULTILINE)) == KINDS


def test_the_execution_environment_has_the_version_of_the_collection():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    tarballs = re.findall(r"imanage-control_center-(\S+?)\.tar\.gz", (ROOT / "execution-environment.yml").read_text())
    assert set(tarballs) == {version}
