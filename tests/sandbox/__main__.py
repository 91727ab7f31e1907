# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a sandbox in the foreground: python -m sandbox --tenants FILE, or a number of tenants."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import threading
from pathlib import Path

from . import rehearsal
from .descriptions import sandbox_from_file
from .fields import DescriptionError
from .machine import Sandbox
from .pages import ROOT
from .server import Server, serve

# So many tenants are named at the start.
_FEW = 20


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
        sandbox = _sandbox(options)
        files = (options.certfile, options.keyfile) if options.certfile else None
        server = serve(sandbox, port=options.port, ssl_context_files=files, latency=options.latency / 1000)
    except DescriptionError as problem:
        print(problem, file=sys.stderr)
        return 2
    except (OSError, OverflowError) as problem:
        print(f"The server cannot start: {problem}", file=sys.stderr)
        return 2
    with server:
        _greet(server, options)
        if options.port_file:
            _write_atomically(options.port_file, f"{server.port}\n")
        ended.wait()
    return 0


def _sandbox(options: argparse.Namespace) -> Sandbox:
    """The tenants of the file, or as many new ones as the number says."""
    if not options.tenants.isdecimal():
        return sandbox_from_file(options.tenants)
    return Sandbox(rehearsal.tenants(int(options.tenants), options.seed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Control Center for tests and demos.")
    parser.add_argument(
        "--tenants", required=True, metavar="FILE", help="the tenants, in YAML, or a number of them to make up"
    )
    parser.add_argument(
        "--seed", default=secrets.randbelow(10**6), type=int, metavar="N", help="of the tenants that are made up"
    )
    parser.add_argument("--inventory", type=Path, metavar="FOLDER", help="gets an inventory of the tenants")
    parser.add_argument("--port", default=0, type=int, metavar="N", help="default: any free port")
    parser.add_argument("--port-file", type=Path, metavar="FILE", help="gets the port once the server accepts")
    parser.add_argument("--certfile", type=Path, metavar="FILE", help="a certificate: serve https")
    parser.add_argument("--keyfile", type=Path, metavar="FILE", help="the key of the certificate")
    parser.add_argument("--latency", default=0.0, type=float, metavar="MS", help="milliseconds before each reply")
    return parser


def _greet(server: Server, options: argparse.Namespace) -> None:
    print(f"Control Center sandbox at {server.url}")
    print(f"Its pages, to do by hand what a playbook does: {server.url}{ROOT}")
    tenants = server.sandbox.tenants
    if options.tenants.isdecimal():
        print(f"{len(tenants)} tenants of {len(rehearsal.KINDS)} kinds. Seed {options.seed} makes the same ones again.")
    for tenant in tenants[:_FEW]:
        users = " or ".join(user.id for user in tenant.users if user.password is not None and user.allow_logon)
        as_whom = f"sign in as {users}" if users else "nobody has a password"
        print(f"  {tenant.name} (customer {tenant.customer_id}, client {tenant.client_id}): {as_whom}")
    if len(tenants) > _FEW:
        print(f"  and {len(tenants) - _FEW} more")
    if options.inventory:
        inventory = rehearsal.write_inventory(server.sandbox, server.url, options.inventory)
        print(f"An inventory with their passwords is in {options.inventory}. To rehearse with it, in another terminal:")
        print(f"  {_command()} -i {inventory} imanage.control_center.preview")
    elif not options.tenants.isdecimal():
        print(f"Passwords are in {options.tenants}.")
    sys.stdout.flush()


def _command() -> str:
    """ansible-playbook of the same environment, with the collection that make uses."""
    program = os.path.relpath(Path(sys.executable).parent / "ansible-playbook")
    path = os.environ.get("ANSIBLE_COLLECTIONS_PATH")
    return f"ANSIBLE_COLLECTIONS_PATH={os.path.relpath(path)} {program}" if path else program


def _write_atomically(path: Path, text: str) -> None:
    """Whoever waits for the file must never read half of it."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
