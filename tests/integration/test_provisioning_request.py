# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request for provisioning, sent by real SMTP: to whom, how, and at most once."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import smtplib
import socket
import ssl
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme
from ansible_collections.imanage.control_center.plugins.module_utils import _provisioning_request as mail
from ansible_collections.imanage.control_center.plugins.module_utils import _secrets
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from support.cases import BOTH, ONBOARDING
from support.places import TRACKER, applications
from support.post import PASSWORD, USERNAME, Post, answering

MACHINE = "machine-7.inside.example"

# What another process does: send, and print the record or the failure.
ELSEWHERE = """
import json, sys
from ansible_collections.imanage.control_center.plugins.module_utils import _provisioning_request as mail
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
try:
    print(json.dumps(mail.send(mail.request(json.loads(sys.argv[1]), "acme"), 101, "iManage Tracker")))
except Failure as failure:
    print(failure.kind, failure.what)
"""


@pytest.fixture(autouse=True)
def _known_machine(monkeypatch):
    """A name of this machine that nothing else has in it."""
    monkeypatch.setattr(socket, "gethostname", lambda: MACHINE)
    monkeypatch.setattr(socket, "getfqdn", lambda name="": MACHINE)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A function: the certificate chain and the key of a host, and under C(ca) the authority's certificate."""
    folder, made = tmp_path_factory.mktemp("authority"), trustme.CA()
    made.cert_pem.write_to_path(str(folder / "ca.pem"))

    def files(host="127.0.0.1"):
        certificate = made.issue_cert(host)
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{host}.pem"))
        return (str(folder / f"{host}.pem"),)

    files.ca, files.nobody = str(folder / "ca.pem"), str(folder / "nobody")
    os.mkdir(files.nobody)
    return files


@pytest.fixture
def post(authority):
    """A server that wants STARTTLS and an account."""
    with Post(authority(), signs_in=True) as running:
        yield running


@pytest.fixture
def plain():
    """A server without TLS and accounts."""
    with Post() as running:
        yield running


@pytest.fixture
def given(tmp_path):
    """A function: parameters for a server, with changes; None takes one away."""

    def parameters(port, **changes):
        usual = {
            "customer_name": "Acme & Söhne",
            "from": "it@acme.example",
            "to": "onboarding@imanage.example",
            "smtp_server": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "sent_path": str(tmp_path / "sent"),
        }
        return {**usual, **changes}

    return parameters


@pytest.fixture
def secured(given, authority):
    """The same, with STARTTLS and an account."""

    def parameters(port, **changes):
        account = {"smtp_username": USERNAME, "smtp_password": PASSWORD}
        return given(port, **{"smtp_security": "starttls", "smtp_ca_path": authority.ca, **account, **changes})

    return parameters


def wanted(parameters, timeout=10.0):
    made = mail.request(parameters, "acme")
    return made._replace(server=made.server and made.server._replace(timeout=timeout))


def send(parameters, **patience):
    return mail.send(wanted(parameters, **patience), 101, TRACKER)


def refused(parameters, kind, **patience):
    """What the failure says, as people see it."""
    with pytest.raises(Failure) as caught:
        send(parameters, **patience)
    shown = caught.value.render("acme")["msg"]
    assert caught.value.kind == kind, shown
    assert MACHINE not in shown
    assert PASSWORD not in shown
    assert "\n" not in shown
    return shown


def files(parameters):
    """The files of the records by name, in the directory where they belong."""
    folder = parameters["sent_path"]
    return {name: os.path.join(folder, name) for name in os.listdir(folder)} if os.path.isdir(folder) else {}


def the_file(parameters):
    (path,) = list(files(parameters).values())
    return path


def content_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


# What arrives


def test_it_is_sent_over_starttls_with_an_account(post, secured):
    record = send(secured(post.port))
    (envelope,) = post.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("it@acme.example", ["onboarding@imanage.example"])
    assert set(post.accounts) == {(USERNAME, PASSWORD)}
    assert post.greeted[-1] == ("localhost", True)
    assert record == {
        "sent_at": record["sent_at"],
        "to": "onboarding@imanage.example",
        "application": TRACKER,
        "customer": "Acme & Söhne",
    }
    age = datetime.now(UTC) - datetime.strptime(record["sent_at"], "%Y-%m-%dT%H:%M:%S%z")
    assert timedelta(seconds=-1) < age < timedelta(seconds=60)


def test_it_is_sent_over_implicit_tls_with_an_account(authority, secured):
    with Post(authority(), implicit=True, signs_in=True) as post:
        send(secured(post.port, smtp_security="tls"))
        assert post.letter()["To"] == "onboarding@imanage.example"
        assert post.accounts


def test_starttls_and_an_account_of_nobody_go_together(authority, given):
    with Post(authority()) as post:
        send(given(post.port, smtp_security="starttls", smtp_ca_path=authority.ca))
        assert post.letter()["To"]
        assert post.accounts == []


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


# What goes wrong on the way


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_authority_is_refused(authority, secured, security):
    with Post(authority(), implicit=security == "tls", signs_in=True) as post:
        parameters = secured(post.port, smtp_security=security, smtp_ca_path=None)
        shown = refused(parameters, "tls")
        assert "certificate verify failed" in shown
        assert "smtp_ca_path" in shown
        assert post.accounts == []
        assert files(parameters) == {}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_host_is_refused(authority, secured, security):
    with Post(authority("other.example"), implicit=security == "tls", signs_in=True) as post:
        shown = refused(secured(post.port, smtp_security=security), "tls")
        assert "127.0.0.1" in shown
        assert post.accounts == []


@pytest.mark.filterwarnings("ignore:.*TLSv1_1:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
def test_old_tls_is_refused_where_the_system_has_it(authority, secured, monkeypatch, version):
    strict = ssl.create_default_context

    def lax(**trusted):
        context = strict(**trusted)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        return context

    monkeypatch.setattr(ssl, "create_default_context", lax)
    with Post(authority(), signs_in=True) as post:
        context = post.tls
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        if version < ssl.TLSVersion.TLSv1_2:
            refused(secured(post.port), "tls")
        else:
            send(secured(post.port))


def test_a_directory_of_authorities_is_one(post, secured, authority):
    """An empty one trusts nobody; the system's authorities do not count beside it."""
    assert "certificate verify failed" in refused(secured(post.port, smtp_ca_path=authority.nobody), "tls")


def test_a_ca_path_that_is_none_is_a_bad_option(post, secured, tmp_path):
    shown = refused(secured(post.port, smtp_ca_path=str(tmp_path / "none.pem")), "bad_option")
    assert str(tmp_path / "none.pem") in shown
    assert post.greeted == []


def test_a_server_without_starttls_gets_no_password(authority, secured):
    with Post(authority(), signs_in=True, offers_starttls=False) as post:
        shown = refused(secured(post.port), "tls")
        assert "does not offer STARTTLS" in shown
        assert post.accounts == []


def test_tls_to_a_plain_port_is_a_tls_failure(plain, secured):
    assert "TLS" in refused(secured(plain.port, smtp_security="tls"), "tls")
    assert plain.greeted == []


def spellings(secret):
    """How a server may repeat what it was sent."""
    both = f"\0{USERNAME}\0{secret}"
    return [
        secret,
        quote(secret),
        json.dumps(secret),
        base64.b64encode(secret.encode()).decode(),
        base64.b64encode(both.encode()).decode(),
    ]


def test_a_wrong_password_is_told_in_the_servers_words_and_never_repeated(post, secured):
    wrong = "un der&standable"
    post.refusal = "535 5.7.8 no account like " + " or ".join(spellings(wrong))
    parameters = secured(post.port, smtp_password=wrong)
    shown = refused(parameters, "sign_in")
    assert "535" in shown
    assert "5.7.8 no account like ********" in shown
    assert (USERNAME, wrong) in post.accounts, "it was sent"
    for spelling in spellings(wrong):
        assert spelling.strip('="') not in shown
    assert post.taken == []
    assert files(parameters) == {}


def test_an_account_where_none_is_wanted_is_a_failure_to_sign_in(authority, secured):
    with Post(authority()) as post:
        post._controller.SMTP_kwargs["auth_exclude_mechanism"] = ["LOGIN", "PLAIN"]
        assert "smtp_username" in refused(secured(post.port), "sign_in")


def test_a_server_that_wants_an_account_refuses_the_sender(post, secured):
    shown = refused(secured(post.port, smtp_username=None, smtp_password=None), "conflict")
    assert "it@acme.example" in shown
    assert "530" in shown


def test_a_refused_recipient_is_told_in_the_servers_words(plain, given):
    plain.on["RCPT"] = answering("550-5.1.1 no such\r\n550 user here")
    shown = refused(given(plain.port), "conflict")
    assert 'refused the recipient onboarding@imanage.example: "5.1.1 no such user here" (550)' in shown
    assert plain.taken == []


@pytest.mark.parametrize("answer", ["554 5.7.1 looks like spam", "451 4.7.1 later"])
def test_a_refused_message_is_sent_again_by_the_next_run(plain, given, answer):
    parameters = given(plain.port)
    plain.on["DATA"] = answering(answer)
    assert answer[4:] in refused(parameters, "conflict")
    assert files(parameters) == {}
    del plain.on["DATA"]
    assert mail.sent_before(wanted(parameters), 101, TRACKER) is None
    send(parameters)
    assert len(plain.taken) == 1


def test_a_closed_port_is_unreachable_and_tried_again_by_the_next_run(given, plain):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    shown = refused(given(port), "unreachable")
    assert f"127.0.0.1:{port} cannot be reached" in shown
    send(given(plain.port))
    assert len(plain.taken) == 1


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_says_nothing_is_given_up(secured, security):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        account = {"smtp_username": None, "smtp_password": None}
        parameters = secured(silent.getsockname()[1], smtp_security=security, **account)
        assert "did not answer within 0.3 seconds" in refused(parameters, "unreachable", timeout=0.3)
        assert files(parameters) == {}


def test_a_server_that_does_not_want_to_talk_is_unreachable(given):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def turn_away():
            with listening.accept()[0] as caller:
                caller.sendall(b"554 go away\r\n")

        doorman = threading.Thread(target=turn_away)
        doorman.start()
        shown = refused(given(listening.getsockname()[1]), "unreachable")
        doorman.join()
    assert '"go away" (554)' in shown


def test_a_slow_server_is_given_up_before_the_message(plain, given):
    async def slow(server):
        await asyncio.sleep(1)

    plain.on["RCPT"] = slow
    assert "did not answer within 0.2 seconds" in refused(given(plain.port), "unreachable", timeout=0.2)
    assert files(given(plain.port)) == {}
    del plain.on["RCPT"]
    send(given(plain.port))
    assert len(plain.taken) == 1


# At most once


def test_it_is_not_sent_twice(plain, given):
    parameters = given(plain.port)
    first = send(parameters)
    assert mail.sent_before(wanted(parameters), 101, TRACKER) == first
    greeted = len(plain.greeted)
    assert send(given(plain.port, customer_name="Renamed")) == first
    assert len(plain.taken) == 1
    assert len(plain.greeted) == greeted, "nobody was called"


def test_it_is_sent_again_after_the_file_is_removed(plain, given):
    parameters = given(plain.port)
    send(parameters)
    os.unlink(the_file(parameters))
    assert mail.sent_before(wanted(parameters), 101, TRACKER) is None
    send(parameters)
    assert len(plain.taken) == 2


def test_each_tenant_and_application_has_a_file_of_its_own(plain, given):
    made = wanted(given(plain.port))
    applications = [TRACKER, "iManage-Tracker", "imanage tracker", "../../etc/passwd", "", "ä" * 300, "a/b\\c"]
    for customer_id in (101, 1010):
        for application in applications:
            mail.send(made, customer_id, application)
            assert mail.sent_before(made, customer_id, application)["application"] == application
    assert len(plain.taken) == len(files(given(plain.port))) == 2 * len(applications)
    for name in files(given(plain.port)):
        assert name.startswith(("101-", "1010-"))
        assert name.endswith(".json")
        assert name.isascii()
        assert len(name) < 100
    assert os.listdir(os.path.dirname(made.sent_path)) == ["sent"]


def test_the_record_is_for_its_owner_alone_and_has_no_secret(post, secured):
    parameters = secured(post.port)
    before = os.umask(0)
    try:
        send(parameters)
    finally:
        os.umask(before)
    path = the_file(parameters)
    assert os.path.basename(path).startswith("101-imanage-tracker-")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(parameters["sent_path"]).st_mode) == 0o700
    content = content_of(path)
    assert json.loads(content)["state"] == "sent"
    assert "Acme & Söhne" in content
    for word in (*spellings(PASSWORD), MACHINE):
        assert word not in content


def nobody_knows(parameters, kind="conflict", **patience):
    shown = refused(parameters, kind, **patience)
    assert "Nobody knows whether" in shown
    assert f"removing {the_file(parameters)} lets it be sent again" in shown
    return shown


class Killed(BaseException):
    """What no handler of exceptions takes."""


def test_a_run_that_ended_while_it_sent_leaves_that_open(plain, given, monkeypatch):
    parameters = given(plain.port)
    really = smtplib.SMTP.send

    def interrupted(self, words):
        if b"Customer name" in (words if isinstance(words, bytes) else words.encode()):
            assert json.loads(Path(the_file(parameters)).read_text(encoding="utf-8"))["state"] == "sending"
            assert stat.S_IMODE(os.stat(the_file(parameters)).st_mode) == 0o600
            raise Killed
        really(self, words)

    with monkeypatch.context() as patched:
        patched.setattr(smtplib.SMTP, "send", interrupted)
        with pytest.raises(Killed):
            send(parameters)
    nobody_knows(parameters)
    with pytest.raises(Failure, match="Nobody knows") as caught:
        mail.sent_before(wanted(parameters), 101, TRACKER)
    assert caught.value.kind == "conflict"
    assert plain.taken == []
    os.unlink(the_file(parameters))
    send(parameters)
    assert len(plain.taken) == 1


def test_a_run_that_ended_before_it_sent_leaves_nothing(plain, given, monkeypatch):
    parameters = given(plain.port)

    def interrupted(self, *words):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(smtplib.SMTP, "rcpt", interrupted)
        with pytest.raises(Killed):
            send(parameters)
    assert files(parameters) == {}
    send(parameters)
    assert len(plain.taken) == 1


def elsewhere(parameters):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ["ANSIBLE_COLLECTIONS_PATH"], *sys.path])}
    return subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE, json.dumps(parameters)], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_a_killed_process_leaves_open_whether_it_sent(plain, given):
    parameters = given(plain.port)
    arrived = threading.Event()

    async def never(server):
        arrived.set()
        await asyncio.sleep(60)

    plain.on["DATA"] = never
    with elsewhere(parameters) as process:
        assert arrived.wait(20)
        process.send_signal(signal.SIGKILL)
    del plain.on["DATA"]
    nobody_knows(parameters)


UNDECIDED = json.dumps({"state": "sending", "sent_at": "", "to": "", "application": TRACKER, "customer": ""})


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"state": "sent"}', "\xff", '{"state": "sending"}', UNDECIDED]
)
def test_a_file_that_says_nothing_leaves_open_whether_it_was_sent(plain, given, content):
    parameters = given(plain.port)
    send(parameters)
    with open(the_file(parameters), "w", encoding="latin-1") as file:
        file.write(content)
    nobody_knows(parameters)
    assert len(plain.taken) == 1


def test_a_message_that_nobody_confirms_is_not_sent_again(plain, given):
    async def slow(server):
        await asyncio.sleep(0.5)

    plain.on["DATA"] = slow
    shown = nobody_knows(given(plain.port), "unreachable", timeout=0.2)
    assert "timed out" in shown
    nobody_knows(given(plain.port))


@pytest.mark.parametrize("answer", [None, "999 whatever", "what?"])
def test_a_message_that_is_answered_with_nonsense_is_not_sent_again(plain, given, answer):
    async def strange(server):
        if answer is None:
            server.transport.abort()
        return answer

    plain.on["DATA"] = strange
    nobody_knows(given(plain.port), "unreachable")
    nobody_knows(given(plain.port))


def test_a_server_that_hangs_up_after_it_accepted_has_accepted(plain, given, monkeypatch):
    monkeypatch.setattr(smtplib.SMTP, "quit", lambda self: self.docmd("NONSENSE") and self._lost())
    monkeypatch.setattr(smtplib.SMTP, "_lost", _hang_up, raising=False)
    assert send(given(plain.port))["to"] == "onboarding@imanage.example"
    assert mail.sent_before(wanted(given(plain.port)), 101, TRACKER)


def _hang_up(smtp):
    raise smtplib.SMTPServerDisconnected("gone")


def test_of_two_at_once_one_sends(plain, given):
    """Both have looked and found nothing before either may go on."""
    parameters = given(plain.port)
    waiting = []

    async def together(server):
        waiting.append(server)
        for _turn in range(2000):
            if len(waiting) >= 2:
                return
            await asyncio.sleep(0.01)

    plain.on["RCPT"] = together
    processes = [elsewhere(parameters) for _turn in range(2)]
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert len(waiting) == 2
    assert len(plain.taken) == 1
    record = json.dumps(mail.sent_before(wanted(parameters), 101, TRACKER))
    assert record in [one.strip() for one in told]
    for one in told:
        assert one.strip() == record or one.startswith("conflict Nobody knows whether")


def test_of_many_threads_one_sends(plain, given):
    parameters = given(plain.port)
    start = threading.Barrier(8)

    def run():
        start.wait()
        with contextlib.suppress(Failure):
            send(parameters)

    threads = [threading.Thread(target=run) for _turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(plain.taken) == 1
    assert mail.sent_before(wanted(parameters), 101, TRACKER)


def test_a_sent_path_that_is_none_is_a_bad_option(plain, given, tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "sent"):
        assert str(path) in refused(given(plain.port, sent_path=str(path)), "bad_option")
    assert plain.greeted == []


def test_without_a_record_nothing_is_sent(plain, given, monkeypatch):
    parameters = given(plain.port)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", _full)
        assert "No space left" in refused(parameters, "bad_option")
    assert plain.taken == []
    assert files(parameters) == {}


def test_a_record_that_cannot_be_completed_says_that_it_was_sent(plain, given, monkeypatch):
    parameters = given(plain.port)
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", _full)
        shown = refused(parameters, "conflict")
    assert "was sent, but" in shown
    assert len(plain.taken) == 1
    refused(parameters, "conflict")
    assert len(plain.taken) == 1


def _full(*_):
    raise OSError(28, "No space left on device")


# -- within an onboarding -------------------------------------------------------------------------------------------


def onboarding(parameters):
    return {"applications": BOTH, "authorization": {}, "provisioning_request": parameters}


def unprovisioned(tenant):
    return tenant(applications=[one for one in applications() if one["name"] != TRACKER])


def test_an_onboarding_asks_once_and_a_preview_never(tenant, plain, given):
    acme = unprovisioned(tenant)
    options = onboarding(given(plain.port))
    preview = acme.run(ONBOARDING, check=True, **options)
    assert plain.taken == []
    run = acme.run(ONBOARDING, **options)
    assert plain.letter()["To"] == "onboarding@imanage.example"
    assert (preview["changed"], run["changed"]) == (True, True)
    assert preview["diff"] == run["diff"]
    assert run["diff"][0]["after"] == "Request to iManage: sent to onboarding@imanage.example\n"
    for check in (True, False):
        again = acme.run(ONBOARDING, check=check, **options)
        assert (again["changed"], again["diff"]) == (False, [])
        assert again["stages"]["provisioning"][0]["request"]["sent_at"]
    assert len(plain.taken) == 1
    assert acme.writes == []


def test_applications_that_are_no_parts_of_one_are_asked_for_by_their_own_names(tenant, plain, given):
    """With an authorization the vendor is asked for the first, whatever is missing."""
    parts = [one["name"] for one in BOTH]
    options = {**onboarding(given(plain.port)), "applications": [{"name": "iManage Drive"}, *BOTH]}
    del options["authorization"]
    rows = applications()
    acme = tenant(applications=[one for one in rows if one["name"] not in parts])
    first = acme.run(ONBOARDING, **options)
    assert plain.letter()["Subject"] == f"Provisioning of {', '.join(parts)} for Acme & Söhne"
    assert f"Application name: {', '.join(parts)}\n" in first["stages"]["provisioning"][0]["request"]["text"]
    assert acme.run(ONBOARDING, **options)["changed"] is False
    assert len(plain.taken) == 1
    assert acme.writes == []


def test_an_onboarding_without_a_server_has_the_text_and_changes_nothing(tenant):
    acme = unprovisioned(tenant)
    result = acme.run(ONBOARDING, **onboarding({"customer_name": "Acme"}))
    (looked,) = result["stages"]["provisioning"]
    assert (result["changed"], looked["request"]["sends"], looked["request"]["sent_at"]) == (False, False, None)
    assert "Customer name: Acme\n" in looked["request"]["text"]


def test_a_port_that_is_not_given_is_the_usual_one_for_the_module_too(tenant, given, monkeypatch):
    """A default of the option would look like a port that is given."""

    def called(server, *_):
        raise Failure("unreachable", f"Called {server.where}.")

    monkeypatch.setattr(mail._mail, "ready", called)
    result = unprovisioned(tenant).run(ONBOARDING, **onboarding(given(None, smtp_security="tls")))
    assert "Called 127.0.0.1:465." in result["msg"]


def test_a_request_that_cannot_be_sent_fails_the_onboarding_in_its_stage(tenant, plain, given):
    plain.on["RCPT"] = answering("550 5.1.1 nobody here")
    acme = unprovisioned(tenant)
    result = acme.run(ONBOARDING, **onboarding(given(plain.port)))
    assert result["failure"]["kind"] == "conflict"
    assert "nobody here" in result["msg"]
    assert result["stages"]["provisioning"][0]["failed"]
    assert acme.tokens_alive() == []


def test_a_tenant_that_is_provisioned_asks_for_nothing(acme, plain, given):
    result = acme.run(ONBOARDING, **onboarding(given(plain.port)))
    assert result["stages"]["application"][0]["changed"]
    assert plain.taken == []


def test_the_password_of_the_mail_is_in_no_result(tenant, post, secured):
    post.refusal = f"535 no {PASSWORD}"
    options = onboarding(secured(post.port, smtp_username="somebody"))
    result = unprovisioned(tenant).run(ONBOARDING, **options)
    assert result["failure"]["kind"] == "sign_in"
    for form in _secrets.forms([PASSWORD]):
        assert form not in json.dumps(result)
