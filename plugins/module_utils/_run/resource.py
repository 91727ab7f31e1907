# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine expects of a resource. A resource is a module of functions in _resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step


class Resource(Protocol):
    """An application, a token policy, or the libraries' authorizations.

    C(want) is what the options ask for and C(have) is what was read. Each resource has its own types for them.
    """

    def want_of(self, parameters: Mapping[str, Any]) -> Any:
        """Return what the options ask for. Raise C(bad_option) where they contradict each other."""

    def read(self, client: Client, want: Any) -> Any:
        """Read the resource. Raise NotYet where an earlier task may create it."""

    def plan(self, want: Any, have: Any) -> Plan:
        """Plan the writes. Planning again on what was read after them plans nothing."""

    def report(self, client: Client, want: Any, have: Any) -> dict[str, Any]:
        """Return the task's return values."""

    def title(self, want: Any, have: Any) -> str:
        """Return the name in the head of a diff."""

    def assumptions(self, client: Client, plan: Plan) -> list[str]:
        """Return, in sentences, what a preview of this plan cannot know."""

    def want_to_verify(self, want: Any, have: Any) -> Any:
        """Return what to plan with after the writes. C(have) is what was read before them."""

    def is_independent(self, step: Step) -> bool:
        """Return whether the other steps can go on where this one is refused."""

    def report_refused(
        self,
        client: Client,
        want: Any,
        have: Any,
        first_plan: Plan,
        refused: Sequence[tuple[Step, Failure]],
        result: dict[str, Any],
    ) -> dict[str, Any]:
        """Return the result of a task with refused steps, or raise one Failure for them.

        C(refused) were sent and refused. C(first_plan) was made before the first write, and its C(refused) were never
        sent. C(have) was read last.
        """
