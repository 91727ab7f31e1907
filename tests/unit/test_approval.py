# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An approved plan: when it still holds, what is said when it does not, and the file it comes from."""

from __future__ import annotations

import copy
import json

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils import _approval
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan import Plan, Step
from ansible_collections.imanage.control_center.plugins.plugin_utils import _plan_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._json_file import Unusable
from hypothesis import given
from hypothesis import strategies as st

ADD = Step("updateApp", {"app_id": "tracker"}, {"status": "enabled"}, "add the application")
ALLOW = Step("writeTokenPolicy", {"app_id": "tracker"}, {"value": {"refresh": True}}, "set the token policy")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
STATES = st.lists(
    st.fixed_dictionaries({"stage": st.text(), "title": st.text(), "facts": st.dictionaries(st.text(), JSON)})
)


def a_plan(status="available", after=True, libraries=("ACTIVE",)):
    """A plan over one application and some libraries."""
    rows = {name: {"authorized_by": None, "expires_at": None} for name in libraries}
    return _approval.whole(
        [
            _approval.facts_of("application", "iManage Tracker", {"id": "tracker", "status": status, "access": None}),
            _approval.facts_of("authorization", "the page", {"libraries": rows}),
        ],
        [_approval.change_of("application", "iManage Tracker", Plan({"Added": False}, {"Added": after}, [ADD], None))],
        [],
    )


def refusal(approved, plan):
    with pytest.raises(Failure) as caught:
        _approval.check(approved, plan)
    assert caught.value.kind == "conflict"
    return f"{caught.value.what} {caught.value.advice}"


def test_a_plan_holds_while_nothing_has_changed():
    _approval.check(a_plan(), a_plan())


def test_nulls_that_ansible_leaves_out_on_the_way_do_not_matter():
    approved = a_plan()
    del approved["state"][0]["facts"]["access"]
    approved["state"][1]["facts"]["libraries"]["ACTIVE"] = {}
    approved["changes"][0]["writes"][0].pop("body")
    plan = a_plan()
    plan["changes"][0]["writes"][0]["body"] = None
    _approval.check(approved, plan)


def test_what_has_changed_on_the_tenant_is_said():
    told = refusal(a_plan(), a_plan(status="enabled"))
    assert 'iManage Tracker, status was "available", is "enabled"' in told
    assert "Nothing was written" in told


def test_many_differences_are_told_in_part():
    later = a_plan()
    later["state"][1]["facts"]["libraries"] = {f"L{number}": {"authorized_by": "pat"} for number in range(30)}
    later["fingerprint"] = _approval.fingerprint(later["state"])
    told = refusal(a_plan(), later)
    assert 'the page, libraries, L0, authorized_by was none, is "pat"' in told
    assert told.count("authorized_by") == 8
    assert "22 more" in told


def test_what_would_be_done_has_to_be_the_same():
    told = refusal(a_plan(after=True), a_plan(after=False))
    assert "what would be done to it is not: iManage Tracker" in told


def test_what_would_be_done_is_compared_where_two_links_have_one_title_too():
    title = "iManage Tracker, Authentication"
    policy = _approval.change_of("refresh_token", title, Plan({}, {}, [ALLOW], None))

    def both(step):
        application = _approval.change_of("application", title, Plan({}, {}, [step], None))
        return {**a_plan(), "changes": [application, policy]}

    _approval.check(both(ADD), both(ADD))
    assert f"is not: {title}. " in refusal(both(ADD), both(ADD._replace(body={"status": "disabled"})))


@pytest.mark.parametrize("part", ["state", "changes"])
@pytest.mark.parametrize("value", ["x", 1, {"a": 1}, ["x"], [{}], [{"stage": "application", "title": ["x"]}]])
def test_a_plan_of_another_form_is_refused_in_a_sentence(part, value):
    later = a_plan(status="enabled") if part == "state" else a_plan()
    with pytest.raises(Failure, match=f"approved plan has as its {part} is not a list of links") as caught:
        _approval.check({**a_plan(), part: value}, later)
    assert caught.value.kind == "bad_option"


def test_a_part_of_the_state_without_facts_has_none():
    approved = a_plan()
    approved["state"] = [{"stage": "application", "title": "iManage Tracker"}]
    assert 'status was none, is "enabled"' in refusal(approved, a_plan(status="enabled"))


def test_another_body_is_another_plan():
    later = a_plan()
    later["changes"][0]["writes"][0]["body"] = {"status": "disabled"}
    refusal(a_plan(), later)


def test_a_change_less_or_more_is_another_plan():
    later = a_plan()
    later["changes"] = []
    refusal(a_plan(), later)
    refusal(later, a_plan())


@pytest.mark.parametrize("approved", [{"fingerprint": "", "state": "", "changes": ""}, {"fingerprint": None}])
def test_what_could_not_be_planned_was_not_approved(approved):
    assert "had failed" in refusal(approved, a_plan())


def test_a_fingerprint_that_was_altered_by_hand_holds_for_nothing():
    assert "its fingerprint is another" in refusal({**a_plan(), "fingerprint": "0" * 64}, a_plan())


@given(STATES)
def test_a_fingerprint_does_not_depend_on_how_the_state_was_written_down(state):
    again = json.loads(json.dumps(state, indent=2))
    for part in again:
        part["facts"] = dict(reversed(part["facts"].items()))
    assert _approval.fingerprint(again) == _approval.fingerprint(state)


@given(STATES, STATES)
def test_other_states_have_other_fingerprints(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (_approval.fingerprint(one) == _approval.fingerprint(other)) == same


def test_writes_of_the_plan_may_be_fewer_and_never_others():
    _approval.check_writes([ADD], [ADD, ALLOW])
    _approval.check_writes([], [])
    for more in (ALLOW, ADD._replace(body={"status": "disabled"}), ADD._replace(ids={"app_id": "drive"})):
        with pytest.raises(Failure, match=more.does) as caught:
            _approval.check_writes([ADD, more], [ADD])
        assert caught.value.kind == "conflict"


# -- the file ---------------------------------------------------------------------------------------------------------

RESULT = {"tenant": "acme", "url": "https://cloudimanage.com", "customer_id": 1, "status": "onboarded", "failure": None}


def kept(folder, *entries, **changes):
    path = folder / "plan.json"
    path.write_text(json.dumps({**_plan_file.written([], [], "now"), "tenants": list(entries), **changes}))
    return str(path)


def test_what_is_written_is_what_is_read(tmp_path):
    document = _plan_file.written([RESULT], [a_plan()], "2026-01-02T03:04:05Z")
    found = _plan_file.approved(kept(tmp_path, *document["tenants"]), "acme")
    _approval.check(found, a_plan())


def test_a_tenant_that_is_not_there_has_nothing_approved(tmp_path):
    assert _plan_file.approved(kept(tmp_path), "acme") == {}


@pytest.mark.parametrize("plan", [None, {}, a_plan()])
def test_a_tenant_that_failed_has_no_plan_to_approve(tmp_path, plan):
    failed = {**RESULT, "status": "failed", "failure": {"kind": "permission", "msg": "No.", "status": 403}}
    document = _plan_file.written([failed], [plan], "now")
    assert document["tenants"][0]["blockers"] == [{"kind": "permission", "msg": "No."}]
    found = _plan_file.approved(kept(tmp_path, *document["tenants"]), "acme")
    assert "had failed" in refusal(found, a_plan())


def test_a_tenant_that_waits_for_imanage_says_so():
    waiting = {**RESULT, "status": "awaiting_provisioning", "next_steps": ["Send this."]}
    (entry,) = _plan_file.written([waiting], [a_plan()], "now")["tenants"]
    assert entry["blockers"] == [{"kind": "not_provisioned", "msg": "Send this."}]


def unusable(name):
    with pytest.raises(Unusable) as caught:
        _plan_file.approved(name, "acme")
    return str(caught.value)


def test_files_that_are_no_plan(tmp_path):
    entry = _plan_file.written([RESULT], [a_plan()], "now")["tenants"][0]
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
