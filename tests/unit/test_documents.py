# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documents say is there, and the numbers in them are those of the code."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import KINDS
from documents import messages, troubleshooting
from support.tasks import MODULES
from support.tree import ROOT

DOCUMENTS = [
    ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "tests/sandbox/README.md")
] + sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "roles").glob("*/README.md")])


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


def test_every_message_of_the_code_is_explained():
    assert troubleshooting.PAGE.read_text(encoding="utf-8") == troubleshooting.render(), "make documents writes it"


def test_the_messages_are_read_from_the_code():
    failures, warnings = messages.read()
    kinds = {one.kind for one in failures}
    assert kinds <= {*KINDS, None}
    for text in ("There are no credentials.", "url names no host.", "Cannot {call} ({operation}, status {number})."):
        assert text in {one.text for one in failures}
    assert any("validate_certs is false" in text for text in warnings)


def test_the_readme_names_every_module_and_playbook():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - {"begin", "conclude"}
    assert {name for name in MODULES if f"`{name}`" not in text} == set()
    assert {name for name in playbooks if f"`imanage.control_center.{name}`" not in text} == set()


def test_the_guide_has_the_counts_that_are_tested():
    costs = (ROOT / "tests" / "integration" / "test_costs.py").read_text(encoding="utf-8")
    first, second = re.search(r"^FIRST_RUN, SECOND_RUN = (\d+), (\d+)$", costs, re.MULTILINE).groups()
    guide = (ROOT / "docs" / "many-tenants.md").read_text(encoding="utf-8")
    assert f"at most {first} requests and six tasks" in guide
    assert f"{second} requests and three tasks" in guide


def test_the_execution_environment_has_the_version_of_the_collection():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    tarballs = re.findall(r"imanage-control_center-(\S+?)\.tar\.gz", (ROOT / "execution-environment.yml").read_text())
    assert set(tarballs) == {version}
