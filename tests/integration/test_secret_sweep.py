# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marked secrets go through every playbook and module, well and badly; then everything that was left is searched."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from playbooks_support import EXTENSION, Stage, catalog
from sandbox import Fault
from sandbox.faults import KINDS
from support.plays import play
from support.short_way import short_way

pytestmark = pytest.mark.sweep

# Characters that every encoding alters, and nothing that is part of another word.
GIVEN = {
    "password": "pass/word+of two&people=é",
    "second password": "keeper's <pass> word",
    "refused password": "refused pass%20word",
    "client secret": "client/secret+of=all",
    "refresh token": "refresh/token+of one",
    "access token": "access/token+of=another",
    "secret in a reply": "reply/secret+of an application",
    "password in a url": "url-pass-word-0815",
}
# What a user brings along has the secrets in it, and is not ours.
BROUGHT = ("inventory.json", "playbook.yml")


def forms(secret: str) -> set[str]:
    """A secret as it stands, and as it looks in a URL, in JSON, in HTML, in a Python text, in a header and in base64.

    Written independently of the collection's own list.
    """
    raw = secret.encode()
    found = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), html.escape(secret), repr(secret)[1:-1]}
    found |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    # Behind other text, as in a header of basic authentication, it stands at any of three offsets.
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"x" * offset + raw).decode().rstrip("=")
            found.add(text[(0, 2, 3)[offset] : -2] if offset else text)
    return found


def leaks(texts: dict[str, str], secrets: Iterable[str]) -> list[tuple[str, str]]:
    """Where a form of a secret stands: the text's name, and the line."""
    every = {form for secret in secrets for form in forms(secret)}
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as patterns:
        patterns.write("\n".join(every))
        patterns.flush()
        return [(where, line) for where, text in texts.items() for line in _lines_with(patterns.name, text)]


def _lines_with(patterns: str, text: str) -> list[str]:
    """The lines that have one of so many patterns: grep looks for all of them at once."""
    done = subprocess.run(
        ["grep", "-aFf", patterns],
        check=False,
        input=text.encode(),
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
    )
    assert done.returncode in (0, 1)
    return [line[:200] for line in done.stdout.decode().splitlines()]


def files_below(folder: Path) -> dict[str, str]:
    """Every file that came into being there, whatever is in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "backslashreplace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in BROUGHT
    }


@contextlib.contextmanager
def watched() -> Iterator[set[str]]:
    """The command lines of all processes while something runs."""
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for name in filter(str.isdigit, os.listdir("/proc")):
                with contextlib.suppress(OSError):
                    line = Path("/proc", name, "cmdline").read_bytes()
                    seen.add(line.replace(b"\0", b" ").decode("utf-8", "backslashreplace"))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


# -- the playbooks ----------------------------------------------------------------------------------------------------


def _client() -> dict[str, Any]:
    return {"client": {"id": "control-center-client", "secret": GIVEN["client secret"]}}


def _person(name: str, **more: Any) -> dict[str, Any]:
    """The account of a tenant."""
    known = {"password": GIVEN["password"], "app_management": True, "nrtadmin": "all"}
    return {"id": f"admin@{name}.example", **known, **more}


def _add(stage: Stage, name: str, host: dict[str, Any] | None = None, **changes: Any) -> None:
    """A tenant with marked secrets."""
    known = {"users": [_person(name)], "applications": _applications(), **_client()}
    stage.add(name, {"imanage_password": GIVEN["password"], **(host or {})}, **{**known, **changes})


def _applications(*without: str) -> list[dict[str, Any]]:
    return [{**row, "client_secret": GIVEN["secret in a reply"]} for row in catalog(*without)]


def _tenants(stage: Stage) -> None:
    """A tenant for each way in which an onboarding ends, and one for each fault."""
    stage.common["imanage_client_secret"] = GIVEN["client secret"]
    _add(stage, "fine")
    _add(stage, "refused", {"imanage_password": GIVEN["refused password"]})
    _add(stage, "consent", consent_required=True)
    _add(stage, "mistaken", {"imanage_timeout": "soon"})
    _add(stage, "no_rights", users=[_person("no_rights", app_management=False)])
    _add(stage, "unlisted", {"tracker_onboarding_libraries": ["NOWHERE"]})
    _add(stage, "in_the_url", {"imanage_url": f"https://ada:{GIVEN['password in a url']}@cloudimanage.com"})
    _add(
        stage,
        "two_accounts",
        {
            "imanage_nrtadmin_username": "keeper@two_accounts.example",
            "imanage_nrtadmin_password": GIVEN["second password"],
        },
        users=[
            _person("two_accounts", nrtadmin=[]),
            {"id": "keeper@two_accounts.example", "password": GIVEN["second password"], "nrtadmin": "all"},
        ],
    )
    _add(stage, "bare", applications=_applications(EXTENSION))
    for name, token in (("by_refresh", "refresh"), ("by_access", "access")):
        person = _person(name, **{f"{token}_token": GIVEN[f"{token} token"]})
        known = {"users": [person], "applications": _applications(), **_client()}
        stage.add(name, {f"imanage_{token}_token": GIVEN[f"{token} token"]}, by_password=False, **known)
    # What the server repeats can only be hidden where it was given to the task.
    known = [GIVEN["password"], GIVEN["client secret"]]
    echo = " ".join(form for secret in known for form in (secret, quote_plus(secret)))
    needs = {
        "status": {"status": 409, "body": {"error": {"code": "Echo", "code_message": echo}}},
        "redirect": {"location": f"https://elsewhere.example/?{quote_plus(GIVEN['password'])}"},
        "delay": {"seconds": 2},
        "drip": {"seconds": 2},
        "big": {"size": 20_000_000},
    }
    for kind in KINDS:
        _add(stage, f"fault_{kind}", {"imanage_timeout": 1, "imanage_retry_timeout": 2})
        for operation in ("listApps", "updateApp"):
            fault = Fault(kind, operation=operation, times=1, skip=1, **needs.get(kind, {}))
            stage.sandbox.tenant(f"fault_{kind}").faults.append(fault)


WAYS = {
    "preview": ("minimal", "-v"),
    "onboard": ("default", "-vvvv"),
    "audit": ("oneline", "-vvv"),
    "offboard": ("default", "-vvv"),
}


def _played(where: Path) -> dict[str, Any]:
    """What every playbook left, and the secrets that came and went."""
    texts: dict[str, str] = {}
    with Stage(where) as stage, watched() as commands:
        _tenants(stage)
        codes, kinds = {}, {}
        for number, (name, (callback, verbosity)) in enumerate(WAYS.items(), start=1):
            home = where / f"run{number}"
            environment = {
                "HOME": str(home / "home"),
                "ANSIBLE_LOCAL_TEMP": str(home / "local"),
                "ANSIBLE_LOG_PATH": str(home / "log"),
                "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
                "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(home / "facts"),
                "ANSIBLE_STDOUT_CALLBACK": callback,
                "ANSIBLE_CALLBACKS_ENABLED": "task_lines,ansible.builtin.junit,ansible.builtin.tree",
                "ANSIBLE_CALLBACK_TREE_DIR": str(home / "tree"),
                "JUNIT_OUTPUT_DIR": str(home / "junit"),
                "ANSIBLE_DEBUG": str(int(name == "onboard")),
            }
            playbook = f"imanage.control_center.{name.split()[0]}"
            # The folder of a run is made by the run, and tempfile passes over a TMPDIR that is not there.
            temporary = home.with_name(f"{home.name}-tmp")
            temporary.mkdir()
            environment["TMPDIR"] = short_way(temporary)
            run = stage.run(verbosity, "--diff", *stage.confirm(), playbook, **environment)
            texts[f"output of {name}"] = run.output
            codes[name] = run.code
            kinds[name] = {tenant: (row["failure"] or {}).get("kind") for tenant, row in run.report.items()}
        tokens = stage.sandbox._tokens
        issued = sorted({*tokens._access, *tokens._refresh} - set(GIVEN.values()))
        alive = {tenant.name: stage.tokens_left(tenant.name) for tenant in stage.sandbox.tenants}
    texts["command lines"] = "\n".join(commands)
    texts |= files_below(where)
    return {"texts": texts, "issued": issued, "alive": alive, "codes": codes, "kinds": kinds}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """What the playbooks left, made once."""
    return _played(tmp_path_factory.mktemp("sweep"))


def test_the_playbooks_end_in_every_way(played):
    """A sweep over runs that all went the same way would find nothing for that reason."""
    assert set(played["codes"].values()) == {2}
    kinds = set(played["kinds"]["onboard"].values())
    assert {None, "sign_in", "bad_option", "permission", "not_found", "conflict", "unexpected_reply"} <= kinds
    # Nothing of the tenants goes into the cache of facts. By ansible-core 2.22 there are files of it all the same.
    cached = {text for name, text in played["texts"].items() if name.startswith("run2/facts/")}
    assert cached <= {json.dumps({"__payload__": "{}"})}
    left = {name.split("/")[1] for name in played["texts"] if name.startswith("run2/")}
    assert left - {"facts"} == {"ansible.cfg", "junit", "lines", "log", "report", "tree"}


def test_no_playbook_leaves_a_secret_anywhere(played, record_property):
    secrets = [*GIVEN.values(), *played["issued"]]
    assert len(played["issued"]) > 50
    assert any("ansible-playbook" in line for line in played["texts"]["command lines"].splitlines())
    record_property("secrets", len(secrets))
    record_property("forms", sum(len(forms(secret)) for secret in secrets))
    record_property("texts", len(played["texts"]))
    assert leaks(played["texts"], secrets) == []


def test_everybody_is_signed_out_whatever_happened(played):
    # Whose reply is lost on signing in holds a token that nobody knows of.
    assert {name: left for name, left in played["alive"].items() if left} == {}


# -- the sweep itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", GIVEN.values(), ids=GIVEN)
def test_the_sweep_finds_every_form(tmp_path, secret):
    shapes = {
        "plain": secret,
        "url": f"?password={quote_plus(secret)}&",
        "json": json.dumps({"password": secret}),
        "html": f"<td>{html.escape(secret)}</td>",
        "python": repr({"password": secret}),
        "header": "Basic " + base64.b64encode(f"user:{secret}".encode()).decode(),
    }
    for name, text in shapes.items():
        (tmp_path / name).write_text(f"before {text} after", encoding="utf-8")
    assert {where for where, _line in leaks(files_below(tmp_path), [secret])} == set(shapes)


def test_the_sweep_finds_what_a_task_shows(tmp_path):
    secret = GIVEN["password"]
    tasks = [{"ansible.builtin.debug": {"var": "imanage_password"}}]
    done = play(tmp_path, [{"tasks": tasks}], {"acme": {"imanage_password": secret}})
    assert leaks({"output": done.output}, [secret])
    assert leaks(files_below(tmp_path), [secret])


def test_the_sweep_finds_a_password_on_a_command_line():
    # None that others look for, who watch at the same time.
    secret = "pass/word+of no&body=é"
    # It ends when its input does, which is after it was seen.
    command = [sys.executable, "-c", "input()", secret]
    with watched() as commands, subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        while not any(secret in one for one in set(commands)):
            assert process.poll() is None
        process.communicate("\n")
    assert leaks({"command lines": "\n".join(commands)}, [secret])
