# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in names and in the environment: reported as mistakes, and nothing is written."""

from __future__ import annotations

import pytest
import trustme
from playbooks_support import EXTENSION, TRACKER, Stage, app, authorizers, catalog
from support.places import refreshing

# What a host says, by what its message has to name.
REFUSED = {
    "open_to_all": {"tracker_onboarding_groups": ["Partners"]},
    "acess": {"tracker_onboarding_acess": "custom"},
    "emptied": {"tracker_onboarding_libraries": None},
    "nearly": {"tracker_onboarding_application": "iManage Traker"},
    "true": {"tracker_onboarding_libraries": ["ACTIVE", False]},
    "number": {"tracker_onboarding_libraries": [7]},
    "space": {"tracker_onboarding_libraries": ["ACTIVE\u200b "]},
    # The first task of a playbook compares the addresses of all tenants.
    "address": {"imanage_url": "https://[", "imanage_customer_id": 101},
}
# Passwords that are not what somebody meant, by what the message has to name.
PASSWORDS = {
    "echo": (
        "echo-admin-password\n",
        "password begins or ends with a space or a line break, which echo adds for example.",
    ),
    "octal": (83, "password has a number in place of a text: YAML reads 007 as 7"),
}
OVER = {
    "tracker_onboarding_access": "custom",
    "tracker_onboarding_groups": ["Partners"],
    "tracker_onboarding_exclusive": True,
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A name in another case, and a name that is there twice, onboarded and offboarded."""
    with Stage(tmp_path_factory.mktemp("mistakes")) as stage:
        stage.add("misspelt", {"tracker_onboarding_application": TRACKER.lower()})
        twice = [*catalog(), {"id": "second", "name": EXTENSION, "status": "disabled", "extension": False}]
        stage.add("twice", applications=twice)
        for name, host in REFUSED.items():
            stage.add(name, host)
        for name, (password, _words) in PASSWORDS.items():
            stage.add(name, {"imanage_password": password})
        members = {"mode": "custom", "groups": ["Pilot"]}
        pilot = catalog(tracker={"status": "enabled", "access": members})
        stage.add("pilot", OVER, applications=pilot, groups=["Pilot", "Partners"])
        by = {"ACTIVE": "gone@stays.example", "ARCHIVE": "pat@stays.example"}
        libraries = [{"id": name, "authorized_by": who} for name, who in by.items()]
        done = catalog(tracker={"status": "enabled"}, tracker_cc=refreshing()[3])
        stage.add("stays", {"tracker_onboarding_authorizer": [by["ARCHIVE"]]}, applications=done, libraries=libraries)
        stage.add("nobody", {"tracker_onboarding_access": "custom"}, applications=done)
        before = stage.snapshots()
        names = ("imanage.control_center.onboard", "imanage.control_center.offboard")
        return before, [stage.run(*stage.confirm(), name) for name in names]


def test_a_name_in_another_case_is_a_mistake_and_not_a_reason_to_wait(runs):
    found = runs[1][0].report["misspelt"]
    assert (found["status"], found["failure"]["kind"]) == ("failed", "not_found")
    assert TRACKER in found["failure"]["msg"]


@pytest.mark.parametrize(
    ("tenant", "kind", "words"),
    [
        ("open_to_all", "bad_option", "groups without access: custom"),
        ("acess", "bad_option", "tracker_onboarding_acess (is tracker_onboarding_access meant?)"),
        ("emptied", "bad_option", "libraries is an empty list"),
        ("nearly", "not_found", f"there is '{TRACKER}'"),
        ("true", "bad_option", "libraries has true or false in place of a text. YAML reads words such as NO"),
        (
            "number",
            "not_found",
            "the library 7 for the signed-in user. Check the names; a library is listed only for "
            "its NRTADMINs. libraries has a number in place of a text: YAML reads 007 as 7",
        ),
        ("address", "bad_option", "url"),
        ("space", "not_found", 'the library "ACTIVE\\u200b " for the signed-in user. It lists the library ACTIVE: '),
    ],
)
def test_what_would_do_something_else_than_meant_is_refused_and_named(runs, tenant, kind, words):
    run = runs[1][0]
    assert (run.report[tenant]["status"], run.report[tenant]["failure"]["kind"]) == ("failed", kind)
    assert words in run.report[tenant]["failure"]["msg"]
    assert run.report[tenant]["provisioning_request"] is None
    assert kind == "not_found" or run.calls(tenant) == []
    assert run.writes(tenant) == []


@pytest.mark.parametrize("tenant", PASSWORDS)
def test_a_password_that_lost_its_form_is_hinted_at_and_never_said(runs, tenant):
    password, words = PASSWORDS[tenant]
    found = runs[1][0].report[tenant]["failure"]
    assert found["kind"] == "sign_in"
    assert words in found["msg"]
    assert str(password).strip() not in found["msg"]


def test_a_pilot_group_goes_where_the_list_is_exclusive(runs):
    members = app(runs[1][0].snapshots["pilot"], "tracker")["access"]["members"]
    assert members == [{"id": "Partners", "type": "group"}]


def test_an_empty_access_list_gives_a_warning_that_names_the_tenant(runs):
    run = runs[1][0]
    number = run.report["nobody"]["customer_id"]
    words = f"customer {number}: access is custom and nobody is in the lists, so nobody can use '{TRACKER}'."
    assert [one for one in run.warnings if words in one], run.warnings


def test_who_may_stand_stays_and_who_has_left_is_taken_over(runs):
    found = authorizers(runs[1][0].snapshots["stays"])
    assert found == {"ACTIVE": "admin@stays.example", "ARCHIVE": "pat@stays.example"}


@pytest.mark.parametrize("which", [0, 1])
def test_a_name_that_is_there_twice_fails_before_anything_is_written(runs, which):
    run = runs[1][which]
    assert run.report["twice"]["failure"]["kind"] == "ambiguous_name"
    assert run.writes("twice") == []
    assert run.snapshots["twice"] == runs[0]["twice"]


@pytest.fixture(scope="module")
def without_authorities(tmp_path_factory):
    """The environment names authorities that are not there: without ca_path, and with it."""
    where = tmp_path_factory.mktemp("authorities")
    trustme.CA().cert_pem.write_to_path(where / "ca.pem")
    with Stage(where / "stage") as stage:
        stage.add("acme")
        missing = {"REQUESTS_CA_BUNDLE": str(where / "missing.pem")}
        onboard = "imanage.control_center.onboard"
        return stage.run(onboard, **missing), stage.run("-e", f"imanage_ca_path={where}/ca.pem", onboard, **missing)


@pytest.mark.sweep
def test_missing_authorities_fail_the_tenant_and_are_named(without_authorities):
    run, _with_ca_path = without_authorities
    found = run.report["acme"]
    assert (run.code, found["status"], found["failure"]["kind"]) == (2, "failed", "bad_option")
    assert "the authorities in the environment cannot be read" in found["failure"]["msg"]
    assert "Correct REQUESTS_CA_BUNDLE" in found["failure"]["msg"]
    assert run.calls("acme") == []


@pytest.mark.sweep
def test_ca_path_counts_if_the_authorities_of_the_environment_do_not_exist(without_authorities):
    _without, run = without_authorities
    assert (run.code, run.report["acme"]["status"]) == (0, "onboarded")
