# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths of a recording: which parts of them are ids, and what C(api_paths) would have to say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils import _names
from ansible_collections.imanage.control_center.plugins.module_utils._contract import (
    API_PREFIX,
    API_VERSION_NAME,
    OPERATIONS,
    STATUSES,
    Operation,
)
from ansible_collections.imanage.control_center.plugins.plugin_utils._recording_file import Call, fits, parts

VOCABULARY = {part for one in OPERATIONS.values() for part in parts(one.path) if not part.startswith("{")}


class Known(NamedTuple):
    """The ids of a recording by the placeholder that stands for them, casefolded, and where its API is."""

    ids: dict[str, set[str]]
    base: str


def known(calls: Iterable[Call]) -> Known:
    """What replies say of ids. The number of the tenant is also taken from where the contract has it in a path."""
    found: dict[str, set[str]] = {name: set() for name in ("{customer_id}", "{app_id}", "{library_id}", "{role_id}")}
    base = API_PREFIX
    for call in calls:
        for before, part in zip(call.segments, call.segments[1:]):
            if before == "customers" and part.isdigit():
                found["{customer_id}"].add(part)
        about = call.segments[-1].casefold() if call.segments else ""
        for row in _objects(call.reply):
            if isinstance(row.get("customer_id"), int):
                found["{customer_id}"].add(str(row["customer_id"]))
            if row.get("name") == API_VERSION_NAME and isinstance(row.get("url"), str) and row["url"]:
                base = row["url"].rstrip("/")
            kind = _kind(row, about)
            if kind and isinstance(row.get("id"), str) and row["id"]:
                found[kind].add(row["id"].casefold())
    return Known(found, base)


def _kind(row: dict[str, Any], about: str) -> str | None:
    """The placeholder for the id of a row, by what else is in it and by what it is a list of."""
    if row.get("status") in STATUSES:
        return "{app_id}"
    if "authorized_by" in row or "librar" in about:
        return "{library_id}"
    return "{role_id}" if "role" in about else None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def template(operation: Operation, base: str) -> tuple[str, ...]:
    """The path that this collection asks for, where discovery says that the API is."""
    path = operation.path
    return parts(base + path[len(API_PREFIX) :] if path.startswith(API_PREFIX + "/") else path)


def matching(call: Call, base: str) -> str | None:
    """The operation of the contract that a call is, by method and path."""
    for name, operation in OPERATIONS.items():
        if operation.method == call.method and fits(call.segments, template(operation, base)):
            return name
    return None


def masked(segments: tuple[str, ...], ids: Known) -> tuple[str, ...]:
    """A path that may be shown: with placeholders for known ids, and for whatever else may be one."""
    return tuple(_masked(segments, place, ids) for place in range(len(segments)))


def _masked(segments: tuple[str, ...], place: int, ids: Known) -> str:
    part = segments[place]
    before = segments[place - 1].casefold() if place else ""
    # An application may be called as a part of the contract's own paths is.
    may_be_an_id = place > 0 and (part not in VOCABULARY or before.endswith("s"))
    kinds = [kind for kind, values in ids.ids.items() if part.casefold() in values] if may_be_an_id else []
    if len(kinds) > 1:
        likely = {"{customer_id}": "customer", "{library_id}": "librar", "{role_id}": "role"}
        kinds = [kind for kind in kinds if likely.get(kind, "app") in before] or kinds
    return kinds[0] if kinds else _names.shown_segment(part)


def shown(path: Iterable[str]) -> str:
    """The path as text."""
    return "/" + "/".join(path)


class Own(NamedTuple):
    """A path for C(api_paths), or why there is none; C(guessed): ids that only their position tells."""

    path: tuple[str, ...] | None
    problem: str = ""
    guessed: tuple[str, ...] = ()


def own(operation: Operation, path: tuple[str, ...]) -> Own:
    """What C(api_paths) would say for an operation that is called at a masked path."""
    wanted = [part for part in parts(operation.path) if part.startswith("{") and part != "{customer_id}"]
    filled, guessed = list(path), []
    for name in wanted:
        if name in filled:
            continue
        place = _by_position(operation, filled, name)
        if place is None:
            return Own(None, f"nothing in that path is known to be the {name}")
        filled[place] = name
        guessed.append(name)
    if "{customer_id}" not in filled and "{number}" in filled:
        place = filled.index("{number}")
        if place and filled[place - 1].casefold().startswith(("customer", "tenant")):
            filled[place] = "{customer_id}"
            guessed.append("{customer_id}")
    rest = [part for part in filled if part.startswith("{") and part not in (*wanted, "{customer_id}")]
    if rest:
        return Own(None, f"that path has {' and '.join(rest)} in it, which stands for nothing that is known")
    if any(filled.count(name) > 1 for name in wanted):
        return Own(None, "that path has an id twice")
    return Own(tuple(filled), guessed=tuple(guessed))


def _by_position(operation: Operation, path: list[str], name: str) -> int | None:
    """Where the id would stand: behind the same part as in the contract, or as the only one that is unknown."""
    contract = parts(operation.path)
    before = contract[contract.index(name) - 1]
    for place in range(1, len(path)):
        if path[place - 1] == before:
            return place
    unknown = [place for place, part in enumerate(path) if part in ("{text}", "{uuid}", "{number}", "{address}")]
    return unknown[0] if len(unknown) == 1 else None
