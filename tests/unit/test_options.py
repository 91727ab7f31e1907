# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What YAML reads as another type than a text, where a text is wanted: refused, or hinted at once it is of no use."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import check_texts, number_hint
from support.tasks import task

APPLICATION, LIBRARIES, PLAN = "imanage_application", "imanage_library_authorization", "imanage_onboarding_info"


def given(name, text):
    return task(name).options, yaml.safe_load(text)


@pytest.mark.parametrize(
    ("name", "text", "option"),
    [
        (LIBRARIES, "libraries: [EU, NO]", "libraries"),
        (LIBRARIES, "libraries: NO", "libraries"),
        (LIBRARIES, "except: [off]", "except"),
        (LIBRARIES, "authorizer: [yes]", "authorizer"),
        (LIBRARIES, "authorized_on: {NO: 2026-03-01}", "authorized_on"),
        (APPLICATION, "groups: [on]", "groups"),
        (APPLICATION, "name: true", "name"),
        ("imanage_application_info", "name: [no]", "name"),
        (APPLICATION, "password: no", "password"),
        (PLAN, "applications: [{name: a}, {name: b, users: [yes]}]", "users"),
        (PLAN, "authorization: {libraries: [NO]}", "libraries"),
    ],
)
def test_true_and_false_are_not_texts(name, text, option):
    with pytest.raises(Failure) as caught:
        check_texts(*given(name, text))
    assert caught.value.kind == "bad_option"
    assert caught.value.what == f"{option} has true or false in place of a text."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (LIBRARIES, "libraries: ['NO', 'off', 7, null]"),
        (LIBRARIES, "authorized_on: {'NO': 2026-03-01}"),
        (APPLICATION, "{name: a, enabled: no, exclusive: yes, validate_certs: off}"),
        (PLAN, "applications: [{name: a, enabled: no}]"),
    ],
)
def test_texts_and_what_is_to_be_true_or_false_are_not_refused(name, text):
    check_texts(*given(name, text))


@pytest.mark.parametrize(
    ("name", "text", "kind", "options"),
    [
        (LIBRARIES, "libraries: [007]", "not_found", ["libraries"]),
        (LIBRARIES, "{libraries: [12:30:45], except: [1.10, 2]}", "not_found", ["libraries", "except"]),
        (APPLICATION, "users: [007]", "bad_option", ["users"]),
        (APPLICATION, "name: 007", "not_provisioned", ["name"]),
        (LIBRARIES, "authorized_on: {007: 2026-03-01}", "not_found", ["authorized_on"]),
        (PLAN, "authorization: {libraries: [007]}", "not_found", ["libraries"]),
        (APPLICATION, "{password: 0123, name: 7}", "sign_in", ["password"]),
        (APPLICATION, "{password: 0123, customer_id: 7, timeout: 3}", "not_found", []),
        (APPLICATION, "name: 007", "unreachable", []),
        (APPLICATION, "name: '007'", "not_provisioned", []),
    ],
)
def test_a_number_is_hinted_at_where_it_may_be_the_reason(name, text, kind, options):
    told = number_hint(*given(name, text), {"kind": kind})
    assert sorted(told.count(f" {option} has a number in place of a text: ") for option in options) == [1] * len(
        options
    )
    assert bool(told) == bool(options)
    assert "83" not in told
