# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real HTTP server around a sandbox, in a thread of the calling process."""

from __future__ import annotations

import asyncio
import socket
import threading
from os import PathLike
from types import TracebackType
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import App
from .machine import Sandbox

Files = tuple[str | PathLike[str], str | PathLike[str]]


class _Protocol(H11Protocol):
    """Hands the transport of a connection to the application, which may have to cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Uvicorn(uvicorn.Server):
    """Says when it accepts, and does not wait for its clients when it ends."""

    def __init__(self, config: uvicorn.Config):
        super().__init__(config)
        self.accepts = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepts.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


class Server:
    """A running server; leaving its context, or stop(), ends it."""

    def __init__(self, sandbox: Sandbox, port: int, files: Files | None, latency: float):
        self.sandbox = sandbox
        self._socket = _listening(port)
        options: dict[str, Any] = {"ssl_certfile": files[0], "ssl_keyfile": files[1]} if files else {}
        try:
            config = uvicorn.Config(
                App(sandbox, latency),
                http=_Protocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=60,
                **options,
            )
            config.load()
            self.tls = config.ssl
        except BaseException:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if files else 'http'}://127.0.0.1:{self.port}"
        self._uvicorn = _Uvicorn(config)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()
        self._uvicorn.accepts.wait()
        if not self._uvicorn.started:
            self.stop()
            raise RuntimeError("the sandbox could not start; its thread said why")

    def stop(self) -> None:
        """End the server and every connection to it."""
        self._uvicorn.should_exit = True
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self._uvicorn.run(sockets=[self._socket])
        finally:
            # Nobody must wait for ever for a server that could not start.
            self._uvicorn.accepts.set()


def _listening(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it every reply waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
    except BaseException:
        listener.close()
        raise
    return listener


def serve(sandbox: Sandbox, *, port: int = 0, ssl_context_files: Files | None = None, latency: float = 0.0) -> Server:
    """Start a server on loopback and return once it accepts; port 0 picks a free one, latency is in seconds."""
    return Server(sandbox, port, ssl_context_files, latency)
