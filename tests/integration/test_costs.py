# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant costs, in counts: tasks, requests, sign-ins, connections, TLS contexts. Times are for make bench."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
import trustme
from playbooks_support import Stage

pytestmark = pytest.mark.sweep

COUNTING = Path(__file__).parent / "counting"
TENANTS = ("acme", "birch", "cedar")
# Reading again after a write has its reason: nothing else says that the write was made.
FIRST_RUN, SECOND_RUN = 38, 9
# The plan; and where there is something to do, both applications, the token policy and the libraries. Each of them
# signs in and out for itself.
SIGN_INS = {"preview": 5, "first": 5, "second": 1, "audit": 1}
# The arguments, the plan, and the result; in between whether there is something to do, and if so the three stages.
TASKS = {"preview": 6, "first": 6, "second": 3, "audit": 2}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three plain tenants over https: previewed, onboarded twice, audited, with the TLS contexts of the second run."""
    where = tmp_path_factory.mktemp("costs")
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(where / "ca.pem")
    (where / "chain.pem").write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
    server.private_key_pem.write_to_path(where / "key.pem")
    notes = where / "contexts"
    notes.touch()
    with Stage(where, ssl_context_files=(where / "chain.pem", where / "key.pem")) as stage:
        for name in TENANTS:
            stage.add(name)
        trust = {"REQUESTS_CA_BUNDLE": str(where / "ca.pem")}
        found = {
            name: stage.run(f"imanage.control_center.{book}", **trust, **more)
            for name, book, more in (
                ("preview", "preview", {}),
                ("first", "onboard", {}),
                ("second", "onboard", {"PYTHONPATH": str(COUNTING), "TLS_CONTEXTS": str(notes)}),
                ("audit", "audit", {}),
            )
        }
    contexts = [tuple(map(int, line.split())) for line in notes.read_text().splitlines()]
    return {**found, "contexts": contexts, "here": os.getpid()}


@pytest.mark.parametrize("name", SIGN_INS)
@pytest.mark.parametrize("tenant", TENANTS)
def test_one_sign_in_one_sign_out_and_one_connection_a_task(runs, name, tenant):
    assert runs[name].code == 0
    assert runs[name].signing(tenant) == (SIGN_INS[name], SIGN_INS[name])
    assert len({entry["connection"] for entry in runs[name].entries[tenant]}) == SIGN_INS[name]


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("tenant", TENANTS)
def test_few_tasks_a_tenant(runs, name, tenant):
    assert len(runs[name].tasks(tenant)) == TASKS[name]


@pytest.mark.parametrize("name", TASKS)
def test_what_is_done_beside_the_role_is_done_once(runs, name):
    by_host = {tenant: runs[name].tasks(tenant, role=False) for tenant in TENANTS}
    assert [tenant for tenant, tasks in by_host.items() if tasks] == [TENANTS[0]]


@pytest.mark.parametrize("tenant", TENANTS)
def test_requests_are_as_few_as_they_were(runs, tenant):
    assert len(runs["first"].calls(tenant)) <= FIRST_RUN
    assert len(runs["second"].calls(tenant)) <= SECOND_RUN <= 12
    assert runs["second"].writes(tenant) == []


@pytest.mark.parametrize("name", ["second", "audit"])
@pytest.mark.parametrize("tenant", TENANTS)
def test_nothing_is_read_twice_where_nothing_is_written(runs, name, tenant):
    asked = Counter((one["method"], one["path"], str(one["query"])) for one in runs[name].entries[tenant])
    assert {what: times for what, times in asked.items() if times > 1} == {}


@pytest.mark.parametrize("tenant", TENANTS)
def test_what_a_task_reads_twice_was_written_to_in_between(runs, tenant):
    """Signing in does not count as reading either: another task begins there."""
    seen = set()
    for one in runs["first"].entries[tenant]:
        if one["method"] != "GET":
            seen.clear()
            continue
        what = (one["path"], str(one["query"]))
        assert what not in seen
        seen.add(what)


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_preview_asks_no_more_than_the_run(runs, tenant):
    assert len(runs["preview"].calls(tenant)) <= len(runs["first"].calls(tenant))


def test_one_tls_context_is_built_for_all_tenants(runs):
    """In the process that all workers are forks of."""
    assert [parent for _process, parent in runs["contexts"]] == [runs["here"]]
