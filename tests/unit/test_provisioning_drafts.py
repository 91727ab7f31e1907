# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drafts of requests: what is in them, for whom there is one, how they are named, and the folder that has them."""

from __future__ import annotations

import email
import email.policy
import os
import random
import stat

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.plugin_utils import _drafts_folder
from ansible_collections.imanage.control_center.plugins.plugin_utils._provisioning_drafts import SUFFIX, drafts
from support.plays import play

TRACKER = "iManage Tracker"


def waiting(tenant, **request):
    """The result fact of a tenant that waits for iManage, as far as it matters here."""
    asked = {
        "application": TRACKER,
        "customer_name": f"{tenant} LLP",
        "from": "it@acme.example",
        "to": "onboarding@imanage.example",
        "sent_at": None,
        **request,
    }
    return {"tenant": tenant, "status": "awaiting_provisioning", "provisioning_request": asked}


def parsed(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def body(content):
    return parsed(content).get_content().replace("\r\n", "\n")


def the_one(files):
    (content,) = files.values()
    return content


# -- what is in them ------------------------------------------------------------------------------------------------


def test_a_draft_is_a_message_to_be_sent():
    content = the_one(drafts([waiting("acme", customer_name="Śliwiński & Söhne")], together=False))
    letter = parsed(content)
    assert not letter.defects
    assert (letter["From"], letter["To"]) == ("it@acme.example", "onboarding@imanage.example")
    assert letter["Subject"] == "Provisioning of iManage Tracker for Śliwiński & Söhne"
    assert letter["X-Unsent"] == "1"
    assert {"Date", "Message-ID"}.isdisjoint(letter.keys())
    assert body(content) == (
        "Please ensure that the following application is provisioned for our account.\n\n"
        "Customer name: Śliwiński & Söhne\n"
        "Application name: iManage Tracker\n"
    )


def test_the_file_is_as_the_standard_for_messages_wants_it():
    content = the_one(drafts([waiting("acme", customer_name="株式会社アクメ法律事務所" * 9)], together=False))
    assert content.isascii()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(map(len, content.splitlines())) < 200


@pytest.mark.parametrize("missing", [{"from"}, {"to"}, {"from", "to"}])
@pytest.mark.parametrize("together", [False, True])
def test_who_is_not_given_is_not_invented(missing, together):
    content = the_one(drafts([waiting("acme", **dict.fromkeys(missing))], together))
    assert {name for name in ("from", "to") if parsed(content)[name] is None} == missing
    assert "Customer name: acme LLP\n" in body(content)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\0", " =?utf-8?q?=0D=0A"])
@pytest.mark.parametrize("field", ["customer_name", "from", "to", "application"])
@pytest.mark.parametrize("together", [False, True])
def test_nothing_can_be_put_into_the_head(line_break, field, together):
    """A report that is merged may have been written by anybody."""
    hostile = waiting("acme", **{field: f"Acme{line_break}Bcc: thief@b.example"})
    with pytest.raises(Failure) as caught:
        drafts([waiting("birch"), hostile], together)
    assert caught.value.kind == "bad_option"


def test_the_name_of_a_tenant_stands_in_for_that_of_its_customer():
    assert "Customer name: acme\n" in body(drafts([waiting("acme", customer_name="")], False)["acme.eml"])


def test_the_same_requests_make_the_same_files():
    results = [waiting(name) for name in ("acme", "birch")]
    for together in (False, True):
        assert drafts(results, together) == drafts(results, together)


# -- for whom there is one ------------------------------------------------------------------------------------------


def test_only_who_waits_and_was_not_asked_for_has_one():
    results = [
        waiting("acme"),
        waiting("asked", sent_at="2026-03-01T09:30:00Z"),
        {"tenant": "onboarded", "provisioning_request": None},
        {"tenant": "of_an_older_report"},
    ]
    assert list(drafts(results, together=False)) == ["acme.eml"]
    content = the_one(drafts(results, together=True))
    assert body(content).count("Customer name: ") == 1
    assert drafts([], together=False) == drafts(results[1:], together=True) == {}


def test_together_they_are_one_message_with_every_customer():
    files = drafts([waiting(name) for name in ("acme", "birch", "cedar")], together=True)
    assert list(files) == ["iManage-Tracker.eml"]
    assert parsed(files["iManage-Tracker.eml"])["Subject"] == "Provisioning of iManage Tracker for 3 customers"
    assert body(files["iManage-Tracker.eml"]) == (
        "Please ensure that the following application is provisioned for these accounts.\n\n"
        "Customer name: acme LLP\n"
        "Customer name: birch LLP\n"
        "Customer name: cedar LLP\n"
        "Application name: iManage Tracker\n"
    )


def test_one_alone_is_no_crowd():
    alone = the_one(drafts([waiting("acme")], together=True))
    apart = the_one(drafts([waiting("acme")], together=False))
    assert alone == apart


@pytest.mark.parametrize(
    "other", [{"from": "it@birch.example"}, {"to": "else@imanage.example"}, {"application": "Drive"}, {"from": None}]
)
def test_together_are_only_those_who_ask_the_same_of_the_same(other):
    files = drafts([waiting("acme"), waiting("birch", **other), waiting("cedar")], together=True)
    assert [body(content).count("Customer name: ") for content in files.values()] == [2, 1]
    heads = [(parsed(one)["From"], parsed(one)["To"]) for one in files.values()]
    assert len({*heads, *files}) == len(set(heads)) + 2


def test_a_tenant_that_is_in_two_reports_asks_once():
    for together in (False, True):
        content = the_one(drafts([waiting("acme"), waiting("acme")], together))
        assert body(content).count("Customer name: ") == 1


# -- how they are named ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tenant", "name"),
    [
        ("acme", "acme.eml"),
        ("Acme & Söhne (UK)", "Acme-Söhne-UK.eml"),
        ("acme.example.com", "acme.example.com.eml"),
        ("../../etc/passwd", "etc-passwd.eml"),
        ("..", "tenant.eml"),
        ("/", "tenant.eml"),
        (".hidden", "hidden.eml"),
        ("-rf", "rf.eml"),
        ("a\\b:c*d?e|f<g>h\"i'j", "a-b-c-d-e-f-g-h-i-j.eml"),
        ("a\nb\0c\x7fd\u202ee\ud800f", "a-b-c-d-e-f.eml"),
        ("株式会社", "株式会社.eml"),
        ("So\u0308hne", "Söhne.eml"),
        ("𠀀" * 300, "𠀀" * 50 + ".eml"),
        ("acme.eml", "acme.eml.eml"),
    ],
)
def test_a_file_is_named_after_its_tenant_safely(tenant, name):
    assert list(drafts([waiting(tenant, customer_name="Acme")], together=False)) == [name]


def test_the_name_of_an_application_is_made_safe_too():
    assert list(drafts([waiting("acme", application="../a/b")], together=True)) == ["a-b.eml"]


def test_no_two_tenants_share_a_file():
    tenants = ["a b", "a/b", "A-B", "a-b-2", "a-b-3", "x" * 50 + "1", "x" * 50 + "2", "..", "/", "tenant"]
    for seed in range(20):
        random.Random(seed).shuffle(tenants)
        files = drafts([waiting(tenant, customer_name=f"<{tenant}>") for tenant in tenants], together=False)
        assert len({name.casefold() for name in files}) == len(tenants)
        named = [body(content).partition("<")[2].partition(">")[0] for content in files.values()]
        assert named == tenants
        for name in files:
            assert len(os.fsencode(name)) < 256


# -- the folder -----------------------------------------------------------------------------------------------------


def kept(folder, files):
    """What had to be done to bring the folder there."""
    what = _drafts_folder.difference(folder, files, SUFFIX)
    _drafts_folder.carry_out(folder, files, what)
    return what


def test_the_folder_has_the_files_of_this_run_alone(tmp_path):
    folder = tmp_path / "report" / "requests"
    assert kept(folder, {}) == ([], [])
    assert not folder.exists(), "nobody waits"
    assert kept(folder, {"acme.eml": b"1\r\n", "birch.eml": b"2"}) == (["acme.eml", "birch.eml"], [])
    assert kept(folder, {"acme.eml": b"1\r\n", "birch.eml": b"2"}) == ([], [])
    assert kept(folder, {"birch.eml": b"3", "cedar.eml": b"4"}) == (["birch.eml", "cedar.eml"], ["acme.eml"])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"birch.eml": b"3", "cedar.eml": b"4"}
    assert kept(folder, {}) == ([], ["birch.eml", "cedar.eml"])
    assert list(folder.iterdir()) == []


def test_what_is_no_message_stays(tmp_path):
    for name in ("notes.txt", "eml", ".eml.swp"):
        (tmp_path / name).touch()
    (tmp_path / "below.eml").mkdir()
    (tmp_path / "below.eml" / "other.eml").touch()
    assert kept(tmp_path, {}) == ([], [])
    assert (tmp_path / "below.eml" / "other.eml").exists()


def test_the_files_are_for_their_owner_alone_whatever_was_there(tmp_path):
    folder = tmp_path / "requests"
    before = os.umask(0)
    try:
        kept(folder, {"acme.eml": b"1"})
        (folder / "acme.eml").chmod(0o666)
        kept(folder, {"acme.eml": b"2"})
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "acme.eml").stat().st_mode) == 0o600


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"precious")
    folder = tmp_path / "requests"
    folder.mkdir()
    for name in ("acme.eml", "birch.eml"):
        (folder / name).symlink_to(tmp_path / "elsewhere")
    kept(folder, {"acme.eml": b"1"})
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"
    assert [path.name for path in folder.iterdir()] == ["acme.eml"]
    assert not (folder / "acme.eml").is_symlink()


def test_a_folder_that_cannot_be_one_is_a_bad_option(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match="File exists") as caught:
        kept(tmp_path / "file", {"acme.eml": b"1"})
    assert caught.value.kind == "bad_option"
    assert str(tmp_path / "file") in caught.value.what


def test_a_draft_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "acme.eml").mkdir()
    with pytest.raises(Failure, match="directory"):
        kept(tmp_path, {"acme.eml": b"1"})
    assert [path.name for path in tmp_path.iterdir()] == ["acme.eml"]


# -- the task -------------------------------------------------------------------------------------------------------


def test_the_task_shows_in_check_mode_what_it_would_do(tmp_path):
    folder = tmp_path / "requests"
    folder.mkdir()
    (folder / "old.eml").touch()
    name, options = "imanage.control_center.provisioning_drafts", {"results": [waiting("acme")], "path": str(folder)}
    tasks = [
        {"name": "check", name: options, "check_mode": True},
        {"name": "look", "ansible.builtin.command": f"ls {folder}"},
        {"name": "run", name: options},
        {"name": "again", name: options},
        {"name": "mistake", name: {**options, "togther": True}, "ignore_errors": True},
        {"name": "no room", name: {**options, "path": str(folder / "acme.eml")}, "ignore_errors": True},
    ]
    played = play(tmp_path, [{"tasks": tasks}], {"here": {}})
    found = {task: result for _host, task, result in played.results}
    assert found["look"]["stdout"] == "old.eml"
    for task, changed, removed in (("check", True, ["old.eml"]), ("run", True, ["old.eml"]), ("again", False, [])):
        assert (found[task]["changed"], found[task]["drafts"], found[task]["removed"]) == (
            changed,
            ["acme.eml"],
            removed,
        ), task
    assert "togther" in found["mistake"]["msg"]
    assert "cannot be kept in" in found["no room"]["msg"]
    assert parsed((folder / "acme.eml").read_bytes())["X-Unsent"] == "1"
