# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as the role leaves them, of tenants of every kind, and the page that a playbook makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from integration.playbooks_support import shell
from support.results import libraries as stand
from support.tree import ROOT

STAGES = ("provisioning", "application", "refresh_token", "authorization")
URL = "https://cloudimanage.com"
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">'\"&{{7*7}}{%raw%}"
ELSEWHERE = "https://elsewhere.example/work/cc"
STARTED = datetime.now(UTC)


def day(ahead: int) -> str:
    """A time so many days from now, as results have it."""
    return (STARTED + timedelta(days=ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")


def row(tenant: str, status: str, stages: str, **changes: Any) -> dict[str, Any]:
    """A result; C(stages) has a letter for each: u(nchanged), c(hanged), w(aiting), f(ailed), s(kipped)."""
    words = {word[0]: word for word in ("unchanged", "changed", "waiting", "failed", "skipped")}
    return {
        "tenant": tenant,
        "customer_id": None,
        "url": URL,
        "status": status,
        "check_mode": False,
        "changed": "c" in stages,
        "stages": {stage: words[letter] for stage, letter in zip(STAGES, stages, strict=True)},
        "libraries": stand(),
        "authorizations": [],
        "expires_at": None,
        "changes": [],
        "remaining": [],
        "assumptions": [],
        "planned": None,
        "provisioning_request": None,
        "next_steps": [],
        "failure": None,
        **changes,
    }


def authorized(*found: tuple[str, str | None, int | None]) -> dict[str, Any]:
    """The keys of authorized libraries: each its id, by whom, and how many days from now it ends."""
    rows = [
        {"library": library, "by": by, "until": None if ahead is None else day(ahead)} for library, by, ahead in found
    ]
    return {
        "libraries": stand([one["library"] for one in rows]),
        "authorizations": rows,
        "expires_at": min((one["until"] for one in rows if one["until"]), default=None),
    }


def change(title: str, *fields: tuple[str, Any, Any]) -> dict[str, Any]:
    """What changed on a page: fields, each with its name, and what it was and is or would be."""
    keys = ("field", "before", "after")
    return {"stage": "application", "title": title, "fields": [dict(zip(keys, one, strict=True)) for one in fields]}


def planned(tenant: str, run: bool = False, libraries: int = 5, **changes: Any) -> dict[str, Any]:
    """A tenant for which everything is to be done, or was done in a C(run)."""
    by = f"admin@{tenant}.example" if run else None
    names = [f"LIB_{number}" for number in range(libraries)]
    fields = [{"field": name, "before": "unauthorized", "after": "authorized"} for name in names]
    policy = ("Allow Refresh Token", False, True)
    return row(
        tenant,
        "onboarded",
        "uccc",
        check_mode=not run,
        changes=[
            change("iManage Tracker", ("Added", False, True), ("Enable application?", None, True)),
            change("iManage Tracker CC configuration", ("Added", False, True), ("Enable application?", None, True)),
            {**change("iManage Tracker CC configuration, Authentication", policy), "stage": "refresh_token"},
            {"stage": "authorization", "title": "Tracker background service authorization", "fields": fields},
        ],
        **{**authorized(*((name, by, 365 if run else None) for name in names)), **changes},
    )


def failure(kind: str, msg: str) -> dict[str, Any]:
    """The keys of a tenant that failed."""
    wire = dict.fromkeys(("status", "code", "operation", "method", "path", "request_id"))
    return {"failure": {"msg": msg, "kind": kind, **wire}, "next_steps": [msg]}


def varied():
    """A tenant of every outcome, with everything that a result can say."""
    access = change("iManage Tracker", ("Enable application?", False, True), ("Groups", [], ["IT", "Pilot"]))
    policy = change("iManage Tracker CC configuration, Authentication", ("Refresh Token Expiry (days)", 365, 90))
    adding = change("iManage Tracker", ("Added", False, True), ("Enable application?", None, True))
    pending = stand(["EU_1"], ["EU_2"], ["EU_HR"])
    old = row("olsen2", "onboarded", "uuuu", libraries=stand(["OLD"], not_visible=None))
    for key in ("authorizations", "changes", "remaining", "assumptions", "planned"):
        del old[key]
    return [
        row(
            "bergmann",
            "onboarded",
            "uccc",
            customer_id=77,
            changes=[access, policy],
            next_steps=["Look at https://cloudimanage.com/work/cc/applications?a=1.", f"Not at {ELSEWHERE}, please."],
            **authorized(("ACTIVE", "ada@bergmann.example", 33), ("ARCHIVE", "ben@bergmann.example", 1)),
        ),
        row("Abbott", "onboarded", "uuuu", **authorized(("LONG", "ada@abbott.example", 400), ("NEVER", None, None))),
        row("caldwell10", "drifted", "ucuu", check_mode=True, changes=[adding], **authorized(("GONE", "x@y.zz", -40))),
        row(
            "caldwell9",
            "awaiting_provisioning",
            "wsss",
            next_steps=["Send this to iManage:\n\nDear iManage,\n  please"],
        ),
        row(
            "dupont",
            "awaiting_consent",
            "uccw",
            customer_id=8,
            **{**authorized(("EU_1", "d@dupont.example", 0)), "libraries": pending},
        ),
        row("eriksen", "failed", "ufss", changes=[adding], **failure("permission", "Not allowed.\nAsk somebody.")),
        row("faure", "offboarded", "uccc", libraries=stand(not_visible=None)),
        row("gupta", "incomplete", "cuss", url="javascript:alert(1)"),
        row("hansen", "left_alone", "ssss", next_steps=["The plan does not have this tenant."]),
        old,
        row(
            HOSTILE,
            "failed",
            "fsss",
            url=f"https://a.example/{HOSTILE}",
            changes=[change(HOSTILE, (HOSTILE, HOSTILE, [HOSTILE]))],
            **{**failure("unreachable", HOSTILE), **authorized((HOSTILE, HOSTILE, 1000))},
        ),
    ]


def previewed():
    """A preview: all is new, the page is there already, nothing is left to do, and one waits."""
    there = planned("there")
    for one in there["authorizations"]:
        one["by"] = "admin@there.example"
    well = [row(name, "onboarded", "uuuu", check_mode=True) for name in ("well", "fine")]
    return [planned("new"), there, *well, row("bare", "awaiting_provisioning", "wsss", check_mode=True)]


def many(count: int) -> list[dict[str, Any]]:
    """Tenants of all kinds, as a firm with hundreds has them: most are well, some wait, a few failed."""
    rows = []
    for number in range(count):
        name, common = f"tenant-{number:04}", {"customer_id": 5000 + number}
        kind = number % 20
        if kind < 14:
            libraries = [(f"LIB_{part}", f"admin@{name}.example", 20 + (number * 7 + part) % 420) for part in range(3)]
            more = {"changes": [change("iManage Tracker", ("Added", False, True))]} if kind < 3 else {}
            rows.append(
                row(name, "onboarded", "uccc" if kind < 3 else "uuuu", **authorized(*libraries), **more, **common)
            )
        elif kind < 16:
            steps = ["Send this to iManage, wait for the confirmation, and run again:\n\nDear iManage,\n…"]
            rows.append(row(name, "awaiting_provisioning", "wsss", next_steps=steps, **common))
        elif kind < 18:
            waits = stand(pending=["LIB_0", "LIB_1"], not_visible=["LIB_HR"])
            steps = ["Open the page and authorize it.", "Run again afterwards: the run verifies the consent."]
            rows.append(row(name, "awaiting_consent", "uuuw", libraries=waits, next_steps=steps, **common))
        elif kind == 18:
            rows.append(
                row(name, "drifted", "ucuu", next_steps=["Enable application? is no, should be yes."], **common)
            )
        else:
            rows.append(row(name, "failed", "fsss", **failure("sign_in", f"{name}: Cannot sign in."), **common))
    return rows


def reported(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The results as report.json has them: an audit's, a preview's, or a run's."""
    statuses = {row["status"] for row in rows if row["check_mode"]}
    return {"report": {"mode": "audit" if "drifted" in statuses else "preview" if statuses else "run"}, "tenants": rows}


def page_of(rows: list[dict[str, Any]], folder: Path) -> Path:
    """The page that the playbook for slices of an inventory makes of results: Ansible's templating, not a likeness."""
    (folder / "rows.json").write_text(json.dumps(reported(rows)), encoding="utf-8")
    code, output = shell(
        "ansible-playbook imanage.control_center.merge_reports -e imanage_report=report"
        """ -e '{"imanage_reports": ["rows.json"]}'""",
        folder,
    )
    page = folder / "report" / "report.html"
    assert page.exists(), f"{code}: {output}"
    return page


def sheet_of(rows: list[dict[str, Any]], folder: Path) -> Path:
    """The change sheet of a preview with these results."""
    about = {"playbook": "preview", "mode": "preview", "at": "2026-01-02T03:04:05Z", "user": "ada", "limit": "firm*"}
    variables = {
        "imanage_results": "{{ lookup('ansible.builtin.file', 'rows.json') | from_json }}",
        "imanage_about": {**about, "plan": "plan.json"},
        "imanage_sheet": "{{ imanage_results | tracker_plan }}",
    }
    template = {"src": str(ROOT / "playbooks/templates/changes.html.j2"), "dest": str(folder / "changes.html")}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": variables,
        "tasks": [{"ansible.builtin.template": template}],
    }
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "sheet.yml").write_text(json.dumps([play]), encoding="utf-8")
    filters = str(ROOT / "playbooks/filter_plugins")
    code, output = shell("ansible-playbook sheet.yml", folder, ANSIBLE_FILTER_PLUGINS=filters)
    assert code == 0, output
    return folder / "changes.html"
