# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two onboardings of a tenant at once, and a person who changes it in between: each says what it read back."""

from __future__ import annotations

import itertools
import random

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import KINDS
from ansible_collections.imanage.control_center.plugins.module_utils._run import task
from sandbox import Sandbox
from sandbox.examples import Caller, example
from sandbox.faults import Fault
from support.chain import CHAIN
from support.places import CLIENT_ID, EXTENSION, TRACKER, applications
from support.tasks import memory_client, run
from support.turns import Turns

URL = "http://127.0.0.1:1"
ACCOUNT = {"username": "admin@acme.example", "password": "acme-admin-password", "client_id": CLIENT_ID}
USERS = {"one": "pat@acme.example", "two": "nrt@acme.example"}
DAYS = {"one": 10, "two": 20}
ORDERS = [random.Random(seed).choices(("one", "two"), k=80) for seed in range(6)]
# One goes so far, the other so far, then both to their ends.
ORDERS += [["one"] * first + ["two"] * second for first, second in itertools.product(range(5, 26, 10), repeat=2)]


@pytest.fixture
def acme(monkeypatch, naps):
    """A sandbox in memory with one tenant, which tasks of this process reach."""
    sandbox = Sandbox([example(applications=applications("enabled", "available"))])
    monkeypatch.setattr(task, "Client", lambda connection: memory_client(sandbox, connection))
    return sandbox


def onboard(name="one", **more):
    options = {
        "applications": [
            {"name": TRACKER, "access": "custom", "users": [USERS[name]], "exclusive": True},
            {"name": EXTENSION, "enabled": True, "allow_refresh_token": True, "refresh_token_expiry_days": DAYS[name]},
        ],
        "authorization": {"libraries": ["ACTIVE"]},
    }
    return run(CHAIN, {"url": URL, "retry_timeout": 30, **ACCOUNT, **options, **more}, diff=False)


def state(sandbox):
    """What both manage, in the words of a result."""
    found = sandbox.tenant("acme").snapshot()
    apps = {one["id"]: one for one in found["applications"]}
    return {
        "users": sorted(one["id"] for one in apps["tracker"]["access"]["members"]),
        "status": apps["tracker-cc"]["status"],
        "days": (apps["tracker-cc"]["token_policy"] or {}).get("refresh_token_expiry"),
        "authorized": [one["id"] for one in found["libraries"] if one["authorized_by"]],
    }


def want(name):
    return {"users": [USERS[name]], "status": "enabled", "days": DAYS[name], "authorized": ["ACTIVE"]}


def told(result):
    """What a result says of the same things, those that it came to."""
    found = {}
    for row in itertools.chain.from_iterable(result["stages"].values()):
        if row.get("failed"):
            continue
        if "token_policy" in row:
            found["days"] = row["token_policy"]["refresh_token_expiry_days"]
        elif (row.get("application") or {}).get("id") == "tracker":
            found["users"] = row["application"]["access"]["users"]
        elif "application" in row:
            found["status"] = row["application"]["status"]
        elif "not_visible" in row:
            found["authorized"] = [one["id"] for one in row["libraries"] if one["authorized"]]
    return found


def watch(sandbox):
    """Every state that there was, in order."""
    states, handle = [state(sandbox)], sandbox.handle

    def watched(request):
        reply = handle(request)
        if state(sandbox) != states[-1]:
            states.append(state(sandbox))
        return reply

    sandbox.handle = watched
    return states


def check_told(result, name, states):
    """A result that is not a crash, and that claims only what was so and what was wanted."""
    assert isinstance(result, dict), result
    if result.get("failed"):
        assert result["failure"]["kind"] in KINDS
    for field, value in told(result).items():
        assert value == want(name)[field], "what differs from what is wanted is a failure"
        assert value in [one[field] for one in states], f"{field} was never so"


@pytest.mark.parametrize("order", ORDERS, ids=range(len(ORDERS)))
def test_two_at_once_end_in_one_of_the_two_wants_or_say_that_they_did_not(acme, order):
    states = watch(acme)
    turns = Turns(acme, order)
    results = turns.run({"one": onboard, "two": lambda: onboard("two")})
    for name, result in results.items():
        check_told(result, name, states)
    ended = state(acme)
    failed = any(result.get("failed") for result in results.values())
    for field, value in ended.items():
        assert value in (want("one")[field], want("two")[field]) or failed, field
    for field in ("status", "days", "authorized"):
        assert ended[field] in (states[0][field], want("one")[field], want("two")[field])
    again = onboard("one")
    assert not again.get("failed"), again
    assert state(acme) == want("one"), "the next run completes it"
    assert not onboard("one")["changed"]


def test_the_orders_do_mix_the_two(acme):
    turns = Turns(acme, ORDERS[0])
    turns.run({"one": onboard, "two": lambda: onboard("two")})
    changes = sum(first != second for first, second in itertools.pairwise(turns.taken))
    assert changes > 10


PERSON = {
    "changes who has access": (
        "updateAppAccess",
        "tracker",
        {"include": [{"id": "manager@acme.example", "type": "user"}]},
    ),
    "disables the application": ("updateApp", "tracker-cc", {"status": "disabled"}),
    "changes the policy": (
        "writeTokenPolicy",
        "tracker-cc",
        {"type": "value", "value": {"allow_refresh_token": True, "refresh_token_expiry": 77}},
    ),
    "removes the application": ("removeApp", "tracker-cc", None),
}


@pytest.mark.parametrize("change", PERSON)
def test_a_person_who_changes_the_same_before_any_request(acme, change):
    operation, app_id, body = PERSON[change]
    onboard()
    length = len(acme.log)
    outcomes = set()
    for moment in range(length):
        acme.reset()
        states, handle = watch(acme), acme.handle
        count = itertools.count()

        def between(request, moment=moment, count=count, handle=handle):
            if next(count) == moment:
                Caller(acme)(operation, app_id=app_id, body=body)
            return handle(request)

        acme.handle = between
        result = onboard()
        del acme.handle
        check_told(result, "one", states)
        ended = state(acme)
        outcomes.add((bool(result.get("failed")), ended == want("one")))
        again = onboard()
        assert not again.get("failed"), (moment, again)
        assert state(acme) == want("one"), "the next run completes it"
    assert (False, True) in outcomes, "early enough, it is put right"
    assert (False, False) in outcomes, "after the last reading, what the person did stays"


@pytest.mark.parametrize("is_approved", [True, False], ids=["with an approved plan", "without"])
def test_a_repeated_write_removes_only_members_whom_the_approval_names(acme, is_approved):
    wanted = {"name": TRACKER, "access": "custom", "users": [USERS["one"]], "exclusive": True}
    options = {"url": URL, "retry_timeout": 30, **ACCOUNT, **wanted}
    planned = {"planned": run("imanage_application", options, check=True)["writes"]} if is_approved else {}
    operation, app_id, body = PERSON["changes who has access"]
    acme.faults.append(Fault("status", "updateAppAccess", status=500, times=1))
    handle, calls = acme.handle, itertools.count()

    def between(request):
        reply = handle(request)
        if reply.status == 500 and next(calls) == 0:
            Caller(acme)(operation, app_id=app_id, body=body)
        return reply

    acme.handle = between
    result = run("imanage_application", {**options, **planned})
    users = state(acme)["users"]
    if is_approved:
        assert result["failure"]["kind"] == "conflict"
        assert "manager@acme.example" in users
    else:
        assert not result.get("failed"), result
        assert users == [USERS["one"]]


def test_what_a_person_makes_necessary_meanwhile_was_never_sent_and_never_accepted(acme):
    operation, app_id, body = PERSON["disables the application"]
    handle, calls = acme.handle, itertools.count()

    def between(request):
        reply = handle(request)
        if request.method != "GET" and app_id in request.path and next(calls) == 0:
            Caller(acme)(operation, app_id=app_id, body=body)
        return reply

    acme.handle = between
    options = {"url": URL, "retry_timeout": 30, **ACCOUNT, "name": EXTENSION, "enabled": True}
    result = run("imanage_application", options)
    assert result["failure"]["kind"] == "conflict", result
    assert "would now have to enable the application, and did not" in result["msg"]
    assert "accepted" not in result["msg"]
    assert [one["outcome"] for one in result["writes"]] == ["done"]
    assert run("imanage_application", options)["changed"]
