# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run: a line for each tenant or for several equal ones, the assumptions, and the totals."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.summary import expected, summary
from browser.report_rows import authorized, failure, planned, row


def lines(rows, mode="preview", verified=()):
    """The lines of a summary."""
    return summary(rows, {"mode": mode, "at": "2026-11-27T09:30:00Z"}, verified)["lines"]


def waits(name):
    return row(name, "awaiting_provisioning", "wsss", check_mode=True, next_steps=["Ask iManage.\n\nDear iManage,"])


def two_hundred():
    """A preview: most would change alike, twenty wait for iManage, four cannot sign in."""
    rows = []
    for number in range(200):
        name = f"firm-{number:03}"
        if number % 10 == 7:
            rows.append(waits(name))
        elif number % 50 == 3:
            rows.append(row(name, "failed", "fsss", check_mode=True, **failure("sign_in", f"{name}: Cannot sign in.")))
        else:
            rows.append(planned(name, assumptions=["The page is assumed."]))
    return rows


def test_two_hundred_tenants_end_with_one_line_of_totals():
    assert lines(two_hundred())[-1] == (
        "176 would change: 352 applications added, 176 policies, 880 libraries expected; 20 wait; 4 failed"
    )


def test_two_hundred_tenants_do_not_have_two_hundred_lines():
    told = lines(two_hundred())
    assert told[1] == "176 tenants: would be onboarded, 5 libraries expected (a person may have to authorize them)"
    # Those that differ are named, with what to do: two lines each.
    assert len(told) == 4 + 2 * 24
    assert [told[at + 1] for at, line in enumerate(told) if line == "firm-007: awaiting_provisioning"] == [
        "    Ask iManage."
    ]
    assert "firm-003: failed, sign_in" in told
    assert "    firm-003: Cannot sign in." in told


def test_an_assumption_is_said_once_with_a_count():
    assert [line for line in lines(two_hundred()) if "assumed" in line.lower()] == [
        "Assumed of 176 tenants: The page is assumed."
    ]


def test_more_than_twenty_that_wait_alike_share_a_line_and_are_named():
    told = lines([waits(f"t{number}") for number in range(21)])
    names = ", ".join(f"t{number}" for number in range(21))
    assert told[1:] == ["21 tenants: awaiting_provisioning", f"    {names}", "    Ask iManage.", "21 wait"]


def test_of_many_tenants_the_first_step_stands_there_and_how_many_follow():
    steps = {"next_steps": ["One.", "Two.", "Three."]}
    few = lines([row("a", "awaiting_consent", "uuuw", **steps)], "run")
    assert few == ["a: awaiting_consent", "    One.", "    Two.", "    Three.", "1 waits"]
    many = lines([row(f"t{number}", "awaiting_consent", "uuuw", **steps) for number in range(21)], "run")
    assert many[2:4] == ["    One.", "    And 2 more steps: see next_steps in the report."]


def test_tenants_stand_in_the_order_of_the_inventory():
    told = lines([planned("b"), waits("a"), planned("c")])
    assert [line[0] for line in told if line[1] == ":"] == ["b", "a", "c"]


def test_a_tenant_that_changed_and_waits_counts_in_both():
    rows = [{**planned("a", run=True), "status": "awaiting_consent"}, row("b", "onboarded", "uuuu")]
    assert lines(rows, "run")[-1] == (
        "1 changed: 2 applications added, 1 policy, 5 libraries authorized; 1 waits; 1 unchanged"
    )


@pytest.mark.parametrize(
    ("mode", "rows", "words"),
    [
        ("preview", [planned("a", libraries=1)], "1 would change: 2 applications added, 1 policy, 1 library expected"),
        ("run", [row("a", "onboarded", "uuuu"), row("b", "incomplete", "uuuu")], "1 incomplete; 1 unchanged"),
        ("audit", [row("a", "onboarded", "uuuu", check_mode=True), row("b", "drifted", "ucuu", check_mode=True)],
         "1 drifted; 1 as wanted"),
        ("run", [row("a", "left_alone", "ssss")], "1 left alone"),
        ("run", [row("a", "failed", "ucfs", **failure("conflict", "a: No."))], "1 changed; 1 failed"),
        ("preview", [row("a", "failed", "ucfs", check_mode=True, **failure("conflict", "a: No."))], "1 failed"),
        ("run", [], ""),
    ],
)  # fmt: skip
def test_the_totals_are_plain_english(mode, rows, words):
    assert lines(rows, mode)[-1] == words


def test_an_offboarding_is_counted_as_removals():
    fields = [{"field": "Added", "before": True, "after": False}]
    gone = [{"stage": "application", "title": name, "fields": fields} for name in ("One", "Two")]
    library = {"field": "EU", "before": "authorized", "after": "unauthorized"}
    changes = [{"stage": "authorization", "title": "Page", "fields": [library]}, *gone]
    told = lines([row("a", "offboarded", "uccc", changes=changes)], "run")
    assert told == [
        "a: offboarded (changed)",
        "1 changed: 1 library withdrawn, 2 applications removed",
    ]


def test_a_preview_and_an_audit_do_not_begin_like_a_result():
    assert lines([planned("a")])[:2] == [
        "Preview: what a run would do. Nothing was written.",
        "a: would be onboarded, 5 libraries expected (a person may have to authorize them)",
    ]
    drifted = row("a", "drifted", "ucuu", check_mode=True, **authorized(("EU", "x@y.zz", 3)))
    assert lines([drifted], "audit")[:2] == [
        "Audit: the state of the tenants and what differs. Nothing was written.",
        "a: drifted, differs in application, 1 library authorized",
    ]
    assert lines([planned("a", run=True)], "run")[0] == "a: onboarded (changed), 5 libraries authorized"


def test_a_library_is_expected_also_where_the_page_is_there_already():
    """The user who is named is the one who would authorize it."""
    there = planned("a", libraries=2)
    for one in there["authorizations"]:
        one["by"] = "admin@a.example"
    assert expected(there, "preview") == ["LIB_0", "LIB_1"]
    assert expected(there, "audit") == []
    assert expected({**there, "check_mode": False}, "run") == []


def test_libraries_that_are_not_listed_are_counted():
    libraries = {"authorized": ["A"], "pending": [], "not_visible": ["B"]}
    told = lines([row("a", "incomplete", "uuuu", libraries=libraries)], "run")
    assert told[0] == "a: incomplete, 1 library authorized, 1 not listed for this account"


def test_a_tenant_that_drifted_without_a_different_stage_names_no_stage():
    assert lines([row("a", "drifted", "uuuu", check_mode=True)], "audit")[1] == "a: drifted"


def test_an_unexpected_reply_is_reported_with_what_was_verified():
    failed = failure("unexpected_reply", "a: No.")
    failed["failure"]["operation"] = "listApps"
    rows = [row("a", "failed", "fsss", customer_id=7, **failed)]
    verdict = {"operation": "listApps", "verdict": "as_contract"}
    verified = [{"tenant": "a", "customer_id": 7, "at": "2026-01-01", "operations": [verdict]}]
    assert lines(rows, "run")[2] == "    listApps was not verified on this tenant."
    told = lines(rows, "run", verified)
    assert told[2] == "    listApps was answered as the contract says on this tenant on 2026-01-01."
