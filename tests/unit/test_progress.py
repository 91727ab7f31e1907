# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts of a long run, and how they are told."""

from __future__ import annotations

import io
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.imanage.control_center.plugins.callback.progress import LiveLine
from ansible_collections.imanage.control_center.plugins.module_utils._duration import duration
from ansible_collections.imanage.control_center.plugins.plugin_utils._progress import Tally, outcome


def result(changed=False, **stages):
    """A result of the task that onboards."""
    return {"changed": changed, "stages": {stage: [one] for stage, one in stages.items()}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (result(), "unchanged"),
        (result(changed=True), "changed"),
        ({**result(changed=True), "check_mode": False}, "changed"),
        ({**result(changed=True), "check_mode": True}, "would change"),
        ({**result(), "check_mode": True}, "unchanged"),
        (result(provisioning={"missing": []}), "unchanged"),
        (result(provisioning={"missing": ["iManage Tracker"]}), "waiting"),
        (result(changed=True, authorization={"handed_over": [{"library": "SPM"}]}), "waiting"),
        (result(authorization={"handed_over": []}), "unchanged"),
        ({"failed": True, "changed": True}, "failed"),
        ({"failed": False, "failure": {"kind": "sign_in"}, "changed": True}, "failed"),
        ({"changed": False}, "unchanged"),
    ],
)
def test_an_outcome_is_what_people_have_to_know(given, expected):
    assert outcome(given) == expected


def test_a_line_has_the_counts_and_the_time_left():
    tally = Tally(10, started=100.0)
    assert tally.line(100.0) == "0 of 10 tenants done"
    for number, what in enumerate(("changed", "changed", "unchanged", "waiting", "failed")):
        tally.count(f"t{number}", what)
    assert tally.line(120.0) == "5 of 10 tenants done, 2 changed, 1 waiting, 1 failed, about 20 s left"


def test_the_last_line_has_the_time_it_took():
    tally = Tally(1, started=0.0)
    tally.count("acme", "unchanged")
    assert tally.line(3.2) == "1 of 1 tenants done, in 3 s"


def test_a_tenant_counts_once_by_what_became_of_it_last():
    tally = Tally(2, started=0.0)
    tally.count("acme", "failed")
    tally.count("acme", "changed")
    assert (tally.done, tally.outcomes) == (1, {"acme": "changed"})


def test_more_tenants_than_expected_are_no_nonsense():
    tally = Tally(1, started=0.0)
    tally.count("acme", "changed")
    tally.count("birch", "changed")
    assert tally.line(5.0) == "2 of 2 tenants done, 2 changed, in 5 s"


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
    """A terminal, and who holds a lock whenever it is written to."""

    def __init__(self, lock):
        super().__init__()
        self.free = []
        self._lock, self._other = lock, ThreadPoolExecutor(1)

    def isatty(self):
        return True

    def write(self, text):
        self.free.append(self._other.submit(self._take).result())
        return super().write(text)

    def _take(self):
        taken = self._lock.acquire(blocking=False)
        if taken:
            self._lock.release()
        return taken


@pytest.fixture
def opened(monkeypatch):
    """A function for a terminal of 20 columns, with a line that stays its last one; pytest has its own until then."""
    pytest.importorskip("rich")
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    lines = []

    def make():
        lock = threading.RLock()
        terminal = Terminal(lock)
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setattr(sys, "stderr", io.StringIO())
        line = LiveLine(lock)
        assert line.works
        line.start()
        lines.append(line)
        return terminal, line

    yield make
    for line in lines:
        line.stop()


def test_who_writes_to_a_terminal_has_the_lock_of_ansible_first(opened):
    terminal, line = opened()
    line.tell("1 of 2")
    print("printed by somebody else")
    line.tell("2 of 2")
    line.stop()
    assert len(terminal.free) > 4
    assert not any(terminal.free), "who takes it later may wait for one who waits for rich's"


def test_what_others_print_on_a_terminal_stays_whole(opened):
    terminal, line = opened()
    address = "https://cloudimanage.com/consent?state=[red]abc[/red]" + "0123456789" * 5
    line.tell("1 of 2")
    print(address)
    print(address, end="")
    sys.stdout.flush()
    assert terminal.getvalue().count(address) == 2


def test_a_line_on_a_terminal_is_cut_at_its_width(opened):
    terminal, line = opened()
    line.tell("5 of 10 tenants done, 2 changed")
    assert re.findall(r"5 of[^\r\n\x1b]*", terminal.getvalue()) == ["5 of 10 tenants don…"]


def test_errors_that_go_elsewhere_still_go_there(opened):
    terminal, _line = opened()
    print("an error", file=sys.stderr)
    assert sys.stderr.getvalue() == "an error\n"
    assert "an error" not in terminal.getvalue()


def test_a_worker_leaves_the_line_alone(opened, monkeypatch):
    terminal, line = opened()
    line.tell("1 of 2")
    before = terminal.getvalue()
    with monkeypatch.context() as worker:
        worker.setattr("os.getpid", lambda: 0)
        line.stop()
    assert terminal.getvalue() == before
