# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running server: control API, connections, TLS, the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import sandbox as package
import trustme
from sandbox import Fault, Sandbox, serve
from sandbox.__main__ import main
from sandbox.examples import example

FOLDER = Path(package.__file__).parent
HEADERS = {"X-Auth-Token": "acme-admin-token"}
APPS = "/work/api/v2/customers/101/apps"


@pytest.fixture
def sandbox():
    return Sandbox([example()])


@pytest.fixture
def server(sandbox):
    with serve(sandbox) as running:
        yield running


def test_a_sandbox_of_another_process_is_asked_over_http(server):
    def control(method, path):
        return requests.request(method, f"{server.url}/_sandbox/{path}", timeout=5)

    requests.delete(f"{server.url}{APPS}/drive", headers={**HEADERS, "Authorization": "Basic eA=="}, timeout=5)
    requests.get(f"{server.url}{APPS}", headers=HEADERS, timeout=5)
    (entry,) = control("GET", "log?operation=removeApp").json()
    assert entry["connection"].startswith("127.0.0.1:")
    assert entry["authorization_header"] is True
    assert len(control("GET", "log").json()) == 2
    assert control("DELETE", "log").status_code == 204
    assert control("GET", "log").json() == []
    assert control("GET", "tenants").json() == [{"name": "acme", "customer_id": 101}]
    assert control("GET", "tenants/acme").json()["applications"][0]["status"] == "available"
    assert control("POST", "reset").status_code == 204
    assert control("GET", "tenants/acme").json()["applications"][0]["status"] == "enabled"
    assert control("GET", "tenants/birch").status_code == 404


def test_connections_are_kept_and_fast(server, sandbox):
    seconds = []
    with requests.Session() as session:
        for _turn in range(50):
            begin = time.monotonic()
            assert session.get(f"{server.url}{APPS}", headers=HEADERS, timeout=5).status_code == 200
            seconds.append(time.monotonic() - begin)
    # With delayed acknowledgements none would take less than 0.04, however fast the machine.
    assert min(seconds) < 0.02
    assert len({entry.connection for entry in sandbox.log}) == 1


def test_fifty_connections_at_once(server, sandbox):
    together = threading.Barrier(50)

    def work(_number):
        with requests.Session() as session:
            session.get(f"{server.url}/api", headers=HEADERS, timeout=10)
            together.wait(20)
            return [session.get(f"{server.url}{APPS}", headers=HEADERS, timeout=10).status_code for _turn in range(4)]

    with ThreadPoolExecutor(50) as pool:
        assert {status for statuses in pool.map(work, range(50)) for status in statuses} == {200}
    assert len({entry.connection for entry in sandbox.log}) == 50
    assert [entry.number for entry in sandbox.log] == list(range(1, 251))


def test_stopping_waits_for_nobody(sandbox):
    sandbox.faults.append(Fault("hang"))
    with ThreadPoolExecutor(1) as pool:
        with serve(sandbox) as server:
            waiting = pool.submit(requests.get, f"{server.url}/api", headers=HEADERS, timeout=30)
            while not sandbox.log:
                time.sleep(0.005)
            begin = time.monotonic()
        assert time.monotonic() - begin < 5
        assert isinstance(waiting.exception(), requests.exceptions.ConnectionError)


def test_https_and_its_broken_connections(sandbox, tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "cert.pem")
    with serve(sandbox, ssl_context_files=(tmp_path / "cert.pem", tmp_path / "cert.pem"), latency=0.1) as server:
        trust = {"headers": HEADERS, "verify": str(tmp_path / "ca.pem")}
        reply = requests.get(f"{server.url}/api", timeout=5, **trust)
        assert reply.json()["data"]["versions"][1]["url"].startswith("https:")
        assert reply.elapsed.total_seconds() >= 0.1
        for kind in ("drop_before", "drop_middle", "hang"):
            sandbox.faults[:] = [Fault(kind)]
            with pytest.raises(requests.exceptions.RequestException):
                requests.get(f"{server.url}/api", timeout=0.5, **trust)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_command_serves_until_told_to_end(tmp_path, ending):
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "sandbox", "--tenants", FOLDER / "demo.yml", "--port-file", port_file]
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 20
        while not port_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        url = f"http://127.0.0.1:{port_file.read_text().strip()}"
        assert requests.get(f"{url}/_sandbox/tenants", timeout=5).json()[0]["name"] == "acme"
        process.send_signal(ending)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert f"{url}/work/cc\n" in out
    assert "sign in as admin@acme.example or pat@acme.example\n" in out
    assert "demo-acme" not in out


@pytest.fixture
def _handlers():
    """Whatever the command does to signals is undone."""
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("tenants: [", "is not YAML"),
        ("tenants: [{name: x}]", "needs customer_id"),
        ("tenants: []\ncolour: red", "unknown keys: colour"),
    ],
)
@pytest.mark.usefixtures("_handlers")
def test_bad_tenants_file_is_one_sentence(tmp_path, capsys, content, words):
    path = tmp_path / "tenants.yml"
    if content is not None:
        path.write_text(content)
    assert main(["--tenants", str(path)]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert words in printed.err


@pytest.mark.usefixtures("_handlers")
def test_taken_port_is_one_sentence(server, capsys):
    assert main(["--tenants", str(FOLDER / "demo.yml"), "--port", str(server.port)]) == 2
    assert capsys.readouterr().err.startswith("The server cannot start:")
