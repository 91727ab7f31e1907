# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens where a server should, and is none."""

from __future__ import annotations

import contextlib
import re
import socket
import threading

_LENGTH = re.compile(rb"content-length:", re.IGNORECASE)


class Oddity:
    """A server that answers each connection with the same bytes, and then closes it."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.connections = 0

    def __enter__(self) -> Oddity:
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
                with connection:
                    self.connections += 1
                    with connection.makefile("rb") as request:
                        # To the end: to close on what was not read resets the connection, and the answer is lost.
                        length = [int(line[15:]) for line in iter(request.readline, b"\r\n") if _LENGTH.match(line)]
                        request.read(sum(length))
                    connection.sendall(self._answer)
