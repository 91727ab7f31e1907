# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The change sheet in a browser: tenants with the same changes in one group, an index, a filter, and on paper."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from report_rows import failure, planned, row, sheet_of

pytest.importorskip("playwright")

from contrast import ALL_TEXTS
from playwright.sync_api import expect

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">'\"&{{7*7}}"


def _approvable(one):
    """The result with the plan that a preview keeps with it."""
    changes = [
        {
            **{name: change[name] for name in ("stage", "title")},
            **{side: {field["field"]: field[side] for field in change["fields"]} for side in ("before", "after")},
        }
        for change in one["changes"]
    ]
    return {**one, "planned": {"changes": changes, "writes": [], "assumptions": one["assumptions"]}}


def two_hundred():
    """Most change alike, some with a library more; twenty wait, four failed, one needs nothing, one has a bad name."""
    rows = []
    for number in range(198):
        name, common = f"firm-{number:03}", {"customer_id": 5000 + number, "assumptions": ["The page is assumed."]}
        if number % 10 == 7:
            steps = [f"Ask iManage.\n\nDear iManage, this is {name}"]
            rows.append(row(name, "awaiting_provisioning", "wsss", check_mode=True, next_steps=steps))
        elif number % 50 == 3:
            rows.append(row(name, "failed", "fsss", check_mode=True, **failure("sign_in", f"{name}: Cannot sign in.")))
        else:
            rows.append(planned(name, libraries=6 if number == 5 else 5, **common))
    rows.append(row("well", "onboarded", "uuuu", check_mode=True))
    rows.append(planned(HOSTILE, assumptions=[HOSTILE]))
    return [_approvable(one) for one in rows]


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    """The address of the sheet."""
    folder = tmp_path_factory.mktemp("sheet")
    return sheet_of(two_hundred(), folder).as_uri()


@pytest.fixture
def opened(sheet, page):
    """The sheet, opened."""
    page.goto(sheet)
    return page


def test_tenants_with_the_same_changes_are_one_group(opened):
    groups = opened.locator("article")
    heads = groups.locator("h2").all_text_contents()
    assert heads[0] == "174 tenants"
    assert heads[1] == HOSTILE
    assert sorted(heads[2:7]) == ["20 tenants", "firm-003", "firm-053", "firm-103", "firm-153"]
    assert heads[7:] == ["well"]
    # The one with a library more is in it too, in a row of its own.
    rows = groups.first.get_by_role("row").filter(has_text="LIB_")
    assert [cells.split("LIB_0")[0] for cells in rows.all_text_contents()][1] == "firm-005"
    expect(groups.first.locator(".people li")).to_have_count(174)
    expect(opened.get_by_text("Dear iManage")).to_have_count(0)


def test_the_index_leads_to_each_group(opened):
    links = opened.locator(".index a")
    expect(links).to_have_count(8)
    first = " ".join(opened.locator(".index li").first.inner_text().split())
    assert first == "174 tenants → would be done: 348 applications added, 174 policies, 871 libraries expected"
    links.nth(7).click()
    expect(opened.locator("article").nth(7)).to_be_in_viewport()


@pytest.mark.parametrize(
    ("words", "shown", "groups"),
    [("firm-0", 100, 4), ("5012", 1, 1), ("lib_4", 175, 2), ("firm-053", 1, 1), ("nobody", 0, 0), ("sign in", 4, 4)],
)
def test_a_search_shows_the_tenants_and_the_changes_that_fit(opened, words, shown, groups):
    opened.get_by_label("Search").fill(words)
    expect(opened.get_by_role("status")).to_have_text(f"{shown} of 200 shown")
    for part in ("article:visible", ".index li:visible"):
        expect(opened.locator(part)).to_have_count(groups)


def test_what_is_planned_has_no_check_mark_and_libraries_are_expected(opened):
    text = opened.inner_text("body")
    assert "✓" not in text
    assert "expected; a person may have to authorize them" in text
    assert "Playbook preview, 2026-01-02T03:04:05Z, run by ada, limited to firm*, with the plan plan.json." in text
    assert "175 would change: 350 applications added, 175 policies, 876 libraries expected; 20 wait; 4 failed" in text


def test_two_hundred_tenants_fit_on_ten_sheets(browser, sheet):
    page = browser.new_page()
    page.goto(sheet)
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    page.close()
    assert pages <= 10


def test_hostile_names_are_shown_and_inert(opened):
    assert opened.title() == "iManage Tracker: planned changes"
    expect(opened.locator("img")).to_have_count(0)
    expect(opened.locator(".assumption").filter(has_text="<script>")).to_have_count(1)


def test_no_script_but_its_own_runs(opened):
    (script,) = opened.locator("script").all_text_contents()
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = opened.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hashed}'"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(opened, scheme):
    opened.emulate_media(color_scheme=scheme)
    assert [one for one in opened.evaluate(ALL_TEXTS) if one[2] < 4.5] == []


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_no_window_is_too_narrow(opened, width):
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") == width
