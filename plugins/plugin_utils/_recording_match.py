# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which calls of a recording are which operations of the contract. Pure; what it gives is names, and no values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils import _names
from ansible_collections.imanage.control_center.plugins.module_utils._contract import OPERATIONS, REQUESTS, Operation
from ansible_collections.imanage.control_center.plugins.module_utils._contract_check import sentence
from ansible_collections.imanage.control_center.plugins.module_utils._shape import differences, unknown_fields
from ansible_collections.imanage.control_center.plugins.plugin_utils import _recording_paths as paths
from ansible_collections.imanage.control_center.plugins.plugin_utils._recording_file import (
    JSON,
    NOTHING,
    UNSEEN,
    Call,
    parts,
)

# Too common to tell one reply from another.
_COMMON = {"data", "id", "name", "type", "value", "user", "description", "email", "url", "version", "total_count"}
# Two that are this near are not told apart.
_NEAR = 0.4
_ENOUGH = 2.0
_REFUSALS = {None: "not answered", 304: "answered from the cache of the browser"}


class Group(NamedTuple):
    """Calls of one method at paths that differ in ids only."""

    host: str
    method: str
    path: tuple[str, ...]
    calls: tuple[Call, ...]


class Candidate(NamedTuple):
    """A group that may be an operation: how much speaks for it, and what does."""

    score: float
    name: str
    group: Group
    reasons: tuple[str, ...]
    own: paths.Own


def groups(calls: Iterable[Call], ids: paths.Known) -> list[Group]:
    """The calls by method and masked path, in the order of the recording."""
    found: dict[tuple[str, str, tuple[str, ...]], list[Call]] = defaultdict(list)
    for call in calls:
        found[call.host, call.method, paths.masked(call.segments, ids)].append(call)
    return [Group(*place, tuple(same)) for place, same in found.items()]


# -- calls at the paths of the contract -------------------------------------------------------------------------------


def compared(operation: Operation, calls: Iterable[Call]) -> tuple[str, list[str]]:
    """C(matches), C(differs), or C(path_only) where no reply could be compared; and what there is to say."""
    answered = 0
    refusals: set[str] = set()
    problems: dict[str, None] = {}
    notes: dict[str, None] = {}
    for call in calls:
        if call.status not in operation.success and not (call.status and 200 <= call.status < 300):
            refusals.add(_REFUSALS.get(call.status, f"answered with status {call.status}"))
            continue
        if operation.reply is not None and call.kind == UNSEEN:
            refusals.add("answered with a reply that the recording does not have")
            continue
        answered += 1
        problems.update(dict.fromkeys(_problems(operation, call)))
        notes.update(dict.fromkeys(_notes(operation, call)))
    if answered:
        return ("differs" if problems else "matches"), [*problems, *(notes if problems else ())]
    return "path_only", [f"It was {' and '.join(sorted(refusals))}, so there is nothing to compare."]


def _problems(operation: Operation, call: Call) -> Iterator[str]:
    if call.status not in operation.success:
        yield f"It answers {call.status} instead of {' or '.join(map(str, operation.success))}."
    if operation.reply is not None:
        if call.kind != JSON:
            yield f"The reply is {'empty' if call.kind == NOTHING else 'no JSON'}."
        else:
            yield from (sentence(one) for one in differences(call.reply, operation.reply))
    if operation.id in REQUESTS and call.request is not None:
        shape = REQUESTS[operation.id]
        yield from (sentence(one) for one in differences(call.request, shape, "the request"))
        unknown = sorted({_names.shown_place(way) for way in unknown_fields(call.request, shape)})
        if unknown:
            yield f"The request has fields that the contract does not name: {', '.join(unknown)}."


def _notes(operation: Operation, call: Call) -> Iterator[str]:
    if operation.reply is not None and call.kind == JSON:
        unknown = sorted({_names.shown_place(way) for way in unknown_fields(call.reply, operation.reply)})
        if unknown:
            yield f"The reply has fields that the contract does not name: {', '.join(unknown)}."


# -- calls elsewhere --------------------------------------------------------------------------------------------------


def candidate(operation: Operation, group: Group) -> Candidate | None:
    """What speaks for a group being an operation; None where that is too little."""
    if operation.method != group.method:
        return None
    place = paths.own(operation, group.path)
    answers = [call for call in group.calls if call.status is not None and 200 <= call.status < 400]
    if not answers:
        return None
    score, reasons = _by_path(operation, place.path or group.path)
    for points, reason in (
        max((_by_reply(operation, call.reply) for call in answers), default=(0.0, "")),
        max((_by_request(operation, call.request) for call in answers), default=(0.0, "")),
    ):
        if points:
            score += points
            reasons.append(reason)
    if score < _ENOUGH:
        return None
    words = {part for part in parts(operation.path) if not part.startswith("{")} - {"api", "v2"}
    score += 0.5 * len(words & set(group.path))
    return Candidate(score, operation.id, group, tuple(reasons), place)


def _by_path(operation: Operation, path: tuple[str, ...]) -> tuple[float, list[str]]:
    """The same last parts, one of them a word."""
    same: list[str] = []
    for own, other in zip(reversed(parts(operation.path)), reversed(path)):
        if own != other:
            break
        same.insert(0, own)
    words = [part for part in same if not part.startswith("{")]
    return (2.0 * min(len(words), 2), [f"the path ends in {'/'.join(same)} too"]) if words else (0.0, [])


def _by_reply(operation: Operation, reply: Any) -> tuple[float, str]:
    if operation.reply is None or not isinstance(reply, (dict, list)):
        return 0.0, ""
    shape = operation.reply
    telling = set(_names_in(shape)) - _COMMON
    seen = telling & set(_keys(reply))
    if next(differences(reply, shape), None) is None:
        return (4.0, "the reply has the contract's fields") if seen else (1.0, "the reply would fit")
    if seen and any(next(differences(one, shape.get("data", shape)), None) is None for one in _within(reply)):
        return 3.0, "the reply has the contract's fields in another wrapping"
    if seen and 2 * len(seen) >= len(telling):
        return 2.0, f"the reply has {', '.join(sorted(seen))} too"
    return 0.0, ""


def _by_request(operation: Operation, request: Any) -> tuple[float, str]:
    shape = REQUESTS.get(operation.id)
    if shape is None or not isinstance(request, dict) or not request:
        return 0.0, ""
    if next(differences(request, shape), None) is None and next(unknown_fields(request, shape), None) is None:
        return 3.0, "the request has the contract's fields"
    telling = set(_names_in(shape)) - _COMMON
    seen = telling & set(_keys(request))
    return (2.0, f"the request has {', '.join(sorted(seen))} too") if 2 * len(seen) >= len(telling) > 0 else (0.0, "")


def _names_in(shape: Any) -> Iterator[str]:
    for key, inner in shape.items() if isinstance(shape, dict) else ():
        yield key.rstrip("?")
        yield from _names_in(inner)
    for inner in shape if isinstance(shape, list) else ():
        yield from _names_in(inner)


def _keys(value: Any) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield key
        yield from _keys(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _keys(inner)


def _within(value: Any, depth: int = 2) -> Iterator[Any]:
    """What a reply wraps, and itself."""
    yield value
    for inner in value.values() if isinstance(value, dict) and depth else ():
        yield from _within(inner, depth - 1)


class Settled(NamedTuple):
    """For each operation the one group, or those among which nobody can tell."""

    chosen: dict[str, Candidate]
    ambiguous: dict[str, list[Candidate]]


def settled(names: Iterable[str], free: Iterable[Group]) -> Settled:
    """Give each operation its group, the surest first; one group is one operation."""
    pairs = [made for name in names for group in free if (made := candidate(OPERATIONS[name], group))]
    chosen: dict[str, Candidate] = {}
    ambiguous: dict[str, list[Candidate]] = {}
    while pairs:
        best = max(pairs, key=lambda one: one.score)
        rivals = [one for one in pairs if (one.name == best.name) != (one.group == best.group)]
        rivals = [one for one in rivals if best.score - one.score < _NEAR]
        if not rivals:
            chosen[best.name] = best
            pairs = [one for one in pairs if one.name != best.name and one.group != best.group]
            continue
        involved = {best.name, *(one.name for one in rivals)}
        for name in involved:
            ambiguous[name] = [one for one in pairs if one.name == name]
        pairs = [one for one in pairs if one.name not in involved]
    return Settled(chosen, ambiguous)


def by_another_method(name: str, free: Iterable[Group]) -> Group | None:
    """A group that would be an operation that writes, were it not for its method."""
    operation = OPERATIONS[name]
    if not operation.writes or operation.method == "DELETE":
        return None
    likely: list[Candidate] = []
    for group in free:
        if group.method not in ("GET", "DELETE", operation.method):
            made = candidate(operation, group._replace(method=operation.method))
            likely += [made._replace(group=group)] if made and made.score >= 2 * _ENOUGH else []
    return max(likely, key=lambda one: one.score).group if likely else None


def counted(group: Group) -> Mapping[str, int]:
    """How often a group was answered with which status."""
    found: dict[str, int] = defaultdict(int)
    for call in group.calls:
        found[str(call.status or "no answer")] += 1
    return found
