# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection and its developers depend on: what for, under which licence, and pinned."""

from __future__ import annotations

import importlib.metadata
import re

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import transport
from packaging.requirements import Requirement
from support.tree import ROOT

FOLDER = ROOT / "tests" / "requirements"
LOCK = FOLDER / "lock.txt"
FILES = [ROOT / "requirements.txt", *sorted(set(FOLDER.glob("*.txt")) - {LOCK})]
# What goes together with GPL-3.0-or-later. Of those that developers use, nothing is passed on.
FITTING = {
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "GPL-3.0-or-later",
    "MIT",
    "MPL-2.0",
}


def lines(file):
    """The requirements of a file, each with what its comment says."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-r ")):
            wanted, _hash, comment = line.partition("  # ")
            yield Requirement(wanted), comment


ALL = [(file.name, wanted, comment) for file in FILES for wanted, comment in lines(file)]
IDS = [str(wanted) for _file, wanted, _comment in ALL]


def locked(name):
    """The releases of a package in the lock file; for some there is one for each Python."""
    found = re.findall(rf"^{re.escape(name)}==([^\s;]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{name} is not in the lock file: make lock"
    return found


def test_at_run_time_the_collection_needs_requests_alone():
    assert [wanted.name for wanted, _comment in lines(ROOT / "requirements.txt")] == ["requests"]


def test_every_place_tells_the_same_least_release_of_requests():
    ((wanted, _comment),) = lines(ROOT / "requirements.txt")
    (least,) = (one.version for one in wanted.specifier)
    assert tuple(map(int, least.split("."))) == transport._LEAST_REQUESTS
    for place in (
        "README.md",
        "docs/your-first-tenant.md",
        "roles/tracker_onboarding/README.md",
        "plugins/doc_fragments/connection.py",
    ):
        told = re.findall(r"requests\b[^\n]{0,50}?(\d+\.\d+(?:\.\d+)?)", (ROOT / place).read_text(encoding="utf-8"))
        assert set(told) == {least}, place


@pytest.mark.parametrize(
    ("version", "is_enough"), [("2.32.2", False), ("2.31", False), ("2.33", True), ("3.0.0rc1", True)]
)
def test_an_older_release_of_requests_is_refused_before_anything_is_sent(version, is_enough, monkeypatch):
    monkeypatch.setattr(transport, "_VERSION", version)
    if is_enough:
        transport.Transport(timeout=1).close()
        return
    with pytest.raises(transport.TransportError, match=r"2\.32\.3 or newer\) is not installed") as caught:
        transport.Transport(timeout=1)
    assert (caught.value.kind, caught.value.sent) == ("bad_option", False)


@pytest.mark.parametrize(("file", "wanted", "comment"), ALL, ids=IDS)
def test_each_dependency_says_what_for_and_its_licence_fits(file, wanted, comment):
    purpose, _semicolon, licence = comment.rpartition("; ")
    assert purpose, f"{file}: {wanted} does not say what for"
    assert set(re.split(" AND | OR ", licence)) <= FITTING, f"{file}: {wanted}"
    try:
        declared = importlib.metadata.metadata(wanted.name).get("License-Expression")
    except importlib.metadata.PackageNotFoundError:
        return  # The lock file holds its release, and the next environment that has it its licence.
    assert declared in (None, licence)


@pytest.mark.parametrize(("file", "wanted", "comment"), ALL, ids=IDS)
def test_each_dependency_is_pinned_to_a_release_that_is_allowed(file, wanted, comment):
    assert all(version in wanted.specifier for version in locked(wanted.name)), f"{wanted}: make lock"


def test_the_lock_file_names_releases_and_no_place_to_get_them_from():
    text = LOCK.read_text(encoding="utf-8")
    for line in text.splitlines():
        assert re.match(r"\s*#|[a-z0-9.-]+==\S+( ; .+)?$", line), line
    assert "://" not in text
