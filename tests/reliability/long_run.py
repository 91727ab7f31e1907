# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboard many tenants among random faults, round by round, then without; fails where a tenant is not as promised."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from support.environment import clean_environment
from support.tree import ensure_tree, make_importable

make_importable()

from sandbox import Fault, Sandbox, serve  # noqa: E402 - what follows imports the collection
from sandbox.examples import example  # noqa: E402
from support.places import CLIENT_ID  # noqa: E402

from .cell import nameless, unread_writes  # noqa: E402
from .columns import COLUMNS, REFUSED  # noqa: E402

TENANTS, ROUNDS, CHANCE = 300, 3, 0.05
# The peak of a later round against that of the first: what one fault needs that another does not is far less.
GROWTH = 1.25
# Never struck: how the others have to be in the end.
MODEL = "model"


class Round(NamedTuple):
    """One run of the playbook: how the tenants ended by its report, and what was not as promised."""

    name: str
    ended: Counter[str]
    changed: int
    calls: int
    struck: Counter[str]
    seconds: float
    peak_mib: float
    problems: list[str]

    def __str__(self) -> str:
        ended = ", ".join(f"{count} {status}" for status, count in sorted(self.ended.items()))
        return (
            f"{self.name}: {ended}; {self.changed} changed; {self.struck.total()} of {self.calls} calls struck, by "
            f"{len(self.struck)} kinds; {self.seconds:.0f} s, peak {self.peak_mib:.0f} MiB"
        )


class LongRun:
    """A sandbox with tenants, and the playbook that is run on them again and again."""

    def __init__(self, folder: Path, tenants: int) -> None:
        self.folder = folder
        names = [MODEL, *(f"tenant{number}" for number in range(1, tenants))]
        self.sandbox = Sandbox([example(name, 1000 + number) for number, name in enumerate(names)])
        self.rounds: list[Round] = []

    def go(self, rounds: int, chance: float) -> list[str]:
        """The rounds with faults, one without, and one that has nothing to do; what was not as promised."""
        with serve(self.sandbox) as server:
            for number in range(1, rounds + 1):
                self._strike(number, chance, server.url)
                self._round(f"round {number}", server.url)
            for tenant in self.sandbox.tenants:
                tenant.faults.clear()
            whole = self._round("without faults", server.url)
            last = self._round("once more", server.url)
        count = len(self.sandbox.tenants)
        problems = [f"{one.name}: {words}" for one in self.rounds for words in one.problems]
        problems += [f"{one.name}: not all onboarded" for one in (whole, last) if one.ended != {"onboarded": count}]
        problems += [f"{name} is not as wanted" for name in self._unlike_the_model()]
        problems += ["the last round changed something"] if last.changed else []
        peaks = [one.peak_mib for one in self.rounds]
        problems += [f"memory grew: {peaks} MiB"] if max(peaks[1:]) > GROWTH * peaks[0] else []
        return problems

    def _strike(self, number: int, chance: float, url: str) -> None:
        """Give every tenant every fault, each with its share of the chance, and dice of its own."""
        kinds = {json.dumps(one.fault): one for one in COLUMNS if one.fault["kind"] != REFUSED}
        for tenant in self.sandbox.tenants:
            tenant.faults[:] = [
                Fault(
                    **column.settings(url, "http://127.0.0.1:9"),
                    chance=0 if tenant.name == MODEL else chance / len(kinds),
                    seed=f"{number} {tenant.name} {name}",
                )
                for name, column in kinds.items()
            ]

    def _round(self, name: str, url: str) -> Round:
        work = self.folder / name.replace(" ", "-")
        work.mkdir()
        self.sandbox.clear_log()
        begin = time.monotonic()
        peak = _play(work, self._inventory(url))
        seconds = time.monotonic() - begin
        report = json.loads((work / "report.json").read_text(encoding="utf-8"))
        ended = {row["tenant"]: row["status"] for row in report["tenants"]}
        unlike = self._unlike_the_model()
        problems = [f"{one} is told to be onboarded and is not" for one in unlike if ended.get(one) == "onboarded"]
        problems += [
            f"{tenant.name} is not in the report" for tenant in self.sandbox.tenants if tenant.name not in ended
        ]
        for tenant in self.sandbox.tenants:
            if unread_writes(self.sandbox.requests(tenant.name)):
                problems.append(f"{tenant.name}: written twice, unread")
        log = self.sandbox.log
        found = Round(
            name,
            Counter(ended.values()),
            sum(row["changed"] for row in report["tenants"]),
            len(log),
            Counter(entry.fault for entry in log if entry.fault),
            seconds,
            peak,
            problems,
        )
        self.rounds.append(found)
        print(found, flush=True)
        return found

    def _unlike_the_model(self) -> list[str]:
        """The tenants that differ from the one that no fault has ever struck."""
        model = nameless(self.sandbox.tenant(MODEL).snapshot(), self.sandbox.tenant(MODEL))
        return [one.name for one in self.sandbox.tenants if nameless(one.snapshot(), one) != model]

    def _inventory(self, url: str) -> dict[str, Any]:
        hosts = {
            tenant.name: {"imanage_username": tenant.users[0].id, "imanage_password": tenant.users[0].password}
            for tenant in self.sandbox.tenants
        }
        common = {
            "imanage_url": url,
            "imanage_client_id": CLIENT_ID,
            "imanage_timeout": 2,
            "imanage_retry_timeout": 10,
        }
        return {"imanage_tenants": {"vars": common, "hosts": hosts}}


def _play(work: Path, inventory: dict[str, Any]) -> float:
    """Run the playbook; the peak memory of its largest process in MiB. The exit code says no more than the report."""
    (work / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    (work / "ansible.cfg").touch()
    command = [Path(sys.executable).parent / "ansible-playbook", "-i", "inventory.json", "--forks", "20"]
    with (work / "output").open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [*command, "imanage.control_center.onboard", "-e", f"imanage_report={work}"],
            cwd=work,
            env={
                **clean_environment(os.environ),
                "ANSIBLE_COLLECTIONS_PATH": str(ensure_tree()),
                "ANSIBLE_CONFIG": str(work / "ansible.cfg"),
                "ANSIBLE_HOME": str(work / "home"),
                "ANSIBLE_NOCOLOR": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024


def main() -> int:
    """The long run; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        run = LongRun(Path(folder), TENANTS)
        problems = run.go(ROUNDS, CHANCE)
    print(f"{len(problems)} not as promised", *problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
