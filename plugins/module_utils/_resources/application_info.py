# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the applications of a tenant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan.applications import is_added
from ansible_collections.imanage.control_center.plugins.module_utils._resources import applications
from ansible_collections.imanage.control_center.plugins.module_utils._resources.token_policy import read_policy


def result(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the matching applications, with what C(include) asks for. No match is not a failure."""
    status = parameters["status"]
    selected, near_misses = _selected(client, parameters)
    found = [row for row in selected if status in (None, row["status"])]
    for application in found:
        if "access" in parameters["include"] and is_added(application):
            application["access"] = applications.read_access(client, application["id"])
        application["token_policy"] = None
        if "token_policy" in parameters["include"] and is_added(application):
            application["token_policy"] = read_policy(client, application["id"])[0]
    return {"applications": found, "near_misses": near_misses}


def _selected(client: Client, parameters: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the applications that the options select, and the names that are misspelt."""
    if parameters["app_id"] is not None:
        try:
            return [applications.find(client, None, parameters["app_id"])], []
        except Failure as failure:
            if failure.kind != "not_found":
                raise
            return [], []
    if parameters["name"] is not None:
        want = names(parameters["name"])
        found, others = applications.by_name(client, want)
        missing = [name for name in want if name not in {row["name"] for row in found}]
        near = {name: applications.near_miss(name, others) for name in missing}
        client.warnings.extend(f"{client.where}: {sentence}" for sentence in near.values() if sentence)
        return found, [name for name, sentence in near.items() if sentence]
    query = {"status": parameters["status"]} if parameters["status"] else None
    return [applications.record(row) for row in client.rows("listApps", query=query)], []


def names(given: Any) -> list[str]:
    """Return the names as a list. A name is never split at a comma. Raises C(bad_option)."""
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not found or not all(isinstance(name, str) for name in found):
        raise Failure("bad_option", "name is neither a name nor a list of names.")
    return found
