# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/images: the report of the demonstration's tenants, and the page of the sandbox that a hand-over leads to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from browser.conftest import NAMES
from browser.screens import Screens
from playwright.sync_api import Browser, Page, sync_playwright
from sandbox import sandbox_from_file, serve
from support.environment import clean_environment
from support.tree import ROOT

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 800}


def main() -> int:
    """Onboard the tenants, and take the pictures; returns the exit code."""
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        print("There is no Chromium; make browser installs it.", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(sandbox_from_file(ROOT / "tests" / "sandbox" / "demo.yml")) as server,
        sync_playwright() as driver,
    ):
        _onboard(server.url, folder)
        browser = driver.chromium.launch(executable_path=chromium)
        report = (Path(folder) / "report.html").as_uri()
        page = _page(browser, "light")
        page.goto(report)
        _take(page, "report")
        page = _page(browser, "dark")
        page.goto(report)
        page.get_by_role("button", name="acme").click()
        _take(page, "report-details")
        page = _page(browser, "light")
        screens = Screens(page, server.url)
        screens.open()
        screens.sign_in(password="demo-acme")
        screens.open_tracker_configuration()
        _take(page, "authorizations")
    return 0


def _onboard(url: str, folder: str) -> None:
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        *("-i", str(ROOT / "demo" / "inventory.yml"), "-e", f"imanage_report={folder}"),
        "imanage.control_center.onboard",
    ]
    # Without the user's own tenants.
    environment = {**clean_environment(os.environ), "IMANAGE_URL": url}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def _page(browser: Browser, scheme: str) -> Page:
    return browser.new_context(viewport=SIZE, color_scheme=scheme).new_page()


def _take(page: Page, name: str) -> None:
    """The page as far as a window shows it, without the empty rest of a short one."""
    bottom = page.evaluate("Math.ceil(document.body.getBoundingClientRect().bottom) + 16")
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": SIZE["width"], "height": min(SIZE["height"], bottom)})
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    sys.exit(main())
