# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to a page: what was sent, who sent it, and what they may do with the tenant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..machine import Sandbox
from ..times import iso
from . import paths
from .sessions import Session, Sessions

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["paths"] = paths
TEMPLATES.filters["moment"] = lambda text: text.replace("T", " ").replace("Z", " UTC")
# Often enough to watch a playbook, and no menu of choices.
REFRESH_SECONDS = "2"


@dataclass
class Visit:
    """What a handler of a page works with; `key` is the browser's, and changes when somebody signs in or out."""

    sandbox: Sandbox
    sessions: Sessions
    request: Request
    body: bytes
    key: str

    def __post_init__(self) -> None:
        self._session = self.sessions.find(self.key)
        sent = self.body.decode("utf-8", "replace") if self.posted else self.request.url.query
        self.values = parse_qs(sent, keep_blank_values=True)

    @property
    def posted(self) -> bool:
        """Whether a form was sent that may change something."""
        return self.request.method == "POST"

    @property
    def signed_in(self) -> bool:
        """Whether anybody is signed in."""
        return self._session is not None

    @property
    def session(self) -> Session:
        """Who is signed in."""
        assert self._session is not None
        return self._session

    @property
    def now(self) -> str:
        """The sandbox's time, as rows have it."""
        return iso(self.sandbox.now()) or ""

    def value(self, name: str, default: str = "") -> str:
        """A field of the form that was sent, or of the address."""
        return self.values.get(name, [default])[0]

    def address(self, name: str) -> str:
        """A field of the address, whatever was sent."""
        return self.request.query_params.get(name, "")

    def do(self, operation: str, body: Any = None, query: dict[str, str] | None = None, **parameters: str) -> Any:
        """An operation of the API, by hand; raises Refusal."""
        who = self.session
        return self.sandbox.by_hand(who.tenant, who.user, operation, body, query or {}, parameters)

    def rows(self, operation: str, **query: str) -> list[dict[str, Any]]:
        """Every row of a list."""
        found: list[dict[str, Any]] = []
        while rows := self.do(operation, query={**query, "offset": str(len(found))}):
            found.extend(rows)
        return found

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        said = None
        if self._session:
            said, self._session.said = self._session.said, None
        text = TEMPLATES.get_template(template).render(
            proof=self.sessions.proof(self.key),
            session=self._session,
            path=self.request.url.path,
            refresh=REFRESH_SECONDS if self.address("refresh") == REFRESH_SECONDS else None,
            said=said,
            **{"problem": None, **values},
        )
        return HTMLResponse(text, status)

    def go(self, path: str, said: str | None = None) -> Response:
        """Another page, which says what was done here."""
        if self._session:
            self._session.said = said
        return RedirectResponse(path, 303)
