# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the record takes from the results of tasks, and what it says of those that it cannot record."""

from __future__ import annotations

import fcntl
import json
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.loader import callback_loader
from ansible_collections.imanage.control_center.plugins.plugin_utils._task import change_record

COLLECTION = "imanage.control_center"
OPERATIONS = ("updateApp", "writeTokenPolicy", "authorizeLibrary")


@pytest.fixture
def record(tmp_path, monkeypatch):
    """The callback of a run that has started; its warnings, and the operations in its file."""
    path = tmp_path / "changes"
    monkeypatch.setenv("IMANAGE_CHANGE_RECORD_PATH", str(path))
    monkeypatch.setattr(change_record, "_is_kept", False)
    callback = callback_loader.get(change_record.NAME)
    callback.set_options()
    callback.set_play_context(None)
    warnings = []
    monkeypatch.setattr(callback._display, "warning", warnings.append)
    return SimpleNamespace(
        callback=callback,
        path=path,
        warnings=warnings,
        lines=lambda: [json.loads(one) for one in path.read_text().splitlines()],
        operations=lambda: [json.loads(one)["operation"] for one in path.read_text().splitlines()],
    )


def write(operation="updateApp", outcome="done"):
    """A row as tasks return it."""
    return {"time": "2026-03-02T08:15:04.318+00:00", "operation": operation, "outcome": outcome, "ids": {"app_id": "a"}}


def result(found, action=f"{COLLECTION}.imanage_application", check_mode=False):
    """What a callback is given."""
    return SimpleNamespace(
        _host=SimpleNamespace(get_name=lambda: "acme"),
        _task=SimpleNamespace(action=action, get_name=lambda: "Add it"),
        _result=found,
        _task_fields={"check_mode": check_mode},
    )


@pytest.mark.parametrize(
    "event", ["v2_runner_on_ok", "v2_runner_on_failed", "v2_runner_on_unreachable", "v2_runner_retry"]
)
def test_each_write_of_a_task_and_of_its_loop_has_a_line(record, event):
    first, second, third = OPERATIONS
    getattr(record.callback, event)(result({"changed": True, "writes": [write(first), write(second, "refused")]}))
    items = [{"writes": [write(third, "unknown")]}, {"skipped": True}, {"writes": []}, {"writes": [write(first)]}]
    getattr(record.callback, event)(result({"changed": True, "results": items}))
    assert record.operations() == [first, second, third, first]
    assert record.warnings == []


def test_a_line_has_the_keys_of_the_write_and_whose_it_is(record):
    record.callback.v2_runner_on_ok(result({"writes": [write()]}))
    (line,) = record.lines()
    assert line == {**write(), "tenant": "acme", "run_id": line["run_id"]}


@pytest.mark.parametrize(
    ("action", "found"),
    [
        ("imanage_application", {"changed": True, "writes": [write(outcome="planned")]}),
        ("imanage_application", {"changed": False, "writes": []}),
        ("imanage_application", {"changed": False, "failed": True, "msg": "It is not a number."}),
        ("ansible.builtin.debug", {"writes": [write()]}),
        ("ansible.builtin.dnf", {"changed": True, "results": ["installed"]}),
        ("ansible.builtin.async_status", {"changed": False, "ansible_job_id": "j1.2"}),
    ],
)
def test_a_result_without_writes_has_no_line(record, action, found):
    record.callback.v2_runner_on_failed(result(found, action))
    assert record.lines() == []
    assert record.warnings == []


def test_a_task_in_the_background_is_recorded_when_its_result_is_read(record):
    record.callback.v2_runner_on_ok(result({"changed": True, "ansible_job_id": "j1.2"}))
    assert "only when async_status reads its result" in record.warnings[0]
    found = {"changed": True, "ansible_job_id": "j1.2", "finished": 1, "writes": [write()]}
    record.callback.v2_runner_on_ok(result(found, "ansible.builtin.async_status"))
    assert record.operations() == ["updateApp"]
    assert len(record.warnings) == 1


def test_a_task_whose_result_is_hidden_is_a_warning(record):
    hidden = {"censored": "the output has been hidden", "changed": True}
    record.callback.v2_runner_on_ok(result(hidden))
    record.callback.v2_runner_on_ok(result({"changed": True, "results": [hidden, {"writes": [write()]}]}))
    record.callback.v2_runner_on_failed(result({"censored": "the output has been hidden"}))
    assert (
        record.warnings == ["The writes of the task 'Add it' are not in the record of changes: no_log hides them."] * 3
    )
    assert record.operations() == ["updateApp"]


def test_a_hidden_result_of_a_task_that_wrote_nothing_gives_no_warning(record):
    record.callback.v2_runner_on_ok(result({"censored": "the output has been hidden", "changed": False}))
    record.callback.v2_runner_on_ok(
        result({"censored": "the output has been hidden", "changed": True}, check_mode=True)
    )
    assert record.warnings == []


def test_a_write_that_cannot_be_recorded_is_a_warning_that_names_it(record):
    record.path.unlink()
    record.path.mkdir()
    record.callback.v2_runner_on_ok(result({"writes": [write(one) for one in OPERATIONS]}))
    assert [one.partition(f": {record.path}: ")[0] for one in record.warnings] == [
        f"acme: {one} (done) is not in the record of changes" for one in OPERATIONS
    ]


def test_somebody_elses_lock_is_waited_for_once(record, monkeypatch):
    monkeypatch.setattr(record.callback, "_patience", 0.3)
    with record.path.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        record.callback.v2_runner_on_ok(result({"writes": [write()]}))
    assert "acme: updateApp (done) is not in the record of changes" in record.warnings[0]
    assert "Another process keeps it locked." in record.warnings[0]
    assert record.callback._patience == change_record.LITTLE_PATIENCE
    record.callback.v2_runner_on_ok(result({"writes": [write()]}))
    assert record.operations() == ["updateApp"]


def test_a_play_does_not_start_without_its_record(record):
    record.path.unlink()
    record.path.mkdir()
    with pytest.raises(AnsibleError, match=r"The record of changes cannot be written: .*changes: Is a directory"):
        record.callback.set_play_context(None)
