# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of a playbook is explained in a guide, and guides name what there is."""

from __future__ import annotations

import re

import pytest
import yaml
from support.guides import every_guide
from support.tasks import MODULES
from support.tree import ROOT

GUIDES = every_guide()
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
        # People see what is not an expression in a template.
        parts = re.findall(r"\{[{%].*?[}%]\}", text, re.DOTALL) if path.suffix == ".j2" else text.splitlines()
        found |= {name for part in parts if not part.lstrip().startswith("#") for name in IDENTIFIER.findall(part)}
    return found - MADE - CONNECTION


def test_the_guide_names_every_variable_of_every_playbook():
    named = set(re.findall(r"`(imanage_\w+)`", GUIDES["docs/many-tenants.md"].text))
    assert {one for name in PLAYBOOKS for one in variables(name)} - named == set()


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
