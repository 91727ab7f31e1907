# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever ends a task, what it wrote is said: changed and writes are what happened."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.client import os
from ansible_collections.imanage.control_center.plugins.module_utils._api.transport import Transport
from ansible_collections.imanage.control_center.plugins.module_utils._resources import library_authorizations
from sandbox import Sandbox
from support.places import EXTENSION, TRACKER, applications, refreshing
from support.tasks import Crashed, run_in_memory

LIBRARIES = "imanage_library_authorization"
# What Ansible raises when the time of a task is up, which is not an Exception.
TIME_IS_UP = type("TaskTimeoutError", (BaseException,), {})
ENDINGS = {"interrupted": TIME_IS_UP, "task_failed": OverflowError}
TASKS = {
    "libraries": (LIBRARIES, {}, {"applications": refreshing()}),
    "application": (
        "imanage_application",
        {"name": TRACKER, "access": "custom", "groups": ["IT"]},
        {"applications": applications()},
    ),
    "policy": (
        "imanage_app_auth",
        {"name": EXTENSION, "allow_refresh_token": True},
        {"applications": applications(extension="enabled")},
    ),
}


def state(sandbox):
    snapshot = sandbox.tenant("t").snapshot()
    for library in snapshot["libraries"]:
        library["authorized_at"] = library["expires_at"] = None
    return snapshot


def ended(monkeypatch, description, options, module, point, answered, ending):
    """The result and the tenant, where the request of that number ends the task, before it is sent or after its reply.

    The result is None where there is no such request.
    """
    sandbox, sent, real = Sandbox([description]), itertools.count(), Transport.send

    def send(transport, *args, **kwargs):
        if next(sent) != point:
            return real(transport, *args, **kwargs)
        if answered:
            real(transport, *args, **kwargs)
        raise ending("too large for \ud83d")

    with monkeypatch.context() as patch:
        patch.setattr(Transport, "send", send)
        try:
            result = run_in_memory(monkeypatch, sandbox, module, options)
        except Crashed as crashed:
            result = crashed.result
    return result if next(sent) > point else None, sandbox


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("answered", [False, True])
def test_whatever_ends_a_task_its_writes_are_reported(tenant, monkeypatch, name, kind, answered):
    module, options, changes = TASKS[name]
    acme = tenant(**changes)
    description, seen = {**acme.tenant.description, "name": "t"}, set()
    before = state(Sandbox([description]))
    for point in itertools.count():
        result, sandbox = ended(
            monkeypatch, description, acme.options(**options), module, point, answered, ENDINGS[kind]
        )
        if result is None:
            break
        outcomes = [write["outcome"] for write in result["writes"]]
        assert result["changed"] is ("done" in outcomes), point
        assert set(outcomes) <= {"done", "unknown"}, point
        # What is not known may have been done, and what is done was.
        is_other = state(sandbox) != before
        assert is_other or "done" not in outcomes, point
        assert not is_other or outcomes, point
        if name == "libraries":
            there = {one["id"] for one in state(sandbox)["libraries"] if one["authorized_by"]}
            said = {write["ids"]["library_id"]: write["outcome"] for write in result["writes"]}
            assert {one for one, how in said.items() if how == "done"} <= there <= set(said), point
        seen.add((result.get("failure") or {}).get("kind"))
        if result.get("failed"):
            assert result["failure"]["kind"] == kind
            assert ("and kept: " in result["msg"]) == result["changed"]
        else:
            # Only signing out was left, and what was done stays done.
            assert any("signing out was not completed" in words for words in result["warnings"])
    assert seen == {kind, None}


def test_a_crash_after_the_last_write_is_reported_as_changed(tenant, monkeypatch):
    acme = tenant(applications=refreshing())

    def report(client, want, have):
        raise KeyError("no such row")

    monkeypatch.setattr(library_authorizations, "report", report)
    with pytest.raises(Crashed, match=r"crashed in \w+.py, line \d+: KeyError") as crashed:
        acme.run(LIBRARIES)
    assert crashed.value.result["changed"]
    assert {write["outcome"] for write in crashed.value.result["writes"]} == {"done"}


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 2024 00:00:00 +9999",
        "Mon, 01 Jan 0001 00:00:00 +2300",
    ],
)
def test_a_date_that_no_calendar_has_costs_nothing(tenant, monkeypatch, date):
    acme, real = tenant(applications=refreshing()), Transport.send

    def send(*args, **kwargs):
        reply = real(*args, **kwargs)
        return reply._replace(headers={**reply.headers, "Date": date})

    monkeypatch.setattr(Transport, "send", send)
    for options in ({}, {"renew_before_days": 1}, {"state": "unauthorized"}):
        result = acme.run(LIBRARIES, **options)
        assert "failure" not in result, result
        assert result["changed"] is (not options or "state" in options)


def test_a_task_whose_run_is_gone_writes_no_more(tenant, monkeypatch):
    acme = tenant(applications=refreshing())
    parents = itertools.chain([7, 7], itertools.repeat(1))
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    result = acme.run(LIBRARIES)
    assert result["failure"]["kind"] == "interrupted"
    assert result["changed"]
    assert acme.writes == ["authorizeLibrary"]
    assert next((one["ids"]["library_id"], one["outcome"]) for one in result["writes"]) == ("ACTIVE", "done")
