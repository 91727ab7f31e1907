# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts of a long run, their wording, and the line that stays the last one of a terminal."""

from __future__ import annotations

import io
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible.utils.display import Display
from ansible_collections.imanage.control_center.plugins.plugin_utils._progress.duration import duration
from ansible_collections.imanage.control_center.plugins.plugin_utils._progress.live_line import ERASE, LiveLine
from ansible_collections.imanage.control_center.plugins.plugin_utils._progress.progress import Tally, outcome

DISPLAY = Display()
ADDRESS = "https://cloudimanage.com/consent?state=" + "0123456789" * 5


@pytest.mark.parametrize(
    ("status", "changed", "check_mode", "expected"),
    [
        ("onboarded", False, False, ()),
        ("onboarded", True, False, ("changed",)),
        ("onboarded", True, True, ("would change",)),
        ("onboarded", False, True, ()),
        ("incomplete", True, False, ("changed",)),
        ("awaiting_provisioning", False, False, ("waiting",)),
        ("awaiting_consent", True, False, ("changed", "waiting")),
        ("awaiting_consent", True, True, ("would change", "waiting")),
        ("failed", True, False, ("changed", "failed")),
        ("left_alone", False, False, ()),
    ],
)
def test_a_tenant_that_changed_and_waits_counts_in_both(status, changed, check_mode, expected):
    assert outcome({"status": status, "changed": changed, "check_mode": check_mode}) == expected


def tally(total, *outcomes):
    """A tally that was started at 100 s."""
    made = Tally()
    made.start(total, 100.0)
    made.outcomes.update({f"t{number}": tuple(what.split()) for number, what in enumerate(outcomes)})
    return made


def test_a_line_has_the_counts_and_the_time_left():
    assert tally(10).line(100.0) == "0 of 10 tenants done"
    some = tally(10, "changed", "changed waiting", "", "waiting", "failed")
    assert some.line(120.0) == "5 of 10 tenants done, 2 changed, 2 waiting, 1 failed, about 20 s left"


def test_a_line_says_how_many_have_passed_the_task_at_work():
    some = tally(10)
    some.passed.update({"Look": 10, "Apply": 3})
    some.task = "Apply"
    assert some.line(120.0) == '0 of 10 tenants done, 3 have passed "Apply"'
    assert some.line(120.0, ended=True) == "0 of 10 tenants done, in 20 s"


def test_the_last_line_has_the_time_it_took():
    assert tally(1, "").line(103.2, ended=True) == "1 of 1 tenants done, in 3 s"
    assert tally(2, "").line(103.2, ended=True) == "1 of 2 tenants done, in 3 s"


def test_more_tenants_than_expected_give_a_sensible_line():
    assert tally(1, "changed", "changed").line(105.0, ended=True) == "2 of 2 tenants done, 2 changed, in 5 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 s"),
        (1.4, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3600, "60 min"),
        (5400, "1 h 30 min"),
        (9000, "2 h 30 min"),
    ],
)
def test_a_duration_is_told_as_people_say_it(seconds, words):
    assert duration(seconds) == words


class Terminal(io.StringIO):
    """A terminal, and for each time that it is written to whether another thread could have done so too."""

    def __init__(self):
        super().__init__()
        self.free = []
        self._other = ThreadPoolExecutor(1)

    def isatty(self):
        return True

    def write(self, text):
        self.free.append(self._other.submit(self._take).result())
        return super().write(text)

    def _take(self):
        taken = DISPLAY._lock.acquire(blocking=False)
        if taken:
            DISPLAY._lock.release()
        return taken


@pytest.fixture
def opened(monkeypatch):
    """A function for a terminal of 20 columns, with a line that stays its last one; pytest has its own until then."""
    lines = []

    def make(with_errors=False):
        terminal = Terminal()
        monkeypatch.setenv("COLUMNS", "20")
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setattr(sys, "stderr", terminal if with_errors else io.StringIO())
        lines.append(LiveLine(DISPLAY))
        return terminal, lines[-1]

    yield make
    for line in lines:
        line.stop()


def test_the_line_makes_room_for_what_others_print(opened):
    terminal, line = opened()
    line.show("1 of 2")
    DISPLAY.display("ok: [acme]")
    line.show("2 of 2")
    line.stop()
    DISPLAY.display("PLAY RECAP")
    assert terminal.getvalue() == f"1 of 2{ERASE}ok: [acme]\n1 of 2{ERASE}2 of 2{ERASE}PLAY RECAP\n"
    assert sys.stdout is terminal


def test_whoever_writes_to_the_terminal_has_the_lock_of_ansible_and_no_other(opened):
    terminal, line = opened()
    line.show("1 of 2")
    DISPLAY.display("ok: [acme]")
    line.stop()
    assert terminal.free == [False] * 3


def test_a_line_that_somebody_has_begun_is_not_broken(opened):
    terminal, line = opened()
    line.show("1 of 2")
    print(ADDRESS, end="")
    line.show("2 of 2")
    print("&more")
    assert terminal.getvalue() == f"1 of 2{ERASE}{ADDRESS}&more\n2 of 2"


def test_the_line_is_cut_at_the_width_of_the_terminal(opened):
    terminal, line = opened()
    line.show("5 of 10 tenants done, 2 changed")
    assert terminal.getvalue() == "5 of 10 tenants don"


def test_errors_that_go_elsewhere_still_go_there(opened):
    terminal, line = opened()
    line.show("1 of 2")
    print("an error", file=sys.stderr)
    assert sys.stderr.getvalue() == "an error\n"
    assert terminal.getvalue() == "1 of 2"


def test_errors_on_the_same_terminal_are_written_above_the_line(opened):
    terminal, line = opened(with_errors=True)
    line.show("1 of 2")
    DISPLAY.display("an error", stderr=True)
    line.stop()
    assert terminal.getvalue() == f"1 of 2{ERASE}an error\n1 of 2{ERASE}"
    assert sys.stderr is terminal


def test_the_log_has_no_line_of_a_terminal(opened, monkeypatch):
    _terminal, line = opened()
    logged = []
    monkeypatch.setattr(DISPLAY, "_log", lambda *_: logged.append(1))
    monkeypatch.setattr("ansible.utils.display.logger", object())
    line.show("1 of 2")
    assert logged == []
