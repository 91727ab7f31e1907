# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a line at the bottom of a terminal, below all other output."""

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
    """The line. It is shown from its first text until it is stopped.

    All output goes through this class, which moves the line out of the way. It has no lock, because a second lock could
    cause a deadlock: every writer, and this class, prints through Ansible's display and holds its lock.
    """

    def __init__(self, display: Display) -> None:
        self._display = display
        self._text = ""
        self._is_shown = self._in_line = False
        self._streams = sys.stdout, sys.stderr
        sys.stdout = cast(TextIO, _Above(sys.stdout, self))
        if sys.stderr.isatty():
            sys.stderr = cast(TextIO, _Above(sys.stderr, self))
        # Ansible does not call callbacks at the end of an interrupted run.
        atexit.register(self.stop)

    def show(self, text: str) -> None:
        """Replace the line. It is cut to the width of the terminal, because a wrapped line cannot be erased."""
        self._text = text[: shutil.get_terminal_size().columns - 1]
        # Print an empty text, which writes the line again.
        self._display.display("", newline=False, screen_only=True)

    def stop(self) -> None:
        """Remove the line."""
        atexit.unregister(self.stop)
        self.show("")
        sys.stdout, sys.stderr = self._streams

    def write_above(self, stream: TextIO, text: str) -> int:
        """Write a text, and the line below it if the text ends with a line break."""
        erase = ERASE if self._is_shown else ""
        if text:
            self._in_line = not text.endswith("\n")
        self._is_shown = bool(self._text) and not self._in_line
        stream.write(erase + text + (self._text if self._is_shown else ""))
        stream.flush()
        return len(text)


class _Above:
    """A stream to the terminal that writes its texts above the line."""

    def __init__(self, stream: TextIO, line: LiveLine) -> None:
        self._stream, self._line = stream, line

    def write(self, text: str) -> int:
        return self._line.write_above(self._stream, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def live_line(display: Display) -> LiveLine | None:
    """A line on this terminal; None if there is no terminal, or it cannot erase a line."""
    # ansible-runner gives a run a terminal, and parses the output there.
    is_read = "AWX_ISOLATED_DATA_DIR" in os.environ
    is_dumb = os.environ.get("TERM", "dumb") in ("", "dumb", "unknown")
    return None if is_read or is_dumb or not sys.stdout.isatty() else LiveLine(display)
