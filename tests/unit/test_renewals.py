# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When authorizations end, and the calendar of it."""

from __future__ import annotations

import datetime
import re

from ansible_collections.imanage.control_center.plugins.plugin_utils._report.renewals import calendar, next_due
from hypothesis import given
from hypothesis import strategies as st

AT = "2026-11-27T09:30:00Z"


def result(tenant, expected=(), **until):
    """A result, with the libraries that a run would authorize."""
    rows = [{"library": library, "by": "ada", "until": end} for library, end in until.items()]
    return {"tenant": tenant, "authorizations": rows}, expected


def due(date, tenant="acme", library="ACTIVE"):
    return {"date": date, "tenant": tenant, "library": library}


def read(text):
    """The events of a calendar, as a program that keeps to RFC 5545 reads them."""
    lines = re.sub(r"\r\n ", "", text).split("\r\n")[:-1]
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    events, event = [], None
    for line in lines:
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            events.append(event)
        elif event is not None:
            event[name] = re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), value)
    return events


def test_known_ends_come_in_order_without_those_that_a_run_would_replace():
    rows = [
        result("birch", B="2027-03-01T00:00:00Z"),
        result("acme", ["B"], A="2027-03-01T23:30:00-02:00", B="2027-02-01T00:00:00Z", NO_END=None),
    ]
    assert next_due(rows) == [
        due("2027-03-01", "birch", "B"),
        due("2027-03-02", "acme", "A"),
    ]


def test_an_end_that_is_not_a_time_is_not_due():
    assert next_due([result("acme", ODD="some day", LAST="9999-12-31T23:59:59-05:00")]) == []


def test_a_week_has_one_entry_on_its_monday():
    ends = [due("2027-01-04"), due("2027-01-10", library="ARCHIVE"), due("2027-01-10", "birch"), due("2027-01-11")]
    first, second = read(calendar(ends, AT))
    assert first == {
        "UID": "20270104.renewals@imanage.control_center",
        "DTSTAMP": "20261127T093000Z",
        "DTSTART;VALUE=DATE": "20270104",
        "SUMMARY": "iManage Tracker: 3 authorizations end this week, 2 tenants",
        "DESCRIPTION": "2027-01-04 acme: ACTIVE\n2027-01-10 acme: ARCHIVE\n2027-01-10 birch: ACTIVE",
        "TRANSP": "TRANSPARENT",
    }
    assert second["DTSTART;VALUE=DATE"] == "20270111"
    assert second["SUMMARY"] == "iManage Tracker: 1 authorization ends this week, 1 tenant"


names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)


@given(st.lists(st.tuples(st.dates(datetime.date(2026, 1, 1), datetime.date(2030, 1, 1)), names, names), min_size=1))
def test_every_end_is_in_the_entry_of_its_week(ends):
    rows = sorted((due(day.isoformat(), tenant, library) for day, tenant, library in ends), key=lambda one: one["date"])
    events = read(calendar(rows, AT))
    weeks = [datetime.date.fromisoformat(event["DTSTART;VALUE=DATE"]) for event in events]
    assert weeks == sorted(set(weeks))
    for row in rows:
        day = datetime.date.fromisoformat(row["date"])
        (event,) = [
            one
            for one, monday in zip(events, weeks, strict=True)
            if monday <= day < monday + datetime.timedelta(days=7)
        ]
        assert f"{row['date']} {row['tenant']}: " in event["DESCRIPTION"]
        assert row["library"] in event["DESCRIPTION"]
