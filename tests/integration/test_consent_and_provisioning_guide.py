# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to consent and provisioning: what waits for a person and for iManage, by its settings, command and play."""

from __future__ import annotations

import datetime
import json

import pytest
from playbooks_support import Stage, catalog, keep, shell
from support.guides import Guide, changed
from support.letters import customers, parsed
from support.places import EXTENSION, TRACKER

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/consent-and-provisioning.md")
DAYS, SETTINGS, PLAY = GUIDE.yaml
(PREVIEW,) = GUIDE.commands
ASKS, SILENT, PERSON = "asks", "silent", "person"
LIBRARIES = ["ACTIVE", "ARCHIVE"]
FROM, TO = "it@acme.example", "onboarding@imanage.example"
WAITING = {"acme": "Acme LLP", "birch": "Birch & Söhne", "cedar": "cedar"}
# It replaces the one of community.general, takes the options that it documents, and keeps what it would send.
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


class Steps:
    """Runs commands in a folder, and keeps what each left in the report of the guide."""

    def __init__(self, folder, stage):
        self.folder, self.stage, self.found = folder, stage, {}

    def take(self, name, command):
        """One command, under a name."""
        self.stage.sandbox.clear_log()
        code, output = shell(command, self.folder)
        assert code == 0, output
        message = self.folder / "waiting" / "provisioning-request.eml"
        rows = json.loads((self.folder / "waiting" / "report.json").read_text(encoding="utf-8"))["tenants"]
        self.found[name] = {
            "message": message.read_bytes() if message.exists() else None,
            "mode": message.stat().st_mode & 0o777 if message.exists() else None,
            "rows": {row["tenant"]: row for row in rows},
            "tried": [one.tenant for one in self.stage.sandbox.log if one.operation == "authorizeLibrary"],
        }


def followed(folder):
    """A preview and a run of every kind of tenant, what the inventory says changes, and the play."""
    with Stage(folder / "stage") as stage:
        stage.add(ASKS, consent_required=True, libraries=LIBRARIES)
        stage.add(SILENT, answers={"tracker": "page_404"}, libraries=LIBRARIES)
        stage.add(PERSON, {"tracker_onboarding_authorize_by": "person"}, libraries=LIBRARIES)
        stage.add("acme", {"customer": WAITING["acme"]}, applications=catalog(TRACKER, EXTENSION))
        stage.add("birch", {"customer": WAITING["birch"]}, applications=catalog(EXTENSION))
        stage.add("cedar", applications=catalog(TRACKER))
        settings = changed(SETTINGS, **{"the-address-that-imanage-gave-you@example.com": TO})
        keep(folder, **{"tenants.yml": stage.inventory(), "group_vars/imanage_tenants.yml": settings})
        keep(folder, **{"play.yml": PLAY})
        keep(folder / "collections/ansible_collections/community/general", **{"plugins/modules/mail.py": MAIL})
        steps = Steps(folder, stage)
        steps.take("preview", PREVIEW)
        onboard = changed(PREVIEW, preview="onboard").strip()
        steps.take("run", onboard)
        for library in LIBRARIES:
            stage.sandbox.tenant(PERSON).consent(library, f"admin@{PERSON}.example")
        # iManage confirms.
        stage.sandbox.add({**stage.sandbox.tenant("cedar").description, "applications": catalog()})
        today = steps.found["today"] = datetime.datetime.now(datetime.UTC).date()
        for name, day in (("later", today), ("a year later", today - datetime.timedelta(days=366))):
            # The guide is older than this.
            keep(folder, **{"days.yml": changed(DAYS, **{"2026-03-01": str(day), "2026-03-02": str(day)})})
            steps.take(name, f"{onboard} -e @days.yml")
        steps.take("nobody waits", f"{onboard} --limit cedar")
        code, output = shell("ansible-playbook -i tenants.yml -e vaulted_smtp_password=open-sesame play.yml", folder)
        assert code == 0, output
        sent = (folder / "sent.jsonl").read_text(encoding="utf-8").splitlines()
        return {**steps.found, "sent": [json.loads(line) for line in sent]}


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """What each step left, made once."""
    return followed(tmp_path_factory.mktemp("consent"))


def statuses(step, *tenants):
    return [step["rows"][tenant]["status"] for tenant in tenants]


def test_a_preview_knows_only_who_was_told_that_a_person_does_it(steps):
    assert statuses(steps["preview"], ASKS, SILENT, PERSON) == ["onboarded", "onboarded", "awaiting_consent"]


def test_a_run_does_the_applications_and_hands_the_libraries_over(steps):
    assert statuses(steps["run"], ASKS, SILENT, PERSON) == ["awaiting_consent"] * 3
    assert set(steps["run"]["tried"]) == {ASKS}
    for tenant in (ASKS, SILENT, PERSON):
        row = steps["run"]["rows"][tenant]
        assert row["libraries"]["pending"] == LIBRARIES
        handed = [one for one in row["next_steps"] if "Use my credentials & authorize" in one]
        assert len(handed) == len(LIBRARIES)
        assert all(one.startswith("Sign out of Control Center first, or use a private window") for one in handed)
        assert ("could not verify it" in str(row["next_steps"])) == (tenant == SILENT)


def test_the_next_run_verifies_what_it_can_read_and_what_only_the_inventory_says_is_never_onboarded(steps):
    assert statuses(steps["later"], PERSON, SILENT) == ["onboarded", "incomplete"]
    row = steps["later"]["rows"][SILENT]
    assert [(one["library"], one["reason"]) for one in row["remaining"]] == [(name, "stated") for name in LIBRARIES]
    end = str(steps["today"] + datetime.timedelta(days=365))
    assert [(one["until"][:10], one["until_from"]) for one in row["authorizations"]] == [(end, "reckoned")] * 2
    assert "Keep their days in the inventory" not in str(row["next_steps"])


def test_an_end_that_has_passed_is_handed_over_again(steps):
    assert statuses(steps["a year later"], SILENT) == ["awaiting_consent"]
    assert steps["a year later"]["rows"][SILENT]["libraries"]["pending"] == LIBRARIES


def test_one_message_asks_for_all_tenants_that_wait(steps):
    step = steps["preview"]
    assert statuses(step, *WAITING) == ["awaiting_provisioning"] * len(WAITING)
    letter = parsed(step["message"])
    assert (letter["From"], letter["To"], letter["X-Unsent"]) == (FROM, TO, "1")
    assert customers(step["message"]) == list(WAITING.values())
    assert letter.get_content().count(f"Application name: {TRACKER}\r\n") == 1
    assert step["mode"] == 0o600
    for tenant, customer in WAITING.items():
        request = step["rows"][tenant]["provisioning_request"]
        assert (request["application"], request["customer_name"]) == (TRACKER, customer)
        assert request["text"] in step["rows"][tenant]["next_steps"][0]


def test_a_tenant_that_no_longer_waits_is_in_no_message(steps):
    assert customers(steps["later"]["message"]) == [WAITING["acme"], WAITING["birch"]]
    assert steps["nobody waits"]["message"] is None


def test_the_play_sends_the_text_of_each_tenant_that_waits(steps):
    texts = {steps["preview"]["rows"][tenant]["provisioning_request"]["text"] for tenant in ("acme", "birch")}
    assert {one["body"] for one in steps["sent"]} == texts
    for one in steps["sent"]:
        assert (one["sender"], one["to"], one["subject"]) == (FROM, [TO], f"Provisioning of {TRACKER}")
