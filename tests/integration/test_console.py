# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees of a run, on a terminal and in a log: a line for each tenant, and red for what is wrong alone."""

from __future__ import annotations

import json
import re

import pytest
from playbooks_support import EXTENSION, Stage, catalog

pytestmark = pytest.mark.sweep

ONBOARD, PREVIEW = "imanage.control_center.onboard", "imanage.control_center.preview"
COLOURS = {"ANSIBLE_NOCOLOR": "", "ANSIBLE_FORCE_COLOR": "1"}
RED = re.compile(r"\x1b\[0;31m(.*?)\x1b\[0m", re.DOTALL)
ESCAPING = [
    {
        "hosts": "well",
        "gather_facts": False,
        "connection": "local",
        "tasks": [
            {"name": "Summary", "imanage.control_center.summary": {"lines": ["one\x1b[2J\x1b]0;taken\x07", "two é"]}},
        ],
    }
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Tenants that are onboarded, wait for iManage, wait for a person, and fail; in several outputs."""
    with Stage(tmp_path_factory.mktemp("console")) as stage:
        stage.add("well")
        stage.add("wrong", {"imanage_password": "guessed"})
        stage.add("bare", applications=catalog(EXTENSION))
        stage.add("consent", consent_required=True)
        found = {
            "preview": stage.run(PREVIEW),
            "minimal": stage.run("--check", ONBOARD, ANSIBLE_STDOUT_CALLBACK="minimal"),
            "terminal": stage.run(ONBOARD, terminal=True, **COLOURS),
            "log": stage.run(ONBOARD),
        }
        book = stage.where / "escapes.yml"
        book.write_text(json.dumps(ESCAPING), encoding="utf-8")
        return {**found, "escapes": stage.run(str(book), report=None)}


def task(run, name):
    """The lines that a task printed, without the results of hosts."""
    lines = run.output.replace("\r", "").partition(f"TASK [{name}]")[2].partition("\n\n")[0].splitlines()[1:]
    return [line for line in lines if not re.match(r"(\x1b\[[0-9;]*m)?(ok|changed|skipping): ", line)]


def heads(run):
    """The lines of the summary, without what remains to do for a tenant."""
    return [line for line in task(run, "Summary") if not line.startswith("    ")]


def test_the_summary_is_a_plain_line_for_each_tenant(runs):
    assert heads(runs["terminal"]) == [
        "well: onboarded (changed), 3 libraries authorized",
        "wrong: failed, sign_in",
        "bare: awaiting_provisioning",
        "consent: awaiting_consent (changed), 3 pending",
        "2 changed: 4 applications added, 2 policies, 3 libraries authorized; 2 wait; 1 failed",
    ]
    assert heads(runs["log"]) == [
        "well: onboarded, 3 libraries authorized",
        "wrong: failed, sign_in",
        "bare: awaiting_provisioning",
        "consent: awaiting_consent, 3 pending",
        "2 wait; 1 failed; 1 unchanged",
    ]
    expected = "would be onboarded, 3 libraries expected (a person may have to authorize them)"
    told = heads(runs["preview"])
    assert [line for line in told if not line.startswith("Assumed of 2 tenants: ")] == [
        "Preview: what a run would do. Nothing was written.",
        f"well: {expected}",
        "wrong: failed, sign_in",
        "bare: awaiting_provisioning",
        f"consent: {expected}",
        "2 would change: 4 applications added, 2 policies, 6 libraries expected; 1 waits; 1 failed",
    ]
    assert len(told) > 6


@pytest.mark.parametrize("name", ["terminal", "log", "preview"])
def test_who_waits_or_failed_reads_there_what_to_do(runs, name):
    lines = [line.strip() for line in task(runs[name], "Summary")]
    for tenant, row in runs[name].report.items():
        if row["status"] not in ("onboarded", "offboarded"):
            assert [step for step in row["next_steps"] if step.splitlines()[0] not in lines] == [], tenant


def test_another_callback_gets_the_lines_in_the_result_and_nothing_in_between(runs):
    output = runs["minimal"].output
    (result,) = re.findall(r"^well(?: -> localhost)? \| SUCCESS => (\{[^}]*\"msg\": \[.*?\n\})", output, re.M | re.S)
    told = [line for line in json.loads(result)["msg"] if line.startswith(("wrong: ", "bare: "))]
    assert told == ["wrong: failed, sign_in", "bare: awaiting_provisioning"]
    assert not re.search(r"^(well|wrong|bare|consent): ", output, re.MULTILINE)


def test_only_failures_are_red(runs):
    """The task that failed, and at the end the tenant once more."""
    output = runs["terminal"].output.replace("\r", "")
    before, _play, end = output.partition("PLAY [Fail the tenants that failed]")
    for part in (before, end):
        red = " ".join(RED.findall(part))
        assert "The credentials are not valid." in red
        assert "wrong" in red
        assert [name for name in ("well", "bare", "consent") if name in red] == []


@pytest.mark.parametrize("name", ["terminal", "log", "preview"])
def test_a_failure_is_one_message_and_not_the_whole_result(runs, name):
    output = re.sub(r"\x1b\[[0-9;]*m|\r", "", runs[name].output)
    message = runs[name].report["wrong"]["failure"]["msg"]
    found = [line.partition("]: FAILED! => ") for line in re.findall(r"^fatal: \[(.*)$", output, re.MULTILINE)]
    assert [tenant for tenant, _failed, _fields in found] == ["wrong", "wrong"]
    first, last = (json.loads(fields) for _tenant, _failed, fields in found)
    assert set(first) == {"changed", "check_mode", "failed_stage", "failure", "msg"}
    assert first["msg"] == message
    assert last == {"changed": False, "msg": message}
    assert "ignored=1" not in output
    assert runs[name].code == 2


def test_what_a_name_has_for_terminals_does_not_reach_them(runs):
    assert task(runs["escapes"], "Summary") == ["one [2J ]0;taken ", "two é"]
