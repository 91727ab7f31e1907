# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of changes: a line of JSON for each, appended to a file that is never rewritten."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure


class Record(NamedTuple):
    """Where this run records its changes, and its id."""

    path: str
    run_id: str


# Set by the callback, before the processes that work on the tenants are forked off.
_record: Record | None = None


def start(record: Record) -> None:
    """Let every task of this run record its changes."""
    global _record  # noqa: PLW0603 - this is how the callback reaches the tasks
    _record = record


def teller(task_vars: Mapping[str, Any]) -> Callable[[dict[str, Any]], None] | None:
    """What records a change of this tenant, None where no record is kept.

    Raises Failure where the file cannot be written: what cannot be recorded is not changed.
    """
    record = _record
    if record is None:
        return None
    tenant = str(task_vars.get("inventory_hostname"))
    with _opened(record.path):
        pass
    return lambda change: append(record.path, line(record, tenant, change))


def line(record: Record, tenant: str, change: Mapping[str, Any]) -> str:
    """A change in one line; nothing in it can end the line."""
    entry = {"time": change["time"], "tenant": tenant, **change, "run_id": record.run_id}
    return json.dumps(entry, ensure_ascii=True) + "\n"


def append(path: str, text: str) -> None:
    """Add a line, and return when it is on the disk. Raises Failure."""
    with _opened(path) as descriptor:
        # A run that was killed may have left half a line, which must not spoil this one.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            text = "\n" + text
        rest = text.encode()
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    """The file, made where it is missing."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Failure(
            "bad_option",
            f"The record of changes cannot be written: {path}: {error.strerror}.",
            advice="Make that file writable. A change that cannot be recorded is not made.",
        ) from None
