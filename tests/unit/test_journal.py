# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of a task says of each write what became of it, whatever goes wrong on the way."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._run import task
from sandbox import Fault, Sandbox
from sandbox.examples import example
from support.chain import CHAIN
from support.places import CLIENT_ID, EXTENSION, TRACKER, applications
from support.tasks import memory_client, run

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


class Kept:
    """A tenant in memory, and the journal of what was written to it."""

    def __init__(self, monkeypatch, **tenant):
        self.sandbox = Sandbox([example(**tenant)])
        self.acme = self.sandbox.tenant("acme")
        self.writes = []
        monkeypatch.setattr(task, "Client", lambda connection: memory_client(self.sandbox, connection))

    def run(self, module=CHAIN, check=False, **options):
        result = run(module, {"url": URL, "retry_timeout": 30, **ACCOUNT, **options}, check, diff=False)
        self.writes = result["writes"]
        return result

    def onboard(self, **more):
        apps = [{"name": TRACKER, **LISTS}, {"name": EXTENSION, "allow_refresh_token": True}]
        return self.run(applications=apps, authorization={}, **more)

    def outcomes(self, operation=None):
        return [one["outcome"] for one in self.writes if operation in (None, one["operation"])]


def state(acme):
    """What the writes are about, without times."""
    found = acme.snapshot()
    return (
        [(one["id"], one["status"], one["access"], one["token_policy"]) for one in found["applications"]],
        [(one["id"], (one["authorized_by"] or {}).get("id")) for one in found["libraries"]],
    )


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", WRITES)
def test_what_is_done_is_what_was_applied(monkeypatch, naps, operation, fault):
    kept = Kept(monkeypatch)
    before, applied = [state(kept.acme)], []
    handle = kept.sandbox.handle

    def watched(request):
        reply = handle(request)
        if state(kept.acme) != before[-1]:
            before.append(state(kept.acme))
            applied.append(kept.sandbox.log[-1].operation)
        return reply

    kept.sandbox.handle = watched
    described, is_applied = FAULTS[fault]
    kept.acme.faults.append(Fault(operation=operation, times=1, **described))
    kept.onboard()
    done = [one["operation"] for one in kept.writes if one["outcome"] == "done"]
    unknown = [one["operation"] for one in kept.writes if one["outcome"] == "unknown"]
    assert unknown == [], "reading was possible"
    assert sorted(done) == sorted(applied)
    assert (operation in applied) or not is_applied


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_unknown_where_nobody_can_read_whether_it_was_applied(monkeypatch, naps, operation):
    kept = Kept(monkeypatch)
    cut = Fault("drop_after", operation=operation, times=1)
    kept.acme.faults.append(cut)
    handle = kept.sandbox.handle

    def ending(request):
        reply = handle(request)
        if cut.struck:
            kept.acme.faults.append(Fault("status", status=503))
        return reply

    kept.sandbox.handle = ending
    result = kept.onboard()
    assert result["failed"]
    assert kept.outcomes(operation)[-1] == "unknown"
    assert set(kept.outcomes()) <= {"done", "unknown"}
    assert kept.writes[-1]["failure"]["kind"] == "unreachable"


def test_what_was_taken_back_is_in_the_journal_too(monkeypatch):
    kept = Kept(monkeypatch)
    kept.acme.faults.append(Fault("status", operation="updateAppAccess", status=403))
    kept.run("imanage_application", name=TRACKER, **LISTS)
    assert [(one["operation"], one["outcome"], one["before"], one["after"]) for one in kept.writes] == [
        ("updateApp", "done", {"Added": False}, {"Added": True}),
        ("updateAppAccess", "refused", {}, {"Allow access to": "Custom", "Users": ["pat@acme.example"]}),
        ("removeApp", "done", {"Added": True}, {"Added": False}),
    ]


def test_a_change_that_reading_does_not_show_was_not_made(monkeypatch):
    kept = Kept(monkeypatch)
    accepted = {"data": {"id": "tracker", "name": TRACKER, "status": "enabled"}}
    kept.acme.faults.append(Fault("shape", operation="updateApp", body=accepted, applied=False))
    kept.run("imanage_application", name=TRACKER)
    assert kept.outcomes() == ["refused"]
    assert kept.writes[-1]["failure"]["kind"] == "unexpected_reply"


def test_a_second_account_is_named(monkeypatch):
    kept = Kept(monkeypatch)
    kept.run(
        applications=[{"name": TRACKER}, {"name": EXTENSION, "allow_refresh_token": True}],
        authorization={"libraries": ["ACTIVE"], "username": "nrt@acme.example", "password": "acme-nrt-password"},
    )
    assert [(one["operation"], one["user"].split("@")[0]) for one in kept.writes] == [
        ("updateApp", "admin"),
        ("updateApp", "admin"),
        ("writeTokenPolicy", "admin"),
        ("authorizeLibrary", "nrt"),
    ]


def test_a_preview_has_planned_writes_and_a_run_with_nothing_to_do_has_none(monkeypatch):
    kept = Kept(monkeypatch, applications=applications("enabled", "enabled"))
    kept.run(check=True, applications=[{"name": TRACKER, "enabled": False}])
    (row,) = kept.writes
    assert (row["outcome"], row["before"], row["after"]) == (
        "planned",
        {"Enable application?": True},
        {"Enable application?": False},
    )
    assert [row[name] for name in ("time", "customer_id", "user", "failure")] == [None] * 4
    kept.run(applications=[{"name": TRACKER, "enabled": True}])
    assert kept.writes == []


def test_a_failure_before_any_write_has_an_empty_journal(monkeypatch):
    kept = Kept(monkeypatch)
    for options in ({}, {"app_id": "nothing"}):
        assert kept.run("imanage_application", **options)["failed"]
        assert kept.writes == []


def test_secrets_are_kept_out(monkeypatch):
    """The server may repeat one in its words."""
    kept = Kept(monkeypatch)
    body = {"error": {"code": "X", "code_message": "no, acme-admin-password"}}
    kept.acme.faults.append(Fault("status", operation="updateApp", status=403, body=body))
    kept.run("imanage_application", name=TRACKER)
    (write,) = kept.writes
    assert "********" in write["failure"]["reason"]
    assert "acme-admin-password" not in str(write)


def test_a_second_attempt_sends_nothing_that_was_not_planned(monkeypatch, naps):
    """The first attempt is lost, and meanwhile somebody adds a member, whom a second attempt would remove."""
    member = {"mode": "custom", "users": ["admin@acme.example"], "groups": []}
    drive = {"id": "drive", "name": "iManage Drive", "status": "enabled", "access": member}
    kept = Kept(monkeypatch, applications=[drive])
    wanted = {"app_id": "drive", "access": "custom", "users": ["pat@acme.example"], "exclusive": True}
    planned = kept.run("imanage_application", check=True, **wanted)["writes"]
    kept.acme.faults.append(Fault("status", operation="updateAppAccess", status=500, times=1))
    handle = kept.sandbox.handle

    def meanwhile(request):
        reply = handle(request)
        if reply.status == 500:
            kept.acme.application("drive").access.members.append(("user", "nrt@acme.example"))
        return reply

    kept.sandbox.handle = meanwhile
    result = kept.run("imanage_application", planned=planned, **wanted)
    assert result["failure"]["kind"] == "conflict"
    assert kept.outcomes() == ["refused"]
    assert [one.operation for one in kept.sandbox.log].count("updateAppAccess") == 1
