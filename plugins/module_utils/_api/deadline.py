# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections with a deadline for the whole reply, from its first byte to its last."""

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
    # transport.py reports what is missing.
    HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[misc, assignment]

# The end of the exchange, on the monotonic clock.
DEADLINE: contextvars.ContextVar[float] = contextvars.ContextVar("DEADLINE")


class _InTime(io.RawIOBase):
    """Reads from a connection until the deadline. A time-out for each wait alone would never end a slow reply."""

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
        # The last wait is shorter. Restore the time-out afterwards, because the connection may be used again.
        self._sock.settimeout(left)
        try:
            return self._raw.readinto(buffer)  # type: ignore[no-any-return]
        finally:
            with contextlib.suppress(OSError):
                self._sock.settimeout(patience)

    def close(self) -> None:
        """Release the connection."""
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A reply that has to arrive before the deadline, including its headers."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: Any = io.BufferedReader(_InTime(sock, self.fp.detach()))

    def begin(self) -> None:
        """Read the headers. After a status 1xx the connection may carry a second reply, so it is not used again."""
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
