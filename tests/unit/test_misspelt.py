# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that are nearly one of ours are found by their names, and others are let be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._run.spelling import distance
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.misspelt import KNOWN, misspelt, unknown

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("tracker_onboarding_acess", "tracker_onboarding_access"),
        ("tracker_onboarding_acecss", "tracker_onboarding_access"),
        ("tracker_onboarding_group", "tracker_onboarding_groups"),
        ("tracker_onboarding_librarys", "tracker_onboarding_libraries"),
        ("imanage_paln", "imanage_plan"),
        ("imanage_pasword", "imanage_password"),
        ("imanage_user_name", "imanage_username"),
        ("imanage_clientid", "imanage_client_id"),
        ("imanage_validate_cert", "imanage_validate_certs"),
    ],
)
def test_a_variable_that_is_nearly_ours_is_named_with_the_right_one(name, right):
    assert misspelt([name, "ansible_host"]) == {name: right}
    assert misspelt([name, right]) == {}, "who gives the right one knows it"


@pytest.mark.parametrize("name", ["imanage_port", "imanage_user", "tracker_onboarding_wrapper_mail", "acess"])
def test_other_variables_are_ignored(name):
    assert misspelt([name]) == {}


def test_a_far_name_that_begins_like_those_of_the_role_is_unknown():
    names = ["tracker_onboarding_wrapper_mail", "tracker_onboarding_access", "imanage_port"]
    assert unknown(names) == ["tracker_onboarding_wrapper_mail"]


def test_every_variable_of_the_role_is_known():
    specs = yaml.safe_load((ROOT / "roles/tracker_onboarding/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = {name for entry in specs["argument_specs"].values() for name in entry["options"]}
    for prefix, known in KNOWN.items():
        assert {name.removeprefix(prefix) for name in options if name.startswith(prefix)} <= known


def test_every_variable_that_a_playbook_reads_is_known_or_far_from_all_that_are():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").rglob("*.yml"))
    assert misspelt(set(re.findall(r"\bimanage_[a-z_]+", text))) == {}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("", "", 0), ("", "ab", 2), ("plan", "paln", 1), ("plan", "plane", 1), ("ab", "ba", 1), ("kitten", "sitting", 3)],
)
def test_a_swap_counts_once(one, other, apart):
    assert distance(one, other) == distance(other, one) == apart
