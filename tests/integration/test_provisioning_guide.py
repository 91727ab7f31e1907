# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide for tenants that wait for iManage: its settings and commands as they stand, and a real mail server."""

from __future__ import annotations

import email
import email.policy
import json
import re
import shlex
from pathlib import Path

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils import _secrets
from playbooks_support import Stage, catalog, keep, once, shell
from support.authority import Authority
from support.guides import Guide, changed
from support.places import EXTENSION, TRACKER
from support.post import PASSWORD, USERNAME, Post

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/provisioning.md")
BY_HAND, BY_MAIL = GUIDE.yaml
PREVIEW, TOGETHER, ENCRYPT, ONBOARD, SEND_AGAIN = GUIDE.commands
(ASKED,) = re.findall(r"^> (.*)$", GUIDE.text, re.MULTILINE)
FROM, TO = "it@acme.example", "onboarding@imanage.example"
WAITING = {"acme": "Acme LLP", "birch": "Birch & Söhne", "cedar": "cedar"}
TOUCHED = "touched-by-a-template"
TEMPLATE = "{{ lookup('pipe', 'touch " + TOUCHED + "') }}"


def settings(folder, stage, text):
    """Keep the settings of the guide where it says."""
    text = changed(text, **{"the-address-that-imanage-gave-you@example.com": TO})
    keep(folder, **{"tenants.yml": stage.inventory(), "group_vars/imanage_tenants.yml": text})


def with_server(folder, post, authority, encrypted):
    """The settings of the guide for the server of the test, with what encrypt_string printed."""
    (placeholder,) = re.findall(r"  smtp_password: !vault \|\n(?:    .*\n)+", BY_MAIL)
    server = f"smtp_server: 127.0.0.1\n  smtp_port: {post.port}\n  smtp_ca_path: {authority.file}"
    words = {
        placeholder: "".join(f"  {line}\n" for line in encrypted.splitlines()),
        "smtp_server: smtp.acme.example": server,
        "smtp_username: it@acme.example": f"smtp_username: {USERNAME}",
        "/var/lib/onboarding/sent": str(folder / "sent"),
    }
    return changed(BY_MAIL, **words)


class Steps:
    """Runs commands in a folder, and keeps how each ended and what there was then."""

    def __init__(self, folder, post):
        self.folder, self.post, self.found = folder, post, {}

    def take(self, name, command, report="waiting"):
        """One step, under a name."""
        code, output = shell(command, self.folder)
        drafts, rows = self.folder / report / "provisioning-requests", self.folder / report / "report.json"
        self.found[name] = {
            "code": code,
            "output": output,
            "drafts": {path.name: path.read_bytes() for path in drafts.iterdir()} if drafts.exists() else None,
            "modes": {path.name: path.stat().st_mode & 0o777 for path in [drafts, *drafts.glob("*")] if path.exists()},
            "report": {row["tenant"]: row for row in json.loads(rows.read_text())} if rows.exists() else {},
            "taken": len(self.post.taken),
        }
        return output


def merge(steps, name, **request):
    """A merge of a report that somebody has put other words into."""
    rows = json.loads((steps.folder / "waiting" / "report.json").read_text(encoding="utf-8"))
    (acme,) = [row for row in rows if row["tenant"] == "acme"]
    acme["provisioning_request"].update(sent_at=None, **request)
    (steps.folder / f"{name}.json").write_text(json.dumps([{**acme, "tenant": "../acme"}]), encoding="utf-8")
    reports = json.dumps({"imanage_reports": [f"{name}.json"]})
    merging = f"ansible-playbook imanage.control_center.merge_reports -e imanage_report={name} -e '{reports}'"
    steps.take(name, merging, report=name)


def followed(folder):
    """What each step left."""
    authority = Authority(folder / "authority")
    with Stage(folder / "stage") as stage, Post(authority.certificate("127.0.0.1"), signs_in=True) as post:
        stage.add("acme", {"customer": WAITING["acme"]}, applications=catalog(TRACKER, EXTENSION))
        stage.add("birch", {"customer": WAITING["birch"]}, applications=catalog(EXTENSION))
        stage.add("cedar", applications=catalog(TRACKER))
        (folder / "vault-password").write_text("open sesame\n", encoding="utf-8")
        steps = Steps(folder, post)
        settings(folder, stage, BY_HAND)
        steps.take("preview", PREVIEW)
        steps.take("together", TOGETHER)
        steps.take("audit", changed(PREVIEW, preview="audit"))
        # iManage confirms.
        stage.sandbox.add({**stage.sandbox.tenant("cedar").description, "applications": catalog()})
        steps.take("provisioned", changed(PREVIEW, preview="onboard"))
        steps.take("nobody waits", f"{changed(PREVIEW, waiting='nobody').strip()} --limit cedar", report="nobody")

        printed = steps.take("encrypt", f"printf %s {shlex.quote(PASSWORD)} | {ENCRYPT.strip()} 2>/dev/null")
        settings(folder, stage, with_server(folder, post, authority, printed))
        steps.take("check", f"{ONBOARD.strip()} --check")
        steps.take("sent", f"{ONBOARD.strip()} -vvv --diff")
        steps.take("again", ONBOARD)
        assert shell(changed(SEND_AGAIN, **{"/var/lib/onboarding/sent/101-": f"{folder}/sent/1000-"}), folder)[0] == 0
        steps.take("once more", ONBOARD)

        merge(steps, "template", customer_name=TEMPLATE)
        merge(steps, "head", customer_name="Acme\nBcc: thief@b.example")
        steps.found["letters"] = [envelope.content for envelope in post.taken]
        steps.found["accounts"] = set(post.accounts)
        kept = [path for path in folder.rglob("*") if path.is_file()]
        steps.found["files"] = {str(path.relative_to(folder)): path.read_bytes().decode("latin-1") for path in kept}
    return steps.found


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """What each step left, made once."""
    return once(tmp_path_factory, "provisioning_guide", lambda: followed(tmp_path_factory.mktemp("guide")))


def parsed(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def customers(content):
    return re.findall(r"^Customer name: (.*?)\r?$", parsed(content).get_content(), re.MULTILINE)


def statuses(step):
    return {name: row["status"] for name, row in step["report"].items()}


# -- drafts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["preview", "audit"])
def test_every_tenant_that_waits_has_a_draft(steps, name):
    step = steps[name]
    assert step["code"] == 0, step["output"]
    assert set(statuses(step).values()) == {"awaiting_provisioning"}
    assert sorted(step["drafts"]) == [f"{tenant}.eml" for tenant in WAITING]
    for tenant, customer in WAITING.items():
        letter = parsed(step["drafts"][f"{tenant}.eml"])
        assert (letter["From"], letter["To"], letter["X-Unsent"]) == (FROM, TO, "1")
        assert letter["Subject"] == f"Provisioning of {TRACKER} for {customer}"
        assert customers(step["drafts"][f"{tenant}.eml"]) == [customer]


def test_a_draft_has_the_words_of_the_next_step(steps):
    for tenant, row in steps["preview"]["report"].items():
        text = parsed(steps["preview"]["drafts"][f"{tenant}.eml"]).get_content().replace("\r\n", "\n")
        assert row["provisioning_request"]["text"].endswith(f"\n\n{text}")
        assert row["provisioning_request"]["text"] in row["next_steps"][0]
        assert row["provisioning_request"]["sent_at"] is None


def test_the_drafts_are_the_same_from_run_to_run_and_for_their_owner_alone(steps):
    assert steps["preview"]["drafts"] == steps["audit"]["drafts"]
    for name in ("preview", "together", "audit"):
        modes = steps[name]["modes"]
        assert modes.pop("provisioning-requests") == 0o700
        assert set(modes.values()) == {0o600}


def test_together_is_one_draft_instead_of_the_others(steps):
    step = steps["together"]
    assert step["code"] == 0, step["output"]
    assert list(step["drafts"]) == ["iManage-Tracker.eml"]
    assert customers(step["drafts"]["iManage-Tracker.eml"]) == list(WAITING.values())


def test_a_tenant_that_waits_no_more_has_no_draft_any_more(steps):
    step = steps["provisioned"]
    assert step["code"] == 0, step["output"]
    assert statuses(step) == {**dict.fromkeys(WAITING, "awaiting_provisioning"), "cedar": "onboarded"}
    assert step["report"]["cedar"]["provisioning_request"] is None
    assert sorted(step["drafts"]) == ["acme.eml", "birch.eml"]


def test_where_nobody_waits_there_is_no_folder(steps):
    step = steps["nobody waits"]
    assert statuses(step) == {"cedar": "onboarded"}
    assert step["drafts"] is None


# -- sent by the run ------------------------------------------------------------------------------------------------


def test_a_check_leaves_drafts_and_sends_nothing(steps):
    step = steps["check"]
    assert step["code"] == 0, step["output"]
    assert sorted(step["drafts"]) == ["acme.eml", "birch.eml"]
    assert f"The run asks {TO} for it" in step["report"]["acme"]["next_steps"][0]
    assert step["taken"] == 0


def test_the_run_sends_what_the_draft_said_with_a_password_of_the_vault(steps):
    step = steps["sent"]
    assert step["code"] == 0, step["output"]
    assert steps["accounts"] == {(USERNAME, PASSWORD)}
    assert step["taken"] == 2
    letters = {customers(content)[0]: parsed(content) for content in steps["letters"]}
    for tenant in ("acme", "birch"):
        draft, letter = parsed(steps["check"]["drafts"][f"{tenant}.eml"]), letters[WAITING[tenant]]
        assert [letter[name].strip() for name in ("From", "To", "Subject")] == [
            draft[name] for name in ("From", "To", "Subject")
        ]
        assert letter.get_content() == draft.get_content()
        assert letter["X-Unsent"] is None
        assert step["report"][tenant]["provisioning_request"]["sent_at"]


def test_what_was_sent_has_no_draft(steps):
    for name in ("sent", "again", "once more"):
        assert steps[name]["drafts"] == {}, name


def test_the_next_run_sends_nothing_and_says_when_it_was_asked(steps):
    step = steps["again"]
    assert step["taken"] == 2
    for tenant in ("acme", "birch"):
        request = step["report"][tenant]["provisioning_request"]
        assert request == steps["sent"]["report"][tenant]["provisioning_request"]
        assert ASKED.replace("2026-03-01T09:30:00Z", request["sent_at"]) in step["report"][tenant]["next_steps"][0]
        assert not step["report"][tenant]["changed"]


def test_it_is_sent_again_to_the_one_whose_file_was_removed(steps):
    assert steps["once more"]["taken"] == 3
    assert customers(steps["letters"][-1]) == [WAITING["acme"]]


def test_the_password_is_nowhere(steps):
    texts = {name: step["output"] for name, step in steps.items() if isinstance(step, dict) and "output" in step}
    assert "task path: " in texts["sent"], "it was asked to show much"
    for form in _secrets.forms([PASSWORD]):
        assert [name for name, text in {**texts, **steps["files"]}.items() if form in text] == []
    asked = steps["sent"]["report"]["acme"]["provisioning_request"]
    assert set(asked) == {"application", "customer_name", "from", "to", "sent_at", "text"}


# -- reports of others ----------------------------------------------------------------------------------------------


def test_a_merged_report_has_the_drafts_too_and_its_words_are_no_templates(steps):
    step = steps["template"]
    assert step["code"] == 0, step["output"]
    assert list(step["drafts"]) == ["acme.eml"]
    assert customers(step["drafts"]["acme.eml"]) == [TEMPLATE]
    assert [name for name in steps["files"] if Path(name).name == TOUCHED] == []


def test_a_merged_report_puts_nothing_into_the_head_of_a_draft(steps):
    step = steps["head"]
    assert step["code"] == 2
    assert "still to be sent: provisioning_request: customer_name 'Acme" in step["output"]
    assert (step["drafts"], list(step["report"])) == (None, ["../acme"])
