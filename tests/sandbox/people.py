# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, roles and libraries of a tenant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .fields import DescriptionError, Fields
from .policy import EXPIRY
from .times import iso, plus_days


@dataclass
class User:
    """A person, or an account that acts for one; nrtadmin None stands for every library."""

    id: str
    name: str
    email: str
    password: str | None = None
    app_management: bool = False
    nrtadmin: list[str] | None = field(default_factory=list)
    allow_logon: bool = True
    read_only: bool = False
    refresh_token: str | None = None
    access_token: str | None = None

    def is_nrtadmin(self, library: str) -> bool:
        """Whether the user belongs to NRTADMIN of a library."""
        return self.nrtadmin is None or library.lower() in (one.lower() for one in self.nrtadmin)

    def person(self) -> dict[str, str]:
        """The user as an authorization names them."""
        return {"id": self.id, "name": self.name, "email": self.email}

    def snapshot(self) -> dict[str, Any]:
        """The state as plain data, without secrets."""
        return {
            **self.person(),
            "app_management": self.app_management,
            "nrtadmin": "all" if self.nrtadmin is None else list(self.nrtadmin),
            "allow_logon": self.allow_logon,
        }


@dataclass
class Role:
    """A Global Management role."""

    id: str
    description: str
    app_management: bool
    members: list[str]

    def row(self) -> dict[str, str]:
        """The role as lists show it; privileges are strings on the wire."""
        return {
            "id": self.id,
            "description": self.description,
            "app_management": "true" if self.app_management else "false",
        }


@dataclass
class Library:
    """A library, and whose credentials the background service keeps for it."""

    id: str
    hidden: bool = False
    consent_required: bool = False
    authorized_by: dict[str, str] | None = None
    authorized_at: datetime | None = None
    expires_at: datetime | None = None

    def authorize(self, person: dict[str, str], now: datetime, days: int) -> None:
        """Keep a person's refresh token from now on."""
        self.authorized_by, self.authorized_at, self.expires_at = person, now, plus_days(now, days)

    def unauthorize(self) -> None:
        """Forget the refresh token."""
        self.authorized_by = self.authorized_at = self.expires_at = None

    def authorization_row(self, never_expires: bool) -> dict[str, Any]:
        """The row of the page "Tracker background service authorization"."""
        row: dict[str, Any] = {
            "id": self.id,
            "authorized_by": dict(self.authorized_by) if self.authorized_by else None,
            "authorized_at": iso(self.authorized_at),
        }
        if not never_expires:
            row["expires_at"] = iso(self.expires_at)
        return row

    def snapshot(self) -> dict[str, Any]:
        """The state as plain data."""
        row = self.authorization_row(never_expires=False)
        return {**row, "hidden": self.hidden, "consent_required": self.consent_required}


def read_user(description: Any, what: str) -> User:
    """Build a user from a description."""
    fields = Fields(description, what)
    identity = fields.take("id", str)
    nrtadmin = fields.take("nrtadmin", (str, list), [])
    if isinstance(nrtadmin, str) and nrtadmin != "all":
        raise DescriptionError(f"nrtadmin of {what} must be all or a list of libraries, not {nrtadmin!r}.")
    user = User(
        id=identity,
        name=fields.take("name", str, identity),
        email=fields.take("email", str, identity if "@" in identity else f"{identity}@example.com"),
        password=fields.take("password", str, None),
        app_management=fields.take("app_management", bool, False),
        nrtadmin=None if nrtadmin == "all" else list(nrtadmin),
        allow_logon=fields.take("allow_logon", bool, True),
        read_only=fields.take("read_only", bool, False),
        refresh_token=fields.take("refresh_token", str, None),
        access_token=fields.take("access_token", str, None),
    )
    fields.end()
    return user


def read_library(description: Any, what: str, users: dict[str, User], now: datetime) -> Library:
    """Build a library from a description, or from nothing but its id."""
    fields = Fields({"id": description} if isinstance(description, str) else description, what)
    library = Library(
        id=fields.take("id", str),
        hidden=fields.take("hidden", bool, False),
        consent_required=fields.take("consent_required", bool, False),
    )
    authorizer = fields.take("authorized_by", str, None)
    authorized_at, expires_at = fields.moment("authorized_at"), fields.moment("expires_at")
    days = fields.take("expires_in_days", (int, float), None)
    fields.end()
    if authorizer is None:
        if not (authorized_at is expires_at is days is None):
            raise DescriptionError(f"{what} has times of an authorization, but no authorized_by.")
        return library
    if expires_at is not None and days is not None:
        raise DescriptionError(f"{what} has both expires_at and expires_in_days.")
    user = users.get(authorizer.lower())
    person = user.person() if user else {"id": authorizer, "name": authorizer, "email": authorizer}
    library.authorize(person, authorized_at or now, EXPIRY.default)
    end = expires_at if days is None else now + timedelta(days=days)
    if end is not None:
        library.expires_at = end
        # One that ends soon was made long ago, unless the description says otherwise.
        library.authorized_at = authorized_at or min(now, end - timedelta(days=EXPIRY.default))
    return library
