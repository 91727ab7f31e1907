# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the sandbox that no test of the collection would miss: what it forgets, its defaults, and its command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import sandbox as package
from sandbox import Sandbox
from sandbox.examples import Caller, example

FOLDER = Path(package.__file__).parent


@pytest.fixture
def sandbox():
    return Sandbox([example()], clock=lambda: 1_800_000_000.0)


@pytest.fixture
def call(sandbox):
    return Caller(sandbox)


def policy(call, app="drive", **value):
    return call("writeTokenPolicy", app_id=app, body={"type": "value", "value": value})


def access(call, app="drive", **body):
    return call("updateAppAccess", app_id=app, body=body)


def test_adding_gives_defaults_and_removing_forgets(sandbox, call):
    before = sandbox.tenant("acme").snapshot()
    for _turn in range(2):
        row = call("updateApp", app_id="tracker", body={"status": "enabled"}).json()["data"]
        assert (row["status"], row["default_security"], row["edit_date"]) == (
            *("enabled", "public"),
            "2027-01-15T08:00:00Z",
        )
        assert call("readAppAccess", app_id="tracker").json()["data"]["members"] == []
        assert call("readTokenPolicy", app_id="tracker").status == 404
        access(call, "tracker", default_security="private", include=[{"id": "IT", "type": "group"}])
        policy(call, "tracker", allow_refresh_token=True)
        for status in ("disabled", "enabled"):
            call("updateApp", app_id="tracker", body={"status": status})
        assert call("readAppAccess", app_id="tracker").json()["data"]["members"]
        assert call("readTokenPolicy", app_id="tracker").status == 200
        assert call("removeApp", app_id="tracker").status == 204
        assert sandbox.tenant("acme").snapshot() == before


def test_policy_is_replaced_as_a_whole_with_defaults(call):
    policy(call, allow_refresh_token=True, refresh_token_expiry=14, access_token_max_idle_time=5000)
    value = {"allow_refresh_token": True, "refresh_token_expiry": 365, "access_token_max_idle_time": 30}
    assert policy(call, allow_refresh_token=True).json()["data"] == {"type": "value", "value": value}
    del value["refresh_token_expiry"]
    assert policy(call, allow_refresh_token=False).json()["data"]["value"] == {**value, "allow_refresh_token": False}


def test_removing_the_extension_withdraws_its_authorizations(call):
    call("updateApp", app_id="tracker-cc", body={"status": "enabled"})
    policy(call, "tracker-cc", allow_refresh_token=True)
    call("authorizeLibrary", library_id="ACTIVE", body={"email": "ada@acme.example"})
    for status in ("disabled", "enabled"):
        call("updateApp", app_id="tracker-cc", body={"status": status})
    assert call("listLibraryAuthorizations").json()["data"][0]["authorized_by"]
    assert call("removeApp", app_id="tracker-cc").status == 204
    call("updateApp", app_id="tracker-cc", body={"status": "enabled"})
    assert call("listLibraryAuthorizations").json()["data"][0]["authorized_by"] is None


def test_command_serves_until_told_to_end(tmp_path):
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
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert f"{url}/work/cc\n" in out
    assert "sign in as admin@acme.example or pat@acme.example\n" in out
    assert "demo-acme" not in out
