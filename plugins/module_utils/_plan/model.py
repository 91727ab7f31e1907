# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""THE DECISION: what a plan is. Pure, as are the plan_ functions of each resource: no I/O, no Ansible, no clock.

A plan_ function takes what is wanted (None: not managed) and what was read, and returns a Plan. The same plan is
shown by a preview and carried out by a run, and planning again on what was read afterwards must leave nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure


class Step(NamedTuple):
    """One write: the operation's id, what fills its path, its body, and what it does in words for people.

    C(undo) takes back what the plan did before, only for this step, when this step is refused. C(touches) names the
    fields of the plan's before and after that this write is about. C(keeps) names what the body sends as it was read,
    because the write replaces the whole.
    """

    operation: str
    ids: dict[str, str]
    body: Any
    does: str
    undo: Step | None = None
    touches: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


class Plan(NamedTuple):
    """What is to be done. C(before) and C(after) are the managed fields, C(will_have) the record that a run would read.

    In C(will_have) None stands for what only the server can know. C(left_out) has the steps that are not taken, because
    the approved plan does not have them. C(refused) has what cannot be done and is known before anything is sent: the
    rest is done all the same.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    steps: list[Step]
    will_have: Any
    left_out: tuple[Step, ...] = ()
    refused: tuple[tuple[Step, Failure], ...] = ()


def caseless(text: str) -> str:
    """An id of a user, group or library without its case: what is equal of two spellings of one id.

    Small and capital letters both count, because folding would make straße and strasse one.
    """
    return f"{text.lower()}\n{text.upper()}"


def without(these: Iterable[str], those: Iterable[str]) -> list[str]:
    """What is in the one list of ids (they are case-insensitive) and not in the other, each once, in order."""
    known = {caseless(item) for item in those}
    left: dict[str, str] = {}
    for item in these:
        if caseless(item) not in known:
            left.setdefault(caseless(item), item)
    return list(left.values())


def shared(these: Iterable[str], those: Iterable[str]) -> list[str]:
    """What is in both lists of ids, spelled as in the first."""
    known = {caseless(item) for item in those}
    return [item for item in these if caseless(item) in known]
