# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every block of every guide is used by a test, every variable of a playbook is explained, and names are known."""

from __future__ import annotations

import ast
import re

import pytest
import yaml
from support.guides import KINDS, NOT_RUN, SHOWN, every_guide, files_of_tests
from support.tasks import MODULES
from support.tree import ROOT

GUIDES = every_guide()
ATTRIBUTES = {**{kind: kind for kind in KINDS}, "yaml_by_heading": "yaml"}


def claims(source):
    """What a test takes of guides: (guide, kind), and what is wrong with how it does."""
    tree = ast.parse(source)
    guides = {}
    found, wrong = [], []
    for node in tree.body:
        if isinstance(node, ast.Assign) and (name := literal(node.value)) and isinstance(node.targets[0], ast.Name):
            guides[node.targets[0].id] = name
    used = {
        node.id
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.Lambda))
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    # What a name at the top is made of is used where that name is.
    for node in reversed(tree.body):
        if isinstance(node, ast.Assign) and used & names_in(node.targets[0]):
            used |= names_in(node.value)
    at_top = {id(node.value): node.targets[0] for node in tree.body if isinstance(node, ast.Assign)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES):
            continue
        name = literal(node.value) or guides.get(getattr(node.value, "id", None))
        if name is None:
            continue
        found.append((name, ATTRIBUTES[node.attr]))
        target = at_top.get(id(node))
        if node.attr == "yaml_by_heading":
            names = [target.id] if isinstance(target, ast.Name) else []
        else:
            names = [one.id for one in target.elts if isinstance(one, ast.Name)] if is_unpacked(target) else []
        if not names:
            wrong.append(f"{name}: take its {node.attr} apart into names, at the top of the file")
        wrong += [f"{name}: {one} is not used" for one in names if one not in used]
    return found, wrong


def names_in(node):
    """Every name in a part of a file."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def is_unpacked(target):
    """Whether each block gets a name of its own."""
    return isinstance(target, (ast.Tuple, ast.List)) and all(isinstance(one, ast.Name) for one in target.elts)


def literal(node):
    """The name in Guide("..."), None for anything else."""
    is_guide = isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Guide" and len(node.args) == 1
    return node.args[0].value if is_guide and isinstance(node.args[0], ast.Constant) else None


CLAIMS = {path.relative_to(ROOT).as_posix(): claims(path.read_text(encoding="utf-8")) for path in files_of_tests()}
TAKEN = {claim for found, _wrong in CLAIMS.values() for claim in found}


@pytest.mark.parametrize("name", GUIDES)
def test_every_block_of_a_guide_is_used_by_a_test(name):
    assert GUIDES[name].kinds() == {kind for guide, kind in TAKEN if guide == name}


def test_no_test_takes_a_block_and_leaves_it():
    assert [words for _found, wrong in CLAIMS.values() for words in wrong] == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_block_says_what_it_is(name):
    known = {SHOWN, *(language for languages in KINDS.values() for language in languages)}
    assert {block.language for block in GUIDES[name].blocks} <= known


@pytest.mark.parametrize(("name", "beginning"), NOT_RUN)
def test_what_is_not_run_is_there_once_and_says_why(name, beginning):
    assert len(GUIDES[name].not_run(beginning)) == 1
    assert NOT_RUN[name, beginning]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("ONE, TWO = Guide('x').commands\ndef test():\n    run(ONE)", "x: TWO is not used"),
        ("GUIDE = Guide('x')\n(ONE,) = GUIDE.yaml\nrun(ONE)", "x: ONE is not used"),
        ("ALL = Guide('x').commands\ndef test():\n    run(ALL[0])", "apart into names"),
        ("FIRST, *REST = Guide('x').commands\ndef test():\n    run(FIRST, REST)", "apart into names"),
        ("def test():\n    run(Guide('x').commands[0])", "apart into names"),
    ],
)
def test_a_block_that_is_taken_and_left_is_found(lines, words):
    _found, wrong = claims(lines)
    assert [one for one in wrong if words in one], wrong


def test_blocks_that_are_used_are_fine():
    used = "GUIDE = Guide('x')\nONE, TWO = GUIDE.commands\nALL = GUIDE.yaml_by_heading\n"
    assert claims(f"{used}def test():\n    run(ONE, TWO, ALL)") == ([("x", "commands"), ("x", "yaml")], [])


# -- the playbooks --------------------------------------------------------------------------------------------------

PLAYBOOKS = {path.stem: path for path in sorted((ROOT / "playbooks").glob("*.yml"))}
IDENTIFIER = re.compile(r"(?<![\w.])imanage_\w+")


def files(path):
    """A playbook, and the playbooks, tasks and templates that it takes in."""
    text = path.read_text(encoding="utf-8")
    yield path
    for name in re.findall(r"import_playbook: (\w+\.yml)|(?:import|include)_tasks: ([\w/]+\.yml)", text):
        yield from files(path.parent / (name[0] or name[1]))
    for name in re.findall(r"templates/([\w.]*)(?:\{\{ item \}\}([\w.]*))?", text):
        pattern = "*".join(name) if name[1] else name[0]
        yield from (ROOT / "playbooks" / "templates").glob(pattern or "*")


def made(text):
    """The variables that a playbook makes itself: vars, register, set_fact and the counters of loops."""
    tree = yaml.safe_load(text)
    nodes = [tree]
    for node in nodes:
        if isinstance(node, dict):
            nodes += node.values()
            for key in ("vars", "ansible.builtin.set_fact"):
                yield from node.get(key) or {}
            yield from (node[key] for key in ("register", "index_var") if key in node)
        elif isinstance(node, list):
            nodes += node


def role_variables(prefix):
    """The variables of the roles."""
    for role in (ROOT / "roles").iterdir():
        specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
        yield from (name for entry in specs.values() for name in entry["options"] if name.startswith(prefix))


MADE = {
    name
    for path in [*PLAYBOOKS.values(), *(ROOT / "playbooks" / "tasks").glob("*.yml")]
    for name in made(path.read_text(encoding="utf-8"))
}
CONNECTION = set(role_variables("imanage_"))


def variables(name):
    """The variables of a playbook that are for users and say nothing of how to sign in."""
    found = set()
    for path in files(PLAYBOOKS[name]):
        text = path.read_text(encoding="utf-8")
        # Of a template, what is no expression is shown to people.
        parts = re.findall(r"\{[{%].*?[}%]\}", text, re.DOTALL) if path.suffix == ".j2" else text.splitlines()
        found |= {name for part in parts if not part.lstrip().startswith("#") for name in IDENTIFIER.findall(part)}
    return found - MADE - CONNECTION


def test_the_guide_names_every_variable_of_every_playbook():
    named = set(re.findall(r"`(imanage_\w+)`", GUIDES["docs/many-tenants.md"].text))
    assert {one for name in PLAYBOOKS for one in variables(name)} - named == set()


def test_the_variables_of_a_playbook_are_found():
    assert variables("audit") == {
        "imanage_fail_on",
        "imanage_report",
        "imanage_serial",
        "imanage_tenants",
    }
    assert variables("read_recording") == {"imanage_recording", "imanage_report"}


@pytest.mark.parametrize("name", GUIDES)
def test_names_in_a_guide_are_those_of_the_code(name):
    known = {
        *MODULES,
        *CONNECTION,
        *(one for playbook in PLAYBOOKS for one in variables(playbook)),
        *role_variables("tracker_onboarding_"),
        "tracker_onboarding_result",
        "imanage_change_record",
    }
    tasks = (ROOT / "roles" / "tracker_onboarding" / "tasks").glob("*.yml")
    text = "".join(path.read_text(encoding="utf-8") for path in tasks)
    known |= set(re.findall(r"^ *- (tracker_onboarding_\w+)$", text, re.MULTILINE))
    own = re.compile(r"(?<![\w./])(?:imanage|tracker_onboarding)_\w+")
    assert set(own.findall(GUIDES[name].text)) - known == set()
