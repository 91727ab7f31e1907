# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token policy of an application: read, plan, report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import POLICY
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall, NotYet
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan
from ansible_collections.imanage.control_center.plugins.module_utils._plan.token_policy import plan_token_policy
from ansible_collections.imanage.control_center.plugins.module_utils._resources import applications, in_order

_DEFAULTS = {name: field.default for name, field in POLICY.items()}

assumptions, is_independent, report_refused = in_order.assumptions, in_order.is_independent, in_order.report_refused


class Want(NamedTuple):
    """The application and the managed fields. C(found) is the application, if it was already found."""

    name: str | None
    app_id: str | None
    managed: dict[str, Any]
    found: dict[str, Any] | None = None


class Have(NamedTuple):
    """The application and its token policy. C(read_fields) were in the reply; the other fields are defaults."""

    application: dict[str, Any]
    policy: dict[str, Any]
    read_fields: tuple[str, ...]


def want_of(parameters: Mapping[str, Any]) -> Want:
    """Return what the options ask for. Raises C(bad_option)."""
    managed = {name: parameters[name] for name in POLICY if parameters[name] is not None}
    for name, value in managed.items():
        if POLICY[name].unit and value < 1:
            raise Failure("bad_option", f"{name} is {value}, but it must be at least 1 {POLICY[name].unit}.")
    if "refresh_token_expiry_days" in managed and managed.get("allow_refresh_token") is False:
        raise Failure(
            "bad_option",
            "refresh_token_expiry_days is given together with allow_refresh_token: false.",
            advice="An expiry can be set only while refresh tokens are allowed: leave one of the two out.",
        )
    return Want(parameters["name"], parameters["app_id"], managed)


def read(client: Client, want: Want) -> Have:
    """Read the application and its token policy. Raises NotYet while the application is only in the catalog."""
    try:
        application = want.found or applications.find_added(client, want.name, want.app_id)
    except NotYet as missing:
        _check_call_exists(client, missing.assumed["id"])
        assumed = Have(missing.assumed, dict(_DEFAULTS, refresh_token_expiry_days=None), ())
        raise missing.with_facts(assumed=assumed) from missing
    return Have(application, *read_policy(client, application["id"]))


def plan(want: Want, have: Have) -> Plan:
    """Plan the writes."""
    made = plan_token_policy(want.managed, have.policy, have.application["id"], have.read_fields)
    return made._replace(will_have=have._replace(policy=made.will_have))


def report(client: Client, want: Want, have: Have) -> dict[str, Any]:
    """The task's return values."""
    return {"application": have.application, "token_policy": have.policy}


def title(want: Want, have: Have) -> str:
    """The name in the head of a diff."""
    return f"{have.application['name']}, Authentication"


def want_to_verify(want: Want, have: Have) -> Want:
    """The want with its application, which need not be found again."""
    return want._replace(found=have.application)


def _check_call_exists(client: Client, app_id: str) -> None:
    """Raise NoSuchCall if this tenant serves the token policy at another path.

    So that failure comes before the applications are added. Other refusals mean nothing for an application that is not
    added yet.
    """
    try:
        client.call("readTokenPolicy", app_id=app_id)
    except NoSuchCall:
        raise
    except Failure as failure:
        if failure.wire["operation"] != "readTokenPolicy":
            raise


def read_policy(client: Client, app_id: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Read the token policy of an added application. Return it under our names, and the fields that were read.

    Missing fields have the documented defaults. Control Center answers 404 if the policy was never set; then all
    fields have defaults. While refresh tokens are not allowed, their expiry is null.
    """
    try:
        value: Mapping[str, Any] = client.call("readTokenPolicy", app_id=app_id)["data"]["value"]
    except Failure as failure:
        if failure.kind != "not_found":
            raise
        value = {}
    read_fields = {name: value[field.wire] for name, field in POLICY.items() if value.get(field.wire) is not None}
    policy = {**_DEFAULTS, **read_fields}
    if not policy["allow_refresh_token"]:
        policy["refresh_token_expiry_days"] = None
    return policy, tuple(read_fields)
