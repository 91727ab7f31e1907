# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding an application in lists that a server makes in its own way."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._resources.applications import by_name

TRACKER = {"id": "t", "name": "Tracker", "status": "enabled"}
OTHER = {"id": "o", "name": "Other", "status": "enabled"}


class Lists:
    """A client that knows two lists: that of all applications, and that of the catalog."""

    def __init__(self, rows, catalog):
        self._lists = {None: rows, "available": catalog}

    def rows(self, _operation, query=None):
        return [dict(row) for row in self._lists[(query or {}).get("status")]]

    def unexpected(self, _operation, _ids, words):
        return Failure("unexpected_reply", words)


def names(client, asked):
    found, others = by_name(client, asked)
    return [row["name"] for row in found], [row["name"] for row in others]


def test_a_catalog_that_repeats_added_applications_does_not_make_names_ambiguous():
    assert names(Lists([TRACKER, OTHER], [TRACKER, OTHER]), ["Tracker", "Missing"]) == (["Tracker"], ["Other"])


def test_a_row_without_an_id_counts_where_nothing_is_decided_about_it():
    nameless = {"name": "Odd", "status": "enabled"}
    assert names(Lists([TRACKER, nameless], []), ["Tracker"]) == (["Tracker"], ["Odd"])
    assert names(Lists([nameless], [nameless, TRACKER]), ["Tracker"])[0] == ["Tracker"]


@pytest.mark.parametrize("lists", [([{"name": "Tracker"}], []), ([OTHER], [{"name": "Tracker"}])])
def test_a_row_that_cannot_be_used_is_refused_where_it_decides(lists):
    with pytest.raises(Failure, match="returns an unusable row"):
        names(Lists(*lists), ["Tracker"])


def test_a_row_without_an_id_in_both_lists_is_refused_and_not_left_out():
    with pytest.raises(Failure, match="returns an unusable row"):
        names(Lists([{"name": "Odd"}], [{"name": "Tracker"}]), ["Tracker"])
