# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to authentication: each way of it, as written, with what Control Center saw."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._run import options
from ansible_collections.imanage.control_center.plugins.modules import imanage_session
from playbooks_support import Stage, authorizers, encrypt, keep, shell
from sandbox.examples import example
from support.guides import Guide, changed
from support.places import CLIENT_ID, SIGNING

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/authentication.md")
PASSWORD, REFRESH, FILE, TWO = GUIDE.yaml
ENCRYPT, AUDIT, ENVIRONMENT = GUIDE.commands
SECRETS = ("acme-admin-password", "acme-manager-password", "acme-admin-refresh", "acme-admin-token")
HOST = "host_vars/acme.yml"
INVENTORY = """
imanage_tenants:
  vars:
    ansible_connection: local
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  hosts:
    acme:
"""


class Ways:
    """Signs in one way after the other, and keeps how each ended and who did what."""

    def __init__(self, folder, stage):
        self.folder, self.stage, self.found = folder, stage, {}

    def take(self, name, command, answers=None, **files):
        """One way, under a name, with these files."""
        keep(self.folder, self.stage.server.url, **files)
        self.stage.sandbox.clear_log()
        code, output = shell(command, self.folder, answers)
        calls = [one.operation for one in self.stage.sandbox.log]
        self.found[name] = {"code": code, "output": output, "calls": calls, "left": len(self.stage.tokens_left("acme"))}
        return output


def session_play():
    """The example of the module that signs in once."""
    text = changed(
        imanage_session.EXAMPLES, vaulted_password="imanage_password", **{"control-center-client": CLIENT_ID}
    )
    return [{"hosts": "imanage_tenants", "gather_facts": False, "tasks": yaml.safe_load(text)}]


def tried(folder):
    """What each way gave."""
    with Stage(folder / "stage") as stage:
        client = {"id": "the-id-of-your-oauth-client"}
        stage.sandbox.add(example("acme", 101, client=client))
        encrypt(
            folder,
            "passwords.vault.yml",
            vaulted_passwords={"acme": SECRETS[0], "nrtadmin": SECRETS[0], "manager": SECRETS[1]},
            vaulted_refresh_tokens={"acme": SECRETS[2]},
        )
        ways = Ways(folder, stage)
        keep(folder, **{"tenants.yml": INVENTORY})
        printed = ways.take("encrypt", f"printf %s {SECRETS[0]} | {ENCRYPT.strip()} 2>/dev/null")
        line = 'imanage_password: "{{ vaulted_passwords[inventory_hostname] }}"\n'
        ways.take("single value", AUDIT, **{HOST: changed(PASSWORD, **{line: printed})})
        session = changed(yaml.safe_dump(session_play()), **{CLIENT_ID: client["id"]})
        opened = "-e @passwords.vault.yml --vault-password-file vault-password -vvv session.yml"
        ways.take("session", f"ansible-playbook -i tenants.yml {opened}", **{"session.yml": session})
        ways.take("refresh token", AUDIT, **{HOST: REFRESH})
        # From now on each sign-in uses the token up.
        rotating = stage.sandbox.tenant("acme")
        rotating.answers = replace(rotating.answers, refresh="rotates")
        (token,) = re.findall(r"^imanage_refresh_token: .*\n", REFRESH, re.MULTILINE)
        in_file = changed(FILE, **{"/opt/onboarding/": f"{folder}/"})
        keep(folder, **{"tokens/acme": f"{SECRETS[2]}\n"})
        ways.take("token file", AUDIT, **{HOST: changed(REFRESH, **{token: in_file})})
        ways.take("token file again", AUDIT)
        ways.found["kept"] = (folder / "tokens" / "acme").stat().st_mode & 0o777
        one = f"imanage_url: https://cloudimanage.com\nimanage_access_token: {SECRETS[3]}\n"
        ways.take("access token", AUDIT, **{HOST: one})
        two = changed(PASSWORD, **{"imanage_username: admin@acme.example\n": "", line: TWO})
        ways.take("two", changed(AUDIT, audit="onboard"), **{HOST: two})
        ways.found["authorizers"] = authorizers(stage.snapshots()["acme"])
        (folder / HOST).unlink()
        typed = {"Password: ": SECRETS[0]}
        ways.take("environment", changed(ENVIRONMENT, **{"https://cloudimanage.com": stage.server.url}), typed)
    return ways.found


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    """What each way gave, made once."""
    return tried(tmp_path_factory.mktemp("ways"))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("single value", [1, 1]),
        ("session", [1, 1]),
        ("refresh token", [1, 1]),
        ("token file", [1, 1]),
        ("token file again", [1, 1]),
        ("access token", [0, 0]),
        ("environment", [1, 1]),
        # A plan by both accounts, and four tasks.
        ("two", [6, 6]),
    ],
)
def test_each_way_gets_in_and_what_was_issued_is_revoked(ways, name, counts):
    assert ways[name]["code"] == 0, ways[name]["output"]
    assert [ways[name]["calls"].count(operation) for operation in SIGNING] == counts
    assert ways[name]["left"] == 0


def test_the_file_of_a_token_is_for_its_owner(ways):
    assert ways["kept"] == 0o600


def test_the_second_account_authorizes(ways):
    assert set(ways["authorizers"].values()) == {yaml.safe_load(TWO)["imanage_nrtadmin_username"]}


def test_no_way_shows_a_secret(ways):
    outputs = {name: way["output"] for name, way in ways.items() if name not in ("authorizers", "kept")}
    assert "task path: " in outputs["session"]
    assert [(name, secret) for name, output in outputs.items() for secret in SECRETS if secret in output] == []


def test_the_guide_has_every_variable_of_the_environment():
    known = {one["fallback"][1][0] for one in options.CONNECTION_OPTIONS.values() if "fallback" in one}
    assert set(re.findall(r"`(IMANAGE_\w+)`", GUIDE.text)) == known


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"username": "pat@acme.example", "refresh_token": "x", "client_id": "y"}, "bad_option"),
        ({"url": "http://cloudimanage.com", "access_token": "x"}, "bad_option"),
        # A refresh token is used rather than a password.
        ({"refresh_token": "guessed"}, "sign_in"),
        ({"customer_id": 1}, "wrong_tenant"),
    ],
)
def test_what_the_guide_calls_a_mistake_is_one(acme, given, kind):
    by = {"by": "nothing"} if kind == "bad_option" else {}
    assert acme.run("imanage_tenant_info", **by, **given)["failure"]["kind"] == kind


def test_an_expired_token_is_replaced_by_other_credentials_once(acme):
    assert acme.run("imanage_tenant_info", access_token="ended")["tenant"]["user"] == acme.admin
    assert acme.calls.count("requestToken") == 1


TOKENS = {"refresh_token", "refresh_token_file", "access_token"}


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
    account = options.without_environment_account(given)
    assert {name for name, value in account.items() if value == ""} == kept_out
