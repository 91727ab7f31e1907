# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run as a whole: what it begins with, and who fails it."""

from __future__ import annotations

import re

import pytest
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import run_checks
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.run_checks import Tenant
from support.tree import ROOT

PRESENT, LEAVES = Tenant("acme"), Tenant("birch", offboards=True)


@pytest.mark.parametrize(
    ("tenants", "word", "stops"),
    [
        ([PRESENT], "", True),
        ([PRESENT], "offboard", False),
        ([PRESENT], "offboard:1", False),
        ([PRESENT], "offboard:2", True),
        ([PRESENT], "Offboard", True),
        ([PRESENT], True, True),
        ([PRESENT] * 2, "offboard", True),
        ([PRESENT] * 2, "offboard:2", False),
        ([PRESENT] * 2, "offboard: 2", True),
        ([LEAVES] * 3, "", False),
        ([PRESENT, LEAVES], "", True),
        ([PRESENT, LEAVES], "offboard", False),
        ([], "", False),
    ],
)
def test_an_offboarding_stops_unless_the_inventory_or_the_word_names_it(tenants, word, stops):
    assert bool(run_checks.missing_confirmation(tenants, word, "the command")) is stops


def test_a_brake_names_the_number_the_first_names_and_the_command():
    tenants = [Tenant(f"t{number}") for number in range(37)]
    (words,) = run_checks.missing_confirmation(tenants, "offboard:36", "ansible-playbook --check")
    for part in (
        "37 tenants",
        "t0, t1, t2, t3, t4, and 32 more",
        "'offboard:36'",
        "ansible-playbook --check",
        "offboard:37",
    ):
        assert part in words


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://cloudimanage.com", "https://acme.cloudimanage.com", True),
        ("https://CLOUDIMANAGE.com/", "https://cloudimanage.com:443", True),
        ("https://notcloudimanage.com", "https://cloudimanage.com", False),
        ("https://cc.firm.example", "https://cc.firm.example/", True),
        ("https://cc.firm.example", "https://cc.firm.example:8443", False),
        ("https://cloudimanage.com", "https://[", False),
    ],
)
def test_a_customer_number_is_unique_at_a_site(one, other, is_same):
    found = run_checks.shared_numbers(
        [Tenant("acme", one, 101), Tenant("birch", other, "101"), Tenant("cedar", one, 102)]
    )
    assert (set(found) == {"acme", "birch"}) is is_same
    assert bool(found) is is_same


def test_an_invalid_number_or_address_is_not_a_duplicate():
    assert (
        run_checks.shared_numbers(
            Tenant(name, "https://cloudimanage.com", number) for name, number in [("a", None), ("b", "x")]
        )
        == {}
    )
    assert run_checks.shared_numbers([Tenant("a", None, 1), Tenant("b", None, 1), Tenant("c", "https://x", True)]) == {}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["failed"], ["failed"]),
        ("drifted", ["failed", "drifted"]),
        ("failed, drifted,", ["failed", "drifted"]),
        ([], ["failed"]),
        (None, ["failed"]),
    ],
)
def test_a_failed_tenant_always_fails_the_run(given, found):
    assert run_checks.statuses(given) == found


@pytest.mark.parametrize("given", ["drfited", ["drifted", "Failed"], {"drifted": True}, 1, True, None])
def test_a_word_that_is_not_a_status_is_named(given):
    (words,) = run_checks.wrong_statuses(given)
    assert "which is not a status. The statuses are failed, left_alone" in words


def test_the_readme_has_every_status():
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Outcomes")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(run_checks.STATUSES)


def test_a_folder_that_is_to_be_made_is_right_and_nothing_is_made(tmp_path):
    assert run_checks.wrong_folder(str(tmp_path / "new" / "place")) == []
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    assert "is not a folder" in run_checks.wrong_folder(str(tmp_path / "file" / "place"))[0]


def test_a_folder_of_a_file_system_that_takes_nothing_is_wrong():
    assert re.search(
        "is not writable .*, so no report can be written to", run_checks.wrong_folder("/proc/self/reports")[0]
    )


def test_what_differs_is_in_the_line_of_a_tenant_that_its_status_fails():
    row = {
        "tenant": "acme",
        "status": "drifted",
        "failure": None,
        "next_steps": ["'iManage Tracker': Enable application?: no -> yes.", "Preview an onboarding.\nMore."],
    }
    assert run_checks.blamed([row], {"acme": ["failed", "drifted"]}) == [
        {
            "name": "acme",
            "msg": "acme is drifted, and imanage_fail_on has this status. 'iManage Tracker': Enable application?: no "
            "-> yes. Preview an onboarding.",
        }
    ]


@pytest.mark.parametrize("given", ["", None, [], 1])
def test_a_folder_that_is_not_named_is_wrong(given):
    assert "given, but empty" in run_checks.wrong_folder(given)[0]


def test_the_command_of_a_preview_can_be_typed():
    made = run_checks.preview_command("offboard", ["/firms/my tenants.yml"], "a;b", "acme:&x")
    assert made == (
        "ansible-playbook -i '/firms/my tenants.yml' imanage.control_center.offboard -e 'imanage_tenants=a;b' "
        "--limit 'acme:&x' --check --diff"
    )
