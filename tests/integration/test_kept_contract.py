# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What verify_contract found stays in the folder of the report, and the next report names it."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime

import pytest
from playbooks_support import Stage, catalog
from sandbox import Fault
from support.places import refreshing

pytestmark = pytest.mark.sweep

VERIFY, PREVIEW = "imanage.control_center.verify_contract", "imanage.control_center.preview"
NAMES = ("well", "odd", "new", "moved")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Three tenants are verified and one is not; then all are previewed into the same folder."""
    where = tmp_path_factory.mktemp("kept")
    folder = where / "report"
    into = ("-e", f"imanage_report={folder}")
    found, began = {}, str(datetime.now(UTC).date())
    with Stage(where) as stage:
        done = catalog(tracker={"status": "enabled"}, tracker_cc=refreshing()[3])
        for name in NAMES:
            stage.add(name, applications=done)
        missing = Fault("status", operation="listRoles", status=403)
        stage.sandbox.tenant("odd").faults.append(missing)
        stage.run(VERIFY, *into, "--limit", "well:odd")
        stage.run(VERIFY, *into, "--limit", "moved")
        found["days"] = [began, str(datetime.now(UTC).date())]
        found["kept"] = json.loads((folder / "contract.json").read_text(encoding="utf-8"))
        # Since then it has become another tenant.
        kept = [{**row, "customer_id": 7} if row["tenant"] == "moved" else row for row in found["kept"]]
        (folder / "contract.json").write_text(json.dumps(kept), encoding="utf-8")
        for name in ("well", "new"):
            wrong = Fault("shape", operation="listLibraryAuthorizations", body={"rows": []})
            stage.sandbox.tenant(name).faults.append(wrong)
        found["preview"] = stage.run(PREVIEW, *into)
        found["page"] = rows_of((folder / "report.html").read_text(encoding="utf-8"))
        found["report"] = json.loads((folder / "report.json").read_text(encoding="utf-8"))["tenants"]
        (folder / "contract.json").write_text('[{"tenant": "well"', encoding="utf-8")
        found["broken"] = stage.run(PREVIEW, *into)
        found["broken page"] = rows_of((folder / "report.html").read_text(encoding="utf-8"))
    return found


def day_of(ran, name):
    """When the calls of a tenant were verified."""
    return next(row["at"] for row in ran["kept"] if row["tenant"] == name)


def rows_of(page):
    """What the page says of each tenant, as text."""
    parts = re.split(r"<tbody data-status", page)[1:]
    texts = [html.unescape(re.sub(r"<[^>]+>", " ", part.partition(">")[2])).split() for part in parts]
    return {words[0]: " ".join(words) for words in texts}


def test_the_file_keeps_the_tenants_that_were_not_asked_again(ran):
    assert [(row["tenant"], row["customer_id"]) for row in ran["kept"]] == [
        ("moved", 1003),
        ("well", 1000),
        ("odd", 1001),
    ]
    assert {row["at"] for row in ran["kept"]} <= set(ran["days"])


def test_the_next_report_names_it(ran):
    writes = (
        "not verified: updateApp, removeApp, updateAppAccess, writeTokenPolicy, authorizeLibrary, unauthorizeLibrary."
    )
    assert f"Calls verified on this tenant on {day_of(ran, 'well')}; {writes}" in ran["page"]["well"]
    assert (
        f"Calls verified on this tenant on {day_of(ran, 'odd')}; not allowed: listRoles; not verified: "
        in ran["page"]["odd"]
    )


@pytest.mark.parametrize("name", ["new", "moved"])
def test_a_tenant_that_was_not_verified_under_its_number_has_no_such_line(ran, name):
    assert "Calls verified" not in ran["page"][name]


def test_a_call_with_an_unexpected_reply_is_reported_with_what_is_known(ran):
    kinds = {row["tenant"]: (row["failure"] or {}).get("kind") for row in ran["report"]}
    assert kinds == {"well": "unexpected_reply", "odd": None, "new": "unexpected_reply", "moved": None}
    so = f"listLibraryAuthorizations was answered as the contract says on this tenant on {day_of(ran, 'well')}."
    assert so in ran["page"]["well"]
    unknown = "listLibraryAuthorizations was not verified on this tenant."
    assert unknown in ran["page"]["new"]
    assert all(f"    {words}" in ran["preview"].output for words in (so, unknown))
    assert all("was answered" not in ran["page"][name] for name in ("odd", "new", "moved"))


def test_an_unusable_file_is_a_warning_and_the_report_is_still_written(ran):
    assert any("contract.json is not JSON" in one for one in ran["broken"].warnings)
    assert set(ran["broken page"]) == set(NAMES)
    assert "Calls verified" not in str(ran["broken page"])
