# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recording says of the contract: a row for each operation, the paths to set, and a text of it all."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils import _secrets
from ansible_collections.imanage.control_center.plugins.module_utils._contract import OPERATIONS
from ansible_collections.imanage.control_center.plugins.plugin_utils import _recording_match as match
from ansible_collections.imanage.control_center.plugins.plugin_utils import _recording_paths as paths
from ansible_collections.imanage.control_center.plugins.plugin_utils._recording_file import Call, Recording
from ansible_collections.imanage.control_center.plugins.plugin_utils._recording_match import Candidate, Group

# What the stages 2 and 3 would call. Signing in is the browser's own way, and removing belongs to neither.
EXPECTED = (
    "discover",
    "listApps",
    "updateApp",
    "readAppAccess",
    "updateAppAccess",
    "readTokenPolicy",
    "writeTokenPolicy",
    "listLibraries",
    "listLibraryAuthorizations",
    "authorizeLibrary",
)
_SIGNING = ("requestToken", "revokeToken")
_MOST_OTHERS = 60
_TITLES = {
    "matches": "As the contract says:",
    "differs": "At the path of the contract, but different (a path cannot mend that):",
    "path_only": "At the path of the contract, not compared:",
    "candidate": "Elsewhere (likely; verify_contract tells whether those that read are right):",
    "ambiguous": "Perhaps elsewhere, but nobody can tell which of these it is, so no path is given:",
    "other_method": "By another method, which api_paths cannot change:",
    "not_seen": "Not seen, of what stages 2 and 3 may call:",
}


class Row(NamedTuple):
    """What the recording says of one operation."""

    operation: str
    verdict: str
    seen: tuple[str, ...] = ()
    api_path: str | None = None
    details: tuple[str, ...] = ()


def report(recording: Recording, url: str = "") -> dict[str, Any]:
    """Everything that is told of a recording, without any secret that was seen in it."""
    ids = paths.known(recording.calls)
    home = _home(recording.calls, ids.base, url)
    rows, others = _rows(recording.calls, ids, home)
    away = len({call.host for call in recording.calls} - {home})
    api_paths = {row.operation: row.api_path for row in rows if row.api_path}
    forms = _secrets.forms(recording.secrets)
    told = {
        "operations": [_plain(row) for row in rows],
        "api_paths": api_paths,
        "others": [_line(group, counts) for group, counts in others],
        "text": _text(recording, rows, others, away, api_paths),
    }
    safe: dict[str, Any] = _without(told, forms)
    return safe


def _without(value: Any, forms: list[str]) -> Any:
    """The second net: the texts are made of names and masked paths, so it should find nothing."""
    if isinstance(value, dict):
        kept = {key: _without(inner, forms) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if not (key in OPERATIONS and inner != value[key])}
    if isinstance(value, list):
        return [_without(inner, forms) for inner in value]
    if isinstance(value, str):
        for form in forms:
            value = value.replace(form, _secrets.HIDDEN)
    return value


def _home(calls: list[Call], base: str, url: str) -> str:
    """The host of the tenant: the given one, or the one that answers most like Control Center."""
    if url:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    known = Counter(call.host for call in calls if paths.matching(call, base))
    like = Counter(call.host for call in calls if set(call.segments) & paths.VOCABULARY)
    every = Counter(call.host for call in calls)
    return max(every, key=lambda host: (known[host], like[host], every[host]), default="")


def _rows(calls: list[Call], ids: paths.Known, home: str) -> tuple[list[Row], list[tuple[Group, dict[str, int]]]]:
    """A row for each operation, and the calls of the tenant that are none."""
    at_home: dict[str, list[Call]] = {}
    free: list[Call] = []
    for call in calls:
        name = paths.matching(call, ids.base) if call.host == home else None
        at_home.setdefault(name, []).append(call) if name else free.append(call)
    loose = match.groups(free, ids)
    missing = [name for name in OPERATIONS if name not in at_home and name not in _SIGNING]
    settled = match.settled(missing, loose)
    taken = [one.group for one in settled.chosen.values()]
    rows = []
    for name, operation in OPERATIONS.items():
        if name in at_home:
            verdict, details = match.compared(operation, at_home[name])
            rows.append(Row(name, verdict, (operation.path,), details=tuple(details)))
        elif name in settled.chosen:
            rows.append(_elsewhere(settled.chosen[name], home))
        elif name in settled.ambiguous:
            seen = tuple(_at(one.group, home) for one in settled.ambiguous[name])
            rows.append(Row(name, "ambiguous", seen))
        else:
            group = match.by_another_method(name, [one for one in loose if one not in taken])
            rows.append(Row(name, "other_method", (_at(group, home),)) if group else Row(name, "not_seen"))
    others = [(one, dict(match.counted(one))) for one in loose if one not in taken and one.host == home]
    return rows, others


def _elsewhere(found: Candidate, home: str) -> Row:
    """An operation that the tenant seems to serve at another path."""
    operation = OPERATIONS[found.name]
    verdict, differences = match.compared(operation, found.group.calls)
    details = [f"Because {', and '.join(found.reasons)}."]
    path = None
    if found.group.host != home:
        details.append("It is made to another host, and api_paths cannot name one.")
    elif found.own.path is None:
        details.append(f"No path can be given: {found.own.problem}.")
    else:
        path = paths.shown(found.own.path)
        if found.own.guessed:
            details.append(f"Which part is {' and '.join(found.own.guessed)} is taken from its place alone.")
    if verdict == "differs":
        details += ["A path alone does not do, since it also differs:", *differences]
    elif verdict == "path_only":
        details += differences
    # What only its place tells to be an id is one all the same.
    seen = found.group._replace(path=found.own.path or found.group.path)
    return Row(found.name, "candidate", (_at(seen, home),), path, tuple(details))


def _at(group: Group, home: str) -> str:
    return f"{group.method} {paths.shown(group.path)}" + ("" if group.host == home else " (another host)")


def _plain(row: Row) -> dict[str, Any]:
    return {**row._asdict(), "seen": list(row.seen), "details": list(row.details)}


def _line(group: Group, counts: dict[str, int]) -> str:
    times = ", ".join(f"{status}{f' ({number} times)' if number > 1 else ''}" for status, number in counts.items())
    return f"{group.method} {paths.shown(group.path)}: {times}"


def _text(
    recording: Recording,
    rows: list[Row],
    others: list[tuple[Group, dict[str, int]]],
    away: int,
    api_paths: dict[str, str],
) -> list[str]:
    """The report, line by line."""
    number = len(recording.calls)
    if not number:
        return [
            f"No call of an interface was recorded, only {recording.others} pages and parts of pages.",
            "Either the recording has pages alone, or Control Center answers here with pages only.",
        ]
    lines = [
        f"{number} calls of an interface were recorded, and {recording.others} pages and parts of pages, which are "
        "left out."
    ]
    if away:
        lines.append(f"Some calls go to {away} other host{'s' if away > 1 else ''} than the tenant's.")
    for verdict, title in _TITLES.items():
        these = [row for row in rows if row.verdict == verdict and (verdict != "not_seen" or row.operation in EXPECTED)]
        if these and verdict in ("matches", "not_seen"):
            lines += ["", title, f"    {', '.join(row.operation for row in these)}"]
        elif these:
            lines += ["", title]
            for row in these:
                lines += [f"    {row.operation}: {seen}" for seen in row.seen]
                lines += [f"        {detail}" for detail in row.details]
    if others:
        lines += ["", "Other calls to the tenant, with placeholders for what may be an id:"]
        lines += [f"    {_line(*other)}" for other in others[:_MOST_OTHERS]]
    if len(others) > _MOST_OTHERS:
        lines.append(f"    and {len(others) - _MOST_OTHERS} more")
    lines.append("")
    if not api_paths:
        return [*lines, "There is no path to set in imanage_api_paths."]
    return [*lines, "imanage_api_paths:", *(f"  {name}: {path}" for name, path in api_paths.items())]
