# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A message to one recipient by SMTP, in two steps, so that something can be noted in between."""

from __future__ import annotations

import contextlib
import os
import smtplib
import ssl
from collections.abc import Iterator
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, quoted
from ansible_collections.imanage.control_center.plugins.module_utils._secrets import hide

_ADVICE = {
    "unreachable": "Check smtp_server, smtp_port, smtp_security and the network, then run again.",
    "tls": "Check smtp_security, give the authority's certificate as smtp_ca_path, or correct smtp_server.",
    "sign_in": "Check smtp_username and smtp_password, and that this account may send by SMTP, then run again.",
    "conflict": "Check from and to, and that this server sends mail for them, then run again.",
}


class Server(NamedTuple):
    """How mail is sent. C(timeout), in seconds, holds for each wait."""

    host: str
    port: int
    username: str | None
    password: str | None
    security: str
    ca_path: str | None
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


@contextlib.contextmanager
def ready(server: Server, sender: str, recipient: str) -> Iterator[smtplib.SMTP]:
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
        with _explained(server, "conflict", f"refused the sender {sender}"):
            smtp.ehlo_or_helo_if_needed()
            _expect_yes(smtp.mail(sender))
        with _explained(server, "conflict", f"refused the recipient {recipient}"):
            _expect_yes(smtp.rcpt(recipient))
        yield smtp


def hand_over(smtp: smtplib.SMTP, server: Server, content: bytes) -> str | None:
    """Send the message itself: None when the server accepted it, and what happened when nobody knows that.

    Raises Failure when the server refuses it.
    """
    words: Any
    try:
        code, words = smtp.data(content)
    except smtplib.SMTPDataError as error:
        code, words = error.smtp_code, error.smtp_error
    except OSError as error:
        code, words = -1, error
    if code // 100 in (4, 5):
        raise _not_sent(server, "conflict", "refused the message", smtplib.SMTPDataError(code, words))
    return None if code // 100 == 2 else f"{server.where} did not confirm it ({server.said(words)})"


def _tls_context(server: Server) -> ssl.SSLContext:
    """Trust in what is given, or in what the system trusts."""
    trusted: dict[str, Any] = {}
    if server.ca_path:
        trusted = {"capath" if os.path.isdir(server.ca_path) else "cafile": server.ca_path}
    try:
        context = ssl.create_default_context(**trusted)
    except OSError as error:
        raise Failure(
            "bad_option",
            f"provisioning_request: the authorities in smtp_ca_path {server.ca_path} cannot be read: {error}.",
        ) from None
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
