# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When authorizations end: the dates, and a calendar with one entry for each week that has ends in it. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.authorizations import parse_time

Due = dict[str, str]
_HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//imanage.control_center//iManage Tracker renewals//EN")
# A line of a calendar has at most so many bytes (RFC 5545, section 3.1).
_LONGEST = 75


def next_due(results: Iterable[tuple[Mapping[str, Any], list[str]]]) -> list[Due]:
    """The known ends of authorizations: C(date), C(tenant) and C(library), the next one first.

    Each result comes with the libraries that a run would authorize. Their new end is not known.
    """
    found = [
        {"date": date, "tenant": result["tenant"], "library": row["library"]}
        for result, expected in results
        for row in result.get("authorizations") or []
        if row["library"] not in expected and (date := _date(row.get("until")))
    ]
    return sorted(found, key=lambda one: (one["date"], one["tenant"], one["library"]))


def calendar(due: Iterable[Due], at: str) -> str:
    """An iCalendar file with an entry on the Monday of each week that has ends in it. C(at): when it was made, in UTC.

    The entry of a week has the same id in each file (RFC 5545, section 3.8.4.7).
    """
    weeks: dict[datetime.date, list[Due]] = {}
    for one in due:
        day = datetime.date.fromisoformat(one["date"])
        weeks.setdefault(day - datetime.timedelta(days=day.weekday()), []).append(one)
    lines = [*_HEAD, *(line for monday, ends in weeks.items() for line in _entry(monday, ends, at)), "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _entry(monday: datetime.date, ends: list[Due], at: str) -> Iterator[str]:
    """The lines of the entry of one week."""
    count, tenants = len(ends), len({one["tenant"] for one in ends})
    what = "1 authorization ends" if count == 1 else f"{count} authorizations end"
    of_tenants = "1 tenant" if tenants == 1 else f"{tenants} tenants"
    days: dict[tuple[str, str], list[str]] = {}
    for one in ends:
        days.setdefault((one["date"], one["tenant"]), []).append(one["library"])
    details = "\n".join(f"{date} {tenant}: {', '.join(libraries)}" for (date, tenant), libraries in days.items())
    yield "BEGIN:VEVENT"
    yield f"UID:{monday:%Y%m%d}.renewals@imanage.control_center"
    yield f"DTSTAMP:{at.replace('-', '').replace(':', '')}"
    yield f"DTSTART;VALUE=DATE:{monday:%Y%m%d}"
    yield f"SUMMARY:{_escaped(f'iManage Tracker: {what} this week, {of_tenants}')}"
    yield f"DESCRIPTION:{_escaped(details)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _date(until: Any) -> str | None:
    """The day of an end, in UTC; None without an end."""
    try:
        return parse_time(until).astimezone(datetime.timezone.utc).date().isoformat() if until else None
    except (Failure, OverflowError):
        return None


def _escaped(text: str) -> str:
    """A text in the form of a calendar (RFC 5545, section 3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The parts of a line. Each but the first begins with a space, and no character is cut."""
    rest = line.encode()
    while len(rest) > _LONGEST:
        part = rest[:_LONGEST].decode(errors="ignore").encode()
        yield part.decode()
        rest = b" " + rest[len(part) :]
    yield rest.decode()
