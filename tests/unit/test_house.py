# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stranger finds the way: every folder and file says what it is for, and none grew into something else."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from fnmatch import fnmatchcase
from pathlib import PurePath

import pytest
from gates.checkout import tracked
from support.tree import ROOT

PAGE = "docs/where-things-are.md"
# Where there is no git, in an installed collection, nobody knows what belongs to it.
FILES = tracked("--cached", "--others", "--exclude-standard") if (ROOT / ".git").exists() else []
FOLDERS = sorted({str(parent) for name in FILES for parent in PurePath(name).parents} - {"."})
UTILS = ("plugins/module_utils/", "plugins/plugin_utils/")
CODE = [name for name in FILES if name.endswith(".py")]

# What cannot begin with a sentence: it is somebody else's text, written by a tool, or says in its own form what it is.
WITHOUT_A_SENTENCE = {
    "COPYING",
    "LICENSES/GPL-3.0-or-later.txt",
    "changelogs/changelog.yaml",
    "galaxy.yml",
    "tests/contract/control-center.yaml",
}
DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN", "READS", "WRITES")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def rows():
    """What the page says of folders and files, in its order."""
    return dict(re.findall(r"^\| `([^`|]+)` \| (.+) \|$", read(PAGE), re.MULTILINE))


def sentence(name):
    """The first sentence of a file of Python."""
    return (ast.get_docstring(ast.parse(read(name))) or "").split("\n\n")[0]


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
        return {"_client.py": 500, "_errors.py": 160}.get(PurePath(name).name, 300)
    return 500


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_says_what_it_is_for(folder):
    told = [text for name, text in rows().items() if name.endswith("/") and fnmatchcase(folder + "/", name)]
    assert len(told) == 1, f"give {folder}/ a row in {PAGE}"
    package = f"{folder}/__init__.py"
    if package in FILES:
        assert told == [sentence(package)]


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(UTILS)])
def test_every_file_behind_the_plugins_has_its_sentence_on_the_page(name):
    assert rows().get(name) == sentence(name), f"give {name} a row in {PAGE}"


def test_the_page_has_nothing_that_is_not_there():
    for name in rows():
        assert any(fnmatchcase(one + "/", name) for one in FOLDERS) if name.endswith("/") else name in FILES, name


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(UTILS)])
def test_a_file_imports_only_what_stands_below_it_on_the_page(name):
    order = list(rows())
    here = order.index(name)
    tree = ast.parse(read(name))
    for block in [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]:
        tree.body.remove(block)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and "plugins." in str(node.module):
            place = node.module.partition("control_center.")[2].replace(".", "/")
            for one in [f"{place}.py", *(f"{place}/{alias.name}.py" for alias in node.names)]:
                assert one not in FILES or order.index(one) > here, one


@pytest.mark.parametrize("name", [name for name in FILES if name not in WITHOUT_A_SENTENCE])
def test_every_file_begins_with_a_sentence(name):
    kind = PurePath(name).suffix
    if kind == ".png":
        return
    if kind == ".py":
        first = sentence(name)
        assert first.endswith((".", "?")), first
        assert "\n" not in first
        return
    text = re.sub(
        r"\A(#!.*\n|---\n|<!--\n(?:Copyright|SPDX).*\n(?:.*\n)*?-->\n|/\*\n?.*SPDX.*\*/\n|\s+)*", "", read(name)
    )
    lines = [line for line in text.splitlines() if line and not re.match(r"# (Copyright|GNU|SPDX)", line)]
    if kind == ".md":
        assert re.match(r"# \w", lines[0])
        assert re.match(r"\w|`|\*\*", lines[1])
    elif kind in (".j2", ".html"):
        assert re.match(r"\{# [A-Z]", lines[0]), lines[0]
    elif kind == ".css":
        assert re.match(r"/\* \w", lines[0]), lines[0]
    else:
        assert re.match(r"# \w", lines[0]), lines[0]


@pytest.mark.parametrize("name", CODE)
def test_no_file_holds_what_belongs_elsewhere(name):
    assert code_lines(read(name)) <= limit(name)


def test_code_is_what_is_neither_documentation_nor_comment_nor_empty():
    head = '"""Says."""\n\nDOCUMENTATION = r"""\na: b\n"""\n# why\n'
    text = head + 'one = (\n    1,  # two\n)\n\n\ndef f():\n    """Says."""\n'
    assert code_lines(text) == 4
