# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants files: a sandbox described in YAML."""

from __future__ import annotations

from pathlib import Path

import yaml

from .fields import DescriptionError, Fields
from .machine import Sandbox


def sandbox_from_file(path: str | Path) -> Sandbox:
    """Build a sandbox from a file with tenants."""
    try:
        described = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as problem:
        raise DescriptionError(f"{path} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise DescriptionError(f"{path} is not UTF-8.") from None
    except yaml.YAMLError as problem:
        raise DescriptionError(f"{path} is not YAML: {' '.join(str(problem).split())}") from None
    try:
        fields = Fields(described, "the file")
        tenants = fields.take("tenants", list)
        fields.end()
        return Sandbox(tenants)
    except DescriptionError as problem:
        raise DescriptionError(f"{path}: {problem}") from None
