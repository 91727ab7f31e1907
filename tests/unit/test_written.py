# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of each write is what became of it, whatever goes wrong on the way."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils import _task
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._options import validated
from sandbox import Fault, Sandbox
from sandbox.examples import example
from support.places import CLIENT_ID, EXTENSION, TRACKER, applications
from support.tasks import memory_client, run, task

URL = "http://127.0.0.1:1"
ACCOUNT = {"username": "admin@acme.example", "password": "acme-admin-password", "client_id": CLIENT_ID}
LISTS = {"access": "custom", "users": ["pat@acme.example"], "enabled": True}
WRITES = ("updateApp", "updateAppAccess", "writeTokenPolicy", "authorizeLibrary")
# What strikes one write, and whether it was applied all the same.
FAULTS = {
    "closed before": ({"kind": "drop_before"}, False),
    "closed after": ({"kind": "drop_after"}, True),
    "closed in the middle": ({"kind": "drop_middle"}, True),
    "no reply": ({"kind": "hang"}, False),
    "no reply, applied": ({"kind": "hang", "applied": True}, True),
    "500": ({"kind": "status", "status": 500}, False),
    "500, applied": ({"kind": "status", "status": 500, "applied": True}, True),
    "403": ({"kind": "status", "status": 403}, False),
    "409": ({"kind": "status", "status": 409}, False),
    "another page": ({"kind": "html"}, False),
    "another page, applied": ({"kind": "html", "applied": True}, True),
    "another shape": ({"kind": "shape", "applied": True}, True),
    "half a reply": ({"kind": "truncated", "applied": True}, True),
}


class Told:
    """A tenant in memory, and what is told of the writes to it."""

    def __init__(self, monkeypatch, **tenant):
        self.sandbox = Sandbox([example(**tenant)])
        self.acme = self.sandbox.tenant("acme")
        self.changes = []
        monkeypatch.setattr(_task, "Client", self._client)

    def _client(self, connection):
        client = memory_client(self.sandbox, connection)
        client.tell = self.tell
        return client

    def tell(self, change):
        self.changes.append(change)

    def run(self, module="imanage_onboarding", check=False, **options):
        return run(module, {"url": URL, "retry_timeout": 1, **ACCOUNT, **options}, check, diff=False)

    def onboard(self, **more):
        apps = [{"name": TRACKER, **LISTS}, {"name": EXTENSION, "allow_refresh_token": True}]
        return self.run(applications=apps, authorization={}, **more)

    def outcomes(self, operation=None):
        return [one["outcome"] for one in self.changes if operation in (None, one["operation"])]


def state(acme):
    """What the writes are about, without times."""
    found = acme.snapshot()
    return (
        [(one["id"], one["status"], one["access"], one["token_policy"]) for one in found["applications"]],
        [(one["id"], (one["authorized_by"] or {}).get("id")) for one in found["libraries"]],
    )


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", WRITES)
def test_what_is_told_as_done_is_what_was_applied(monkeypatch, naps, operation, fault):
    told = Told(monkeypatch)
    before, applied = [state(told.acme)], []
    handle = told.sandbox.handle

    def watched(request):
        reply = handle(request)
        if state(told.acme) != before[-1]:
            before.append(state(told.acme))
            applied.append(told.sandbox.log[-1].operation)
        return reply

    told.sandbox.handle = watched
    described, is_applied = FAULTS[fault]
    told.acme.faults.append(Fault(operation=operation, times=1, **described))
    told.onboard()
    done = [one["operation"] for one in told.changes if one["outcome"] == "done"]
    unknown = [one["operation"] for one in told.changes if one["outcome"] == "unknown"]
    assert unknown == [], "reading was possible"
    assert sorted(done) == sorted(applied)
    assert (operation in applied) or not is_applied


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_unknown_where_nobody_can_read_whether_it_was_applied(monkeypatch, naps, operation):
    told = Told(monkeypatch)
    cut = Fault("drop_after", operation=operation, times=1)
    told.acme.faults.append(cut)
    handle = told.sandbox.handle

    def ending(request):
        reply = handle(request)
        if cut.struck:
            told.acme.faults.append(Fault("status", status=503))
        return reply

    told.sandbox.handle = ending
    result = told.onboard()
    assert result["failed"]
    assert told.outcomes(operation)[-1] == "unknown"
    assert set(told.outcomes()) <= {"done", "unknown"}
    assert told.changes[-1]["failure"]["kind"] == "unreachable"


def test_a_write_that_was_cut_short_from_here_is_unknown(monkeypatch):
    """A task's time limit, or Ctrl-C, is no failure that is caught."""
    told = Told(monkeypatch)
    handle = told.sandbox.handle

    def interrupted(request):
        reply = handle(request)
        if told.sandbox.log[-1].operation == "writeTokenPolicy":
            raise KeyboardInterrupt
        return reply

    told.sandbox.handle = interrupted
    with pytest.raises(KeyboardInterrupt):
        told.onboard()
    assert [(one["operation"], one["outcome"]) for one in told.changes][-1] == ("writeTokenPolicy", "unknown")
    assert told.changes[-1]["failure"] is None


def test_what_was_taken_back_is_told_too(monkeypatch):
    told = Told(monkeypatch)
    told.acme.faults.append(Fault("status", operation="updateAppAccess", status=403))
    told.run("imanage_application", name=TRACKER, **LISTS)
    assert [(one["operation"], one["outcome"], one["before"], one["after"]) for one in told.changes] == [
        ("updateApp", "done", {"Added": False}, {"Added": True}),
        ("updateAppAccess", "refused", {}, {"Allow access to": "Custom", "Users": ["pat@acme.example"]}),
        ("removeApp", "done", {"Added": True}, {"Added": False}),
    ]


def test_a_change_that_reading_does_not_show_is_taken_back_in_the_record(monkeypatch):
    told = Told(monkeypatch)
    accepted = {"data": {"id": "tracker", "name": TRACKER, "status": "enabled"}}
    told.acme.faults.append(Fault("shape", operation="updateApp", body=accepted, applied=False))
    told.run("imanage_application", name=TRACKER)
    assert told.outcomes() == ["done", "refused"]
    assert told.changes[-1]["failure"]["kind"] == "unexpected_reply"


def test_a_second_account_is_named(monkeypatch):
    told = Told(monkeypatch)
    told.run(
        applications=[{"name": TRACKER}, {"name": EXTENSION}],
        authorization={"libraries": ["ACTIVE"], "username": "nrt@acme.example", "password": "acme-nrt-password"},
    )
    assert [(one["operation"], one["user"].split("@")[0]) for one in told.changes] == [
        ("updateApp", "admin"),
        ("updateApp", "admin"),
        ("authorizeLibrary", "nrt"),
    ]


def test_nothing_is_told_of_a_preview_and_of_what_is_settled(monkeypatch):
    told = Told(monkeypatch, applications=applications("enabled", "enabled"))
    told.run(check=True, applications=[{"name": TRACKER, "enabled": False}])
    told.run(applications=[{"name": TRACKER, "enabled": True}])
    assert told.changes == []


def test_nothing_more_is_written_once_a_change_cannot_be_told(monkeypatch):
    told = Told(monkeypatch)

    def full(change):
        raise Failure("bad_option", "The disk is full.")

    told.tell = full
    result = told.onboard()
    assert "The disk is full. Done before that, and left so: add the application." in result["msg"]
    assert result["changed"] is True
    writes = [one.operation for one in told.sandbox.log if one.method != "GET" and "Token" not in one.operation]
    assert writes == ["updateApp"]


def test_secrets_are_kept_out(monkeypatch):
    """The server may repeat one in its words."""
    told = Told(monkeypatch)
    monkeypatch.setattr(_task, "Client", lambda connection: memory_client(told.sandbox, connection))
    body = {"error": {"code": "X", "code_message": "no, acme-admin-password"}}
    told.acme.faults.append(Fault("status", operation="updateApp", status=403, body=body))
    what = task("imanage_application")
    _task.run(what, validated(what.options, {"url": URL, "name": TRACKER, **ACCOUNT}), False, False, told.tell)
    (change,) = told.changes
    assert "********" in change["failure"]["reason"]
    assert "acme-admin-password" not in str(change)
