# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two playbook runs over the same tenants at once: none crashes, and who was overtaken says so."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from playbooks_support import Stage, _in_pipe, app
from sandbox.wire import Refusal, error_reply

pytestmark = pytest.mark.sweep

ONBOARD = "imanage.control_center.onboard"
TENANTS = ("t1", "t2", "t3")
DAYS = (10, 20)


def test_two_runs_over_the_same_tenants_at_once(tmp_path):
    with Stage(tmp_path) as stage:
        for name in TENANTS:
            stage.add(name)
        stage.common["imanage_retry_timeout"] = 60
        handle, prepared, both = stage.sandbox.handle, threading.Event(), threading.Barrier(2)

        def held(request):
            """A write waits, as under a rate limit, until both runs are signed in at its tenant."""
            together.update(name for name in TENANTS if len(stage.tokens_left(name)) > 1)
            if request.method != "GET" and "/customers/" in request.path:
                name = next(one.name for one in stage.sandbox.tenants if f"/{one.customer_id}/" in request.path)
                if name not in together:
                    return error_reply(Refusal(429, "TooManyRequests", "Not yet."), "held", {"retry-after": "1"})
            return handle(request)

        together: set[str] = set()
        stage.sandbox.handle = held

        def execute(*arguments, **more):
            prepared.set()
            both.wait(60)
            return _in_pipe(*arguments, **more)

        def run(days):
            return stage.run("-e", f"tracker_onboarding_refresh_token_expiry_days={days}", ONBOARD, execute=execute)

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(run, DAYS[0])
            assert prepared.wait(60)
            second = pool.submit(run, DAYS[1])
            runs = [first.result(), second.result()]
        assert together == set(TENANTS)
        for one in runs:
            assert set(one.report) == set(TENANTS)
            for row in one.report.values():
                assert row["status"] == "onboarded" or row["failure"]["kind"] in ("unexpected_reply", "conflict"), row
        for name in TENANTS:
            policy = app(stage.snapshots()[name], "tracker-cc")["token_policy"]
            assert policy["refresh_token_expiry"] in DAYS
        stage.sandbox.handle = handle
        last = stage.run("-e", f"tracker_onboarding_refresh_token_expiry_days={DAYS[0]}", ONBOARD)
        assert {row["status"] for row in last.report.values()} == {"onboarded"}
        for one in stage.snapshots().values():
            assert app(one, "tracker-cc")["token_policy"]["refresh_token_expiry"] == DAYS[0]
