# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with a refresh token that each sign-in uses up: whole, locked, for its owner, and never in a message."""

from __future__ import annotations

import json
import os
import stat
import threading

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import token_file
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from support.places import CLIENT_ID

INFO = "imanage_tenant_info"


@pytest.fixture
def acme(tenant):
    return tenant(answers={"refresh": "rotates"})


@pytest.fixture
def kept(acme, tmp_path):
    """The file with the token of a tenant whose tokens are used up."""
    file = tmp_path / "token"
    file.write_text(f"{acme.name}-admin-refresh\n")
    return file


def by_file(acme, file, **options):
    return {"url": acme.url, "client_id": CLIENT_ID, "refresh_token_file": str(file), "by": "nothing", **options}


@pytest.mark.parametrize("check", [False, True])
def test_a_new_token_takes_the_place_of_the_one_that_is_used_up(acme, kept, check):
    os.chmod(kept, 0o644)
    for _turn in range(3):
        before = kept.read_text()
        result = acme.run(INFO, check=check, **by_file(acme, kept))
        assert result["tenant"]["user"] == acme.admin
        assert kept.read_text() != before
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert "warnings" not in result
        text = json.dumps(result)
        assert before.strip() not in text
        assert kept.read_text().strip() not in text
    assert [one.name for one in kept.parent.iterdir()] == ["token"]


def test_the_new_token_is_kept_before_any_other_call(acme, kept):
    acme.fault("status", "discover", status=400)
    before = kept.read_text()
    assert acme.run(INFO, **by_file(acme, kept))["failed"]
    assert kept.read_text() != before
    acme.mend()
    assert "tenant" in acme.run(INFO, **by_file(acme, kept))


def test_a_link_stays_a_link(acme, kept, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(kept)
    before = kept.read_text()
    assert "tenant" in acme.run(INFO, **by_file(acme, link))
    assert link.is_symlink()
    assert kept.read_text() != before


def test_a_token_that_stays_is_not_written_again(tenant, tmp_path):
    acme, file = tenant(), tmp_path / "token"
    file.write_text(f"{acme.name}-admin-refresh")
    assert "tenant" in acme.run(INFO, **by_file(acme, file))
    assert file.read_text() == f"{acme.name}-admin-refresh"


def test_without_a_file_a_new_token_is_a_warning(acme):
    given = {"refresh_token": f"{acme.name}-admin-refresh", "client_id": CLIENT_ID, "url": acme.url}
    first = acme.run(INFO, by="nothing", **given)
    assert ["may be used up" in one for one in first["warnings"]] == [True]
    assert acme.run(INFO, by="nothing", **given)["failure"]["kind"] == "sign_in"


def test_tasks_at_once_take_turns(acme, kept):
    ended = []

    def go():
        ended.append(acme.run(INFO, **by_file(acme, kept)).get("failed", False))

    threads = [threading.Thread(target=go) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [False] * 6


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"one two", "does not contain exactly one token"),
        (b"one\ntwo\n", "does not contain exactly one token"),
        (b"\xff\xfe", "is not text"),
        (
            b"$ANSIBLE_VAULT;1.1;AES256\n3132\n",
            "is encrypted by ansible-vault, so a new token could not be written to it",
        ),
    ],
)
def test_a_file_without_a_token_is_said_in_one_sentence(acme, tmp_path, content, words):
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    result = acme.run(INFO, **by_file(acme, file))
    assert result["failure"]["kind"] == "bad_option"
    assert f"of refresh_token_file {words}." in result["msg"]
    assert "two" not in result["msg"]
    assert acme.calls == []


def test_a_token_that_could_not_be_kept_is_not_used(acme, kept, monkeypatch):
    # Root may write everywhere, so the answer of the system is given here.
    monkeypatch.setattr(token_file.os, "access", lambda folder, mode: (folder, mode) != (str(kept.parent), os.W_OK))
    result = acme.run(INFO, **by_file(acme, kept))
    assert "in a folder that is not writable" in result["msg"]
    assert acme.calls == []


def test_what_cannot_be_kept_says_that_the_old_one_may_be_used_up(kept, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(token_file.os, "fsync", full)
    with token_file.locked(str(kept), 1) as file, pytest.raises(Failure) as caught:
        file.replace("another")
    assert "cannot be written: No space left on device. The token in it may be used up" in caught.value.what
    assert "another" not in caught.value.what
    assert [one.name for one in kept.parent.iterdir()] == ["token"]


def test_a_token_and_a_file_are_one_too_many(acme, kept):
    result = acme.run(INFO, **by_file(acme, kept, refresh_token="t0ken"))
    assert result["failure"]["kind"] == "bad_option"
    assert "refresh_token and refresh_token_file are both given" in result["msg"]


@pytest.mark.parametrize(
    "odd",
    [
        {"scope": ["admin"]},
        {"access_token": "not a header's"},
        {"access_token": None},
    ],
)
def test_a_new_token_is_kept_whatever_else_the_reply_has(acme, kept, odd):
    body = {"access_token": "t0ken", "refresh_token": "a-new-one", **odd}
    acme.fault("shape", "requestToken", body=body, times=1)
    acme.run(INFO, **by_file(acme, kept))
    assert kept.read_text().strip() == "a-new-one"


def test_a_file_with_another_name_too_is_refused(acme, kept, tmp_path):
    os.link(kept, tmp_path / "other")
    result = acme.run(INFO, **by_file(acme, kept))
    assert "has a second name" in result["msg"]
    assert acme.calls == []


def test_a_folder_or_an_invalid_name_is_refused(acme, tmp_path):
    for path in (tmp_path, f"{tmp_path}/\0"):
        assert acme.run(INFO, **by_file(acme, path))["failure"]["kind"] == "bad_option"


def test_a_lock_that_lasts_is_not_waited_for_without_end(acme, kept):
    with token_file.locked(str(kept), 1):
        result = acme.run(INFO, **by_file(acme, kept, retry_timeout=1))
    assert "another task has locked it" in result["msg"]
    assert acme.calls == []


def test_a_token_that_the_server_repeats_is_hidden(acme, kept):
    token = kept.read_text().strip()
    error = {"error": "invalid_grant", "error_description": f"{token} has ended."}
    acme.fault("status", "requestToken", status=400, body=error)
    result = acme.run(INFO, **by_file(acme, kept))
    assert result["failure"]["kind"] == "sign_in"
    assert "has ended." in result["msg"]
    assert token not in json.dumps(result)
