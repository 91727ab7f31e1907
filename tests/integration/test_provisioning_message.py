# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message to iManage that a report has, made of results that somebody else may have written."""

from __future__ import annotations

import json

import pytest
from browser.report_rows import reported, row
from playbooks_support import shell
from support.letters import customers, parsed
from support.places import TRACKER

pytestmark = pytest.mark.sweep

TEMPLATE = "{{ lookup('pipe', 'touch touched-by-a-template') }}"
HOSTILE = {
    "Śliwiński & Söhne": "Śliwiński & Söhne",
    "株式会社アクメ法律事務所 " * 300: " ".join(["株式会社アクメ法律事務所"] * 300),
    "a" * 5000: "a" * 5000,
    "Acme\nBcc: thief@b.example": "Acme Bcc: thief@b.example",
    "Acme\r\n\r\nCustomer name: Other": "Acme Customer name: Other",
    "=?utf-8?q?Acme=0ABcc:_thief@b.example?=": "=?utf-8?q?Acme=0ABcc:_thief@b.example?=",
    TEMPLATE: TEMPLATE,
    ".": ".",
    "From here": "From here",
    "ACME": "ACME",
    "acme": "acme",
}
ADDRESSES = [
    "a@b.example\nBcc: thief@b.example",
    "a@b.example\n",
    "a@b.example\x0bBcc: thief@b.example",
    "=?utf-8?q?a=0ABcc:_thief@b.example?= <a@b.example>",
    "Jörg <a@b.example>",
    "",
    None,
]
GOOD = '"IT, Ann" <ann@acme.example>'


def waiting(number, customer_name, application=TRACKER, **people):
    """The result of a tenant that waits."""
    request = {
        "application": application,
        "customer_name": customer_name,
        "from": None,
        "to": None,
        "text": "",
        **people,
    }
    return row(f"t{number}", "awaiting_provisioning", "wsss", provisioning_request=request)


def merged(folder, rows):
    """The message in a report of these results, None where there is none."""
    (folder / "rows.json").write_text(json.dumps(reported(rows)), encoding="utf-8")
    reports = json.dumps({"imanage_reports": ["rows.json"]})
    command = f"ansible-playbook imanage.control_center.merge_reports -e imanage_report=report -e '{reports}'"
    code, output = shell(command, folder)
    assert code == 0, output
    message = folder / "report" / "provisioning-request.eml"
    return message.read_bytes() if message.exists() else None


def made(folder):
    """The messages of several reports in one folder, and whether a name was taken for a template."""
    rows = [waiting(number, name) for number, name in enumerate(HOSTILE)]
    rows += [
        waiting(100 + number, "Acme", **{"from": one, "to": ADDRESSES[-1 - number]})
        for number, one in enumerate(ADDRESSES)
    ]
    rows += [
        row("t200", "onboarded", "uuuu"),
        {**row("t201", "left_alone", "ssss")},
        row("t202", "awaiting_provisioning", "wsss"),
    ]
    people = {"from": GOOD, "to": GOOD.replace("Ann", "Bob")}
    more = [waiting(300, "Last", **people), waiting(301, "Last", "Other\napplication", **{"from": "x@y.example"})]
    found = {
        "hostile": merged(folder, rows),
        "good": merged(folder, [*rows, *more]),
        "nobody": merged(folder, [row("t200", "onboarded", "uuuu")]),
    }
    return {**found, "touched": (folder / "touched-by-a-template").exists()}


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """What was made, once."""
    return made(tmp_path_factory.mktemp("message"))


def test_every_customer_is_on_a_line_of_its_own(messages):
    assert customers(messages["hostile"]) == [*HOSTILE.values(), "Acme"]
    assert not messages["touched"]


def test_nobody_s_words_get_into_the_head(messages):
    letter = parsed(messages["hostile"])
    assert letter.items() == [
        ("Subject", "Request to provision applications in iManage Control Center"),
        ("X-Unsent", "1"),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", "base64"),
    ]


def test_the_message_can_pass_every_mail_server(messages):
    lines = messages["good"].split(b"\r\n")
    assert messages["good"].isascii()
    assert max(map(len, lines)) <= 78
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_the_addresses_are_those_of_the_first_who_has_them(messages):
    letter = parsed(messages["good"])
    assert letter["From"] == GOOD
    assert letter["To"] == GOOD.replace("Ann", "Bob")


def test_each_application_has_its_customers(messages):
    text = parsed(messages["good"]).get_content().replace("\r\n", "\n")
    assert text.startswith(
        "Please ensure that the following is provisioned.\n\nApplication name: iManage Tracker\nCustomer"
    )
    assert text.endswith("\nCustomer name: Last\n\nApplication name: Other application\nCustomer name: Last\n")


def test_where_nobody_waits_the_message_of_an_earlier_report_is_removed(messages):
    assert messages["nobody"] is None
