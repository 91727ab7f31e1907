# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real browser records: of the pages of the sandbox, and of calls that a page makes."""

from __future__ import annotations

import json

import pytest
from ansible_collections.imanage.control_center.plugins.plugin_utils import _recording, _recording_file
from sandbox import Sandbox, serve
from sandbox.examples import example

pytest.importorskip("playwright.sync_api")
from screens import Screens

pytestmark = pytest.mark.sweep

CALLS = """async ([customer, token]) => {
    const ask = async (path, method, body) => (await fetch(path, {
        method: method,
        headers: {"X-Auth-Token": token, "Content-Type": "application/json"},
        body: body && JSON.stringify(body),
    })).text();
    const customers = "/work/api/v2/customers/" + customer;
    await ask("/api", "GET");
    await ask(customers + "/apps?limit=50", "GET");
    await ask(customers + "/apps/tracker", "PATCH", {status: "enabled"});
    await ask(customers + "/applications/tracker", "PATCH", {status: "enabled"});
}"""


@pytest.fixture
def site():
    sandbox = Sandbox([example()])
    server = serve(sandbox)
    yield server
    server.stop()


def recorded(browser, path, act, **options):
    """What is said of a recording of what was done in a page."""
    context = browser.new_context(record_har_path=path, record_har_content="embed", **options)
    context.set_default_timeout(10_000)
    act(context.new_page())
    context.close()
    return _recording.report(_recording_file.read(str(path)))


def test_a_recording_of_pages_has_no_call_and_says_so(browser, site, tmp_path):
    def act(page):
        screens = Screens(page, site.url)
        screens.open()
        screens.sign_in()
        screens.open("/settings/applications")

    said = recorded(browser, tmp_path / "pages.har", act)
    assert said["text"][0].startswith("No call of an interface was recorded, only ")
    assert "acme-admin-password" in (tmp_path / "pages.har").read_text(encoding="utf-8")
    assert "acme-admin" not in json.dumps(said)


def test_a_recording_of_calls_is_compared(browser, site, tmp_path):
    def act(page):
        page.goto(f"{site.url}/work/cc")
        page.evaluate(CALLS, [101, "acme-admin-token"])

    # The sandbox's own pages forbid scripts to call anything.
    said = recorded(browser, tmp_path / "calls.har", act, bypass_csp=True)
    verdicts = {row["operation"]: row["verdict"] for row in said["operations"] if row["verdict"] != "not_seen"}
    assert verdicts == dict.fromkeys(("discover", "listApps", "updateApp"), "matches")
    assert said["others"] == ["PATCH /work/api/v2/customers/{customer_id}/applications/{app_id}: 404"]
    assert "acme-admin-token" in (tmp_path / "calls.har").read_text(encoding="utf-8")
    assert "acme-admin-token" not in json.dumps(said)
