# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of automation controller as data: they are what its API takes, as AWX had it in October 2024."""

from __future__ import annotations

import re

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import (
    CONNECTION_OPTIONS,
    Options,
    validated,
    without_environment_account,
)
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.misspelt import KNOWN
from jinja2 import meta
from support.controller import DATA, ENVIRONMENT, injected, survey
from support.tree import ROOT
from support.unsafe import Unsafe

# What the modules of awx.awx take, by type; the roles read the same names.
_LAUNCH = {
    str: "execution_environment inventory job_tags job_type limit scm_branch skip_tags",
    bool: "diff_mode",
    int: "forks job_slice_count timeout verbosity",
    list: "credentials instance_groups labels",
}
_SURVEYED = {
    str: "description name new_name copy_from organization webhook_credential webhook_service state",
    bool: "allow_simultaneous survey_enabled ask_variables_on_launch ask_inventory_on_launch ask_limit_on_launch "
    "ask_scm_branch_on_launch ask_labels_on_launch ask_tags_on_launch ask_skip_tags_on_launch",
    dict: "extra_vars survey_spec",
    list: "labels notification_templates_started notification_templates_success notification_templates_error",
}
TAKEN = {
    "controller_credential_types": [{str: "name new_name description kind state", dict: "inputs injectors"}],
    "controller_templates": [
        _LAUNCH,
        _SURVEYED,
        {
            str: "project playbook start_at_task host_config_key",
            bool: "become_enabled force_handlers use_fact_cache prevent_instance_group_fallback "
            "ask_diff_mode_on_launch ask_job_type_on_launch ask_verbosity_on_launch ask_credential_on_launch "
            "ask_timeout_on_launch ask_execution_environment_on_launch ask_forks_on_launch "
            "ask_job_slice_count_on_launch",
        },
    ],
    "controller_workflows": [
        _SURVEYED,
        {
            str: "inventory limit scm_branch job_tags skip_tags",
            bool: "destroy_current_nodes",
            list: "notification_templates_approvals workflow_nodes simplified_workflow_nodes",
        },
    ],
    "controller_schedules": [
        _LAUNCH,
        {
            str: "name new_name description rrule unified_job_template organization state",
            bool: "enabled",
            dict: "extra_data",
        },
    ],
    "nodes": [
        _LAUNCH,
        {
            str: "identifier unified_job_template lookup_organization state",
            bool: "all_parents_must_converge",
            dict: "extra_data approval_node",
            list: "success_nodes failure_nodes always_nodes",
        },
    ],
    "approval": [{str: "name description", int: "timeout"}],
    "inputs": [{list: "fields required"}],
    "field": [{str: "id type label help_text format", bool: "secret multiline ask_at_runtime", list: "choices"}],
    "injectors": [{dict: "env file extra_vars"}],
    "survey": [{str: "name description", list: "spec"}],
    "question": [
        {
            str: "question_name question_description variable type choices default",
            bool: "required new_question",
            int: "min max",
        }
    ],
}
QUESTIONS = {"text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float"}
LINKS = ("success_nodes", "failure_nodes", "always_nodes")

(TYPE,) = DATA["controller_credential_types"]
FIELDS = {field["id"]: field for field in TYPE["inputs"]["fields"]}
TEMPLATES = {one["name"]: one for one in DATA["controller_templates"]}
WORKFLOWS = {one["name"]: one for one in DATA["controller_workflows"]}
NODES = {node["identifier"]: node for one in WORKFLOWS.values() for node in one["simplified_workflow_nodes"]}
# Where an option of the connection stands if the credential does not have it.
ELSEWHERE = {
    "customer_id": "a number, which cannot be empty",
    "scope": "empty, it means none",
    "access_token": "it ends after half an hour",
    "refresh_token_file": "the container of a job has no file that stays",
}


def objects():
    """Every object with the name of its kind."""
    for kind, items in DATA.items():
        yield from ((kind, item) for item in items)
    yield from (("nodes", node) for node in NODES.values())
    yield from (("approval", node["approval_node"]) for node in NODES.values() if "approval_node" in node)
    yield from [("inputs", TYPE["inputs"]), ("injectors", TYPE["injectors"])]
    yield from (("field", field) for field in FIELDS.values())
    for one in (*TEMPLATES.values(), *WORKFLOWS.values()):
        yield "survey", one["survey_spec"]
        yield from (("question", question) for question in survey(one).values())


def texts(node):
    """Every text in a tree of data."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for one in node.values() if isinstance(node, dict) else node:
            yield from texts(one)


def test_every_object_has_what_the_modules_take():
    wrong = []
    for kind, item in objects():
        types = {name: of for table in TAKEN[kind] for of, names in table.items() for name in names.split()}
        wrong += [(kind, name, value) for name, value in item.items() if type(value) not in _subtypes(types.get(name))]
    assert wrong == []
    assert set(DATA) == {kind for kind in TAKEN if kind.startswith("controller_")}


def _subtypes(of):
    return (str, Unsafe) if of is str else (of,)


def test_only_what_the_controller_templates_is_unsafe():
    assert [one for one in texts(DATA) if ("{{" in one) is not isinstance(one, Unsafe)] == []


def test_names_are_those_of_objects_in_the_data():
    targets = [node["unified_job_template"] for node in NODES.values() if "approval_node" not in node]
    assert set(targets) <= set(TEMPLATES)
    scheduled = [one["unified_job_template"] for one in DATA["controller_schedules"]]
    assert set(scheduled) <= {*TEMPLATES, *WORKFLOWS}
    assert {linked for node in NODES.values() for name in LINKS for linked in node.get(name, [])} <= set(NODES)
    # The controller finds a template by its name, of whatever kind it is.
    assert len({*TEMPLATES, *WORKFLOWS}) == len(TEMPLATES) + len(WORKFLOWS)
    assert all(TYPE["name"] in one["credentials"] for one in TEMPLATES.values())


@pytest.mark.parametrize("name", [*TEMPLATES, *WORKFLOWS])
def test_a_survey_is_one_that_the_controller_takes(name):
    spec = ({**TEMPLATES, **WORKFLOWS})[name]["survey_spec"]
    assert set(spec) == {"name", "description", "spec"}
    assert spec["spec"]
    for question in spec["spec"]:
        assert {"type", "question_name", "variable", "required"} <= set(question)
        assert question["type"] in QUESTIONS
        # An empty answer would take the place of the variable of the template.
        assert question["type"] != "text" or (question["min"] > 0 and question.get("default") != "")
    assert len(survey({"survey_spec": spec})) == len(spec["spec"])


def given():
    """Every variable that a template gives or asks for, with the playbooks that get it."""
    for one in TEMPLATES.values():
        yield from ((name, one["playbook"]) for name in (*one["extra_vars"], *survey(one)))
    playbooks = [
        TEMPLATES[node["unified_job_template"]]["playbook"] for node in NODES.values() if "approval_node" not in node
    ]
    for one in WORKFLOWS.values():
        yield from ((name, playbook) for name in survey(one) for playbook in playbooks)


@pytest.mark.parametrize(("name", "playbook"), sorted(set(given())))
def test_every_variable_is_one_that_the_playbook_reads(name, playbook):
    prefix = next(one for one in KNOWN if name.startswith(one))
    assert name.removeprefix(prefix) in KNOWN[prefix]
    shared = [ROOT / "playbooks" / one for one in ("begin.yml", "conclude.yml", "tasks/report_folder.yml")]
    assert re.search(rf"\b{name}\b", "".join(path.read_text() for path in [ROOT / "playbooks" / playbook, *shared]))


def test_templates_of_the_controller_use_its_own_variables():
    used = {
        name
        for one in TEMPLATES.values()
        for text in texts(one["extra_vars"])
        for name in meta.find_undeclared_variables(ENVIRONMENT.parse(text))
    }
    assert used == {"awx_job_id"}


def test_nothing_is_onboarded_that_nobody_approved():
    (onboarding,) = [one for one in TEMPLATES.values() if one["playbook"] == "onboard.yml"]
    assert "default" not in survey(onboarding)["imanage_plan"]
    # Without an answer, or without a plan of the node before, the template's own counts.
    assert "no-plan" in onboarding["extra_vars"]["imanage_plan"]
    behind = {
        name: {one for one, node in NODES.items() for link in LINKS if name in node.get(link, [])} for name in NODES
    }
    found = [name for name, node in NODES.items() if node.get("unified_job_template") == onboarding["name"]]
    for name in found:
        assert behind[name] == {"approval"}
        assert [
            node for node in NODES.values() if name in (*node.get("failure_nodes", []), *node.get("always_nodes", []))
        ] == []
    assert found
    assert {NODES[name]["unified_job_template"] for name in behind["approval"]} == {"iManage Tracker preview"}
    assert [name for name, before in behind.items() if not before] == ["preview"]


@pytest.mark.parametrize("schedule", DATA["controller_schedules"], ids=lambda one: one["name"])
def test_a_schedule_answers_the_survey_and_repeats_by_a_rule_that_is_taken(schedule):
    asked = survey(({**TEMPLATES, **WORKFLOWS})[schedule["unified_job_template"]])
    assert set(schedule["extra_data"]) == set(asked)
    assert re.fullmatch(
        r"DTSTART;TZID=\w+/\w+:\d{8}T\d{6} RRULE:FREQ=(DAILY|WEEKLY|MONTHLY);INTERVAL=\d+(;BYMONTHDAY=\d+)?",
        schedule["rrule"],
    )


def test_a_field_is_an_option_and_secret_as_the_option_is():
    assert {*FIELDS, *ELSEWHERE} == {name for name, spec in CONNECTION_OPTIONS.items() if "fallback" in spec}
    assert {*FIELDS} & {*ELSEWHERE} == set()
    for name, field in FIELDS.items():
        assert field["type"] == "string"
        assert field.get("secret", False) is CONNECTION_OPTIONS[name].get("no_log", False), name
    assert set(TYPE["inputs"]["required"]) <= set(FIELDS)
    assert TYPE["kind"] in ("cloud", "net")


def test_each_injector_fills_the_variable_of_its_option():
    assert set(TYPE["injectors"]) == {"env"}
    names = {
        variable: meta.find_undeclared_variables(ENVIRONMENT.parse(text))
        for variable, text in TYPE["injectors"]["env"].items()
    }
    assert names == {CONNECTION_OPTIONS[name]["fallback"][1][0]: {name} for name in FIELDS}


CLIENT = {"url": "https://cloudimanage.com", "client_id": "the-id"}
OWN = {"username": "admin@acme.example", "password": "of-acme"}


def options(monkeypatch, inputs, host):
    """The options of a task for a host, where a credential has these inputs."""
    for name, value in injected(inputs).items():
        monkeypatch.setenv(name, value)
    found = validated(Options({}), without_environment_account(host))
    return {name: found.get(name) for name in ("url", "client_id", "username", "password", "refresh_token")}


def test_the_account_of_a_credential_signs_in_for_its_one_tenant(monkeypatch):
    account = {"username": "admin@birch.example", "password": "of-birch"}
    found = options(monkeypatch, {**CLIENT, **account}, {})
    assert found == {**CLIENT, **account, "refresh_token": ""}


@pytest.mark.parametrize("account", [{}, {"username": "x", "password": "y"}, {"refresh_token": "of-another"}])
def test_a_tenant_with_an_account_uses_that_alone(monkeypatch, account):
    found = options(monkeypatch, {**CLIENT, **account}, OWN)
    assert found == {**CLIENT, **OWN, "refresh_token": ""}


def test_an_empty_customer_number_would_stop_every_task(monkeypatch):
    monkeypatch.setenv("IMANAGE_CUSTOMER_ID", "")
    with pytest.raises(Failure, match="customer_id"):
        options(monkeypatch, CLIENT, OWN)


def test_the_guide_names_what_is_in_the_data():
    guide = (ROOT / "docs" / "automation-controller.md").read_text(encoding="utf-8")
    named = [
        *TEMPLATES,
        *WORKFLOWS,
        TYPE["name"],
        *{one["playbook"] for one in TEMPLATES.values()},
        "(automation-controller.yml)",
    ]
    assert [name for name in named if name not in guide] == []
    assert all((ROOT / "playbooks" / one["playbook"]).exists() for one in TEMPLATES.values())
