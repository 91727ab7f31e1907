# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide for tenants that wait for iManage: its settings, its command and its play, as they stand there."""

from __future__ import annotations

import json

import pytest
from playbooks_support import Stage, catalog, keep, once, shell
from support.guides import Guide, changed
from support.letters import customers, parsed
from support.places import EXTENSION, TRACKER

pytestmark = pytest.mark.sweep

SETTINGS, PLAY = Guide("docs/provisioning.md").yaml
(PREVIEW,) = Guide("docs/provisioning.md").commands
FROM, TO = "it@acme.example", "onboarding@imanage.example"
WAITING = {"acme": "Acme LLP", "birch": "Birch & Söhne", "cedar": "cedar"}
# It stands in for the one of community.general, takes the options that it documents, and keeps what it would send.
MAIL = """
import json
from ansible.module_utils.basic import AnsibleModule
options = {name: {"type": "str"} for name in ("host", "secure", "username", "subject", "body")}
options |= {"port": {"type": "int"}, "password": {"type": "str", "no_log": True}}
options |= {"sender": {"type": "str", "aliases": ["from"]}, "to": {"type": "list", "elements": "str"}}
module = AnsibleModule(argument_spec=options)
with open("sent.jsonl", "a", encoding="utf-8") as file:
    file.write(json.dumps(module.params) + "\\n")
module.exit_json(changed=True)
"""


def followed(folder):
    """What each step left."""
    steps = {}

    def take(name, command):
        code, output = shell(command, folder)
        message, rows, sent = (
            folder / one for one in ("waiting/provisioning-request.eml", "waiting/report.json", "sent.jsonl")
        )
        steps[name] = {
            "code": code,
            "output": output,
            "message": message.read_bytes() if message.exists() else None,
            "mode": message.stat().st_mode & 0o777 if message.exists() else None,
            "report": {row["tenant"]: row for row in json.loads(rows.read_text(encoding="utf-8"))["tenants"]},
            "sent": [json.loads(line) for line in sent.read_text().splitlines()] if sent.exists() else [],
        }

    with Stage(folder / "stage") as stage:
        stage.add("acme", {"customer": WAITING["acme"]}, applications=catalog(TRACKER, EXTENSION))
        stage.add("birch", {"customer": WAITING["birch"]}, applications=catalog(EXTENSION))
        stage.add("cedar", applications=catalog(TRACKER))
        settings = changed(SETTINGS, **{"the-address-that-imanage-gave-you@example.com": TO})
        keep(folder, **{"tenants.yml": stage.inventory(), "group_vars/imanage_tenants.yml": settings})
        keep(folder, **{"play.yml": PLAY})
        keep(folder / "collections/ansible_collections/community/general", **{"plugins/modules/mail.py": MAIL})
        take("preview", PREVIEW)
        take("audit", changed(PREVIEW, preview="audit"))
        play = "ansible-playbook -i tenants.yml -e vaulted_smtp_password=open-sesame play.yml"
        take("play in check mode", f"{play} --check")
        # iManage confirms.
        stage.sandbox.add({**stage.sandbox.tenant("cedar").description, "applications": catalog()})
        take("play", play)
        take("provisioned", changed(PREVIEW, preview="onboard"))
        take("nobody waits", f"{PREVIEW.strip()} --limit cedar")
        take("nobody waits still", f"{PREVIEW.strip()} --limit cedar")
    return steps


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """What each step left, made once."""
    made = once(tmp_path_factory, "provisioning_guide", lambda: followed(tmp_path_factory.mktemp("guide")))
    for step in made.values():
        assert step["code"] == 0, step["output"]
    return made


def test_one_message_asks_for_all_tenants_that_wait(steps):
    step = steps["preview"]
    assert {row["status"] for row in step["report"].values()} == {"awaiting_provisioning"}
    letter = parsed(step["message"])
    assert (letter["From"], letter["To"], letter["X-Unsent"]) == (FROM, TO, "1")
    assert customers(step["message"]) == list(WAITING.values())
    assert letter.get_content().count(f"Application name: {TRACKER}\r\n") == 1
    assert step["mode"] == 0o600


def test_the_message_is_the_same_from_run_to_run(steps):
    assert steps["preview"]["message"] == steps["audit"]["message"]


def test_the_report_has_the_text_for_each_tenant(steps):
    for tenant, row in steps["preview"]["report"].items():
        request = row["provisioning_request"]
        assert set(request) == {"application", "customer_name", "from", "to", "text"}
        assert (request["application"], request["customer_name"]) == (TRACKER, WAITING[tenant])
        assert f"Customer name: {WAITING[tenant]}\n" in request["text"]
        assert request["text"] in row["next_steps"][0]


def test_a_tenant_that_waits_no_more_is_in_no_message(steps):
    assert steps["provisioned"]["report"]["cedar"]["provisioning_request"] is None
    assert customers(steps["provisioned"]["message"]) == [WAITING["acme"], WAITING["birch"]]


@pytest.mark.parametrize("name", ["nobody waits", "nobody waits still"])
def test_where_nobody_waits_there_is_no_message(steps, name):
    assert steps[name]["message"] is None
    assert "rovisioning-request" not in steps[name]["output"]


def test_the_play_sends_the_text_of_each_tenant_that_waits(steps):
    assert steps["play in check mode"]["sent"] == []
    sent = {one["body"]: one for one in steps["play"]["sent"]}
    texts = {steps["preview"]["report"][tenant]["provisioning_request"]["text"] for tenant in ("acme", "birch")}
    assert set(sent) == texts
    for one in sent.values():
        assert (one["sender"], one["to"], one["subject"]) == (FROM, [TO], f"Provisioning of {TRACKER}")
