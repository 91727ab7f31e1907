# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that are refused when one operation is called: no server can do that, so the client is led elsewhere."""

from __future__ import annotations

import functools
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.transport import Transport
from sandbox import contract
from urllib3.util import connection as wire


class Refusals:
    """Where nobody listens; C(struck) counts the attempts that were led there."""

    def __init__(self, operation: str, skip: int, times: int | None) -> None:
        self.struck = 0
        self._operation = operation
        self._skip = skip
        self._times = times
        self._connect = wire.create_connection
        self._send = Transport.send
        self._concerned = False
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))  # and never listens

    def connect(self, address: Any, *args: Any, **more: Any) -> socket.socket:
        """Connect, or be refused by the system."""
        if self._concerned and (self._times is None or self.struck < self._times):
            self.struck += 1
            address = self._closed.getsockname()
        return self._connect(address, *args, **more)

    def send(self, transport: Transport, method: str, url: str, **more: Any) -> Any:
        """Send a request, over a new connection if it is the operation's."""
        operation = contract.route(method, urlsplit(url).path).operation
        concerned = operation is not None and operation.id == self._operation
        if concerned and self._skip:
            self._skip -= 1
            concerned = False
        if concerned:
            transport._adapter.poolmanager.clear()
        self._concerned = concerned
        try:
            return self._send(transport, method, url, **more)
        finally:
            self._concerned = False


def _sent(transport: Transport, refusals: Refusals, method: str, url: str, **more: Any) -> Any:
    return refusals.send(transport, method, url, **more)


@contextmanager
def refusing(operation: str, skip: int, times: int | None) -> Iterator[Refusals]:
    """Refuse connections for this operation, after C(skip) calls of it."""
    refusals = Refusals(operation, skip, times)
    with refusals._closed, pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "create_connection", refusals.connect)
        patch.setattr(Transport, "send", functools.partialmethod(_sent, refusals))
        yield refusals
