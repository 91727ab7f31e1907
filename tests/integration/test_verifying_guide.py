# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to verifying a tenant: its commands and its path, as written."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api import contract_check
from playbooks_support import Stage, catalog, encrypt, keep, shell
from support.guides import Guide
from support.places import TRACKER, refreshing
from support.recordings import call, har
from support.tree import ROOT

pytestmark = pytest.mark.sweep

GUIDE = Guide("docs/verifying-a-tenant.md")
VERIFY, PROBE, READ = GUIDE.commands
(PATHS,) = GUIDE.yaml


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verifying")
    found = {}
    with Stage(folder / "stage") as stage:
        done = catalog(tracker={"status": "enabled"}, tracker_cc=refreshing()[3])
        stage.add("acme", {"imanage_password": "{{ vaulted_password }}"}, applications=done)
        encrypt(folder, "passwords.vault.yml", vaulted_password="acme-admin-password")
        recording = har([call("PATCH", "/work/web/api/v2/customers/1000/applications/tracker")])
        keep(folder, **{"tenants.yml": stage.inventory(), "tenant.har": recording})
        found["verify"] = shell(VERIFY, folder)
        found["verified"] = (folder / "contract" / "contract.txt").read_text(encoding="utf-8")
        found["probe"] = shell(PROBE, folder)
        found["read"] = shell(READ, folder)
        found["kept"] = (folder / "tenant.har").exists()
        found["files"] = {path.name: path.read_text() for path in folder.glob("*/*.*") if path.is_file()}
    return found


def test_the_tenants_are_asked(ran):
    assert ran["verify"][0] == 0, ran["verify"][1]
    assert "acme: every call that reads is answered as the contract says" in ran["verified"]
    assert "contract.json" in ran["files"]


def test_one_tenant_is_probed(ran):
    assert ran["probe"][0] == 0, ran["probe"][1]
    assert "acme: every call that was tried is answered as the contract says" in ran["files"]["contract.txt"]


def test_the_recording_is_read_and_removed(ran):
    assert ran["read"][0] == 0, ran["read"][1]
    assert not ran["kept"]
    assert "listApps: GET /work/api/v2/customers/{customer_id}/apps: not recorded" in ran["files"]["recording.txt"]
    other = "PATCH /work/api/v2/customers/{number}/applications/{text}: 200"
    assert other in ran["files"]["recording.txt"]
    assert other in GUIDE.text


def test_the_guide_names_what_an_onboarding_needs():
    sentence = GUIDE.text.partition("is absent or fails:")[2].partition(". With `imanage_probe`")[0]
    assert tuple(re.findall("`([a-zA-Z]+)`", sentence)) == contract_check.NEEDED
    playbook = (ROOT / "playbooks" / "verify_contract.yml").read_text(encoding="utf-8")
    assert f"# {', '.join(contract_check.NEEDED)}." in playbook


def test_the_path_of_the_guide_is_taken(acme):
    paths = yaml.safe_load(PATHS)["imanage_api_paths"]
    result = acme.run("imanage_application", name=TRACKER, api_paths=paths)
    assert result["failure"]["kind"] == "unexpected_reply"
    assert result["failure"]["path"] == paths["updateApp"].format(customer_id=acme.customer_id, app_id="tracker")
