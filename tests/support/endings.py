# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that is ended from outside once a sandbox has seen so many requests."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox import Entry, Reply, Request, Sandbox

# Seconds after which a person who has pressed Ctrl+C presses it again. Ansible takes what comes while it collects
# garbage or forks for no interruption, ends its workers all the same, and waits for their results for ever.
PATIENCE = 20


class Ending:
    """Sends a signal while the n-th request from now on is answered: it is applied, its reply hardly ever arrives.

    SIGKILL hits the command and every process that it has started, as when a machine goes down. Any other signal goes
    to the command's group of processes, as from a terminal, and once more where nothing came of it. C(entries) has
    what the sandbox logged, C(sent) says how many signals it took.
    """

    def __init__(self, sandbox: Sandbox, after: int, sign: signal.Signals):
        self.entries: list[Entry] = []
        self.sent = 0
        self._after, self._sign = after, sign
        self._process: subprocess.Popen[str] | None = None
        self._started = threading.Event()
        self._sandbox, self._handle = sandbox, sandbox.handle
        sandbox.handle = self._watched  # type: ignore[method-assign]

    def execute(self, command: list[Any], cwd: Path, env: Mapping[str, str]) -> tuple[int, str]:
        """Run the command; its exit code, negative for a signal, and its output, to the end of its last process."""
        with subprocess.Popen(
            # Started in the background, a process ignores SIGINT, and so does all that it starts.
            ["env", "--default-signal=INT", *command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            self._process = process
            self._started.set()
            while True:
                try:
                    output, _errors = process.communicate(timeout=PATIENCE)
                    return process.returncode, output
                except subprocess.TimeoutExpired:
                    if self.sent:
                        self._end()

    def _watched(self, request: Request) -> Reply:
        reply = self._handle(request)
        self.entries.append(self._sandbox.log[-1])
        if len(self.entries) == self._after:
            self._started.wait()
            self._end()
        return reply

    def _end(self) -> None:
        self.sent += 1
        pid = self._process.pid
        if self._sign != signal.SIGKILL:
            os.killpg(pid, self._sign)
            return
        # Stop them first, so that none of them starts another one during the search.
        for one in (pid, *_children(pid)):
            _send(one, signal.SIGSTOP)
        for one in (pid, *_children(pid)):
            _send(one, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    """Every process that a process has started, and theirs."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            started = [int(one) for one in path.read_text().split()]
        except OSError:
            continue
        for one in started:
            found += [one, *_children(one)]
    return found


def _send(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return
