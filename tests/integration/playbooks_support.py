# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks in a process of their own, against a sandbox of this process: what they say, leave and send."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from sandbox import Sandbox, serve
from sandbox.examples import example
from support.endings import PATIENCE
from support.environment import clean_environment
from support.places import CLIENT_ID, EXTENSION, SIGNING, TRACKER
from support.tree import ensure_tree

CALLBACKS = Path(__file__).parent / "callbacks"
WRITES = ("updateApp", "removeApp", "updateAppAccess", "writeTokenPolicy", "authorizeLibrary", "unauthorizeLibrary")
FACT = "tracker_onboarding_result"
# What -vvv says when a module runs in a process of its own.
PROCESS = re.compile(r"^<[^>]+> (?:EXEC|PUT) |Using module file|ANSIBALLZ", re.MULTILINE)
# The group of tenants as whom example() describes them; a host's own variables win.
BY_PASSWORD = {
    "imanage_username": "admin@{{ inventory_hostname }}.example",
    "imanage_password": "{{ inventory_hostname }}-admin-password",
}


# What is typed at the prompts of ansible-vault and of --ask-vault-pass.
VAULT_PASSWORD = "open sesame"
AT_THE_VAULT = {"ault password: ": VAULT_PASSWORD}


@dataclass
class Run:
    """One run of ansible-playbook, with what the sandbox saw of it; C(report) and C(about) are those of report.json."""

    code: int
    output: str
    lines: list[dict[str, Any]]
    report: dict[str, dict[str, Any]]
    entries: dict[str, list[dict[str, Any]]]
    snapshots: dict[str, dict[str, Any]]
    tokens_left: dict[str, int]
    files: dict[str, str] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def calls(self, tenant: str) -> list[str]:
        """The operations that were called for a tenant, in order."""
        return [str(entry["operation"]) for entry in self.entries.get(tenant, [])]

    def writes(self, tenant: str) -> list[str]:
        """Those that were not for reading or signing, refused ones included."""
        return [
            str(one["operation"])
            for one in self.entries.get(tenant, [])
            if one["method"] != "GET" and one["operation"] not in SIGNING
        ]

    def applied(self, tenant: str) -> list[str]:
        """The writes that were not refused."""
        return [
            str(one["operation"])
            for one in self.entries.get(tenant, [])
            if one["operation"] in WRITES and (one["status"] or 0) < 400
        ]

    def signing(self, tenant: str) -> tuple[int, int]:
        """How often somebody signed in, and out."""
        calls = [one for one in self.entries.get(tenant, []) if one["status"] == 200]
        counted = [sum(one["operation"] == operation for one in calls) for operation in SIGNING]
        return counted[0], counted[1]

    def facts(self, tenant: str) -> list[dict[str, Any]]:
        """The result facts that the role set for a tenant, in order. A playbook begins with an empty one."""
        return [line["facts"][FACT] for line in self.lines if line["host"] == tenant and line["facts"].get(FACT)]

    def tasks(self, tenant: str, role: bool = True) -> list[str]:
        """The tasks that had a result for a tenant, skipped ones included."""
        return [line["task"] for line in self.lines if line["host"] == tenant and bool(line["role"]) == role]

    def diffs(self, tenant: str) -> dict[str, list[Any]]:
        """The diffs of the role's tasks, by task."""
        return {
            line["task"]: line["diffs"]
            for line in self.lines
            if line["host"] == tenant and line["role"] and line["diffs"]
        }

    @cached_property
    def recap(self) -> dict[str, dict[str, int]]:
        """The counters of each host."""
        rows = re.findall(r"^(\S+)\s+: (ok=.*)$", self.output, re.MULTILINE)
        return {host: {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", row)} for host, row in rows}

    @cached_property
    def all_warnings(self) -> list[str]:
        """Every warning and deprecation, as often as it was shown, unwrapped."""
        found = re.findall(r"\[(?:DEPRECATION )?WARNING\]:.*?(?=\n\S|\n\n|\Z)", self.output, re.DOTALL)
        return [" ".join(one.split()) for one in found]

    @property
    def warnings(self) -> list[str]:
        """Every warning and deprecation, each once, unwrapped."""
        return list(dict.fromkeys(self.all_warnings))


class Stage:
    """A sandbox with named tenants, an inventory of them, and a way to run playbooks on it."""

    def __init__(
        self,
        where: Path,
        rate_limit: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.time,
        **options: Any,
    ):
        self.where = where
        self.sandbox = Sandbox(rate_limit=dict(rate_limit) if rate_limit else None, clock=clock)
        self.server = serve(self.sandbox, **options)
        self.hosts: dict[str, dict[str, Any]] = {}
        self.common: dict[str, Any] = {
            "imanage_url": self.server.url,
            "imanage_client_id": CLIENT_ID,
            "imanage_retry_timeout": 5,
        }
        self._runs = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def add(self, name: str, host: Mapping[str, Any] | None = None, by_password: bool = True, **changes: Any) -> None:
        """Add a tenant to the sandbox and to the inventory; the changes are those of sandbox.examples.example."""
        self.sandbox.add(example(name, 1000 + len(self.hosts), **changes))
        self.hosts[name] = {**(BY_PASSWORD if by_password else {}), **(host or {})}

    def confirm(self, tenants: int | None = None) -> tuple[str, str]:
        """The word that an offboarding of so many tenants asks for, of all without a number."""
        return "-e", f"imanage_confirm=offboard:{tenants or len(self.hosts)}"

    def inventory(self, group: str = "imanage_tenants") -> dict[str, Any]:
        """The inventory of all tenants, in a group of that name."""
        return {group: {"vars": self.common, "hosts": self.hosts}}

    def run(
        self,
        *arguments: str,
        files: tuple[str, ...] = ("report.html", "report.json", "report.csv"),
        report: str | None = "report",
        group: str = "imanage_tenants",
        terminal: bool = False,
        execute: Callable[..., tuple[int, str]] | None = None,
        **environment: str,
    ) -> Run:
        """Run ansible-playbook in an empty directory, where the report is to be written to a directory of its own.

        Without C(report), which takes some seconds, the rows of the report are the facts that the role set.
        C(terminal) gives it a terminal to write to; C(execute) runs the command in another way.
        """
        self._runs += 1
        work = self.where / f"run{self._runs}"
        work.mkdir(parents=True)
        keep(work, **{"inventory.json": self.inventory(group)})
        (work / "ansible.cfg").touch()
        (work / "lines").touch()
        extra = ()
        if report:
            (work / report).mkdir()
            extra = ("-e", f"imanage_report={report}")
        self.sandbox.clear_log()
        code, output = (execute or (on_terminal if terminal else in_pipe))(
            [Path(sys.executable).parent / "ansible-playbook", "-i", "inventory.json", *extra, *arguments],
            cwd=work,
            env={
                **clean_environment(os.environ),
                "ANSIBLE_COLLECTIONS_PATH": str(ensure_tree()),
                "ANSIBLE_CONFIG": str(work / "ansible.cfg"),
                "ANSIBLE_HOME": str(work / "home"),
                "ANSIBLE_REMOTE_TEMP": str(work / "remote"),
                "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
                "ANSIBLE_CALLBACKS_ENABLED": "task_lines",
                "ANSIBLE_NOCOLOR": "1",
                "COLUMNS": "1000",
                "TASK_LINES": str(work / "lines"),
                **environment,
            },
        )
        found = {path.name: path for path in work.glob("*") if path.is_file()}
        found.update({path.name: path for path in (work / (report or "report")).glob("*")})
        texts = {name: found[name].read_text(encoding="utf-8") for name in files if name in found}
        lines = [json.loads(line) for line in (work / "lines").read_text(encoding="utf-8").splitlines()]
        report_json = json.loads(texts.get("report.json", "{}"))
        rows = report_json.get("tenants", []) if report else [line["facts"].get(FACT) for line in lines]
        return Run(
            code=code,
            output=output,
            lines=lines,
            report={row["tenant"]: row for row in rows if row},
            about=report_json.get("report", {}),
            entries={
                name: [entry.plain() for entry in self.sandbox.requests(name)]
                for name in [tenant.name for tenant in self.sandbox.tenants]
            },
            snapshots=self.snapshots(),
            tokens_left={tenant.name: len(self.tokens_left(tenant.name)) for tenant in self.sandbox.tenants},
            files=texts,
            modes={name: path.stat().st_mode & 0o777 for name, path in found.items()},
        )

    def snapshots(self) -> dict[str, dict[str, Any]]:
        """The state of every tenant."""
        return {tenant.name: tenant.snapshot() for tenant in self.sandbox.tenants}

    def tokens_left(self, name: str) -> list[str]:
        """Issued access tokens of a tenant that would still be accepted; those of its description do not count."""
        preset = {user.access_token for user in self.sandbox.tenant(name).users}
        known = self.sandbox._tokens._access.items()
        return [value for value, one in known if one.tenant == name and not one.ended and value not in preset]


def shell(script: str, folder: Path, answers: Mapping[str, str] | None = None, **environment: str) -> tuple[int, str]:
    """The exit code and the output of commands of a guide, with what a user's shell has.

    C(answers) are what the user types at a prompt that ends so; with them the commands have a terminal.
    """
    known = {
        **clean_environment(os.environ),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(ensure_tree()),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "1000",
        **environment,
    }
    if answers is not None:
        return _typed(script, folder, known, answers)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=known,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout


def typing(answers: Mapping[str, str]) -> Callable[..., tuple[int, str]]:
    """A way to run a command for a person who types these answers, see C(shell)."""

    def execute(command: list[str | Path], cwd: Path, env: dict[str, str]) -> tuple[int, str]:
        return _typed(shlex.join(map(str, command)), cwd, env, answers)

    return execute


def _typed(script: str, folder: Path, env: dict[str, str], answers: Mapping[str, str]) -> tuple[int, str]:
    """Run commands at a terminal that is theirs, so that passwords are asked for there."""
    ours, theirs = os.openpty()
    written, asked = "", 0
    # A session without a terminal takes the first one that it opens for its own.
    command = ["bash", "-c", f": <{os.ttyname(theirs)}\n{script}"]
    with subprocess.Popen(
        command, cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        # A terminal that nobody writes to any more is an error on Linux.
        with contextlib.suppress(OSError):
            while select.select([ours], [], [], 240)[0] and (piece := os.read(ours, 65536)):
                written += piece.decode(errors="replace")
                for prompt, answer in answers.items():
                    if written[asked:].endswith(prompt):
                        os.write(ours, f"{answer}\n".encode())
                        asked = len(written)
        # Who still waits then, for an answer that nobody has, is hung up on.
        os.close(ours)
    return process.returncode, written.replace("\r\n", "\n")


def keep(folder: Path, url: str = "", **files: Any) -> None:
    """Keep files of a guide where it says; anything but a text is data. The address of a guide becomes C(url)."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text.replace("https://cloudimanage.com", url) if url else text, encoding="utf-8")


def encrypt(folder: Path, name: str, **variables: Any) -> None:
    """Keep variables in a vault whose password is in the file vault-password."""
    keep(folder, **{"vault-password": f"{VAULT_PASSWORD}\n", name: variables})
    code, output = shell(f"ansible-vault encrypt --vault-password-file vault-password {name}", folder)
    assert code == 0, output


def in_pipe(command: list[str | Path], cwd: Path, env: dict[str, str]) -> tuple[int, str]:
    """Run a command; its exit code and its output."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def on_terminal(
    command: list[str | Path], cwd: Path, env: dict[str, str], term: str = "xterm", until: bytes = b""
) -> tuple[int, str]:
    """Run a command that writes to a terminal; its exit code and what it wrote there.

    Once it has written C(until), if that is given, it is interrupted as by Ctrl+C.
    """
    ours, theirs = os.openpty()
    written, sent = b"", 0
    with subprocess.Popen(
        # Started in the background, a process ignores SIGINT, and so does all that it starts.
        ["env", "--default-signal=INT", *command],
        cwd=cwd,
        env={**env, "TERM": term},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        # A terminal that nobody writes to any more is an error on Linux.
        with contextlib.suppress(OSError):
            while True:
                heard = select.select([ours], [], [], PATIENCE if until else None)[0]
                if heard and not (piece := os.read(ours, 65536)):
                    break
                written += piece if heard else b""
                # Ansible may miss one interruption; a person presses again.
                if until and until in written and sent < 3 and not (sent and heard):
                    os.killpg(process.pid, signal.SIGINT)
                    sent += 1
                elif not heard:
                    os.killpg(process.pid, signal.SIGKILL)
        os.close(ours)
    return process.returncode, written.decode()


def app(snapshot: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """The state of an application, by id."""
    return next(one for one in snapshot["applications"] if one["id"] == identity)


def authorizers(snapshot: Mapping[str, Any]) -> dict[str, str | None]:
    """Who authorized each library."""
    return {one["id"]: (one["authorized_by"] or {}).get("id") for one in snapshot["libraries"]}


def catalog(*without: str, **states: dict[str, Any]) -> list[dict[str, Any]]:
    """The applications of a tenant: tracker and tracker_cc changed as given, some left out by name."""
    rows = [
        {"id": "drive", "name": "iManage Drive", "status": "enabled"},
        {"id": "curation", "name": "iManage Insight+ Curation Web Extension", "status": "disabled"},
        {"id": "tracker", "name": TRACKER, "client_secret": "tracker-client-secret", **states.get("tracker", {})},
        {"id": "tracker-cc", "name": EXTENSION, **states.get("tracker_cc", {})},
    ]
    return [row for row in rows if row["name"] not in without]
