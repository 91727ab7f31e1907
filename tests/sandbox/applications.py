# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications of a tenant: their state, and the rules for access and token policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .fields import DescriptionError, Fields
from .policy import ALLOW, EXPIRY, completed_policy, policy_problem
from .times import iso

TRACKER = "iManage Tracker"
CONFIGURATION = "iManage Tracker CC configuration"


@dataclass
class Access:
    """Who may use an application; members are (type, id) in the order in which they came."""

    default_security: str = "public"
    members: list[tuple[str, str]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The access as the wire shows it."""
        members = [{"id": one, "type": kind} for kind, one in self.members]
        return {"default_security": self.default_security, "members": members}


@dataclass
class Application:
    """An application in the catalog, or one that was added."""

    id: str
    name: str
    status: str = "available"
    description: str = ""
    publisher: str = "iManage"
    type: str = "web"
    associated_settings: bool = False
    extension: bool = False
    client_secret: str | None = None
    access: Access | None = None
    token_policy: dict[str, Any] | None = None
    edit_date: datetime | None = None

    @property
    def added(self) -> bool:
        """Whether the application left the catalog."""
        return self.status != "available"

    @property
    def allows_refresh(self) -> bool:
        """Whether refresh tokens are allowed; they are not until somebody says so."""
        return bool(self.token_policy and self.token_policy[ALLOW.wire])

    @property
    def refresh_days(self) -> int:
        """How long a refresh token lives."""
        return (self.token_policy or {}).get(EXPIRY.wire, EXPIRY.default)

    def set_status(self, status: str, now: datetime) -> None:
        """Add, enable, disable, or (with "available") return to the catalog."""
        if status == self.status:
            return
        if status == "available" or not self.added:
            self.access = None if status == "available" else Access()
            self.token_policy = None
        self.edit_date = now if status != "available" else None
        self.status = status

    def row(self) -> dict[str, Any]:
        """The application as lists and single reads show it."""
        row: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "type": self.type,
            "status": self.status,
            "publisher": {"name": self.publisher},
            "oauth": {"application_type": self.type, "client_type": "confidential", "redirect_uris": []},
        }
        if self.client_secret is not None:
            row["oauth"]["client_secret"] = self.client_secret
        if self.access is not None:
            row["default_security"] = self.access.default_security
        if self.edit_date is not None:
            row["edit_date"] = iso(self.edit_date)
        return row

    def snapshot(self) -> dict[str, Any]:
        """The state as plain data, without the secret and without the time of the last edit."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "description": self.description,
            "publisher": self.publisher,
            "associated_settings": self.associated_settings,
            "extension": self.extension,
            "access": self.access.plain() if self.access else None,
            "token_policy": dict(self.token_policy) if self.token_policy else None,
        }


def read_application(description: Any, what: str) -> Application:
    """Build an application from a description; that its members exist is checked by the tenant."""
    fields = Fields(description, what)
    app = Application(id=fields.take("id", str), name=fields.take("name", str))
    app.status = fields.choice("status", ("available", "enabled", "disabled"), "available")
    app.description = fields.take("description", str, "")
    app.publisher = fields.take("publisher", str, "iManage")
    app.type = fields.take("type", str, "web")
    app.associated_settings = fields.take("associated_settings", bool, False)
    app.extension = fields.take("extension", bool, app.name == CONFIGURATION)
    app.client_secret = fields.take("client_secret", str, None)
    access = fields.take("access", dict, None)
    policy = fields.take("token_policy", dict, None)
    fields.end()
    if not app.added and (access is not None or policy is not None):
        raise DescriptionError(f"{what} is only available, so it has neither access nor token_policy.")
    if app.added:
        app.access = _read_access(access or {}, f"access of {what}")
    if policy is not None:
        problem = policy_problem(policy)
        if problem:
            raise DescriptionError(f"token_policy of {what}: {problem}")
        app.token_policy = completed_policy(policy)
    return app


def _read_access(description: dict[str, Any], what: str) -> Access:
    fields = Fields(description, what)
    mode = fields.choice("mode", ("all", "custom"), "all")
    members = [("user", one) for one in fields.texts("users")] + [("group", one) for one in fields.texts("groups")]
    fields.end()
    return Access("private" if mode == "custom" else "public", members)
