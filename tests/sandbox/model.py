# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant: everything that one customer's Control Center knows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .answers import Answers, read_answers
from .applications import Application, read_application
from .faults import Fault
from .fields import DescriptionError, Fields, unique
from .limits import RateLimit
from .people import Library, Role, User, read_library, read_user

CLIENT_ID = "control-center-client"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Tenant:
    """One customer; users, libraries and groups are found whatever the case of their ids."""

    name: str
    customer_id: int
    client_id: str = CLIENT_ID
    client_secret: str | None = None
    users: list[User] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    libraries: list[Library] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    page_size: int = 100
    consent_required: bool = False
    rate_limit: RateLimit | None = None
    api_url: str | None = None
    never_expires: bool = False
    answers: Answers = field(default_factory=Answers)
    faults: list[Fault] = field(default_factory=list)
    clock: Callable[[], datetime] = _now
    description: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_description(cls, description: dict[str, Any], clock: Callable[[], datetime] = _now) -> Tenant:
        """Build from plain data; DescriptionError says what is wrong with it."""
        name = description.get("name") if isinstance(description, dict) else None
        what = f"tenant {name}"
        fields = Fields(description, what)
        tenant = cls(fields.take("name", str), fields.take("customer_id", int), clock=clock)
        tenant.description = copy.deepcopy(description)
        client = Fields(fields.take("client", dict, {}), f"client of {what}")
        tenant.client_id = client.take("id", str, CLIENT_ID)
        tenant.client_secret = client.take("secret", str, None)
        client.end()
        tenant.users = [read_user(one, f"a user of {what}") for one in fields.take("users", list, [])]
        tenant.groups = fields.texts("groups")
        by_id = {user.id.lower(): user for user in tenant.users}
        tenant.libraries = [
            read_library(one, f"a library of {what}", by_id, clock()) for one in fields.take("libraries", list, [])
        ]
        tenant.applications = [
            read_application(one, f"an application of {what}") for one in fields.take("applications", list, [])
        ]
        tenant.page_size = fields.take("page_size", int, 100)
        tenant.consent_required = fields.take("consent_required", bool, False)
        limit = fields.take("rate_limit", dict, None)
        tenant.rate_limit = RateLimit.from_description(limit, f"rate_limit of {what}") if limit else None
        tenant.api_url = fields.take("api_url", str, None)
        tenant.never_expires = fields.take("never_expires", bool, False)
        tenant.answers = read_answers(fields.take("answers", dict, {}), f"answers of {what}")
        tenant.faults = [Fault.from_description(one, f"a fault of {what}") for one in fields.take("faults", list, [])]
        fields.end()
        tenant._check()
        return tenant

    def user(self, identity: str) -> User | None:
        """A user by id."""
        return next((one for one in self.users if one.id.lower() == identity.lower()), None)

    def library(self, identity: str) -> Library | None:
        """A library by id."""
        return next((one for one in self.libraries if one.id.lower() == identity.lower()), None)

    def application(self, identity: str) -> Application | None:
        """An application by id; these ids are opaque, so their case counts."""
        return next((one for one in self.applications if one.id == identity), None)

    @property
    def extension(self) -> Application | None:
        """The application that brings the tracker pages, while it is enabled."""
        return next((one for one in self.applications if one.extension and one.status == "enabled"), None)

    @property
    def roles(self) -> list[Role]:
        """The Global Management roles."""
        admins = [user.id for user in self.users if user.app_management]
        return [
            Role("Global Admin", "Operates Control Center", True, admins),
            Role("Report Reader", "Reads reports", False, []),
        ]

    def spelling(self, kind: str, identity: str) -> str | None:
        """A user's or group's id as the tenant spells it; None if there is none."""
        known = [user.id for user in self.users] if kind == "user" else self.groups
        return next((one for one in known if one.lower() == identity.lower()), None)

    def consent(self, library: str, user: str) -> None:
        """A person opens the authorization page of a library in a browser and consents there."""
        row, person, extension = self.library(library), self.user(user), self.extension
        if row is None or person is None:
            raise LookupError(f"tenant {self.name} has no library {library} or no user {user}")
        if extension is None or not extension.allows_refresh:
            raise LookupError(f"tenant {self.name} has no authorization page that could keep a refresh token")
        row.authorize(person.person(), self.clock(), extension.refresh_days)

    def snapshot(self) -> dict[str, Any]:
        """The whole state as plain data; no tokens, no secrets, no faults."""
        return {
            "name": self.name,
            "customer_id": self.customer_id,
            "users": [user.snapshot() for user in self.users],
            "groups": list(self.groups),
            "roles": [{**role.row(), "members": list(role.members)} for role in self.roles],
            "libraries": [library.snapshot() for library in self.libraries],
            "applications": [app.snapshot() for app in self.applications],
            "consent_required": self.consent_required,
        }

    def _check(self) -> None:
        what = f"of tenant {self.name}"
        unique([user.id for user in self.users], f"users {what}")
        unique(self.groups, f"groups {what}")
        unique([library.id for library in self.libraries], f"libraries {what}")
        unique([app.id for app in self.applications], f"applications {what}")
        if self.page_size < 1:
            raise DescriptionError(f"page_size {what} must be at least 1.")
        for user in self.users:
            for library in user.nrtadmin or []:
                if not isinstance(library, str) or self.library(library) is None:
                    raise DescriptionError(f"User {user.id} {what} is NRTADMIN of an unknown library: {library}.")
        for app in self.applications:
            if app.access:
                app.access.members = [self._member(app, *member) for member in app.access.members]

    def _member(self, app: Application, kind: str, identity: str) -> tuple[str, str]:
        spelled = self.spelling(kind, identity)
        if spelled is None:
            raise DescriptionError(f"Application {app.id} of tenant {self.name} names an unknown {kind}: {identity}.")
        return kind, spelled
