# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit of one tenant that has drifted: it fails where that is asked for; test_auditing.py has every other case."""

from __future__ import annotations

from playbooks_support import Stage

AUDIT = "imanage.control_center.audit"


def test_an_audit_fails_for_drift_where_that_is_asked_for(tmp_path):
    with Stage(tmp_path) as stage:
        stage.add("new")
        before = stage.snapshots()
        run = stage.run("-e", "imanage_fail_on=drifted", AUDIT)
        assert stage.snapshots() == before
    assert (run.code, run.report["new"]["status"]) == (2, "drifted")
