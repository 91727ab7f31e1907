# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the guides, built without a warning (a link that leads nowhere is one), and readable in a browser."""

from __future__ import annotations

import importlib.util
import shutil
import sys

from documents.site import SITE

from .gate import Failed, Gate, LeftOut, call


def gates() -> list[Gate]:
    """Build it, then look at what was built."""
    return [Gate("site", _check), Gate("site-legible", _legible)]


def _check() -> None:
    call([sys.executable, "-m", "documents.site"])


def _legible() -> None:
    from browser.conftest import NAMES

    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None or importlib.util.find_spec("playwright") is None:
        raise LeftOut("there is no Chromium, or no playwright; make browser and make test install them")
    from documents import legible
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = list(legible.complaints(driver.chromium.launch(executable_path=chromium), SITE))
    if found:
        print(*found, sep="\n")
        raise Failed(f"{len(found)} places of the site are hard to read: {found[0]}")
    print(f"{len(list(SITE.rglob('*.html')))} pages, in light and dark")
