# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of slices as one, and what is wrong with them in a sentence each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._options import STAGES
from ansible_collections.imanage.control_center.plugins.plugin_utils import _json_file
from ansible_collections.imanage.control_center.plugins.plugin_utils._json_file import Unusable

WORDS = ("unchanged", "changed", "waiting", "failed", "skipped")
# The result fact, as far as the templates of the report read it.
RESULT = {
    "tenant": str,
    "customer_id?": int,
    "url": str,
    "status?": str,
    "check_mode": bool,
    "changed": bool,
    "stages": dict.fromkeys(STAGES, WORDS),
    "libraries": {"authorized": [str], "pending": [str], "unlisted?": [str]},
    "authorizations?": [{"library": str, "by?": str, "until?": str}],
    "expires_at?": str,
    "changes?": [{"stage": str, "title": str, "fields": [{"field": str}]}],
    "provisioning_request?": {"application": str, "customer_name": str, "from?": str, "to?": str, "sent_at?": str},
    "next_steps": [str],
    "failure?": {"kind": str, "msg": str},
}
MAY_BE_NULL = dict.fromkeys((key[:-1] for key in RESULT if key.endswith("?")), None)


def merged(names: Iterable[str]) -> dict[str, Any]:
    """C(results) of all files that are reports, and C(problems): each the C(name) of a file or tenant, and a C(msg)."""
    results: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    homes: dict[str, list[str]] = {}
    for name in names:
        try:
            rows = read(name)
        except Unusable as unusable:
            problems.append({"name": name, "msg": str(unusable)})
            continue
        results += rows
        for row in rows:
            homes.setdefault(row["tenant"], []).append(name)
    problems += [
        {"name": tenant, "msg": f"{tenant} is in {' and in '.join(where)}. A tenant belongs into one slice, once."}
        for tenant, where in homes.items()
        if len(where) > 1
    ]
    return {"results": results, "problems": problems}


def read(name: str) -> list[dict[str, Any]]:
    """The results in a file."""
    rows = _json_file.read(name, "report", [RESULT], "a list of results", "did its slice get to its end?")
    return [{**MAY_BE_NULL, **row} for row in rows]
