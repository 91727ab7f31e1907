# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hundred tenants on one host that allows so many requests a second, and answers 429 to all others."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playbooks_support import WRITES, Stage

pytestmark = pytest.mark.sweep

TENANTS = [f"t{number}" for number in range(100)]
LIMIT = {"requests": 60, "seconds": 1}
# The recommendation of docs/many-tenants.md.
FORKS = "20"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The first run over all of them, more at once than the host likes, with the forks that the guide recommends."""
    with Stage(tmp_path_factory.mktemp("manners"), rate_limit=LIMIT) as stage:
        for name in TENANTS:
            stage.add(name)
        stage.common["imanage_retry_timeout"] = 300
        return stage.run("--forks", FORKS, "imanage.control_center.onboard")


def entries(run):
    """Every request, in order."""
    return sorted((one for tenant in TENANTS for one in run.entries[tenant]), key=lambda one: one["number"])


def test_the_host_has_refused_some(run):
    assert any(one["status"] == 429 for one in entries(run)), "or this file tests nothing"


def test_every_tenant_is_onboarded(run):
    assert run.code == 0
    assert Counter(row["status"] for row in run.report.values()) == {"onboarded": len(TENANTS)}


def test_who_could_not_be_signed_out_in_time_is_told(run):
    left = {run.report[tenant]["customer_id"] for tenant, tokens in run.tokens_left.items() if tokens}
    told = {int(number) for one in run.warnings for number in re.findall(r"customer (\d+): signing out failed", one)}
    # A reply that came too late is warned of too, although the server has signed out.
    assert left <= told


def test_nothing_is_written_twice(run):
    for tenant in TENANTS:
        applied = [one for one in run.entries[tenant] if one["operation"] in WRITES and one["status"] < 400]
        assert len(applied) == len({(one["path"], str(one["body"])) for one in applied}) == 6


def test_few_requests_are_refused(run):
    refused = [one for one in entries(run) if one["status"] == 429]
    share = len(refused) / len(entries(run))
    assert share < 0.2, f"{share:.0%} of the requests were refused"


def test_waiting_is_said_once_a_task(run):
    waited = [one for one in run.all_warnings if "limited the rate of calls" in one]
    told = Counter(int(one.partition(":")[2].split("customer ")[1].split(":")[0]) for one in waited)
    refused = {tenant for tenant in TENANTS if any(one["status"] == 429 for one in run.entries[tenant])}
    assert set(told) == {run.report[tenant]["customer_id"] for tenant in refused}
    # The plan, both applications, the token policy, the libraries.
    assert max(told.values()) <= 5
