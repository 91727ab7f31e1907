# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Appends a line of JSON to the record of changes for each write."""

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
# How long to wait for a lock on the file, in seconds, and how long after a first time-out.
PATIENCE, LITTLE_PATIENCE = 5.0, 0.1

# Set in the main process of the run. The workers are forks of it.
_is_kept = False


def start(path: str) -> None:
    """Create the file if it is missing, and check that it can be written. Raises OSError."""
    global _is_kept  # noqa: PLW0603 - this is how the callback reaches the tasks
    with _opened(path):
        _is_kept = True


def record_is_missing() -> str | None:
    """A warning if the record is enabled but not kept in this run, or None."""
    if _is_kept or NAME not in (C.CALLBACKS_ENABLED or ()):
        return None
    return (
        f"The callback {NAME} is enabled, but it was not loaded, so this run keeps no record of changes. ansible and "
        "ansible-console load it only with ANSIBLE_LOAD_CALLBACK_PLUGINS=1."
    )


def parts(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The result of a task, and the results of its loop."""
    return [result, *_rows(result.get("results"))]


def writes(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The writes of a task that were made, refused, or perhaps made, but not the planned ones."""
    found = [row for part in parts(result) for row in _rows(part.get("writes"))]
    return [row for row in found if row.get("outcome") in ("done", "refused", "unknown")]


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def line(tenant: str, run_id: str, write: Mapping[str, Any]) -> str:
    """A write as one line of JSON. Line breaks in it are escaped."""
    entry = {"time": write.get("time"), "tenant": tenant, **write, "run_id": run_id}
    return json.dumps(entry, ensure_ascii=True, default=str) + "\n"


def append(path: str, text: str, patience: float = PATIENCE) -> None:
    """Append lines and wait until they are on the disk. Raises OSError, or TimeoutError if the file stays locked."""
    with _opened(path) as descriptor:
        _lock(descriptor, patience)
        # A killed run may have left half a line. Start a new line after it.
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
    """Open the file. Create it if it is missing, readable by its owner only."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
