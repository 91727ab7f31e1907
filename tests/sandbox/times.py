# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as the wire writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, whole seconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plus_days(moment: datetime, days: int) -> datetime:
    """A later time; any number of days is accepted on the wire, so it ends where dates end."""
    try:
        return moment + timedelta(days=days)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
