# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether a run may begin, and which tenants fail it at the end."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import SHARED_HOST
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import STAGES

STATUSES = (
    *("failed", "left_alone", "awaiting_provisioning", "awaiting_consent"),
    *("drifted", "incomplete", "offboarded", "onboarded"),
)
TAGS = ("all", "tagged", "tracker_onboarding", *(f"tracker_onboarding_{stage}" for stage in STAGES))
NOBODY_SIGNED_IN = "Nobody signed in."
_FIRST = 5


class Tenant(NamedTuple):
    """The facts about a tenant that a run needs before it begins.

    C(leaves): whether the inventory has state: absent for it.
    """

    name: str
    url: Any = None
    customer_id: Any = None
    offboards: bool = False


def wrong_tags(given: Iterable[str], known: Sequence[str]) -> list[str]:
    """A sentence about unknown tags, because a typing error would skip or add a stage."""
    unknown = [tag for tag in given if tag not in known]
    if not unknown:
        return []
    return [f"No task has the tag {' or '.join(map(repr, unknown))}. The tags are {', '.join(known)}."]


def missing_confirmation(tenants: Sequence[Tenant], confirmed: Any, command: str) -> list[str]:
    """A sentence that stops an offboarding without confirmation by the inventory or by imanage_confirm.

    C(command) shows what would be removed.
    """
    asked = [tenant.name for tenant in tenants if not tenant.offboards]
    words = ("offboard", "offboard:1") if len(asked) == 1 else (f"offboard:{len(asked)}",)
    if not asked or confirmed in words:
        return []
    those = "1 tenant" if len(asked) == 1 else f"{len(asked)} tenants"
    mismatch = f" imanage_confirm is {confirmed!r}, which does not fit." if confirmed else ""
    return [
        f"This would remove iManage Tracker from {those} without state: absent in the inventory: {_first(asked)}."
        f"{mismatch} "
        f"To see what would be removed: {command}. Then set tracker_onboarding_state: absent for these tenants, or "
        f"confirm once with -e imanage_confirm={words[0]}. Use --limit for fewer tenants."
    ]


def preview_command(playbook: str, inventories: Iterable[str], tenants: Any, limit: str | None) -> str:
    """The command that shows what a run would do."""
    words = ["ansible-playbook", *(word for one in inventories for word in ("-i", one))]
    words.append(f"imanage.control_center.{playbook}")
    words += ["-e", f"imanage_tenants={tenants}"] if isinstance(tenants, str) and tenants != "imanage_tenants" else []
    words += ["--limit", limit] if limit else []
    return shlex.join([*words, "--check", "--diff"])


def shared_numbers(tenants: Iterable[Tenant]) -> dict[str, str]:
    """The tenants that share a customer number with another tenant of the same site, with a sentence about each."""
    known: dict[tuple[str, int], list[str]] = {}
    for tenant in tenants:
        number = _number(tenant.customer_id)
        if number is not None and isinstance(tenant.url, str):
            known.setdefault((site(tenant.url), number), []).append(tenant.name)
    return {
        name: f"{name}: {_first([other for other in names if other != name])} has the customer number {number} at "
        f"{where} too, so both would be one tenant. Correct imanage_customer_id, or remove one of them."
        for (where, number), names in known.items()
        if len(names) > 1
        for name in names
    }


def site(url: str) -> str:
    """The site in which a customer number is unique. All of cloudimanage.com is one site."""
    try:
        parts = urlsplit(url.lower())
    except ValueError:
        # The sign-in refuses this address. Here it must not stop the other tenants.
        return url
    host = parts.hostname or ""
    return SHARED_HOST if host == SHARED_HOST or host.endswith(f".{SHARED_HOST}") else parts.netloc


def wrong_folder(folder: Any, variable: str = "imanage_report", what: str = "report") -> list[str]:
    """A sentence about a folder that is empty or not writable. C(what) is to be written there."""
    if not isinstance(folder, str) or not folder:
        return [f"{variable} is given, but empty. Name the folder of the {what}, or leave the variable out."]
    path = Path(folder).expanduser()
    path = Path(os.path.realpath(path))
    there = next(one for one in (path, *path.parents) if one.exists())
    if not there.is_dir():
        return [f"{variable}: {there} is not a folder, so no {what} can be written to {path}."]
    try:
        # On a read-only file system, the permissions may still allow writing.
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return [f"{variable}: {there} is not writable ({error.strerror}), so no {what} can be written to {path}."]
    return []


def blamed(results: Iterable[Mapping[str, Any]], fail_on: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """The C(name) of each tenant that fails the run, and a C(msg) with the reason. C(fail_on): statuses by tenant."""
    return [
        {"name": one["tenant"], "msg": (one["failure"] or {}).get("msg") or _status(one)}
        for one in results
        if one["status"] in fail_on[one["tenant"]]
    ]


def statuses(given: Any) -> list[str]:
    """The statuses of C(imanage_fail_on), a list or a comma-separated text. C(failed) is always one of them."""
    listed = given.split(",") if isinstance(given, str) else given if isinstance(given, (list, tuple)) else []
    return list(dict.fromkeys(["failed", *(str(one).strip() for one in listed if str(one).strip())]))


def wrong_statuses(given: Any) -> list[str]:
    """A sentence about an unknown status in C(imanage_fail_on)."""
    unknown = [one for one in statuses(given) if one not in STATUSES]
    if not unknown and isinstance(given, (str, list, tuple)):
        return []
    what = ", ".join(map(repr, unknown)) if unknown else repr(given)
    return [f"imanage_fail_on has {what}, which is not a status. The statuses are {', '.join(STATUSES)}."]


def _status(result: Mapping[str, Any]) -> str:
    """The message for a tenant that fails the run by its status: the status and the next steps."""
    steps = [step.splitlines()[0] for step in result["next_steps"] if step]
    return " ".join(
        [f"{result['tenant']} is {result['status'].replace('_', ' ')}, and imanage_fail_on has this status.", *steps]
    )


def _number(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError):
        return None


def _first(names: Sequence[str]) -> str:
    more = len(names) - _FIRST
    return ", ".join([*names[:_FIRST], *([f"and {more} more"] if more > 0 else [])])
