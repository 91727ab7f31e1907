# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No form of a secret survives in a text."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import quoted
from ansible_collections.imanage.control_center.plugins.module_utils._api.secrets import HIDDEN, forms, hide
from hypothesis import given
from hypothesis import strategies as st

secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=30)
SPELLINGS = {
    "plain": str,
    "quoted": quote,
    "quoted, slashes too": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "in a form": lambda text: urlencode({"password": text}),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "in JSON": json.dumps,
    "in JSON, not escaped": lambda text: json.dumps(text, ensure_ascii=False),
    "in HTML": html.escape,
    "in HTML, by numbers": lambda text: html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    "in HTML, by names": lambda text: html.escape(text).replace("&#x27;", "&apos;"),
    "between tags": lambda text: html.escape(text, quote=False),
    "in Latin-1": lambda text: text.encode().decode("latin-1"),
    "in Python, in Latin-1": lambda text: repr(text.encode().decode("latin-1"))[1:-1],
    "in Python, beside quotes": lambda text: repr(f"'{text}\"")[3:-2],
    "on one line": lambda text: quoted(text) or text,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(secret=secrets)
def test_law_5_every_form_is_removed(spelling, secret):
    spelled = SPELLINGS[spelling](secret)
    text = hide(f"before {spelled} after", [secret])
    assert spelled.strip('"=') not in text.replace(HIDDEN, "")
    assert HIDDEN in text


@given(st.lists(secrets, max_size=4))
def test_the_longest_form_is_removed_first(given_secrets):
    found = forms(given_secrets)
    assert found == sorted(found, key=len, reverse=True)


def test_one_secret_within_another_leaves_no_rest():
    assert hide("pass-word-1 and pass", ["pass", "pass-word-1"]) == f"{HIDDEN} and {HIDDEN}"


def test_an_empty_value_is_not_a_secret():
    assert forms([None, ""]) == []
    assert hide("text", [None, ""]) == "text"


def test_broken_text_is_handled():
    assert HIDDEN in hide("a\udcffb", ["a\udcffb"])


def test_percent_encoding_in_lower_case_is_removed_too():
    assert "%2f" not in hide("token=ab%2fcd%3d", ["ab/cd="])


def test_a_result_is_searched_to_its_last_text_and_number():
    found = {"list": ["a 1234", ("b", 51234)], "map": {"1234": 1.1234}, "id": 12, "changed": True, "after": None}
    cleaned = {
        "list": [f"a {HIDDEN}", ["b", HIDDEN]],
        "map": {"1234": HIDDEN},
        "id": 12,
        "changed": True,
        "after": None,
    }
    assert hide(found, ["1234", None]) == cleaned


def test_a_secret_that_names_a_field_of_a_difference_is_hidden():
    write = {"writes": [{"before": {"pass": "pass"}, "after": {"SPM": None, "pass": 1}, "ids": {"library_id": "pass"}}]}
    assert hide(write, ["pass"]) == {
        "writes": [{"before": {HIDDEN: HIDDEN}, "after": {"SPM": None, HIDDEN: 1}, "ids": {"library_id": HIDDEN}}]
    }


def test_a_secret_that_reads_like_true_or_a_field_breaks_no_result():
    found = {"changed": True, "True": "True"}
    assert hide(found, ["True", "changed"]) == {"changed": True, "True": HIDDEN}
