# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some tenants onboarded again and again among random faults, as make long-run does with many."""

from __future__ import annotations

import pytest
from reliability.long_run import CHANCE, LongRun

pytestmark = pytest.mark.sweep


def test_many_tenants_among_faults_are_whole_after_a_run_without(tmp_path):
    run = LongRun(tmp_path, tenants=20)
    assert run.go(rounds=2, chance=CHANCE) == []
    struck = run.rounds[0].struck + run.rounds[1].struck
    assert len(struck) > 5, "else this test says nothing"
    assert run.rounds[0].ended["failed"]
    assert run.rounds[-1].changed == 0
