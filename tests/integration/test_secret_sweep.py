# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marked secrets go through every playbook, well and badly; then everything that was left is searched."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import pytest
from playbooks_support import EXTENSION, Stage, catalog
from sandbox import Fault, tokens
from sandbox.faults import KINDS
from support.short_way import short_way
from support.sweep import AWKWARD, PLAINER, CommandLines, Sweep, mark

pytestmark = pytest.mark.sweep

GIVEN = {
    "password": mark("password", AWKWARD),
    "second password": mark("second", AWKWARD),
    "refused password": mark("refused", AWKWARD),
    "client secret": mark("client", PLAINER),
    "refresh token": mark("refresh", PLAINER),
    "access token": mark("access", PLAINER),
    "secret in a reply": mark("reply", AWKWARD),
    "password in a url": mark("url"),
}
# What a user brings along has the secrets in it, and is not ours.
BROUGHT = ("inventory.json", "playbook.yml")


# -- the playbooks ----------------------------------------------------------------------------------------------------


def _client() -> dict[str, Any]:
    return {"client": {"id": "control-center-client", "secret": GIVEN["client secret"]}}


def _person(name: str, **more: Any) -> dict[str, Any]:
    """The account of a tenant."""
    known = {"password": GIVEN["password"], "app_management": True, "nrtadmin": "all"}
    return {"id": f"admin@{name}.example", **known, **more}


def _add(stage: Stage, name: str, host: dict[str, Any] | None = None, **changes: Any) -> None:
    """A tenant with marked secrets."""
    known = {"users": [_person(name)], "applications": _applications(), **_client()}
    stage.add(name, {"imanage_password": GIVEN["password"], **(host or {})}, **{**known, **changes})


def _applications(*without: str) -> list[dict[str, Any]]:
    return [{**row, "client_secret": GIVEN["secret in a reply"]} for row in catalog(*without)]


def _tenants(stage: Stage) -> None:
    """A tenant for each way in which an onboarding ends, and one for each fault."""
    stage.common["imanage_client_secret"] = GIVEN["client secret"]
    _add(stage, "fine")
    _add(stage, "refused", {"imanage_password": GIVEN["refused password"]})
    _add(stage, "consent", consent_required=True)
    _add(stage, "mistaken", {"imanage_timeout": "soon"})
    _add(stage, "no_rights", users=[_person("no_rights", app_management=False)])
    _add(stage, "unlisted", {"tracker_onboarding_libraries": ["NOWHERE"]})
    _add(stage, "in_the_url", {"imanage_url": f"https://ada:{GIVEN['password in a url']}@cloudimanage.com"})
    _add(
        stage,
        "two_accounts",
        {
            "imanage_nrtadmin_username": "keeper@two_accounts.example",
            "imanage_nrtadmin_password": GIVEN["second password"],
        },
        users=[
            _person("two_accounts", nrtadmin=[]),
            {"id": "keeper@two_accounts.example", "password": GIVEN["second password"], "nrtadmin": "all"},
        ],
    )
    _add(stage, "bare", applications=_applications(EXTENSION))
    for name, token in (("by_refresh", "refresh"), ("by_access", "access")):
        person = _person(name, **{f"{token}_token": GIVEN[f"{token} token"]})
        known = {"users": [person], "applications": _applications(), **_client()}
        stage.add(name, {f"imanage_{token}_token": GIVEN[f"{token} token"]}, by_password=False, **known)
    # What the server repeats can only be hidden where it was given to the task.
    known = [GIVEN["password"], GIVEN["client secret"]]
    echo = " ".join(form for secret in known for form in (secret, quote_plus(secret)))
    needs = {
        "status": {"status": 409, "body": {"error": {"code": "Echo", "code_message": echo}}},
        "redirect": {"location": f"https://elsewhere.example/?{quote_plus(GIVEN['password'])}"},
        "delay": {"seconds": 2},
        "drip": {"seconds": 2},
        "big": {"size": 20_000_000},
    }
    for kind in KINDS:
        _add(stage, f"fault_{kind}", {"imanage_timeout": 1, "imanage_retry_timeout": 2})
        for operation in ("listApps", "updateApp"):
            fault = Fault(kind, operation=operation, times=1, skip=1, **needs.get(kind, {}))
            stage.sandbox.tenant(f"fault_{kind}").faults.append(fault)


WAYS = {
    "preview": ("minimal", "-v"),
    "onboard": ("default", "-vvvv"),
    "audit": ("oneline", "-vvv"),
    "offboard": ("default", "-vvv"),
}


def _played(where: Path) -> dict[str, Any]:
    """How the playbooks ended, and the secrets that came and went; what they left is below the folder."""
    with Stage(where) as stage, CommandLines(where / "commands"):
        _tenants(stage)
        codes, kinds = {}, {}
        for number, (name, (callback, verbosity)) in enumerate(WAYS.items(), start=1):
            home = where / f"run{number}"
            environment = {
                "HOME": str(home / "home"),
                "ANSIBLE_LOCAL_TEMP": str(home / "local"),
                "ANSIBLE_LOG_PATH": str(home / "log"),
                "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
                "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(home / "facts"),
                "ANSIBLE_STDOUT_CALLBACK": callback,
                "ANSIBLE_CALLBACKS_ENABLED": "task_lines,ansible.builtin.junit,ansible.builtin.tree",
                "ANSIBLE_CALLBACK_TREE_DIR": str(home / "tree"),
                "JUNIT_OUTPUT_DIR": str(home / "junit"),
                "ANSIBLE_DEBUG": str(int(name == "onboard")),
            }
            # The folder of a run is made by the run, and tempfile passes over a TMPDIR that is not there.
            temporary = home.with_name(f"{home.name}-tmp")
            temporary.mkdir()
            environment["TMPDIR"] = short_way(temporary)
            run = stage.run(verbosity, "--diff", *stage.confirm(), f"imanage.control_center.{name}", **environment)
            (where / f"output of {name}").write_text(run.output, encoding="utf-8")
            codes[name] = run.code
            kinds[name] = {tenant: (row["failure"] or {}).get("kind") for tenant, row in run.report.items()}
        known = stage.sandbox._tokens
        issued = sorted({*known._access, *known._refresh} - set(GIVEN.values()))
        alive = {tenant.name: stage.tokens_left(tenant.name) for tenant in stage.sandbox.tenants}
    return {"where": where, "issued": issued, "alive": alive, "codes": codes, "kinds": kinds}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """What the playbooks left."""
    make = tokens.secrets.token_urlsafe
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "secrets", SimpleNamespace(token_urlsafe=lambda size: mark(make(size))))
        return _played(tmp_path_factory.mktemp("sweep"))


def test_the_playbooks_end_in_every_way(played):
    """A sweep over runs that all went the same way would find nothing for that reason."""
    assert set(played["codes"].values()) == {2}
    kinds = set(played["kinds"]["onboard"].values())
    assert {None, "sign_in", "bad_option", "permission", "not_found", "conflict", "unexpected_reply"} <= kinds
    # Nothing of the tenants goes into the cache of facts. By ansible-core 2.22 there are files of it all the same.
    left = played["where"] / "run2"
    assert {path.read_text() for path in left.glob("facts/*")} <= {json.dumps({"__payload__": "{}"})}
    written = {path.name for path in left.iterdir() if path.is_file() or any(path.rglob("*.*"))}
    assert {"junit", "lines", "log", "report"} <= written


def test_law_5_no_playbook_leaves_a_secret_anywhere(played, record_property):
    where = played["where"]
    assert len(played["issued"]) > 50
    assert "ansible-playbook" in (where / "commands").read_text(errors="replace")
    sweep = Sweep([*GIVEN.values(), *played["issued"]])
    assert sweep.found(where, *BROUGHT) == []
    record_property("figures", f"playbooks: {sweep}")


def test_everybody_is_signed_out_whatever_happened(played):
    # Whose reply is lost on signing in holds a token that nobody knows of.
    assert {name: left for name, left in played["alive"].items() if left} == {}
