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


def test_both_paths_record_the_same_and_return_no_more_than_without(tmp_path, places):
    played, homes, lines = recorded(tmp_path, places, "-vvv")
    assert played.processes(HERE) == 0
    assert played.processes(THERE) > 0

    def plain(way):
        name = homes[way].name
        kept = ("operation", "outcome", "does", "before", "after", "body", "user")
        return json.loads(json.dumps([{key: one[key] for key in kept} for one in lines[way]]).replace(name, "TENANT"))

    assert plain(HERE) == plain(THERE)
    assert [one["operation"] for one in lines[HERE]] == OPERATIONS
    assert [one["outcome"] for one in lines[HERE]] == ["done"] * 4 + ["refused"]
    assert lines[THERE][-1]["failure"]["kind"] == "conflict"
    for number in range(len(TASKS)):
        ours, theirs = (set(played.result(way, f"task {number}")) for way in (HERE, THERE))
        assert theirs - {"invocation"} == ours
    assert "changes_made" not in str([result for _host, _task, result in played.results])


def test_a_preview_records_nothing_on_either_path(tmp_path, places):
    played, _homes, lines = recorded(tmp_path, places, "--check", path="missing/changes")
    assert lines == {HERE: [], THERE: []}
    assert played.result(HERE, "task 0")["changed"] is True


def test_nothing_is_changed_where_it_cannot_be_recorded(tmp_path, places):
    played, homes, _lines = recorded(tmp_path, places, path="missing/changes")
    for way, acme in homes.items():
        for number in (0, 1, 2, 3, 5):
            result = played.result(way, f"task {number}")
            assert result["failure"]["kind"] == "bad_option"
            assert "A change that cannot be recorded is not made." in result["msg"]
        assert acme.writes == []


def test_a_task_in_the_background_says_that_it_is_not_recorded(tmp_path, places):
    played, _homes, lines = recorded(tmp_path, places, tasks=TASKS[:1], **{"async": 60, "poll": 1})
    assert lines == {HERE: [], THERE: []}
    assert played.result(HERE, "task 0")["changed"] is True
    assert "a task with async is not in the record of changes" in " ".join(played.output.split())


@pytest.mark.parametrize("way", [HERE, THERE])
def test_no_log_hides_nothing_from_the_record(tmp_path, places, way):
    _played, _homes, lines = recorded(tmp_path, places, tasks=TASKS[:1], no_log=True)
    assert [one["operation"] for one in lines[way]] == ["updateApp"]
