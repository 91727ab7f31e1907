# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs over many tenants that are killed at some moment: the next one completes each tenant, and nothing is left."""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import secrets
from playbooks_support import WRITES, Stage
from sandbox import contract
from support.endings import Ending
from support.short_way import short_way

pytestmark = pytest.mark.sweep

ONBOARD = "imanage.control_center.onboard"
# How many tenants, and how often each signal comes: make kills has many.
MANY = "KILLS" in os.environ
TENANTS = 20 if MANY else 6
SIGNALS = {signal.SIGKILL: 50, signal.SIGINT: 20} if MANY else {signal.SIGKILL: 3, signal.SIGINT: 2}
MOMENTS = random.Random(20)
# Which task makes a write, by its operation: what it wrote is recorded when it has ended.
TASKS = {"writeTokenPolicy": "imanage_app_auth", "authorizeLibrary": "imanage_library_authorization"}
CASES = [(sign, MOMENTS.random()) for sign, times in SIGNALS.items() for _turn in range(times)]


def staged(where):
    """Tenants to be onboarded."""
    stage = Stage(where)
    for number in range(TENANTS):
        stage.add(f"tenant-{number:02}")
    return stage


def options(stage):
    """Everything that a run leaves goes below one directory; what changes is recorded."""
    left = stage.where / "left"
    for name in ("home", "tmp"):
        (left / name).mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(left / "home"),
        "TMPDIR": short_way(left / "tmp"),
        "ANSIBLE_HOME": str(left / "home" / ".ansible"),
        "ANSIBLE_CALLBACKS_ENABLED": "imanage.control_center.change_record",
        "IMANAGE_CHANGE_RECORD_PATH": str(left / "changes"),
    }


def made(entries):
    """Which writes were applied, and how often: to which tenant, by which operation, to what, and the body."""
    return Counter(
        write(one.tenant, one.operation, contract.route(one.method, one.path).parameters, one.body)
        for one in entries
        if one.operation in WRITES and one.status < 400
    )


def recorded(stage):
    """The same by the record of changes."""
    path = stage.where / "left" / "changes"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return Counter(
        write(one["tenant"], one["operation"], one["ids"], one["body"]) for one in lines if one["outcome"] == "done"
    )


def write(tenant, operation, ids, body):
    return tenant, operation, ids.get("app_id") or ids.get("library_id"), json.dumps(body)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nobody disturbs: how many requests it takes, what it writes, and the state that it leads to."""
    with staged(tmp_path_factory.mktemp("whole")) as stage:
        watching = Ending(stage.sandbox, 0, signal.SIGINT)
        run = stage.run(ONBOARD, execute=watching.execute, **options(stage))
        assert run.code == 0, run.output
        return len(watching.entries), made(watching.entries), essence(stage)


def essence(stage):
    """The state of the tenants, without times."""
    return {
        name: (
            [(one["id"], one["status"], one["access"], one["token_policy"]) for one in found["applications"]],
            [(one["id"], (one["authorized_by"] or {}).get("id")) for one in found["libraries"]],
        )
        for name, found in stage.snapshots().items()
    }


@pytest.mark.parametrize(
    ("sign", "moment"), CASES, ids=[f"{sign.name}-{number}" for number, (sign, _moment) in enumerate(CASES)]
)
def test_the_next_run_completes_what_a_killed_one_left(tmp_path, whole, sign, moment):
    total, writes, target = whole
    after = 1 + int(moment * (total - 1))
    with staged(tmp_path) as stage:
        ending = Ending(stage.sandbox, after, sign)
        killed = stage.run(ONBOARD, execute=ending.execute, **options(stage))
        assert killed.code == -signal.SIGKILL if sign == signal.SIGKILL else killed.code != 0, killed.output
        seen, done, told = len(ending.entries), made(ending.entries), recorded(stage)
        searched = search(stage)
        run = stage.run(ONBOARD, **{**options(stage), "ANSIBLE_CALLBACKS_ENABLED": "task_lines"})
        assert run.code == 0, run.output
        assert {row["status"] for row in run.report.values()} == {"onboarded"}
        assert len(run.report) == TENANTS
        assert essence(stage) == target
        assert made(ending.entries) == writes, "each write once, over both runs"
        assert told <= done, "nothing is recorded that was not done"
        lost = done - told
        at_work = {(tenant, TASKS.get(operation, "imanage_application")) for tenant, operation, *_what in lost}
        assert len(at_work) == len({tenant for tenant, _task in at_work}), "only what one task wrote is not recorded"
        unchanged = sum(not row["changed"] for row in run.report.values())
        print(
            f"{ending.sent} {sign.name} after {after} of {total} requests ({seen} arrived): {done.total()} of "
            f"{writes.total()} writes made, {lost.total()} of them not recorded; {unchanged} of {TENANTS} tenants were "
            f"done; {searched} files searched"
        )


def search(stage):
    """Look for every secret of every tenant in all that is left; how many files these were."""
    given = [user.password for tenant in stage.sandbox.tenants for user in tenant.users]
    issued = [*stage.sandbox._tokens._access, *stage.sandbox._tokens._refresh]
    forms = [one.encode() for one in secrets.forms([*given, *issued])]
    files = [path for path in stage.where.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_bytes()
        assert [one for one in forms if one in content] == [], path
    return len(files)
