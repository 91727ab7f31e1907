# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an export: their text, and the tenants that cannot have one."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import escaped, is_plain
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.export import Part

# An export only replaces a file that begins with this line.
MARK = "# Written by imanage.control_center.export, and replaced by the next export. Keep what you add elsewhere."
PREFIX = "tracker_onboarding_"
FOLDER, ENDING = "host_vars", ".yml"
_TEMPLATES = ("{{", "{%", "{#")
# Ansible would read these as a variable of the environment, or as a folder.
_UNSAFE = "/$\\"
_LONGEST = 255


def text(parts: Iterable[Part]) -> str:
    """The text of a file of variables."""
    return "".join([f"{MARK}\n---\n", *map(_written, parts)])


def _written(part: Part) -> str:
    lines = [f"# {words}" for words in part.comments]
    for name, value in part.variables.items():
        key = PREFIX + name
        if value and isinstance(value, dict):
            lines += [f"{key}:", *(line for pair in value.items() for line in _pair(*pair))]
        elif value and isinstance(value, list):
            lines += [f"{key}:", *(f"  - {_scalar(one)}" for one in value)]
        else:
            lines.append(f"{key}: {_scalar(value)}")
    return "".join(f"{line}\n" for line in lines)


def _pair(name: str, value: str) -> list[str]:
    """A line of a dictionary; two for a long name, because YAML would not read it as a name in one line."""
    key, content = _scalar(name), _scalar(value)
    return [f"  {key}: {content}"] if len(key) <= _LONGEST else [f"  ? {key}", f"  : {content}"]


def _scalar(value: Any) -> str:
    """A value in YAML. A text is read as the same text, and never as a template."""
    if not isinstance(value, str):
        return json.dumps(value)
    if any(sign in value for sign in _TEMPLATES):
        return f'!unsafe "{escaped(value)}"'
    return value if is_plain(value) else f'"{escaped(value)}"'


def without_a_file(tenants: Iterable[str], hosts: Iterable[str], folder: str) -> dict[str, str]:
    """The tenants that cannot have a file in the folder of an export, each with a sentence.

    C(hosts) are those of the whole inventory, because each of them reads the files.
    """
    there = Path(os.path.realpath(Path(folder).expanduser())) / FOLDER
    by_key: dict[str, list[str]] = {}
    for host in hosts:
        by_key.setdefault(_same(host), []).append(host)
    found = {}
    for name in tenants:
        key = _same(name)
        # Ansible reads a host from a file of its bare name first, so a.yml is the file of the hosts a and a.yml.
        keys = (key, key + ENDING, key.removesuffix(ENDING))
        others = [host for one in keys for host in by_key.get(one, []) if host != name]
        if words := _unusable(name) or _taken(others) or _in_the_way(there, name):
            found[name] = f"{name}: {words}"
    return found


def _same(name: str) -> str:
    """A key that is equal for names that some file systems treat as one, for example on a Mac."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def _unusable(name: str) -> str:
    if name in (".", "..") or any(sign in name for sign in _UNSAFE) or not name.isprintable():
        return "its name cannot be the name of a file. Rename the host."
    if len((name + ENDING).encode(errors="replace")) > _LONGEST:
        return "its name is too long for the name of a file. Rename the host."
    return ""


def _taken(others: list[str]) -> str:
    if not others:
        return ""
    return f"Ansible could read its file as that of {others[0]}. Rename one of the two hosts."


def _in_the_way(folder: Path, name: str) -> str:
    """A sentence about a file that was not written by an export, or that Ansible would read instead."""
    bare, file = folder / name, folder / (name + ENDING)
    if bare.exists():
        return f"Ansible would read {bare} instead of its file. Export to another folder."
    if not os.path.lexists(file):
        return ""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            if opened.readline().rstrip("\n") == MARK:
                return ""
    except OSError as error:
        return f"{file} is not readable ({error.strerror})."
    return f"{file} was not written by an export, so it stays. Export to another folder."
