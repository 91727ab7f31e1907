# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An approved plan: which writes it allows, when it still fits, what is said when it does not, and its file."""

from __future__ import annotations

import copy
import json

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan import approval
from ansible_collections.imanage.control_center.plugins.module_utils._plan.applications import (
    ApplicationWant,
    plan_application,
)
from ansible_collections.imanage.control_center.plugins.module_utils._plan.approval import PlannedResource
from ansible_collections.imanage.control_center.plugins.module_utils._plan.authorizations import (
    Authorizations,
    AuthorizationWant,
    plan_authorizations,
)
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step
from ansible_collections.imanage.control_center.plugins.module_utils._plan.token_policy import plan_token_policy
from ansible_collections.imanage.control_center.plugins.module_utils._run.journal import planned_rows
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import plan_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable
from hypothesis import given
from hypothesis import strategies as st
from support.model import NOW, application_after

TRACKER = {"id": "tracker", "name": "iManage Tracker", "status": "available", "enabled": False, "access": None}
ADD = Step("updateApp", {"app_id": "tracker"}, {"status": "enabled"}, "add the application")
LISTS = Step(
    "updateAppAccess",
    {"app_id": "tracker"},
    {"include": [{"id": "pat", "type": "user"}, {"id": "ada", "type": "user"}]},
    "set who has access",
)
POLICY = {"allow_refresh_token": False, "refresh_token_expiry_days": None, "access_token_expiry_minutes": 30}
PEOPLE = st.none() | st.lists(st.sampled_from(["pat", "ada", "eve"]), unique=True)
WANTS = st.builds(
    ApplicationWant,
    enabled=st.none() | st.booleans(),
    mode=st.sampled_from([None, "all", "custom"]),
    users=PEOPLE,
    groups=PEOPLE,
    exclusive=st.booleans(),
)


def approved(*parts):
    """The plan as it comes back from plan.json: nulls are left out on the way through Ansible."""
    changes = [
        {"stage": part.stage, "title": part.title, "before": part.plan.before, "after": part.plan.after}
        for part in parts
        if part.plan.steps
    ]
    writes = [row for part in parts for row in planned_rows(part.plan, part.title)]
    return without_nulls(json.loads(json.dumps({"failed": False, "changes": changes, "writes": writes})))


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def application(have=TRACKER, **want):
    return PlannedResource("application", "iManage Tracker", plan_application(ApplicationWant(**want), have))


def policy(*told, have=POLICY, **want):
    return PlannedResource("refresh_token", "CC, Authentication", plan_token_policy(want, have, "cc", told))


def page(*libraries, email="ada@acme.example", **others):
    """The page with libraries that nobody authorized, and others that were: until when, or None."""
    rows = [{"id": one, "authorized_by": None, "expires_at": None} for one in libraries]
    rows += [{"id": one, "authorized_by": "ada", "expires_at": until} for one, until in others.items()]
    return PlannedResource(
        "authorization", "the page", plan_authorizations(AuthorizationWant(email=email), Authorizations(rows, NOW))
    )


def conflict(plan, *now):
    with pytest.raises(Failure) as caught:
        approval.compare(plan, now)
    assert caught.value.kind == "conflict"
    assert "Nothing was written" in caught.value.advice
    return caught.value.what


# -- the writes of one stage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "fits"),
    [
        (LISTS, True),
        (LISTS._replace(body={"include": [{"id": "ada", "type": "user"}]}), True),
        (LISTS._replace(body={"include": [{"id": "eve", "type": "user"}]}), False),
        (LISTS._replace(body={"include": [{"id": "ada", "type": "group"}]}), False),
        (LISTS._replace(body={"remove": [{"id": "ada", "type": "user"}]}), False),
        (LISTS._replace(body={**LISTS.body, "default_security": "public"}), False),
        (LISTS._replace(ids={"app_id": "drive"}), False),
        (LISTS._replace(operation="updateApp"), False),
        (LISTS._replace(body=None), False),
    ],
)
def test_a_write_fits_if_it_asks_for_no_more_than_an_approved_one(step, fits):
    planned = planned_rows(Plan({}, {}, [ADD, LISTS], None), "iManage Tracker")
    assert approval.fits(step, planned) is fits


def test_an_empty_list_allows_nothing_and_null_allows_everything():
    approval.check_writes([ADD, LISTS], None)
    approval.check_writes([], [])
    with pytest.raises(
        Failure, match=r"does not have: add the application, set who has access\. Nothing of this was sent"
    ):
        approval.check_writes([ADD, LISTS], [])


def test_what_a_write_keeps_as_it_was_read_is_not_compared():
    """The write replaces the whole policy. What somebody else changed in it meanwhile is kept."""
    planned = approved(policy("access_token_expiry_minutes", allow_refresh_token=True))["writes"]
    other = {**POLICY, "access_token_expiry_minutes": 5000}
    (step,) = policy("access_token_expiry_minutes", have=other, allow_refresh_token=True).plan.steps
    assert step.body["value"]["access_token_max_idle_time"] == 5000
    assert approval.fits(step, planned)
    (step,) = policy(allow_refresh_token=True, access_token_expiry_minutes=5000).plan.steps
    assert not approval.fits(step, planned)


# -- a whole tenant ---------------------------------------------------------------------------------------------------


@given(WANTS, st.sampled_from(["available", "enabled", "disabled"]), st.data())
def test_a_plan_that_was_cut_short_after_any_write_still_fits(want, status, data):
    access = {"mode": "custom", "users": ["PAT"], "groups": []} if status != "available" else None
    have = {**TRACKER, "status": status, "enabled": status == "enabled", "access": access}
    plan = plan_application(want, have)
    done = data.draw(st.integers(0, len(plan.steps)))
    later = plan_application(want, application_after(have, plan.steps[:done]))
    kept = approved(PlannedResource("application", "iManage Tracker", plan))
    approval.compare(kept, [PlannedResource("application", "iManage Tracker", later)])
    approval.check_writes(later.steps, kept["writes"])


@pytest.mark.parametrize(
    "part",
    [
        application(),
        application(enabled=True, mode="custom", groups=["IT"]),
        policy(allow_refresh_token=True, refresh_token_expiry_days=90),
        page("ACTIVE", "SPM"),
    ],
)
def test_a_plan_fits_while_it_is_to_be_done_and_once_it_is_done(part):
    approval.compare(approved(part), [part])
    done = part.plan._replace(before=part.plan.after, steps=[])
    approval.compare(approved(part), [part._replace(plan=done)])


@pytest.mark.parametrize(
    ("plan", "now", "words"),
    [
        (
            policy(allow_refresh_token=True, refresh_token_expiry_days=90),
            policy(
                have={**POLICY, "allow_refresh_token": True, "refresh_token_expiry_days": 14},
                allow_refresh_token=True,
                refresh_token_expiry_days=90,
            ),
            "The approved plan no longer fits: CC, Authentication, Refresh Token Expiry (days) is 14, not none",
        ),
        (application(), application(enabled=False), "Enable application? would become no, not yes"),
        (
            application(enabled=True),
            application(enabled=True, users=["eve"]),
            "The approved plan does not have a change that is needed now: iManage Tracker, Users to [eve]",
        ),
        (
            application(enabled=True, mode="custom", groups=["IT"]),
            application(enabled=True),
            "Allow access to is no longer in the options; iManage Tracker, Groups is no longer in the options",
        ),
        (page("ACTIVE", "SPM"), page("ACTIVE")._replace(names=["active"]), "SPM is no longer in the options"),
        (
            page("ACTIVE"),
            page("ACTIVE", email="eve@acme.example"),
            "the page, ACTIVE is unauthorized and would become authorized",
        ),
        (application(), application()._replace(title="iManage Drive"), "iManage Tracker does not exist"),
    ],
)
def test_what_differs_is_named(plan, now, words):
    assert words in conflict(approved(plan), now)


def test_a_part_that_the_plan_does_not_change_may_not_change():
    assert "iManage Tracker, Added to yes" in conflict(approved(page("ACTIVE")), page("ACTIVE"), application())


def test_three_differences_are_named_and_the_others_counted():
    libraries = [f"L{number}" for number in range(9)]
    words = conflict(approved(page(*libraries)), page(*libraries, email="eve@acme.example"))
    assert words.count("would become authorized") == 3
    assert words.endswith("; 6 more.")


def test_a_library_is_still_to_do_if_its_state_changed_with_time():
    approval.compare(approved(page("ACTIVE")), [page(ACTIVE="2026-01-01T00:00:00Z")])


def test_enabling_does_not_count_as_adding():
    kept = approved(application(enabled=True, mode="custom", groups=["IT"]))["writes"]
    (add,) = application(enabled=True).plan.steps
    assert not approval.fits(add, kept)


def test_libraries_that_appeared_or_disappeared_are_not_a_conflict():
    kept, now = approved(page("ACTIVE", "GONE")), page("ACTIVE", "NEW")
    approval.compare(kept, [now])
    assert [step.ids["library_id"] for step in approval.unapproved(now.plan.steps, kept["writes"])] == ["NEW"]
    assert approval.unapproved(now.plan.steps, None) == []


def test_a_stage_that_is_not_read_is_not_compared():
    approval.compare(approved(application(), page("ACTIVE")), [application()])


@pytest.mark.parametrize(
    "changes", ["x", [1], [{"stage": "application"}], [{"stage": [], "title": "", "before": {}, "after": {}}]]
)
def test_a_plan_of_another_form_is_refused_in_a_sentence(changes):
    with pytest.raises(
        Failure, match="The changes of the approved plan do not have the form that a preview writes"
    ) as caught:
        approval.compare({"changes": changes}, [application()])
    assert caught.value.kind == "bad_option"


@pytest.mark.parametrize("writes", ["x", ["x"], {"a": 1}])
def test_writes_of_another_form_are_refused_in_a_sentence(writes):
    with pytest.raises(Failure, match="The writes of the approved plan do not have the form that a preview writes"):
        approval.compare({"changes": [], "writes": writes}, [application()])


def test_what_could_not_be_planned_was_not_approved():
    assert "had failed" in conflict({"failed": True, "changes": [], "writes": []}, application())


# -- the file ---------------------------------------------------------------------------------------------------------

PLAN = {"changes": [], "writes": [], "assumptions": []}
RESULT = {
    "tenant": "acme",
    "url": "https://cloudimanage.com",
    "customer_id": 1,
    "status": "onboarded",
    "failure": None,
    "planned": PLAN,
}


def kept(folder, *entries, **changes):
    path = folder / "plan.json"
    path.write_text(json.dumps({**plan_file.content([], "now"), "tenants": list(entries), **changes}))
    return str(path)


def test_what_is_written_is_what_is_read(tmp_path):
    plan = {**PLAN, **{key: value for key, value in approved(application()).items() if key != "failed"}}
    document = plan_file.content([{**RESULT, "planned": plan}], "2026-01-02T03:04:05Z")
    found = plan_file.approved(kept(tmp_path, *document["tenants"]), "acme")
    assert (found["changes"], found["writes"]) == (plan["changes"], plan["writes"])
    approval.compare(found, [application()])


def test_a_tenant_that_is_not_there_has_nothing_approved(tmp_path):
    assert plan_file.approved(kept(tmp_path), "acme") == {}


def test_a_tenant_that_failed_has_no_plan_to_approve(tmp_path):
    failed = {**RESULT, "status": "failed", "failure": {"kind": "permission", "msg": "No.", "status": 403}}
    document = plan_file.content([failed], "now")
    assert document["tenants"][0]["blockers"] == [{"kind": "permission", "msg": "No."}]
    found = plan_file.approved(kept(tmp_path, *document["tenants"]), "acme")
    assert "had failed" in conflict(found, application())


def test_a_tenant_that_waits_for_imanage_says_so():
    waiting = {**RESULT, "status": "awaiting_provisioning", "next_steps": ["Send this."]}
    (entry,) = plan_file.content([waiting], "now")["tenants"]
    assert entry["blockers"] == [{"kind": "not_provisioned", "msg": "Send this."}]


def unusable(name):
    with pytest.raises(Unusable) as caught:
        plan_file.approved(name, "acme")
    return str(caught.value)


def test_files_that_are_not_a_plan(tmp_path):
    entry = plan_file.content([RESULT], "now")["tenants"][0]
    nowhere = str(tmp_path / "nowhere.json")
    assert unusable(nowhere) == f"There is no plan {nowhere}."
    for text, said in (
        ("", "is empty"),
        ("no", "is not JSON"),
        ("[]", "it is a list instead of an object"),
        ('{"tenants": []}', "it has no version"),
        ('{"version": 1, "tenants": [{}]}', "it.tenants[0] has no tenant"),
    ):
        (tmp_path / "plan.json").write_text(text)
        assert said in unusable(str(tmp_path / "plan.json"))
    assert "version 2" in unusable(kept(tmp_path, version=2))
    assert "more than once" in unusable(kept(tmp_path, entry, copy.deepcopy(entry)))
    (tmp_path / "plan.json").write_bytes(b"\xff\xfe")
    assert "not even text" in unusable(str(tmp_path / "plan.json"))
    assert "cannot be read" in unusable(str(tmp_path))
