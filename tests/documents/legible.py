# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a browser shows the site legibly: every text contrasts with its background, and nothing is cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from browser.contrast import ALL_TEXTS
from playwright.sync_api import Browser

READABLE = 4.5
WIDTH = 1280
# What is wider than its place, which a scroll bar would cut.
CUT = """() => [...document.querySelectorAll("article, article *, .sidebar-tree *, .sidebar-brand *")]
  .filter(element => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1
    && getComputedStyle(element).overflowX !== "visible" && element.clientWidth)
  .map(element => `${element.localName}.${element.className} ${element.textContent.trim().slice(0, 20)}`)"""


def complaints(browser: Browser, site: Path) -> Iterator[str]:
    """Every text that is hard to read, in light or dark, and everything that is cut."""
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme, viewport={"width": WIDTH, "height": 900})
        for path in sorted(site.rglob("*.html")):
            page.goto(path.as_uri())
            name = f"{path.relative_to(site)}, {scheme}"
            for element, text, ratio in page.evaluate(ALL_TEXTS):
                if ratio < READABLE:
                    yield f"{name}: {element} {text!r} has a contrast of {ratio:.1f}"
            if scheme == "light":
                yield from (f"{name}: {element} is cut" for element in page.evaluate(CUT))
        page.close()
