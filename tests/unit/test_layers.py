# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the layers of pyproject.toml cannot say: the decision imports next to nothing, and who knows check mode."""

from __future__ import annotations

import ast

import pytest
from support.tree import ROOT

UTILS = ROOT / "plugins" / "module_utils"
PURE = [
    *sorted(path for path in (UTILS / "_plan").glob("*.py")),
    *(UTILS / "_api" / f"{name}.py" for name in ("contract", "errors", "shape", "text", "names", "secrets", "quoting")),
]


def imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.stem)
def test_pure_files_import_no_ansible_no_requests_no_clock(path):
    for name in imported(path):
        assert name.split(".")[0] in {"__future__", "ansible_collections", *_standard()}, name
        assert not name.startswith(("ansible.", "requests", "urllib3", "socket", "time", "os"))


def _standard():
    return {
        "base64",
        "json",
        "re",
        "typing",
        "collections",
        "urllib",
        "datetime",
        "functools",
        "hashlib",
        "html",
        "traceback",
        "unicodedata",
    }


def test_check_mode_is_known_to_the_glue_alone():
    knowing = [path.stem for path in UTILS.rglob("*.py") if "check_mode" in path.read_text(encoding="utf-8")]
    assert sorted(knowing) == ["module", "task"]


@pytest.mark.parametrize("path", sorted((ROOT / "playbooks").glob("*_plugins/*.py")), ids=lambda path: path.stem)
def test_plugins_of_playbooks_import_what_is_for_the_controller(path):
    ours = "ansible_collections.imanage.control_center.plugins.plugin_utils."
    for name in imported(path):
        assert name.startswith((ours, "ansible.")) or name.split(".")[0] in {"__future__", "pathlib", *_standard()}, (
            name
        )
