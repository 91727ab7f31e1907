# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups the tenants of a plan by their changes, for the change sheet. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import visible
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.summary import figures

Row = dict[str, Any]


def groups(entries: list[Mapping[str, Any]]) -> list[Row]:
    """Group the tenants: first those that would change, then those with blockers, then those without changes.

    Large groups come first. A group has C(tenants), C(status), C(changes) of all of them with the number of C(same)
    fields, C(figures), C(libraries) (rows with C(tenants), C(libraries), C(before) and C(after)), C(assumptions) and
    C(blockers).
    """
    found: dict[str, Row] = {}
    for entry in visible(entries):
        changes = [_change(one) for one in entry["changes"] or []]
        # The rest of the message is an e-mail, which is in a separate file.
        blockers = [{**one, "msg": one["msg"].partition("\n\n")[0]} for one in entry["blockers"]]
        alike = {
            "status": entry["status"],
            "changes": [one for one in changes if one["stage"] != "authorization"],
            "assumptions": entry["assumptions"] or [],
            "blockers": blockers,
        }
        group = found.setdefault(repr(alike), {**alike, "tenants": [], "all": [], "sets": {}})
        group["tenants"].append({name: entry[name] for name in ("tenant", "customer_id", "url")})
        group["all"] += changes
        for one in changes:
            if one["stage"] == "authorization":
                fields = tuple((field["field"], field["before"], field["after"]) for field in one["fields"])
                group["sets"].setdefault(fields, []).append(entry["tenant"])
    for group in found.values():
        group["figures"] = figures(group.pop("all"), previews=True)
        group["libraries"] = [row for fields, those in group.pop("sets").items() for row in _rows(fields, those)]
    return sorted(found.values(), key=lambda one: (not one["figures"], not one["blockers"], -len(one["tenants"])))


def _change(change: Mapping[str, Any]) -> Row:
    """A change with the fields that differ, and the number of fields that do not."""
    before, after = change["before"], change["after"]
    names = dict.fromkeys([*before, *after])
    differ = [name for name in names if name not in before or name not in after or before[name] != after[name]]
    fields = [{"field": name, "before": before.get(name), "after": after.get(name)} for name in differ]
    return {"stage": change["stage"], "title": change["title"], "fields": fields, "same": len(names) - len(differ)}


def _rows(fields: tuple[tuple[str, Any, Any], ...], tenants: list[str]) -> list[Row]:
    """The libraries of these tenants. Libraries with the same change share a row."""
    rows: dict[tuple[Any, Any], list[str]] = {}
    for library, before, after in fields:
        rows.setdefault((before, after), []).append(library)
    return [
        {"tenants": tenants, "libraries": libraries, "before": before, "after": after}
        for (before, after), libraries in rows.items()
    ]
