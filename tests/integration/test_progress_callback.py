# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback that shows how far a run is, in a log and on a terminal."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playbooks_support import EXTENSION, Stage, catalog, on_terminal
from sandbox import Fault

pytestmark = pytest.mark.sweep

LINE = re.compile(r"\d+ of \d+ tenants done[^\r\n\x1b]*")
ERASE = "\r\x1b[2K"
OPTIONS = {
    "ANSIBLE_CALLBACKS_ENABLED": "task_lines,imanage.control_center.progress",
    "IMANAGE_PROGRESS_INTERVAL": "0",
}
ONBOARD = "imanage.control_center.onboard"
ADDRESS = f"https://cloudimanage.com/consent?state={'0123456789' * 8}"
# In batches: a tenant that fails on the way to the role, one that a rescue sees to, one that is left out, and what
# somebody else prints in between.
SMALL = f"""
- hosts: all
  gather_facts: false
  connection: local
  serial: 3
  tasks:
    - name: Refuse one tenant
      ansible.builtin.assert:
        that: inventory_hostname != 'one'
    - name: Rescue what fails
      block:
        - name: Onboard
          ansible.builtin.include_role:
            name: imanage.control_center.tracker_onboarding
          when: inventory_hostname not in ['two', 'unset']
      rescue:
        - name: Say that it is well
          ansible.builtin.set_fact:
            tracker_onboarding_result: {{status: onboarded, changed: true}}
    - name: Print a long line
      ansible.builtin.debug:
        msg: "{ADDRESS}"
- hosts: all
  gather_facts: false
  tasks:
    - name: Refuse everybody
      ansible.builtin.fail:
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Tenants of several outcomes: in a log, in batches in a log, and on terminals."""
    folder = tmp_path_factory.mktemp("progress")
    (folder / "small.yml").write_text(SMALL)
    small = str(folder / "small.yml")
    with Stage(folder) as stage:
        for name in ("one", "two", "three"):
            stage.add(name)
        stage.add("unprovisioned", applications=catalog(EXTENSION))
        stage.add("wrong", {"imanage_password": "guessed"})
        stage.add("unset", {"imanage_timeout": "soon"})
        return {
            "preview": stage.run("imanage.control_center.preview", **{**OPTIONS, "IMANAGE_PROGRESS_INTERVAL": "3600"}),
            "batches": stage.run("-e", "imanage_serial=2", ONBOARD, **OPTIONS),
            "terminal": stage.run(ONBOARD, terminal=True, **OPTIONS),
            "narrow": stage.run(small, terminal=True, **{**OPTIONS, "COLUMNS": "20"}),
            "dumb": stage.run(small, execute=partial(on_terminal, term="dumb"), **OPTIONS),
            "runner": stage.run(small, terminal=True, AWX_ISOLATED_DATA_DIR=str(folder), **OPTIONS),
        }


def told(run):
    """The lines of the callback, in order."""
    return LINE.findall(run.output)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("preview", r"6 of 6 tenants done, 3 would change, 1 waiting, 2 failed, in \d+ s"),
        ("batches", r"6 of 6 tenants done, 3 changed, 1 waiting, 2 failed, in \d+ s"),
        ("terminal", r"6 of 6 tenants done, 1 waiting, 2 failed, in \d+ s"),
        ("dumb", r"4 of 6 tenants done, 1 changed, 1 waiting, 1 failed, in \d+ s"),
    ],
)
def test_a_run_ends_with_the_sums(runs, name, last):
    assert re.fullmatch(last, told(runs[name])[-1])


def test_the_counts_only_grow_and_the_total_is_known_from_the_start(runs):
    for name in ("batches", "terminal"):
        counts = [tuple(map(int, re.match(r"(\d+) of (\d+)", line).groups())) for line in told(runs[name])]
        assert [done for done, _total in counts] == sorted(done for done, _total in counts), name
        assert {total for _done, total in counts} == {6}, name
        assert len(counts) > 3, name


def test_a_log_has_a_line_now_and_then_only(runs):
    assert len(told(runs["preview"])) == 1


def test_a_play_without_the_role_shows_nothing(runs):
    assert not LINE.search(runs["dumb"].output.partition("Refuse everybody")[2])


def test_a_terminal_has_the_line_last_and_takes_it_away_again(runs):
    shown = [line.rpartition(ERASE)[2] for line in runs["terminal"].output.split("\r\n")]
    assert [line for line in shown if LINE.search(line)] == told(runs["terminal"])[-1:], "only the last one stays"
    assert "PLAY RECAP" in runs["terminal"].output


def test_an_interrupted_run_takes_the_line_away(tmp_path):
    with Stage(tmp_path) as stage:
        stage.add("quick")
        stage.add("slow")
        stage.sandbox.tenant("slow").faults.append(Fault("hang"))
        run = stage.run(ONBOARD, report=None, execute=partial(on_terminal, until=b"1 have passed"), **OPTIONS)
    assert run.code != 0
    assert "User interrupted execution" in run.output
    assert run.output.endswith(ERASE)


def test_a_line_is_never_longer_than_the_terminal(runs):
    lines = told(runs["narrow"])
    assert max(len(line) for line in lines[:-1]) == 19
    assert re.fullmatch(r"4 of 6 tenants done, .*, in \d+ s", lines[-1]), "the last one stays, so it is whole"


def test_what_others_print_on_a_narrow_terminal_stays_whole(runs):
    assert runs["narrow"].output.count(ADDRESS) == 5


@pytest.mark.parametrize("name", ["dumb", "runner"])
def test_a_log_is_written_where_no_line_can_be_erased_or_a_runner_reads(runs, name):
    assert told(runs[name])[-1].startswith("4 of 6 tenants done")
    assert ERASE not in runs[name].output


def test_nothing_else_of_a_result_is_shown(runs):
    for run in runs.values():
        for line in told(run):
            assert re.fullmatch(r'[\d a-z,]+( have passed "[\w ,.\'-]+"?)?', line), line
        assert "guessed" not in run.output
        assert "admin-password" not in run.output
