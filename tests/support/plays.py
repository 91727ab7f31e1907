# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small playbooks in a process of their own: hosts with variables, tasks, and every result whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .environment import clean_environment
from .tree import TREE

CALLBACKS = Path(__file__).parent / "callbacks"


@dataclass
class Played:
    """What a playbook left: its exit code, its output, and (host, task name, result) in order."""

    code: int
    output: str
    results: list[tuple[str, str, dict[str, Any]]]

    def result(self, host: str, task: str) -> dict[str, Any]:
        """The one result of a task on a host."""
        (found,) = [result for one, name, result in self.results if (one, name) == (host, task)]
        return found

    def processes(self, host: str) -> int:
        """How many processes were started for the tasks of a host; needs at least -vvv."""
        return self.output.count(f"<{host}> EXEC ")


def play(
    folder: Path,
    plays: list[dict[str, Any]],
    hosts: dict[str, dict[str, Any]],
    *arguments: str,
    environment: dict[str, str] | None = None,
) -> Played:
    """Run plays over hosts that are all this machine; -vvv shows which processes are started."""
    usual = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory, book, lines = folder / "inventory.json", folder / "playbook.yml", folder / "results"
    inventory.write_text(
        json.dumps({"all": {"hosts": {name: {**usual, **variables} for name, variables in hosts.items()}}})
    )
    book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, **one} for one in plays]))
    configuration = folder / "ansible.cfg"
    for empty in (lines, configuration):
        empty.touch()
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), str(book), *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            **clean_environment(os.environ),
            "ANSIBLE_COLLECTIONS_PATH": str(TREE),
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "whole_results",
            "ANSIBLE_CONFIG": str(configuration),
            "ANSIBLE_DEPRECATION_WARNINGS": "false",
            "ANSIBLE_FORKS": "2",
            # Options that come as one variable are unsafe only together with injected facts.
            "ANSIBLE_INJECT_FACT_VARS": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "WHOLE_RESULTS": str(lines),
            **(environment or {}),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    return Played(
        done.returncode, done.stdout + done.stderr, [(row["host"], row["task"], row["result"]) for row in rows]
    )
