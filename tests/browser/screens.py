# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The screens of the vendor's instructions as a person goes through them, by what they read there."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect
from support.places import EXTENSION

AUTHORIZATIONS = "Tracker background service authorization"


class Screens:
    """A browser at the pages of a tenant that is as sandbox.examples.example describes it."""

    def __init__(self, page: Page, url: str, tenant: str = "acme"):
        self.page = page
        self.url = url
        self.tenant = tenant

    def open(self, path: str = "") -> None:
        """Go to an address below the one that a hand-over names."""
        self.page.wait_for_load_state()
        self.page.goto(f"{self.url}/work/cc{path}")

    def sign_in(self, user: str = "admin", password: str | None = None) -> None:
        """Fill in the form for signing in."""
        self.page.get_by_label("User ID").fill(f"{user}@{self.tenant}.example")
        self.page.get_by_label("Password").fill(password or f"{self.tenant}-{user}-password")
        self.button("Sign in")
        # Whoever goes on at once would break off the request that signs in.
        expect(self.page.get_by_role("button", name="Sign out").or_(self.page.get_by_role("alert"))).to_be_visible()

    def button(self, name: str) -> None:
        """Select a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def link(self, name: str) -> None:
        """Select a link outside the navigation."""
        self.page.get_by_role("main").get_by_role("link", name=name, exact=True).click()

    def left(self, title: str, name: str) -> None:
        """Select an entry of the left navigation pane, under a title."""
        pane = self.page.get_by_role("navigation").get_by_role("list", name=title)
        pane.get_by_role("link", name=name, exact=True).click()

    def row(self, name: str) -> Any:
        """The row of a table that is headed by a name."""
        heading = self.page.get_by_role("rowheader", name=name, exact=True)
        return self.page.get_by_role("row").filter(has=heading)

    def heading(self, name: str) -> None:
        """Wait for the heading of a page."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def says(self, words: str) -> None:
        """Wait for a success message."""
        expect(self.page.get_by_role("status")).to_contain_text(words)

    def refuses(self, words: str) -> None:
        """Wait for a refusal."""
        expect(self.page.get_by_role("alert")).to_contain_text(words)

    def authorize(self, library: str, email: str) -> None:
        """Authorize a library from the list of libraries."""
        self.row(library).get_by_role("button", name="Authorize").click()
        self.page.get_by_label("E-mail ID").fill(email)
        self.button("Use my credentials & authorize")

    def open_tracker_configuration(self) -> None:
        """From anywhere to the page that lists the libraries, as the hand-over says it."""
        self.left("Extensions", EXTENSION)
        self.link("Open tracker configuration")
        self.heading(AUTHORIZATIONS)
