# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory that is a spreadsheet: what Ansible makes of it, which file it refuses, and a preview with it."""

from __future__ import annotations

import json

import pytest
import yaml
from ansible.plugins.loader import inventory_loader
from playbooks_support import BY_PASSWORD, Stage, keep, shell

PLUGIN = "imanage.control_center.tenants"
# What ansible.cfg has to say for a CSV file itself.
ENABLED = {"ANSIBLE_INVENTORY_ENABLED": f"{PLUGIN}, auto, yaml"}
STOPS = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
SECRET = "hunter2-of-acme"
TEMPLATE = "{{ lookup('pipe', 'touch touched-by-a-template') }}"
FIRMS = f"""tenant;imanage_customer_id;tracker_onboarding_libraries;tracker_onboarding_exclusive;code;region
acme;1000;"ACTIVE;ARCHIVE";no;007;eu
birch;1001;;;{TEMPLATE};us

cedar;;;;;
""".replace("\n", "\r\n")


def listed(folder, source, **environment):
    """What ansible-inventory prints: its exit code, the inventory or nothing, and all output without blanks."""
    (folder / "ansible.cfg").touch()
    command = f"ansible-inventory -i {source} --list --export 2> errors"
    code, output = shell(command, folder, ANSIBLE_CONFIG=str(folder / "ansible.cfg"), **environment)
    errors = (folder / "errors").read_text(encoding="utf-8")
    return code, json.loads(output) if output.strip() else {}, squeezed(output + errors)


def squeezed(text):
    """A text without blanks: ansible-core 2.18 breaks its warnings anywhere."""
    return "".join(text.split())


def plain(value):
    """A value without the mark that it is not a template."""
    if isinstance(value, dict):
        return value["__ansible_unsafe"] if "__ansible_unsafe" in value else {k: plain(v) for k, v in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def hosts(inventory):
    """The variables of each host."""
    return plain(inventory["_meta"]["hostvars"])


def configuration(**options):
    """A configuration of the plugin."""
    return yaml.safe_dump({"plugin": PLUGIN, "file": "sheets/firms.csv", **options})


VARIABLES = {
    "acme": {
        "imanage_customer_id": 1000,
        "tracker_onboarding_libraries": ["ACTIVE", "ARCHIVE"],
        "tracker_onboarding_exclusive": False,
        "code": "007",
        "region": "eu",
    },
    "birch": {"imanage_customer_id": 1001, "code": TEMPLATE, "region": "us"},
}


def test_a_csv_file_is_an_inventory_where_the_plugin_is_enabled(tmp_path):
    keep(tmp_path, **{"firms.tenants.csv": f"\ufeff{FIRMS}", "group_vars/imanage_tenants.yml": "from_group: 1"})
    code, inventory, output = listed(tmp_path, "firms.tenants.csv", **ENABLED)
    assert code == 0, output
    assert sorted(inventory["imanage_tenants"]["hosts"]) == ["acme", "birch", "cedar"]
    assert inventory["imanage_tenants"]["vars"] == {"from_group": 1}
    assert hosts(inventory) == VARIABLES
    assert "WARNING" not in output


@pytest.mark.parametrize("ending", ["yml", "yaml"])
def test_a_configuration_needs_no_setting_and_makes_groups_and_variables(tmp_path, ending):
    made = configuration(
        compose={"imanage_url": "'https://' ~ region ~ '.cloudimanage.com'", "copied": "code"},
        groups={"pilots": "code == '007'"},
        keyed_groups=[{"key": "region", "prefix": "region"}],
    )
    keep(tmp_path, **{"sheets/firms.csv": FIRMS, f"firms.tenants.{ending}": made})
    code, inventory, output = listed(tmp_path, f"firms.tenants.{ending}")
    assert code == 0, output
    assert hosts(inventory) == {
        "acme": {**VARIABLES["acme"], "imanage_url": "https://eu.cloudimanage.com", "copied": "007"},
        "birch": {**VARIABLES["birch"], "imanage_url": "https://us.cloudimanage.com", "copied": TEMPLATE},
    }
    groups = {name: inventory[name]["hosts"] for name in ("pilots", "region_eu", "region_us")}
    assert groups == {"pilots": ["acme"], "region_eu": ["acme"], "region_us": ["birch"]}
    assert sorted(inventory["imanage_tenants"]["hosts"]) == ["acme", "birch", "cedar"]
    assert not (tmp_path / "touched-by-a-template").exists()
    assert "WARNING" not in output


def test_an_expression_that_fails_is_told_only_where_it_is_strict(tmp_path):
    wrong = {"compose": {"more": "region.no_such_thing.at_all"}}
    keep(tmp_path, **{"sheets/firms.csv": FIRMS, "a.tenants.yml": configuration(**wrong)})
    keep(tmp_path, **{"b.tenants.yml": configuration(**wrong, strict=True)})
    code, inventory, output = listed(tmp_path, "a.tenants.yml", **STOPS)
    assert (code, hosts(inventory)) == (0, VARIABLES), output
    code, _inventory, output = listed(tmp_path, "b.tenants.yml", **STOPS)
    assert code != 0
    assert squeezed("Could not set more for host acme") in output


REFUSED = {
    "secret": (f"tenant,imanage_password\nacme,{SECRET}\n", "The column imanage_password is for a secret"),
    "no header": (f"acme,{SECRET}\n", "There is no column tenant."),
    "whole number": (f"tenant,imanage_customer_id\nacme,{SECRET}\n", "Row 2 has a cell in the column imanage_customer"),
    "twice": (f"tenant,code\nacme,{SECRET}\nbirch,1\nACME,{SECRET}\n", "rows 2 and 4 (acme, ACME)."),
    "one tenant": (
        "tenant,imanage_url,imanage_customer_id\nacme,https://cloudimanage.com,7\nbirch,https://cloudimanage.com,07\n",
        "rows 2 and 3 (acme, birch).",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_refused_adds_no_host_and_says_why_once(tmp_path, name):
    content, words = REFUSED[name]
    keep(tmp_path, **{"firms.tenants.csv": content})
    code, inventory, output = listed(tmp_path, "firms.tenants.csv", **ENABLED)
    assert (code, hosts(inventory)) == (0, {})
    assert "imanage_tenants" not in inventory
    assert squeezed(f"plugin: {tmp_path}/firms.tenants.csv: ") in output
    assert squeezed(words) in output
    assert SECRET not in output
    code, _inventory, output = listed(tmp_path, "firms.tenants.csv", **ENABLED, **STOPS)
    assert code != 0, "a run can be made to end"
    assert squeezed(words) in output
    assert SECRET not in output


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (configuration(file="nowhere.csv"), "/nowhere.csv. Correct file in the configuration."),
        (configuration(keyed_group=[]), f"a.tenants.yml: keyed_group is not an option of {PLUGIN}."),
        (yaml.safe_dump({"plugin": PLUGIN}), "required config"),
        (configuration(), "sheets/firms.csv: The column imanage_password is for a secret"),
    ],
    ids=["no such file", "misspelt option", "no file", "refused file"],
)
def test_a_configuration_that_is_wrong_adds_no_host_whatever_plugins_follow(tmp_path, made, words):
    keep(tmp_path, **{"sheets/firms.csv": REFUSED["secret"][0], "a.tenants.yml": made})
    code, inventory, output = listed(tmp_path, "a.tenants.yml")
    assert (code, set(inventory) - {"_meta"}) == (0, {"all"})
    assert inventory["all"] == {"children": ["ungrouped"]}
    assert squeezed(words).lower() in output.lower()
    assert SECRET not in output


def test_the_plugins_that_are_enabled_by_default_read_rows_as_hosts(tmp_path):
    """What the documentation warns of. Once this fails, the warning can go."""
    keep(tmp_path, **{"firms.tenants.csv": "tenant;code\nacme;1\n"})
    _code, inventory, _output = listed(tmp_path, "firms.tenants.csv")
    assert inventory["ungrouped"]["hosts"] == ["tenant;code", "acme;1"]
    for plugin in ("host_list", "script", "auto", "yaml", "toml"):
        _code, inventory, _output = listed(tmp_path, "firms.tenants.csv", ANSIBLE_INVENTORY_ENABLED=plugin)
        assert hosts(inventory) == {}
        assert inventory["all"] == {"children": ["ungrouped"]}


def test_where_ini_follows_the_refusal_is_shown_all_the_same(tmp_path):
    keep(tmp_path, **{"firms.tenants.csv": "tenant;imanage_pasword\nacme;1\n"})
    enabled = {"ANSIBLE_INVENTORY_ENABLED": f"{PLUGIN}, ini"}
    _code, inventory, output = listed(tmp_path, "firms.tenants.csv", **enabled)
    assert "imanage_tenants" not in inventory
    assert squeezed("The column imanage_pasword is for a secret") in output
    assert squeezed("The plugin ini may now read each row as a host") in output


def test_a_file_in_a_vault_is_read(tmp_path):
    keep(tmp_path, **{"firms.tenants.csv": FIRMS, "key": "open sesame\n"})
    assert shell("ansible-vault encrypt --vault-password-file key firms.tenants.csv", tmp_path)[0] == 0
    environment = {**ENABLED, "ANSIBLE_VAULT_PASSWORD_FILE": str(tmp_path / "key")}
    assert hosts(listed(tmp_path, "firms.tenants.csv", **environment)[1]) == VARIABLES
    code, _inventory, output = listed(tmp_path, "firms.tenants.csv", **ENABLED, **STOPS)
    assert code != 0
    assert squeezed("firms.tenants.csv cannot be read: ") in output


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [("a.tenants.csv", True), ("a.tenants.yml", True), ("a.tenants.yaml", True), ("a.csv", False), ("a.yml", False)],
)
def test_a_file_is_for_the_plugin_by_its_name(tmp_path, name, is_ours):
    (tmp_path / name).touch()
    assert inventory_loader.get(PLUGIN).verify_file(str(tmp_path / name)) is is_ours
    assert inventory_loader.get(PLUGIN).verify_file(str(tmp_path / "nowhere.tenants.csv")) is False


def test_ansible_doc_shows_the_plugin(tmp_path):
    code, output = shell(f"ansible-doc -t inventory {PLUGIN}", tmp_path)
    assert code == 0
    assert "keyed_groups" in output
    assert "WARNING" not in output


def test_a_preview_with_a_spreadsheet_takes_its_cells_as_data(tmp_path):
    with Stage(tmp_path / "stage") as stage:
        for name in ("acme", "birch"):
            stage.add(name, libraries=["ACTIVE", "ARCHIVE", "SPM"])
        # Only the variables that all tenants share are in an inventory of another form.
        stage.hosts.clear()
        stage.common.update(BY_PASSWORD)
        sheet = (
            f'tenant,imanage_customer_id,tracker_onboarding_libraries\nacme,1000,ACTIVE; SPM\nbirch,1001,"{TEMPLATE}"\n'
        )
        keep(tmp_path, **{"sheets/firms.csv": sheet, "firms.tenants.yml": configuration()})
        run = stage.run("-i", str(tmp_path / "firms.tenants.yml"), "imanage.control_center.preview")
    assert run.code == 2, run.output
    assert set(run.report) == {"acme", "birch"}
    assert (run.report["acme"]["customer_id"], run.report["acme"]["failure"]) == (1000, None)
    assert run.report["acme"]["libraries"]["wanted"] == ["ACTIVE", "SPM"]
    assert run.report["birch"]["failure"]["kind"] == "not_found"
    assert TEMPLATE in run.report["birch"]["failure"]["msg"]
    assert list(tmp_path.rglob("touched-by-a-template")) == []
    assert [one for one in run.warnings if "assumed" not in one] == []
