# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real browser records: pages of the sandbox, and calls that a page makes."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import recording
from sandbox import Sandbox, serve
from sandbox.examples import example

pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.sweep

CALLS = """async (token) => {
    const ask = async (path, method) => (await fetch(path, {method: method, headers: {"X-Auth-Token": token}})).text();
    const customer = "/work/api/v2/customers/101";
    await ask("/api", "GET");
    await ask(customer + "/apps?limit=50", "GET");
    await ask(customer + "/applications/tracker", "PATCH");
}"""


def test_a_recording_of_a_browser_is_compared(browser, tmp_path):
    server = serve(Sandbox([example()]))
    file = tmp_path / "tenant.har"
    # The sandbox's own pages forbid scripts to call anything.
    context = browser.new_context(record_har_path=file, record_har_content="embed", bypass_csp=True)
    page = context.new_page()
    page.goto(f"{server.url}/work/cc")
    page.evaluate(CALLS, "acme-admin-token")
    context.close()
    server.stop()
    lines = recording.compare(recording.read(str(file)), server.url)
    recorded = [line.strip() for line in lines if line.startswith("    ") and not line.endswith(": not recorded")]
    assert recorded == [
        "discover: GET /api: 200",
        "listApps: GET /work/api/v2/customers/{customer_id}/apps: 200",
        "PATCH /work/api/v2/customers/{number}/applications/{text}: 404",
    ]
    assert lines[0].startswith("Calls to 127.0.0.1 in this recording: 3. Left out: pages and their parts (")
    assert "acme-admin-token" in file.read_text(encoding="utf-8")
    assert "acme-admin-token" not in str(lines)
