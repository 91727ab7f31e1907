# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an application is looked for, and what is said of one that is not there."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import ADVICE, Failure
from ansible_collections.imanage.control_center.plugins.module_utils._resources.applications import find, near_miss
from support.cases import APPLICATION
from support.places import TRACKER, applications


def test_only_names_that_differ_in_case_or_spaces_are_near():
    others = [{"name": name} for name in ("iManage  tracker", "Aaa", "zzz", "iManage Tracker CC", "IMANAGETRACKER")]
    assert near_miss(TRACKER, others) == (
        "No application is named 'iManage Tracker'; there is 'IMANAGETRACKER' and 'iManage  tracker'."
    )
    assert near_miss("iManage Work", others) is None


@pytest.mark.parametrize(
    ("host", "words", "asks"),
    [
        ("cloudimanage.com", "nor in its catalog of applications", True),
        ("firm.imanage.work", "imanage.work has no catalog", False),
    ],
)
def test_only_where_there_is_a_catalog_imanage_is_asked_for_what_it_lacks(host, words, asks):
    client = SimpleNamespace(rows=lambda _name, query=None: [], connection=SimpleNamespace(url=f"https://{host}"))
    with pytest.raises(Failure, match=words) as caught:
        find(client, TRACKER, None)
    assert caught.value.kind == "not_provisioned"
    assert (caught.value.advice == ADVICE["not_provisioned"]) == asks


@pytest.mark.parametrize("options", [{"name": "Nothing of the kind"}, {"app_id": "nothing"}], ids=["name", "id"])
def test_removing_nothing_warns_only_of_a_near_miss(acme, options):
    result = acme.run(APPLICATION, state="absent", **options)
    assert not result["changed"]
    assert "warnings" not in result


@pytest.mark.parametrize(("status", "kind"), [(403, "permission"), (409, "conflict")])
def test_what_cannot_be_read_is_not_told_to_be_missing(acme, status, kind):
    acme.fault("status", "readApp", status=status)
    result = acme.run(APPLICATION, app_id="tracker")
    assert result["failure"]["kind"] == kind
    assert "There is no application" not in result["msg"]


@pytest.mark.parametrize(
    ("name", "asked"), [(TRACKER, [None]), ("Nothing of the kind", [None, "available"])], ids=["listed", "missing"]
)
def test_the_catalog_is_asked_only_for_a_name_that_the_list_lacks(acme, name, asked):
    acme.run(APPLICATION, check=True, name=name)
    assert [entry.query.get("status") for entry in acme.log if entry.operation == "listApps"] == asked


@pytest.mark.parametrize("options", [{"name": "Nothing of the kind"}, {"app_id": "nothing"}], ids=["name", "id"])
def test_what_is_not_there_is_named_in_the_diff_as_it_was_asked_for(acme, options):
    result = acme.run(APPLICATION, state="absent", **options)
    assert result["diff"]["before_header"].endswith(f", {next(iter(options.values()))} (as it is)")


def test_an_application_has_its_publisher(acme):
    assert acme.run(APPLICATION, check=True, name=TRACKER)["application"]["publisher"] == "iManage"


@pytest.mark.parametrize(("security", "kind"), [("private", "unexpected_reply"), ("public", None)])
def test_a_custom_access_without_its_members_is_not_taken_for_empty(tenant, security, kind):
    acme = tenant(applications=applications(tracker="enabled"))
    acme.fault("shape", "readAppAccess", body={"data": {"default_security": security}})
    result = acme.run(APPLICATION, check=True, name=TRACKER, access="custom", users=["pat@acme.example"])
    assert (result.get("failure") or {}).get("kind") == kind


def test_removing_a_name_in_another_case_warns_of_it(acme):
    result = acme.run(APPLICATION, name=TRACKER.lower(), state="absent")
    assert not result["changed"]
    assert any("nothing to remove" in one for one in result["warnings"])
