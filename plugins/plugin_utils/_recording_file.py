# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording of a browser (HAR), reduced to what can be told of it: methods, paths, statuses, and shapes of JSON.

Headers, cookies and query strings are dropped here, and so are all values of bodies but ids, which paths are recognized
by, and the few words that the contract names. The secrets that are seen on the way are kept apart, so that
whoever writes a text can make sure that none is in it.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils._contract import (
    API_VERSION_NAME,
    OPERATIONS,
    REQUESTS,
)
from ansible_collections.imanage.control_center.plugins.module_utils._replies import is_page
from ansible_collections.imanage.control_center.plugins.plugin_utils import _json_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._json_file import Unusable

LARGEST_FILE = 100_000_000
_LARGEST_BODY = 20_000_000
_DEEPEST = 40
_LAYOUT: dict[str, Any] = {"log": {"entries": [{}]}}
# Methods of the browser itself.
_NO_CALLS = ("OPTIONS", "HEAD", "CONNECT", "TRACE")
_SECRET_HEADERS = re.compile("auth|cookie|token|session|csrf|xsrf|api-?key|saml", re.IGNORECASE)
_SECRET_FIELDS = re.compile(
    "pass|secret|token|code|assertion|saml|session|credential|csrf|xsrf|api_?key", re.IGNORECASE
)
_SHORTEST_SECRET = 8

JSON, PAGE, NOTHING, UNSEEN = "json", "page", "nothing", "unseen"


class Call(NamedTuple):
    """A call of an interface. C(kind) says what C(reply) is: JSON, a page, nothing, or not in the recording."""

    host: str
    method: str
    segments: tuple[str, ...]
    status: int | None
    request: Any
    kind: str
    reply: Any


class Recording(NamedTuple):
    """The calls, how much else there was, and the secrets that no text may have in it."""

    calls: list[Call]
    others: int
    secrets: set[str]


def read(name: str) -> Recording:
    """The recording in a file; raises Unusable with one sentence, which has nothing of the file in it."""
    path = Path(name).expanduser()
    if path.is_file() and path.stat().st_size > LARGEST_FILE:
        raise Unusable(
            f"The recording {name} is larger than {LARGEST_FILE // 1_000_000} MB: "
            "record the two stages alone, with the filter for XHR, or without other tabs."
        )
    hint = "the browser's developer tools save one as HAR."
    entries = _json_file.read(name, "recording", _LAYOUT, "a HAR file", hint)["log"]["entries"]
    calls: list[Call] = []
    secrets: set[str] = set()
    for entry in entries:
        request, response = (_mapping(entry.get(part)) for part in ("request", "response"))
        secrets.update(_secrets_of(request, response))
        call = _call(request, response)
        if call is not None:
            calls.append(call)
    return Recording(calls, len(entries) - len(calls), secrets)


def _call(request: Mapping[str, Any], response: Mapping[str, Any]) -> Call | None:
    """The call of an interface that an entry is; None for pages, their parts, and what cannot be read."""
    try:
        address = urlsplit(str(request.get("url", "")))
    except ValueError:
        return None
    method, status = str(request.get("method", "")).upper(), response.get("status")
    if not method.isalpha() or method in _NO_CALLS or address.scheme not in ("http", "https"):
        return None
    content = _mapping(response.get("content"))
    kind, reply = _body(content.get("text"), content.get("encoding"), str(content.get("mimeType", "")))
    post = _mapping(request.get("postData"))
    sent, asked = _body(post.get("text"), post.get("encoding"), str(post.get("mimeType", "")))
    # A parameter behind a semicolon may be the number of a session.
    segments = tuple(unquote(part).partition(";")[0] for part in address.path.split("/") if part)
    known = isinstance(status, int) and 100 <= status <= 599
    call = Call(
        address.netloc.rpartition("@")[2].lower(), method, segments, status if known else None, None, kind, reply
    )
    is_call = JSON in (kind, sent) or "json" in str(content.get("mimeType")) or _is_of_the_contract(call)
    if not is_call and not (method not in ("GET", "POST") and kind != PAGE):
        return None
    return call._replace(request=asked if sent == JSON else None)


def fits(segments: tuple[str, ...], template: tuple[str, ...]) -> bool:
    """Whether a path is one of a template. The number of a tenant is a number."""
    return len(segments) == len(template) and all(
        part.isdigit() if own == "{customer_id}" else bool(part) if own.startswith("{") else part == own
        for part, own in zip(segments, template)
    )


def parts(path: str) -> tuple[str, ...]:
    """The segments of a path."""
    return tuple(part for part in path.split("/") if part)


def _is_of_the_contract(call: Call) -> bool:
    return any(one.method == call.method and fits(call.segments, parts(one.path)) for one in OPERATIONS.values())


# -- bodies -----------------------------------------------------------------------------------------------------------


def _body(text: Any, encoding: Any, media: str) -> tuple[str, Any]:
    """What a body is, and of JSON its shape."""
    raw = _decoded(text, encoding)
    if raw is None:
        return UNSEEN, None
    if not raw.strip():
        return NOTHING, None
    try:
        value = json.loads(raw)
        return (JSON, _shape(value)) if isinstance(value, (dict, list)) else (PAGE, None)
    except (ValueError, RecursionError):
        # What claims to be JSON and is none is cut off, or packed in a way that nobody can unpack here.
        return (UNSEEN if "json" in media else PAGE), None


def _decoded(text: Any, encoding: Any) -> bytes | None:
    """The bytes of a body; None where the recording has none that can be read."""
    if not isinstance(text, str):
        return None
    try:
        raw = base64.b64decode(text, validate=True) if encoding == "base64" else text.encode("utf-8", "surrogatepass")
        return _unpacked(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (ValueError, zlib.error):
        return None


def _unpacked(raw: bytes) -> bytes:
    opened = zlib.decompressobj(wbits=31)
    content = opened.decompress(raw, _LARGEST_BODY)
    if opened.unconsumed_tail:
        raise ValueError("too large")
    return content


def _words(shape: Any) -> Iterator[str]:
    """The words that a shape names."""
    if isinstance(shape, tuple):
        yield from shape
    for inner in shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ():
        yield from _words(inner)


_WORDS = {API_VERSION_NAME, *_words([*[one.reply for one in OPERATIONS.values()], *REQUESTS.values()])}


def _shape(value: Any, name: str = "", depth: int = 0) -> Any:
    """The value with nothing in it but names, types, ids and words of the contract."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return {key: _shape(inner, key, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner, name, depth + 1) for inner in value]
    if isinstance(value, str):
        if name == "url":
            return _path_of(value)
        return value if name == "id" or value in _WORDS else ""
    if value is None or isinstance(value, bool):
        return value if value is None else False
    if isinstance(value, int):
        return value if name == "customer_id" else 0
    return 0.5


def _path_of(url: str) -> str:
    """Where discovery says that the API is, without the host."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


# -- secrets ----------------------------------------------------------------------------------------------------------


def _secrets_of(request: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """Everything in an entry that is one, or may be, as the same text is written elsewhere."""
    for side in (request, response):
        for row in _rows(side.get("headers")):
            if _SECRET_HEADERS.search(str(row.get("name", ""))):
                yield from _long(str(row.get("value", "")))
                yield from _long(*re.split(r"[\s;,=]+", str(row.get("value", ""))))
        for row in _rows(side.get("cookies")):
            yield from _long(str(row.get("value", "")))
    for row in _rows(request.get("queryString")):
        if _SECRET_FIELDS.search(str(row.get("name", ""))):
            yield from _long(str(row.get("value", "")))
    post, content = _mapping(request.get("postData")), _mapping(response.get("content"))
    for row in _rows(post.get("params")):
        if _SECRET_FIELDS.search(str(row.get("name", ""))):
            yield from _long(str(row.get("value", "")), unquote_plus(str(row.get("value", ""))))
    for body in (post, content):
        yield from _secrets_in(body.get("text"), body.get("encoding"))


def _secrets_in(text: Any, encoding: Any) -> Iterator[str]:
    raw = _decoded(text, encoding)
    if raw is None:
        return
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        # A form, where it is no page.
        value = dict(parse_qsl(raw.decode("utf-8", "replace"))) if b"=" in raw and not is_page(raw) else {}
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            for name, inner in one.items():
                if isinstance(inner, str) and _SECRET_FIELDS.search(name):
                    yield from _long(inner)
                elif isinstance(inner, (dict, list)):
                    waiting.append(inner)
        elif isinstance(one, list):
            waiting.extend(one)


def _long(*texts: str) -> Iterator[str]:
    """What is long enough to be a secret, and is no word of the contract."""
    for text in texts:
        if len(text) >= _SHORTEST_SECRET and text not in _WORDS:
            yield text


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (row for row in value if isinstance(row, dict)) if isinstance(value, list) else ()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
