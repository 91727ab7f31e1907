# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name in a sentence cannot be confused with another name, or with the sentence."""

from __future__ import annotations

import sys
import unicodedata

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import in_quotes, seen, spelled
from hypothesis import example, given
from hypothesis import strategies as st

names = st.text(st.characters(), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ACTIVE", "ACTIVE"),
        ("US Library 1", "US Library 1"),
        ("M\u00fcller", "M\u00fcller"),
        ("DOMAIN\\ada", "DOMAIN\\ada"),
        ("Mu\u0308ller", '"Mu\\u0308ller"'),
        ("\u212aIM", '"\\u212aIM"'),
        ("ACTIVE, SPM", '"ACTIVE, SPM"'),
        ("ACTIVE; SPM", '"ACTIVE; SPM"'),
        ('"ACTIVE"', '"\\"ACTIVE\\""'),
        ("ACTIVE ", '"ACTIVE "'),
        ("ACTIVE\n", '"ACTIVE\\n"'),
        ("ACTIVE\u200b", '"ACTIVE\\u200b"'),
        ("\u202eEVITCA", '"\\u202eEVITCA"'),
        ("A\u00a0B", '"A\\u00a0B"'),
        ("", '""'),
    ],
)
def test_a_name_stands_in_quotes_where_it_could_be_misread(name, shown):
    assert spelled(name) == shown


@pytest.mark.parametrize("category", ["Cc", "Cf", "Zl", "Zp"])
def test_no_sign_that_hides_reaches_a_reader(category):
    signs = [chr(number) for number in range(sys.maxunicode + 1) if unicodedata.category(chr(number)) == category]
    assert signs
    for sign in [*signs, "\u034f", "\u115f", "\u2800", "\u3164", "\ufe0f", "\uffa0", "\U000e0100"]:
        assert sign not in spelled(f"a{sign}b") + in_quotes(f"a{sign}b")
        assert seen(f"a{sign}b") == "ab"


@given(names, names)
@example("M\u00fcller", "Mu\u0308ller")
@example("A", "A ")
@example("A", '"A"')
def test_different_names_look_different(one, other):
    if one != other:
        assert spelled(one) != spelled(other)
        assert in_quotes(one) != in_quotes(other)


@given(names)
def test_what_stands_in_quotes_is_the_name_for_yaml(name):
    shown = spelled(name)
    assert shown == name or yaml.safe_load(shown) == name


def test_a_name_is_not_endless():
    assert len(spelled("x" * 9999)) == 500
    assert len(spelled("x," * 9999)) == 502
