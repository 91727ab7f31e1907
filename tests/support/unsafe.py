# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads YAML with texts that Ansible does not template."""

from __future__ import annotations

from typing import Any

import yaml


class Unsafe(str):
    """A text that Ansible does not template."""


class _Loader(yaml.SafeLoader):
    pass


class _CLoader(yaml.CSafeLoader):
    """The parser that Ansible prefers."""


LOADERS = (_Loader, _CLoader)
for _one in LOADERS:
    _one.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(node)))


def load(text: str, loader: Any = _Loader) -> Any:
    """The data of a text."""
    return yaml.load(text, loader)
