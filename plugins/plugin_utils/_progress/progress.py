# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run over many tenants is: counts, and the line that shows them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.plugin_utils._progress.duration import duration

OUTCOMES = ("changed", "would change", "waiting", "failed")


def outcome(result: Mapping[str, Any]) -> tuple[str, ...]:
    """What became of a tenant, by its tracker_onboarding_result: it may change and wait as well."""
    status = str(result.get("status"))
    changed = ("would change" if result.get("check_mode") else "changed",) if result.get("changed") else ()
    waits = ("waiting",) if status.startswith("awaiting_") else ()
    return (*changed, *waits, *(("failed",) if status == "failed" else ()))


class Tally:
    """The tenants of a play that are done, by what became of each last."""

    def __init__(self) -> None:
        self.total = 0
        self.started: float | None = None
        self.outcomes: dict[str, tuple[str, ...]] = {}
        # How many have passed each task, and the one that somebody passed last.
        self.passed: Counter[str] = Counter()
        self.task = ""

    def start(self, total: int, now: float) -> None:
        """From now on so many tenants are worked at; C(now) is in seconds on any clock."""
        self.total, self.started = total, now

    @property
    def done(self) -> int:
        """How many tenants are done."""
        return len(self.outcomes)

    def line(self, now: float, ended: bool = False) -> str:
        """The counts in a line, with the time it took, or the time left where that can be guessed."""
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
