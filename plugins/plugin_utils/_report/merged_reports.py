# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merges the reports of slices, and finds problems with them."""

from __future__ import annotations

import glob
import os.path
from collections.abc import Iterable
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._run.options import STAGES
from ansible_collections.imanage.control_center.plugins.plugin_utils._report import json_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.json_file import Unusable
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.run_checks import STATUSES

WORDS = ("unchanged", "changed", "waiting", "failed", "skipped")
# The result fact, as far as the templates of the report read it.
RESULT = {
    "tenant": str,
    "customer_id?": int,
    "url": str,
    "account?": str,
    "at?": str,
    "status": STATUSES,
    "check_mode": bool,
    "changed": bool,
    "stages": dict.fromkeys(STAGES, WORDS),
    "libraries": {"authorized": [str], "pending": [str], "wanted": [str], "others": [str], "not_visible?": [str]},
    "authorizations?": [{"library": str, "by?": str, "until?": str}],
    "expires_at?": str,
    "changes?": [{"stage": str, "title": str, "fields": [{"field": str}]}],
    "remaining?": [{"stage": str, "library?": str, "reason": str, "remedy": str}],
    "assumptions?": [str],
    "planned?": {"changes": [dict], "writes": [dict], "assumptions": [str]},
    "provisioning_request?": {"application": str, "customer_name": str, "from?": str, "to?": str},
    "next_steps": [str],
    "failure?": {"kind": str, "msg": str},
}
MODES = ("preview", "run", "audit")
SHAPE = {"report": {"mode": MODES}, "tenants": [RESULT]}
ALONE = "{} is a pattern, so missing tenants are found only with an inventory: give one with -i, or name each report."


def merged(names: Iterable[str], tenants: Iterable[str] = ()) -> dict[str, Any]:
    """Merge the reports. C(results) has their tenants. C(problems) has a C(name) and a C(msg) each.

    C(mode) is the mode of the reports, or C(run) if the modes differ or there is no report.

    C(tenants) must be in a report. If it is empty, missing tenants are not found.
    """
    expected = list(tenants)
    named = list(names)
    results: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    homes: dict[str, list[str]] = {}
    modes: set[str] = set()
    for name in [path for entry in named for path in files(entry)]:
        try:
            mode, rows = read(name)
        except Unusable as unusable:
            problems.append({"name": name, "msg": str(unusable)})
            continue
        modes.add(mode)
        results += rows
        for row in rows:
            homes.setdefault(row["tenant"], []).append(name)
    problems += [
        {"name": tenant, "msg": f"{tenant} is in {' and in '.join(where)}. A tenant belongs in one slice, once."}
        for tenant, where in homes.items()
        if len(where) > 1
    ]
    absent = [tenant for tenant in expected if tenant not in homes]
    if absent:
        words = f"In none of the reports: {', '.join(absent)}. Each tenant belongs in one slice."
        problems.append({"name": "inventory", "msg": words})
    # A pattern finds only existing reports. Without the tenants, a slice without a report would go unnoticed.
    problems += [{"name": entry, "msg": ALONE.format(entry)} for entry in named if is_pattern(entry) and not expected]
    return {"mode": modes.pop() if len(modes) == 1 else "run", "results": results, "problems": problems}


def is_pattern(entry: str) -> bool:
    """Whether an entry is a pattern with C(*). An existing file with exactly this name is not."""
    return "*" in entry and not os.path.exists(os.path.expanduser(entry))


def files(entry: str) -> list[str]:
    """The files of an entry. A pattern without a match is returned, and is then a missing report."""
    # Only * is special, because the name of a run may contain brackets.
    pattern = glob.escape(os.path.expanduser(entry)).replace("[*]", "*")
    return (sorted(glob.glob(pattern)) if is_pattern(entry) else []) or [entry]


def read(name: str) -> tuple[str, list[dict[str, Any]]]:
    """Read the mode and the results of a report."""
    report = json_file.read(name, "report", SHAPE, "what a playbook wrote", "did its slice run to its end?")
    return report["report"]["mode"], _with_nulls(report["tenants"], [RESULT])


def _with_nulls(value: Any, shape: Any) -> Any:
    """Add null for missing optional fields, because the templates read every field of the shape."""
    if isinstance(value, list) and isinstance(shape, list):
        return [_with_nulls(one, shape[0]) for one in value]
    if isinstance(value, dict) and isinstance(shape, dict):
        return {**value, **{key.rstrip("?"): _with_nulls(value.get(key.rstrip("?")), shape[key]) for key in shape}}
    return value
