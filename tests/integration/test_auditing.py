# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits by playbook: what they say and how they exit, also in batches and with a failure; and renewal by the role."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from playbooks_support import TRACKER, WRITES, Stage, authorizers, catalog
from sandbox import Fault
from sandbox.times import iso

pytestmark = pytest.mark.sweep

AUDIT = "imanage.control_center.audit"
STRICT = ("-e", "imanage_fail_on=drifted")
# Far from the clock of whatever machine runs this: the server's counts.
NOW = datetime.datetime(2019, 3, 1, 12, tzinfo=datetime.UTC)
SECOND, DAYS = datetime.timedelta(seconds=1), datetime.timedelta(days=30)
ENDS = {"EXACTLY": DAYS, "SECOND_LATER": DAYS + SECOND, "SECOND_EARLIER": DAYS - SECOND, "RIGHT_NOW": 0 * DAYS}
REFRESHING = {"status": "enabled", "token_policy": {"allow_refresh_token": True}}


def _add(stage: Stage, name: str, host: Any = None, tracker: str = "enabled", **more: Any) -> None:
    """A tenant that is onboarded except for what is given."""
    user = {"id": f"admin@{name}.example", "password": f"{name}-admin-password"}
    usual = {
        "users": [{**user, "app_management": True, "nrtadmin": "all"}],
        "applications": catalog(tracker={"status": tracker}, tracker_cc=REFRESHING),
        "libraries": [{"id": "ACTIVE", "authorized_by": user["id"]}],
    }
    stage.add(name, host, **{**usual, **more})


def _add_changed_policies(stage: Stage) -> None:
    """Two tenants of a page without ends, whose runs change how long refresh tokens last."""
    for name, now, wanted in (("longer", 90, 365), ("shorter", 365, 90)):
        policy = {"allow_refresh_token": True, "refresh_token_expiry": now}
        libraries = [
            {"id": library, "authorized_by": f"pat@{name}.example", "authorized_at": NOW - datetime.timedelta(days=ago)}
            for library, ago in (("OLD", 80), ("YOUNG", 20))
        ]
        host = {
            "tracker_onboarding_renew_before_days": DAYS.days,
            "tracker_onboarding_refresh_token_expiry_days": wanted,
        }
        applications = catalog(tracker={"status": "enabled"}, tracker_cc={"status": "enabled", "token_policy": policy})
        _add(stage, name, host, applications=applications, libraries=libraries, never_expires=True)


def _scenario(where: Any) -> dict[str, Any]:
    with Stage(where, clock=NOW.timestamp) as stage:
        _add(stage, "fine")
        _add(stage, "off", tracker="disabled")
        _add(stage, "new", libraries=["ACTIVE"])
        _add(stage, "waiting", applications=catalog(TRACKER))
        _add(stage, "locked", {"imanage_password": "guessed"})
        year_old = {"authorized_by": "pat@ending.example", "authorized_at": NOW - 12 * DAYS}
        others = [{"id": name, **year_old, "expires_at": NOW + ends} for name, ends in ENDS.items()]
        _add(stage, "ending", {"tracker_onboarding_renew_before_days": DAYS.days}, libraries=others)
        for tenant in stage.sandbox.tenants:
            # As for an account that may read and nothing else.
            tenant.faults.extend(Fault("status", operation=operation, status=403) for operation in WRITES)
        start = stage.snapshots()
        runs: dict[str, Any] = {
            "lenient": stage.run(AUDIT),
            "one": stage.run(*STRICT, "--limit", "fine,off,waiting", AUDIT),
            "all": stage.run(*STRICT, "--limit", "off,new", AUDIT),
            "none": stage.run(*STRICT, "--limit", "fine,waiting", AUDIT),
            "serial": stage.run(*STRICT, "-e", "imanage_serial=1", "--limit", "off,new,fine", AUDIT),
            "beside a failure": stage.run(*STRICT, "-e", "imanage_serial=1", "--limit", "locked,off,fine", AUDIT),
        }
        runs["untouched"] = stage.snapshots() == start
        for tenant in stage.sandbox.tenants:
            tenant.faults.clear()
        onboard = ("--limit", "ending", "imanage.control_center.onboard")
        runs["preview"] = stage.run("--check", "--diff", *onboard, report=None)
        runs["renewal"] = stage.run("--diff", *onboard, report=None)
        runs["again"] = stage.run(*onboard, report=None)
        runs["after"] = stage.run(*STRICT, "--limit", "ending", AUDIT, report=None)
        _add_changed_policies(stage)
        onboard = ("--limit", "longer,shorter", "imanage.control_center.onboard")
        runs["policy preview"] = stage.run("--check", "--diff", *onboard, report=None)
        runs["policy run"] = stage.run("--diff", *onboard, report=None)
    return runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs by name."""
    return _scenario(tmp_path_factory.mktemp("audit"))


STATUS = {
    "fine": "onboarded",
    "off": "drifted",
    "new": "drifted",
    "waiting": "awaiting_provisioning",
    "locked": "failed",
    "ending": "drifted",
}
# Whom the last play fails, in the order of the inventory.
AUDITS = {
    "lenient": (tuple(STATUS), ["locked"]),
    "one": (("fine", "off", "waiting"), ["off"]),
    "all": (("off", "new"), ["off", "new"]),
    "none": (("fine", "waiting"), []),
    "serial": (("fine", "off", "new"), ["off", "new"]),
    "beside a failure": (("fine", "off", "locked"), ["off", "locked"]),
}


@pytest.mark.parametrize("name", AUDITS)
def test_the_exit_code_and_the_recap_say_who_drifted(runs, name):
    tenants, blamed = AUDITS[name]
    run = runs[name]
    assert run.code == (2 if blamed else 0)
    assert {tenant: counters["failed"] for tenant, counters in run.recap.items()} == {
        tenant: int(tenant in blamed) for tenant in tenants
    }


@pytest.mark.parametrize("name", AUDITS)
def test_the_report_is_written_in_every_case(runs, name):
    run = runs[name]
    assert set(run.files) == {"report.html", "report.json", "report.csv"}
    assert {tenant: row["status"] for tenant, row in run.report.items()} == {
        tenant: STATUS[tenant] for tenant in AUDITS[name][0]
    }


@pytest.mark.parametrize("name", AUDITS)
def test_an_audit_sends_no_write(runs, name):
    assert runs["untouched"]
    assert {tenant: runs[name].writes(tenant) for tenant in STATUS} == {tenant: [] for tenant in STATUS}


@pytest.mark.parametrize("name", AUDITS)
def test_nothing_warns(runs, name):
    assert runs[name].warnings == []


def test_what_differs_is_on_the_screen_and_in_every_report(runs):
    run = runs["one"]
    words = f"{TRACKER}: Enable application? is no, should be yes."
    assert run.report["off"]["next_steps"][0] == words
    summary = run.output.partition("TASK [Summary]")[2].partition("TASK [")[0]
    lines = [line.strip().strip(",").strip('"').strip() for line in summary.splitlines()]
    head = "off: drifted, differs in application, 1 library authorized"
    assert lines[lines.index(head) + 1] == words
    assert words in run.files["report.csv"]
    assert words in run.files["report.html"]
    assert run.report["fine"]["next_steps"] == []


def test_the_keys_of_the_fact_are_those_of_every_run(runs):
    assert list(runs["lenient"].report["off"]) == list(runs["renewal"].report["ending"])


def test_an_audit_tells_what_ends_and_how_it_stands_today(runs):
    row = runs["lenient"].report["ending"]
    assert row["libraries"]["authorized"] == ["EXACTLY", "SECOND_LATER", "SECOND_EARLIER"]
    assert row["libraries"]["pending"] == ["RIGHT_NOW"]
    assert row["expires_at"] == iso(NOW + ENDS["SECOND_EARLIER"])
    soon, ended = row["next_steps"][:2]
    assert soon.startswith(f"Authorized, but it ends within 30 days: EXACTLY ({iso(NOW + DAYS)}, by pat@")
    assert "SECOND_LATER" not in soon
    assert ended.startswith("Authorizations that have expired: RIGHT_NOW (")


def test_the_role_renews_to_the_second_by_the_servers_clock(runs):
    after = runs["renewal"].snapshots["ending"]
    assert {name: who.partition("@")[0] for name, who in authorizers(after).items()} == {
        "EXACTLY": "admin",
        "SECOND_LATER": "pat",
        "SECOND_EARLIER": "admin",
        "RIGHT_NOW": "admin",
    }
    assert runs["renewal"].writes("ending") == ["authorizeLibrary"] * 3


def test_the_preview_of_a_renewal_is_the_run(runs):
    assert runs["preview"].diffs("ending") == runs["renewal"].diffs("ending") != {}
    assert runs["preview"].writes("ending") == runs["again"].writes("ending") == []
    assert (runs["again"].report["ending"]["changed"], runs["after"].code) == (False, 0)


def test_a_foreign_authorizer_is_not_drift(runs):
    (step,) = runs["after"].report["ending"]["next_steps"]
    assert step.startswith("Authorized by another user than admin@ending.example: SECOND_LATER (")


@pytest.mark.parametrize(("name", "days"), [("longer", 365), ("shorter", 90)])
def test_of_a_policy_that_the_run_changes_the_shorter_counts(runs, name, days):
    """A token that was there may end by the policy of before: preview and run reckon with the earlier end."""
    preview, run = runs["policy preview"], runs["policy run"]
    assert preview.diffs(name) == run.diffs(name)
    assert run.writes(name) == ["writeTokenPolicy", "authorizeLibrary"]
    assert authorizers(run.snapshots[name]) == {"OLD": f"admin@{name}.example", "YOUNG": f"pat@{name}.example"}
    ends = {one["library"]: (one["until"], one["until_from"]) for one in run.report[name]["authorizations"]}
    assert ends == {
        "OLD": (iso(NOW + datetime.timedelta(days=days)), "reckoned"),
        "YOUNG": (iso(NOW + datetime.timedelta(days=70)), "reckoned"),
    }
