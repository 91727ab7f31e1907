# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections on which a reply has to come in time, from its first byte to its last."""

from __future__ import annotations

import contextlib
import contextvars
import http.client
import io
import socket
import time
from typing import Any

try:
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
except ImportError:
    # As in _transport, which says what is missing.
    HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[misc, assignment]

# When the exchange has to have ended, on the monotonic clock.
DEADLINE: contextvars.ContextVar[float] = contextvars.ContextVar("DEADLINE")


class _InTime(io.RawIOBase):
    """What a connection receives, until the deadline: a time-out for each wait alone never ends a slow drip."""

    def __init__(self, sock: socket.socket, raw: Any) -> None:
        self._sock = sock
        self._raw = raw
        self._deadline = DEADLINE.get()

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Wait for bytes; raises TimeoutError."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("The time for the call is over.")
        patience = self._sock.gettimeout()
        if patience is not None and patience <= left:
            return self._raw.readinto(buffer)  # type: ignore[no-any-return]
        # The last wait is a shorter one. The connection may be used again.
        self._sock.settimeout(left)
        try:
            return self._raw.readinto(buffer)  # type: ignore[no-any-return]
        finally:
            with contextlib.suppress(OSError):
                self._sock.settimeout(patience)

    def close(self) -> None:
        """Let go of the connection."""
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A reply of which everything has to come in time, each line of its head too."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: Any = io.BufferedReader(_InTime(sock, self.fp.detach()))

    def begin(self) -> None:
        """Read the head. What may follow a reply of status 1xx answers the same request, and no later one."""
        super().begin()
        if self.status < 200:
            self.will_close = True


class _HTTPConnection(HTTPConnection):
    response_class = _Response


class _HTTPSConnection(HTTPSConnection):
    response_class = _Response


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
