# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of changes over the real playbooks: a line for each write, refused ones too, and nothing else."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from playbooks_support import WRITES, Stage, catalog
from sandbox import Fault
from support.places import EXTENSION

pytestmark = pytest.mark.sweep

ONBOARD, PREVIEW, OFFBOARD = (f"imanage.control_center.{name}" for name in ("onboard", "preview", "offboard"))
RECORD = {"ANSIBLE_CALLBACKS_ENABLED": "task_lines,imanage.control_center.change_record"}
TENANTS = ("one", "unprovisioned", "refused", "partly")
TORN = '{"time": "2026-01-01T00:00:00.000+00:00", "tenant": "one", "oper'


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A preview, an onboarding, the same again, and the way back, all with one record."""
    with Stage(tmp_path_factory.mktemp("record")) as stage:
        path = stage.where / "changes"
        options = {**RECORD, "IMANAGE_CHANGE_RECORD_PATH": str(path)}
        found, texts = {}, {}

        def run(name, *arguments):
            found[name] = stage.run(*arguments, **options)
            texts[name] = path.read_text(encoding="utf-8")

        stage.add("one")
        stage.add("unprovisioned", applications=catalog(EXTENSION))
        stage.add("refused")
        stage.add("partly", libraries=["ACTIVE", {"id": "CLOSED", "consent_required": True}, "OTHER"])
        stage.sandbox.tenant("refused").faults.append(Fault("status", operation="writeTokenPolicy", status=403))
        run("preview", PREVIEW)
        run("onboard", ONBOARD)
        mode = path.stat().st_mode & 0o777
        with path.open("a") as record:
            record.write(TORN)
        run("again", ONBOARD)
        run("offboard", OFFBOARD, "--limit", "one", *stage.confirm(1))
        return found, texts, mode


def lines(text):
    """The entries of a record, half ones left out as a reader does."""
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            assert line == TORN
    return found


def added(runs, name):
    """What one run added to the record."""
    texts = runs[1]
    before = list(texts.values())[list(texts).index(name) - 1]
    assert texts[name].startswith(before), "the record is only ever appended to"
    return lines(texts[name])[len(lines(before)) :]


def test_a_preview_records_nothing(runs):
    assert runs[1]["preview"] == ""


@pytest.mark.parametrize("name", ["onboard", "again", "offboard"])
def test_each_write_that_the_server_saw_has_its_line_in_order(runs, name):
    entries, run = added(runs, name), runs[0][name]
    for number, tenant in enumerate(TENANTS):
        logged = [one for one in run.entries[tenant] if one["operation"] in WRITES]
        told = [one for one in entries if one["tenant"] == tenant]
        assert [one["operation"] for one in told] == [one["operation"] for one in logged], tenant
        assert [one["outcome"] == "done" for one in told] == [one["status"] < 400 for one in logged], tenant
        assert [one["body"] for one in told] == [one["body"] for one in logged], tenant
        assert {one["user"] for one in told} <= {f"admin@{tenant}.example"}
        assert {one["customer_id"] for one in told} <= {1000 + number}
    assert entries


def test_a_line_says_what_was_before_and_what_is_after(runs):
    told = [one for one in added(runs, "onboard") if one["tenant"] == "one"]
    assert [(one["operation"], one["before"], one["after"]) for one in told] == [
        ("updateApp", {"Added": False}, {"Added": True, "Enable application?": True}),
        ("updateApp", {"Added": False}, {"Added": True, "Enable application?": True}),
        ("writeTokenPolicy", {"Allow Refresh Token": False}, {"Allow Refresh Token": True}),
        *[
            ("authorizeLibrary", {library["id"]: "unauthorized"}, {library["id"]: "authorized"})
            for library in runs[0]["onboard"].snapshots["one"]["libraries"]
            if library["authorized_by"]
        ],
    ]
    assert {"updateApp", "authorizeLibrary"} < {one["operation"] for one in told}


def test_a_refused_change_has_the_kind_and_the_words_of_the_server(runs):
    (entry,) = [one for one in added(runs, "onboard") if one["outcome"] == "refused" and one["tenant"] == "refused"]
    assert entry["failure"]["kind"] == "permission"
    assert entry["failure"]["operation"] == "writeTokenPolicy"
    assert 'Control Center said: "The server answers 403."' in entry["failure"]["reason"]


def test_one_of_several_libraries_refused(runs):
    told = [
        one for one in added(runs, "onboard") if one["operation"] == "authorizeLibrary" and one["tenant"] == "partly"
    ]
    assert [(one["ids"]["library_id"], one["outcome"], (one["failure"] or {}).get("kind")) for one in told] == [
        ("ACTIVE", "done", None),
        ("CLOSED", "refused", "consent_required"),
        ("OTHER", "done", None),
    ]


def test_half_a_line_of_a_killed_run_spoils_no_other(runs):
    text = runs[1]["again"]
    assert f"\n{TORN}\n" in text
    assert added(runs, "again"), "the refused change is tried again"


def test_every_run_has_its_id_and_times_are_utc(runs):
    ids = [{one["run_id"] for one in added(runs, name)} for name in ("onboard", "again", "offboard")]
    assert [len(one) for one in ids] == [1, 1, 1]
    assert len(set.union(*ids)) == 3
    for entry in lines(runs[1]["offboard"]):
        assert datetime.datetime.fromisoformat(entry["time"]).utcoffset() == datetime.timedelta(0)


def test_the_record_is_for_its_owner_and_has_no_secret(runs):
    assert runs[2] == 0o600
    for text in runs[1].values():
        assert not re.search("password|client-secret|-token|-refresh", text)
    keys = "time tenant customer_id user operation ids does title body before after outcome failure run_id"
    assert {" ".join(sorted(one)) for one in lines(runs[1]["offboard"])} == {" ".join(sorted(keys.split()))}
