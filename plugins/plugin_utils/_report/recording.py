# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the calls in a recording of a browser (HAR) with the contract.

It uses only methods, paths and statuses, and no bodies, headers, cookies or queries. Paths are shown with placeholders
for parts that may be ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils._api import names
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import (
    API_PREFIX,
    BROWSER_PREFIX,
    OPERATIONS,
)
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import json_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable

# In the worst case, parsing a file of this size takes 600 MB of memory. Usually it takes a tenth of that.
LARGEST_FILE = 25_000_000
_LONGEST_PATH = 2_000
_LAYOUT: dict[str, Any] = {
    "log": {
        "entries": [
            {
                "request": {"method": str, "url": str},
                "response": {"status?": int, "content?": {"mimeType?": str}},
            }
        ]
    }
}
# The browser itself sends OPTIONS and HEAD.
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PORTS = {"https": 443, "http": 80}
# The part of a path after one of these words is an id or a name.
_OF_MANY = re.compile("(?:.*[^su]s|user|group|person|account|email|customer|tenant|library)", re.IGNORECASE)


class Call(NamedTuple):
    """A recorded call: its method, the parts of its path, and the status of the reply."""

    method: str
    segments: tuple[str, ...]
    status: str


def read(name: str) -> list[dict[str, Any]]:
    """Read the entries of a recording. Raises Unusable, whose message has no content of the file."""
    hint = "record only the onboarding, and save it as HAR with the developer tools of the browser."
    value = json_file.read(name, "recording", _LAYOUT, "a HAR file", hint, LARGEST_FILE)
    entries: list[dict[str, Any]] = value["log"]["entries"]
    return entries


def compare(entries: list[dict[str, Any]], url: str) -> list[str]:
    """Compare the entries with the contract, line by line. C(url) is the address of the tenant."""
    home = _host(url)
    if home is None:
        raise Unusable("The url of the tenant must have a form like https://cloudimanage.com.")
    at_home = [entry for entry in entries if _host(entry["request"]["url"]) == home]
    calls = [call for call in map(_call, at_home) if call]
    lines = [
        f"Calls to {home[0]} in this recording: {len(calls)}. Left out: pages and their parts "
        f"({len(at_home) - len(calls)}), requests to other hosts ({len(entries) - len(at_home)})."
    ]
    if not calls:
        return [*lines, "Either the browser called another host, or Control Center returns only pages here."]
    if any(_path(entry).startswith(BROWSER_PREFIX + "/") for entry in at_home):
        lines.append(
            f"Calls to {BROWSER_PREFIX} are shown as calls to {API_PREFIX}: the first path is only for browsers, which "
            "call it with a cookie. Do not set it in api_paths."
        )
    ours, others = _sorted(calls)
    lines += ["", "Calls of the contract, and whether the browser made one with the same method and path:"]
    lines += [
        f"    {one.id}: {one.method} {one.path}: {', '.join(ours.get(one.id, ['not recorded']))}"
        for one in OPERATIONS.values()
    ]
    if others:
        lines += ["", "Other recorded calls, with placeholders for parts that may be ids:"]
        lines += [f"    {call}: {', '.join(statuses)}" for call, statuses in others.items()]
    return lines


def _host(url: str) -> tuple[str, int] | None:
    """The host and port of an HTTP address; None for any other address."""
    try:
        address = urlsplit(url)
        port = address.port or _PORTS.get(address.scheme)
    except ValueError:
        return None
    return (address.hostname, port) if address.hostname and port and address.scheme in _PORTS else None


def _path(entry: dict[str, Any]) -> str:
    url: str = entry["request"]["url"]
    return urlsplit(url).path


def _segments(path: str) -> tuple[str, ...]:
    # The part after a semicolon may be the id of a session.
    return tuple(unquote(part.partition(";")[0]) for part in path.split("/")[1:])


def _call(entry: dict[str, Any]) -> Call | None:
    """The call in an entry, with the path for a token; None for pages and their resources."""
    method, path = entry["request"]["method"].upper(), _path(entry)
    if path.startswith(BROWSER_PREFIX + "/"):
        path = API_PREFIX + path.removeprefix(BROWSER_PREFIX)
    status, content = entry["response"].get("status") or 0, entry["response"].get("content") or {}
    segments = _segments(path)
    is_call = method != "GET" or "api" in segments or "json" in (content.get("mimeType") or "")
    if method not in _METHODS or len(path) > _LONGEST_PATH or not is_call:
        return None
    return Call(method, segments, str(status) if 100 <= status <= 599 else "no answer")


def _sorted(calls: Iterable[Call]) -> tuple[dict[str, dict[str, None]], dict[str, dict[str, None]]]:
    """The statuses of the contract's calls by operation, and of other calls by method and path, each once."""
    ours: dict[str, dict[str, None]] = {}
    others: dict[str, dict[str, None]] = {}
    templates = [(name, one.method, _segments(one.path)) for name, one in OPERATIONS.items()]
    for call in calls:
        own = next((name for name, method, template in templates if _fits(call, method, template)), None)
        if own:
            ours.setdefault(own, {})[call.status] = None
        else:
            others.setdefault(f"{call.method} {_safe_path(call.segments)}", {})[call.status] = None
    return ours, others


def _fits(call: Call, method: str, template: tuple[str, ...]) -> bool:
    """Whether a call has this method and fits this template. The customer id has to be a number."""
    return (call.method, len(call.segments)) == (method, len(template)) and all(
        part.isdigit() if own == "{customer_id}" else bool(part) if own.startswith("{") else part == own
        for part, own in zip(call.segments, template)
    )


def _safe_path(segments: tuple[str, ...]) -> str:
    """The path, with placeholders for parts that may be ids."""
    words: list[str] = []
    for part in segments:
        word = names.safe_name(part) if part else ""
        # A word in capitals is usually the name of a library.
        is_name = word == part and (part.isupper() or (words and _OF_MANY.fullmatch(words[-1])))
        words.append("{text}" if part and is_name else word)
    return "/" + "/".join(words)
