# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the forms for authentication and access say, in the words of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..contract import INTEGER
from ..policy import EXPIRY, IDLE, completed_policy

Values = dict[str, list[str]]
NEVER_SET = completed_policy({"allow_refresh_token": False})


@dataclass(frozen=True)
class PolicyChoice:
    """The fields of the screen Authentication, as they were typed."""

    allow: bool = False
    days: str = str(EXPIRY.default)
    minutes: str = str(IDLE.default)

    @classmethod
    def read(cls, values: Values) -> PolicyChoice:
        """From a form; a checkbox that is not checked is not sent."""
        days = values.get("refresh_token_expiry", [cls.days])[0]
        minutes = values.get("access_token_max_idle_time", [cls.minutes])[0]
        return cls("allow_refresh_token" in values, days, minutes)

    @classmethod
    def of(cls, policy: dict[str, Any]) -> PolicyChoice:
        """From a token policy."""
        days, minutes = policy.get("refresh_token_expiry", cls.days), policy["access_token_max_idle_time"]
        return cls(policy["allow_refresh_token"], str(days), str(minutes))

    @property
    def policy(self) -> dict[str, Any]:
        """As a token policy; the days stand on the screen only while refresh is allowed."""
        days = {"refresh_token_expiry": _number(self.days)} if self.allow else {}
        return {"allow_refresh_token": self.allow, **days, "access_token_max_idle_time": _number(self.minutes)}

    @property
    def fields(self) -> list[tuple[str, str]]:
        """As fields of a form."""
        allow = [("allow_refresh_token", "on")] if self.allow else []
        return [*allow, ("refresh_token_expiry", self.days), ("access_token_max_idle_time", self.minutes)]


@dataclass(frozen=True)
class AccessChoice:
    """The fields of the screen Access: for everybody, or for the members of a custom list."""

    security: str = "public"
    members: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, values: Values) -> AccessChoice:
        """From a form."""
        members = [(kind, one) for kind in ("user", "group") for one in values.get(kind, [])]
        return cls(values.get("default_security", [cls.security])[0], tuple(members))

    @classmethod
    def of(cls, access: dict[str, Any]) -> AccessChoice:
        """From an access list."""
        return cls(access["default_security"], tuple((one["type"], one["id"]) for one in access["members"]))

    @property
    def custom(self) -> bool:
        """Whether only members may use the application."""
        return self.security != "public"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """As fields of a form."""
        return [("default_security", self.security), *self.members]

    def change(self, before: AccessChoice) -> dict[str, Any]:
        """What to send to come here from another choice."""
        return {
            "default_security": self.security,
            "include": [{"type": kind, "id": one} for kind, one in self.members if (kind, one) not in before.members],
            "remove": [{"type": kind, "id": one} for kind, one in before.members if (kind, one) not in self.members],
        }


def _number(text: str) -> int | str:
    """A number, or what was typed instead, for the server to refuse."""
    return int(text) if INTEGER.fullmatch(text.strip()) else text
