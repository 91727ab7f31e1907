# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's stages by hand: the same state as the role leaves, and the way out of a hand-over."""

from __future__ import annotations

import pytest
from integration.playbooks_support import Stage
from sandbox.examples import Caller
from support import tasks
from support.places import CLIENT_ID, EXTENSION, TRACKER

# The two tenants are compared with their times, so time stands still.
NOW = 1_800_000_000.0
ONBOARD = "imanage.control_center.onboard"
LIBRARIES = ("ACTIVE", "ARCHIVE", "SPM")

pytest.importorskip("playwright")

from playwright.sync_api import expect  # noqa: E402 - it may be missing
from screens import Screens  # noqa: E402 - it needs the same

pytestmark = pytest.mark.sweep


@pytest.fixture
def stage(tmp_path):
    """A function that starts a sandbox with one tenant, acme, and an inventory of it."""
    running = []

    def start(host=None, **changes):
        running.append(Stage(tmp_path / f"stage{len(running)}", clock=lambda: NOW))
        running[-1].add("acme", host, **changes)
        return running[-1]

    yield start
    for one in running:
        one.server.stop()


def stage_2(screens):
    """Adding the iManage Tracker application, step by step."""
    screens.open()
    screens.sign_in()  # 1
    screens.left("Settings", "Applications")  # 2
    screens.link("Add application")  # 3
    screens.page.get_by_label("Find an application").fill(TRACKER)  # 4
    screens.button("Search")
    found = screens.page.get_by_role("listitem").filter(has=screens.page.get_by_role("link", name=TRACKER, exact=True))
    found.get_by_role("button", name="Authenticate", exact=True).click()
    screens.button("Access")  # 5
    screens.button("Review")
    expect(screens.page.get_by_role("definition").first).to_have_text(TRACKER)  # 6
    screens.button("Finish")
    screens.says(TRACKER)
    expect(screens.row(TRACKER)).to_contain_text("Enabled")


def stage_3(screens):
    """Enabling refresh token, step by step, by somebody who is signed in."""
    page = screens.page
    screens.left("Settings", "Applications")  # 2
    screens.link("Add application")  # 3
    page.get_by_label("Find an application").fill(EXTENSION)  # 4
    screens.button("Search")
    screens.link(EXTENSION)
    screens.button("Authentication")
    expect(page.get_by_label("Allow Token Refresh")).not_to_be_checked()  # 5
    expect(page.get_by_label("Refresh Token Expiry")).to_be_hidden()
    page.get_by_label("Allow Token Refresh").check()
    expect(page.get_by_label("Refresh Token Expiry")).to_have_value("365")
    expect(page.get_by_label("Access Token Expiry")).to_have_value("30")
    screens.button("Access")  # 6
    screens.button("Review")
    screens.button("Finish")
    screens.says(f"The application {EXTENSION} is added.")
    page.reload()  # 7
    screens.open_tracker_configuration()  # 8
    for library in LIBRARIES:
        expect(screens.row(library)).to_contain_text("Unauthorized")
    for library in LIBRARIES:  # 9
        screens.authorize(library, "admin@acme.example")
        expect(screens.row(library)).to_contain_text("Admin")


def handed_over_by_the_module(stage):
    """What the module hands over, where the role has done everything that it can."""
    options = {
        "url": stage.server.url,
        "username": "admin@acme.example",
        "password": "acme-admin-password",
        "client_id": CLIENT_ID,
        "on_consent_required": "hand_over",
    }
    return tasks.run("imanage_library_authorization", options)["handed_over"]


def test_the_stages_by_hand_give_the_state_that_the_role_gives(stage, page):
    played, by_hand = stage(), stage()
    assert played.run(ONBOARD).report["acme"]["status"] == "onboarded"
    before = by_hand.snapshots()
    assert before != played.snapshots()
    screens = Screens(page, by_hand.server.url)
    stage_2(screens)
    stage_3(screens)
    assert by_hand.snapshots() == played.snapshots()


def test_after_the_stages_by_hand_the_role_has_nothing_to_do(stage, page):
    by_hand = stage()
    screens = Screens(page, by_hand.server.url)
    stage_2(screens)
    stage_3(screens)
    run = by_hand.run(ONBOARD)
    assert (run.report["acme"]["status"], run.report["acme"]["changed"]) == ("onboarded", False)
    assert run.writes("acme") == []


def test_a_person_follows_the_hand_over_and_the_next_run_ends_well(stage, page):
    waiting = stage(consent_required=True)
    report = waiting.run(ONBOARD).report["acme"]
    assert (report["status"], report["libraries"]["pending"]) == ("awaiting_consent", list(LIBRARIES))
    handed_over = handed_over_by_the_module(waiting)
    assert [one["library"] for one in handed_over] == list(LIBRARIES)
    assert [one["instructions"] for one in handed_over] == report["next_steps"][:3]

    screens = Screens(page, waiting.server.url)
    page.goto(handed_over[0]["url"])
    page.get_by_label("User ID").fill(handed_over[0]["user"])
    page.get_by_label("Password").fill("acme-admin-password")
    screens.button("Sign in")
    expect(page).to_have_url(handed_over[0]["url"])
    # What the instructions name is what there is to select.
    for part in (EXTENSION, "Extensions", "Open tracker configuration", "Authorize", "Use my credentials & authorize"):
        assert part in handed_over[0]["instructions"]
    screens.open_tracker_configuration()
    for one in handed_over:
        screens.row(one["library"]).get_by_role("button", name="Authorize").click()
        expect(page.get_by_text("the consent of a person is required")).to_be_visible()
        page.get_by_label("E-mail ID").fill("ada@acme.example")
        screens.button("Use my credentials & authorize")
        screens.says(f"The library {one['library']} is authorized by Admin.")

    rows = Caller(waiting.sandbox, customer_id=1000)("listLibraryAuthorizations").json()["data"]
    person = {"id": "admin@acme.example", "name": "Admin", "email": "ada@acme.example"}
    assert {row["id"]: row["authorized_by"] for row in rows} == dict.fromkeys(LIBRARIES, person)
    report = waiting.run(ONBOARD).report["acme"]
    assert (report["status"], report["changed"]) == ("onboarded", False)


def test_a_person_watches_a_playbook(stage, page):
    watched = stage()
    screens = Screens(page, watched.server.url)
    screens.open("/applications")
    screens.sign_in()
    screens.link("Refresh every 2 seconds")
    expect(page.get_by_text("This page refreshes itself")).to_be_visible()
    expect(screens.row(TRACKER)).to_have_count(0)
    watched.run(ONBOARD)
    expect(screens.row(TRACKER)).to_contain_text("Enabled")
    screens.link("Stop")
    expect(page.get_by_text("This page refreshes itself")).to_have_count(0)
    screens.open_tracker_configuration()
    expect(page.get_by_role("cell", name="Admin")).to_have_count(len(LIBRARIES))
