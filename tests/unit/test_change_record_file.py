# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of changes: whole lines from many processes, after half a line too, and no change without it."""

from __future__ import annotations

import json
import multiprocessing

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.plugin_utils import _change_record
from ansible_collections.imanage.control_center.plugins.plugin_utils._change_record import Record, append, line

CHANGE = {"time": "2026-01-01T00:00:00.000+00:00", "user": "ada\n\u2028\u202e", "before": {}, "after": {"Added": True}}


def test_a_line_has_the_tenant_and_the_run_and_no_line_in_it(tmp_path):
    text = line(Record("x", "run-1"), "acme", CHANGE)
    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text) == {**CHANGE, "tenant": "acme", "run_id": "run-1"}
    assert list(json.loads(text))[:2] == ["time", "tenant"]


def test_the_file_is_made_for_its_owner(tmp_path):
    path = tmp_path / "changes"
    append(str(path), "{}\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == "{}\n"


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
        append(path, json.dumps({"who": who, "number": number, "long": "x" * 20_000}) + "\n")


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


def test_what_cannot_be_recorded_is_refused_before_it_is_done(tmp_path, monkeypatch):
    monkeypatch.setattr(_change_record, "_record", Record(str(tmp_path / "missing" / "changes"), "run-1"))
    with pytest.raises(Failure, match=r"The record of changes cannot be written: .*changes: No such file") as caught:
        _change_record.teller({"inventory_hostname": "acme"})
    assert caught.value.kind == "bad_option"


def test_no_record_is_kept_unless_one_is_asked_for():
    assert _change_record.teller({"inventory_hostname": "acme"}) is None
