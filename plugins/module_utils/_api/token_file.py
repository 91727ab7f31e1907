# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with a refresh token, for tenants that return a new one at each sign-in."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure

_MOST_BYTES = 65536
_PAUSE = 0.1
_ADVICE = (
    "Give refresh_token_file a file that has only the refresh token, in a folder that this user may write to. If the "
    "tenant does not return a new token at each sign-in, refresh_token is enough."
)


class TokenFile:
    """The locked file and its C(token)."""

    def __init__(self, path: str, token: str) -> None:
        self._path = path
        self.token = token

    def replace(self, token: str) -> None:
        """Write a new token to the file, atomically, readable by its owner only. Raises C(bad_option)."""
        folder, name = os.path.split(self._path)
        try:
            place, fresh = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            try:
                with open(place, "w", encoding="utf-8") as file:
                    file.write(f"{token}\n")
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(fresh, self._path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(fresh)
                raise
        except OSError as error:
            raise _unusable(
                self._path,
                f"cannot be written: {error.strerror}. The token in it may be used up, and the new one is lost",
            ) from None


@contextlib.contextmanager
def locked(path: str, seconds: float) -> Iterator[TokenFile]:
    """Lock the token file, so that two tasks do not use the same token. Raises C(bad_option).

    C(seconds) is how long to wait for another task. This also checks that a new token can be written, before the old
    one is used.
    """
    try:
        real = os.path.realpath(os.path.expanduser(path))
        handle = _lock(real, time.monotonic() + seconds)
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise _unusable(path, "has an invalid name") from None
    try:
        yield TokenFile(real, _token(path, handle))
    finally:
        os.close(handle)


def _lock(path: str, deadline: float) -> int:
    """Open and lock the file. If it was replaced meanwhile, the lock is on the old file, so try again."""
    while True:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                raise OSError(0, "another task has locked it for longer than retry_timeout") from None
            time.sleep(_PAUSE)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _token(path: str, handle: int) -> str:
    """Read the token. No message shows it."""
    try:
        token = os.read(handle, _MOST_BYTES).decode("utf-8").strip()
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise _unusable(path, "is not text") from None
    if os.fstat(handle).st_nlink > 1:
        raise _unusable(path, "has a second name (a hard link), which would keep the old token")
    if not os.access(os.path.dirname(os.path.realpath(os.path.expanduser(path))), os.W_OK):
        raise _unusable(path, "is in a folder that is not writable, so a new token would be lost")
    if token.startswith("$ANSIBLE_VAULT"):
        raise _unusable(path, "is encrypted by ansible-vault, so a new token could not be written to it")
    if not token or any(letter.isspace() or not letter.isprintable() for letter in token):
        raise _unusable(path, "does not contain exactly one token" if token else "is empty")
    return token


def _unusable(path: str, why: str) -> Failure:
    return Failure("bad_option", f"The file {path!r} of refresh_token_file {why}.", advice=_ADVICE)
