# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line that stays the last one of a terminal, below what others print there."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from ansible.utils.display import Display

ERASE = "\r\x1b[2K"


class LiveLine:
    """The line, shown from the first time that it has a text until it is stopped.

    What is printed goes through here, so that the line makes room for it. There is no lock in here, since of two locks
    two threads can hold one each: whoever prints by Ansible's display holds the display's, and so does this.
    """

    def __init__(self, display: Display) -> None:
        self._display = display
        self._text = ""
        self._is_shown = self._is_amid = False
        self._streams = sys.stdout, sys.stderr
        sys.stdout = cast(TextIO, _Above(sys.stdout, self))
        if sys.stderr.isatty():
            sys.stderr = cast(TextIO, _Above(sys.stderr, self))
        # Ansible says nothing to callbacks about the end of a run that is interrupted.
        atexit.register(self.stop)

    def show(self, text: str) -> None:
        """Replace the line, as far as it fits the terminal: of a longer one a part could not be erased."""
        self._text = text[: shutil.get_terminal_size().columns - 1]
        # Nothing is printed, and the line is written anew around it.
        self._display.display("", newline=False, screen_only=True)

    def stop(self) -> None:
        """Take the line away."""
        atexit.unregister(self.stop)
        self.show("")
        sys.stdout, sys.stderr = self._streams

    def write_above(self, stream: TextIO, text: str) -> int:
        """Write what somebody prints, and the line below it, unless they are in the middle of a line."""
        erase = ERASE if self._is_shown else ""
        if text:
            self._is_amid = not text.endswith("\n")
        self._is_shown = bool(self._text) and not self._is_amid
        stream.write(erase + text + (self._text if self._is_shown else ""))
        stream.flush()
        return len(text)


class _Above:
    """A stream to the terminal, whose texts are written above the line."""

    def __init__(self, stream: TextIO, line: LiveLine) -> None:
        self._stream, self._line = stream, line

    def write(self, text: str) -> int:
        return self._line.write_above(self._stream, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def live_line(display: Display) -> LiveLine | None:
    """A line on this terminal; None where there is none, or none that can erase a line."""
    # ansible-runner gives a run a terminal, and reads what its own callback writes there between the lines.
    is_read = "AWX_ISOLATED_DATA_DIR" in os.environ
    is_dumb = os.environ.get("TERM", "dumb") in ("", "dumb", "unknown")
    return None if is_read or is_dumb or not sys.stdout.isatty() else LiveLine(display)
