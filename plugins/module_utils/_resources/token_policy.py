# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token policy of an application: read, plan, report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import POLICY_DEFAULTS, POLICY_FIELDS
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall, NotYet
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan
from ansible_collections.imanage.control_center.plugins.module_utils._plan.token_policy import (
    PolicyWish,
    plan_token_policy,
)
from ansible_collections.imanage.control_center.plugins.module_utils._resources import applications


class Wish(NamedTuple):
    """Whose token policy, and what is wanted of it. C(found): the application, once it was found."""

    name: str | None
    app_id: str | None
    managed: PolicyWish
    found: dict[str, Any] | None = None


class Current(NamedTuple):
    """The application and its token policy. C(told): the fields that were read; the others are documented defaults."""

    application: dict[str, Any]
    policy: dict[str, Any]
    told: tuple[str, ...]


def wish(parameters: Mapping[str, Any]) -> Wish:
    """What the options ask for; raises C(bad_option)."""
    managed = PolicyWish(**{field: parameters[field] for field in PolicyWish._fields})
    for field, unit in (("refresh_token_expiry_days", "day"), ("access_token_expiry_minutes", "minute")):
        value = getattr(managed, field)
        if value is not None and value < 1:
            raise Failure("bad_option", f"{field} is {value}, but it must be at least 1 {unit}.")
    if managed.refresh_token_expiry_days is not None and managed.allow_refresh_token is False:
        raise Failure(
            "bad_option",
            "refresh_token_expiry_days is given together with allow_refresh_token: false.",
            advice="An expiry can be set only while refresh tokens are allowed: leave one of the two out.",
        )
    return Wish(parameters["name"], parameters["app_id"], managed)


def read(client: Client, wanted: Wish) -> Current:
    """The application and its token policy. Raises NotYet while the application is only in the catalog."""
    try:
        application = wanted.found or applications.find_added(client, wanted.name, wanted.app_id)
    except NotYet as missing:
        _see_that_the_call_is_there(client, missing.assumed["id"])
        missing.assumed = Current(missing.assumed, dict(POLICY_DEFAULTS, refresh_token_expiry_days=None), ())
        raise
    return Current(application, *read_policy(client, application["id"]))


def plan(wanted: Wish, current: Current) -> Plan:
    """What has to be written."""
    made = plan_token_policy(wanted.managed, current.policy, current.application["id"], current.told)
    return made._replace(outcome=current._replace(policy=made.outcome))


def verifying(wanted: Wish, current: Current) -> Wish:
    """What is wanted once the write is made: of the same application, which need not be found again."""
    return wanted._replace(found=current.application)


def report(client: Client, wanted: Wish, current: Current) -> dict[str, Any]:
    """The task's return values."""
    return {"application": current.application, "token_policy": current.policy}


def title(wanted: Wish, current: Current) -> str:
    """What a diff names in its head."""
    return f"{current.application['name']}, Authentication"


def _see_that_the_call_is_there(client: Client, app_id: str) -> None:
    """Raise NoSuchCall where this tenant serves the token policy elsewhere: the applications are not added in vain.

    Any other answer about an application that is not added yet says nothing.
    """
    try:
        client.call("readTokenPolicy", app_id=app_id)
    except NoSuchCall:
        raise
    except Failure as failure:
        if failure.wire["operation"] != "readTokenPolicy":
            raise


def read_policy(client: Client, app_id: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The token policy of an added application under our names, and which of its fields Control Center told.

    For those that it did not tell the documented defaults stand in, for all of them where the policy was never set,
    which is 404 in Control Center's own form. While refresh is off its expiry means nothing and is null.
    """
    try:
        value: Mapping[str, Any] = client.call("readTokenPolicy", app_id=app_id)["data"]["value"]
    except Failure as failure:
        if failure.kind != "not_found":
            raise
        value = {}
    told = {field: value[wire] for field, wire in POLICY_FIELDS.items() if value.get(wire) is not None}
    policy = {**POLICY_DEFAULTS, **told}
    if not policy["allow_refresh_token"]:
        policy["refresh_token_expiry_days"] = None
    return policy, tuple(told)
