# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People who do at a sandbox what a run asks them for, while the run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from sandbox import Reply, Request, Sandbox


class Person:
    """Authorizes libraries as soon as a run has read back that it was refused them, so that its next look shows it.

    C(libraries) by tenant; C(does) is what the person does instead, given the tenant's name. C(acted) is set then.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        libraries: dict[str, Iterable[str]],
        does: Callable[[str], None] | None = None,
    ):
        self.acted = threading.Event()
        self._sandbox, self._handle = sandbox, sandbox.handle
        self._libraries, self._does = dict(libraries), does or self._authorize
        self._refused: set[str] = set()
        sandbox.handle = self._watched  # type: ignore[method-assign]

    def leave(self) -> None:
        """Do nothing more."""
        self._sandbox.handle = self._handle  # type: ignore[method-assign]

    def _watched(self, request: Request) -> Reply:
        reply = self._handle(request)
        path = request.path
        name = next((one for one in self._libraries if self._is_of(path, one)), None)
        if name and path.endswith("/authorization") and reply.status == 403:
            self._refused.add(name)
        elif name in self._refused and path.endswith("/libraries") and path.startswith("/tracker/"):
            self._refused.discard(name)
            self._does(name)
            self.acted.set()
        return reply

    def _is_of(self, path: str, name: str) -> bool:
        return f"/customers/{self._sandbox.tenant(name).customer_id}/" in path

    def _authorize(self, name: str) -> None:
        tenant = self._sandbox.tenant(name)
        for library in self._libraries[name]:
            tenant.consent(library, f"admin@{name}.example")
