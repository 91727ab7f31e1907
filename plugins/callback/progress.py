# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run over many tenants is, on a terminal in one line that stays, in a log by a line now and then."""

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: notification
author: the imanage.control_center authors (@imanage-control-center)
short_description: Tell how many tenants are done
version_added: 1.0.0
description:
  - Counts the tenants of a run that are done, and those of them that changed, wait for iManage or a person, or failed,
    and guesses the time that is left. In check mode, tenants that would change are counted. A tenant whose task is
    skipped is done.
  - On a terminal, with the Python library rich installed, the counts stay on the last line. Otherwise, and under
    ansible-runner or where E(TERM) is V(dumb), a line is printed now and then, and at the end.
  - Nothing else of a result is shown.
requirements:
  - Enable it, for example by E(ANSIBLE_CALLBACKS_ENABLED=imanage.control_center.progress).
options:
  interval:
    description: The least time between two lines, in seconds. On a terminal, a tenth of it.
    type: float
    default: 5
    env:
      - name: IMANAGE_PROGRESS_INTERVAL
    ini:
      - section: imanage_progress
        key: interval
"""

import atexit
import os
import sys
import time
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._progress import Tally, outcome

ACTION = "imanage_onboarding"


class CallbackModule(CallbackBase):
    """Counts results; one tally for each play."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "imanage.control_center.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._tally: Tally | None = None
        self._play: Any = None
        self._failed: set[str] = set()
        self._told_at = 0.0
        self._told_done = 0
        self._live: LiveLine | None = None

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Another play, or another batch of the same one."""
        if self._play is None or self._play._uuid != play._uuid:
            self._end()
            self._play, self._failed = play, set()

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """The first task that onboards starts the clock."""
        if self._tally is None and _onboards(task):
            hosts = self._play.get_variable_manager()._inventory.get_hosts(self._play.hosts, ignore_restrictions=True)
            self._told_at = time.monotonic()
            self._tally = Tally(len(hosts), self._told_at)
            for host in self._failed:
                self._tally.count(host, "failed")
            self._live = _live_line(getattr(self._display, "_lock", None))
            if self._live:
                self._tell(self._told_at)
            else:
                self._show()

    def v2_runner_on_ok(self, result: Any) -> None:
        """A tenant may be done."""
        self._count(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A tenant has failed, also before the task that onboards."""
        self._count(result, failed=True, ignored=ignore_errors)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A tenant that the task left out is done."""
        self._count(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A tenant has failed."""
        self._count(result, failed=True)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The end of the run."""
        self._end()

    def _count(self, result: Any, failed: bool = False, ignored: bool = False) -> None:
        # Core 2.18 has the underscored names only.
        modern = hasattr(result, "host")
        host, task = (result.host, result.task) if modern else (result._host, result._task)
        name = host.get_name()
        if failed and not ignored:
            self._failed.add(name)
        if self._tally is None or not ((failed and not ignored) or _onboards(task)):
            return
        self._tally.count(name, "failed" if failed else outcome(result.result if modern else result._result))
        if self._tally.done >= self._tally.total:
            self._end()
        else:
            self._show()

    def _show(self) -> None:
        interval = self.get_option("interval")
        now = time.monotonic()
        if now - self._told_at >= (interval / 10 if self._live else interval):
            self._tell(now)

    def _tell(self, now: float) -> None:
        line = self._tally.line(now)
        self._told_at, self._told_done = now, self._tally.done
        if self._live:
            self._live.tell(line)
        else:
            self._display.display(line)

    def _end(self) -> None:
        """Stop the line, and print how it ended."""
        if self._live:
            self._live.stop()
            self._live, self._told_done = None, 0
        if self._tally and self._tally.done > self._told_done:
            self._display.display(self._tally.line(time.monotonic()))
        self._tally, self._told_done = None, 0


class LiveLine:
    """A line that stays the last one of a terminal, below what others print there; by rich, which may be missing.

    C(lock) is the one that Ansible holds while it writes to the terminal or forks.
    """

    def __init__(self, lock: Any) -> None:
        # Here, since they are slow to import.
        from rich.console import Console
        from rich.live import Live

        # What others print stays as it is: an address that is broken into lines could not be followed.
        self._console = Console(soft_wrap=True, markup=False, emoji=False, highlight=False)
        # No thread of its own: the run forks all the time. Errors that go elsewhere still go there.
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stderr=sys.stderr.isatty()
        )
        # One lock for all who write. Of several, two threads would take one each and wait for the other for ever: the
        # results of workers are shown by a thread that holds Ansible's, and then comes to rich's.
        self._has_one_lock = lock is not None and hasattr(self._live, "_lock") and hasattr(self._console, "_lock")
        if self._has_one_lock:
            self._live._lock = self._console._lock = lock
        self._process = os.getpid()

    @property
    def works(self) -> bool:
        """Whether the terminal can erase a line, and nobody would wait for ever."""
        erases = self._console.is_terminal and self._console.is_interactive and not self._console.is_dumb_terminal
        return erases and self._has_one_lock

    def start(self) -> None:
        """Keep the last line of the terminal from now on."""
        # Ansible tells callbacks nothing about the end of a run that is interrupted or aborted.
        atexit.register(self.stop)
        self._live.start()
        # rich hides the cursor, and a run that is killed could not show it again.
        self._console.show_cursor(True)

    def tell(self, line: str) -> None:
        """Replace the line, as far as it fits the terminal: of a longer one a part could not be erased."""
        self._live.update(self._console.render_str(line, overflow="ellipsis"), refresh=True)

    def stop(self) -> None:
        """Take the line away. A worker that was forked meanwhile has no say in it."""
        if os.getpid() == self._process:
            atexit.unregister(self.stop)
            self._live.stop()


def _live_line(lock: Any) -> LiveLine | None:
    """A line that has been started; None where there is no terminal that it works on, or no rich."""
    # ansible-runner gives a run a terminal, and reads what its own callback writes there between the lines.
    if "AWX_ISOLATED_DATA_DIR" in os.environ or not sys.stdout.isatty():
        return None
    try:
        line = LiveLine(lock)
    except ImportError:
        return None
    if not line.works:
        return None
    line.start()
    return line


def _onboards(task: Any) -> bool:
    return str(task.action).rpartition(".")[2] == ACTION
