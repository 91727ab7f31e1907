# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server that speaks real SMTP."""

from __future__ import annotations

import email
import email.policy
import ssl

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

# The length keeps the base64 of the password out of that of both together.
USERNAME, PASSWORD = "onboarder", 'pa ss"&/word?'


class Post:
    """A mail server on 127.0.0.1, and what it took. C(on) has what it does at RCPT and DATA instead of accepting."""

    def __init__(self, files=None, implicit=False, signs_in=False, offers_starttls=True):
        self.taken, self.greeted, self.accounts, self.on = [], [], [], {}
        self.refusal = "535 5.7.8 no such account"
        self.tls = context = None
        if files:
            self.tls = context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*files)
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            server_hostname="mail.example",
            ssl_context=context if implicit else None,
            tls_context=context if offers_starttls and not implicit else None,
            require_starttls=bool(context) and offers_starttls and not implicit,
            auth_require_tls=not implicit,
            auth_required=signs_in and offers_starttls and not implicit,
            authenticator=self._authenticate,
        )

    def __enter__(self):
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_):
        self._controller.stop()

    def _authenticate(self, server, session, envelope, mechanism, data):
        self.accounts.append((data.login.decode(), data.password.decode()))
        good = self.accounts[-1] == (USERNAME, PASSWORD)
        return AuthResult(success=good, handled=False, message=None if good else self.refusal)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.greeted.append((hostname, session.ssl is not None))
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = await self.on["RCPT"](server) if "RCPT" in self.on else None
        envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = await self.on["DATA"](server) if "DATA" in self.on else None
        if answer is None:
            self.taken.append(envelope)
        return answer or "250 OK"

    def letter(self):
        """The one message that it took, parsed."""
        (envelope,) = self.taken
        return email.message_from_bytes(envelope.content, policy=email.policy.default)


class _Controller(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def answering(words):
    async def answer(server):
        return words

    return answer
