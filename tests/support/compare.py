# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How results and states are compared."""

from __future__ import annotations

from typing import Any


def agrees(preview: Any, run: Any) -> bool:
    """Whether a preview says what a run says, where it says anything: null means that it cannot be known yet."""
    if preview is None:
        return True
    if isinstance(preview, dict):
        return isinstance(run, dict) and set(preview) == set(run) and all(agrees(preview[key], run[key]) for key in run)
    if isinstance(preview, list):
        return isinstance(run, list) and len(preview) == len(run) and all(map(agrees, preview, run))
    return preview == run


def keys(value: Any, at: str = "") -> set[str]:
    """Every key of a result as a dotted path; what is null or an empty list hides what it would hold."""
    if isinstance(value, dict):
        return {path for key, one in value.items() for path in {f"{at}{key}", *keys(one, f"{at}{key}.")}}
    if isinstance(value, list):
        return {path for one in value for path in keys(one, at)}
    return set()


def planned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Writes without what only a run can know of them: whether each was made, when, and by whom."""
    known = ("operation", "ids", "does", "title", "body", "before", "after")
    return [{name: row[name] for name in known} for row in rows]


def assert_same_outcome(preview: dict[str, Any], run: dict[str, Any]) -> None:
    """Law 2 on two results."""
    assert not preview.get("failed"), preview
    assert not run.get("failed"), run
    assert preview["changed"] == run["changed"]
    assert preview.get("diff") == run.get("diff")
    assert set(preview) - {"warnings"} == set(run) - {"warnings"}
    assert planned(preview.get("writes", [])) == planned(run.get("writes", []))
    ours = {key for key in run if key not in ("changed", "diff", "warnings", "writes")}
    for key in ours:
        assert agrees(preview[key], run[key]), f"{key}: {preview[key]} and {run[key]}"
