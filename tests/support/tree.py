# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collections tree: the repository under the name that Ansible imports it by."""

from __future__ import annotations

import contextlib
import importlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / ".cache" / "tree"
COLLECTION = "imanage.control_center"


def ensure_tree() -> Path:
    """The tree, made of one symbolic link if it is not there yet."""
    link = TREE / "ansible_collections" / "imanage" / "control_center"
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        with contextlib.suppress(FileExistsError):  # another worker was faster
            link.symlink_to(ROOT)
    return TREE


def make_importable() -> None:
    """Let this process and its children import the collection, with pytest-ansible or without it."""
    tree = str(ensure_tree())
    paths = [path for path in os.environ.get("ANSIBLE_COLLECTIONS_PATH", "").split(os.pathsep) if path]
    if tree not in paths:
        os.environ["ANSIBLE_COLLECTIONS_PATH"] = os.pathsep.join([tree, *paths])
    try:
        importlib.import_module("ansible_collections.imanage.control_center")
    except ImportError:
        from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

        _AnsibleCollectionFinder._remove()
        _AnsibleCollectionFinder(paths=[tree])._install()
        importlib.import_module("ansible_collections.imanage.control_center")
