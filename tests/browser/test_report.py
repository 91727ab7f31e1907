# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a browser: search, filter, sort and details, on every screen, on paper and without scripts."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import combinations, cycle
from pathlib import Path

import pytest
from integration.playbooks_support import EXTENSION, Stage, catalog
from report_rows import (
    ELSEWHERE,
    HOSTILE,
    day,
    many,
    page_of,
    planned,
    previewed,
    row,
    varied,
)

pytest.importorskip("playwright")

from contrast import ALL_TEXTS, CONTRAST
from playwright.sync_api import expect
from report_page import Report

DASH = "\N{EN DASH}"
SIGNS = {"unchanged": "=", "changed": "✓", "waiting": "○", "failed": "✗", "skipped": DASH}
ORDER = [
    *("onboarded", "offboarded", "awaiting_provisioning", "awaiting_consent", "drifted", "failed", "incomplete"),
    "left_alone",
]
COLUMNS = ["Tenant", "Status", "Changed", "Provisioning", "Application", "Refresh token", "Authorization"]
LAST = {"Libraries": "libraries", "Ends first": "expires_at"}


def _real(where):
    """The report of a run, with its rows: a tenant is done, one waits for iManage, one for a person, one failed."""
    with Stage(where) as stage:
        stage.add("done")
        stage.add("bare", applications=catalog(EXTENSION))
        stage.add("consent", consent_required=True)
        stage.add("wrong", {"imanage_password": "guessed"})
        run = stage.run("imanage.control_center.onboard")
        return {"page": run.files["report.html"], "rows": list(run.report.values()), "url": stage.server.url}


class _Pages(dict):
    """The addresses of the pages by name, each made when somebody first asks for it."""

    def __init__(self, where, made):
        self._where, self._made = where, made

    def __missing__(self, name):
        folder, rows = self._where / name, self._made["rows"]
        folder.mkdir()
        if name == "real":
            page = folder / "real.html"
            page.write_text(self._made["real"]["page"], encoding="utf-8")
        else:
            page = page_of({"varied": rows, "one": rows[:1], "planned": previewed()}[name], folder)
        self[name] = page.as_uri()
        return self[name]


class _Made(dict):
    """The pages, and the run behind them, which is only made if a test needs it."""

    def __init__(self, where):
        self._where = where
        super().__init__(rows=varied(), paths=_Pages(where, self))

    def __missing__(self, name):
        assert name == "real"
        self[name] = _real(self._where / "stage")
        return self[name]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The pages, by name."""
    return _Made(tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def thousand(tmp_path_factory):
    """The address of the page of a thousand tenants."""
    return page_of(many(1000), tmp_path_factory.mktemp("thousand")).as_uri()


@pytest.fixture
def opened(made, page):
    """A function that opens a page by name."""
    return lambda name="varied": Report(page, made["paths"][name])


# -- search and filter ----------------------------------------------------------------------------------------------


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("BERG", ["bergmann"]),
        ("customer dupont", ["dupont"]),
        ("eu_hr", ["dupont"]),
        ("ben@bergmann archive", ["bergmann"]),
        ("archive  caldwell", []),
        ("awaiting caldwell", ["caldwell9"]),
        ("  ", None),
        ("{{7*7}}", [HOSTILE]),
        ("permission", ["eriksen"]),
    ],
)
def test_a_search_shows_the_tenants_that_have_every_word(opened, made, words, found):
    report, rows = opened(), made["rows"]
    report.search.fill(words)
    expected = [one["tenant"] for one in rows] if found is None else found
    report.count(len(expected), len(rows))
    assert report.names() == expected
    report.search.fill("")
    report.count(len(rows), len(rows))
    assert len(report.names()) == len(rows)


@pytest.mark.sweep
@pytest.mark.parametrize("number", [1, 2, 3])
def test_outcomes_are_filtered_each_and_several(opened, made, number):
    report, rows = opened(), made["rows"]
    for wanted in combinations(ORDER, number):
        for status in ORDER:
            report.outcome(status).set_checked(status in wanted)
        expected = [one["tenant"] for one in rows if one["status"] in wanted]
        report.count(len(expected), len(rows))
        assert report.names() == expected


def test_search_and_outcomes_work_together_and_by_the_keyboard(opened, made):
    report, rows = opened(), made["rows"]
    report.search.focus()
    report.page.keyboard.type("caldwell")
    report.count(2, len(rows))
    report.page.keyboard.press("Enter")  # it would send the form, and so load the page again
    report.count(2, len(rows))
    report.outcome("drifted").focus()
    report.page.keyboard.press("Space")
    report.count(1, len(rows))
    assert report.names() == ["caldwell9"]


# -- sort -----------------------------------------------------------------------------------------------------------


def _natural(text):
    return [(int(part), "") if part.isdigit() else (0, part.casefold()) for part in re.split(r"(\d+)", text)]


def _key(one, title):
    """What a column is sorted by; None comes last."""
    if title in COLUMNS[3:]:
        return list(SIGNS).index(one["stages"][title.lower().replace(" ", "_")])
    if title == "Libraries":
        stand = one["libraries"]
        all_of_them = stand["authorized"] + stand["pending"] + (stand["not_visible"] or [])
        return len(stand["authorized"]) if all_of_them else None
    changed = ("differs" if one["check_mode"] else "yes") if one["changed"] else "no"
    return {
        "Tenant": _natural(one["tenant"]),
        "Status": ORDER.index(one["status"]),
        "Changed": changed,
        "Ends first": (one["expires_at"] or "")[:10] or None,
    }[title]


def _sorted(rows, title, down):
    known = [one for one in rows if _key(one, title) is not None]
    return sorted(known, key=lambda one: _key(one, title), reverse=down) + [
        one for one in rows if _key(one, title) is None
    ]


@pytest.mark.sweep
@pytest.mark.parametrize(("title", "how"), [*zip([*COLUMNS, *LAST], cycle(["mouse", "Enter", "Space"]))])
def test_each_column_sorts_up_and_down(opened, made, title, how):
    report, rows = opened(), made["rows"]
    # Names of signs only have an order of their own in each language.
    rows = [one for one in rows if one["tenant"] != HOSTILE]
    cell, button = report.head(title)
    for down in (False, True, False):
        if how == "mouse":
            button.click()
        else:
            button.focus()
            report.page.keyboard.press(how)
        expect(cell).to_have_attribute("aria-sort", "descending" if down else "ascending")
        expect(report.page.locator("[aria-sort]")).to_have_count(1)
        rows = _sorted(rows, title, down)
        assert [name for name in report.names() if name != HOSTILE] == [one["tenant"] for one in rows]


def test_a_sorted_table_stays_filtered_and_a_filtered_one_sorted(opened, made):
    report = opened()
    report.head("Tenant")[1].click()
    report.search.fill("caldwell")
    report.count(2, len(made["rows"]))
    assert report.names() == ["caldwell9", "caldwell10"]
    report.head("Tenant")[1].click()
    assert report.names() == ["caldwell10", "caldwell9"]


# -- details --------------------------------------------------------------------------------------------------------


@pytest.mark.sweep
@pytest.mark.parametrize("how", ["mouse", "Enter", "Space"])
def test_details_open_and_close(opened, made, how):
    report = opened()
    expect(report.page.locator(".details:visible")).to_have_count(0)
    for tenant in ("bergmann", "dupont"):
        button, details = report.of(tenant)
        for is_open in (True, False, True):
            if how == "mouse":
                button.click()
            else:
                button.focus()
                report.page.keyboard.press(how)
            expect(button).to_have_attribute("aria-expanded", str(is_open).lower())
            expect(details).to_be_visible(visible=is_open)
    expect(report.page.locator(".details:visible")).to_have_count(2)


@pytest.mark.sweep
def test_the_details_of_the_only_tenant_are_open(opened):
    report = opened("one")
    expect(report.page.locator(".details:visible")).to_have_count(1)
    expect(report.of("bergmann")[0]).to_have_attribute("aria-expanded", "true")


def test_details_show_changes_libraries_and_what_to_do(opened):
    report = opened()
    button, details = report.of("bergmann")
    button.click()
    rows = [" | ".join(cells.all_inner_texts()) for cells in _cells(details)]
    assert rows == [
        "What | Before | After",
        "iManage Tracker",
        "Enable application? | no | yes",
        "Groups | nobody | IT\nPilot",
        "iManage Tracker CC configuration, Authentication",
        "Refresh Token Expiry (days) | 365 | 90",
        "Library | Authorized by | Until",
        f"ACTIVE | ada@bergmann.example | {day(33)[:10]}",
        f"ARCHIVE | ben@bergmann.example | {day(1)[:10]}",
    ]
    expect(details.get_by_role("heading", name="What changed")).to_be_visible()
    expect(details.get_by_role("listitem")).to_have_count(2)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("tenant", "heading", "words"),
    [
        ("caldwell10", "What differs", [f"GONE x@y.zz {day(-40)[:10]} expired", f"Enable application? {DASH} yes"]),
        ("dupont", "Libraries", ["EU_1 d@dupont.example", "EU_2 ○ pending", "EU_HR ○ not listed for this account"]),
        ("eriksen", "What changed", ["What is wrong, and what to do next Not allowed. Ask somebody."]),
        ("caldwell9", "What to do next", ["Dear iManage, please"]),
        ("Abbott", "Libraries", ["LONG ada@abbott.example", f"NEVER somebody {DASH}"]),
        ("olsen2", "Libraries", ["OLD ✓ authorized"]),
        ("faure", None, ["Nothing is known of its libraries."]),
        ("gupta", None, ["Nothing is known of its libraries.", "The tenant has no address."]),
    ],
)
def test_details_say_what_is_known(opened, tenant, heading, words):
    report = opened()
    button, details = report.of(tenant)
    button.click()
    if heading:
        expect(details.get_by_role("heading", name=heading)).to_be_visible()
    for one in words:
        expect(details).to_contain_text(re.compile(r"\s*".join(map(re.escape, one.split()))))


@pytest.mark.sweep
def test_what_a_waiting_tenant_was_to_get_is_not_called_changed(opened, made):
    report = opened("real")
    button, details = report.of("consent")
    button.click()
    page = "Tracker background service authorization"
    expect(details.get_by_role("heading", name="What changed")).to_be_visible()
    expect(details.get_by_text(page, exact=True)).to_have_count(0)
    button, details = report.of("done")
    button.click()
    expect(details.get_by_text(page, exact=True)).to_be_visible()


@pytest.mark.sweep
def test_lines_of_a_message_stay_lines(opened):
    report = opened()
    button, details = report.of("caldwell9")
    button.click()
    assert details.get_by_role("listitem").inner_text() == "Send this to iManage:\n\nDear iManage,\n  please"


@pytest.mark.sweep
def test_the_report_of_a_run_shows_what_its_rows_say(opened, made):
    report, real = opened("real"), made["real"]
    assert [one["status"] for one in real["rows"]] == [
        "onboarded",
        "awaiting_provisioning",
        "awaiting_consent",
        "failed",
    ]
    assert report.names() == [one["tenant"] for one in real["rows"]]
    for one in real["rows"]:
        button, details = report.of(one["tenant"])
        button.click()
        assert details.locator("ol > li").all_text_contents() == one["next_steps"]
        seen = [" ".join(cells.all_text_contents()) for cells in _cells(details)]
        for authorization in one["authorizations"]:
            assert f"{authorization['library']} {authorization['by']} {authorization['until'][:10]}" in seen
        for library in one["libraries"]["pending"]:
            assert f"{library} ○ pending" in seen
        assert (
            sum(len(planned["fields"]) for planned in one["changes"])
            == details.locator("tr.title ~ tr:not(.title)").count()
        )


def _cells(details):
    return [line.locator("th, td") for line in details.locator("tr").all()]


# -- links and hostile names ----------------------------------------------------------------------------------------


def _links(details):
    return [(link.text_content(), link.get_attribute("href")) for link in details.get_by_role("link").all()]


@pytest.mark.sweep
def test_only_addresses_of_the_tenant_are_links(opened, made):
    report = opened()
    place = "https://cloudimanage.com/work/cc"
    report.of("bergmann")[0].click()
    assert _links(report.of("bergmann")[1]) == [
        (f"{place}/applications?a=1", f"{place}/applications?a=1"),
        ("Control Center of bergmann", place),
    ]
    expect(report.of("bergmann")[1]).to_contain_text(f"Not at {ELSEWHERE}, please.")
    report.of("gupta")[0].click()
    assert _links(report.of("gupta")[1]) == []


@pytest.mark.sweep
def test_a_hand_over_leads_to_the_page_that_it_names(opened, made):
    report = opened("real")
    report.of("consent")[0].click()
    place = f"{made['real']['url']}/work/cc"
    links = _links(report.of("consent")[1])
    assert len(links) > 3
    assert set(links) == {(place, place), ("Control Center of consent", place)}
    expect(report.of("consent")[1]).not_to_contain_text("<a")


def test_hostile_names_are_shown_and_inert(opened):
    report = opened()
    button, details = report.of("{{7*7}}")
    button.click()
    for part in ("li", "tr.title th", "tbody td"):
        expect(details.locator(part).first).to_have_text(HOSTILE)
    assert report.page.title() == "iManage Tracker: audit of the tenants"
    expect(report.page.locator("img")).to_have_count(0)
    assert report.page.evaluate("[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
                                ".filter(name => name.startsWith('on'))") == []  # fmt: skip


@pytest.mark.sweep
def test_no_script_but_its_own_runs_and_nothing_is_fetched(made, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("varied", "real"):
        Report(page, made["paths"][name]).open_all()
    assert asked == [made["paths"]["varied"], made["paths"]["real"]]
    (script,) = page.locator("script").all_text_contents()
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hashed}'"


@pytest.mark.sweep
def test_the_policy_stops_a_script_that_got_in(made, browser, tmp_path):
    text = Path(made["paths"]["real"].removeprefix("file://")).read_text(encoding="utf-8")
    (tmp_path / "page.html").write_text(text.replace("<main>", "<main><script>document.title = 'taken'</script>"))
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.title() == "iManage Tracker: state of the tenants"
    context.close()


# -- the top --------------------------------------------------------------------------------------------------------


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["varied", "real"])
def test_sums_and_bar_say_the_same(opened, made, name):
    report = opened(name)
    rows = made["rows"] if name == "varied" else made["real"]["rows"]
    counts = {status: sum(one["status"] == status for one in rows) for status in ORDER}
    sums = [re.fullmatch(r"(\d+) (\S) (.*)", text).groups() for text in report.texts(".sums li")]
    assert {words.replace(" ", "_"): int(count) for count, _sign, words in sums} == {
        status: count for status, count in counts.items() if count
    }
    colour = "elements => elements.map(e => getComputedStyle(e).color)"
    parts = report.page.locator(".bar span")
    assert parts.evaluate_all(colour) == report.page.locator(".sums li").evaluate_all(colour)
    assert len(set(parts.evaluate_all(colour))) == len(sums)
    widths = parts.evaluate_all("elements => elements.map(e => e.getBoundingClientRect().width)")
    one = sum(widths) / len(rows)
    assert widths == pytest.approx([one * int(count) for count, _sign, _words in sums], rel=0.02)


@pytest.mark.sweep
def test_a_preview_says_so_and_a_run_does_not(opened):
    expect(opened("planned").page.get_by_text("A preview: nothing was written.")).to_be_visible()
    expect(opened("varied").page.get_by_text("An audit: nothing was written.")).to_be_visible()
    expect(opened("real").page.get_by_text("nothing was written.")).to_have_count(0)


@pytest.mark.sweep
def test_a_preview_does_not_look_like_a_result(opened):
    """Nothing that would be has a check mark, and who would authorize is nobody yet, also where the page is there."""
    report = opened("planned")
    assert report.page.title() == "iManage Tracker: what a run would do"
    expect(report.page.get_by_role("heading", level=1)).to_have_text("iManage Tracker: what a run would do")
    report.open_all()
    text = report.page.inner_text("body")
    assert "✓" not in text
    assert "…" not in text
    assert "admin@there.example" not in text
    sums = ["2 = onboarded as wanted", "2 → would be onboarded", "1 ○ awaiting provisioning"]
    assert report.texts(".sums li") == sums
    assert "2 would change: 4 applications added, 2 policies, 10 libraries expected; 1 waits; 2 unchanged" in text
    seen = [" ".join(cells.all_text_contents()) for cells in _cells(report.of("new")[1])]
    assert f"LIB_0 expected; a person may have to authorize it {DASH}" in seen
    assert "0 of 55 expected" in report.texts("#tenants > tbody > tr:first-child > td:nth-child(8)")
    expect(report.page.locator(".year")).to_have_count(0)


@pytest.mark.sweep
def test_a_report_names_its_playbook_and_its_time(opened):
    words = report_line = opened("real").page.locator(".note").first.inner_text()
    assert re.match(r"Playbook onboard, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report_line), words


def test_the_calendar_has_each_end_in_its_month_and_tells_of_the_others(opened, made):
    report = opened()
    year, month, today = re.search(r"as of ((\d{4})-(\d\d)-\d\d)", report.page.inner_text("header")).group(2, 3, 1)
    months = [divmod(int(year) * 12 + int(month) - 1 + number, 12) for number in range(13)]
    ends = [one["until"] for each in made["rows"] for one in each.get("authorizations", [])]
    ahead = [end[:7] for end in ends if end and end[:10] >= today]
    counts = [ahead.count(f"{where}-{number + 1:02}") for where, number in months]
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert report.texts(".year li") == [
        f"{count or '·'}{names[number]} {where}" for count, (where, number) in zip(counts, months, strict=True)
    ]
    assert sum(counts) == 3
    expect(report.page.locator("main .note")).to_have_text("1 has expired, 2 end later, 1 shows no end.")


@pytest.mark.sweep
def test_where_nothing_is_authorized_there_is_no_calendar(made, page, tmp_path):
    report = Report(page, page_of([row("bare", "awaiting_provisioning", "wsss")], tmp_path).as_uri())
    expect(report.page.locator(".year")).to_have_count(0)
    expect(report.page.get_by_role("heading", level=2)).to_have_count(0)


def test_the_matrix_has_sign_word_and_colour(opened, made):
    report = opened()
    colours = {}
    for one, body in zip(made["rows"], report.tenants.all(), strict=True):
        for number, stage in enumerate(one["stages"]):
            cell = body.locator("tr:first-child > td").nth(2 + number)
            word = one["stages"][stage]
            if one["check_mode"] and word == "changed":
                assert cell.inner_text().split() == ["≠", "differs"]
                continue
            assert cell.inner_text().split() == [SIGNS[word], word]
            colours.setdefault(word, set()).add(cell.evaluate("e => getComputedStyle(e).color"))
    assert {word: len(found) for word, found in colours.items()} == dict.fromkeys(SIGNS, 1)
    quiet = colours.pop("skipped")
    assert colours.pop("unchanged") == quiet
    assert len(set.union(quiet, *colours.values())) == 4


# -- for everybody, everywhere --------------------------------------------------------------------------------------


def test_without_scripts_everything_is_there(made, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(made["paths"]["varied"])
    expect(page.locator("#tenants > tbody:visible")).to_have_count(len(made["rows"]))
    expect(page.locator(".details:visible")).to_have_count(len(made["rows"]))
    expect(page.locator("form")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    context.close()


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["varied", "real"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_in_light_and_in_dark(opened, scheme, name):
    report = opened(name)
    report.page.emulate_media(color_scheme=scheme)
    report.open_all()
    texts = report.page.evaluate(ALL_TEXTS)
    assert len(texts) > 100
    assert [one for one in texts if one[2] < 4.5] == []
    assert report.page.locator("#search").evaluate(CONTRAST) >= 4.5
    # A number of the calendar is on a column of the colour of lines.
    report.page.locator(".year li").evaluate_all("items => items.forEach(e => e.style.background = 'var(--line)')")
    assert min(report.page.locator(".year span").evaluate_all(f"all => all.map({CONTRAST})")) >= 4.5


@pytest.mark.sweep
def test_every_control_has_a_name(opened):
    report = opened()
    tree = report.page.locator("body").aria_snapshot()
    controls = re.findall(r"- (searchbox|checkbox|button|link|region|columnheader|table)\b(.*)", tree)
    assert len(controls) > 20
    assert [one for one in controls if one[0] != "table" and not re.match(r' "[^"]+|: \S| /', one[1])] == []
    assert re.search(r'group "Outcomes"', tree)
    expect(report.page.get_by_role("status")).to_have_attribute("aria-live", "polite")


@pytest.mark.sweep
def test_the_keyboard_goes_through_it_from_top_to_bottom(opened):
    report = opened()
    seen = []
    for _press in range(40):
        report.page.keyboard.press("Tab")
        seen.append(report.page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"
                                         " || document.activeElement.value"))  # fmt: skip
        if len(seen) > 1 and seen[-1].startswith("caldwell10"):
            break
    assert seen[: 1 + len(ORDER)] == ["search", *ORDER]
    assert [word for word in seen if word in {*COLUMNS, *LAST}] == [*COLUMNS, *LAST]
    outline = report.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.sweep
def test_on_paper_are_the_rows_as_they_are_opened_and_no_controls(opened, made):
    report = opened()
    report.search.fill("caldwell")
    report.count(2, len(made["rows"]))
    report.of("caldwell9")[0].click()
    report.page.emulate_media(media="print")
    expect(report.page.locator("form")).to_be_hidden()
    expect(report.page.locator(".details:visible")).to_have_count(1)
    assert report.names() == ["caldwell10", "caldwell9"]


@pytest.mark.sweep
def test_two_hundred_tenants_fit_on_a_few_sheets(browser, tmp_path):
    rows = [planned(f"firm-{number:03}", customer_id=5000 + number) for number in range(200)]
    page = browser.new_page()
    page.goto(page_of(rows, tmp_path).as_uri())
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) <= 15
    page.close()


@pytest.mark.sweep
@pytest.mark.parametrize("width", [320, 400, 800, 1280])
@pytest.mark.parametrize("name", ["varied", "real", "one"])
def test_no_window_is_too_narrow(opened, width, name):
    report = opened(name)
    report.page.set_viewport_size({"width": width, "height": 800})
    report.open_all()
    assert report.page.evaluate("document.documentElement.scrollWidth") == width
    for inside in report.page.locator(".inside").all():
        box = inside.bounding_box()
        assert (box["x"] >= 0, box["x"] + box["width"] <= width) == (True, True)


@pytest.mark.sweep
@pytest.mark.parametrize("width", [1280, 1000])
def test_no_head_overlaps_the_next(opened, width):
    report = opened()
    report.page.set_viewport_size({"width": width, "height": 800})
    heads = report.page.locator("#tenants > thead th button")
    assert heads.evaluate_all("all => all.map(e => e.scrollWidth > e.clientWidth + 8)") == [False] * 9


# -- a thousand tenants ---------------------------------------------------------------------------------------------


@pytest.mark.sweep
def test_a_thousand_tenants_are_there_and_filtered_within_two_seconds(thousand, page, record_property):
    """The best of three, since a machine may be busy with something else; by the clock of the browser."""
    taken = []
    for _load in range(3):
        report = Report(page, thousand)
        taken.append(report.page.evaluate(LOADED_AND_FILTERED))
        assert report.page.get_by_role("status").text_content() == "50 of 1000 shown"
    record_property("figures", f"1000 tenants loaded and filtered in {min(taken):.0f} ms, the best of three")
    assert min(taken) < 2000


# Milliseconds from the start of loading until the page is painted, and of a search and a filter until they are.
LOADED_AND_FILTERED = """async () => {
  const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  await painted();
  const loaded = performance.getEntriesByType("navigation")[0].loadEventEnd;
  const began = performance.now();
  for (const box of document.querySelectorAll("input[name=status]")) {
    if (box.checked && box.value !== "failed") box.click();
  }
  const search = document.getElementById("search");
  search.value = "tenant";
  search.dispatchEvent(new Event("input"));
  await painted();
  return loaded + performance.now() - began;
}"""


@pytest.mark.sweep
def test_a_thousand_tenants_can_be_sorted_and_opened(thousand, page):
    report = Report(page, thousand)
    report.head("Tenant")[1].click()
    report.head("Tenant")[1].click()
    assert report.names()[:2] == ["tenant-0999", "tenant-0998"]
    report.of("tenant-0999")[0].click()
    expect(report.page.locator(".details:visible")).to_have_count(1)
    report.search.fill("LIB_HR awaiting")
    report.count(100, 1000)
