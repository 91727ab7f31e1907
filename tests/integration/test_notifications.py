# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The play that tells of a report: what it posts to each service, to a server of the test, and nothing else."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playbooks_support import Stage, encrypt, keep, shell
from support.guides import Guide, changed

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/automation-controller.md")
(COMMAND,) = GUIDE.commands
(PLAY,) = [
    block.text for block in GUIDE.blocks if block.language == "yaml" and block.heading.startswith("Notifications")
]
SERVICES = ("teams", "slack", "servicenow")
SECRET = "never-to-be-shown"
HOSTILE = "\"'{{ lookup('pipe', 'touch touched') }} {% raw %} <@channel> <!here> & [x](http://evil.example) \\"


class Receiver:
    """Keeps what is posted, and answers as each service does."""

    def __init__(self):
        self.posts, self.active, self.statuses = [], [], {"/teams": 202, "/slack": 200}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                receiver.take(self, None)
                self.answer(200, {"result": receiver.active})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self, json.loads(body))
                place = next((one for one in receiver.statuses if self.path.startswith(one)), None)
                self.answer(receiver.statuses.get(place, 201), {"result": {}})

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def take(self, handler, body):
        """Keep a request."""
        self.posts.append((handler.command, handler.path, dict(handler.headers), body))


def row(tenant, status, *steps):
    """A tenant as a report has it, as far as the play reads it."""
    return {"tenant": tenant, "status": status, "next_steps": list(steps)}


REPORTS = {
    "well": [
        row("acme", "onboarded", "Activate it."),
        row("birch", "awaiting_consent", "Authorize."),
        row("c", "left_alone"),
    ],
    "hostile": [
        row(HOSTILE, "failed", HOSTILE),
        row("acme", "onboarded"),
        row("birch", "drifted", "One.", "Two\nlines."),
    ],
    "many": [row(f"t{number:03}", "failed", "x" * 5000) for number in range(400)],
}


def real(folder):
    """The report of an audit: a tenant that drifted, and one whose password is wrong."""
    with Stage(folder / "stage") as stage:
        stage.add("acme")
        stage.add("birch", {"imanage_password": "guessed"})
        return stage.run("-e", "imanage_fail_on=drifted", "imanage.control_center.audit").files["report.json"]


def told(folder, receiver, service, report):
    """What the play posts of a report to a service, by the command of the guide: the code, the output, the requests."""
    receiver.posts.clear()
    code, output = shell(changed(COMMAND, **{"reports/audit": report, "--tags teams": f"--tags {service} -v"}), folder)
    return code, output, [*receiver.posts]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Every service with every report."""
    folder = tmp_path_factory.mktemp("notifications")
    found = {}
    with Receiver() as receiver:
        encrypt(
            folder,
            "notify.vault.yml",
            teams_webhook_url=f"{receiver.url}/teams?sig={SECRET}",
            slack_webhook_url=f"{receiver.url}/slack/{SECRET}",
            servicenow_url=receiver.url,
            servicenow_username="reporter",
            servicenow_password=SECRET,
        )
        keep(folder, **{"notify.yml": PLAY, "real/report.json": real(folder)})
        for name, tenants in REPORTS.items():
            about = {"playbook": "audit", "mode": "audit", "totals": f"{len(tenants)} of {HOSTILE}"}
            keep(folder, **{f"{name}/report.json": {"report": about, "tenants": tenants, "next_due": []}})
        for service in SERVICES:
            for report in (*REPORTS, "real", "missing"):
                found[service, report] = told(folder, receiver, service, report)
            receiver.statuses = {"/": 500}
            found[service, "refused"] = told(folder, receiver, service, "real")
            receiver.statuses = {"/teams": 202, "/slack": 200}
        receiver.active = [{"number": "INC1"}]
        found["servicenow", "active"] = told(folder, receiver, "servicenow", "real")
    found["touched"] = (folder / "touched").exists()
    return found


def posted(ran, service, report):
    """The only body that was posted to a service, and its headers."""
    code, output, requests = ran[service, report]
    assert code == 0, output
    ((_method, _path, headers, body),) = [one for one in requests if one[0] == "POST"]
    return body, headers


def text_of(ran, service, report):
    """What people read of it."""
    body, _headers = posted(ran, service, report)
    if service == "teams":
        (card,) = body["attachments"]
        return "\n".join(inline["text"] for block in card["content"]["body"] for inline in block["inlines"])
    return body["text"] if service == "slack" else f"{body['short_description']}\n{body['description']}"


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_sent_when_all_is_well(ran, service):
    code, output, requests = ran[service, "well"]
    assert (code, requests) == (0, []), output


@pytest.mark.parametrize("service", SERVICES)
def test_a_real_report_is_told(ran, service):
    text = text_of(ran, service, "real")
    assert "1 drifted" in text
    assert "1 failed" in text
    assert "acme: drifted. iManage Tracker: Added is no, should be yes" in text
    assert "birch: failed. " in text


@pytest.mark.parametrize("service", SERVICES)
def test_names_are_told_as_they_are(ran, service):
    text = text_of(ran, service, "hostile")
    if service == "slack":
        assert "<" not in text
        assert ">" not in text
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert f"{HOSTILE}: failed. {HOSTILE}\n" in text
    assert "birch: drifted. One. Two\nlines." in text
    assert "acme" not in text
    assert not ran["touched"]


@pytest.mark.parametrize(("service", "limit"), {"teams": 28_000, "slack": 40_000, "servicenow": 8_000}.items())
def test_a_message_about_many_tenants_is_one_that_the_service_takes(ran, service, limit):
    text = text_of(ran, service, "many")
    assert "t019: failed. xxx" in text
    assert "t020" not in text
    assert "See the report for 380 more." in text
    assert len(json.dumps(posted(ran, service, "many")[0])) < limit


def test_teams_gets_a_card_of_plain_text(ran):
    body, _headers = posted(ran, "teams", "hostile")
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["type"] == "AdaptiveCard"
    assert card["version"] == "1.4"
    # Only the text of a RichTextBlock is never read as Markdown.
    assert [block["type"] for block in card["body"]] == ["RichTextBlock", "RichTextBlock"]


def test_slack_gets_a_text(ran):
    body, _headers = posted(ran, "slack", "hostile")
    assert set(body) == {"text", "mrkdwn"}
    assert body["mrkdwn"] is False


def test_servicenow_gets_an_incident_of_its_account(ran):
    body, headers = posted(ran, "servicenow", "hostile")
    assert set(body) == {"short_description", "description", "correlation_id"}
    assert len(body["short_description"]) <= 160
    assert headers["Authorization"] == "Basic " + base64.b64encode(f"reporter:{SECRET}".encode()).decode()
    looked, opened = ran["servicenow", "hostile"][2]
    assert looked[1].startswith(
        "/api/now/table/incident?sysparm_query=correlation_id%3Dimanage-tracker%5Eactive%3Dtrue&"
    )
    assert opened[1] == "/api/now/table/incident"
    assert looked[2]["Authorization"] == headers["Authorization"]


def test_there_is_one_incident_while_it_is_active(ran):
    code, output, requests = ran["servicenow", "active"]
    assert code == 0, output
    assert [one[0] for one in requests] == ["GET"]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("report", ["missing", "refused"])
def test_what_was_not_told_fails(ran, service, report):
    code, _output, _requests = ran[service, report]
    assert code == 2


def test_no_secret_is_printed(ran):
    runs = [found for key, found in ran.items() if key != "touched"]
    assert len(runs) == 19
    assert [output for _code, output, _requests in runs if SECRET in output] == []
