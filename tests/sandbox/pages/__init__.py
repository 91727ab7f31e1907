# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The screens of Control Center, on the state of the sandbox: what the API does, done by hand."""

from .paths import ROOT, inside
from .site import pages

__all__ = ["ROOT", "inside", "pages"]
