# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One inventory of generated tenants and of chains: previewed, onboarded, and onboarded again by real playbooks."""

from __future__ import annotations

import datetime

import pytest
from playbooks_support import BY_PASSWORD, EXTENSION, TRACKER, Stage, catalog, once
from support.compare import agrees
from support.expected import Wanted, parts, settled
from support.generated import ADMIN, drawn
from support.places import filled
from support.truth import UNKNOWABLE
from support.wishes import Situation, role_situations, role_variables

pytestmark = pytest.mark.sweep

GENERATED = 52
ADDED = f"'{EXTENSION}' is assumed to be added by an earlier task"
PAGE = f"An earlier task is assumed to bring the page Tracker background service authorization of '{EXTENSION}'"
REFRESH = f"Refresh tokens are assumed to be allowed for '{EXTENSION}' by an earlier task"
ENABLED = {"status": "enabled"}
# A second account may be an NRTADMIN and nothing else.
UNREAD = f"Refresh tokens are assumed to be allowed for '{EXTENSION}'; the signed-in user may not read whether"
# What the rows of the page decide, which nobody can know before it is there.
OF_THE_PAGE = ("libraries", "authorizations", "expires_at", "next_steps")
REFRESHING = {**ENABLED, "token_policy": {"allow_refresh_token": True}}


def chain(applications, user=ADMIN, libraries=None, **more):
    """A tenant of the example with these applications, and the role's plain wish for it."""
    authorization = {"on_consent_required": "hand_over", **({"libraries": libraries} if libraries else {})}
    wish = {
        "applications": [
            {"name": TRACKER, "enabled": True},
            {"name": EXTENSION, "enabled": True, "allow_refresh_token": True},
        ],
        "authorization": authorization,
        **more,
    }
    return Situation("imanage_onboarding", {"applications": applications}, wish, user, "password")


# What each preview has to assume, and no more.
ASSUMING = {
    "nothing_added": (chain(catalog()), [ADDED, PAGE]),
    "tracker_in_catalog": (chain(catalog(tracker_cc=REFRESHING)), []),
    "configuration_in_catalog": (chain(catalog(tracker=ENABLED)), [ADDED, PAGE]),
    "configuration_disabled": (chain(catalog(tracker_cc={**REFRESHING, "status": "disabled"})), [PAGE]),
    "refresh_off": (chain(catalog(tracker=ENABLED, tracker_cc=ENABLED)), [REFRESH]),
}
FAILING = {
    "not_in_catalog": (chain(catalog(EXTENSION), on_unprovisioned="fail"), "not_provisioned"),
    "no_privilege": (chain(catalog(), user="nrt@{name}.example"), "permission"),
    "no_nrtadmin": (chain(catalog(tracker_cc=REFRESHING), "manager@{name}.example", ["SPM"]), "permission"),
    "no_such_library": (chain(catalog(), libraries=["NOPE"]), "not_found"),
}
NAMED = {name: situation for name, (situation, _rest) in {**ASSUMING, **FAILING}.items()}
GENERATED_NAMES = [f"g{number}" for number in range(GENERATED)]
ALL = [*NAMED, *GENERATED_NAMES]


@pytest.fixture(scope="module")
def situations():
    """Every tenant of the inventory, and what is wanted of it."""
    return {**NAMED, **dict(zip(GENERATED_NAMES, drawn(role_situations(), GENERATED, 8), strict=False))}


@pytest.fixture(scope="module")
def runs(tmp_path_factory, situations):
    """The three runs, and the tenants before them."""

    def make():
        with Stage(tmp_path_factory.mktemp("role_previews")) as stage:
            stage.common["imanage_retry_timeout"] = 120
            for name, situation in situations.items():
                account = {key: value.replace("admin", user_of(situation)) for key, value in BY_PASSWORD.items()}
                variables = {**account, **role_variables(situation.options)}
                stage.add(name, filled(variables, name), by_password=False, **filled(situation.tenant, name))
            start = stage.snapshots()
            books = {"preview": "preview", "run": "onboard", "again": "onboard"}
            return {"start": start, **{name: stage.run(f"imanage.control_center.{books[name]}") for name in books}}

    return once(tmp_path_factory, "role_previews", make)


def user_of(situation):
    return situation.user.partition("@")[0]


def said(runs, name):
    """What the preview assumed for a tenant."""
    return runs["preview"].report[name]["assumptions"]


def done_by(changes, *stages):
    """The changes of some stages."""
    return [one for one in changes if one["stage"] in stages]


def goal(runs, situations, name):
    """The tenant in which the wish has come true."""
    situation = situations[name]
    now = datetime.datetime.now(datetime.UTC)
    wanted = Wanted(settled(runs["start"][name]), now, ends=not situation.tenant.get("never_expires"))
    wanted.carry_out(situation.module, filled(situation.options, name), filled(situation.user, name))
    return wanted


def test_the_inventory_has_tenants_of_every_sort(runs):
    assert len(runs["run"].report) == len(ALL) >= 50
    assert {runs["run"].report[name]["status"] for name in GENERATED_NAMES} == {
        *("onboarded", "awaiting_provisioning", "awaiting_consent", "failed")
    }
    onboarded = [row["stages"] for row in runs["run"].report.values() if row["status"] == "onboarded"]
    assert {word for stages in onboarded for word in stages.values()} == {"changed", "unchanged"}


@pytest.mark.parametrize("name", ALL)
def test_a_preview_writes_nothing(runs, name):
    assert runs["preview"].writes(name) == []
    assert runs["preview"].snapshots[name] == runs["start"][name]
    assert runs["preview"].tokens_left[name] == 0


@pytest.mark.parametrize("name", ALL)
def test_a_preview_says_what_the_run_does(runs, name):
    preview, ran = (dict(runs[which].report[name]) for which in ("preview", "run"))
    assert (preview.pop("check_mode"), ran.pop("check_mode")) == (True, False)
    assert set(preview) == set(ran)
    # A run has done what was planned, and read what was assumed.
    assert (ran.pop("planned"), ran.pop("assumptions")) == (None, [])
    del preview["planned"], preview["assumptions"]
    if preview["status"] == "failed":
        assert (ran["status"], ran["failure"]["kind"]) == ("failed", preview["failure"]["kind"])
        assert preview["stages"] == ran["stages"]
        assert runs["run"].snapshots[name] == runs["start"][name]
        return
    if ran["status"] == "failed":
        result = {"failure": ran["failure"]}
        assert any(one.excuses({"warnings": said(runs, name)}, result) for one in UNKNOWABLE), ran
        return
    unknown = []
    if ran["status"] == "awaiting_consent":
        unknown = ["status", "changed", *OF_THE_PAGE]
    elif any(PAGE in one for one in said(runs, name)):
        unknown = list(OF_THE_PAGE)
    if unknown:
        preview["stages"].pop("authorization"), ran["stages"].pop("authorization")
        for row in (preview, ran):
            row["changes"] = done_by(row["changes"], "application", "refresh_token")
    for key in set(ran) - set(unknown):
        assert agrees(preview[key], ran[key]), f"{key}: {preview[key]} and {ran[key]}"


@pytest.mark.parametrize("name", ALL)
def test_what_was_not_asked_for_is_untouched(runs, situations, name):
    ran, after = runs["run"].report[name], settled(runs["run"].snapshots[name])
    before = settled(runs["start"][name])
    if ran["status"] == "onboarded":
        assert after == goal(runs, situations, name).state
    elif after != before:
        then, wanted = parts(before), parts(goal(runs, situations, name).state)
        assert [key for key, part in parts(after).items() if part not in (then[key], wanted[key])] == []
    assert bool(runs["run"].applied(name)) == ran["changed"]


@pytest.mark.parametrize("name", ALL)
def test_the_second_run_of_an_onboarded_tenant_changes_nothing(runs, situations, name):
    if runs["run"].report[name]["status"] != "onboarded":
        assert runs["again"].report[name]["status"] != "onboarded", "nothing has changed but for the time"
        return
    after, again = runs["run"].snapshots[name], runs["again"]
    now = datetime.datetime.now(datetime.UTC)
    if goal(runs, situations, name).is_due_again(situations[name].options, after, now):
        assert again.report[name]["stages"]["authorization"] == "changed", "a notice longer than an authorization"
        return
    assert again.report[name]["changed"] is False
    assert set(again.report[name]["stages"].values()) == {"unchanged"}
    assert again.snapshots[name] == after
    assert again.writes(name) == []


@pytest.mark.parametrize("name", GENERATED_NAMES)
def test_each_assumption_is_named_once(runs, name):
    preview = runs["preview"].report[name]
    if preview["status"] != "onboarded":
        return
    configuration = next(app for app in runs["start"][name]["applications"] if app["name"] == EXTENSION)
    expected = [ADDED] * (configuration["status"] == "available") + [PAGE] * (configuration["status"] != "enabled")
    refreshes = (configuration["token_policy"] or {}).get("allow_refresh_token")
    if configuration["status"] == "enabled" and not refreshes and preview["stages"]["authorization"] == "changed":
        expected.append(REFRESH)
    _assert_said(runs, name, expected)


@pytest.mark.parametrize("name", ALL)
def test_the_stages_warn_of_nothing_else(runs, name):
    customer = runs["start"][name]["customer_id"]
    warned = [one for one in runs["preview"].warnings if f"customer {customer}: " in one and " assumed to " in one]
    assert [one for one in warned if not any(known in one for known in [*said(runs, name), UNREAD])] == []


@pytest.mark.parametrize("name", ASSUMING)
def test_a_chain_is_previewed_whole_and_names_what_it_assumes(runs, name):
    preview = runs["preview"].report[name]
    assert (preview["status"], preview["changed"], preview["failure"]) == ("onboarded", True, None)
    assert preview["libraries"]["authorized"] == ["ACTIVE", "ARCHIVE", "SPM"]
    assert runs["run"].report[name]["status"] == "onboarded"
    assert preview["stages"] == runs["run"].report[name]["stages"]
    _assert_said(runs, name, ASSUMING[name][1])


def _assert_said(runs, name, expected):
    told = said(runs, name)
    assert [sum(words in one for one in told) for words in expected] == [1] * len(expected), told
    assert len(told) == len(expected), told


@pytest.mark.parametrize("name", FAILING)
def test_a_chain_that_would_fail_says_so_in_its_preview(runs, name):
    for which in ("preview", "run"):
        row = runs[which].report[name]
        assert (row["status"], row["failure"]["kind"]) == ("failed", FAILING[name][1])
        assert runs[which].writes(name) == []
