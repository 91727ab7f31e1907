# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 9, the interface: documentation, options, action group, RETURN and action plugins agree."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import SECRET_OPTIONS, Connection
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import KINDS, Failure
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import (
    CONNECTION_OPTIONS,
    WRITING_STAGES,
    validated,
)
from sandbox.policy import FIELDS as POLICY
from support.tasks import COLLECTION, MODULES, WRITERS, documentation, module, returned, task
from support.tree import ROOT

# The interface of the design, written down once more: a test that derives both sides proves nothing.
CONNECTION = {
    "url": "IMANAGE_URL",
    "username": "IMANAGE_USERNAME",
    "password": "IMANAGE_PASSWORD",
    "client_id": "IMANAGE_CLIENT_ID",
    "client_secret": "IMANAGE_CLIENT_SECRET",
    "refresh_token": "IMANAGE_REFRESH_TOKEN",
    "refresh_token_file": "IMANAGE_REFRESH_TOKEN_FILE",
    "access_token": "IMANAGE_ACCESS_TOKEN",
    "scope": "IMANAGE_SCOPE",
    "customer_id": "IMANAGE_CUSTOMER_ID",
    "api_url": None,
    "validate_certs": None,
    "ca_path": None,
    "timeout": None,
    "retry_timeout": None,
    "api_paths": None,
}
# What the plan knows by itself.
BEFORE = ("refresh_token_expiry_days",)
OWN = {
    "imanage_application": {"name", "app_id", "state", "enabled", "access", "users", "groups", "exclusive", "planned"},
    "imanage_app_auth": {"name", "app_id", *(field.option for field in POLICY), "planned"},
    "imanage_library_authorization": {
        "libraries",
        "except",
        "state",
        "authorize_by",
        "authorized_on",
        "refresh_token_expiry_days",
        "email",
        "authorizer",
        "renew_before_days",
        "on_consent_required",
        "planned",
    },
    "imanage_onboarding_info": {
        "state",
        "applications",
        "authorization",
        "on_unprovisioned",
        "approved",
        "stages",
    },
    "imanage_session": {"state", "session_token"},
    "imanage_tenant_info": set(),
    "imanage_contract_info": {"probe", "probe_application"},
    "imanage_application_info": {"name", "app_id", "status", "include"},
    "imanage_library_authorization_info": {"libraries"},
}
RETURNED = {
    "imanage_application": {"application", "writes"},
    "imanage_app_auth": {"application", "token_policy", "writes"},
    "imanage_library_authorization": {"libraries", "not_visible", "handed_over", "writes"},
    "imanage_onboarding_info": {
        *("tenant", "left_alone", "applications", "missing", "near_misses", "libraries", "not_visible"),
        *("wanted", "others"),
        *(
            "handed_over",
            "tracker_calls",
            "refresh_token_expiry_days",
            "plan",
            "stages",
            "planned",
            "appeared",
            "remaining",
            "failed_stage",
            "check_mode",
        ),
    },
    "imanage_session": {"access_token", "api_url", "customer_id", "user", "email", "check_mode"},
    "imanage_tenant_info": {"tenant"},
    "imanage_contract_info": {"customer_id", "url", "operations", "obstacles"},
    "imanage_application_info": {"applications", "near_misses"},
    "imanage_library_authorization_info": {"libraries", "unlisted"},
}


def test_law_9_the_modules_of_the_design_are_all_there():
    assert set(MODULES) == set(OWN)


@pytest.mark.parametrize("name", MODULES)
def test_law_9_options_are_those_of_the_design(name):
    assert set(task(name).options.own) == OWN[name]
    assert set(task(name).options.spec) == OWN[name] | set(CONNECTION)


@pytest.mark.parametrize("name", MODULES)
def test_law_9_documented_options_are_the_options(name):
    agree(documentation(name)["options"], task(name).options.spec)


def agree(described, spec):
    """Assert that options and their documentation say the same, options within options too."""
    assert set(described) == set(spec)
    for option, own in spec.items():
        text = described[option]
        assert text.get("type", "str") == own.get("type", "str"), option
        assert text.get("required", False) == own.get("required", False), option
        assert text.get("default") == own.get("default"), option
        assert text.get("choices") == own.get("choices"), option
        assert text.get("elements") == own.get("elements"), option
        assert text["description"], option
        agree(text.get("suboptions", {}), own.get("options", {}))


@pytest.mark.parametrize("name", MODULES)
def test_law_9_options_of_the_module_do_not_hide_those_of_the_connection(name):
    own = yaml.safe_load(module(name).DOCUMENTATION).get("options") or {}
    assert not set(own) & set(CONNECTION)
    assert not set(task(name).options.own) & set(CONNECTION_OPTIONS)


@pytest.mark.parametrize("option", CONNECTION)
def test_law_9_environment_variables(option):
    variable = CONNECTION[option]
    fallback = CONNECTION_OPTIONS[option].get("fallback")
    assert (fallback[1][0] if fallback else None) == variable
    text = " ".join(documentation("imanage_tenant_info")["options"][option]["description"])
    assert re.findall(r"E\((IMANAGE_\w+)\)", text) == ([variable] if variable else [])


def test_law_9_every_connection_option_reaches_the_client():
    assert set(Connection._fields) - {"operations"} == set(CONNECTION) - {"api_paths"}


@pytest.mark.parametrize("name", MODULES)
def test_law_5_secret_options_are_not_logged(name):
    for option, spec in task(name).options.spec.items():
        if option in (*SECRET_OPTIONS, "session_token"):
            assert spec["no_log"] is True, option
        elif re.search("pass|secret|token", option):
            assert spec.get("no_log") is False, f"{option} looks secret, so no_log has to be said"


@pytest.mark.parametrize("name", MODULES)
def test_law_9_mutual_exclusion_is_documented(name):
    rules = task(name).options
    for group in (*rules.mutually_exclusive, *rules.required_one_of):
        text = str([documentation(name)["options"][option]["description"] for option in group])
        if name != "imanage_application_info":
            assert all(f"O({option})" in text for option in group)


def test_law_9_stages_take_the_options_of_the_modules_that_do_them():
    own = task("imanage_onboarding_info").options.own
    application, authorization = own["applications"]["options"], own["authorization"]["options"]
    modules = {name: task(name).options.own for name in WRITERS}
    both = {**modules["imanage_application"], **modules["imanage_app_auth"]}
    libraries = modules["imanage_library_authorization"]
    assert set(application) == set(both) - {"app_id", "state", "planned"}
    assert set(authorization) == set(libraries) - {"state", "planned", *BEFORE} | {"username", "password"}
    assert all(application[option] == both[option] for option in set(application) - {"name"})
    assert all(authorization[option] == libraries[option] for option in set(authorization) & set(libraries))
    assert own["stages"]["choices"] == own["stages"]["default"] == list(WRITING_STAGES)
    assert authorization["password"]["no_log"] is True


def test_law_9_action_group_has_every_module():
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"]["all"] == list(MODULES)
    for name in MODULES:
        assert documentation(name)["attributes"]["action_group"]["membership"] == [f"{COLLECTION}.all"]


@pytest.mark.parametrize("name", MODULES)
def test_law_9_every_module_has_its_action_plugin_for_the_same_task(name):
    from importlib import import_module

    plugin = import_module(f"ansible_collections.{COLLECTION}.plugins.action.{name}")
    assert plugin.ActionModule.task_definition is task(name)


def test_law_9_no_action_plugin_without_a_module():
    assert sorted(path.stem for path in (ROOT / "plugins" / "action").glob("imanage_*.py")) == list(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_law_9_documentation_names_itself_and_what_it_supports(name):
    described = documentation(name)
    assert described["module"] == name
    assert described["short_description"]
    attributes = described["attributes"]
    assert attributes["check_mode"]["support"] == "full"
    assert attributes["idempotent"]["support"] == "full"
    assert attributes["diff_mode"]["support"] == ("full" if name in WRITERS else "N/A")
    assert (task(name).result is None) == (name in WRITERS)


@pytest.mark.parametrize("name", MODULES)
def test_law_9_documented_returns_are_those_of_the_design(name):
    assert set(returned(name)) == RETURNED[name] | {"failure"}


@pytest.mark.parametrize("name", MODULES)
def test_law_9_every_return_value_is_described_with_type_and_sample(name):
    def check(fields):
        for key, field in fields.items():
            assert field["description"], key
            assert field["type"], key
            assert "contains" in field or "sample" in field or key == "access_token", key
            check(field.get("contains", {}))

    check(returned(name))


@pytest.mark.parametrize("name", MODULES)
def test_law_9_failures_are_documented_as_they_are(name):
    documented = returned(name)["failure"]["contains"]
    made = Failure("conflict", "x").render("here")["failure"]
    assert set(documented) == set(made)
    words = " ".join(documented["kind"]["description"])
    assert re.findall(r"V\((\w+)\)", words) == list(KINDS)


@pytest.mark.parametrize("name", MODULES)
def test_law_9_examples_use_options_that_exist(name):
    def tasks(items):
        for item in items:
            for section in ("block", "rescue", "always"):
                yield from tasks(item.get(section, []))
            yield item

    used = 0
    for item in tasks(yaml.safe_load(module(name).EXAMPLES)):
        assert item["name"]
        for key, options in item.items():
            if key.startswith(f"{COLLECTION}."):
                assert set(options) <= set(task(key.removeprefix(f"{COLLECTION}.")).options.spec)
                used += key.endswith(f".{name}")
    assert used


@pytest.mark.parametrize("name", MODULES)
def test_law_9_examples_say_where_the_connection_comes_from(name):
    text = module(name).EXAMPLES
    assert text.startswith("\n- name: ")
    with_url = re.findall(r"^ +url: ", text, re.MULTILINE)
    assert len(with_url) == text.count(f"{COLLECTION}.imanage_") or "module_defaults" in text


@pytest.mark.parametrize("name", MODULES)
def test_law_9_a_module_leads_to_its_neighbours(name):
    named = [one["module"].removeprefix(f"{COLLECTION}.") for one in documentation(name)["seealso"] if "module" in one]
    assert named
    assert set(named) < set(MODULES) - {name}


@pytest.mark.parametrize("name", MODULES)
def test_law_9_links_in_documentation_lead_to_options_and_values_that_exist(name):
    text = module(name).DOCUMENTATION + module(name).RETURN
    for option in re.findall(r"\bO\((\w+)", text):
        assert option in task(name).options.spec, option
    for value in re.findall(r"\bRV\((?!ignore:)(\w+)", text):
        assert value in returned(name), value


@pytest.mark.parametrize("name", MODULES)
def test_law_9_the_head_of_a_module_stays_small(name):
    source = (ROOT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8")
    code = source.split('RETURN = r"""')[1].split('"""', 1)[1]
    assert len(code.splitlines()) <= 60


def test_options_are_validated_with_ansibles_own_words(monkeypatch):
    options = task("imanage_application").options
    good = {"url": "https://h", "name": "x"}
    assert validated(options, {**good, "enabled": "yes", "users": "ada,bob", "customer_id": "7"}) == {
        **dict.fromkeys(options.spec),
        "url": "https://h",
        "name": "x",
        "enabled": True,
        "users": ["ada", "bob"],
        "customer_id": 7,
        "state": "present",
        "exclusive": False,
        "validate_certs": True,
        "timeout": 30,
        "retry_timeout": 300,
        "api_paths": {},
    }
    monkeypatch.setenv("IMANAGE_URL", "https://env")
    assert validated(options, {"name": "x"})["url"] == "https://env"
    assert validated(options, good)["url"] == "https://h"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "x"}, "url"),
        ({"url": "https://h"}, "one of the following is required: name, app_id"),
        ({"url": "https://h", "name": "x", "app_id": "y"}, "mutually exclusive: name|app_id"),
        ({"url": "https://h", "name": "x", "state": "gone"}, "value of state must be one of: present, absent"),
        ({"url": "https://h", "name": "x", "nmae": "y"}, "there is no option nmae"),
        ({"url": "https://h", "name": "x", "customer_id": "many"}, "customer_id"),
        ({"url": "https://h", "name": "x", "enabled": "perhaps"}, "enabled"),
        ({"url": "https://h", "name": "x", "timeout": "s"}, "timeout"),
        ({"url": "https://h", "name": "x", "api_paths": "x"}, "api_paths"),
    ],
)
def test_invalid_options_are_named(given, words):
    with pytest.raises(Failure) as caught:
        validated(task("imanage_application").options, given)
    assert caught.value.kind == "bad_option"
    assert caught.value.what.startswith("The options are invalid: ")
    assert words in caught.value.what
    assert ".." not in caught.value.what


# -- the role ---------------------------------------------------------------------------------------------------------


def entry_points(role):
    """The argument specs of a role, by entry point."""
    text = (ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["argument_specs"]


@pytest.mark.parametrize("entry", ["main", "audit", "offboard"])
def test_law_9_the_role_connects_by_the_options_of_the_modules(entry):
    options = {name for name in entry_points("tracker_onboarding")[entry]["options"] if name.startswith("imanage_")}
    second = {"imanage_nrtadmin_username", "imanage_nrtadmin_password"}
    assert options - second == {f"imanage_{name}" for name in CONNECTION}


@pytest.mark.parametrize("entry", ["main", "audit"])
def test_the_words_of_a_request_for_provisioning_are_text(entry):
    options = entry_points("tracker_onboarding")[entry]["options"]["tracker_onboarding_provisioning_request"]["options"]
    assert {name: one["type"] for name, one in options.items()} == dict.fromkeys(("customer_name", "from", "to"), "str")


def test_no_option_of_a_role_has_no_log():
    """With it, the oldest ansible-core fails on a value of a vault."""
    assert '"no_log"' not in json.dumps(entry_points("tracker_onboarding"))
