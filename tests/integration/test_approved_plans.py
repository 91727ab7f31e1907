# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview writes a plan and a change sheet; a run with that plan does what was approved and nothing else."""

from __future__ import annotations

import html.parser
import json
from typing import Any

import pytest
from playbooks_support import EXTENSION, TRACKER, WRITES, Run, Stage, catalog, once
from sandbox import Sandbox
from sandbox.examples import example
from support.places import applications
from support.tasks import run_in_memory

PREVIEW, ONBOARD = "imanage.control_center.preview", "imanage.control_center.onboard"
ONBOARDING = "imanage_onboarding"
FILES = ("report.json", "report.html", "plan.json", "changes.html")
EVIL = "<script>alert(1)</script>"
NAMED = {"access": {"mode": "custom", "users": [], "groups": [EVIL]}}


def _tenants(stage: Stage) -> None:
    stage.add("as_it_was", {"tracker_onboarding_access": "custom", "tracker_onboarding_groups": ["IT"]})
    stage.add("touched")
    stage.add("rewished")
    stage.add("was_wrong", {"imanage_password": "wrong"})
    stage.add("waiting", applications=catalog(EXTENSION))
    done = applications("enabled", "enabled", token_policy={"allow_refresh_token": True})
    authorized = [{"id": "ACTIVE", "authorized_by": "admin@onboarded.example"}]
    stage.add("onboarded", applications=done, libraries=authorized)
    stage.add(
        "fewer",
        users=[
            {
                "id": "admin@fewer.example",
                "password": "fewer-admin-password",
                "app_management": True,
                "nrtadmin": ["ACTIVE"],
            }
        ],
    )
    tracker, *others = applications("disabled")[2:]
    stage.add("evil", groups=["IT", EVIL], applications=[{**tracker, **NAMED}, *others])
    stage.hosts["evil"].update(tracker_onboarding_access="custom", tracker_onboarding_groups=["IT"])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The runs, each made once."""

    def make() -> dict[str, Any]:
        with Stage(tmp_path_factory.mktemp("approved")) as stage:
            return _runs(stage)

    return once(tmp_path_factory, "approved", make)


def _runs(stage: Stage) -> dict[str, Any]:
    """Preview; things happen; preview again against the plan; run with the plan; run with it again."""
    _tenants(stage)
    done: dict[str, Any] = {"preview": stage.run(PREVIEW, files=FILES)}
    plan = stage.where / "plan.json"
    plan.write_text(done["preview"].files["plan.json"], encoding="utf-8")
    # A person, another wish, a corrected password, and a tenant that is new.
    stage.sandbox.tenant("touched").application("tracker").set_status("disabled", stage.sandbox.now())
    stage.hosts["rewished"]["tracker_onboarding_access_token_expiry_minutes"] = 60
    del stage.hosts["was_wrong"]["imanage_password"]
    stage.hosts["was_wrong"]["imanage_password"] = "was_wrong-admin-password"
    stage.add("newcomer")
    approved = ("-e", f"imanage_plan={plan}")
    done["checked"] = stage.run(PREVIEW, *approved, files=FILES)
    done["run"] = stage.run(ONBOARD, *approved, files=FILES)
    done["again"] = stage.run(ONBOARD, *approved)
    done["no file"] = stage.run(ONBOARD, "-e", "imanage_plan=nowhere/plan.json", "--limit", "as_it_was,touched")
    return done


def plan_of(run: Run) -> dict[str, dict[str, Any]]:
    """The entries of the plan that a preview left."""
    return {entry["tenant"]: entry for entry in json.loads(run.files["plan.json"])["tenants"]}


def test_the_plan_has_every_tenant_with_what_a_run_writes(runs):
    plan = plan_of(runs["preview"])
    assert list(plan) == list(runs["preview"].report)
    planned = [write for change in plan["as_it_was"]["changes"] for write in change["writes"]]
    sent = [one for one in runs["run"].entries["as_it_was"] if one["operation"] in WRITES]
    assert [write["operation"] for write in planned] == [one["operation"] for one in sent]
    assert [write["body"] for write in planned] == [one["body"] for one in sent]
    assert plan["onboarded"]["changes"] == []
    assert plan["onboarded"]["fingerprint"]
    assert len(plan["as_it_was"]["assumptions"]) == 2
    assert plan["waiting"]["blockers"][0]["kind"] == "not_provisioned"
    assert plan["was_wrong"]["blockers"][0]["kind"] == "sign_in"
    assert plan["was_wrong"]["fingerprint"] is None


def test_plan_and_sheet_name_people_so_they_are_for_the_user_alone(runs):
    assert {name: runs["preview"].modes[name] for name in FILES} == dict.fromkeys(FILES, 0o600)
    assert not {"plan.json", "changes.html"} & set(runs["run"].files)


def test_what_was_approved_is_done(runs):
    report = runs["run"].report
    assert {name: report[name]["status"] for name in ("as_it_was", "fewer", "evil")} == dict.fromkeys(
        ("as_it_was", "fewer", "evil"), "onboarded"
    )
    assert report["fewer"]["libraries"]["authorized"] == ["ACTIVE"]
    assert report["waiting"]["status"] == "awaiting_provisioning"
    assert report["onboarded"]["status"] == "onboarded"
    assert not report["onboarded"]["changed"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("touched", 'iManage Tracker, status was "available", is "disabled"'),
        ("rewished", f"what would be done to it is not: {EXTENSION}, Authentication"),
        ("was_wrong", "had failed for this tenant"),
    ],
)
@pytest.mark.parametrize("which", ["checked", "run"])
def test_what_was_not_approved_stops_untouched_and_says_what_has_changed(runs, which, name, said):
    row = runs[which].report[name]
    assert (row["status"], row["failure"]["kind"], row["changed"]) == ("failed", "conflict", False)
    assert said in row["failure"]["msg"]
    assert not set(runs[which].calls(name)) & set(WRITES)
    assert runs[which].tokens_left[name] == 0


def test_a_tenant_that_is_not_in_the_plan_is_not_even_read(runs):
    assert runs["run"].calls("newcomer") == []
    row = runs["run"].report["newcomer"]
    assert (row["status"], row["changed"]) == (None, False)
    assert "plan does not have this tenant" in row["next_steps"][0]
    assert "newcomer: not in the plan" in runs["run"].output


def test_once_applied_a_plan_no_longer_holds(runs):
    row = runs["again"].report["as_it_was"]
    assert row["failure"]["kind"] == "conflict"
    assert not set(runs["again"].calls("as_it_was")) & set(WRITES)
    assert runs["again"].report["onboarded"]["status"] == "onboarded"


def test_without_the_file_nobody_is_touched(runs):
    for name in ("as_it_was", "touched"):
        row = runs["no file"].report[name]
        assert (row["status"], row["failure"]["kind"]) == ("failed", "bad_option")
        assert "There is no plan nowhere/plan.json." in row["failure"]["msg"]
        assert runs["no file"].calls(name) == []


class Page(html.parser.HTMLParser):
    """The words and the elements of the sheet, tenant by tenant."""

    def __init__(self, text: str):
        super().__init__()
        self.elements: set[str] = set()
        self.tenants: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag == "article":
            self.tenants.append([])

    def handle_data(self, data: str) -> None:
        if self.tenants and data.strip():
            self.tenants[-1].append(" ".join(data.split()))


def test_the_sheet_shows_before_after_assumptions_and_blockers(runs):
    page = Page(runs["preview"].files["changes.html"])
    sheets = {words[0]: words for words in page.tenants}
    assert list(sheets) == list(runs["preview"].report)
    words = sheets["as_it_was"]
    assert words[words.index("Allow Refresh Token") + 1 :][:2] == ["no", "yes"]
    assert words[words.index("ACTIVE") + 1 :][:2] == ["unauthorized", "authorized"]
    assert words.count("Assumed.") == 2
    assert "Nothing would be changed." in sheets["onboarded"]
    assert any("Cannot be done (sign in)" in one for one in sheets["was_wrong"])
    assert any(plan_of(runs["preview"])["evil"]["fingerprint"] in one for one in sheets["evil"])


def test_the_sheet_shows_names_and_never_runs_them(runs):
    page = Page(runs["preview"].files["changes.html"])
    assert "script" not in page.elements
    assert any(EVIL in words for words in page.tenants)


# -- what comes to light only after the first writes ------------------------------------------------------------------


def options(**more: Any) -> dict[str, Any]:
    return {
        "url": "https://cloudimanage.com",
        "username": "admin@acme.example",
        "password": "acme-admin-password",
        "client_id": "control-center-client",
        "applications": [{"name": TRACKER}, {"name": EXTENSION, "enabled": True, "allow_refresh_token": True}],
        "authorization": {},
        **more,
    }


def test_a_write_that_the_plan_does_not_have_is_not_made(monkeypatch):
    sandbox = Sandbox([example("acme", 1)])
    plan = run_in_memory(monkeypatch, sandbox, ONBOARDING, options(), check=True)["plan"]
    handle = sandbox.handle

    def somebody_else(request):
        """A person sets the token policy right after the application was added."""
        reply = handle(request)
        if request.method != "GET" and request.path.endswith("/apps/tracker-cc"):
            policy = {"allow_refresh_token": False, "access_token_max_idle_time": 5000}
            sandbox.tenant("acme").application("tracker-cc").token_policy = policy
        return reply

    monkeypatch.setattr(sandbox, "handle", somebody_else)
    result = run_in_memory(monkeypatch, sandbox, ONBOARDING, options(approved=plan))
    assert result["failure"]["kind"] == "conflict"
    assert "set the token policy in another way" in result["msg"]
    assert result["changed"]
    assert [one.operation for one in sandbox.log].count("writeTokenPolicy") == 0


def test_nothing_approved_needs_no_request(monkeypatch):
    sandbox = Sandbox([example("acme", 1)])
    result = run_in_memory(monkeypatch, sandbox, ONBOARDING, options(approved={}))
    assert (result["changed"], result["stages"], result["plan"]) == (False, {}, None)
    assert sandbox.log == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_preview_and_its_run_return_the_same_plan(monkeypatch, state):
    added = applications("enabled", "enabled", token_policy={"allow_refresh_token": True})
    sandbox = Sandbox([example("acme", 1, **({"applications": added} if state == "absent" else {}))])
    preview = run_in_memory(monkeypatch, sandbox, ONBOARDING, options(state=state), check=True)
    run = run_in_memory(monkeypatch, sandbox, ONBOARDING, options(state=state, approved=preview["plan"]))
    assert preview["plan"]["changes"]
    assert run["plan"] == preview["plan"]
    assert run["changed"]
