# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan. Pure, like the plan_ functions of the resources: no I/O, no Ansible, no clock.

A plan_ function takes what the options ask for (want) and what was read (have), and returns a Plan. A preview shows
the plan, and a run applies it. Planning again on what was read after the run must plan nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure


class Step(NamedTuple):
    """One write: the operation's id, the ids in its path, its body, and what it does, in words.

    C(undo) takes back the earlier steps if this step is refused. C(touches) names the fields of C(before) and C(after)
    that this write changes. C(keeps) names the values that the body sends back as they were read, because the write
    replaces the whole object.
    """

    operation: str
    ids: dict[str, str]
    body: Any
    does: str
    undo: Step | None = None
    touches: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


class Plan(NamedTuple):
    """The steps to take. C(before) and C(after) are the managed fields.

    C(will_have) is the record that a run would read, with None for what only the server knows. C(unapproved) are steps
    that the approved plan does not have. C(refused) are steps that are known to fail before anything is sent; the other
    steps are still taken.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    steps: list[Step]
    will_have: Any
    unapproved: tuple[Step, ...] = ()
    refused: tuple[tuple[Step, Failure], ...] = ()


def caseless(text: str) -> str:
    """A key for an id of a user, group or library that is equal for every spelling of the id.

    It has the lower and the upper case. Case folding would make straße and strasse equal.
    """
    return f"{text.lower()}\n{text.upper()}"


def without(these: Iterable[str], those: Iterable[str]) -> list[str]:
    """The ids in the first list and not in the second, without regard to case, each once, in order."""
    known = {caseless(item) for item in those}
    left: dict[str, str] = {}
    for item in these:
        if caseless(item) not in known:
            left.setdefault(caseless(item), item)
    return list(left.values())


def shared(these: Iterable[str], those: Iterable[str]) -> list[str]:
    """The ids in both lists, spelled as in the first."""
    known = {caseless(item) for item in those}
    return [item for item in these if caseless(item) in known]
