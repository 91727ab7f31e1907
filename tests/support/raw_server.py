# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of raw bytes, for replies that no HTTP server would send. It can pass requests on to the sandbox."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Request(NamedTuple):
    """The request of a connection, as it came: its first line, and all of it."""

    line: str
    whole: bytes


class RawServer:
    """Answers the one request of each connection with bytes, or with pieces of bytes, and closes it.

    C(answer) takes the request; what it gives is sent as long as somebody is there, so it need not have an end.
    """

    def __init__(self, answer: Callable[[Request], bytes | Iterable[bytes]]) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    def __enter__(self) -> RawServer:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._socket.accept()
                threading.Thread(target=self._one, args=[connection], daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = _whole(connection)
            self.requests.append(request)
            answer = self._answer(request)
            for piece in [answer] if isinstance(answer, bytes) else answer:
                connection.sendall(piece)


def _whole(connection: socket.socket) -> Request:
    """The request to its end: to close on what was not read resets the connection, and the answer is lost."""
    with connection.makefile("rb") as stream:
        head = list(iter(stream.readline, b"\r\n"))
        length = sum(int(found[1]) for line in head if (found := _LENGTH.match(line)))
        return Request(head[0].decode("latin-1") if head else "", b"".join([*head, b"\r\n", stream.read(length)]))


def pass_on(url: str, request: Request) -> bytes:
    """The reply of the server at an address. Both connections are closed afterwards."""
    head, _end, body = request.whole.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as there:
        there.sendall(b"\r\n".join([*lines, b"Connection: close", b"", body]))
        return b"".join(iter(lambda: there.recv(65536), b""))


def for_ever(piece: bytes, before: bytes = b"") -> Iterator[bytes]:
    """A piece again and again, as fast as it is taken."""
    yield before
    while True:
        yield piece
