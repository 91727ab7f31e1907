# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several tasks on one sandbox in memory, in an exact order of their requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from sandbox import Reply, Request, Sandbox


class Turns:
    """Lets one request of one task through at a time, in the given order of names; then the rest goes on."""

    def __init__(self, sandbox: Sandbox, order: Iterable[str]):
        self.taken: list[str] = []
        self._order = list(order)
        self._running: set[str] = set()
        self._changed = threading.Condition()
        self._handle = sandbox.handle
        sandbox.handle = self._in_turn  # type: ignore[method-assign]

    def run(self, tasks: dict[str, Callable[[], Any]]) -> dict[str, Any]:
        """What each task gives; what one raises is given too."""
        given: dict[str, Any] = {}
        self._running = set(tasks)

        def work(name: str, task: Callable[[], Any]) -> None:
            try:
                given[name] = task()
            except BaseException as problem:  # noqa: BLE001 - the test has to see it, whatever it is
                given[name] = problem
            finally:
                with self._changed:
                    self._running.discard(name)
                    self._changed.notify_all()

        threads = [threading.Thread(target=work, args=one, name=one[0]) for one in tasks.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return given

    def _in_turn(self, request: Request) -> Reply:
        name = threading.current_thread().name
        with self._changed:
            self._changed.wait_for(lambda: not self._running or self._next() == name)
            reply = self._handle(request)
            self.taken.append(name)
            if self._order:
                self._order.pop(0)
            self._changed.notify_all()
        return reply

    def _next(self) -> str:
        while self._order and self._order[0] not in self._running:
            self._order.pop(0)
        return self._order[0] if self._order else min(self._running)
