# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's pages in a browser: signing in and out, without a mouse, and what is saved."""

from __future__ import annotations

import pytest
from support.places import EXTENSION, refreshing

pytest.importorskip("playwright")

from playwright.sync_api import expect
from screens import Screens


@pytest.fixture
def screens(tenant, page):
    """A function that adds a tenant and opens its pages, signed in as somebody."""

    def start(user="admin", path="", **changes):
        place = tenant(**changes)
        opened = Screens(page, place.url, place.name)
        opened.place = place
        opened.open(path)
        if user:
            opened.sign_in(user)
        return opened

    return start


def test_a_wrong_password_is_refused_and_the_right_one_leads_to_the_page_that_was_wanted(screens):
    at = screens(user=None, path="/applications/add?search=tracker")
    at.sign_in(password="wrong")
    at.refuses("The credentials are not valid.")
    expect(at.page.get_by_label("Password")).to_have_value("")
    at.sign_in()
    at.heading("Add application")
    expect(at.page.get_by_label("Find an application")).to_have_value("tracker")


def test_whoever_signs_out_is_out(screens):
    at = screens()
    at.heading("Control Center")
    at.button("Sign out")
    at.heading("Sign in")
    at.open("/applications")
    at.heading("Sign in")


def test_everything_can_be_done_with_the_keyboard(screens):
    at = screens(user=None, path="/applications/add")
    keys, page = at.page.keyboard, at.page
    expect(page.get_by_label("User ID")).to_be_focused()
    keys.type(at.place.admin)
    keys.press("Tab")
    keys.type(f"{at.place.name}-admin-password")
    keys.press("Enter")
    at.heading("Add application")
    page.get_by_label("Find an application").focus()
    keys.type(EXTENSION)
    keys.press("Enter")
    page.get_by_role("button", name="Authenticate").focus()
    keys.press("Enter")
    page.get_by_label("Allow Token Refresh").focus()
    keys.press("Space")
    keys.press("Tab")
    keys.press("Control+A")
    keys.type("14")
    keys.press("Enter")
    at.heading(f"Add application: {EXTENSION}")
    page.get_by_label("Custom").focus()
    keys.press("Space")
    page.get_by_label("Partners").focus()
    keys.press("Space")
    keys.press("Enter")
    expect(page.get_by_text("Custom: Partners")).to_be_visible()
    page.get_by_role("button", name="Finish").focus()
    keys.press("Enter")
    at.says("is added")
    app = at.place.app("tracker-cc")
    assert app["access"] == {"default_security": "private", "members": [{"id": "Partners", "type": "group"}]}
    assert app["token_policy"]["refresh_token_expiry"] == 14


def test_an_ended_authorization_is_shown_as_such_renewed_and_removed(screens):
    ended = {"id": "ACTIVE", "authorized_by": "admin@{name}.example", "expires_in_days": -1}
    at = screens(applications=refreshing(), libraries=[ended])
    at.open_tracker_configuration()
    expect(at.row("ACTIVE")).to_contain_text("Ended")
    at.authorize("ACTIVE", "ada@example.com")
    expect(at.row("ACTIVE")).not_to_contain_text("Ended")
    expect(at.row("ACTIVE")).to_contain_text("ada@example.com")
    at.button("Remove authorization")
    at.says("The library ACTIVE is no longer authorized.")
    assert at.place.library("ACTIVE")["authorized_by"] is None


def test_an_application_is_changed_on_its_page(screens):
    at = screens(applications=refreshing(), path="/application?id=tracker-cc")
    page = at.page
    page.get_by_label("Custom").check()
    page.get_by_label(f"pat@{at.tenant}.example").check()
    at.button("Save access")
    at.says("Access is saved.")
    expect(page.get_by_label(f"pat@{at.tenant}.example")).to_be_checked()
    page.get_by_label("Refresh Token Expiry").fill("none")
    at.button("Save authentication")
    at.refuses("refresh_token_expiry must be a whole number of at least 1.")
    expect(page.get_by_label("Refresh Token Expiry")).to_have_value("none")
    page.get_by_label("Refresh Token Expiry").fill("90")
    page.get_by_label("Access Token Expiry").fill("5000")
    at.button("Save authentication")
    at.says("Authentication is saved.")
    expect(page.get_by_role("link", name="Open tracker configuration")).to_be_visible()
    at.button("Disable")
    at.says("The application is disabled.")
    expect(page.get_by_role("link", name="Open tracker configuration")).to_have_count(0)
    expect(page.get_by_role("list", name="Extensions")).to_have_count(0)
    app = at.place.app("tracker-cc")
    assert app["status"] == "disabled"
    assert app["access"]["members"] == [{"id": f"pat@{at.tenant}.example", "type": "user"}]
    assert app["token_policy"] == {
        "allow_refresh_token": True,
        "refresh_token_expiry": 90,
        "access_token_max_idle_time": 5000,
    }
