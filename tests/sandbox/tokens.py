# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access and refresh tokens: issued, found, ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from .model import Tenant
from .people import User
from .policy import EXPIRY, IDLE


@dataclass
class Token:
    """Whose token it is; `used` is the last use of an access token and the issue of a refresh token."""

    tenant: str
    user: str
    used: datetime
    scope: str | None = None
    ended: bool = False


class Tokens:
    """All tokens of a server; ended ones stay known, so that the log can say whose they were."""

    def __init__(self) -> None:
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}

    def preset(self, tenant: Tenant, now: datetime) -> None:
        """Make the tokens of a description valid; their scope is that of an administrator."""
        scope = tenant.answers.granted("admin")
        for user in tenant.users:
            if user.access_token:
                self._access[user.access_token] = Token(tenant.name, user.id, now, scope)
            if user.refresh_token:
                self._refresh[user.refresh_token] = Token(tenant.name, user.id, now, scope)

    def issue(self, tenant: Tenant, user: User, scope: str | None, now: datetime) -> tuple[str, str]:
        """A new access token and a new refresh token."""
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._access[access] = Token(tenant.name, user.id, now, scope)
        self._refresh[refresh] = Token(tenant.name, user.id, now, scope)
        return access, refresh

    def access(self, value: str) -> Token | None:
        """An access token, ended or not."""
        return self._access.get(value)

    def refresh(self, value: str) -> Token | None:
        """A refresh token, ended or not."""
        return self._refresh.get(value)

    def drop(self, tenant: str) -> None:
        """Forget every token of a tenant."""
        for known in (self._access, self._refresh):
            for value in [value for value, token in known.items() if token.tenant == tenant]:
                del known[value]


def use(token: Token, now: datetime) -> bool:
    """Use an access token; False if it has ended, by revocation or inactivity."""
    if now - token.used >= timedelta(minutes=IDLE.default):
        token.ended = True
    if not token.ended:
        token.used = now
    return not token.ended


def lives(token: Token, now: datetime) -> bool:
    """Whether a refresh token is still good."""
    return not token.ended and now - token.used < timedelta(days=EXPIRY.default)
