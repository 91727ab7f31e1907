# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run over many tenants is: counts, and the line that tells them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._duration import duration

OUTCOMES = ("changed", "would change", "waiting", "failed")


def outcome(result: Mapping[str, Any]) -> str:
    """What became of a tenant, by the result of imanage_onboarding: one of OUTCOMES, or unchanged."""
    if result.get("failed") or result.get("failure"):
        return "failed"
    results = [one for of_stage in (result.get("stages") or {}).values() for one in of_stage]
    if any(one.get("missing") or one.get("handed_over") for one in results):
        return "waiting"
    if not result.get("changed"):
        return "unchanged"
    return "would change" if result.get("check_mode") else "changed"


class Tally:
    """The tenants that are done, each counted once, of so many; C(started) is in seconds on any clock."""

    def __init__(self, total: int, started: float) -> None:
        self.total = total
        self.started = started
        self.outcomes: dict[str, str] = {}

    def count(self, tenant: str, what: str) -> None:
        """Count a tenant; what became of it last counts."""
        self.outcomes[tenant] = what

    @property
    def done(self) -> int:
        """How many tenants are done."""
        return len(self.outcomes)

    def line(self, now: float) -> str:
        """The counts in a line, with the time left where it can be guessed."""
        found = list(self.outcomes.values())
        parts = [f"{self.done} of {max(self.total, self.done)} tenants done"]
        parts += [f"{found.count(what)} {what}" for what in OUTCOMES if what in found]
        if 0 < self.done < self.total:
            parts.append(f"about {duration((now - self.started) / self.done * (self.total - self.done))} left")
        elif self.done:
            parts.append(f"in {duration(now - self.started)}")
        return ", ".join(parts)
