# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both paths of a task, inside the controller and as a module, give the same result; one playbook runs many cases."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.imanage.control_center.plugins.module_utils._api import secrets
from support.bad_cases import BAD
from support.cases import GOOD, READING, SETTLED, WRITING
from support.environment import clean_environment
from support.places import CLIENT_ID, EXTENSION, TRACKER, refreshing
from support.plays import play
from support.tasks import COLLECTION, MODULES
from support.tree import TREE

HERE, THERE = "here", "there"
# Any variable in a task's environment is meant for a process of its own.
ENVIRONMENT = {HERE: {}, THERE: {"SOME_VARIABLE": "some value"}}
VOLATILE = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "TIME"),
    (r"sandbox-\d+", "REQUEST"),
    (r"127\.0\.0\.1:\d+", "SERVER"),
)


def paired(places, cases):
    """Hosts for cases: two identical tenants each, one for each path; and one play for each module."""
    hosts, homes = {}, {}
    for number, (name, case) in enumerate(cases.items()):
        for way in (HERE, THERE):
            acme = places.add(**case.tenant)
            host = f"{way}-{number}"
            hosts[host] = {"options": acme.options_of(case), "extra": ENVIRONMENT[way], "module_name": case.module}
            homes[name, way] = (host, acme)
    plays = [
        {
            "hosts": ":".join(host for host, variables in hosts.items() if variables["module_name"] == module),
            "ignore_errors": True,
            "tasks": [
                {
                    "name": "the case",
                    f"{COLLECTION}.{module}": None,
                    "args": "{{ options }}",
                    "environment": "{{ extra }}",
                }
            ],
        }
        for module in sorted({case.module for case in cases.values()})
    ]
    return hosts, homes, plays


def normalised(result, acme):
    """A result without what differs between two tenants and two moments."""
    # A module's result says how it was called; that is Ansible's, as is the name of what ran.
    ours = {key: value for key, value in result.items() if key not in ("invocation", "_ansible_no_log")}
    text = json.dumps(ours, sort_keys=True)
    for pattern, replacement in (
        *VOLATILE,
        (r'"(here|there)-\d+, ', '"HOST, '),
        (rf"(?<![\w-]){re.escape(acme.name)}(?!\w)", "TENANT"),
        (rf"(?<!\d){acme.customer_id}(?!\d)", "0"),
    ):
        text = re.sub(pattern, replacement, text)
    return json.loads(text)


def essence(acme):
    """A tenant's state and what was called, without what differs between two tenants and two moments."""
    calls = [[one.method, one.path, one.body, one.status] for one in acme.log if one.tenant == acme.name]
    return normalised({"state": acme.snapshot(), "calls": calls}, acme)


def compared(places, folder, cases, *arguments):
    """Run cases through both paths, compare everything, and return the results of the path in process."""
    hosts, homes, plays = paired(places, cases)
    played = play(folder, plays, hosts, "-vvv", "--diff", *arguments)
    assert played.code == 0, played.output[-3000:]
    different, results = {}, {}
    for name in cases:
        (here, one), (there, other) = homes[name, HERE], homes[name, THERE]
        first, second = played.result(here, "the case"), played.result(there, "the case")
        results[name] = first
        assert "invocation" not in first, name
        assert played.processes(here) == 0, f"{name}: the path in process fell back"
        assert played.processes(there) == 1, f"{name}: the module's path did not start a module"
        if normalised(first, one) != normalised(second, other):
            different[name] = (normalised(first, one), normalised(second, other))
        elif essence(one) != essence(other):
            different[name] = (essence(one), essence(other))
    assert not different, json.dumps(different, indent=1)
    return results, played


@pytest.fixture
def world(places):
    places.start_afresh()
    yield places
    places.start_afresh()


def without_session(cases):
    return {name: case for name, case in cases.items() if case.module != "imanage_session"}


@pytest.mark.sweep
def test_law_2_good_cases_end_alike_on_both_paths(world, tmp_path):
    cases = without_session({**WRITING, **SETTLED, **READING})
    results, _played = compared(world, tmp_path, cases)
    assert [name for name in cases if "failure" in results[name]] == []
    assert [name for name in cases if results[name]["changed"] is not cases[name].changes] == []


@pytest.mark.sweep
def test_bad_cases_fail_alike_on_both_paths(world, tmp_path):
    cases = without_session(BAD)
    results, played = compared(world, tmp_path, cases)
    for name, case in cases.items():
        assert "failure" in results[name], name
        assert results[name]["failure"]["kind"] == case.kind, name
        for words in case.tells:
            assert words in results[name]["msg"], name
    for secret in ("wr0ng-one", "ended-t0ken", "refr3sh"):
        assert secret not in played.output, secret


def test_previews_are_alike_on_both_paths(world, tmp_path):
    names = ["add for some", "remove", "change one expiry", "authorize all", "withdraw one"]
    chain = {name: BAD[name] for name in ("libraries without the extension",)}
    results, _played = compared(world, tmp_path, {**{name: WRITING[name] for name in names}, **chain}, "--check")
    assert all(result["changed"] for result in results.values())
    assert "assumed" in results["libraries without the extension"]["warnings"][0]
    assert not [one for one in world.sandbox.log if one.method != "GET" and not one.path.startswith("/auth/")]


def task(module, name, way, options=None, **more):
    return {
        "name": f"{name}, {way}",
        f"{COLLECTION}.{module}": options or {},
        **({"environment": ENVIRONMENT[way]} if way == THERE else {}),
        **more,
    }


def test_defaults_environment_vault_and_templates_reach_both_paths(world, tmp_path):
    acme = world.add(applications=refreshing())
    secret = f"{acme.name}-admin-password"
    (tmp_path / "vault-password").write_text("open-sesame")
    vaulted = VaultLib([("default", VaultSecret(b"open-sesame"))]).encrypt(secret.encode()).decode()
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "all.yml").write_text(
        f"tenant_name: {acme.name}\n"
        "user_id: 'admin@{{ tenant_name }}.example'\n"
        "days: '{{ 7 * 2 }}'\n"
        "allowed: \"{{ days == 14 or days == '14' }}\"\n"
        "secret: !vault |\n" + "".join(f"  {line}\n" for line in vaulted.splitlines())
    )
    given = {"url": acme.url, "username": "{{ user_id }}", "password": "{{ secret }}", "client_id": CLIENT_ID}
    policy = {"name": EXTENSION, "allow_refresh_token": "{{ allowed }}", "refresh_token_expiry_days": "{{ days }}"}
    environment = {
        "IMANAGE_URL": acme.url,
        "IMANAGE_USERNAME": acme.admin,
        "IMANAGE_PASSWORD": secret,
        "IMANAGE_CLIENT_ID": CLIENT_ID,
        "IMANAGE_CUSTOMER_ID": str(acme.customer_id),
    }
    ways = (HERE, THERE)
    plays = [
        {"tasks": [task("imanage_tenant_info", "environment", way) for way in ways]},
        {
            "module_defaults": {f"group/{COLLECTION}.all": {**given, "customer_id": 7}},
            "ignore_errors": True,
            "tasks": [task("imanage_tenant_info", "defaults of the group", way) for way in ways],
        },
        {
            "module_defaults": {f"group/{COLLECTION}.all": given},
            "tasks": [
                *[task("imanage_app_auth", "templates", way, policy, check_mode=True) for way in ways],
                *[
                    task("imanage_application_info", "names", way, {"name": ["{{ 'iManage' }} Drive", "iManage, Inc"]})
                    for way in ways
                ],
                *[
                    task(
                        "imanage_library_authorization",
                        "loop",
                        way,
                        {"libraries": ["{{ item }}"]},
                        loop=["ACTIVE", "spm"],
                    )
                    for way in ways
                ],
            ],
        },
        {
            "tasks": [
                {
                    "name": "async",
                    f"{COLLECTION}.imanage_tenant_info": given,
                    "async": 30,
                    "poll": 1,
                    "register": "background",
                }
            ]
        },
    ]
    arguments = ("-vvv", "--vault-password-file", str(tmp_path / "vault-password"))
    played = play(tmp_path, plays, {"one": {}}, *arguments, environment=environment)
    assert played.code == 0, played.output[-3000:]
    for way in ways:
        assert played.result("one", f"environment, {way}")["tenant"]["user"] == acme.admin
        assert played.result("one", f"defaults of the group, {way}")["failure"]["kind"] == "wrong_tenant"
        assert played.result("one", f"templates, {way}")["token_policy"]["refresh_token_expiry_days"] == 14
        assert [row["id"] for row in played.result("one", f"names, {way}")["applications"]] == ["drive"]
        loop = played.result("one", f"loop, {way}")["results"]
        assert [one["libraries"][0]["id"] for one in loop] == ["ACTIVE", "SPM"]
    assert [one["changed"] for one in played.result("one", "loop, here")["results"]] == [True, True]
    assert [one["changed"] for one in played.result("one", "loop, there")["results"]] == [False, False]
    assert played.result("one", "async")["tenant"]["user"] == acme.admin
    for form in secrets.forms([secret]):
        assert form not in played.output
    assert acme.tokens_alive() == []


@pytest.mark.sweep
def test_an_account_of_the_environment_never_stands_in_for_the_tasks_own_on_either_path(world, tmp_path):
    acme, birch = world.add(), world.add()
    before = birch.snapshot()
    ended = {"url": acme.url, "access_token": "ended"}
    cases = {
        "account": (acme.options(), None),
        "refresh token": (acme.options(by="refresh_token"), None),
        "access token": (acme.options(by="access_token"), None),
        "ended": (ended, "sign_in"),
        "ended, guarded": ({**ended, "customer_id": acme.customer_id}, "wrong_tenant"),
    }
    environment = {
        "IMANAGE_ACCESS_TOKEN": f"{birch.name}-admin-token",
        "IMANAGE_REFRESH_TOKEN": f"{birch.name}-admin-refresh",
        "IMANAGE_USERNAME": birch.admin,
        "IMANAGE_PASSWORD": f"{birch.name}-admin-password",
        "IMANAGE_CLIENT_ID": CLIENT_ID,
    }
    follows = {**ended, "customer_id": birch.customer_id}
    tasks = [
        *[
            task("imanage_application", f"{name}: {state}", way, {**options, "name": TRACKER, "state": state})
            for way in (HERE, THERE)
            for name, (options, _kind) in cases.items()
            for state in ("present", "absent")
        ],
        *[task("imanage_tenant_info", "follows", way, follows) for way in (HERE, THERE)],
    ]
    played = play(tmp_path, [{"ignore_errors": True, "tasks": tasks}], {"one": {}}, "-vvv", environment=environment)
    for one in tasks[:-2]:
        result, kind = played.result("one", one["name"]), cases[one["name"].partition(":")[0]][1]
        assert result.get("failure", {}).get("kind") == kind, one["name"]
        assert result["changed"] is (kind is None), one["name"]
    for way in (HERE, THERE):
        assert played.result("one", f"follows, {way}")["tenant"]["user"] == birch.admin
    assert birch.snapshot() == before
    assert birch.writes == []


def test_law_5_a_session_stays_in_the_controller_and_shows_its_token_nowhere(world, tmp_path):
    # Under ANSIBLE_DEBUG Ansible itself shows the arguments of every module that it starts, so none is started here.
    acme, birch = world.add(), world.add()
    given = acme.options()
    shared = {name: "{{ session." + name + " }}" for name in ("access_token", "api_url", "customer_id")}
    plays = [
        {
            "tasks": [
                {"name": "sign in", f"{COLLECTION}.imanage_session": given, "register": "session"},
                {
                    "name": "read in the session",
                    f"{COLLECTION}.imanage_application_info": {"url": acme.url, **shared},
                    "no_log": False,
                },
                {
                    "name": "write in the session",
                    f"{COLLECTION}.imanage_application": {"url": acme.url, "name": TRACKER, **shared},
                },
                {
                    "name": "the token is there for whoever knows it",
                    "ansible.builtin.assert": {"that": ["session.access_token is string", "session.changed is false"]},
                },
                {
                    "name": "sign out",
                    f"{COLLECTION}.imanage_session": {
                        "url": acme.url,
                        "state": "absent",
                        "session_token": "{{ session.access_token }}",
                    },
                },
                {
                    "name": "as a module",
                    f"{COLLECTION}.imanage_session": birch.options(),
                    "environment": ENVIRONMENT[THERE],
                    "ignore_errors": True,
                },
                {
                    "name": "in the background",
                    f"{COLLECTION}.imanage_session": birch.options(),
                    "async": 9,
                    "poll": 1,
                    "ignore_errors": True,
                },
                {
                    "name": "a failed one",
                    f"{COLLECTION}.imanage_session": {**given, "customer_id": 7},
                    "ignore_errors": True,
                },
            ]
        }
    ]
    played = play(tmp_path, plays, {"one": {}}, "-vvvvv", "--diff", environment={"ANSIBLE_DEBUG": "1"})
    assert played.code == 0, played.output[-3000:]
    assert "access_token" not in json.dumps(played.result("one", "sign in"))
    assert len(played.result("one", "read in the session")["applications"]) == 4
    assert played.result("one", "write in the session")["changed"] is True
    assert acme.tokens_alive() == []
    for name in ("as a module", "in the background"):
        refused = played.result("one", name)
        assert refused["failure"]["kind"] == "bad_option"
        assert "runs on the controller only" in refused["msg"]
        assert refused["check_mode"] is False
    assert birch.log == []
    issued = [
        value
        for request, reply in world.exchanges
        if request.path == "/auth/oauth2/token"
        for key, value in reply.json().items()
        if key.endswith("_token")
    ]
    assert len(issued) == 4
    for form in secrets.forms([*issued, given["password"], birch.options()["password"]]):
        shown = [line[:300] for line in played.output.splitlines() if form in line]
        assert not shown, "shown under ANSIBLE_DEBUG"


def timed_out(where, acme, options, **keywords):
    """The result of a task whose time is up. C(keywords) are those of the task."""
    action = {f"{COLLECTION}.imanage_application": acme.options(name=TRACKER, **options)}
    played = play(where, [{"tasks": [{"name": "slow", **action, "ignore_errors": True, **keywords}]}], {"one": {}})
    assert played.code == 0, played.output
    return played.result("one", "slow")


def test_a_tasks_timeout_still_signs_out(world, tmp_path):
    acme = world.add()
    acme.fault("hang", "listApps")
    slow = timed_out(tmp_path, acme, {"timeout": 30, "retry_timeout": 60}, timeout=1)
    assert slow["failure"]["kind"] == "interrupted"
    assert acme.calls == ["requestToken", "discover", "listApps", "revokeToken"]
    assert acme.tokens_alive() == []


@pytest.mark.sweep
def test_the_writes_of_a_module_that_timed_out_are_unknown(world, tmp_path):
    acme = world.add()
    acme.fault("hang", "listApps")
    slow = timed_out(tmp_path, acme, {"timeout": 3, "retry_timeout": 3}, timeout=2, environment=ENVIRONMENT[THERE])
    assert (slow["failure"]["kind"], slow["changed"], slow["writes"]) == ("interrupted", False, [])
    assert "The module may still be running, and its writes are unknown." in slow["msg"]
    # It signs out at its own end, and not in the middle of another test.
    deadline = time.monotonic() + 30
    while acme.tokens_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert acme.tokens_alive() == []


@pytest.mark.parametrize(
    ("transport", "become", "async_val", "environment", "fits"),
    [
        ("local", False, 0, [{}], True),
        ("local", False, 0, [], True),
        ("local", False, 0, None, True),
        ("ssh", False, 0, [{}], False),
        ("local", True, 0, [{}], False),
        ("local", False, 9, [{}], False),
        ("local", False, 0, [{"X": "y"}], False),
        ("local", False, 0, [{}, {"X": "y"}], False),
        (None, False, 0, [{}], False),
    ],
)
def test_what_fits_into_the_controller(transport, become, async_val, environment, fits):
    from ansible_collections.imanage.control_center.plugins.plugin_utils._task.action import InProcessAction

    action = InProcessAction(
        SimpleNamespace(async_val=async_val, environment=environment, action="x", args={}),
        SimpleNamespace(transport=transport) if transport else SimpleNamespace(),
        SimpleNamespace(become=become),
        *(None,) * 3,
    )
    assert action._fits_in_process() is fits


def module_process(name, options, **more):
    """The module's file as Ansible would start it, with its parameters on standard input."""
    code = (
        "import sys, json, importlib\n"
        "import ansible.module_utils.basic as basic\n"
        f"basic._ANSIBLE_ARGS = json.dumps({{'ANSIBLE_MODULE_ARGS': json.load(sys.stdin)}}).encode()\n"
        "basic._ANSIBLE_PROFILE = 'legacy'\n"
        f"importlib.import_module('ansible_collections.{COLLECTION}.plugins.modules.{name}').main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps({**options, **more}),
        env={**clean_environment(os.environ), "PYTHONPATH": str(TREE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done, json.loads(done.stdout)


def test_law_5_the_session_module_itself_refuses_and_shows_nothing(world):
    acme = world.add()
    done, result = module_process("imanage_session", acme.options())
    assert result["failed"]
    assert result["failure"]["kind"] == "bad_option"
    assert "controller only" in result["msg"]
    assert acme.log == []
    # With this, ansible-core 2.22 tells only the controller what it has to hide.
    result.pop("_ansible_new_secrets", None)
    for form in secrets.forms([acme.options()["password"]]):
        assert form not in json.dumps(result) + done.stderr


def test_law_5_a_module_does_not_repeat_a_password_that_stood_in_the_url(world):
    acme = world.add()
    done, result = module_process("imanage_tenant_info", acme.options(url="https://ada:s3cret@cloudimanage.com"))
    assert result["failure"]["kind"] == "bad_option"
    assert "s3cret" not in done.stdout + done.stderr, "Ansible shows the invocation of a module with -vvv"


def test_a_module_says_in_our_words_which_options_do_not_fit(world):
    acme = world.add()
    _done, result = module_process("imanage_application", acme.options(state="gone"), _ansible_check_mode=True)
    assert result["failure"]["kind"] == "bad_option"
    assert "value of state must be one of: present, absent" in result["msg"]
    assert result["msg"].startswith(f"{acme.url}: The options are invalid: ")


def test_documentation_is_readable_by_ansible_doc(tmp_path):
    command = shutil.which("ansible-doc", path=str(Path(sys.executable).parent))
    done = subprocess.run(
        [command, "--json", *[f"{COLLECTION}.{name}" for name in MODULES]],
        env={**clean_environment(os.environ), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    shown = json.loads(done.stdout)
    assert set(shown) == {f"{COLLECTION}.{name}" for name in MODULES}
    for name, entry in shown.items():
        assert {"url", "password", "api_paths"} <= set(entry["doc"]["options"]), name
        assert entry["doc"]["has_action"] is True, name
        assert entry["return"], name
        assert entry["examples"], name


def test_every_module_has_a_case_for_both_paths():
    used = {case.module for case in itertools.chain(GOOD.values(), BAD.values())}
    assert used == set(MODULES)
