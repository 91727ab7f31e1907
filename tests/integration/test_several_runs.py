# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs of a part of the tenants each: both count theirs, and their reports become one."""

from __future__ import annotations

import json

import pytest
from playbooks_support import Stage

pytestmark = pytest.mark.sweep

COUNTING = {"ANSIBLE_CALLBACKS_ENABLED": "task_lines,imanage.control_center.progress"}
PARTS = ("one,two", "three")


def test_two_runs_count_their_tenants_and_make_one_report(tmp_path):
    with Stage(tmp_path) as stage:
        for name in ("one", "two", "three"):
            stage.add(name)
        runs = [stage.run("imanage.control_center.preview", "--limit", part, **COUNTING) for part in PARTS]
        listed = [f"../run{number}/report/report.json" for number in (1, 2)]
        merge = ("imanage.control_center.merge_reports", "-e", json.dumps({"imanage_reports": listed}))
        merged, half = stage.run(*merge), stage.run(*merge[:2], json.dumps({"imanage_reports": listed[:1]}))
    assert "2 of 2 tenants done, 2 would change" in runs[0].output
    assert "1 of 1 tenants done, 1 would change" in runs[1].output
    assert merged.code == 0, merged.output
    assert merged.report == {**runs[0].report, **runs[1].report}
    assert list(merged.report) == ["one", "two", "three"]
    assert half.code == 2
    assert "In none of the reports: three." in half.output
