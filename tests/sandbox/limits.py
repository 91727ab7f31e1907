# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rate limits: so many requests in so many seconds."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from .fields import DescriptionError, Fields


@dataclass
class RateLimit:
    """A sliding window of accepted requests."""

    requests: int
    seconds: float
    _times: deque[float] = field(default_factory=deque, repr=False, compare=False)

    @classmethod
    def from_description(cls, description: Any, what: str) -> RateLimit:
        """Build from {requests: N, seconds: S}."""
        fields = Fields(description, what)
        limit = cls(fields.take("requests", int), float(fields.take("seconds", (int, float), 1)))
        fields.end()
        if limit.requests < 1 or limit.seconds <= 0:
            raise DescriptionError(f"{what} must allow at least one request in a positive time.")
        return limit

    def remaining(self, now: float) -> int:
        """How many requests are still accepted."""
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        return self.requests - len(self._times)

    def reset(self, now: float) -> int:
        """Whole seconds until the next request is accepted."""
        return max(1, math.ceil(self._times[0] + self.seconds - now)) if self._times else 0

    def count(self, now: float) -> None:
        """Note an accepted request."""
        self._times.append(now)


def admit(limits: list[RateLimit], now: float) -> tuple[bool, dict[str, str]]:
    """Whether all limits accept a request, and the headers that say so; a refused one counts nowhere."""
    if not limits:
        return True, {}
    exhausted = [limit for limit in limits if limit.remaining(now) <= 0]
    if exhausted:
        reset = str(max(limit.reset(now) for limit in exhausted))
        return False, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset, "retry-after": reset}
    for limit in limits:
        limit.count(now)
    return True, {"x-ratelimit-remaining": str(min(limit.remaining(now) for limit in limits))}
