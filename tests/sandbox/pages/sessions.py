# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is signed in to the pages, kept in memory and found by a cookie."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from ..machine import Sandbox
from ..model import Tenant
from ..people import User
from ..tokens import Token, use


@dataclass
class Session:
    """One person in one browser; `said` is what the next page tells them."""

    tenant: Tenant
    user: User
    token: Token
    said: str | None = None


class Sessions:
    """All sessions of a server. Anybody gets a key; it opens something once somebody has signed in with it."""

    def __init__(self, sandbox: Sandbox):
        self._sandbox = sandbox
        self._secret = secrets.token_bytes(32)
        self._open: dict[str, Session] = {}

    def key(self) -> str:
        """A key for a browser that has none."""
        return secrets.token_urlsafe(32)

    def open(self, tenant: Tenant, user: User) -> str:
        """Sign a person in; the key is a new one, since others may know the one from before."""
        key = self.key()
        self._open[key] = Session(tenant, user, Token(tenant.name, user.id, self._sandbox.now()))
        return key

    def find(self, key: str) -> Session | None:
        """The session of a key, unless it has expired like an access token, or its tenant no longer exists."""
        session = self._open.get(key)
        if session is None:
            return None
        there = any(tenant is session.tenant for tenant in self._sandbox.tenants)
        if not (there and use(session.token, self._sandbox.now())):
            self.close(key)
            return None
        return session

    def close(self, key: str) -> None:
        """Sign out."""
        self._open.pop(key, None)

    def proof(self, key: str) -> str:
        """What the forms of a page carry, and the pages of other sites cannot know."""
        return hmac.new(self._secret, key.encode(), hashlib.sha256).hexdigest()

    def proven(self, key: str, proof: str) -> bool:
        """Whether a form comes from a page that was made for this key."""
        return hmac.compare_digest(self.proof(key).encode(), proof.encode())
