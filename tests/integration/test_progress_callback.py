# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback that tells how far a run is, in a log and on a terminal."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playbooks_support import EXTENSION, Stage, catalog, on_terminal, once
from sandbox import Fault

pytestmark = pytest.mark.sweep

LINE = re.compile(r"\d+ of \d+ tenants done[^\r\n\x1b]*")
ERASE, HIDE, SHOW = "\x1b[2K", "\x1b[?25l", "\x1b[?25h"
OPTIONS = {
    "ANSIBLE_CALLBACKS_ENABLED": "task_lines,imanage.control_center.progress",
    "IMANAGE_PROGRESS_INTERVAL": "0",
}
ONBOARD = "imanage.control_center.onboard"
# Found before the real one; it notes who looks for it.
NO_RICH = """
from pathlib import Path
with Path(__file__).with_name("tries").open("a") as tries:
    print("tried", file=tries)
raise ImportError("There is no rich.")
"""
ADDRESS = f"https://cloudimanage.com/consent?state={'0123456789' * 8}"
# Two batches, and what another prints between them.
SKIPPED = f"""
- hosts: all
  gather_facts: false
  serial: 3
  tasks:
    - name: Onboard nobody
      imanage.control_center.imanage_onboarding:
      when: false
    - name: Print a long line
      ansible.builtin.debug:
        msg: "{ADDRESS}"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Tenants of several outcomes: in a log, in batches in a log, and on a terminal."""

    def make():
        folder = tmp_path_factory.mktemp("progress")
        (folder / "rich.py").write_text(NO_RICH)
        (folder / "skipped.yml").write_text(SKIPPED)
        skipped = str(folder / "skipped.yml")
        with Stage(folder) as stage:
            for name in ("one", "two", "three"):
                stage.add(name)
            stage.add("unprovisioned", applications=catalog(EXTENSION))
            stage.add("wrong", {"imanage_password": "guessed"})
            stage.add("unset", {"imanage_timeout": "soon"})
            runs = {
                "preview": stage.run("imanage.control_center.preview", **OPTIONS),
                "log": stage.run(ONBOARD, **OPTIONS),
                "batches": stage.run("-e", "imanage_serial=2", ONBOARD, **OPTIONS),
                "terminal": stage.run(ONBOARD, terminal=True, **OPTIONS),
                "narrow": stage.run(skipped, terminal=True, **{**OPTIONS, "COLUMNS": "20"}),
                "without rich": stage.run(skipped, terminal=True, PYTHONPATH=str(folder), **OPTIONS),
                "dumb": stage.run(skipped, execute=partial(on_terminal, term="dumb"), **OPTIONS),
                "runner": stage.run(skipped, terminal=True, AWX_ISOLATED_DATA_DIR=str(folder), **OPTIONS),
                "seldom": stage.run(ONBOARD, **{**OPTIONS, "IMANAGE_PROGRESS_INTERVAL": "3600"}),
                "limited": stage.run("--limit", "one,two", ONBOARD, **OPTIONS),
                "skipped": stage.run(skipped, **OPTIONS),
            }
        return runs, (folder / "tries").read_text().split()

    return once(tmp_path_factory, "progress", make)


@pytest.fixture(scope="module")
def runs(made):
    """The runs, by name."""
    return made[0]


def told(run):
    """The lines of the callback, in order."""
    return LINE.findall(run.output)


def test_a_log_ends_with_the_sums(runs):
    last = told(runs["log"])[-1]
    assert re.fullmatch(r"6 of 6 tenants done, 3 changed, 1 waiting, 2 failed, in \d+ s", last)


def test_the_counts_only_grow_and_the_total_is_known_from_the_start(runs):
    for name in ("log", "batches", "terminal", "without rich", "dumb", "runner"):
        counts = [tuple(map(int, re.match(r"(\d+) of (\d+)", line).groups())) for line in told(runs[name])]
        assert [done for done, _total in counts] == sorted(done for done, _total in counts), name
        assert {total for _done, total in counts} == {6}, name
        assert len(counts) > 3, name


def test_batches_are_one_run(runs):
    assert re.fullmatch(r"6 of 6 tenants done, 1 waiting, 2 failed, in \d+ s", told(runs["batches"])[-1])


def test_only_those_within_the_limit_count(runs):
    assert told(runs["limited"])[-1].startswith("2 of 2 tenants done")


def test_a_log_has_a_line_now_and_then_only(runs):
    assert len(told(runs["seldom"])) == 1


def test_a_terminal_has_the_line_last_and_takes_it_away_again(runs):
    assert ERASE in runs["terminal"].output, "the line is erased before others are printed"
    assert told(runs["terminal"])[-1].startswith("6 of 6 tenants done")
    assert "PLAY RECAP" in runs["terminal"].output


def test_a_terminal_keeps_its_cursor(runs):
    output = runs["terminal"].output
    assert output.count(HIDE) > 0
    assert output.count(HIDE) == output.count(HIDE + SHOW), "also where a run is killed"


def test_an_interrupted_run_takes_the_line_away(tmp_path):
    with Stage(tmp_path) as stage:
        stage.add("quick")
        stage.add("slow")
        stage.sandbox.tenant("slow").faults.append(Fault("hang"))
        run = stage.run(ONBOARD, report=None, execute=partial(on_terminal, until=b"1 of 2 tenants done"), **OPTIONS)
    assert run.code != 0
    assert "User interrupted execution" in run.output
    end = run.output[run.output.rindex(told(run)[-1]) :]
    assert SHOW in end
    assert end.endswith(ERASE)


def test_a_line_is_never_longer_than_the_terminal(runs):
    lines = told(runs["narrow"])
    assert max(len(line) for line in lines[:-1]) == 20
    assert re.fullmatch(r"6 of 6 tenants done, in \d+ s", lines[-1]), "the last one stays, so it is whole"


def test_what_others_print_on_a_narrow_terminal_stays_whole(runs):
    assert runs["narrow"].output.count(ADDRESS) == 6


def test_a_terminal_without_rich_is_a_log(runs, made):
    assert made[1] == ["tried"]
    assert_log(runs["without rich"])


def test_a_terminal_that_can_erase_nothing_is_a_log(runs):
    assert_log(runs["dumb"])


def test_a_runner_reads_a_log_also_from_a_terminal(runs):
    assert_log(runs["runner"])


def assert_log(run):
    assert len(told(run)) > 3
    assert told(run)[-1].startswith("6 of 6 tenants done")
    assert ERASE not in run.output
    assert HIDE not in run.output


def test_a_preview_tells_what_would_change(runs):
    assert re.fullmatch(
        r"6 of 6 tenants done, 3 would change, 1 waiting, 2 failed, in \d+ s", told(runs["preview"])[-1]
    )


def test_a_tenant_that_is_skipped_is_done(runs):
    assert re.fullmatch(r"6 of 6 tenants done, in \d+ s", told(runs["skipped"])[-1])


def test_nothing_else_of_a_result_is_shown(runs):
    for run in runs.values():
        for line in told(run):
            assert re.fullmatch(r"[\d a-z,]+…?", line), line
        assert "guessed" not in run.output
        assert "admin-password" not in run.output
