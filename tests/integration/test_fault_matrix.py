# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault on every class of calls ends as promised, and tests/reliability/README.md says so."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS
from reliability import table
from reliability.cell import frozen_places, meet, usual
from reliability.columns import COLUMNS, SPECIAL
from reliability.rows import READ_BACK, ROWS, TASKS
from sandbox import contract
from sandbox.faults import KINDS
from support.places import SIGNING

KEPT = table.parsed(table.kept())


@pytest.fixture(scope="module")
def frozen():
    with frozen_places() as running:
        yield running


def chosen():
    """Each fault on one call of each class, another one each time, and what is special; make faults meets them all."""
    classes = {}
    for row in ROWS:
        classes.setdefault((row.role, row.read_back), []).append(row)
    for number, column in enumerate(COLUMNS):
        once = {rows[number % len(rows)] for rows in classes.values()}
        yield from ((row, column) for row in ROWS if row in once or (str(row), column.name) in SPECIAL)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("row", "column"), [*chosen()], ids=lambda one: getattr(one, "name", str(one)).replace(" ", "_")
)
def test_a_fault_ends_as_promised(frozen, row, column):
    cell = meet(frozen, row, column)
    assert cell.problems == []
    assert cell.text == KEPT[str(row), column.name], "make faults writes tests/reliability/README.md anew"


def test_the_matrix_has_every_call_of_the_contract_and_of_the_client():
    assert set(TASKS) == set(contract.operations()) == set(OPERATIONS)


def test_the_matrix_has_every_fault_of_the_sandbox():
    # A late reply within the time-out is not a fault to a client, and a large one is met as a true reply of 5 MB.
    assert set(KINDS) - {column.fault["kind"] for column in COLUMNS} == {"delay", "big"}


@pytest.mark.parametrize("operation", TASKS)
def test_each_task_makes_its_call_and_at_most_one_write(frozen, operation):
    calls = usual(frozen, operation).calls
    assert operation in calls
    writes = [place for place, name in enumerate(calls) if OPERATIONS[name].writes]
    assert len(writes) <= 1
    behind = calls[writes[0] + 1 :] if writes else []
    assert (operation in behind and operation not in SIGNING) == (operation in READ_BACK)


def test_the_document_has_every_cell_and_nothing_else():
    assert set(KEPT) == {(str(row), column.name) for row in ROWS for column in COLUMNS}
    assert table.kept() == table.rendered(KEPT)
    assert "HOLE" in table.rendered({})


def test_what_is_special_is_in_the_matrix():
    assert set(SPECIAL) <= set(KEPT)
