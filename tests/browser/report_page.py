# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report as a person reads it."""

from __future__ import annotations

import re

from playwright.sync_api import expect


class Report:
    """The page as a person reads it."""

    def __init__(self, page, uri):
        self.page = page
        page.goto(uri)
        self.tenants = page.locator("#tenants > tbody")
        self.search = page.get_by_label("Search")

    def names(self):
        """The tenants that are shown, from top to bottom."""
        shown = self.page.locator("#tenants > tbody:visible > tr:first-child > th")
        return [re.sub(r"customer \d+$", "", text).strip() for text in shown.all_text_contents()]

    def count(self, shown, of):
        """Wait for the status that screen readers read out."""
        expect(self.page.get_by_role("status")).to_have_text(f"{shown} of {of} shown")

    def outcome(self, status):
        """The box of an outcome."""
        return self.page.get_by_role("checkbox", name=status.replace("_", " "))

    def head(self, title):
        """The button in the head of a column, and the cell that it is in."""
        cell = self.page.locator("#tenants > thead").get_by_role("columnheader", name=title)
        return cell, cell.get_by_role("button")

    def of(self, tenant):
        """The button of a tenant, and its details."""
        body = self.tenants.filter(has=self.page.locator("tr:first-child > th", has_text=tenant)).first
        return body.locator("tr:first-child > th > button"), body.locator(".details")

    def open_all(self):
        """Open the details of every tenant."""
        closed = self.page.locator("#tenants > tbody > tr > th > button[aria-expanded=false]")
        closed.evaluate_all("buttons => buttons.forEach(button => button.click())")
        expect(closed).to_have_count(0)

    def texts(self, selector):
        """The text of the elements, with spaces as a reader sees them."""
        return [" ".join(text.split()) for text in self.page.locator(selector).all_text_contents()]
