# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast onboarding is, side by side in one run with what it is compared to; prints tables as Markdown.

One sandbox in a process of its own; the candidates take turns, round by round, and medians are compared. BENCH=full
adds sizes, latency, forks and TLS, and takes hours; BENCH=100 is what it has of 100 tenants. BENCH_ROUNDS (5) sets the
rounds. The figures go to figures.json, in place of those of the same settings, and docs/images/performance.svg is drawn
from it. With BENCH_BASE, the folder of another commit's checkout, only its playbooks are measured beside these, with
100 tenants or as many as BENCH says, and nothing is kept.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import requests
from performance import aims, chart
from performance.watch import Watch
from sandbox.examples import example
from support.environment import clean_environment

HERE = Path(__file__).parent
PLAYBOOKS = HERE / "playbooks"
BIN = Path(sys.executable).parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
ERASE = b"\x1b[2K"
TICKS = os.sysconf("SC_CLK_TCK")
# Starts a command and writes its status, CPU and peak memory to a file. A process of its own, because the peak of a
# command is at least the memory of the process that started it, and the bench itself grows.
STARTER = """
import json, os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_pid, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump([status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024], file)
"""


class Setting(NamedTuple):
    """What a table row is measured under."""

    tenants: int
    latency_ms: int = 0
    forks: int = 20
    tls: bool = False
    candidates: str = "abcde"

    def __str__(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"N={self.tenants}, {self.latency_ms} ms, {self.forks} forks, {scheme}"


class Measured(NamedTuple):
    """One process: wall clock and CPU in seconds, peak memory in MiB, the sandbox's CPU in seconds, its requests."""

    wall: float
    cpu: float
    memory: float
    sandbox: float
    requests: float = 0


NAMES = {
    "a": "uri tasks by hand",
    "b": "this collection, as modules",
    "c": "this collection",
    "d": "tasks that do nothing",
    "e": "script with threads",
    "f": "this collection, on a terminal",
    "g": "this collection, on a terminal with progress",
    "h": "this collection, the other commit",
}
BASE = os.environ.get("BENCH_BASE", "")
MORE = {
    "g": {"ANSIBLE_CALLBACKS_ENABLED": "imanage.control_center.progress"},
    "h": {"ANSIBLE_COLLECTIONS_PATH": str(Path(BASE).resolve() / ".cache" / "tree")},
}
SMALL = [Setting(20, candidates="abcdefg")]
# Each thing that varies is varied by itself, from 20 or 100 tenants without latency, 20 forks and http: every
# combination would take a day. The longest comes last, so that an interrupted run has shown the rest.
FULL = [
    *SMALL,
    Setting(20, latency_ms=50),
    Setting(20, forks=50, candidates="cde"),
    Setting(20, tls=True, candidates="cde"),
    Setting(100, latency_ms=50, candidates="cde"),
    Setting(100, forks=50, candidates="cde"),
    Setting(100, tls=True, candidates="cde"),
    Setting(300, candidates="cde"),
    Setting(1000, candidates="cde"),
    Setting(100, candidates="abcdefg"),
]


def main() -> None:
    """Measure the settings that BENCH says and print the table."""
    size = os.environ.get("BENCH", "")
    measure([Setting(int(size or 100), candidates="ch")] if BASE else chosen(size))


def chosen(size: str) -> list[Setting]:
    """The settings: a small one by default, C(full) for all, a number for those of so many tenants."""
    if size in ("", "full"):
        return FULL if size else SMALL
    settings = [setting for setting in FULL if str(setting.tenants) == size]
    if not settings:
        there = sorted({setting.tenants for setting in FULL})
        sys.exit(f"BENCH is {size}, but it is full or one of {', '.join(map(str, there))}.")
    return settings


def measure(settings: list[Setting]) -> None:
    """Measure these settings and print the table, and then how far the aims are reached."""
    core = subprocess.run([BIN / "ansible", "--version"], capture_output=True, text=True, check=True).stdout
    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, ",
        end="",
    )
    print(f"{core.splitlines()[0]}, requests {requests.__version__}\n")
    print(
        "| setting | rounds | candidate | run | wall s | s a tenant | CPU s | peak MiB | sandbox CPU | wall against c "
        "| requests a tenant |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    table: aims.Table = {}
    for setting in settings:
        rounds: dict[tuple[str, str], list[Measured]] = {}
        try:
            _measure(setting, rounds)
        finally:
            for line in _rows(setting, rounds):
                print(line, flush=True)
                table.update(aims.read(line))
    print("", *aims.rows(table), sep="\n")
    if not BASE:
        chart.keep(table)


def _rows(setting: Setting, rounds: dict[tuple[str, str], list[Measured]]) -> Iterator[str]:
    medians = {
        key: Measured(*(statistics.median(column) for column in zip(*values, strict=True)))
        for key, values in rounds.items()
    }
    for (candidate, run), found in sorted(medians.items()):
        ours = medians.get(("c", run)) or medians.get(("c", "first"))
        ratio = f"{found.wall / ours.wall:.2f}" if ours else ""
        yield (
            f"| {setting} | {len(rounds[candidate, run])} | ({candidate}) {NAMES[candidate]} | {run} "
            f"| {found.wall:.2f} | {found.wall / setting.tenants:.3f} | {found.cpu:.2f} | {found.memory:.0f} "
            f"| {found.sandbox / found.wall:.0%} | {ratio} "
            f"| {found.requests / setting.tenants:.0f} |"
        )


def _measure(setting: Setting, rounds: dict[tuple[str, str], list[Measured]]) -> None:
    with tempfile.TemporaryDirectory() as folder, _sandbox(setting, Path(folder)) as (url, pid, environment):
        inventory = Path(folder) / "inventory.json"
        watch = Watch(url, environment.get("REQUESTS_CA_BUNDLE", True))
        for number in range(ROUNDS):
            for candidate in setting.candidates:
                watch.reset()
                for run, command in _commands(candidate, setting, inventory):
                    what = f"{setting}: round {number + 1}, ({candidate}) {run}"
                    print(what, file=sys.stderr)
                    watch.begin()
                    more = MORE.get(candidate, {})
                    place = _terminal if candidate in "fg" else _file
                    found, written = _timed(command, {**environment, **more}, pid, place)
                    rounds.setdefault((candidate, run), []).append(found._replace(requests=watch.requests()))
                    if candidate != "d" and (complaint := watch.complaint(run)):
                        sys.exit(f"{what}: {complaint}.")
                    if (candidate == "g") is not (ERASE in written):
                        sys.exit(f"{what}: the progress is shown for (g) only.")


def _commands(candidate: str, setting: Setting, inventory: Path) -> Iterator[tuple[str, list[str]]]:
    if candidate == "e":
        command = [sys.executable, str(HERE / "script.py"), str(inventory), str(setting.forks)]
        yield from (("first", command), ("second", command))
        return
    play = [str(BIN / "ansible-playbook"), "-i", str(inventory), "-f", str(setting.forks)]
    books = {"a": "uri.yml", "b": "modules.yml", "d": "nothing.yml"}
    if candidate in "ch":
        yield "preview", [*play, "imanage.control_center.preview"]
        yield "first", [*play, "imanage.control_center.onboard"]
        yield "second", [*play, "imanage.control_center.onboard"]
        yield "audit", [*play, "imanage.control_center.audit"]
        return
    if candidate in "fg":
        yield "first", [*play, "imanage.control_center.onboard"]
        return
    book = str(PLAYBOOKS / books[candidate])
    yield "first", [*play, book]
    if candidate != "d":
        yield "second", [*play, book]


def _timed(
    command: list[str],
    environment: dict[str, str],
    sandbox: int,
    place: Callable[[], AbstractContextManager[tuple[int, list[bytes]]]],
) -> tuple[Measured, bytes]:
    """What a command takes, and what it writes to that place."""
    before = _cpu_of(sandbox)
    with place() as (output, written), tempfile.NamedTemporaryFile("r") as usage:
        start = os.times().elapsed
        starter = [sys.executable, "-S", "-c", STARTER, usage.name, *command]
        subprocess.run(starter, env=environment, stdout=output, stderr=subprocess.STDOUT, check=True)
        wall = os.times().elapsed - start
        status, cpu, peak = json.load(usage)
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{b''.join(written).decode()[-3000:]}")
    return Measured(wall, cpu, peak, _cpu_of(sandbox) - before), b"".join(written)


@contextmanager
def _file() -> Iterator[tuple[int, list[bytes]]]:
    """A file to write to; what was written is in the list afterwards."""
    written: list[bytes] = []
    with tempfile.TemporaryFile() as file:
        yield file.fileno(), written
        file.seek(0)
        written.append(file.read())


@contextmanager
def _terminal() -> Iterator[tuple[int, list[bytes]]]:
    """A terminal to write to; what was written is in the list afterwards."""
    written: list[bytes] = []
    ours, theirs = os.openpty()

    def read() -> None:
        # A terminal that nobody writes to any more is an error on Linux.
        with suppress(OSError):
            while piece := os.read(ours, 65536):
                written.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield theirs, written
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def _sandbox(setting: Setting, folder: Path) -> Iterator[tuple[str, int, dict[str, str]]]:
    """A sandbox with that many ready tenants; its URL, its process, and the environment of those who call it."""
    tenants = [example(f"tenant{number}", 1000 + number) for number in range(setting.tenants)]
    (folder / "tenants.yml").write_text(json.dumps({"tenants": tenants}))
    (folder / "inventory.json").write_text(json.dumps(_inventory(tenants)))
    port = folder / "port"
    command = [sys.executable, "-m", "sandbox", "--tenants", str(folder / "tenants.yml"), "--port", "0"]
    command += ["--port-file", str(port), "--latency", str(setting.latency_ms)]
    # The same for all: no personal settings, and a terminal that can erase a line.
    (folder / "ansible.cfg").touch()
    environment = {**clean_environment(os.environ), "ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "TERM": "xterm"}
    if setting.tls:
        command += _certificates(folder)
        environment["REQUESTS_CA_BUNDLE"] = environment["SSL_CERT_FILE"] = str(folder / "ca.pem")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while not port.exists():
                if process.poll() is not None:
                    sys.exit("The sandbox did not start.")
                time.sleep(0.05)
            url = f"http{'s' if setting.tls else ''}://localhost:{port.read_text().strip()}"
            yield url, process.pid, {**environment, "IMANAGE_URL": url}
        finally:
            process.terminate()


def _certificates(folder: Path) -> list[str]:
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    server = authority.issue_cert("localhost", "127.0.0.1")
    server.cert_chain_pems[0].write_to_path(folder / "server.pem")
    server.private_key_pem.write_to_path(folder / "server.key")
    return ["--certfile", str(folder / "server.pem"), "--keyfile", str(folder / "server.key")]


def _inventory(tenants: list[dict[str, Any]]) -> dict[str, Any]:
    hosts = {
        tenant["name"]: {
            "imanage_username": tenant["users"][0]["id"],
            "imanage_password": tenant["users"][0]["password"],
        }
        for tenant in tenants
    }
    variables = {
        "imanage_client_id": "control-center-client",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    return {"imanage_tenants": {"hosts": hosts, "vars": variables}}


if __name__ == "__main__":
    main()
