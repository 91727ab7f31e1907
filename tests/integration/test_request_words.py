# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request for provisioning: the words that arrive, and what is refused before a socket is opened."""

from __future__ import annotations

import os
import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils import _provisioning_request as mail
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from support.asking import MACHINE, refused, send
from support.places import TRACKER

pytestmark = pytest.mark.usefixtures("known_machine")


@pytest.mark.parametrize(
    "name",
    ["Acme", "Śliwiński & Söhne GmbH", "株式会社アクメ法律事務所" * 5, ".", 'From here: Acme, <Ltd> (UK) @ "x" %s {0}'],
)
def test_the_names_arrive_readable(plain, given, name):
    send(given(plain.port, customer_name=name))
    letter = plain.letter()
    # A long one is folded before its first word.
    assert letter["Subject"].strip() == f"Provisioning of {TRACKER} for {name}"
    assert f"Customer name: {name}\n" in letter.get_content().replace("\r\n", "\n")
    assert (letter["From"], letter["To"]) == ("it@acme.example", "onboarding@imanage.example")
    assert plain.taken[0].content.isascii()
    assert max(map(len, plain.taken[0].content.splitlines())) < 200


def test_what_arrives_are_the_words_to_send_by_hand(plain, given):
    parameters = given(plain.port)
    send(parameters)
    by_hand = mail.text(mail.request(parameters, "acme"), TRACKER)
    letter = plain.letter()
    head = "".join(f"{name}: {letter[name]}\n" for name in ("From", "To", "Subject"))
    assert f"{head}\n" + letter.get_content().replace("\r\n", "\n") == by_hand


def test_a_draft_has_the_words_that_are_sent_and_nothing_of_its_moment(plain, given):
    parameters = given(plain.port)
    send(parameters)
    sent, draft = plain.letter(), mail.draft([mail.request(parameters, "acme")], TRACKER)
    for name in ("From", "To", "Subject"):
        assert draft[name] == sent[name].strip()
    assert draft.get_content() == sent.get_content().replace("\r\n", "\n")
    assert set(sent.keys()) - set(draft.keys()) >= {"Date", "Message-ID"}
    assert bytes(draft) == bytes(mail.draft([mail.request(parameters, "acme")], TRACKER))


def test_the_message_is_dated_and_named_without_the_machine(plain, given):
    send(given(plain.port))
    letter = plain.letter()
    assert abs(datetime.now(UTC) - letter["Date"].datetime) < timedelta(seconds=60)
    assert letter["Date"].datetime.utcoffset() == timedelta(0)
    assert letter["Message-ID"].endswith("@acme.example>")
    assert MACHINE.encode() not in plain.taken[0].content
    assert {name for name, _encrypted in plain.greeted} == {"localhost"}


def test_without_a_server_nothing_is_sent(monkeypatch):
    monkeypatch.setattr(smtplib, "SMTP", None)
    made = mail.request({"from": "a@b.example", "to": "c@d.example", "smtp_password": "x", "sent_path": "/x"}, "acme")
    assert mail.sent_before(made, 101, TRACKER) is None
    with pytest.raises(Failure, match="smtp_server") as caught:
        mail.send(made, 101, TRACKER)
    assert caught.value.kind == "bad_option"


@pytest.mark.parametrize("parameters", [None, {}, {"from": None, "to": "", "smtp_server": ""}])
def test_nothing_has_to_be_given(parameters):
    assert mail.request(parameters, "acme") == ("acme", None, None, None, "")
    with pytest.raises(Failure) as caught:
        mail.message(mail.request(parameters, "acme"), TRACKER)
    assert caught.value.kind == "bad_option"


# What is refused before a socket is opened


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"from": None}, "smtp_server is given without from."),
        ({"from": None, "to": "", "sent_path": None}, "without from and to and sent_path."),
        ({"from": "it"}, "from is 'it'"),
        ({"to": "a@b.example, c@d.example"}, "to is 'a@b.example, c@d.example'"),
        ({"to": "Jane <jane@b.example>"}, "not one address"),
        ({"to": "a@b.example>"}, "not one address"),
        ({"to": "a b@c.example"}, "not one address"),
        ({"to": "a@b@c.example"}, "not one address"),
        ({"to": "a..b@c.example"}, "not one address"),
        ({"to": "ä@b.example"}, "not one address"),
        ({"to": "=?utf-8?q?a=0D=0A?=@b.example"}, "not one address"),
        ({"to": "a@b.example\nBcc: c@d.example"}, "not one address"),
        ({"from": "a@b.example\r\n"}, "not one address"),
        ({"smtp_server": "mail.example:25"}, "smtp_server is not just the name of a host"),
        ({"smtp_server": "smtp://mail.example"}, "not just the name"),
        ({"smtp_server": "user:secret@mail.example"}, "not just the name"),
        ({"smtp_server": "mail.example\r\nQUIT"}, "not just the name"),
        ({"smtp_server": "größe.example"}, "not just the name"),
        ({"smtp_server": "mail.example."}, "not just the name"),
        ({"smtp_port": 0}, "smtp_port is '0'"),
        ({"smtp_port": 65536}, "smtp_port is '65536'"),
        ({"smtp_port": "smtp"}, "smtp_port is 'smtp'"),
        ({"smtp_security": "ssl"}, "none of starttls, tls, none"),
        ({"smtp_username": "x", "smtp_security": "tls"}, "smtp_username is given without smtp_password"),
        ({"smtp_password": "secret", "smtp_security": "tls"}, "smtp_password is given without smtp_username"),
        ({"smtp_username": "x", "smtp_password": "secret"}, "would show smtp_password"),
        ({"smtp_username": "x", "smtp_password": "secretö", "smtp_security": "tls"}, "not printable ASCII"),
        ({"smtp_username": "x\0", "smtp_password": "secret", "smtp_security": "tls"}, "not printable ASCII"),
        ({"smtp_server": "mail.example"}, "smtp_security none to mail.example"),
        ({"smtp_server": "192.0.2.1"}, "smtp_security none to 192.0.2.1"),
        ({"sent_path": "sent"}, "sent_path is 'sent'"),
    ],
)
def test_what_cannot_be_meant_is_a_bad_option(given, changes, words):
    with pytest.raises(Failure) as caught:
        mail.request(given(25, **changes), "acme")
    shown = caught.value.render("acme")["msg"]
    assert caught.value.kind == "bad_option"
    assert words in shown
    assert "secret" not in shown
    assert "\n" not in shown


BREAKS = ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\0", "\ud800", " =?utf-8?q?=0D=0A"]


@pytest.mark.parametrize("line_break", BREAKS)
def test_nothing_can_be_put_into_the_head(plain, given, line_break):
    name = f"Acme{line_break}Bcc: thief@b.example?="
    assert "customer_name" in refused(given(plain.port, customer_name=name), "bad_option")
    made = mail.request(given(plain.port), "acme")
    for function in (
        mail.text,
        mail.message,
        lambda request, application: mail.draft([request], application),
        lambda request, application: mail.send(request, 101, application),
    ):
        with pytest.raises(Failure, match="application") as caught:
            function(made, name)
        assert caught.value.kind == "bad_option"
    with pytest.raises(Failure, match="customer_name"):
        mail.request({}, name)
    assert plain.greeted == []


def test_the_defaults_are_the_usual_port_and_starttls(given):
    server = mail.request(given(None, smtp_security=None, smtp_server="mail.example"), "acme").server
    assert (server.port, server.security, server.timeout) == (587, "starttls", 30)


@pytest.mark.parametrize(("security", "usual"), [("starttls", 587), ("tls", 465), (None, 587)])
def test_tls_from_the_start_has_a_port_of_its_own_unless_one_is_given(given, security, usual):
    for port, taken in ((None, usual), (2525, 2525)):
        made = mail.request(given(port, smtp_security=security, smtp_server="mail.example"), "acme")
        assert made.server.port == taken


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_no_tls_is_needed_to_this_machine(given, host):
    assert mail.request(given(25, smtp_server=host), "acme").server.host == host


def test_a_home_directory_is_found(given):
    made = mail.request(given(25, sent_path="~/sent"), "acme")
    assert made.sent_path == os.path.expanduser("~/sent")
