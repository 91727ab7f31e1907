# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to renewals and drift: its script, in the bare environment of a scheduler."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from playbooks_support import Stage, authorizers, catalog, encrypt, keep, shell
from support.guides import Guide
from support.tree import TREE

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/renewals-and-drift.md")
(SCRIPT,) = GUIDE.commands
(CRONTAB,) = GUIDE.crontab
_MAIL, NIGHTLY, MONTHLY = CRONTAB.splitlines()
REFRESHING = {"status": "enabled", "token_policy": {"allow_refresh_token": True}}
DONE = catalog(tracker={"status": "enabled"}, tracker_cc=REFRESHING)


def command(line):
    """What a line of the crontab runs, in the folder at hand."""
    return line.split(maxsplit=5)[5].replace("/opt/onboarding", ".")


def by_cron(folder, line):
    """The exit code and the output of a line of the crontab, with no more than cron gives it."""
    return shell(f'env -i HOME="$PWD/home" PATH=/usr/bin:/bin sh -c {shlex.quote(command(line))}', folder)


def prepared(folder, stage):
    """The folder that the guide describes; the passwords are in a vault."""
    script = folder / "scheduled"
    script.write_text(SCRIPT, encoding="utf-8")
    script.chmod(0o700)
    (folder / "venv").symlink_to(Path(sys.executable).parent.parent)
    (folder / "ansible.cfg").write_text(f"[defaults]\ncollections_path = {TREE}\nnocolor = true\n", encoding="utf-8")
    vaulted = {name: f"{name}-admin-password" for name in stage.hosts}
    encrypt(folder, "passwords.vault.yml", vaulted_passwords=vaulted)
    keep(folder, **{"tenants.yml": stage.inventory()})


def reports(folder):
    """Every report so far: the playbook, and the status of each tenant."""
    found = sorted((folder / "reports").glob("*/report.json"), key=lambda path: path.stat().st_mtime_ns)
    return [
        (
            path.parent.name.split("-")[0],
            {row["tenant"]: row["status"] for row in json.loads(path.read_text())["tenants"]},
        )
        for path in found
    ]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A night with drift, the run of the month, the next night, and a night without an inventory."""
    folder = tmp_path_factory.mktemp("scheduled")
    with Stage(folder / "stage") as stage:
        password = {"imanage_password": "{{ vaulted_passwords[inventory_hostname] }}"}
        people = {"authorized_by": "pat@acme.example"}
        soon = [{"id": "ACTIVE", **people, "expires_in_days": 44}, {"id": "LATER", **people, "expires_in_days": 46}]
        users = [
            {
                "id": "admin@acme.example",
                "password": "acme-admin-password",
                "app_management": True,
                "nrtadmin": "all",
            },
        ]
        stage.add("acme", password, applications=DONE, users=users, libraries=[*soon, "NEW"])
        stage.add("birch", password, applications=catalog())
        prepared(folder, stage)
        found = {}
        found["drift"] = by_cron(folder, NIGHTLY)
        found["nothing written"] = not any(one.operation == "authorizeLibrary" for one in stage.sandbox.log)
        found["renewal"] = by_cron(folder, MONTHLY)
        found["authorizers"] = authorizers(stage.snapshots()["acme"])
        found["well"] = by_cron(folder, NIGHTLY)
        found["reports"] = reports(folder)
        last = max((folder / "reports").glob("audit*/report.json"), key=lambda path: path.stat().st_mtime_ns)
        found["due"] = json.loads(last.read_text())["next_due"]
        found["calendar"] = (last.parent / "renewals.ics").read_bytes().decode()
        found["modes"] = {path.stat().st_mode & 0o077 for path in (folder / "reports").rglob("*")}
        (folder / "tenants.yml").rename(folder / "elsewhere.yml")
        found["no inventory"] = by_cron(folder, NIGHTLY)
        (folder / "elsewhere.yml").rename(folder / "tenants.yml")
        (folder / "vault-password").write_text("close sesame\n", encoding="utf-8")
        found["no vault"] = by_cron(folder, NIGHTLY)
    return found


def test_a_night_with_drift_fails_and_says_what_differs(ran):
    code, output = ran["drift"]
    assert code == 2
    assert "New libraries, listed and not authorized yet: NEW." in output
    assert "birch: drifted" in output
    assert ran["nothing written"]


def test_the_run_of_the_month_renews_what_ends_soon_and_is_quiet(ran):
    assert ran["renewal"] == (0, "2 changed: 5 libraries authorized, 2 applications added, 1 policy\n")
    assert ran["authorizers"] == {
        "ACTIVE": "admin@acme.example",
        "LATER": "pat@acme.example",
        "NEW": "admin@acme.example",
    }


def test_a_night_without_drift_prints_the_totals_alone(ran):
    assert ran["well"] == (0, "2 as wanted\n")


def test_an_audit_leaves_the_ends_for_programs_and_for_a_calendar(ran):
    assert {(one["tenant"], one["library"]) for one in ran["due"]} == {
        *(("acme", library) for library in ("ACTIVE", "LATER", "NEW")),
        *(("birch", library) for library in ("ACTIVE", "ARCHIVE", "SPM")),
    }
    # LATER ends in 46 days, what was authorized today in a year.
    assert ran["due"][0]["library"] == "LATER"
    assert ran["calendar"].count("BEGIN:VEVENT\r\n") == 2
    assert "5 authorizations end this week\\, 2 tenants" in ran["calendar"].replace("\r\n ", "")
    assert "\n" not in ran["calendar"].replace("\r\n", "")


def test_every_run_leaves_its_report_for_its_account_alone(ran):
    assert ran["reports"] == [
        ("audit", {"acme": "drifted", "birch": "drifted"}),
        ("onboard", {"acme": "onboarded", "birch": "onboarded"}),
        ("audit", {"acme": "onboarded", "birch": "onboarded"}),
    ]
    assert ran["modes"] == {0}


@pytest.mark.parametrize("case", ["no inventory", "no vault"])
def test_a_run_that_read_no_tenant_is_not_a_success(ran, case):
    code, output = ran[case]
    assert code not in (0, 2)
    assert "audit left no report: no tenant was looked at." in output
