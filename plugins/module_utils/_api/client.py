# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client: makes the calls of the contract, and no others."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from ansible_collections.imanage.control_center.plugins.module_utils._api import token_file
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import (
    Connection,
    api_base,
    is_token,
    origin,
    same_origin,
    white_space_hints,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import (
    API_PREFIX,
    API_VERSION_NAME,
    BROWSER_PREFIX,
    OPERATIONS,
    TOKEN_HEADER,
    Operation,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import (
    Failure,
    TransportError,
    Uncertain,
    quoted,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._api.replies import (
    Reply,
    checked,
    http_date,
    is_html,
    refresh_token_in,
    wire,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.secrets import hide
from ansible_collections.imanage.control_center.plugins.module_utils._api.transport import Transport

ROWS_AT_ONCE = 500
# More than any firm has. An endless list would fill the memory before the deadline.
MOST_ROWS = 100_000
_SIGN_OUT_SECONDS = 5
# Onboarding needs administrative rights.
_SCOPE = "admin"


class Identity(NamedTuple):
    """The signed-in user, the tenant, and the address of the versioned API."""

    customer_id: int
    user: str
    name: str | None
    email: str | None
    api_url: str
    api_version: str | None


class Outcome(NamedTuple):
    """The outcome of one call: the reply, if one came, and the failure that a task would report."""

    reply: Reply | None
    failure: Failure | None


class Client:
    """One tenant's Control Center, for one task.

    It signs in before the first call, and again at most once. C(sign_out) revokes the tokens that it was issued.
    Replies are cached until the next write. Every method may raise Failure, or Uncertain for a write with an unknown
    outcome.
    """

    def __init__(self, connection: Connection, transport: Transport | None = None) -> None:
        self.connection = connection
        self.warnings: list[str] = []
        # The server's time at which each write was accepted, by its operation and the ids of its path.
        self.accepted: dict[tuple[str, ...], datetime.datetime] = {}
        # The reading calls that this tenant served.
        self.served: set[str] = set()
        self._parent_pid = os.getppid()
        self._token = connection.access_token
        self._issued: str | None = None
        self._granted: str | None = None
        self._signed_in_again = False
        self._secrets = list(connection.secrets)
        self._identity: Identity | None = None
        self._server_time: datetime.datetime | None = None
        self._read: dict[tuple[Any, ...], Any] = {}
        self._second_accounts: list[Client] = []
        try:
            self._transport = transport or Transport(
                timeout=connection.timeout, validate_certs=connection.validate_certs, ca_path=connection.ca_path
            )
        except TransportError as error:
            raise Failure(error.kind, f"Control Center cannot be called: {error}.", advice=error.advice) from None

    # -- what the contract offers -------------------------------------------------------------------------------

    def call(self, name: str, *, query: Mapping[str, Any] | None = None, body: Any = None, **ids: str) -> Any:
        """Make one call of the contract. Return the checked reply, or None for a call without one.

        C(name) is the operation's id. C(ids) fill its path. Raises Failure, or Uncertain for a write that may have
        been applied.
        """
        if not self._token:
            self._sign_in()
        operation = self.connection.operations[name]
        if operation.writes:
            self._check_run_is_alive()
            self._read.clear()
            self._value(operation, query, body, ids)
            self.accepted[(name, *ids.values())] = self.now()
            return None
        place = id(self), name, *sorted({**ids, **(query or {})}.items())
        if place not in self._read:
            self._read[place] = self._value(operation, query, body, ids)
            self.served.add(name)
        return self._read[place]

    def attempt(self, name: str, ids: Mapping[str, str], *, offset: int = 0, body: Any = None) -> Outcome:
        """Make one call and return its outcome. Of a paged list, reads one page. Raises Failure only for signing in.

        A write is sent only once, whatever the reply is.
        """
        if not self._token:
            self._sign_in()
        operation = self.connection.operations[name]
        path = self._path(operation, ids)
        query = _page_from(offset) if operation.paged else None
        if operation.writes:
            self._read.clear()
        try:
            # 401 may mean missing rights, so an issued token is not replaced.
            reply = (
                self._send(operation, path, query=query, json=body, once=operation.writes)
                if self._issued or operation.writes
                else self._reply(operation, path, query, body)
            )
        except Failure as failure:
            if failure.wire["operation"] != name:
                raise
            return Outcome(None, failure)
        try:
            self._checked(operation, path, reply)
        except Failure as failure:
            return Outcome(reply, failure)
        return Outcome(reply, None)

    def path(self, name: str, ids: Mapping[str, str]) -> str:
        """The path of a call on this tenant."""
        return self._path(self.connection.operations[name], ids)

    def _check_run_is_alive(self) -> None:
        """Raise C(interrupted) if the process that started this task has ended: nobody could read the result."""
        if os.getppid() != self._parent_pid:
            raise Failure("interrupted", "The run of this task has ended, so nothing more was written.")

    def _value(self, operation: Operation, query: Mapping[str, Any] | None, body: Any, ids: Mapping[str, str]) -> Any:
        path = self._path(operation, ids)
        return self._checked(operation, path, self._reply(operation, path, query, body))

    def _reply(self, operation: Operation, path: str, query: Mapping[str, Any] | None, body: Any) -> Reply:
        reply = self._send(operation, path, query=query, json=body)
        if reply.status == 401 and self.connection.can_sign_in and not self._signed_in_again:
            # The token has expired. Nothing was applied, so the call can be repeated, but only once: it is not known
            # when Control Center locks an account.
            self._signed_in_again = True
            self._sign_in()
            if operation.id != "discover":
                # The credentials may belong to another tenant than the old token.
                self._discover()
            reply = self._send(operation, path, query=query, json=body)
        return reply

    def rows(self, name: str, *, query: Mapping[str, Any] | None = None, **ids: str) -> list[dict[str, Any]]:
        """Read all rows of a list, each once. A paged list is read page by page, with any page size of the server.

        If the total changes, the list is read once more from the start: a removed row moves others to earlier pages.
        A page that repeats the rows is the end of the list. Raises C(unexpected_reply) if the server announced more
        rows, or if the list keeps changing.
        """
        if not self.connection.operations[name].paged:
            return _each_once(self.call(name, query=query, **ids)["data"])
        for _attempt in range(2):
            try:
                return self._pages(name, query, ids)
            except _Changed:
                self._read.clear()
        raise self.unexpected(name, ids, "changes its total from one page to the next")

    def _pages(self, name: str, query: Mapping[str, Any] | None, ids: Mapping[str, str]) -> list[dict[str, Any]]:
        """Read all rows of a paged list. Raises _Changed if its total changes."""
        rows: list[dict[str, Any]] = []
        read = 0
        promised: int | None = None
        deadline = time.monotonic() + self.connection.retry_timeout
        while True:
            page = self.call(name, query={**(query or {}), **_page_from(read)}, **ids)
            known = len(rows)
            rows = _each_once([*rows, *page["data"]])
            read += len(page["data"])
            total = _total(page, len(rows))
            if promised is not None and total != promised:
                raise _Changed
            promised = total
            if total is not None and len(rows) >= total:
                return rows
            if len(rows) > MOST_ROWS:
                raise self.unexpected(name, ids, f"has more than {MOST_ROWS} rows")
            if len(rows) == known:
                if page["data"] and (total is not None or len(page["data"]) >= ROWS_AT_ONCE):
                    raise self.unexpected(name, ids, "repeats rows from one page to the next")
                if total is not None:
                    raise self.unexpected(name, ids, f"announces {total} rows and returns {len(rows)}")
                return rows
            if time.monotonic() > deadline:
                raise self.unexpected(name, ids, "has more and more pages, and did not end within retry_timeout")

    @property
    def customer_id(self) -> int:
        """The tenant's number, from discovery, or given together with api_url."""
        if self.connection.api_url and self.connection.customer_id is not None:
            return self.connection.customer_id
        return self.identity.customer_id

    @property
    def api_url(self) -> str:
        """The base of the versioned API."""
        if self.connection.api_url and self.connection.customer_id is not None:
            return self.connection.api_url
        return self.identity.api_url

    @property
    def identity(self) -> Identity:
        """The signed-in user. Raises C(wrong_tenant) if the tenant is not the expected one."""
        return self._identity or self._discover()

    @property
    def known_user(self) -> str | None:
        """The signed-in user, if that was read already."""
        return self._identity.user if self._identity else None

    @property
    def signed_in(self) -> bool:
        """Whether a token was issued to this task."""
        return self._issued is not None

    @property
    def scope_assumption(self) -> str | None:
        """The assumption of a preview that a smaller scope than requested suffices, or None."""
        asked = self._scope
        if not asked or self._granted is None or set(asked.split()) <= set(self._granted.split()):
            return None
        return (
            f"The sign-in asked for the scope {quoted(asked)!r} and was granted {quoted(self._granted)!r}. It is "
            "assumed to suffice for the writes."
        )

    @property
    def secrets(self) -> list[str]:
        """Every secret that this task was given or issued."""
        return list(self._secrets)

    def now(self) -> datetime.datetime:
        """The server's time, or the local time before the first reply."""
        return self._server_time or datetime.datetime.now(datetime.timezone.utc)

    @property
    def where(self) -> str:
        """The tenant as messages name it."""
        known = self._identity.customer_id if self._identity else self.connection.customer_id
        return self.connection.url + (f", customer {known}" if known is not None else "")

    def for_account(self, connection: Connection) -> Client:
        """Return a client for another account that shares the connections. Signing out ends both sessions."""
        other = Client(connection, self._transport)
        self._secrets += connection.secrets
        # Both share the cache: a write of one makes the other read again.
        other._read, other._secrets, other.warnings = self._read, self._secrets, self.warnings
        self._second_accounts.append(other)
        return other

    # -- signing in and out -------------------------------------------------------------------------------------

    def keep_token(self) -> str | None:
        """Return the issued token, if any. It stays valid after this task, and the caller has to revoke it."""
        kept, self._issued = self._issued, None
        return kept

    def sign_out(self, token: str | None = None) -> None:
        """Revoke the given token, or the tokens of this task. Never signs in, and never raises Failure."""
        for other in self._second_accounts:
            other.sign_out()
        token = token or self._issued
        self._issued = None
        if not token:
            return
        self._secrets.append(token)
        operation = self.connection.operations["revokeToken"]
        self._transport.timeout = min(self._transport.timeout, _SIGN_OUT_SECONDS)
        try:
            reply = self._transport.send(
                operation.method,
                self.connection.url + operation.path,
                headers={TOKEN_HEADER: token},
                form={"access_token": token},
                repeatable=True,
                retry_timeout=_SIGN_OUT_SECONDS,
            )
            problem = None if reply.status in (200, 401, 404) else str(reply.status)
            if reply.status == 200 and is_html(reply.body):
                problem = "an HTML page"  # from a gateway, not from Control Center
        except TransportError as error:
            problem = self._hidden(error)
        if problem:
            self.warnings.append(
                f"{self.where}: signing out failed ({problem}). The access token ends by itself after inactivity."
            )

    def close(self) -> None:
        """Close the connections. Warn if the server's rate limit made this task wait."""
        if self._transport.waits:
            self.warnings.append(
                f"{self.where}: Control Center limited the rate of calls, so this task waited "
                f"{sum(self._transport.waits):.1f} s. Use fewer forks or throttle to spread the calls."
            )
        self._transport.close()

    def _sign_in(self) -> None:
        given = self.connection
        if given.refresh_token_file:
            with token_file.locked(given.refresh_token_file, given.retry_timeout) as file:
                self._secrets.append(file.token)
                self._issue({"grant_type": "refresh_token", "refresh_token": file.token}, file.replace)
        elif given.refresh_token:
            self._issue({"grant_type": "refresh_token", "refresh_token": given.refresh_token}, self._warn_of_new_token)
        elif given.password and given.username:
            self._issue({"grant_type": "password", "username": given.username, "password": given.password})
        else:
            raise Failure(
                "bad_option",
                "No credentials are given.",
                advice="Give username, password and client_id, or refresh_token and client_id, or access_token.",
            )

    def _warn_of_new_token(self, _token: str) -> None:
        self.warnings.append(
            f"{self._account}: the sign-in returned a new refresh token, so the given one may be used up. "
            "Use refresh_token_file, which keeps the new token."
        )

    @property
    def _account(self) -> str:
        """The account as warnings name it. It is equal in every task, so Ansible shows the warning only once."""
        return self.connection.url + (f", {self.connection.username}" if self.connection.username else "")

    @property
    def _scope(self) -> str | None:
        """The scope to request. A refresh token already has one."""
        given = self.connection
        by_token = given.refresh_token or given.refresh_token_file
        return given.scope if given.scope is not None or by_token else _SCOPE

    def _issue(self, form: dict[str, str], keep: Callable[[str], None] | None = None) -> None:
        """Request an access token. C(keep) is called with a new refresh token, before anything else can fail."""
        given, scope = self.connection, self._scope
        form["client_id"] = given.client_id or ""
        if given.client_secret:
            form["client_secret"] = given.client_secret
        try:
            reply = self._request_token({**form, "scope": scope} if scope else form, keep)
        except Failure as failure:
            if not scope or failure.wire["code"] != "invalid_scope":
                raise
            reply = self._request_token(form, keep)
            self.warnings.append(
                f"{self._account}: the scope {quoted(scope)!r} was refused, so the sign-in was repeated without one. "
                "Set scope to one that this client may request, or to an empty text."
            )
        if not is_token(reply["access_token"]):
            operation = given.operations["requestToken"]
            raise Failure(
                "unexpected_reply",
                f"Cannot {operation.does}: {operation.id} returned a token that no HTTP header can carry.",
                **wire(operation, operation.path),
            )
        self._token = self._issued = reply["access_token"]
        self._granted = text_or_none(reply.get("scope"))
        self._read.clear()
        self._secrets.append(reply["access_token"])

    def _request_token(self, form: dict[str, str], keep: Callable[[str], None] | None) -> dict[str, Any]:
        operation = self.connection.operations["requestToken"]
        note = f"The requested scope was {quoted(form['scope'])!r}." if "scope" in form else ""
        note = f"{note}{white_space_hints(self.connection)}".strip()
        reply = self._send(operation, operation.path, form=form)
        new = refresh_token_in(reply)
        if new:
            self._secrets.append(new)
            if keep and new != form.get("refresh_token"):
                keep(new)
        granted: dict[str, Any] = self._checked(operation, operation.path, reply, note)
        return granted

    def _discover(self) -> Identity:
        return self.identified(self.call("discover")["data"])

    def identified(self, data: Mapping[str, Any]) -> Identity:
        """Keep and return the identity from a reply of discovery. Raises C(wrong_tenant) or C(unexpected_reply)."""
        user = data["user"]
        version: Mapping[str, Any] = next((row for row in data["versions"] if row["name"] == API_VERSION_NAME), {})
        identity = Identity(
            user["customer_id"],
            user["id"],
            text_or_none(user.get("name")),
            text_or_none(user.get("email")),
            self.connection.api_url or self._api_base(version.get("url")),
            text_or_none(version.get("version")),
        )
        wanted = self._identity.customer_id if self._identity else self.connection.customer_id
        if wanted is not None and wanted != identity.customer_id:
            raise Failure(
                "wrong_tenant",
                f"The signed-in user {spelled(identity.user)} belongs to customer {identity.customer_id}, "
                f"not to customer {wanted}. Customer {identity.customer_id} was left alone.",
            )
        self._identity = identity
        return identity

    def _api_base(self, url: Any) -> str:
        """The base of the versioned API, from the address that discovery returns."""
        if not isinstance(url, str):
            raise self.unexpected("discover", {}, f"offers no API version {API_VERSION_NAME}")
        if not same_origin(url, self.connection.url):
            raise self.unexpected(
                "discover",
                {},
                f"places the API on another host, {quoted(origin(url))}; the token goes to {self.connection.url} only",
            )
        base = api_base(url, self.connection.url)
        if base == self.connection.url + BROWSER_PREFIX:
            raise self.unexpected(
                "discover",
                {},
                f"places the API at {BROWSER_PREFIX}, which only accepts a browser with its cookie",
                advice=f"Set api_url to {self.connection.url}{API_PREFIX}, and customer_id to the tenant's number.",
            )
        return base

    # -- one request and its reply ------------------------------------------------------------------------------

    def _path(self, operation: Operation, ids: Mapping[str, str]) -> str:
        if operation.id == "discover":
            return operation.path
        for name, value in ids.items():
            if value in ("", ".", ".."):
                raise Failure("not_found", f"{value!r} is not a valid {name.replace('_', ' ')}.")
        path = operation.path.format(
            customer_id=self.customer_id, **{name: quote(value, safe="") for name, value in ids.items()}
        )
        if operation.path == OPERATIONS[operation.id].path and path.startswith(API_PREFIX + "/"):
            # Discovery returns the address of the versioned API. A path from api_paths is used unchanged.
            return self.api_url[len(self.connection.url) :] + path[len(API_PREFIX) :]
        return path

    def _send(
        self,
        operation: Operation,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> Reply:
        headers = {"Accept": "application/json"}
        if form is None:
            headers[TOKEN_HEADER] = self._token or ""
        try:
            reply = self._transport.send(
                operation.method,
                self.connection.url + path,
                headers=headers,
                query=query,
                json=json,
                form=form,
                repeatable=not operation.writes,
                retry_timeout=self.connection.retry_timeout,
                once=once,
            )
        except TransportError as error:
            kind: type[Failure] = Uncertain if operation.writes and error.sent else Failure
            raise kind(
                error.kind,
                f"Cannot {operation.does} ({operation.id}): {self._hidden(error)}.",
                advice=error.advice,
                **wire(operation, path),
            ) from None
        self._server_time = http_date(reply.headers.get("Date")) or self._server_time
        return reply

    def _checked(self, operation: Operation, path: str, reply: Reply, note: str = "") -> Any:
        if reply.status == 403 and self._granted is not None and _SCOPE not in self._granted.split():
            note = (
                f"The token has the scope {quoted(self._granted)!r}, but administration may need {_SCOPE!r}. Set scope "
                "to it, and use a client that may request it."
            )
        return checked(operation, path, reply, self._hidden, note)

    def unexpected(self, name: str, ids: Mapping[str, str], what: str, advice: str | None = None) -> Failure:
        """The failure for an unreliable reply to a reading call. C(what) completes the sentence."""
        operation = self.connection.operations[name]
        return Failure(
            "unexpected_reply",
            f"Cannot {operation.does}: {name} {what}.",
            advice=advice,
            **wire(operation, self._path(operation, ids)),
        )

    def _hidden(self, text: object) -> str:
        return quoted(hide(str(text), self._secrets))


class _Changed(Exception):
    """A list changed while it was read."""


def _page_from(offset: int) -> dict[str, Any]:
    """The query for a page of a list."""
    return {"limit": ROWS_AT_ONCE, "offset": offset, "total": "true"}


def _total(page: Mapping[str, Any], given: int) -> int | None:
    """The total of a list; None if the page has none, or one smaller than the rows so far."""
    total = page.get("total_count")
    if not isinstance(total, int) or isinstance(total, bool):
        return None
    return total if total >= given else None


def _each_once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without repetitions. Rows without a text as id are compared as a whole."""
    once: dict[str, dict[str, Any]] = {}
    for row in rows:
        once.setdefault(row["id"] if isinstance(row.get("id"), str) else repr(row), row)
    return list(once.values())


def text_or_none(value: Any) -> str | None:
    """A value for people that decides nothing; None if it is not a text."""
    return value if isinstance(value, str) else None
