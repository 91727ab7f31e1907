# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of changes: a line of JSON for each write, appended to a file that is never rewritten."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ansible import constants as C

NAME = "imanage.control_center.change_record"
# How long to wait for somebody else's lock on the file, in seconds; and once it was in vain.
PATIENCE, LITTLE_PATIENCE = 5.0, 0.1

# Set in the process of the run, from which those that work on the tenants are forked off.
_is_kept = False


def start(path: str) -> None:
    """See that the file can be written, and make it where it is missing. Raises OSError."""
    global _is_kept  # noqa: PLW0603 - this is how the callback reaches the tasks
    with _opened(path):
        _is_kept = True


def record_is_missing() -> str | None:
    """That this run keeps no record although one is enabled, in a sentence; else None."""
    if _is_kept or NAME not in (C.CALLBACKS_ENABLED or ()):
        return None
    return (
        f"The callback {NAME} is enabled, but it was not loaded, so this run keeps no record of changes. ansible and "
        "ansible-console load it with ANSIBLE_LOAD_CALLBACK_PLUGINS=1 only."
    )


def parts(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The result of a task, and those of its loop."""
    return [result, *_rows(result.get("results"))]


def writes(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The writes of a task that were made, refused, or perhaps made; not those that are only planned."""
    found = [row for part in parts(result) for row in _rows(part.get("writes"))]
    return [row for row in found if row.get("outcome") in ("done", "refused", "unknown")]


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def line(tenant: str, run_id: str, write: Mapping[str, Any]) -> str:
    """A write in one line; nothing in it can end the line."""
    entry = {"time": write.get("time"), "tenant": tenant, **write, "run_id": run_id}
    return json.dumps(entry, ensure_ascii=True, default=str) + "\n"


def append(path: str, text: str, patience: float = PATIENCE) -> None:
    """Add lines, and return when they are on the disk. Raises OSError, a TimeoutError where the file stays locked."""
    with _opened(path) as descriptor:
        _lock(descriptor, patience)
        # A run that was killed may have left half a line, which must not spoil this one.
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            text = "\n" + text
        rest = text.encode()
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)


def _lock(descriptor: int, patience: float) -> None:
    """Lock the file until it is closed."""
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise OSError(errno.ETIMEDOUT, "Another process keeps it locked") from None
            time.sleep(0.02)
        else:
            return


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    """The file, made where it is missing, for its owner alone."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
