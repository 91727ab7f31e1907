# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's pages in a browser: who may do what, what is refused, what is saved, and hostile names."""

from __future__ import annotations

import pytest
from support.places import EXTENSION, applications, refreshing

pytest.importorskip("playwright")

from contrast import CONTRAST
from playwright.sync_api import expect
from screens import Screens

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">'\"&{{7*7}}"


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


@pytest.mark.sweep
def test_without_app_management_the_applications_are_refused_in_the_servers_words(screens):
    at = screens(user="pat")
    before = at.place.snapshot()
    for path in ("/applications", "/applications/add", "/application?id=drive"):
        at.open(path)
        at.refuses("has no Global Management role with the App Management privilege.")
        expect(at.page.get_by_role("main").get_by_role("button")).to_have_count(0)
        expect(at.page.get_by_role("table")).to_have_count(0)
        expect(at.page.get_by_text("iManage Drive")).to_have_count(0)
    assert at.place.snapshot() == before


@pytest.mark.sweep
def test_only_the_libraries_of_an_nrtadmin_are_listed(screens):
    at = screens(user="nrt", applications=refreshing())
    at.open_tracker_configuration()
    expect(at.page.get_by_role("rowheader")).to_have_text(["ACTIVE"])
    at.open("/tracker/authorize?library=SPM")
    at.refuses("There is no library SPM")
    at.button("Sign out")
    at.heading("Sign in")
    at.sign_in("pat")
    at.open_tracker_configuration()
    expect(at.page.get_by_text("There is no library in which you are NRTADMIN.")).to_be_visible()


@pytest.mark.sweep
def test_an_authorization_that_is_refused_says_why_and_keeps_what_was_typed(screens):
    at = screens(applications=applications(extension="enabled"))
    at.open_tracker_configuration()
    at.authorize("SPM", "somebody")
    at.refuses("email must be an e-mail address.")
    expect(at.page.get_by_label("E-mail ID")).to_have_value("somebody")
    at.page.get_by_label("E-mail ID").fill("somebody@example.com")
    at.button("Use my credentials & authorize")
    at.refuses(f"Refresh tokens are not allowed for {EXTENSION}.")
    assert at.place.library("SPM")["authorized_by"] is None


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


@pytest.mark.sweep
def test_an_application_is_removed_unless_the_server_refuses(screens):
    bound = {"id": "bound", "name": "Bound", "status": "enabled", "associated_settings": True}
    at = screens(applications=[*applications(), bound], path="/application?id=bound")
    at.button("Remove")
    at.refuses("Bound cannot be removed because it has associated settings.")
    at.open("/application?id=drive")
    at.button("Remove")
    at.says("is removed")
    expect(at.row("iManage Drive")).to_have_count(0)
    assert at.place.app("drive")["status"] == "available"


@pytest.mark.sweep
def test_the_way_back_keeps_what_was_chosen(screens):
    at = screens(path="/applications/add/authentication?app=tracker")
    page = at.page
    page.get_by_label("Allow Token Refresh").check()
    page.get_by_label("Refresh Token Expiry").fill("0")
    at.button("Access")
    at.refuses("refresh_token_expiry must be a whole number of at least 1.")
    page.get_by_label("Refresh Token Expiry").fill("7")
    at.button("Access")
    page.get_by_label("Custom").check()
    page.get_by_label("IT", exact=True).check()
    at.button("Review")
    expect(page.get_by_text("7 days")).to_be_visible()
    at.button("Back")
    expect(page.get_by_label("IT", exact=True)).to_be_checked()
    at.button("Back")
    expect(page.get_by_label("Refresh Token Expiry")).to_have_value("7")
    assert at.place.app("tracker")["status"] == "available"


@pytest.mark.sweep
def test_what_is_not_provisioned_cannot_be_found(screens):
    at = screens(path="/applications/add?search=Tracker", applications=[])
    expect(at.page.get_by_text("has to be provisioned by iManage first")).to_be_visible()
    at.open("/applications/add/review?app=tracker")
    at.refuses("There is no application tracker in the catalog.")


@pytest.mark.sweep
def test_hostile_names_are_inert(screens):
    hostile = {"id": f"x {HOSTILE}/../?a=b&c#d", "name": f"App {HOSTILE}", "description": HOSTILE}
    extension = {"id": "tracker-cc", "name": f"CC {HOSTILE}", "extension": True, "status": "enabled"}
    extension["token_policy"] = {"allow_refresh_token": True}
    at = screens(
        path="/applications/add",
        applications=[{**hostile, "publisher": HOSTILE}, extension],
        libraries=[f"LIB {HOSTILE}/..?&#"],
        groups=[HOSTILE],
        users=[
            {
                "id": "admin@{name}.example",
                "password": "{name}-admin-password",
                "app_management": True,
                "nrtadmin": "all",
            }
        ],
    )
    at.link(hostile["name"])
    at.button("Authentication")
    at.button("Access")
    at.page.get_by_label("Custom").check()
    at.page.get_by_label(HOSTILE, exact=True).check()
    at.button("Review")
    expect(at.page.get_by_role("definition").filter(has_text="Custom")).to_have_text(f"Custom: {HOSTILE}")
    at.button("Finish")
    at.says(hostile["name"])
    at.link(hostile["name"])
    at.heading(hostile["name"])
    at.button("Disable")
    at.left("Extensions", extension["name"])
    at.link("Open tracker configuration")
    library = at.place.tenant.libraries[0]
    at.authorize(library.id, f"{HOSTILE}@example.com")
    at.says(f"The library {library.id} is authorized")
    assert at.page.title().startswith("Tracker background service authorization")
    assert library.authorized_by["email"] == f"{HOSTILE}@example.com"
    app = at.place.app(hostile["id"])
    assert (app["status"], app["access"]["members"]) == ("disabled", [{"id": HOSTILE, "type": "group"}])


@pytest.mark.sweep
def test_a_page_needs_nothing_from_elsewhere_and_says_what_it_is(screens, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    at = screens()
    at.left("Settings", "Applications")
    expect(page.get_by_text("This is not iManage's product")).to_be_visible()
    assert {url.startswith((f"{at.url}/work/cc", "data:")) for url in asked} == {True}
    assert at.place.log == []


@pytest.mark.sweep
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_in_dark(screens, page, scheme):
    page.emulate_media(color_scheme=scheme)
    at = screens(applications=refreshing())
    at.open_tracker_configuration()
    for place in ("body", ".banner", ".quiet", ".state", "nav [aria-current]", "button"):
        assert page.locator(place).first.evaluate(CONTRAST) >= 4.5, place
