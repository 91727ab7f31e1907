# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a connection, out of the variables of an inventory."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleError
from support.templates import templated

FIRST = {
    "imanage_url": "https://cloudimanage.com",
    "imanage_username": "{{ name }}@acme.example",
    "name": "admin",
    "imanage_password": "first",
    "imanage_refresh_token": "token",
    "imanage_scope": "",
    "imanage_timeout": 9,
    "imanage_api_paths": {"listApps": "/apps"},
    "imanage_serial": 2,
}
SECOND = {"imanage_nrtadmin_username": "nrt@acme.example", "imanage_nrtadmin_password": "second"}


def options(variables, account="first"):
    """What the lookup gives with these variables."""
    return templated("{{ lookup('imanage.control_center.connection', account='" + account + "') }}", variables)


def test_each_option_is_the_variable_of_its_name():
    assert options(FIRST) == {
        "url": "https://cloudimanage.com",
        "username": "admin@acme.example",
        "password": "first",
        "refresh_token": "token",
        "scope": "",
        "timeout": 9,
        "api_paths": {"listApps": "/apps"},
    }
    assert options({}) == {}


@pytest.mark.parametrize("nothing", [None, "{{ vaulted.nowhere }}", "{{ vaulted }}"])
def test_what_is_null_or_made_of_something_undefined_is_not_given(nothing):
    given = options({**FIRST, "imanage_password": nothing})
    assert set(given) == set(options(FIRST)) - {"password"}


def test_another_mistake_in_a_variable_is_told():
    with pytest.raises(AnsibleError):
        options({**FIRST, "imanage_password": "{{ 'a' | no_such_filter }}"})


def test_a_second_account_does_not_use_the_token_of_the_first():
    given = options({**FIRST, **SECOND}, "second")
    assert (given["username"], given["password"]) == ("nrt@acme.example", "second")
    assert {name: given[name] for name in ("refresh_token", "refresh_token_file", "access_token")} == {
        "refresh_token": "",
        "refresh_token_file": "",
        "access_token": "",
    }
    assert options({**FIRST, **SECOND}) == options(FIRST)


@pytest.mark.parametrize("empty", [{}, {"imanage_nrtadmin_username": "", "imanage_nrtadmin_password": None}])
def test_without_a_second_account_it_is_the_first(empty):
    assert options({**FIRST, **empty}, "second") == options(FIRST)
