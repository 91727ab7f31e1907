# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At run time the collection depends on requests alone, and every place says on which."""

from __future__ import annotations

import re

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import transport
from packaging.requirements import Requirement
from support.tree import ROOT


def wanted():
    """What the collection needs at run time."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.partition("  # ")[0]) for line in lines if line and not line.startswith("#")]


def test_at_run_time_the_collection_needs_requests_alone():
    assert [one.name for one in wanted()] == ["requests"]


def test_every_place_tells_the_same_least_release_of_requests():
    (requests,) = wanted()
    (least,) = (one.version for one in requests.specifier)
    assert tuple(map(int, least.split("."))) == transport._MIN_REQUESTS_VERSION
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
