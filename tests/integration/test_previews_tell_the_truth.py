# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For generated tenants and wants: what a preview says is what the run does, and the run does nothing else."""

from __future__ import annotations

import pytest
from sandbox import Sandbox
from support.chain import CHAIN
from support.generated import described
from support.places import filled
from support.tasks import WRITERS, run_in_memory
from support.truth import CUSTOMER, NAME, UNKNOWABLE, reached, tell, told_of

# How many examples there are in each part. All but the first are a sweep.
PARTS = (120, 260, 260)
MOMENT = 1_800_000_000.0
# Examples that never came to one of these would prove less than they seem to.
ENDINGS = {
    "imanage_application": {"changed", "unchanged", "permission"},
    "imanage_app_auth": {"changed", "unchanged", "permission", "not_added"},
    "imanage_library_authorization": {"changed", "unchanged", "not_found", "not_added", "conflict"},
    CHAIN: {"changed", "unchanged", "permission", "bad_option"},
}


def tell_in_memory(situation):
    sandbox = Sandbox([described(filled(situation.tenant, NAME), NAME, CUSTOMER)], clock=lambda: MOMENT)
    options = reached(situation, "http://127.0.0.1:9")
    with pytest.MonkeyPatch.context() as patch:
        return tell(situation, sandbox, lambda check: run_in_memory(patch, sandbox, situation.module, options, check))


@pytest.mark.deep
@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.sweep) for part in range(1, len(PARTS)))])
@pytest.mark.parametrize("module", [*WRITERS, CHAIN])
def test_previews_tell_the_truth(module, part, pytestconfig):
    chosen = pytestconfig.getoption("hypothesis_seed", None)
    endings = told_of(module, tell_in_memory, PARTS[part], f"{chosen or 'make test'} {part}")
    assert sum(endings.values()) >= PARTS[part]
    assert ENDINGS[module] <= set(endings), endings


def test_each_thing_that_a_preview_cannot_know_is_written_down_once():
    known = [(one.kind, one.operation, one.assumption) for one in UNKNOWABLE]
    assert len(set(known)) == len(known)
    assert all(one.reason for one in UNKNOWABLE)
