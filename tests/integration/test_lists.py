# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists on the wire: read to their end, each row once, and never with a row that was lost on the way."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from support.places import TRACKER

INFO = "imanage_tenant_info"
APPLICATION = "imanage_application"


def kind(result):
    assert result.get("failed"), result
    return result["failure"]["kind"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("count", [0, 1, 6, 7])
def test_lists_are_read_to_their_end(tenant, size, count):
    names = [f"APP{number}" for number in range(count)]
    acme = tenant(applications=[{"id": name, "name": name} for name in names], page_size=size)
    rows = acme.client(by="access_token").rows("listApps")
    assert [row["id"] for row in rows] == names
    assert acme.calls.count("listApps") == max(1, -(-count // size))
    assert {entry.query["total"] for entry in acme.log if entry.operation == "listApps"} == {"true"}


@pytest.mark.parametrize("count", [0, 1, 6])
def test_libraries_are_asked_for_once_and_without_a_query(tenant, count):
    names = [f"LIB{number}" for number in range(count)]
    acme = tenant(libraries=names, users=[{"id": "ada@{name}.example", "access_token": "t0ken"}], page_size=1)
    rows = acme.client(by="nothing", access_token="t0ken").rows("listLibraries")
    assert [row["id"] for row in rows] == names
    assert [entry.query for entry in acme.log if entry.operation == "listLibraries"] == [{}]


def test_a_server_that_gives_the_whole_list_again_has_ended(tenant):
    acme = tenant(page_size=1, answers={"apps": "whole"})
    result = acme.run("imanage_application_info")
    assert [row["id"] for row in result["applications"]] == [row["id"] for row in acme.snapshot()["applications"]]
    assert acme.calls.count("listApps") == 2


def test_a_row_that_is_returned_twice_counts_once(acme):
    acme.fault("shape", "listLibraries", body={"data": [{"id": "A"}, {"id": "B"}, {"id": "A"}]})
    assert acme.run(INFO)["tenant"]["libraries"] == ["A", "B"]


def test_lists_without_a_total_are_read_until_a_page_is_empty(tenant):
    acme = tenant(page_size=2)
    client = acme.client(by="access_token")
    client.customer_id  # noqa: B018 - discovery is another call
    real = client.call

    def without_total(name, *, query=None, **more):
        return {"data": real(name, query={**query, "total": "false"}, **more)["data"]}

    client.call = without_total
    assert len(client.rows("listApps")) == 4
    assert [entry.query["offset"] for entry in acme.log if entry.operation == "listApps"] == ["0", "2", "4"]


def test_a_page_that_repeats_is_an_unexpected_reply(tenant):
    acme = tenant(page_size=2)
    acme.fault("repeat_page", "listApps")
    result = acme.run(APPLICATION, name=TRACKER)
    assert kind(result) == "unexpected_reply"
    assert "repeats rows" in result["msg"]
    assert acme.calls.count("listApps") == 2


def test_a_list_that_ends_before_its_total_is_an_unexpected_reply(acme):
    acme.fault("shape", "listApps", body={"data": [], "total_count": 3})
    result = acme.run(APPLICATION, name=TRACKER)
    assert kind(result) == "unexpected_reply"
    assert "announces 3 rows and returns 0" in result["msg"]


def changing(acme, changes):
    """A client whose list has five rows, two on a page, and loses its first one after each of so many pages."""
    client, rows, pages = acme.client(by="access_token"), [{"id": one} for one in "ABCDE"], []

    def call(_name, *, query=None, **_ids):
        page = {"data": rows[query["offset"] :][:2], "total_count": len(rows)}
        pages.append(query["offset"])
        if len(pages) <= changes:
            del rows[0]
        return page

    client.customer_id  # noqa: B018 - discovery is another call
    client.call = call
    return client, pages


def test_a_list_that_shrinks_while_it_is_read_is_read_once_more(acme):
    client, pages = changing(acme, 1)
    assert [row["id"] for row in client.rows("listApps")] == ["B", "C", "D", "E"]
    assert pages == [0, 2, 0, 2]


def test_a_list_that_does_not_keep_still_is_an_unexpected_reply(acme):
    client, pages = changing(acme, 3)
    with pytest.raises(Failure, match="changes its total from one page to the next") as raised:
        client.rows("listApps")
    assert raised.value.kind == "unexpected_reply"
    assert pages == [0, 2, 0, 2]
