# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress of a run over many tenants: in the last line of a terminal, or as lines of a log."""

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: notification
author: the imanage.control_center authors (@imanage-control-center)
short_description: Show how many tenants are done
version_added: 1.0.0
description:
  - Counts the tenants of a play with the role P(imanage.control_center.tracker_onboarding#role) that are done. Of
    these, counts the tenants that changed, wait for iManage or a person, or failed. A tenant that changed and waits
    counts in both. In check mode, counts the tenants that would change. Estimates the remaining time.
  - A tenant is done when the role has set its result, or when a task failed. Until then, the line shows how many
    tenants have passed the current task. Other plays show nothing.
  - On a terminal, the counts stay on the last line. Otherwise, and with ansible-runner or if E(TERM) is V(dumb), a line
    is printed from time to time and at the end.
requirements:
  - Enable it, for example by E(ANSIBLE_CALLBACKS_ENABLED=imanage.control_center.progress).
options:
  interval:
    description: The shortest time between two lines of a log, in seconds.
    type: float
    default: 5
    env:
      - name: IMANAGE_PROGRESS_INTERVAL
    ini:
      - section: imanage_progress
        key: interval
"""

import time
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible_collections.imanage.control_center.plugins.plugin_utils._progress.live_line import LiveLine, live_line
from ansible_collections.imanage.control_center.plugins.plugin_utils._progress.progress import Tally, outcome

ROLE = "imanage.control_center.tracker_onboarding : "
FACT = "tracker_onboarding_result"


class CallbackModule(CallbackBase):
    """Counts tenants, with one tally for each play."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "imanage.control_center.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._play: Any = None
        self._tally = Tally()
        self._live: LiveLine | None = None
        self._printed: dict[str, tuple[str, ...]] = {}
        self._printed_at = 0.0

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Another play, or another batch of the same one."""
        if self._play is None or self._play._uuid != play._uuid:
            self._end()
            self._play, self._tally, self._printed = play, Tally(), {}

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """The first task of the role starts the clock."""
        if self._tally.started is None and task.get_name().startswith(ROLE):
            hosts = self._play.get_variable_manager().get_vars(play=self._play)["ansible_play_hosts_all"]
            self._printed_at = time.monotonic()
            self._tally.start(len(hosts), self._printed_at)
            self._live = live_line(self._display)
            self._show()

    # ansible-core 2.18 has only the names with an underscore. Later versions have both.

    def v2_runner_on_ok(self, result: Any) -> None:
        """A tenant may be done."""
        fact = (result._result.get("ansible_facts") or {}).get(FACT)
        self._count(result, outcome(fact) if fact else None)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A tenant has failed, unless a rescue changes that."""
        self._count(result, None if ignore_errors else ("failed",))

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A tenant has failed."""
        self._count(result, ("failed",))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The end of the run."""
        self._end()

    def _count(self, result: Any, what: tuple[str, ...] | None) -> None:
        if what is not None:
            self._tally.outcomes[result._host.get_name()] = what
        if self._tally.started is not None:
            # With the linear strategy all tenants end at the same time, so count the tasks that they have passed.
            _before, of_role, task = result._task.get_name().rpartition(ROLE)
            if of_role:
                self._tally.passed[task] += 1
                self._tally.task = task
            self._show()

    def _show(self) -> None:
        now = time.monotonic()
        if self._tally.done >= self._tally.total:
            self._end()
        elif self._live:
            self._live.show(self._tally.line(now))
        elif now - self._printed_at >= self.get_option("interval"):
            self._printed_at = now
            self._display.display(self._tally.line(now))

    def _end(self) -> None:
        """Remove the line and print the outcome, again if a rescue has changed it."""
        if self._live:
            self._live.stop()
            self._live = None
        if self._tally.started is not None and self._tally.outcomes != self._printed:
            self._printed = dict(self._tally.outcomes)
            self._display.display(self._tally.line(time.monotonic(), ended=True))
