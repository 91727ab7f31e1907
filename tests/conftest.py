# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every test finds ready: the importable collection, a clean environment, a running sandbox."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import PurePath

import pytest
from support.environment import clean_environment
from support.tree import make_importable

make_importable()

from support.places import Places  # noqa: E402 - it imports the collection

with contextlib.suppress(ImportError):
    import hypothesis

    hypothesis.settings.register_profile("tests", deadline=None, max_examples=100, derandomize=True, database=None)
    # For make test-deep, which gives a random seed.
    hypothesis.settings.register_profile("deep", deadline=None, max_examples=2500, database=None, print_blob=True)
    # For make mutants, where that a test fails is all that counts, and not by what little.
    hypothesis.settings.register_profile(
        "mutants",
        hypothesis.settings.get_profile("tests"),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tests"))


def pytest_addoption(parser):
    """Accept the option of pyproject.toml where pytest-ansible is not installed."""
    with contextlib.suppress(ValueError):
        parser.addoption("--ansible-unit-inject-only", action="store_true", help="of pytest-ansible, not needed")


def pytest_terminal_summary(terminalreporter):
    """Figures that a test has recorded: how much it looked at."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "figures":
                terminalreporter.write_line(value)


# Files whose tests share nothing. Each test goes to whatever worker is free.
SPREAD = {
    "test_fault_matrix",
    "test_module_sweep",
    "test_previews_tell_the_truth",
    "test_wire_faults",
}
# What takes longest begins first, so that no worker ends alone.
LONGEST = (
    "test_exporting",
    "test_slices",
    "test_secret_sweep",
    "test_role_outcomes",
    "test_kills",
    "test_role_embedding",
    "test_molecule",
    "test_approved_plans",
    "test_change_record",
    "test_auditing",
    "test_offboarding_is_asked_for",
    "test_module_sweep",
    "test_tenants_that_disagree",
    "test_both_paths",
    "test_playbook_exit",
    "test_rate_limits",
    "test_progress_callback",
    "test_role_previews",
    "test_runs_that_cannot_begin",
    "test_long_run",
    "test_demo",
    "test_bound_to_the_tenant",
    "test_role_mistakes",
    "test_role_consent",
    "test_two_at_once",
    "test_previews_tell_the_truth",
    "test_laws",
)


def pytest_collection_modifyitems(items):
    """Begin with what takes longest."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The tests of a file go to one worker, so that what they share is made once."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            path = nodeid.partition("::")[0]
            return nodeid if PurePath(path).stem in SPREAD else path

    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    """No test depends on the variables of whoever runs it."""
    for name in set(os.environ) - set(clean_environment(os.environ)):
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def places():
    """The sandbox of this worker and its server, to which tests add tenants."""
    with Places() as running:
        yield running


@pytest.fixture
def tenant(places):
    """A function that adds a tenant of a new name: tenant(**changes of sandbox.examples.example) gives a Place."""
    places.start_afresh()
    yield places.add
    places.start_afresh()


@pytest.fixture
def acme(tenant):
    """A tenant where everything is ready and nothing is done."""
    return tenant()


class _Time:
    """Stands in for the module time in one file: to wait takes no time, and counts as time for all of them."""

    def __init__(self, *lists: list[float]) -> None:
        self._waited, self._all = lists[0], lists

    def monotonic(self) -> float:
        return time.monotonic() + sum(map(sum, self._all))

    def sleep(self, seconds: float) -> None:
        self._waited.append(seconds)


@pytest.fixture
def naps(monkeypatch):
    """Waiting takes no time; the list has the seconds that the client would have waited before sending a call again."""
    from ansible_collections.imanage.control_center.plugins.module_utils._api import transport
    from ansible_collections.imanage.control_center.plugins.module_utils._resources import library_authorizations
    from ansible_collections.imanage.control_center.plugins.module_utils._run import apply

    before_calls: list[float] = []
    before_writes: list[float] = []
    monkeypatch.setattr(transport, "time", _Time(before_calls, before_writes))
    monkeypatch.setattr(apply, "time", _Time(before_writes, before_calls))
    monkeypatch.setattr(library_authorizations, "time", _Time([], before_calls))
    return before_calls
