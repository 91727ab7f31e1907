# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions for resources whose steps depend on each other: reading shows everything, and no step can be skipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan, Step


def assumptions(client: Client, plan: Plan) -> list[str]:
    """Nothing: reading shows all that the plan depends on."""
    return []


def is_independent(step: Step) -> bool:
    """No: each step depends on the one before it."""
    return False


def report_refused(
    client: Client,
    want: Any,
    have: Any,
    first_plan: Plan,
    refused: Sequence[tuple[Step, Failure]],
    result: dict[str, Any],
) -> dict[str, Any]:
    """Raise the first failure: no step can be skipped."""
    _step, failure = (*first_plan.refused, *refused)[0]
    raise failure.with_facts(result=result)
