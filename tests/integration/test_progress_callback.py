# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback that tells how far a run is, in a log and on a terminal."""

from __future__ import annotations

import re

import pytest
from playbooks_support import EXTENSION, Stage, catalog, once

LINE = re.compile(r"\d+ of \d+ tenants done[^\r\n\x1b]*")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Tenants of several outcomes: in a log, in batches in a log, and on a terminal."""

    def make():
        with Stage(tmp_path_factory.mktemp("progress")) as stage:
            for name in ("one", "two", "three"):
                stage.add(name)
            stage.add("unprovisioned", applications=catalog(EXTENSION))
            stage.add("wrong", {"imanage_password": "guessed"})
            stage.add("unset", {"imanage_timeout": "soon"})
            options = {
                "ANSIBLE_CALLBACKS_ENABLED": "task_lines,imanage.control_center.progress",
                "IMANAGE_PROGRESS_INTERVAL": "0",
            }
            onboard = "imanage.control_center.onboard"
            return {
                "log": stage.run(onboard, **options),
                "batches": stage.run("-e", "imanage_serial=2", onboard, **options),
                "terminal": stage.run(onboard, terminal=True, **options),
                "seldom": stage.run(onboard, **{**options, "IMANAGE_PROGRESS_INTERVAL": "3600"}),
                "limited": stage.run("--limit", "one,two", onboard, **options),
            }

    return once(tmp_path_factory, "progress", make)


def told(run):
    """The lines of the callback, in order."""
    return LINE.findall(run.output)


def test_a_log_ends_with_the_sums(runs):
    last = told(runs["log"])[-1]
    assert re.fullmatch(r"6 of 6 tenants done, 3 changed, 1 waiting, 2 failed, in \d+ s", last)


def test_the_counts_only_grow_and_the_total_is_known_from_the_start(runs):
    for name in ("log", "batches", "terminal"):
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
    assert "\x1b[2K" in runs["terminal"].output, "the line is erased before others are printed"
    assert told(runs["terminal"])[-1].startswith("6 of 6 tenants done")
    assert "PLAY RECAP" in runs["terminal"].output


def test_nothing_else_of_a_result_is_shown(runs):
    for run in runs.values():
        for line in told(run):
            assert re.fullmatch(r"[\d a-z,]+", line), line
        assert "guessed" not in run.output
        assert "admin-password" not in run.output
