# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants of a running sandbox as tests use them: options to reach one, its log, its faults, its state."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Self

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import connection
from sandbox import Entry, Fault, Reply, Request, Sandbox, Tenant, serve
from sandbox.examples import example

from . import tasks

if TYPE_CHECKING:
    from .cases import Case

TRACKER = "iManage Tracker"
EXTENSION = "iManage Tracker CC configuration"
SIGNING = ("requestToken", "revokeToken")
CLIENT_ID = "control-center-client"


def applications(tracker: str = "available", extension: str = "available", **of_extension: Any) -> list[dict[str, Any]]:
    """Applications of a tenant, with the two of Tracker in the given states."""
    return [
        {"id": "drive", "name": "iManage Drive", "status": "enabled", "client_secret": "drive-client-secret"},
        {"id": "curation", "name": "iManage Insight+ Curation Web Extension", "status": "disabled"},
        {"id": "tracker", "name": TRACKER, "status": tracker, "client_secret": "tracker-client-secret"},
        {"id": "tracker-cc", "name": EXTENSION, "status": extension, **of_extension},
    ]


def refreshing(**policy: Any) -> list[dict[str, Any]]:
    """Applications of a tenant whose tracker pages are there and may keep refresh tokens."""
    return applications(extension="enabled", token_policy={"allow_refresh_token": True, **policy})


def filled(value: Any, name: str) -> Any:
    """The value with the tenant's name in place of C({name})."""
    if isinstance(value, dict):
        return {key: filled(one, name) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, name) for one in value]
    return value.replace("{name}", name) if isinstance(value, str) else value


class Place:
    """One tenant, and how a task reaches it."""

    def __init__(self, places: Places, tenant: Tenant):
        self.places = places
        self.tenant = tenant
        self.name = tenant.name
        self.customer_id = tenant.customer_id
        self.url = places.server.url
        self.admin = self.user("admin")

    def user(self, name: str) -> str:
        """The id of a user."""
        return f"{name}@{self.name}.example"

    def options(self, user: str = "admin", by: str = "password", **more: Any) -> dict[str, Any]:
        """Options that reach the tenant; None takes one out."""
        known: dict[str, Any] = {
            "password": {
                "username": self.user(user),
                "password": f"{self.name}-{user}-password",
                "client_id": CLIENT_ID,
            },
            "refresh_token": {"refresh_token": f"{self.name}-{user}-refresh", "client_id": CLIENT_ID},
            "access_token": {"access_token": f"{self.name}-{user}-token"},
            "nothing": {},
        }[by]
        given = {"url": self.url, "retry_timeout": 20, "timeout": 5, **known, **filled(more, self.name)}
        return {name: value for name, value in given.items() if value is not None}

    def options_of(self, case: Case) -> dict[str, Any]:
        """The options of a case on this tenant."""
        return self.options(case.user, case.by, **case.options)

    def run_case(self, case: Case, check: bool = False, diff: bool = True) -> dict[str, Any]:
        """The result of a case on this tenant."""
        return tasks.run(case.module, self.options_of(case), check, diff)

    def run(
        self,
        module: str,
        check: bool = False,
        diff: bool = True,
        user: str = "admin",
        by: str = "password",
        **options: Any,
    ) -> dict[str, Any]:
        """The result of a task on this tenant."""
        return tasks.run(module, self.options(user, by, **options), check, diff)

    def client(self, user: str = "admin", by: str = "password", **options: Any) -> Client:
        """A client for this tenant, without a task around it."""
        given = self.options(user, by, **options)
        return Client(connection({"validate_certs": True, **given}))

    def fault(self, kind: str, operation: str = "*", **more: Any) -> Fault:
        """Let something go wrong from now on."""
        fault = Fault(kind, operation=operation, **more)
        self.tenant.faults.append(fault)
        return fault

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        self.tenant.faults.clear()

    @property
    def log(self) -> list[Entry]:
        """Every request for this tenant, and those that belong to no tenant."""
        return [entry for entry in self.places.sandbox.log if entry.tenant in (self.name, None)]

    @property
    def calls(self) -> list[str]:
        """The operations that were called, in order."""
        return [str(entry.operation) for entry in self.log]

    @property
    def writes(self) -> list[str]:
        """The operations that were called by another method than GET, signing in and out left out."""
        return [str(one.operation) for one in self.log if one.method != "GET" and one.operation not in SIGNING]

    def forget(self) -> None:
        """Empty the log."""
        self.places.sandbox.clear_log()

    def snapshot(self) -> dict[str, Any]:
        """The tenant's state."""
        return self.tenant.snapshot()

    def app(self, identity: str) -> dict[str, Any]:
        """The state of one application."""
        return next(one for one in self.snapshot()["applications"] if one["id"] == identity)

    def library(self, identity: str) -> dict[str, Any]:
        """The state of one library."""
        return next(one for one in self.snapshot()["libraries"] if one["id"] == identity)

    def tokens_alive(self) -> list[str]:
        """Access tokens that were issued and not revoked; the preset ones do not count."""
        preset = {user.access_token for user in self.tenant.users}
        known = self.places.sandbox._tokens._access
        return [
            value
            for value, token in known.items()
            if token.tenant == self.name and not token.ended and value not in preset
        ]


class Places:
    """One running server, and the tenants that tests add to it. C(exchanges) has what went over the wire."""

    def __init__(self, sandbox: Sandbox | None = None, **options: Any):
        self.sandbox = sandbox or Sandbox()
        self.exchanges: list[tuple[Request, Reply]] = []
        self._handle = self.sandbox.handle
        self.sandbox.handle = self._recorded  # type: ignore[method-assign]
        self.server = serve(self.sandbox, **options)
        self._numbers = count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def add(self, **changes: Any) -> Place:
        """Add a tenant of a new name; the changes are those of sandbox.examples.example."""
        number = next(self._numbers)
        name = f"t{number}"
        description = example(name, 700_000 + number, **filled(changes, name))
        return Place(self, self.sandbox.add(description))

    def start_afresh(self) -> None:
        """Forget what the tests before this one did."""
        self.sandbox.reset()
        self.exchanges.clear()

    def _recorded(self, request: Request) -> Reply:
        reply = self._handle(request)
        self.exchanges.append((request, reply))
        return reply
