# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The e-mail that asks iManage to provision an application: its words, as text or draft, and its sending, once."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import make_msgid
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils import _mail, _sent
from ansible_collections.imanage.control_center.plugins.module_utils._connection import is_host, is_loopback
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, quoted

PORTS = {"starttls": 587, "tls": 465, "none": 587}
SECURITY, TIMEOUT = tuple(PORTS), 30.0

_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+", r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
# What could end a header: older Pythons write the line break out that an encoded word (=?...?=) has in it.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|=\\?")


class Request(NamedTuple):
    """Who asks whom for what. Without C(server) nothing is ever sent; C(sent_path) keeps what was."""

    customer_name: str
    sender: str | None
    recipient: str | None
    server: _mail.Server | None
    sent_path: str


def request(parameters: Mapping[str, Any] | None, tenant: str) -> Request:
    """The checked request, by default in the name of the tenant; raises C(bad_option)."""
    given = {name: str(value) for name, value in (parameters or {}).items() if value not in (None, "")}
    return Request(
        _one_line("customer_name", given.get("customer_name", tenant)),
        _address("from", given.get("from")),
        _address("to", given.get("to")),
        _server(given) if "smtp_server" in given else None,
        os.path.expanduser(given.get("sent_path", "")),
    )


def text(request: Request, application: str) -> str:
    """The whole message to send by hand, with placeholders for what is not given."""
    subject, body = _words([request.customer_name], application)
    return (
        f"From: {request.sender or '(an address with an iManage Help Center account)'}\n"
        f"To: {request.recipient or '(iManage, as given in the onboarding instructions)'}\n"
        f"Subject: {subject}\n\n{body}"
    )


def message(request: Request, application: str) -> EmailMessage:
    """The message as it is sent, dated now; raises C(bad_option) when from or to is not given."""
    if not (request.sender and request.recipient):
        raise _refusal("without from and to there is no message to send")
    letter = _letter(request, [request.customer_name], application)
    letter["Date"] = datetime.now(timezone.utc)
    # Without a domain it would have the name of this machine.
    letter["Message-ID"] = make_msgid(domain=request.sender.rpartition("@")[2])
    return letter


def draft(requests: Sequence[Request], application: str) -> EmailMessage:
    """The message for a person to send, the same each time it is made.

    It may be for several customers, whose C(requests) then have one sender and one recipient.
    """
    letter = _letter(requests[0], list(dict.fromkeys(one.customer_name for one in requests)), application)
    # With it, mail programs open the message to be edited and sent.
    letter["X-Unsent"] = "1"
    return letter


def sent_before(request: Request, customer_id: int, application: str) -> dict[str, Any] | None:
    """The record of what was sent, None if nothing was; raises C(conflict) when nobody knows."""
    if request.server is None:
        return None
    return _sent.read(_sent.record_path(request.sent_path, customer_id, application), application)


def send(request: Request, customer_id: int, application: str) -> dict[str, Any]:
    """Send the request, unless that was done before, and return the record. Raises Failure.

    The file of the record is made when the server has accepted sender and recipient, just before it gets the message:
    what fails earlier leaves no file, and of several runs one sends. It is removed again when the server refuses the
    message, and stays when there is no answer.
    """
    done = sent_before(request, customer_id, application)
    if done is not None:
        return done
    if request.server is None:
        raise _refusal("without smtp_server nothing is sent")
    content = message(request, application).as_bytes()
    record = {"to": request.recipient, "application": application, "customer": request.customer_name}
    path = _sent.record_path(request.sent_path, customer_id, application)
    try:
        os.makedirs(request.sent_path, mode=0o700, exist_ok=True)
    except OSError as error:
        raise _sent.unusable(path, error) from None
    with _mail.ready(request.server, str(request.sender), str(request.recipient)) as smtp:
        if not _sent.claim(path, {"state": "sending", **record}):
            done = sent_before(request, customer_id, application)
            if done is None:
                raise Failure(
                    "conflict",
                    f"Another run tried at the same moment to send the request for {application}.",
                    advice="Run again: it shows whether that run has sent it.",
                )
            return done
        try:
            doubt = _mail.hand_over(smtp, request.server, content)
        except Failure:
            _sent.give_back(path)
            raise
        if doubt:
            raise _sent.unknown("unreachable", path, application, doubt)
        record = {"sent_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), **record}
        _sent.complete(path, {"state": "sent", **record})
        with contextlib.suppress(OSError):
            smtp.quit()
    return record


def _refusal(what: str) -> Failure:
    return Failure("bad_option", f"provisioning_request: {what}.")


def _one_line(name: str, value: str) -> str:
    if _UNFIT.search(value):
        raise _refusal(f"{name} {quoted(value)!r} has a line break, a control character or an encoded word in it")
    return value


def _address(name: str, value: str | None) -> str | None:
    if value is not None and not _ADDRESS.fullmatch(value):
        raise _refusal(f"{name} is {quoted(value)!r}, which is not one address like name@example.com")
    return value


def _server(given: Mapping[str, str]) -> _mail.Server:
    """The checked server. A refusal does not repeat what may have a secret in it."""
    host, security = given["smtp_server"], given.get("smtp_security", SECURITY[0])
    port = given.get("smtp_port", str(PORTS.get(security)))
    username, password = given.get("smtp_username"), given.get("smtp_password")
    folder = os.path.expanduser(given.get("sent_path", ""))
    missing = [name for name in ("customer_name", "from", "to", "sent_path") if name not in given]
    fit_to_send = all(one is None or (one.isascii() and one.isprintable()) for one in (username, password))
    for wrong, what in (
        (missing, f"smtp_server is given without {' and '.join(missing)}"),
        # Neither a name of other letters nor one with a full stop behind it is what its certificate says.
        (
            not (is_host(host) and host.isascii()) or host.endswith("."),
            "smtp_server is not just the name of a host, like smtp.example.com",
        ),
        (security not in SECURITY, f"smtp_security is {quoted(security)!r}, which is none of {', '.join(SECURITY)}"),
        (
            not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536,
            f"smtp_port is {quoted(port)!r}, which is not a number from 1 to 65535",
        ),
        (username and not password, "smtp_username is given without smtp_password"),
        (password and not username, "smtp_password is given without smtp_username"),
        (not fit_to_send, "smtp_username or smtp_password has a character that is not printable ASCII"),
        (security == "none" and password, "smtp_security none would show smtp_password on the way"),
        (
            security == "none" and not is_loopback(host),
            f"smtp_security none to {host} would show the request on the way",
        ),
        # The records would not be found by a run that starts elsewhere, which would send again.
        (not os.path.isabs(folder), f"sent_path is {quoted(folder)!r}, which is not an absolute path"),
    ):
        if wrong:
            raise _refusal(what)
    return _mail.Server(host, int(port), username, password, security, given.get("smtp_ca_path"), TIMEOUT)


class _WholeSubject(EmailPolicy):
    """Encodes a subject as a whole. Word by word, Python 3.13.0 puts another space between two that are encoded."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name != "Subject" or value.isascii():
            return super().fold_binary(name, value)
        encoded = Header(value, "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}".encode("ascii")


def _letter(asking: Request, customers: Sequence[str], application: str) -> EmailMessage:
    """The message without what makes it one of a certain moment. Who is not given is not in its head."""
    subject, body = _words(customers, application)
    # Not every server takes 8 bits.
    letter = EmailMessage(policy=_WholeSubject(linesep="\r\n", cte_type="7bit"))
    for name, value in (("From", asking.sender), ("To", asking.recipient), ("Subject", subject)):
        if value:
            letter[name] = value
    letter.set_content(body)
    return letter


def _words(customers: Sequence[str], application: str) -> tuple[str, str]:
    """Subject and body, with what the vendor asks for in them."""
    _one_line("the name of the application", application)
    whom, accounts = (
        (customers[0], "our account") if len(customers) == 1 else (f"{len(customers)} customers", "these accounts")
    )
    names = "".join(f"Customer name: {customer}\n" for customer in customers)
    return f"Provisioning of {application} for {whom}", (
        f"Please ensure that the following application is provisioned for {accounts}.\n\n"
        f"{names}Application name: {application}\n"
    )
