# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of changes: whole lines from many processes, after half a line too, and no wait without end."""

from __future__ import annotations

import fcntl
import json
import multiprocessing

import pytest
from ansible import constants as C
from ansible_collections.imanage.control_center.plugins.plugin_utils._task import change_record
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.change_record import append, line

WRITE = {"time": "2026-01-01T00:00:00.000+00:00", "user": "ada\n\u2028\u202e", "before": {}, "after": {"Added": True}}


def test_a_line_has_the_tenant_and_the_run_and_no_line_in_it():
    text = line("acme", "run-1", WRITE)
    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text) == {**WRITE, "tenant": "acme", "run_id": "run-1"}
    assert list(json.loads(text))[:2] == ["time", "tenant"]


def test_the_file_is_made_for_its_owner(tmp_path):
    path = tmp_path / "changes"
    append(str(path), "{}\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == "{}\n"


def test_a_line_is_on_the_disk_before_anything_else_is_done(tmp_path, monkeypatch):
    path, seen = tmp_path / "changes", []
    monkeypatch.setattr(change_record.os, "fsync", lambda _file: seen.append(path.read_text()))
    append(str(path), "{}\n")
    assert seen == ["{}\n"]


@pytest.mark.parametrize("there", ["", "{}\n", '{"half', "{}\n{"])
def test_what_is_there_stays_and_half_a_line_is_ended(tmp_path, there):
    path = tmp_path / "changes"
    path.write_text(there)
    path.chmod(0o640)
    append(str(path), '{"a": 1}\n')
    append(str(path), '{"a": 2}\n')
    end = "" if there in ("", "{}\n") else "\n"
    assert path.read_text() == there + end + '{"a": 1}\n{"a": 2}\n'
    assert path.stat().st_mode & 0o777 == 0o640


def many(path, who):
    for number in range(50):
        append(path, json.dumps({"who": who, "number": number, "long": "x" * 20_000}) + "\n", patience=60)


def test_processes_do_not_write_into_one_anothers_lines(tmp_path):
    path = tmp_path / "changes"
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=many, args=(str(path), who)) for who in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = [json.loads(one) for one in path.read_text().splitlines()]
    for who in range(4):
        assert [one["number"] for one in found if one["who"] == who] == list(range(50))


def test_a_lock_that_stays_is_not_waited_for_without_end(tmp_path):
    path = tmp_path / "changes"
    with path.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TimeoutError, match="Another process keeps it locked"):
            append(str(path), "{}\n", patience=0.1)
    assert path.read_text() == ""
    append(str(path), "{}\n")
    assert path.read_text() == "{}\n"


@pytest.mark.parametrize(
    ("enabled", "kept", "missing"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_record_is_missing_where_it_is_enabled_and_not_kept(tmp_path, monkeypatch, enabled, kept, missing):
    monkeypatch.setattr(change_record, "_is_kept", False)
    monkeypatch.setattr(C, "CALLBACKS_ENABLED", ["other", change_record.NAME] if enabled else ["other"])
    if kept:
        change_record.start(str(tmp_path / "changes"))
    assert ("ANSIBLE_LOAD_CALLBACK_PLUGINS=1" in (change_record.record_is_missing() or "")) is missing


def test_a_file_that_cannot_be_written_keeps_no_record(tmp_path, monkeypatch):
    monkeypatch.setattr(change_record, "_is_kept", False)
    with pytest.raises(FileNotFoundError):
        change_record.start(str(tmp_path / "missing" / "changes"))
    assert change_record._is_kept is False
