# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As many tenants as one likes, of every kind, and an inventory for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import yaml

from .applications import CONFIGURATION, TRACKER
from .machine import Sandbox

Tenant = dict[str, Any]
CLIENT = "control-center-client"
_GROUPS = ("Partners", "IT", "Litigation", "Pilot")
_OTHERS = ("iManage Drive", "iManage Insight+ Admin", "iManage Work Desktop for Windows")


def tenants(count: int, seed: int) -> list[Tenant]:
    """So many descriptions of tenants, the same for the same seed. The kinds take turns."""
    chance = Random(seed)
    kinds = list(KINDS)
    return [_tenant(f"firm-{number:03}", 1000 + number, kinds[number % len(kinds)], chance) for number in range(count)]


def write_inventory(sandbox: Sandbox, url: str, folder: Path) -> Path:
    """Write a spreadsheet of the tenants, and a file of variables with it. Returns what C(-i) takes."""
    accounts = {tenant.name: next((user for user in tenant.users if user.password), None) for tenant in sandbox.tenants}
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["tenant", "imanage_customer_id", "imanage_client_id", "imanage_username"])
    for tenant in sandbox.tenants:
        account = accounts[tenant.name]
        rows.writerow([tenant.name, tenant.customer_id, tenant.client_id, account.id if account else ""])
    variables = {
        "ansible_connection": "local",
        "imanage_url": url,
        # In the place of a vault. The passwords of a sandbox protect nothing.
        "rehearsal_passwords": {name: account.password for name, account in accounts.items() if account},
        "imanage_password": "{{ rehearsal_passwords[inventory_hostname] }}",
    }
    (folder / "group_vars").mkdir(parents=True, exist_ok=True)
    (folder / "firms.csv").write_text(sheet.getvalue(), encoding="utf-8", newline="")
    (folder / "group_vars" / "imanage_tenants.yml").write_text(yaml.safe_dump(variables, sort_keys=False))
    inventory = folder / "firms.tenants.yml"
    inventory.write_text(yaml.safe_dump({"plugin": "imanage.control_center.tenants", "file": "firms.csv"}))
    return inventory


def _tenant(name: str, customer_id: int, kind: str, chance: Random) -> Tenant:
    libraries = [f"{name.upper().replace('-', '_')}_{number}" for number in range(1, chance.randint(2, 8))]
    admin = {"id": f"admin@{name}.example", "password": f"rehearsal-{name}", "app_management": True, "nrtadmin": "all"}
    tenant: Tenant = {
        "name": name,
        "customer_id": customer_id,
        "client": {"id": CLIENT},
        "users": [admin, {"id": f"pat@{name}.example"}],
        "groups": list(_GROUPS),
        "libraries": [{"id": one} for one in libraries],
        "page_size": chance.choice([2, 100, 1000]),
        "applications": [
            *({"id": f"other-{number}", "name": one, "status": "enabled"} for number, one in enumerate(_OTHERS)),
            {"id": "tracker", "name": TRACKER},
            {"id": "tracker-cc", "name": CONFIGURATION},
        ],
        "answers": {"dates": "shown"},
    }
    KINDS[kind](tenant)
    return tenant


def _new(tenant: Tenant) -> None:
    """Everything is ready, and nothing was done."""


def _onboarded(tenant: Tenant, ends_in_days: int = 300) -> None:
    tracker, configuration = tenant["applications"][-2:]
    tracker["status"] = configuration["status"] = "enabled"
    configuration["token_policy"] = {"allow_refresh_token": True}
    for library in tenant["libraries"]:
        library |= {"authorized_by": tenant["users"][0]["id"], "expires_in_days": ends_in_days}


def _ends_soon(tenant: Tenant) -> None:
    _onboarded(tenant, ends_in_days=20)


def _has_expired(tenant: Tenant) -> None:
    _onboarded(tenant, ends_in_days=-3)


def _has_a_new_library(tenant: Tenant) -> None:
    _onboarded(tenant)
    tenant["libraries"].append({"id": "NEW"})


def _is_a_pilot(tenant: Tenant) -> None:
    tenant["applications"][-2] |= {"status": "enabled", "access": {"mode": "custom", "groups": ["Pilot"]}}


def _waits_for_imanage(tenant: Tenant) -> None:
    tenant["applications"].pop()


def _asks_a_person(tenant: Tenant) -> None:
    tenant["consent_required"] = True


def _is_for_people_only(tenant: Tenant) -> None:
    tenant["answers"] = {"tracker": "page_404"}


def _hides_a_library(tenant: Tenant) -> None:
    tenant["users"][0]["nrtadmin"] = [library["id"] for library in tenant["libraries"][1:]]


def _may_not_manage(tenant: Tenant) -> None:
    tenant["users"][0]["app_management"] = False


KINDS: dict[str, Callable[[Tenant], None]] = {
    "new": _new,
    "onboarded": _onboarded,
    "ends soon": _ends_soon,
    "has expired": _has_expired,
    "has a new library": _has_a_new_library,
    "pilot": _is_a_pilot,
    "waits for iManage": _waits_for_imanage,
    "asks a person": _asks_a_person,
    "for people only": _is_for_people_only,
    "hides a library": _hides_a_library,
    "may not manage": _may_not_manage,
}
