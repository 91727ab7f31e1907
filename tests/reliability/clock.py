# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting takes no time: the client's clock and the sandbox's move together, by what the client would have waited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import deadline, transport
from ansible_collections.imanage.control_center.plugins.module_utils._run import apply
from sandbox import Sandbox


class Clock:
    """Stands in for the module time where the collection waits. C(late) gives what the server took besides."""

    def __init__(self, sandbox: Sandbox, late: Callable[[], float]) -> None:
        self._sandbox = sandbox
        self._late = late
        self._waited = 0.0

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._waited + self._late()

    def time(self) -> float:
        """Seconds since 1970, by the sandbox."""
        return self._sandbox.now().timestamp()

    def sleep(self, seconds: float) -> None:
        """Move both clocks."""
        self._waited += seconds
        self._sandbox.advance(seconds)


@contextmanager
def without_waiting(sandbox: Sandbox, late: Callable[[], float]) -> Iterator[None]:
    """Let the collection go by such a clock."""
    clock = Clock(sandbox, late)
    with pytest.MonkeyPatch.context() as patch:
        for waiting in (transport, deadline, apply):
            patch.setattr(waiting, "time", clock)
        yield
