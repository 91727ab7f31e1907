# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the state machine does for a person in a browser: the rules of the API, and no traffic."""

from __future__ import annotations

import pytest
from sandbox import Fault, Sandbox
from sandbox.examples import Caller, error, example
from sandbox.wire import Refusal


@pytest.fixture
def sandbox():
    policy = {"allow_refresh_token": True, "refresh_token_expiry": 10}
    applications = [{"id": "cc", "name": "iManage Tracker CC configuration", "status": "enabled"}]
    applications[0]["token_policy"] = policy
    return Sandbox(
        [example(applications=applications, consent_required=True, rate_limit={"requests": 1, "seconds": 60})]
    )


def by_hand(sandbox, user, operation, body=None, **parameters):
    tenant = sandbox.tenant("acme")
    return sandbox.by_hand(tenant, tenant.user(f"{user}@acme.example"), operation, body, {}, parameters)


def test_a_person_gives_the_consent_that_the_api_asks_for(sandbox):
    call = Caller(sandbox)
    email = {"email": "ada@acme.example"}
    reply = call("authorizeLibrary", library_id="ACTIVE", body=email)
    assert error(reply)["code"] == "InteractiveConsentRequired"
    row = by_hand(sandbox, "nrt", "authorizeLibrary", email, library_id="active")
    assert row["authorized_by"] == {"id": "nrt@acme.example", "name": "Nrt", "email": "ada@acme.example"}
    assert sandbox.tenant("acme").library("ACTIVE").snapshot()["authorized_by"] == row["authorized_by"]


@pytest.mark.parametrize(
    ("user", "operation", "parameters", "words"),
    [
        ("nrt", "listApps", {}, "no Global Management role with the App Management privilege"),
        ("admin", "readApp", {"app_id": "none"}, "There is no application none."),
        ("nrt", "authorizeLibrary", {"library_id": "SPM", "body": {"email": "a@b"}}, "in which nrt@acme.example is"),
        ("nrt", "authorizeLibrary", {"library_id": "ACTIVE", "body": {"email": "a"}}, "must be an e-mail address"),
    ],
)
def test_the_rules_are_those_of_the_api(sandbox, user, operation, parameters, words):
    before = sandbox.tenant("acme").snapshot()
    with pytest.raises(Refusal, match=words):
        by_hand(sandbox, user, operation, **parameters)
    assert sandbox.tenant("acme").snapshot() == before


def test_there_is_no_traffic_to_log_to_limit_or_to_disturb(sandbox):
    fault = Fault("status", status=500)
    sandbox.faults.append(fault)
    for _turn in range(3):
        assert by_hand(sandbox, "admin", "listApps")[0]["id"] == "cc"
    assert (sandbox.log, fault.struck) == ([], 0)


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [
        ("admin@acme.example", "wrong", "The credentials are not valid."),
        ("nobody", "", "The credentials are not valid."),
        ("left@acme.example", "left", "The account left@acme.example is not allowed to log on."),
        ("silent@acme.example", "", "The credentials are not valid."),
    ],
)
def test_sign_in_turns_away_whom_the_api_turns_away(username, password, words):
    left = {"id": "left@acme.example", "password": "left", "allow_logon": False}
    sandbox = Sandbox([example(users=[*example()["users"], left, {"id": "silent@acme.example"}])])
    with pytest.raises(Refusal) as refused:
        sandbox.sign_in_by_hand(username, password)
    assert refused.value.message == words
    form = {"grant_type": "password", "username": username, "password": password, "client_id": "control-center-client"}
    assert Caller(sandbox)("requestToken", body=form).json()["error_description"] == words


def test_sign_in_knows_the_person_and_issues_no_token():
    sandbox = Sandbox([example("birch", 202), example()])
    tenant, user = sandbox.sign_in_by_hand("ADMIN@acme.example", "acme-admin-password")
    assert (tenant.name, user.id) == ("acme", "admin@acme.example")
    assert sandbox.log == []
