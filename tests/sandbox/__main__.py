# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a sandbox in the foreground: python -m sandbox --tenants FILE."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from .descriptions import sandbox_from_file
from .fields import DescriptionError
from .pages import ROOT
from .server import Server, serve


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 2 if it cannot start."""
    options = _parser().parse_args(arguments)
    if (options.certfile is None) != (options.keyfile is None):
        print("--certfile and --keyfile belong together.", file=sys.stderr)
        return 2
    ended = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: ended.set())
    try:
        sandbox = sandbox_from_file(options.tenants)
        files = (options.certfile, options.keyfile) if options.certfile else None
        server = serve(sandbox, port=options.port, ssl_context_files=files, latency=options.latency / 1000)
    except DescriptionError as problem:
        print(problem, file=sys.stderr)
        return 2
    except (OSError, OverflowError) as problem:
        print(f"The server cannot start: {problem}", file=sys.stderr)
        return 2
    with server:
        _greet(server, options.tenants)
        if options.port_file:
            _write_atomically(options.port_file, f"{server.port}\n")
        ended.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Control Center for tests and demos.")
    parser.add_argument("--tenants", required=True, type=Path, metavar="FILE", help="the tenants, in YAML")
    parser.add_argument("--port", default=0, type=int, metavar="N", help="default: any free port")
    parser.add_argument("--port-file", type=Path, metavar="FILE", help="gets the port once the server accepts")
    parser.add_argument("--certfile", type=Path, metavar="FILE", help="a certificate: serve https")
    parser.add_argument("--keyfile", type=Path, metavar="FILE", help="the key of the certificate")
    parser.add_argument("--latency", default=0.0, type=float, metavar="MS", help="milliseconds before each reply")
    return parser


def _greet(server: Server, tenants: Path) -> None:
    print(f"Control Center sandbox at {server.url}")
    print(f"Its pages, to do by hand what a playbook does: {server.url}{ROOT}")
    for tenant in server.sandbox.tenants:
        users = " or ".join(user.id for user in tenant.users if user.password is not None and user.allow_logon)
        as_whom = f"sign in as {users}" if users else "nobody has a password"
        print(f"  {tenant.name} (customer {tenant.customer_id}, client {tenant.client_id}): {as_whom}")
    print(f"Passwords are in {tenants}.", flush=True)


def _write_atomically(path: Path, text: str) -> None:
    """Whoever waits for the file must never read half of it."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
