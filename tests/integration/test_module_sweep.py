# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marked secrets through every case of every module and every kind of fault, and a search in all that is left."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import quote_plus

import pytest
from sandbox import tokens
from support.bad_cases import BAD
from support.cases import GOOD, Case
from support.places import SIGNING, TRACKER, refreshing
from support.plays import play
from support.short_way import short_way
from support.sweep import AWKWARD, MARKS, CommandLines, Sweep, mark, marked
from support.tasks import COLLECTION, MODULES

pytestmark = pytest.mark.sweep

# What is given to a run, and so has the secrets in it.
GIVEN = ("inventory.json", "playbook.yml")
ELSEWHERE = {"SOME_VARIABLE": "some value"}
ECHO = "{what the task was given}"
IN_A_URL = mark("in-a-url")
USUAL = {
    "imanage_application": Case("imanage_application", {"name": TRACKER}),
    "imanage_app_auth": Case("imanage_app_auth", {"app_id": "tracker-cc", "allow_refresh_token": False}),
    "imanage_library_authorization": Case("imanage_library_authorization"),
    "imanage_onboarding_info": GOOD["plan with two accounts"],
    "imanage_tenant_info": Case("imanage_tenant_info"),
    "imanage_application_info": Case("imanage_application_info"),
    "imanage_contract_info": Case("imanage_contract_info"),
    "imanage_library_authorization_info": Case("imanage_library_authorization_info"),
    "imanage_session": Case("imanage_session"),
}
# One of each class, by what the client makes of it. A secret that the task was given is in every place where it can be.
FAULTS = {
    "refused": {"kind": "status", "status": 400, "body": {"error": {"code": ECHO, "code_message": ECHO}}},
    "forbidden": {"kind": "status", "status": 403, "body": {"error": {"message": ECHO, "transaction": ECHO}}},
    "in the way": {"kind": "status", "status": 409, "body": {"error": {"messages": [{"code_message": ECHO}]}}},
    "signed out": {"kind": "status", "status": 401, "body": {"error": ECHO, "error_description": ECHO}},
    "broken": {"kind": "status", "status": 500, "body": {"error": {"code_message": ECHO}}},
    "limited": {"kind": "status", "status": 429, "headers": {"Retry-After": "9999", "X-Echo": ECHO}, "body": ECHO},
    "a page": {"kind": "status", "status": 200, "text": f"<html>{ECHO}</html>", "content_type": "text/html"},
    "another place": {"kind": "redirect", "location": f"https://ada:{IN_A_URL}@evil.example/?token={IN_A_URL}"},
    "text for a list": {"kind": "shape", "body": {"data": ECHO}},
    "text for a row": {"kind": "shape", "body": {"data": [ECHO]}},
    "text everywhere": {"kind": "shape", "body": {"data": [{"id": ECHO, "name": ECHO, "status": ECHO}]}},
    "half": {"kind": "truncated"},
    "lost": {"kind": "drop_after"},
    "cut": {"kind": "drop_middle"},
}
# How many calls go well before: none, those that sign in, those that read.
SKIPPED = (0, 2, 5)


def faulty():
    """A case for each module and each fault, at one moment or another."""
    moments = itertools.cycle(SKIPPED)
    return {
        f"{module}, {fault}": replace(
            case,
            options={"retry_timeout": 1, **case.options},
            tenant={"applications": refreshing(), **case.tenant, "faults": [{**about, "skip": next(moments)}]},
        )
        for module, case in USUAL.items()
        for fault, about in FAULTS.items()
    }


def everything():
    """Every case there is."""
    return {**GOOD, **BAD, **faulty()}


def choice():
    """One case for each module and outcome, and each fault for one module or another: a process is started for each."""
    found = {}
    for name, case in {**GOOD, **BAD}.items():
        found.setdefault((case.module, case.by, case.kind or case.changes), (name, case))
    modules = itertools.cycle(module for module in MODULES if module != "imanage_session")
    names = [f"{next(modules)}, {fault}" for fault in FAULTS]
    return {**dict(found.values()), **{name: faulty()[name] for name in names}}


class Workplace:
    """Hosts for cases, each a tenant of its own with marked secrets, and what tokens there are in the end."""

    def __init__(self, places, cases, environment):
        self.secrets, self.hosts, self.tenants, self.passed = {IN_A_URL}, {}, [], []
        self.places, self.host_of = places, {}
        for number, case in enumerate(cases.values()):
            self.add(f"h{number}", case, environment)

    def add(self, host, case, environment):
        given = set()
        acme = self.places.add(**case.tenant)
        options = marked(acme.options_of(case), given)
        echo = " ".join(f"{one} {quote_plus(one)} {base64.b64encode(one.encode()).decode()}" for one in sorted(given))
        description = marked(self.places.sandbox.tenant(acme.name).description, self.secrets)
        faults = json.loads(json.dumps(description.pop("faults", [])).replace(ECHO, json.dumps(echo)[1:-1]))
        self.places.sandbox.remove(acme.name)
        acme.tenant = self.places.sandbox.add({**description, "faults": faults})
        self.secrets |= given
        self.tenants.append(acme)
        self.host_of[acme.name] = host
        self.passed += [options["access_token"]] if case.by == "access_token" else []
        self.hosts[host] = {"options": options, "extra": environment, "module_name": case.module}

    def may_be_signed_in(self, acme):
        """Whether a task signs in for others, or a fault kept it from its token or was the answer to ending it."""
        if self.hosts[self.host_of[acme.name]]["module_name"] == "imanage_session":
            return True
        calls = [str(entry.operation) for entry in self.places.sandbox.log if entry.tenant == acme.name]
        return bool(acme.tenant.faults) and calls[-1] in SIGNING

    def issued(self):
        """The tokens of this run, of either kind."""
        known = self.places.sandbox._tokens
        return [*known._access, *known._refresh]


def plays(hosts):
    """A play for each module; what tasks return is kept as facts, which the cache on disk stores."""
    found = []
    for module in MODULES:
        group = [host for host, variables in hosts.items() if variables["module_name"] == module]
        task = {
            "name": "the case",
            f"{COLLECTION}.{module}": None,
            "args": "{{ options }}",
            "environment": "{{ extra }}",
            "register": "outcome",
        }
        kept = {"name": "keep", "ansible.builtin.set_fact": {"kept": "{{ outcome }}", "cacheable": True}}
        # The documentation says that the token of a session is not to be kept.
        tasks = [task] if module == "imanage_session" else [task, kept]
        found.append({"hosts": ":".join(group) or "none", "ignore_errors": True, "tasks": tasks})
    return found


def ran(folder, hosts, what, *arguments, **environment):
    """Run tasks so that everything is shown and stored; all of it is below the folder."""
    for name in ("home", "temporary", "tree"):
        (folder / name).mkdir()
    with CommandLines(folder / "processes"):
        played = play(
            folder,
            what,
            hosts,
            *arguments,
            environment={
                "HOME": str(folder / "home"),
                "TMPDIR": short_way(folder / "temporary"),
                "ANSIBLE_HOME": str(folder / "home" / "ansible"),
                "ANSIBLE_LOG_PATH": str(folder / "log"),
                "ANSIBLE_CALLBACKS_ENABLED": "whole_results,ansible.builtin.junit,ansible.builtin.tree",
                "ANSIBLE_CALLBACK_TREE_DIR": str(folder / "tree"),
                "JUNIT_OUTPUT_DIR": str(folder / "junit"),
                "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
                "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
                **environment,
            },
        )
    (folder / "output").write_text(played.output, encoding="utf-8")
    return played


RUNS = {
    # Both show what is sent to and comes from a module's process only where there is one.
    "in process": (
        everything,
        {},
        ("-vvvvv", "--diff"),
        {"ANSIBLE_DEBUG": "1", "ANSIBLE_KEEP_REMOTE_FILES": "1"},
    ),
    "in process, checked": (choice, {}, ("-vvvv", "--diff", "--check"), {"ANSIBLE_STDOUT_CALLBACK": "minimal"}),
    "as modules": (choice, ELSEWHERE, ("-vvvv", "--diff"), {"ANSIBLE_STDOUT_CALLBACK": "oneline"}),
}


@pytest.fixture
def marked_tokens(monkeypatch):
    """The sandbox issues tokens that a sweep finds."""
    make = tokens.secrets.token_urlsafe
    monkeypatch.setattr(tokens, "secrets", SimpleNamespace(token_urlsafe=lambda size: mark(make(size))))


@pytest.mark.parametrize("name", RUNS)
def test_law_5_no_case_and_no_fault_leaves_a_secret_anywhere(places, tmp_path, record_property, marked_tokens, name):
    choose, elsewhere, arguments, environment = RUNS[name]
    places.start_afresh()
    cases = choose()
    if elsewhere:
        cases = {case: about for case, about in cases.items() if about.module != "imanage_session"}
    work = Workplace(places, cases, elsewhere)
    played = ran(tmp_path, work.hosts, plays(work.hosts), *arguments, **environment)
    assert played.code == 0, played.output[-3000:]
    done = [host for host, task, _result in played.results if task == "the case"]
    assert sorted(done) == sorted(work.hosts)
    started = sum(played.processes(host) > 0 for host in work.hosts)
    assert started == (len(work.hosts) if elsewhere else 0)

    sweep = Sweep([*work.secrets, *work.issued()])
    assert sweep.found(tmp_path, *GIVEN) == []
    record_property("figures", f"{name}, {len(cases)} cases: {sweep}")

    # What was searched is what is meant to be searched.
    assert "ansible-playbook" in (tmp_path / "processes").read_text(errors="replace")
    for left in ("log", "output", "results", *[f"tree/{host}" for host in work.hosts]):
        assert (tmp_path / left).stat().st_size > 0, left
    assert ("attempt loop complete, returning result" in played.output) is ("ANSIBLE_DEBUG" in environment)
    assert len(list((tmp_path / "facts").iterdir())) >= len(cases) / 2
    assert len(list((tmp_path / "junit").glob("*.xml"))) == 1
    # Nothing that was issued is good for anything any more, and what was passed in still is.
    assert [acme.name for acme in work.tenants if acme.tokens_alive() and not work.may_be_signed_in(acme)] == []
    known = places.sandbox._tokens._access
    assert [token for token in work.passed if token in known and known[token].ended] == []
    assert any(token in known for token in work.passed)
    places.start_afresh()


LEAKS = {
    "a message": {"ansible.builtin.debug": {"msg": "{{ options.password }}"}},
    "a file": {"ansible.builtin.copy": {"content": "{{ options.password }}", "dest": "{{ playbook_dir }}/left"}},
    "the fact cache": {"ansible.builtin.set_fact": {"kept": "{{ options.password | b64encode }}", "cacheable": True}},
}


@pytest.mark.parametrize("leak", LEAKS)
def test_the_sweep_finds_what_does_leak(places, tmp_path, leak):
    places.start_afresh()
    work = Workplace(places, {"one": Case("imanage_tenant_info")}, {})
    task = {"name": "leak", **LEAKS[leak]}
    # With no_log nothing but the leak itself shows.
    hidden = {} if leak == "a message" else {"no_log": True}
    ran(tmp_path, work.hosts, [{"tasks": [{**task, **hidden}]}])
    password = work.hosts["h0"]["options"]["password"]
    assert AWKWARD in password
    hits = Sweep([password]).found(tmp_path, *GIVEN)
    places.start_afresh()
    assert {found for _file, found, _around in hits} == set(MARKS)
