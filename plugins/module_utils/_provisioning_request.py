# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The e-mail that asks iManage to provision an application: its words, and its sending, at most once."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import json
import os
import re
import smtplib
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import make_msgid
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._connection import _is_loopback
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, quoted
from ansible_collections.imanage.control_center.plugins.module_utils._secrets import hide

SECURITY = ("starttls", "tls", "none")
PORT, TIMEOUT = 587, 30.0
# What a record says; its file has its state besides.
RECORD = ("sent_at", "to", "application", "customer")
_ADVICE = {
    "unreachable": "Check smtp_server, smtp_port, smtp_security and the network, then run again.",
    "tls": "Check smtp_security, give the authority's certificate as smtp_ca_path, or correct smtp_server.",
    "sign_in": "Check smtp_username and smtp_password, and that this account may send by SMTP, then run again.",
    "conflict": "Check from and to, and that this server sends mail for them, then run again.",
}

_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+", r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_HOST = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
# What could end a header: older Pythons write the line break out that an encoded word (=?...?=) has in it.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|=\\?")


class Server(NamedTuple):
    """How mail is sent. C(sent_path) is the directory of the records; C(timeout), in seconds, holds for each wait."""

    host: str
    port: int
    username: str | None
    password: str | None
    security: str
    ca_path: str | None
    sent_path: str
    timeout: float

    @property
    def where(self) -> str:
        """Host and port, for a message."""
        return f"{self.host}:{self.port}"

    def said(self, words: object) -> str:
        """What the server or an error says, fit for a message, without the password in any form."""
        plain = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        # AUTH PLAIN sends both in one, and the base64 of that does not have the password's own base64 in it.
        return quoted(hide(plain, [self.password, f"\0{self.username}\0{self.password}"] if self.password else []))


class Request(NamedTuple):
    """Who asks whom for what. Without C(server) nothing is ever sent."""

    customer_name: str
    sender: str | None
    recipient: str | None
    server: Server | None


def request(parameters: Mapping[str, Any] | None, tenant: str) -> Request:
    """The checked request, by default in the name of the tenant; raises C(bad_option)."""
    given = {name: str(value) for name, value in (parameters or {}).items() if value not in (None, "")}
    return Request(
        _one_line("customer_name", given.get("customer_name", tenant)),
        _address("from", given.get("from")),
        _address("to", given.get("to")),
        _server(given) if "smtp_server" in given else None,
    )


def text(request: Request, application: str) -> str:
    """The whole message to send by hand, with placeholders for what is not given."""
    subject, body = _words(request, application)
    return (
        f"From: {request.sender or '(an address with an iManage Help Center account)'}\n"
        f"To: {request.recipient or '(iManage, as given in the onboarding instructions)'}\n"
        f"Subject: {subject}\n\n{body}"
    )


def message(request: Request, application: str) -> EmailMessage:
    """The message as it is sent, dated now; raises C(bad_option) when from or to is not given."""
    if not (request.sender and request.recipient):
        raise _refusal("without from and to there is no message to send")
    subject, body = _words(request, application)
    # Not every server takes 8 bits.
    letter = EmailMessage(policy=SMTP_POLICY.clone(cte_type="7bit"))
    letter["From"], letter["To"], letter["Subject"] = request.sender, request.recipient, subject
    letter["Date"] = datetime.now(timezone.utc)
    # Without a domain it would have the name of this machine.
    letter["Message-ID"] = make_msgid(domain=request.sender.rpartition("@")[2])
    letter.set_content(body)
    return letter


def sent_before(request: Request, customer_id: int, application: str) -> dict[str, Any] | None:
    """The record of what was sent, None if nothing was; raises C(conflict) when nobody knows."""
    if request.server is None:
        return None
    path = _record_path(request.server, customer_id, application)
    try:
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error) from None
    except ValueError:
        kept = {}
    if not isinstance(kept, dict) or kept.get("state") != "sent" or not set(RECORD) <= set(kept):
        raise _unknown("conflict", path, application, "another run is sending it now or was cut off while it did")
    return {name: kept[name] for name in RECORD}


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
    path = _record_path(request.server, customer_id, application)
    try:
        os.makedirs(request.server.sent_path, mode=0o700, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error) from None
    with _ready(request.server, request) as smtp:
        if not _claim(path, {"state": "sending", **record}):
            done = sent_before(request, customer_id, application)
            if done is None:
                raise Failure(
                    "conflict", f"Another run tried at the same moment to send the request for {application}."
                )
            return done
        _hand_over(smtp, request.server, content, path, application)
        record = {"sent_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), **record}
        _complete(path, {"state": "sent", **record})
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


def _server(given: Mapping[str, str]) -> Server:
    """The checked server. A refusal does not repeat what may have a secret in it."""
    host, port, security = (
        given["smtp_server"],
        given.get("smtp_port", str(PORT)),
        given.get("smtp_security", SECURITY[0]),
    )
    username, password = given.get("smtp_username"), given.get("smtp_password")
    folder = os.path.expanduser(given.get("sent_path", ""))
    missing = [name for name in ("customer_name", "from", "to", "sent_path") if name not in given]
    fit_to_send = all(one is None or (one.isascii() and one.isprintable()) for one in (username, password))
    for wrong, what in (
        (missing, f"smtp_server is given without {' and '.join(missing)}"),
        (not _is_host(host), "smtp_server is not just the name of a host, like smtp.example.com"),
        (
            not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536,
            f"smtp_port is {quoted(port)!r}, which is not a number from 1 to 65535",
        ),
        (security not in SECURITY, f"smtp_security is {quoted(security)!r}, which is none of {', '.join(SECURITY)}"),
        (username and not password, "smtp_username is given without smtp_password"),
        (password and not username, "smtp_password is given without smtp_username"),
        (not fit_to_send, "smtp_username or smtp_password has a character that is not printable ASCII"),
        (security == "none" and password, "smtp_security none would show smtp_password on the way"),
        (
            security == "none" and not _is_loopback(host),
            f"smtp_security none to {host} would show the request on the way",
        ),
        # The records would not be found by a run that starts elsewhere, which would send again.
        (not os.path.isabs(folder), f"sent_path is {quoted(folder)!r}, which is not an absolute path"),
    ):
        if wrong:
            raise _refusal(what)
    return Server(host, int(port), username, password, security, given.get("smtp_ca_path"), folder, TIMEOUT)


def _is_host(host: str) -> bool:
    try:
        return bool(_HOST.fullmatch(host) or ipaddress.ip_address(host))
    except ValueError:
        return False


def _words(request: Request, application: str) -> tuple[str, str]:
    """Subject and body, with what the vendor asks for in them."""
    _one_line("the name of the application", application)
    return f"Provisioning of {application} for {request.customer_name}", (
        "Please ensure that the following application is provisioned for our account.\n\n"
        f"Customer name: {request.customer_name}\n"
        f"Application name: {application}\n"
    )


@contextlib.contextmanager
def _ready(server: Server, request: Request) -> Iterator[smtplib.SMTP]:
    """A connection whose server has accepted account, sender and recipient, and waits for the message."""
    # Without local_hostname it would say the name of this machine.
    options: dict[str, Any] = {"local_hostname": "localhost", "timeout": server.timeout}
    context = _tls_context(server)
    with contextlib.ExitStack() as stack:
        with _explained(server, "unreachable", "does not want to talk"):
            if server.security == "tls":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, context=context, **options)
            else:
                smtp = smtplib.SMTP(server.host, server.port, **options)
            stack.callback(smtp.close)
            smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            with _explained(server, "tls", "does not offer STARTTLS"):
                smtp.starttls(context=context)
        if server.username and server.password:
            with _explained(server, "sign_in", "did not accept smtp_username and smtp_password"):
                smtp.login(server.username, server.password)
        with _explained(server, "conflict", f"refused the sender {request.sender}"):
            smtp.ehlo_or_helo_if_needed()
            _expect_yes(smtp.mail(str(request.sender)))
        with _explained(server, "conflict", f"refused the recipient {request.recipient}"):
            _expect_yes(smtp.rcpt(str(request.recipient)))
        yield smtp


def _tls_context(server: Server) -> ssl.SSLContext:
    """Trust in what is given, or in what the system trusts."""
    trusted: dict[str, Any] = {}
    if server.ca_path:
        trusted = {"capath" if os.path.isdir(server.ca_path) else "cafile": server.ca_path}
    try:
        context = ssl.create_default_context(**trusted)
    except OSError as error:
        raise _refusal(f"the authorities in smtp_ca_path {server.ca_path} cannot be read: {error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _expect_yes(reply: tuple[int, bytes]) -> None:
    if reply[0] // 100 != 2:
        raise smtplib.SMTPResponseException(*reply)


@contextlib.contextmanager
def _explained(server: Server, kind: str, refused: str) -> Iterator[None]:
    """Raises Failure where smtplib raises; C(kind) and C(refused) say what it means that the server says no."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name that is none, a digest that this machine forbids
        raise _not_sent(server, kind, refused, error) from None


def _not_sent(server: Server, kind: str, refused: str, error: Any) -> Failure:
    words = server.said(getattr(error, "smtp_error", error))
    if isinstance(error, smtplib.SMTPResponseException):
        what = f'{refused}: "{words}" ({error.smtp_code}).'
    elif "timed out" in words:
        kind, what = "unreachable", f"did not answer within {server.timeout:g} seconds."
    elif isinstance(error, ssl.SSLError):
        kind, what = "tls", f"failed the TLS handshake: {words}."
    elif isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
        what = f"{refused}: {words}"
    else:
        kind, what = "unreachable", f"cannot be reached: {words}."
    return Failure(kind, f"The request for provisioning was not sent: {server.where} {what}", advice=_ADVICE[kind])


def _hand_over(smtp: smtplib.SMTP, server: Server, content: bytes, path: str, application: str) -> None:
    """Send the message itself, which the server then has accepted."""
    words: Any
    try:
        code, words = smtp.data(content)
    except smtplib.SMTPDataError as error:
        code, words = error.smtp_code, error.smtp_error
    except OSError as error:
        code, words = -1, error
    if code // 100 in (4, 5):
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise _not_sent(server, "conflict", "refused the message", smtplib.SMTPDataError(code, words))
    if code // 100 != 2:
        cause = f"{server.where} did not confirm it ({server.said(words)})"
        raise _unknown("unreachable", path, application, cause)


def _record_path(server: Server, customer_id: int, application: str) -> str:
    readable = re.sub("[^a-z0-9]+", "-", application.lower())[:40].strip("-")
    unique = hashlib.sha256(application.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    return os.path.join(server.sent_path, f"{int(customer_id)}-{readable}-{unique}.json")


def _claim(path: str, content: Mapping[str, Any]) -> bool:
    """Whether this run is the one that sends: it made the file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        _write(descriptor, content)
    except OSError as error:
        os.unlink(path)
        raise _unusable(path, error) from None
    return True


def _complete(path: str, content: Mapping[str, Any]) -> None:
    """Replace the file as a whole, so that nobody reads half of it."""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".", dir=os.path.dirname(path))
        _write(descriptor, content)
        os.replace(temporary, path)
    except OSError as error:
        raise Failure(
            "conflict",
            f"The request for provisioning was sent, but {path} cannot be completed: {error.strerror}.",
            advice="Leave this file there: without it the next run would send again.",
        ) from None


def _write(descriptor: int, content: Mapping[str, Any]) -> None:
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(descriptor)


def _unusable(path: str, error: OSError) -> Failure:
    return _refusal(f"sent_path cannot be used, so nothing was sent: {path}: {error.strerror}")


def _unknown(kind: str, path: str, application: str, cause: str) -> Failure:
    return Failure(
        kind,
        f"Nobody knows whether the request for provisioning of {application} was sent, because {cause}; "
        f"removing {path} lets it be sent again.",
        advice="Find out whether it arrived before you remove that file.",
    )
