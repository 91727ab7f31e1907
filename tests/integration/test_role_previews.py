# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One inventory of generated tenants: previewed, onboarded, and onboarded again by real playbooks."""

from __future__ import annotations

import datetime

import pytest
from playbooks_support import BY_PASSWORD, EXTENSION, Stage
from support.compare import agrees
from support.expected import Wanted, normalized, parts
from support.generated import drawn
from support.places import filled
from support.truth import UNKNOWABLE
from support.wants import role_situations, role_variables

pytestmark = pytest.mark.sweep

GENERATED = 52
ADDED = f"'{EXTENSION}' is assumed to be added by an earlier task"
PAGE = f"An earlier task is assumed to create the page Tracker background service authorization of '{EXTENSION}'"
REFRESH = f"Refresh tokens are assumed to be allowed for '{EXTENSION}' by an earlier task"
CONSENT = "without a person's consent"
# What the rows of the page decide, which nobody can know before it is there.
OF_THE_PAGE = ("libraries", "authorizations", "expires_at", "next_steps")
ALL = [f"g{number}" for number in range(GENERATED)]


@pytest.fixture(scope="module")
def situations():
    """Every tenant of the inventory, and what is wanted of it."""
    return dict(zip(ALL, drawn(role_situations(), GENERATED, 8), strict=False))


@pytest.fixture(scope="module")
def runs(tmp_path_factory, situations):
    """The three runs, and the tenants before them."""
    with Stage(tmp_path_factory.mktemp("role_previews")) as stage:
        stage.common["imanage_retry_timeout"] = 120
        for name, situation in situations.items():
            account = {key: value.replace("admin", user_of(situation)) for key, value in BY_PASSWORD.items()}
            variables = {**account, **role_variables(situation.options)}
            stage.add(name, filled(variables, name), by_password=False, **filled(situation.tenant, name))
        start = stage.snapshots()
        books = {"preview": "preview", "run": "onboard", "again": "onboard"}
        return {"start": start, **{name: stage.run(f"imanage.control_center.{books[name]}") for name in books}}


def user_of(situation):
    return situation.user.partition("@")[0]


def said(runs, name):
    """What the preview assumed for a tenant."""
    return runs["preview"].report[name]["assumptions"]


def goal(runs, situations, name):
    """The tenant in which what is wanted has come true."""
    situation = situations[name]
    now = datetime.datetime.now(datetime.UTC)
    wanted = Wanted(normalized(runs["start"][name]), now, ends=situation.tenant["answers"]["dates"] == "shown")
    wanted.apply(situation.module, filled(situation.options, name), filled(situation.user, name))
    return wanted


def test_the_inventory_has_tenants_of_every_sort(runs):
    assert len(runs["run"].report) == len(ALL) >= 50
    assert {runs["run"].report[name]["status"] for name in ALL} == {
        *("onboarded", "incomplete", "awaiting_consent", "failed")
    }
    told = {words for name in ALL for words in (ADDED, PAGE, REFRESH) for one in said(runs, name) if words in one}
    assert told == {ADDED, PAGE, REFRESH}
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
    assert set(preview) == set(ran)
    assert (preview.pop("check_mode"), ran.pop("check_mode")) == (True, False)
    assert (bool(preview.pop("planned")), ran.pop("planned")) == (preview["status"] != "failed", None)
    for moment in ("assumptions", "at"):
        preview.pop(moment), ran.pop(moment)
    for change in [*preview["changes"], *ran["changes"]]:
        # A run has them in the order in which it wrote them.
        change["fields"].sort(key=lambda one: one["field"])
    if preview["status"] == "failed":
        assert (ran["status"], ran["failure"]["kind"]) == ("failed", preview["failure"]["kind"])
        assert preview["stages"] == ran["stages"]
        assert ran["changed"] <= preview["changed"]
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
        for row in (preview, ran):
            row["stages"] = {stage: word for stage, word in row["stages"].items() if stage != "authorization"}
            row["changes"] = [one for one in row["changes"] if one["stage"] != "authorization"]
    for key in set(ran) - set(unknown):
        assert agrees(preview[key], ran[key]), f"{key}: {preview[key]} and {ran[key]}"


@pytest.mark.parametrize("name", ALL)
def test_what_was_not_asked_for_is_untouched(runs, situations, name):
    ran, after = runs["run"].report[name], normalized(runs["run"].snapshots[name])
    before = normalized(runs["start"][name])
    if ran["status"] == "onboarded":
        assert after == goal(runs, situations, name).state
    elif after != before:
        then, wanted = parts(before), parts(goal(runs, situations, name).state)
        assert [key for key, part in parts(after).items() if part not in (then[key], wanted[key])] == []
    assert bool(runs["run"].applied(name)) == ran["changed"]


@pytest.mark.parametrize("name", ALL)
def test_the_second_run_of_an_onboarded_tenant_changes_nothing(runs, situations, name):
    if runs["run"].report[name]["status"] != "onboarded":
        assert runs["again"].report[name]["status"] != "onboarded", "nothing has changed except the time"
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


@pytest.mark.parametrize("name", ALL)
def test_each_assumption_is_named_once(runs, name):
    preview = runs["preview"].report[name]
    if preview["status"] != "onboarded":
        return
    configuration = next(app for app in runs["start"][name]["applications"] if app["name"] == EXTENSION)
    expected = [ADDED] * (configuration["status"] == "available") + [PAGE] * (configuration["status"] != "enabled")
    refreshes = (configuration["token_policy"] or {}).get("allow_refresh_token")
    if configuration["status"] == "enabled" and not refreshes and preview["stages"]["authorization"] == "changed":
        expected.append(REFRESH)
    if configuration["status"] != "enabled" or preview["stages"]["authorization"] == "changed":
        expected.append(CONSENT)
    told = said(runs, name)
    assert [sum(words in one for one in told) for words in expected] == [1] * len(expected), told
    assert len(told) == len(expected), told
