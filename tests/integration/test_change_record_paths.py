# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of changes on both paths of a task: the same lines, the same results, and nothing done without it."""

from __future__ import annotations

import json

import pytest
from support.places import EXTENSION, TRACKER
from support.plays import play
from support.tasks import COLLECTION

pytestmark = pytest.mark.sweep

HERE, THERE = "here", "there"
TASKS = (
    {f"{COLLECTION}.imanage_application": {"name": TRACKER}},
    {f"{COLLECTION}.imanage_application": {"name": EXTENSION}},
    {f"{COLLECTION}.imanage_app_auth": {"name": EXTENSION, "allow_refresh_token": True}},
    {f"{COLLECTION}.imanage_library_authorization": {"libraries": ["ACTIVE"]}},
    {f"{COLLECTION}.imanage_library_authorization_info": {}},
    {f"{COLLECTION}.imanage_application": {"name": "iManage Drive", "enabled": False}},
)
OPERATIONS = ["updateApp", "updateApp", "writeTokenPolicy", "authorizeLibrary", "updateApp"]


def recorded(folder, places, *arguments, tasks=TASKS, path="changes", **more):
    """Play the tasks on two tenants, one for each path, with a record; what was played, and its lines by tenant."""
    homes = {HERE: places.add(), THERE: places.add()}
    for acme in homes.values():
        acme.fault("status", "updateApp", status=409, skip=2)
    hosts = {way: {"options": acme.options()} for way, acme in homes.items()}
    hosts[THERE]["extra"] = {"SOME_VARIABLE": "some value"}
    hosts[HERE]["extra"] = {}
    played = play(
        folder,
        [
            {
                "module_defaults": {f"group/{COLLECTION}.all": "{{ options }}"},
                "environment": "{{ extra }}",
                "ignore_errors": True,
                "tasks": [{"name": f"task {number}", **one, **more} for number, one in enumerate(tasks)],
            }
        ],
        hosts,
        *arguments,
        environment={
            "ANSIBLE_CALLBACKS_ENABLED": f"whole_results,{COLLECTION}.change_record",
            "IMANAGE_CHANGE_RECORD_PATH": path,
        },
    )
    file = folder / path
    lines = [json.loads(one) for one in file.read_text().splitlines()] if file.exists() else []
    return played, homes, {way: [one for one in lines if one["tenant"] == way] for way in homes}


def test_both_paths_record_the_writes_that_their_tasks_return(tmp_path, places):
    played, homes, lines = recorded(tmp_path, places, "-vvv")
    assert played.processes(HERE) == 0
    assert played.processes(THERE) > 0

    def plain(way):
        kept = ("operation", "outcome", "ids", "before", "after", "body", "user")
        text = json.dumps([{key: one[key] for key in kept} for one in lines[way]])
        return json.loads(text.replace(homes[way].name, "TENANT"))

    assert plain(HERE) == plain(THERE)
    assert [one["operation"] for one in lines[HERE]] == OPERATIONS
    assert [one["outcome"] for one in lines[HERE]] == ["done"] * 4 + ["refused"]
    assert lines[THERE][-1]["failure"]["kind"] == "conflict"
    for way in homes:
        returned = [row for number in (0, 1, 2, 3, 5) for row in played.result(way, f"task {number}")["writes"]]
        assert [{**row, "tenant": way, "run_id": lines[way][0]["run_id"]} for row in returned] == lines[way]


def test_a_preview_records_nothing_on_either_path(tmp_path, places):
    played, _homes, lines = recorded(tmp_path, places, "--check")
    assert lines == {HERE: [], THERE: []}
    assert played.result(HERE, "task 0")["changed"] is True


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_a_run_without_its_record_ends_before_its_first_task(tmp_path, places, arguments):
    played, homes, _lines = recorded(tmp_path, places, *arguments, path="missing/changes")
    assert played.code != 0
    assert f"The record of changes cannot be written: {tmp_path}/missing/changes: No such file" in played.output
    assert played.results == []
    for acme in homes.values():
        assert acme.log == []


def test_a_task_in_the_background_that_is_waited_for_is_recorded_once(tmp_path, places):
    _played, _homes, lines = recorded(tmp_path, places, tasks=TASKS[:1], **{"async": 60, "poll": 1})
    for way in (HERE, THERE):
        assert [one["operation"] for one in lines[way]] == ["updateApp"]


def test_each_item_of_a_loop_is_recorded_once(tmp_path, places):
    task = {f"{COLLECTION}.imanage_application": {"name": "{{ item }}"}}
    _played, _homes, lines = recorded(tmp_path, places, tasks=(task,), loop=[TRACKER, EXTENSION])
    for way in (HERE, THERE):
        assert [one["operation"] for one in lines[way]] == ["updateApp"] * 2


def test_no_log_hides_writes_and_the_run_says_so(tmp_path, places):
    played, _homes, lines = recorded(tmp_path, places, tasks=TASKS[:1], no_log=True)
    assert lines == {HERE: [], THERE: []}
    assert "The writes of the task 'task 0' are not in the record of changes: no_log hides them." in " ".join(
        played.output.split()
    )
