# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No file grows into something else: how many lines of code it may have."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import PurePath

from gates.checkout import tracked
from support.tree import ROOT

# Where there is no git, in an installed collection, nobody knows what belongs to it.
FILES = tracked("--cached", "--others", "--exclude-standard") if (ROOT / ".git").exists() else []
DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN", "READS", "WRITES")


def code_lines(text):
    """How many lines have code in them: no documentation, no comment, nothing empty."""
    told = set()
    for node in ast.walk(ast.parse(text)):
        is_text = (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        names = {one.id for one in getattr(node, "targets", ()) if isinstance(one, ast.Name)}
        if is_text or names & set(DOCUMENTATION):
            told.update(range(node.lineno, node.end_lineno + 1))
    nothing = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    code = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in nothing:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - told)


def limit(name):
    """How many lines of code a file may have: twice what it should."""
    if name.startswith("plugins/modules/"):
        return 60
    if name.startswith("plugins/"):
        return {"client.py": 500}.get(PurePath(name).name, 300)
    return 500


def test_no_file_holds_what_belongs_elsewhere():
    names = [name for name in FILES if name.endswith(".py")]
    assert [name for name in names if code_lines((ROOT / name).read_text(encoding="utf-8")) > limit(name)] == []


def test_code_is_what_is_neither_documentation_nor_comment_nor_empty():
    head = '"""Says."""\n\nDOCUMENTATION = r"""\na: b\n"""\n# why\n'
    text = head + 'one = (\n    1,  # two\n)\n\n\ndef f():\n    """Says."""\n'
    assert code_lines(text) == 4
