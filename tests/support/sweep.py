# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sweep for secrets: marks around each that look like nothing else, every spelling, all files that have one."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import shlex
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, quote_plus, unquote, unquote_plus

SECRET_NAMES = (
    "password",
    "client_secret",
    "secret",
    "refresh_token",
    "access_token",
    "session_token",
)
# Every secret has one before it and one after it, so that half a secret is found too, and thousands as fast as one.
MARKS = ("M4rkBefore-aSecret-", "-M4rkBehind-aSecret")
# Whatever encodes something encodes these. A token travels in a header, so it has fewer of them.
AWKWARD, PLAINER = "/+ =\"q'&<ü>\\%2f", "/+=~%2f"


def mark(secret: str, signs: str = "") -> str:
    """The secret, awkward and between the marks."""
    return f"{MARKS[0]}{secret}{signs}{MARKS[1]}"


def marked(value: Any, found: set[str]) -> Any:
    """The value with every secret in it marked; they are added to C(found)."""
    if isinstance(value, dict):
        return {
            key: _by_kind(key, one, found) if key in SECRET_NAMES and isinstance(one, str) else marked(one, found)
            for key, one in value.items()
        }
    return [marked(one, found) for one in value] if isinstance(value, list) else value


def _by_kind(name: str, secret: str, found: set[str]) -> str:
    made = mark(secret, AWKWARD if "password" in name else PLAINER)
    found.add(made)
    return made


def spellings(secret: str) -> set[str]:
    """A secret in all forms that it could have somewhere. Made without those that the product hides."""
    percent = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    percent |= {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), one) for one in percent}
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    in_json |= {json.dumps(one)[1:-1] for one in in_json}
    in_html = {html.escape(secret), html.escape(secret).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    quoted = {repr(secret)[1:-1], secret.replace("'", "''"), shlex.quote(secret), secret.replace("'", "\\'")}
    unquoted = {unquote(secret), unquote_plus(secret)}
    return {secret, *percent, *in_json, *in_html, *quoted, *unquoted, *_in_base64(secret.encode())}


def _in_base64(secret: bytes) -> Iterator[str]:
    """The base64 of it after 0, 1 and 2 other bytes, without the signs that depend on other bytes."""
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"x" * before + secret).decode().rstrip("=")
            yield text[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]


class Sweep:
    """A search for marked secrets. C(files) and C(size) say in how much."""

    def __init__(self, secrets: Iterable[str]):
        self.secrets = sorted(set(secrets))
        assert all(secret.startswith(MARKS[0]) and secret.endswith(MARKS[1]) for secret in self.secrets)
        # What encodes sign by sign leaves the marks as they are; base64 does not.
        self.forms = {form.encode(): one for one in MARKS for form in spellings(one)}
        self.files = 0
        self.size = 0

    def found(self, folder: Path, *but: str) -> list[tuple[str, str, str]]:
        """Where in all files below a folder, C(but) some by name, and in their names: (file, mark, what is around)."""
        hits = []
        for path in sorted(folder.rglob("*")):
            hits += self.found_in(str(path), str(path).encode())
            if path.is_file() and path.name not in but:
                hits += self.found_in(str(path.relative_to(folder)), path.read_bytes())
                self.files += 1
        return hits

    def found_in(self, name: str, content: bytes) -> list[tuple[str, str, str]]:
        """Where in a text."""
        self.size += len(content)
        places = ((content.find(form), one) for form, one in self.forms.items() if form in content)
        return [(name, one, content[max(0, at - 80) : at + 80].decode("utf-8", "replace")) for at, one in places]

    def __str__(self) -> str:
        return (
            f"{len(self.secrets)} secrets, by {len(self.forms)} spellings of their marks, searched for in {self.files} "
            f"files ({self.size / 1e6:.0f} MB)"
        )


class CommandLines:
    """What ps would show while something runs: every command line on this machine, written to a file at the end."""

    def __init__(self, file: Path):
        self._file = file
        self._seen: set[bytes] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._file.write_bytes(b"\n".join(sorted(self._seen)))

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            for name in filter(str.isdigit, os.listdir("/proc")):
                try:
                    self._seen.add(Path("/proc", name, "cmdline").read_bytes().replace(b"\0", b" "))
                except OSError:  # it ended meanwhile
                    continue
