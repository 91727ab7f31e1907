# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret that a server sends back, in whatever form and place, is in no result."""

from __future__ import annotations

from support.places import refreshing
from support.raw_server import RawServer

INFO = "imanage_tenant_info"
ADMIN = {"id": "admin@{name}.example", "password": "{name}-admin-password", "nrtadmin": "all"}


def test_a_secret_in_a_reply_that_is_not_http_is_hidden(acme, naps):
    secret = 'pässwörd\'s "ß"'
    with RawServer(lambda _request: f"No HTTP: <{secret}>\r\n".encode()) as odd:
        result = acme.run(INFO, url=odd.url, password=secret, retry_timeout=1)
    assert "the reply is not HTTP: 'No HTTP: <********>" in result["msg"]


def test_a_secret_in_the_html_of_a_refusal_is_hidden(acme):
    words = "p&amp;ss&lt;w&#39;rd is wrong."
    acme.fault("status", "requestToken", status=400, body={"error": "invalid_grant", "error_description": words})
    assert '"******** is wrong."' in acme.run(INFO, password="p&ss<w'rd")["msg"]


def test_a_library_that_is_named_as_the_password_is_hidden(tenant):
    acme = tenant(applications=refreshing(), libraries=["{name}-admin-password"], users=[ADMIN])
    result = acme.run("imanage_library_authorization")
    assert result["writes"][0]["after"].keys() == {"********"}
    assert f"{acme.name}-admin-password" not in str(result)
    assert acme.writes == ["authorizeLibrary"]
