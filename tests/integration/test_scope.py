# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scope of a sign-in: what is asked for, what is refused, and what is said of less than was asked for."""

from __future__ import annotations

import pytest
from support.places import CLIENT_ID

INFO = "imanage_tenant_info"


def asked(acme):
    return [one.body.get("scope") for one in acme.log if one.operation == "requestToken"]


@pytest.mark.parametrize(("given", "scopes"), [({}, ["admin"]), ({"scope": "user"}, ["user"]), ({"scope": ""}, [None])])
def test_administration_is_asked_for_with_a_password(tenant, given, scopes):
    acme = tenant()
    assert "tenant" in acme.run(INFO, **given)
    assert asked(acme) == scopes


@pytest.mark.parametrize(("given", "scopes"), [({}, [None]), ({"scope": "admin"}, ["admin"])])
def test_a_refresh_token_has_its_own_scope(tenant, given, scopes):
    acme = tenant()
    token = {"refresh_token": f"{acme.name}-admin-refresh", "client_id": CLIENT_ID}
    assert "tenant" in acme.run(INFO, by="nothing", url=acme.url, **token, **given)
    assert asked(acme) == scopes


def test_a_refused_scope_is_left_out_once(tenant):
    acme = tenant(answers={"scope": "invalid"})
    result = acme.run("imanage_application", name="iManage Tracker")
    assert result["changed"]
    assert asked(acme) == ["admin", None]
    assert [("the scope 'admin' was refused" in one, "Set scope" in one) for one in result["warnings"]] == [
        (True, True)
    ]


def test_a_refused_sign_in_names_the_scope(tenant):
    acme = tenant()
    result = acme.run(INFO, password="wrong")
    assert result["failure"]["kind"] == "sign_in"
    assert "The requested scope was 'admin'." in result["msg"]
    assert "scope" not in acme.run(INFO, password="wrong", scope="")["msg"].partition("Check")[0]


def test_a_refused_call_names_the_scope_that_was_granted(tenant):
    acme = tenant()
    result = acme.run("imanage_application", name="iManage Tracker", scope="user")
    assert result["failure"]["kind"] == "permission"
    assert "The token has the scope 'user', but administration may need 'admin'" in result["msg"]


def test_less_than_was_asked_for_is_an_assumption_of_a_preview_that_writes(tenant):
    acme = tenant(answers={"scope": "less"})
    preview = acme.run("imanage_application", check=True, name="iManage Tracker")
    assert ["was granted 'user'" in one for one in preview["warnings"]] == [True]
    assert "warnings" not in acme.run("imanage_application", check=True, name="iManage Drive", enabled=True)
