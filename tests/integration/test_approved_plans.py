# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview writes a plan and a change sheet; a run with that plan does what was approved and nothing else."""

from __future__ import annotations

import html.parser
import json
from typing import Any

import pytest
from playbooks_support import EXTENSION, TRACKER, WRITES, Run, Stage, authorizers, catalog
from sandbox import Fault, Sandbox
from sandbox.examples import example
from sandbox.people import Library
from support.places import applications
from support.tasks import run_in_memory

pytestmark = pytest.mark.sweep

PREVIEW, ONBOARD = "imanage.control_center.preview", "imanage.control_center.onboard"
FILES = ("report.json", "report.html", "plan.json", "changes.html")
EVIL = "<script>alert(1)</script>"
NAMED = {"access": {"mode": "custom", "users": [], "groups": [EVIL]}}
DONE = applications("enabled", "enabled", token_policy={"allow_refresh_token": True})


def _tenants(stage: Stage) -> None:
    stage.add("as_it_was", {"tracker_onboarding_access": "custom", "tracker_onboarding_groups": ["IT"]})
    stage.add("cut_short")
    stage.add("half_done")
    stage.add("grown")
    stage.add("grows")
    stage.add("grown_later", applications=DONE)
    stage.add("touched", {"tracker_onboarding_refresh_token_expiry_days": 90}, applications=DONE)
    stage.add("undone", applications=DONE)
    stage.add("other_want")
    stage.add("was_wrong", {"imanage_password": "wrong"})
    stage.add("waiting", applications=catalog(EXTENSION))
    authorized = [{"id": "ACTIVE", "authorized_by": "admin@onboarded.example"}]
    stage.add("onboarded", applications=DONE, libraries=authorized)
    person = {"id": "admin@fewer.example", "password": "fewer-admin-password"}
    stage.add("fewer", users=[{**person, "app_management": True, "nrtadmin": ["ACTIVE"]}])
    tracker, *others = applications("disabled")[2:]
    stage.add("evil", groups=["IT", EVIL], applications=[{**tracker, **NAMED}, *others])
    stage.hosts["evil"].update(tracker_onboarding_access="custom", tracker_onboarding_groups=["IT"])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The runs, each made once."""
    with Stage(tmp_path_factory.mktemp("approved")) as stage:
        return _runs(stage)


def _runs(stage: Stage) -> dict[str, Any]:
    """Preview; things happen; preview again against the plan; run with the plan; run with it again."""
    _tenants(stage)
    done: dict[str, Any] = {"preview": stage.run(PREVIEW, files=FILES)}
    plan = stage.where / "plan.json"
    plan.write_text(done["preview"].files["plan.json"], encoding="utf-8")
    # Somebody does a part of it by hand, and other things; libraries are new; a variable and a password are others.
    tenant, now = stage.sandbox.tenant, stage.sandbox.now()
    tenant("half_done").application("tracker").set_status("enabled", now)
    for name in ("grown", "grown_later"):
        tenant(name).libraries.append(Library("LATE"))
    tenant("touched").application("tracker-cc").token_policy["refresh_token_expiry"] = 45
    tenant("undone").application("tracker").set_status("disabled", now)
    stage.hosts["other_want"]["tracker_onboarding_access_token_expiry_minutes"] = 60
    stage.hosts["was_wrong"]["imanage_password"] = "was_wrong-admin-password"
    stage.add("newcomer")
    # The first run comes as far as the token policy.
    tenant("cut_short").faults.append(Fault("status", operation="writeTokenPolicy", status=409, times=1))
    approved = ("-e", f"imanage_plan={plan}")
    done["checked"] = stage.run(PREVIEW, *approved, files=FILES)
    _grow_behind_the_plan(tenant("grows"))
    done["run"] = stage.run(ONBOARD, *approved, files=FILES)
    done["again"] = stage.run(ONBOARD, *approved)
    done["no file"] = stage.run(ONBOARD, "-e", "imanage_plan=nowhere/plan.json", "--limit", "as_it_was,touched")
    return done


def _grow_behind_the_plan(tenant: Any) -> None:
    """Add a library once the run has added the configuration application, so that only a later stage can see it."""
    application = tenant.application("tracker-cc")
    set_status = application.set_status

    def grow(*changes: Any) -> None:
        set_status(*changes)
        tenant.libraries.append(Library("LATE"))

    application.set_status = grow


def plan_of(run: Run) -> dict[str, dict[str, Any]]:
    """The entries of the plan that a preview left."""
    return {entry["tenant"]: entry for entry in json.loads(run.files["plan.json"])["tenants"]}


def sent(run: Run, tenant: str) -> list[tuple[str, Any]]:
    """The writes that were sent, with their bodies."""
    return [(one["operation"], one["body"]) for one in run.entries[tenant] if one["operation"] in WRITES]


def test_the_plan_has_every_tenant_with_what_a_run_writes(runs):
    plan = plan_of(runs["preview"])
    assert list(plan) == list(runs["preview"].report)
    planned = [(write["operation"], write["body"]) for write in plan["as_it_was"]["writes"]]
    assert planned == sent(runs["run"], "as_it_was")
    assert (plan["onboarded"]["changes"], plan["onboarded"]["writes"]) == ([], [])
    assert len(plan["as_it_was"]["assumptions"]) == 3
    assert plan["waiting"]["blockers"][0]["kind"] == "not_provisioned"
    assert plan["was_wrong"]["blockers"][0]["kind"] == "sign_in"
    assert (plan["was_wrong"]["changes"], plan["was_wrong"]["writes"]) == (None, None)


def test_no_write_is_sent_that_the_plan_does_not_have(runs):
    plan = plan_of(runs["preview"])
    for name in ("run", "again"):
        for tenant, row in plan.items():
            planned = [(write["operation"], write["ids"]) for write in row["writes"] or []]
            written = [
                (one["operation"], one["path"]) for one in runs[name].entries[tenant] if one["operation"] in WRITES
            ]
            for operation, path in written:
                assert any(operation == known and all(i in path for i in ids.values()) for known, ids in planned)


def test_plan_and_sheet_name_people_so_they_are_for_the_user_alone(runs):
    assert {name: runs["preview"].modes[name] for name in FILES} == dict.fromkeys(FILES, 0o600)
    assert not {"plan.json", "changes.html"} & set(runs["run"].files)


def test_what_was_approved_is_done(runs):
    report = runs["run"].report
    names = ("as_it_was", "half_done", "fewer", "evil")
    assert {name: report[name]["status"] for name in names} == {
        **dict.fromkeys(names, "onboarded"),
        "fewer": "incomplete",
    }
    assert report["fewer"]["libraries"]["authorized"] == ["ACTIVE"]
    assert report["waiting"]["status"] == "awaiting_provisioning"
    assert report["onboarded"]["status"] == "onboarded"
    assert not report["onboarded"]["changed"]


def test_a_run_that_did_less_than_was_approved_names_each_library_and_why(runs):
    """The preview had no page, and the page lists one of three libraries for the account."""
    preview, ran = (runs[name].report["fewer"] for name in ("preview", "run"))
    approved = [write["ids"]["library_id"] for write in preview["planned"]["writes"] if "library_id" in write["ids"]]
    assert approved == ["ACTIVE", "ARCHIVE", "SPM"]
    for which in (ran, runs["again"].report["fewer"]):
        assert [(one["library"], one["reason"]) for one in which["remaining"]] == [
            ("ARCHIVE", "not_visible"),
            ("SPM", "not_visible"),
        ]
    summary = runs["run"].output.partition("TASK [Summary]")[2]
    assert "Unknown to this account, which cannot read whether it is authorized: ARCHIVE, SPM." in summary


def test_what_somebody_did_by_hand_is_done(runs):
    preview, ran = (runs[name].report["half_done"] for name in ("preview", "run"))
    assert sent(runs["run"], "half_done") == [
        (write["operation"], write["body"]) for write in preview["planned"]["writes"][1:]
    ]
    assert (ran["status"], ran["changed"]) == ("onboarded", True)


def test_a_run_that_was_cut_short_goes_on_with_the_same_plan(runs):
    first, second = runs["run"].report["cut_short"], runs["again"].report["cut_short"]
    assert (first["status"], first["changed"]) == ("failed", True)
    assert runs["run"].applied("cut_short") == ["updateApp", "updateApp"]
    assert (second["status"], second["changed"], second["failure"]) == ("onboarded", True, None)
    assert runs["again"].applied("cut_short") == ["writeTokenPolicy", *["authorizeLibrary"] * 3]


def test_what_was_done_is_done(runs):
    for name in ("as_it_was", "half_done", "fewer", "evil", "onboarded"):
        row = runs["again"].report[name]
        status = "incomplete" if name == "fewer" else "onboarded"
        assert (name, row["status"], row["changed"], row["failure"]) == (name, status, False, None)
        assert runs["again"].writes(name) == []


def test_a_stage_sends_nothing_that_the_approved_plan_does_not_have(runs):
    run = runs["run"]
    assert "authorizeLibrary" in run.applied("grows")
    assert [one["id"] for one in run.snapshots["grows"]["libraries"] if not one["authorized_by"]] == ["LATE"]
    assert run.report["grows"]["status"] == "incomplete"


@pytest.mark.parametrize("name", ["grown", "grown_later"])
def test_a_library_that_appeared_is_left_out_and_named(runs, name):
    for which in ("checked", "run", "again"):
        row = runs[which].report[name]
        assert (which, row["status"], row["failure"]) == (which, "incomplete", None)
        (left,) = row["remaining"]
        assert (left["stage"], left["library"], left["reason"]) == ("authorization", "LATE", "appeared_after_plan")
        assert any("no write for it: LATE" in step for step in row["next_steps"])
        assert "LATE" in row["libraries"]["pending"]
        assert row["changed"] is (which != "again")
    after = authorizers(runs["again"].snapshots[name])
    assert after == {**dict.fromkeys(["ACTIVE", "ARCHIVE", "SPM"], f"admin@{name}.example"), "LATE": None}
    assert [path for path in runs["run"].entries[name] if "LATE" in path["path"]] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("touched", "Authentication, Refresh Token Expiry (days) is 45, not 365"),
        ("undone", f"{TRACKER}, Enable application? to yes"),
        ("other_want", "Authentication, Access Token Expiry (minutes) to 60"),
        ("was_wrong", "had failed for this tenant"),
    ],
)
@pytest.mark.parametrize("which", ["checked", "run", "again"])
def test_what_was_not_approved_stops_untouched_and_says_so_shortly(runs, which, name, said):
    row = runs[which].report[name]
    assert (row["status"], row["failure"]["kind"], row["changed"]) == ("failed", "conflict", False)
    assert said in row["failure"]["msg"]
    assert len(row["failure"]["msg"]) < 300
    assert not set(runs[which].calls(name)) & set(WRITES)
    assert runs[which].tokens_left[name] == 0


@pytest.mark.parametrize("which", ["checked", "run", "again"])
def test_a_tenant_that_is_not_in_the_plan_is_not_even_read(runs, which):
    assert runs[which].calls("newcomer") == []
    row = runs[which].report["newcomer"]
    assert (row["status"], row["changed"], row["remaining"]) == ("left_alone", False, [])
    assert "plan does not have this tenant" in row["next_steps"][0]
    assert "newcomer: left_alone" in runs[which].output


def test_without_the_file_nobody_is_touched(runs):
    run = runs["no file"]
    assert (run.code, run.report) == (2, {})
    assert "There is no plan nowhere/plan.json. Nobody signed in." in run.output
    assert [run.calls(name) for name in ("as_it_was", "touched")] == [[], []]


class Page(html.parser.HTMLParser):
    """The words and the elements of the sheet, group by group."""

    def __init__(self, text: str):
        super().__init__()
        self.elements: set[str] = set()
        self.groups: list[list[str]] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag == "article":
            self.groups.append([])
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"] or ""

    def handle_data(self, data: str) -> None:
        if self.groups and data.strip():
            self.groups[-1].append(" ".join(data.split()))


def test_the_sheet_shows_before_after_assumptions_and_blockers(runs):
    page = Page(runs["preview"].files["changes.html"])
    sheets = {tenant: words for words in page.groups for tenant in runs["preview"].report if tenant in words}
    assert set(sheets) == set(runs["preview"].report)
    words = sheets["as_it_was"]
    assert words[words.index("Allow Refresh Token") + 1 :][:2] == ["no", "yes"]
    libraries = next(word for word in words if word.startswith("ACTIVE"))
    now, after = words[words.index(libraries) + 1 :][:2]
    assert now == "unauthorized"
    assert after.startswith("authorized (expected; a person may have to authorize ")
    assert words.count("Assumed.") == 3
    assert "= nothing would be changed" in sheets["onboarded"]
    assert any("Cannot be done (sign in)" in one for one in sheets["was_wrong"])


def test_the_sheet_shows_names_and_never_runs_them(runs):
    page = Page(runs["preview"].files["changes.html"])
    assert runs["preview"].files["changes.html"].count("<script") == 1
    assert "script-src 'sha256-" in page.policy
    assert any(EVIL in words for words in page.groups)


# -- the modules beneath -----------------------------------------------------------------------------------------------


def options(**more: Any) -> dict[str, Any]:
    return {
        "url": "https://cloudimanage.com",
        "username": "admin@acme.example",
        "password": "acme-admin-password",
        "client_id": "control-center-client",
        **more,
    }


def planning(**more: Any) -> dict[str, Any]:
    wanted = [{"name": TRACKER}, {"name": EXTENSION, "enabled": True, "allow_refresh_token": True}]
    return options(applications=wanted, authorization={}, **more)


def test_writes_of_another_stage_are_not_in_the_plan(monkeypatch):
    sandbox = Sandbox([example("acme", 1)])
    plan = run_in_memory(monkeypatch, sandbox, "imanage_onboarding_info", planning(), check=True)["plan"]
    others = {"name": EXTENSION, "enabled": False}, {"name": "iManage Drive", "enabled": False}
    for wanted in others:
        for check in (True, False):
            task = options(**wanted, planned=plan["writes"])
            result = run_in_memory(monkeypatch, sandbox, "imanage_application", task, check=check)
            assert (result["changed"], result["failure"]["kind"]) == (False, "conflict"), wanted
    assert not {one.operation for one in sandbox.log} & set(WRITES)


def test_nothing_approved_needs_no_request(monkeypatch):
    sandbox = Sandbox([example("acme", 1)])
    result = run_in_memory(monkeypatch, sandbox, "imanage_onboarding_info", planning(approved={}))
    assert (result["changed"], result["stages"], result["left_alone"]) == (False, [], True)
    assert sandbox.log == []


def test_a_plan_made_with_its_own_approval_is_the_same(monkeypatch):
    sandbox = Sandbox([example("acme", 1)])
    first, second = (
        run_in_memory(monkeypatch, sandbox, "imanage_onboarding_info", planning(**approved), check=check)
        for check, approved in ((True, {}), (False, {"approved": None}))
    )
    third = run_in_memory(monkeypatch, sandbox, "imanage_onboarding_info", planning(approved=first["plan"]))
    assert first["plan"]["changes"]
    assert first["plan"] == second["plan"] == third["plan"]
    # What the stages may write: without an approved plan anything, with one its writes only.
    assert (first["planned"], second["planned"], third["planned"]) == (None, None, first["plan"]["writes"])
