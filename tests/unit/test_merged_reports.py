# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as input: whatever they have or lack, every tenant is reported, or one sentence says what is wrong."""

from __future__ import annotations

import csv
import io
import json

import jinja2
import pytest
from ansible.plugins.filter.core import regex_replace
from ansible_collections.imanage.control_center.playbooks.filter_plugins.tracker_reports import tracker_summary
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import merged_reports, run_checks
from support.tree import ROOT


def merged_of(folder, *rows, mode="run"):
    path = folder / "report.json"
    path.write_text(json.dumps({"report": {"mode": mode}, "tenants": rows}), encoding="utf-8")
    return merged_reports.merged([str(path)])


def nested(levels):
    return [] if levels == 1 else [nested(levels - 1)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "keys"}, "it.tenants[0].status is not one of failed, left_alone, "),
        ({"changes": nested(400)}, "it has more than 100 levels."),
        ({"customer_id": float("nan")}, "is not JSON: NaN is not a number in JSON."),
        ({"anything": float("-inf")}, "is not JSON: -Infinity is not a number in JSON."),
    ],
)
def test_a_report_that_no_playbook_wrote_gets_one_sentence(tmp_path, change, words):
    found = merged_of(tmp_path, {**full(merged_reports.RESULT), **change})
    assert found["results"] == []
    assert words in found["problems"][0]["msg"]


def full(shape):
    """A value of a shape, with everything that it may have."""
    if isinstance(shape, dict):
        return {key.rstrip("?"): full(inner) for key, inner in shape.items()}
    if isinstance(shape, list):
        return [full(shape[0])]
    return shape[0] if isinstance(shape, tuple) else {str: "text", int: 1, bool: True, dict: {}}[shape]


def lacking(value, shape):
    """The value without each of the things that it may lack, one at a time, and with each text empty."""
    if isinstance(shape, dict):
        for key, inner in shape.items():
            name = key.rstrip("?")
            if key.endswith("?"):
                yield {other: one for other, one in value.items() if other != name}
            yield from ({**value, name: one} for one in lacking(value[name], inner))
    elif isinstance(shape, list):
        yield []
        yield from ([one] for one in lacking(value[0], shape[0]))
    elif shape is str:
        yield ""


@pytest.mark.parametrize("mode", merged_reports.MODES)
def test_whatever_a_report_may_lack_its_tenants_are_in_the_summary_and_in_the_table(tmp_path, mode):
    whole = {**full(merged_reports.RESULT), "status": "drifted", "check_mode": mode != "run"}
    whole["changes"][0]["stage"] = "authorization"
    kinds = [{**whole, "status": status} for status in run_checks.STATUSES]
    rows = [*kinds, *lacking(whole, merged_reports.RESULT)]
    rows = [
        {**row, "tenant": f"t{number}", "status": row["status"] or "failed"}
        for number, row in enumerate(rows)
        if row["stages"]["application"]
    ]
    found = merged_of(tmp_path, *rows, mode=mode)
    assert (found["problems"], len(found["results"])) == ([], len(rows))
    environment = jinja2.Environment(trim_blocks=True)
    environment.filters["tracker_summary"] = tracker_summary
    environment.filters["regex_replace"] = regex_replace
    template = environment.from_string((ROOT / "playbooks/templates/report.csv.j2").read_text(encoding="utf-8"))
    table = template.render(imanage_results=found["results"], imanage_about={"mode": mode})
    table = table.strip().removeprefix("\ufeff")
    assert [row["tenant"] for row in csv.DictReader(io.StringIO(table))] == [row["tenant"] for row in rows]
    blamed = run_checks.blamed(found["results"], {row["tenant"]: ["failed", "drifted"] for row in rows})
    assert {one["name"] for one in blamed} == {row["tenant"] for row in rows if row["status"] in ("failed", "drifted")}
