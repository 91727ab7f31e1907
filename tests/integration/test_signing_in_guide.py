# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to signing in: each way of it, as it stands there, with what Control Center saw."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._run import options
from playbooks_support import Stage, authorizers, encrypt, keep, once, shell
from sandbox.examples import example
from support.guides import Guide, changed
from support.places import SIGNING

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/signing-in.md")
PASSWORD, REFRESH, FILE, ACCESS, TWO, SESSION, DEFAULTS = GUIDE.yaml
ENCRYPT, AUDIT, ENVIRONMENT = GUIDE.commands
TOKENS = {"refresh_token", "refresh_token_file", "access_token"}
SECRETS = ("acme-admin-password", "acme-manager-password", "acme-admin-refresh", "acme-admin-token")


class Ways:
    """Signs in one way after the other, and keeps how each ended and who did what."""

    def __init__(self, folder, stage):
        self.folder, self.stage, self.found = folder, stage, {}

    def take(self, name, command, answers=None, **files):
        """One way, under a name, with these files."""
        keep(self.folder, self.stage.server.url, **files)
        self.stage.sandbox.clear_log()
        code, output = shell(command, self.folder, answers)
        entries = [one.plain() for one in self.stage.sandbox.log]
        self.found[name] = {
            "code": code,
            "output": output,
            "calls": [one["operation"] for one in entries],
            "left": len(self.stage.tokens_left("acme")),
        }
        return output


def tried(folder):
    """What each way gave."""
    with Stage(folder / "stage") as stage:
        stage.sandbox.add(example("acme", 101, client={"id": "the-id-of-your-oauth-client"}))
        vaulted = {
            "vaulted_passwords": {"acme": SECRETS[0], "nrtadmin": SECRETS[0], "manager": SECRETS[1]},
            "vaulted_refresh_tokens": {"acme": SECRETS[2]},
            "vaulted_access_tokens": {"acme": SECRETS[3]},
        }
        encrypt(folder, "passwords.vault.yml", **vaulted)
        ways = Ways(folder, stage)
        printed = ways.take("encrypt", f"printf %s {SECRETS[0]} | {ENCRYPT.strip()} 2>/dev/null")
        single = "".join(f"    {line}\n" for line in printed.splitlines())
        line = '    imanage_password: "{{ vaulted_passwords[inventory_hostname] }}"\n'
        ways.take("single value", AUDIT, **{"tenants.yml": changed(PASSWORD, **{line: single})})
        ways.take("refresh token", AUDIT, **{"tenants.yml": REFRESH})
        # From now on each sign-in uses the token up.
        rotating = stage.sandbox.tenant("acme")
        rotating.answers = replace(rotating.answers, refresh="rotates")
        (token,) = re.findall(r"^ *imanage_refresh_token: .*\n", REFRESH, re.MULTILINE)
        in_file = "    " + changed(FILE, **{"/opt/onboarding/": f"{folder}/"})
        keep(folder, **{"tokens/acme": f"{SECRETS[2]}\n"})
        ways.take("token file", AUDIT, **{"tenants.yml": changed(REFRESH, **{token: in_file})})
        ways.take("token file again", AUDIT)
        ways.found["kept"] = (folder / "tokens" / "acme").stat().st_mode & 0o777
        ways.take("access token", AUDIT, **{"tenants.yml": ACCESS})
        typed = {"Password: ": SECRETS[0]}
        ways.take("environment", changed(ENVIRONMENT, **{"https://cloudimanage.com": stage.server.url}), typed)
        two = {"tenants.yml": PASSWORD, "host_vars/acme.yml": TWO}
        ways.take("two", changed(AUDIT, audit="onboard"), **two)
        ways.found["authorizers"] = authorizers(stage.snapshots()["acme"])
        (folder / "host_vars" / "acme.yml").unlink()
        plays = {"session.yml": SESSION, "defaults.yml": DEFAULTS}
        opened = "-e @passwords.vault.yml --vault-password-file vault-password"
        ways.take("session", f"ansible-playbook -i tenants.yml {opened} -vvv session.yml", **plays)
        ways.take("defaults", f"ansible-playbook -i tenants.yml {opened} -vvv defaults.yml")
    return ways.found


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    """What each way gave, made once."""
    return once(tmp_path_factory, "signing_in", lambda: tried(tmp_path_factory.mktemp("ways")))


@pytest.mark.parametrize(
    "name", ["single value", "refresh token", "token file", "token file again", "access token", "environment"]
)
def test_each_way_gets_in(ways, name):
    assert ways[name]["code"] == 0, ways[name]["output"]
    assert re.search("^acme: drifted", ways[name]["output"], re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("single value", [1, 1]),
        ("refresh token", [1, 1]),
        ("token file again", [1, 1]),
        ("access token", [0, 0]),
        ("environment", [1, 1]),
        ("session", [1, 1]),
        ("defaults", [1, 1]),
        # A look by both accounts, and four tasks.
        ("two", [6, 6]),
    ],
)
def test_what_was_issued_is_revoked_and_what_was_given_is_not(ways, name, counts):
    assert [ways[name]["calls"].count(operation) for operation in SIGNING] == counts
    assert ways[name]["left"] == 0


@pytest.mark.parametrize("name", ["session", "defaults"])
def test_the_plays_succeed(ways, name):
    assert ways[name]["code"] == 0, ways[name]["output"]


def test_a_session_asks_once_who_it_is(ways):
    assert ways["session"]["calls"].count("discover") == 1
    assert {"listApps", "readTokenPolicy", "listLibraryAuthorizations"} <= set(ways["session"]["calls"])


def test_the_file_of_a_token_is_for_its_owner(ways):
    assert ways["kept"] == 0o600


def test_the_second_account_authorizes(ways):
    assert ways["two"]["code"] == 0, ways["two"]["output"]
    assert set(ways["authorizers"].values()) == {yaml.safe_load(TWO)["imanage_nrtadmin_username"]}


def test_no_way_shows_a_secret(ways):
    outputs = {name: way["output"] for name, way in ways.items() if name not in ("authorizers", "kept")}
    assert "task path: " in outputs["session"]
    assert [(name, secret) for name, output in outputs.items() for secret in SECRETS if secret in output] == []


def test_the_guide_has_every_variable_of_the_environment():
    known = {one["fallback"][1][0] for one in options.CONNECTION_OPTIONS.values() if "fallback" in one}
    assert set(re.findall(r"`(IMANAGE_\w+)`", GUIDE.text)) == known


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"username": "pat@acme.example", "refresh_token": "x", "client_id": "y"},
            "username is given without password",
        ),
        ({"url": "http://cloudimanage.com", "access_token": "x"}, "plain http"),
    ],
)
def test_what_the_guide_calls_a_mistake_is_one(acme, given, words):
    result = acme.run("imanage_tenant_info", by="nothing", **given)
    assert result["failure"]["kind"] == "bad_option"
    assert words in result["msg"]


def test_a_refresh_token_is_used_rather_than_a_password(acme):
    result = acme.run("imanage_tenant_info", refresh_token="guessed")
    assert result["failure"]["kind"] == "sign_in"


def test_a_token_that_has_ended_gives_way_to_other_credentials_once(acme):
    result = acme.run("imanage_tenant_info", access_token="ended")
    assert result["tenant"]["user"] == acme.admin
    assert acme.calls.count("requestToken") == 1


def test_the_number_of_another_customer_stops_a_run_at_once(acme):
    result = acme.run("imanage_tenant_info", customer_id=1)
    assert result["failure"]["kind"] == "wrong_tenant"
    assert acme.calls == ["requestToken", "discover", "revokeToken"]


@pytest.mark.parametrize(
    ("given", "kept_out"),
    [
        ({"username": "a"}, TOKENS),
        ({"password": "a"}, TOKENS),
        ({"access_token": "a"}, {"username", "password", *TOKENS} - {"access_token"}),
        ({"refresh_token": "a", "customer_id": 1}, TOKENS - {"refresh_token"}),
        ({"url": "a", "client_id": "b", "customer_id": 1}, set()),
    ],
)
def test_the_account_of_a_task_keeps_that_of_the_environment_out(given, kept_out):
    account = options.of_one_account(given)
    assert {name for name, value in account.items() if value == ""} == kept_out
