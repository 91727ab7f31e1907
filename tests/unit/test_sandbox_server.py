# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running server: control API, connections, TLS, the command."""

from __future__ import annotations

import os
import signal
import socket
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


@pytest.fixture
def control(server):
    def call(method, path, **more):
        return requests.request(method, f"{server.url}/_sandbox/{path}", timeout=5, **more)

    return call


def test_log_is_served_and_cleared(server, control):
    requests.get(f"{server.url}/api", headers={**HEADERS, "Authorization": "Basic eA=="}, timeout=5)
    requests.get(f"{server.url}{APPS}", headers=HEADERS, timeout=5)
    (entry,) = control("GET", "log?tenant=acme&operation=discover").json()
    assert entry["connection"].startswith("127.0.0.1:")
    assert entry["authorization_header"] is True
    assert len(control("GET", "log").json()) == 2
    assert control("DELETE", "log").status_code == 204
    assert control("GET", "log").json() == []


def test_tenants_are_shown_added_and_removed(control):
    assert [one["name"] for one in control("GET", "tenants").json()] == ["acme"]
    assert control("POST", "tenants", json=example("birch", 202)).status_code == 201
    without_name = example("cedar", 303)
    del without_name["name"]
    assert control("PUT", "tenants/cedar", json=without_name).json()["customer_id"] == 303
    assert control("PUT", "tenants/dune", json=example("cedar", 303)).status_code == 400
    assert control("GET", "tenants/birch").json()["libraries"][0]["id"] == "ACTIVE"
    assert control("DELETE", "tenants/birch").status_code == 204
    assert control("GET", "tenants/birch").status_code == 404
    assert control("POST", "reset").status_code == 204
    assert [one["name"] for one in control("GET", "tenants").json()] == ["acme"]


def test_faults_are_set_shown_and_lifted(server, control):
    faults = [{"kind": "status", "status": 500, "times": 1}]
    for path in ("tenants/acme/faults", "faults"):
        assert control("POST", path, json=faults).json()[0]["status"] == 500
        assert requests.get(f"{server.url}/api", headers=HEADERS, timeout=5).status_code == 500
        assert requests.get(f"{server.url}/api", headers=HEADERS, timeout=5).status_code == 200
        assert control("GET", path).json()[0]["struck"] == 1
        assert control("DELETE", path).status_code == 204
        assert control("GET", path).json() == []


def test_clock_is_moved(server, control):
    assert control("POST", "advance", json={"seconds": 1800}).json()["now"]
    assert requests.get(f"{server.url}/api", headers=HEADERS, timeout=5).status_code == 401


def test_consent_is_given(server, control):
    given = {"library": "ACTIVE", "user": "pat@acme.example"}
    assert control("POST", "tenants/acme/consent", json=given).status_code == 404
    url = f"{server.url}/work/api/v2/customers/101"
    requests.patch(f"{url}/apps/tracker-cc", json={"status": "enabled"}, headers=HEADERS, timeout=5)
    policy = {"type": "value", "value": {"allow_refresh_token": True}}
    requests.put(f"{url}/settings/tracker-cc/oauth2.tokens", json=policy, headers=HEADERS, timeout=5)
    assert control("POST", "tenants/acme/consent", json=given).status_code == 204
    assert control("GET", "tenants/acme").json()["libraries"][0]["authorized_by"]["id"] == "pat@acme.example"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("tenants", "{"),
        ("tenants", "[]"),
        ("tenants", '{"name": "x"}'),
        ("faults", '[{"kind": "gremlin"}]'),
        ("advance", '{"minutes": 1}'),
    ],
)
def test_control_refuses_with_a_sentence(control, path, body):
    reply = control("POST", path, data=body)
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_discovery_names_the_host_that_was_asked(server):
    host = server.url.replace("127.0.0.1", "localhost")
    versions = requests.get(f"{host}/api", headers=HEADERS, timeout=5).json()["data"]["versions"]
    assert versions[1]["url"] == f"{host}/work/api/v2"


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


def test_latency_makes_every_reply_late(sandbox):
    with serve(sandbox, latency=0.1) as server:
        assert requests.get(f"{server.url}/api", headers=HEADERS, timeout=5).elapsed.total_seconds() >= 0.1


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
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"{server.url}/api", timeout=5)


def test_port_can_be_chosen_and_taken(sandbox, server):
    with pytest.raises(OSError, match="in use"):
        serve(sandbox, port=server.port)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(folder / "cert.pem", append=True)
    return folder


def test_https_and_its_broken_connections(sandbox, certificates):
    files = (certificates / "cert.pem", certificates / "key.pem")
    with serve(sandbox, ssl_context_files=files) as server:
        trust = {"headers": HEADERS, "timeout": 5, "verify": str(certificates / "ca.pem")}
        assert requests.get(f"{server.url}/api", **trust).json()["data"]["versions"][1]["url"].startswith("https:")
        for kind in ("drop_before", "drop_middle", "hang"):
            sandbox.faults[:] = [Fault(kind)]
            with pytest.raises(requests.exceptions.RequestException):
                requests.get(f"{server.url}/api", **{**trust, "timeout": 0.5})


def test_missing_certificate_is_an_error(sandbox, tmp_path):
    with pytest.raises(FileNotFoundError):
        serve(sandbox, ssl_context_files=(tmp_path / "none", tmp_path / "none"))


def run(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_command_serves_until_told_to_end(tmp_path, ending):
    port_file = tmp_path / "port"
    with run("--tenants", FOLDER / "demo.yml", "--port-file", port_file, "--latency", "1") as process:
        deadline = time.monotonic() + 20
        while not port_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        url = f"http://127.0.0.1:{port_file.read_text().strip()}"
        assert requests.get(f"{url}/_sandbox/tenants", timeout=5).json()[0]["name"] == "acme"
        process.send_signal(ending)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert url in out
    assert f"{url}/work/cc\n" in out
    assert "sign in as admin@acme.example or pat@acme.example\n" in out
    assert "demo-acme" not in out
    assert os.listdir(tmp_path) == ["port"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("tenants: [", "is not YAML"),
        ("tenants: 1", "must be of type list"),
        ("tenants: [{name: x}]", "needs customer_id"),
        ("tenants: [x]", "must be a mapping"),
        ("[]", "must be a mapping"),
        ("tenants: []\ncolour: red", "unknown keys: colour"),
    ],
)
def test_bad_tenants_file_is_one_sentence(tmp_path, capsys, content, words):
    from sandbox.__main__ import main

    path = tmp_path / "tenants.yml"
    if content is not None:
        path.write_text(content)
    handlers = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    try:
        assert main(["--tenants", str(path)]) == 2
    finally:
        for one, handler in zip((signal.SIGTERM, signal.SIGINT), handlers, strict=True):
            signal.signal(one, handler)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert words in printed.err
    assert printed.err.count("\n") == 1


def test_taken_port_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = run("--tenants", FOLDER / "demo.yml", "--port", taken.getsockname()[1])
        _rest, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert err.startswith("The server cannot start:")
    assert "Traceback" not in err
