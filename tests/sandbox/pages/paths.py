# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each page is; ROOT is where the hand-over of the collection sends a person."""

from __future__ import annotations

ROOT = "/work/cc"
SIGN_IN = f"{ROOT}/sign-in"
SIGN_OUT = f"{ROOT}/sign-out"
APPLICATIONS = f"{ROOT}/applications"
APPLICATION = f"{ROOT}/application"
ADD = f"{APPLICATIONS}/add"
EXTENSION = f"{ROOT}/extension"
TRACKER = f"{ROOT}/tracker"
AUTHORIZE = f"{TRACKER}/authorize"
STATIC = f"{ROOT}/static"


def inside(path: str) -> bool:
    """Whether a path belongs to the pages."""
    return path == ROOT or path.startswith(f"{ROOT}/")
