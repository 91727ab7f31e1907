# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the tenants that are done, and formats the counts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._progress.duration import duration

OUTCOMES = ("changed", "would change", "waiting", "failed")


def outcome(result: Mapping[str, Any]) -> tuple[str, ...]:
    """The outcomes of a tenant, from its tracker_onboarding_result. It may have changed and wait."""
    status = str(result.get("status"))
    changed = ("would change" if result.get("check_mode") else "changed",) if result.get("changed") else ()
    waits = ("waiting",) if status.startswith("awaiting_") else ()
    return (*changed, *waits, *(("failed",) if status == "failed" else ()))


class Tally:
    """The tenants of a play that are done, with the last outcome of each."""

    def __init__(self) -> None:
        self.total = 0
        self.started: float | None = None
        self.outcomes: dict[str, tuple[str, ...]] = {}
        # The number of tenants that have passed each task, and the latest task.
        self.passed: Counter[str] = Counter()
        self.task = ""

    def start(self, total: int, now: float) -> None:
        """Start with this number of tenants. C(now) is in seconds on any clock."""
        self.total, self.started = total, now

    @property
    def done(self) -> int:
        """The number of tenants that are done."""
        return len(self.outcomes)

    def line(self, now: float, ended: bool = False) -> str:
        """Format the counts, with the elapsed time at the end, or else an estimate of the remaining time."""
        found, took = [what for one in self.outcomes.values() for what in one], now - (self.started or 0)
        parts = [f"{self.done} of {max(self.total, self.done)} tenants done"]
        parts += [f"{found.count(what)} {what}" for what in OUTCOMES if what in found]
        if ended:
            parts.append(f"in {duration(took)}")
        elif self.done:
            parts.append(f"about {duration(took / self.done * (self.total - self.done))} left")
        if self.task and not ended:
            parts.append(f'{self.passed[self.task]} have passed "{self.task}"')
        return ", ".join(parts)
