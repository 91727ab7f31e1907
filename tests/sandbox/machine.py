# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine: tenants, tokens, rules and the log; synchronous and without a network."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import RLock
from typing import Any

from . import contract, handle_applications, handle_directory, handle_session, handle_tracker
from .answers import DOOR
from .call import Call, need_to_write
from .faults import Fault
from .fields import DescriptionError, unique
from .limits import RateLimit, admit
from .log import Entry, masked, readable_body
from .model import Tenant
from .people import User
from .tokens import Token, Tokens, use
from .wire import JSON, Refusal, Reply, Request, error_reply, html_reply, oauth_error

HANDLERS: dict[str, Callable[[Call], Reply]] = {
    **handle_session.HANDLERS,
    **handle_applications.HANDLERS,
    **handle_directory.HANDLERS,
    **handle_tracker.HANDLERS,
}
UNANSWERED = ("drop", "hang")


class Sandbox:
    """A Control Center for many tenants on one host."""

    def __init__(
        self,
        tenants: Iterable[dict[str, Any] | Tenant] = (),
        *,
        clock: Callable[[], float] = time.time,
        rate_limit: dict[str, Any] | None = None,
    ):
        """`clock` gives seconds since the epoch; rate_limit holds for the whole server."""
        self._lock = RLock()
        self._clock = clock
        self._descriptions = [one.description if isinstance(one, Tenant) else one for one in tenants]
        unique([one["name"] for one in self._descriptions if "name" in one], "tenants")
        self._rate_limit = rate_limit
        self.reset()

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        with self._lock:
            self._count += 1
            transaction = f"sandbox-{self._count:06d}"
            now = self.now()
            route = contract.route(request.method, request.path)
            tenant, user = self._caller(request, route)
            if route.candidate and not (tenant and tenant.answers.policy == "platform"):
                route = contract.NOWHERE
            limits = [one for one in (self.rate_limit, tenant and tenant.rate_limit) if one]
            admitted, limit_headers = admit(limits, now.timestamp())
            fault = None
            if not admitted:
                refusal = Refusal(429, "TooManyRequests", "Too many requests; slow down.")
                reply = error_reply(refusal, transaction)
            else:
                fault = self._fault(route.operation, tenant)
                reply = self._answer(request, route, tenant, fault, transaction, now)
            # The sandbox's own clock, which tests move: clients go by it when they ask what has ended.
            date = format_datetime(now, usegmt=True)
            reply = replace(reply, headers={"date": date, **limit_headers, **reply.headers})
            self._log.append(
                Entry(
                    number=self._count,
                    tenant=tenant.name if tenant else None,
                    user=user.id if user else None,
                    operation=route.operation.id if route.operation else None,
                    method=request.method,
                    path=request.path,
                    query=masked(request.query),
                    body=readable_body(request),
                    status=None if reply.delivery.kind in UNANSWERED else reply.status,
                    time=now,
                    connection=request.peer,
                    fault=fault.kind if fault else None,
                    authorization_header="authorization" in request.headers,
                )
            )
            return reply

    def sign_in_by_hand(self, username: str, password: str) -> tuple[Tenant, User]:
        """Who signs in to the pages; raises Refusal."""
        with self._lock:
            return handle_session.sign_in_by_hand(self._tenants, username, password)

    def by_hand(
        self, tenant: Tenant, user: User, operation: str, body: Any, query: dict[str, str], parameters: dict[str, str]
    ) -> Any:
        """What a person in a browser does: the rules of an operation, without traffic to log, to limit or to disturb.

        Returns the data of the reply; raises Refusal.
        """
        with self._lock:
            known = contract.operations()[operation]
            request = Request(known.method, "", headers={"content-type": JSON}, body=json.dumps(body).encode())
            signed_in = (tenant, user)
            call = Call(
                request, known, parameters, query, self.now(), self._tokens, self._tenants, signed_in, in_browser=True
            )
            need_to_write(call)
            reply = HANDLERS[operation](call)
            return reply.json()["data"] if reply.body else None

    def tenant(self, name: str) -> Tenant:
        """A tenant by name; KeyError if it does not exist."""
        with self._lock:
            if name not in self._tenants:
                raise KeyError(f"There is no tenant {name}.")
            return self._tenants[name]

    @property
    def tenants(self) -> list[Tenant]:
        """All tenants."""
        with self._lock:
            return list(self._tenants.values())

    def add(self, description: dict[str, Any] | Tenant) -> Tenant:
        """Add a tenant, or replace the one of the same name."""
        with self._lock:
            plain = description.description if isinstance(description, Tenant) else description
            tenant = Tenant.from_description(plain, self.now)
            others = [one for one in self._tenants.values() if one.name != tenant.name]
            self._check_apart(tenant, others)
            self.remove(tenant.name)
            self._tenants[tenant.name] = tenant
            self._tokens.preset(tenant, self.now())
            return tenant

    def remove(self, name: str) -> None:
        """Remove a tenant and all its tokens, if it is there."""
        with self._lock:
            self._tenants.pop(name, None)
            self._tokens.drop(name)

    def reset(self) -> None:
        """Go back to the descriptions that the sandbox was started with; tokens, log and clock too."""
        with self._lock:
            self._offset = 0.0
            self._count = 0
            self._log: list[Entry] = []
            self._tenants: dict[str, Tenant] = {}
            self._tokens = Tokens()
            self.rate_limit = RateLimit.from_description(self._rate_limit, "rate_limit") if self._rate_limit else None
            self.faults: list[Fault] = []
            for description in self._descriptions:
                self.add(description)

    @property
    def log(self) -> list[Entry]:
        """Every request since the start, oldest first."""
        with self._lock:
            return list(self._log)

    def requests(self, tenant: str | None = None, operation: str | None = None) -> list[Entry]:
        """The log of one tenant, of one operation, or of both."""
        return [entry for entry in self.log if tenant in (None, entry.tenant) and operation in (None, entry.operation)]

    def clear_log(self) -> None:
        """Forget the log."""
        with self._lock:
            self._log.clear()

    def now(self) -> datetime:
        """The time of the sandbox."""
        return datetime.fromtimestamp(self._clock() + self._offset, UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        with self._lock:
            self._offset += seconds

    def _caller(self, request: Request, route: contract.Route) -> tuple[Tenant | None, User | None]:
        """Whose call this is, as far as it can be known; that proves nothing."""
        if route.operation and not route.operation.signed_in:
            return self._named_in_form(request)
        token = self._tokens.access(request.headers.get("x-auth-token", ""))
        if token:
            tenant = self._tenants[token.tenant]
            return tenant, tenant.user(token.user)
        customer = route.parameters.get("customer_id")
        return next((one for one in self._tenants.values() if str(one.customer_id) == customer), None), None

    def _named_in_form(self, request: Request) -> tuple[Tenant | None, User | None]:
        try:
            form = request.form()
        except ValueError:
            return None, None
        token = self._tokens.refresh(form.get("refresh_token", ""))
        if token:
            tenant = self._tenants[token.tenant]
            return tenant, tenant.user(token.user)
        for tenant in self._tenants.values():
            user = tenant.user(form.get("username", ""))
            if user:
                return tenant, user
        return None, None

    def _fault(self, operation: contract.Operation | None, tenant: Tenant | None) -> Fault | None:
        if operation is None:
            return None
        return next(
            (one for one in [*(tenant.faults if tenant else []), *self.faults] if one.strikes(operation)),
            None,
        )

    def _answer(
        self,
        request: Request,
        route: contract.Route,
        tenant: Tenant | None,
        fault: Fault | None,
        transaction: str,
        now: datetime,
    ) -> Reply:
        reply = None
        if fault is None or fault.applied:
            if fault and fault.kind == "repeat_page":
                request = replace(request, query={**request.query, "offset": "0"})
            reply = self._apply(request, route, tenant, transaction, now)
        return fault.disguise(reply, transaction) if fault else reply or Reply(500)

    def _apply(
        self, request: Request, route: contract.Route, tenant: Tenant | None, transaction: str, now: datetime
    ) -> Reply:
        operation = route.operation
        try:
            if operation is None:
                return _no_operation(request, route, tenant, transaction)
            call = Call(request, operation, route.parameters, request.query, now, self._tokens, self._tenants)
            if operation.signed_in:
                token, signed_in = self._signed_in(request, route, now)
                call = replace(call, signed_in=signed_in, scope=token.scope)
                foreign = call.answers.instead(operation.id, route.candidate)
                if foreign:
                    return foreign
                need_to_write(call)
            problem = contract.query_error(operation, request.query)
            if problem:
                raise Refusal(400, "InvalidInput", problem)
            if operation.body_required and not request.body:
                raise Refusal(400, "InvalidInput", "A body is required.")
            reply = HANDLERS[operation.id](call)
            return call.answers.written(reply) if operation.writes else reply
        except Refusal as refusal:
            if refusal.status == 400 and operation and not operation.signed_in:
                return oauth_error("invalid_request", refusal.message)
            return error_reply(refusal, transaction)

    def _signed_in(self, request: Request, route: contract.Route, now: datetime) -> tuple[Token, tuple[Tenant, User]]:
        """A good token with its tenant and user, who may speak only of their own customer."""
        customer = route.parameters.get("customer_id")
        if customer is not None and not contract.INTEGER.fullmatch(customer):
            raise Refusal(404, "NotFound", f"{customer} is not a customer id.")
        token = self._tokens.access(request.headers.get("x-auth-token", ""))
        tenant = self._tenants[token.tenant] if token else None
        user = tenant.user(token.user) if token and tenant else None
        if not (token and tenant and user and use(token, now)):
            raise Refusal(401, "NotAuthenticated", "The access token is missing, unknown or has ended.")
        if customer is not None and int(customer) != tenant.customer_id:
            raise Refusal(403, "NotAuthorized", f"{user.id} does not belong to customer {customer}.")
        return token, (tenant, user)

    @staticmethod
    def _check_apart(tenant: Tenant, others: list[Tenant]) -> None:
        users = {user.id.lower() for user in tenant.users}
        for other in others:
            if other.customer_id == tenant.customer_id:
                raise DescriptionError(f"Tenants {other.name} and {tenant.name} have the same customer_id.")
            both = users & {user.id.lower() for user in other.users}
            if both:
                raise DescriptionError(f"Tenants {other.name} and {tenant.name} both have a user {min(both)}.")


def _no_operation(request: Request, route: contract.Route, tenant: Tenant | None, transaction: str) -> Reply:
    if route.allowed:
        refusal = Refusal(405, "MethodNotAllowed", f"{request.method} is not possible here.")
        return error_reply(refusal, transaction, {"allow": ", ".join(route.allowed)})
    if tenant and tenant.answers.door and request.path.startswith(DOOR):
        return html_reply(401)
    return html_reply(404)
