# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On the path of a process under test: writes down which process of it builds a TLS context that trusts authorities."""

from __future__ import annotations

import os
import ssl

_load = ssl.SSLContext.load_verify_locations


def _noted(self, *args, **kwargs):
    with open(os.environ["TLS_CONTEXTS"], "a", encoding="utf-8") as notes:
        notes.write(f"{os.getpid()} {os.getppid()}\n")
    return _load(self, *args, **kwargs)


if "TLS_CONTEXTS" in os.environ:
    ssl.SSLContext.load_verify_locations = _noted
