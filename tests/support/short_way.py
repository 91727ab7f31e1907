# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short way to a folder, for the temporary files of a run that leaves everything below one folder of its test.

ansible-core 2.22 has a socket among its temporary files, and the way to one of those must have less than 108 letters.
"""

from __future__ import annotations

import atexit
import tempfile
import zlib
from pathlib import Path


def short_way(folder: Path) -> str:
    """A link to the folder, which lasts as long as this process."""
    link = Path(tempfile.gettempdir()) / f"{zlib.crc32(str(folder).encode()):08x}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    atexit.register(link.unlink, missing_ok=True)
    return str(link)
