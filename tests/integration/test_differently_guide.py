# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide for tenants that answer differently: its commands as they stand there, on a tenant that does."""

from __future__ import annotations

import re

import pytest
import test_recordings
from ansible_collections.imanage.control_center.plugins.module_utils import _contract_check
from playbooks_support import Stage, catalog, encrypt, keep, once, shell
from support import recordings
from support.guides import Guide
from support.places import Places, refreshing
from support.tree import ROOT

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/when-a-tenant-answers-differently.md")
VERIFY, READ, AGAIN = GUIDE.commands


def recording():
    """What a browser recorded where the applications are at another path."""
    with Places() as places:
        acme = places.add()
        made = test_recordings.by_an_administrator(places, acme, {})
    recordings.moved(made, lambda path: path.replace("/apps", "/applications"))
    return made


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    def make():
        folder = tmp_path_factory.mktemp("differently")
        found = {}
        with Stage(folder / "stage") as stage:
            done = catalog(tracker={"status": "enabled"}, tracker_cc=refreshing()[3])
            stage.add("acme", {"imanage_password": "{{ vaulted_password }}"}, applications=done)
            encrypt(folder, "passwords.vault.yml", vaulted_password="acme-admin-password")
            keep(folder, **{"tenants.yml": stage.inventory(), "tenant.har": recording()})
            found["verify"] = shell(VERIFY, folder)
            found["read"] = shell(READ, folder)
            found["kept"] = (folder / "tenant.har").exists()
            found["files"] = {path.name: path.read_text() for path in folder.glob("*/*.*") if path.is_file()}
            stage.sandbox.clear_log()
            found["again"] = shell(AGAIN, folder)
            found["asked"] = [entry.path for entry in stage.sandbox.log]
        return found

    return once(tmp_path_factory, "differently", make)


def test_the_tenants_are_asked(ran):
    assert ran["verify"][0] == 0, ran["verify"][1]
    assert "acme: nothing that an onboarding reads was found to differ" in ran["files"]["contract.txt"]
    assert "contract.json" in ran["files"]


def test_the_recording_is_read_and_removed(ran):
    assert ran["read"][0] == 0, ran["read"][1]
    assert not ran["kept"]
    assert "listApps: /work/api/v2/customers/{customer_id}/applications" in ran["files"]["api_paths.yml"]
    assert (
        "updateApp: PATCH /work/api/v2/customers/{customer_id}/applications/{app_id}" in ran["files"]["recording.txt"]
    )


def test_the_paths_are_asked_for(ran):
    """They are right where the browser was, and wrong on this tenant, so that it shows."""
    assert "/work/api/v2/customers/1000/applications" in ran["asked"]
    assert ran["again"][0] == 2
    assert "An onboarding cannot rely on listApps" in ran["again"][1]


def test_the_guide_names_what_an_onboarding_needs():
    sentence = GUIDE.text.partition("that every onboarding makes: ")[2].partition("It is 0 otherwise")[0]
    assert tuple(re.findall("`([a-zA-Z]+)`", sentence)) == _contract_check.NEEDED
    playbook = (ROOT / "playbooks" / "verify_contract.yml").read_text(encoding="utf-8")
    assert f"# {', '.join(_contract_check.NEEDED)}." in playbook
