# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request for provisioning, sent by real SMTP: to whom, over what, and at most once."""

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
from ansible_collections.imanage.control_center.plugins.module_utils import _provisioning_request as mail
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from support.asking import MACHINE, content_of, files, refused, send, the_file, wanted
from support.places import TRACKER
from support.post import PASSWORD, USERNAME, Post, answering

pytestmark = pytest.mark.usefixtures("known_machine")

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
