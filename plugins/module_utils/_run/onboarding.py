# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a tenant once and plans every stage. Writes nothing."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import Connection, connection
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import (
    APPLICATIONS,
    CONFIGURATION,
    POLICY,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import in_quotes
from ansible_collections.imanage.control_center.plugins.module_utils._plan import approval, remainder
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Plan
from ansible_collections.imanage.control_center.plugins.module_utils._resources import (
    application_info,
    applications,
    library_authorizations,
    library_page,
    session,
    token_policy,
)
from ansible_collections.imanage.control_center.plugins.module_utils._run.converge import Preview, preview
from ansible_collections.imanage.control_center.plugins.module_utils._run.journal import planned_rows
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import WRITING_STAGES
from ansible_collections.imanage.control_center.plugins.module_utils._run.resource import Resource
from ansible_collections.imanage.control_center.plugins.module_utils._run.spelling import distance

# A name within this edit distance of another one counts as a misspelling of it.
_MAX_EDITS = 2


class StageResource(NamedTuple):
    """One resource of the onboarding: its stage, the resource, and what the options ask for."""

    stage: str
    resource: Resource
    want: Any


class Want(NamedTuple):
    """What the options ask for.

    C(parts) has the resources of the chosen C(stages), in the order of their writes. C(skipped_stages) are the others.
    C(second_account) authorizes the libraries, or None if the first account does. C(approved) is the approved plan, or
    None if no plan was approved.
    """

    names: list[str]
    stages: list[str]
    skipped_stages: list[str]
    parts: list[StageResource]
    offboards: bool
    must_be_provisioned: bool
    second_account: Connection | None
    approved: Mapping[str, Any] | None


def result(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read the tenant and plan every chosen stage. Raises Failure for what is known to fail.

    The result of a failure has what was read before it, and the stage in C(failed_stage).
    """
    want = _want(parameters)
    nothing = remainder.not_read()
    found = {**remainder.not_read(), "failed_stage": "provisioning", "left_alone": want.approved == {}}
    found["remaining"] = [remainder.skipped(stage, want.offboards) for stage in want.skipped_stages]
    try:
        if not found["left_alone"]:
            _read_and_plan(client, want, found)
    except Failure as failure:
        # Unknown values would only clutter the message.
        known = {name: value for name, value in found.items() if value and value != nothing.get(name)}
        raise failure.with_facts(result=known) from failure
    del found["failed_stage"]
    return found


def _read_and_plan(client: Client, want: Want, found: dict[str, Any]) -> None:
    """Read and plan, and put the outcome into C(found)."""
    authorizer = _sign_in(client, want, found)
    _check_customer(client, want)
    _find_applications(client, want, found)
    seen: list[tuple[StageResource, Preview]] = []
    for given in _ready_parts(want, found):
        part = given._replace(want=_complete_want(given, seen, found))
        found["failed_stage"] = part.stage
        try:
            one = preview(part.resource, authorizer if part.stage == "authorization" else client, part.want, client)
        except NoSuchCall:
            if part.stage != "authorization" or not want.offboards:
                raise
            # Authorizations cannot be withdrawn here, but the applications can be removed.
            found["tracker_calls"] = False
            continue
        if one.missing is not None and "application" not in want.stages:
            raise one.missing
        if part.stage == "authorization":
            _note_libraries(authorizer, part, one, found)
            _check_configuration(client, seen, any(step.operation == "authorizeLibrary" for step in one.plan.steps))
        seen.append((part, one))
    _note_plan(client, want, seen, found)


def _sign_in(client: Client, want: Want, found: dict[str, Any]) -> Client:
    """Sign in with each account. Return the client that authorizes the libraries."""
    who = session.who(client)
    authorizer = client
    if want.second_account is not None:
        # Accounts of two different tenants fail here with wrong_tenant.
        authorizer = client.for_account(want.second_account._replace(customer_id=client.identity.customer_id))
    known = {name: who[name] for name in ("customer_id", "user", "email")}
    found["tenant"] = {**found["tenant"], **known}
    if "authorization" in want.stages:
        found["tenant"].update(authorizes=authorizer.identity.user, authorizes_name=authorizer.identity.name)
    return authorizer


def _check_customer(client: Client, want: Want) -> None:
    """Raise C(conflict) if the plan was approved for another tenant. Ids of applications would not show that."""
    customer = (want.approved or {}).get("customer_id")
    if customer not in (None, client.customer_id):
        raise Failure(
            "conflict",
            f"The plan was approved for customer {customer}, but this is customer {client.customer_id}.",
            advice="Nothing was written. Make a new preview and have it approved.",
        )


def _find_applications(client: Client, want: Want, found: dict[str, Any]) -> None:
    """Find the applications. Raises Failure for an ambiguous or misspelt name."""
    question = {"name": want.names, "app_id": None, "status": None, "include": []}
    found.update(application_info.result(client, question))
    names = [row["name"] for row in found["applications"]]
    # The vendor's names are known for Tracker's two applications only.
    usual = dict(zip(want.names, APPLICATIONS)) if len(want.names) == len(APPLICATIONS) else {}
    for name in want.names:
        if names.count(name) > 1 or (name not in names and not want.offboards):
            if name in found["near_misses"] or want.must_be_provisioned or names.count(name) > 1:
                applications.find(client, name, None)  # Raises a failure that explains the name.
            if name in usual:
                _check_name(client, name, usual[name])
    found["missing"] = [] if want.offboards else [name for name in want.names if name not in names]


def _check_name(client: Client, name: str, usual: str) -> None:
    """Raise C(not_found) for a name that the user chose, if an application has a similar name.

    C(usual) is the vendor's name.
    """
    if name == usual:
        return
    there = [row["name"] for row in applications.by_name(client, [name])[1]]
    near = [one for one in there if one == usual or distance(one.casefold(), name.casefold()) <= _MAX_EDITS]
    if near:
        raise Failure(
            "not_found",
            f"No application is named {in_quotes(name)}; there is {' and '.join(in_quotes(one) for one in near)}.",
            advice="Names match exactly: correct the name and run again. No request to iManage is needed.",
        )


def _ready_parts(want: Want, found: Mapping[str, Any]) -> Iterator[StageResource]:
    """Yield the parts that this tenant is ready for."""
    if found["missing"]:
        return
    # The page of authorizations exists only while the last application is added and enabled.
    has_page = any(row["name"] == want.names[-1] and row["enabled"] for row in found["applications"])
    for part in want.parts:
        if has_page or part.stage != "authorization" or not want.offboards:
            yield part


def _check_configuration(client: Client, earlier: list[tuple[StageResource, Preview]], authorizes: bool) -> None:
    """Check that the planned applications and policies allow the authorization. C(authorizes): whether it writes."""
    will_have = {
        stage: [one.plan.will_have for part, one in earlier if part.stage == stage] for stage in WRITING_STAGES
    }
    planned = {application["name"]: application for application in will_have["application"]}
    for policy in will_have["refresh_token"]:
        planned.setdefault(policy.application["name"], policy.application)
    policies = {policy.application["name"]: policy.policy for policy in will_have["refresh_token"]}
    policy = policies.get(CONFIGURATION)
    if authorizes and policy is None and library_page.allows_refresh(client) is False:
        # No stage of this task allows refresh tokens.
        policy = {"allow_refresh_token": False}
    remainder.check_configuration_application(planned.get(CONFIGURATION), policy if authorizes else None)


def _complete_want(part: StageResource, earlier: list[tuple[StageResource, Preview]], found: dict[str, Any]) -> Any:
    """Return the want. For libraries, add the status and policy of the configuration application."""
    if part.stage != "authorization":
        return part.want
    statuses = [row["status"] for row in found["applications"] if row["name"] == CONFIGURATION]
    for _part, one in (seen for seen in earlier if seen[0].stage == "refresh_token"):
        if one.plan.will_have.application["name"] == CONFIGURATION:
            policies = (one.have.policy, one.plan.will_have.policy)
            found["refresh_token_expiry_days"] = min(map(library_page.refresh_days, policies))
    return part.want._replace(configuration_status=next(iter(statuses), None), days=found["refresh_token_expiry_days"])


def _note_libraries(account: Client, part: StageResource, seen: Preview, found: dict[str, Any]) -> None:
    """Put the libraries into C(found). There are none while the page does not exist."""
    read = part.resource.report(account, part.want, seen.have)
    found.update(library_authorizations.scope(part.want, seen.have), handed_over=read["handed_over"])
    if seen.missing is None:
        found.update(libraries=read["libraries"], not_visible=read["not_visible"], tracker_calls=seen.have.is_served)


def _note_plan(client: Client, want: Want, seen: list[tuple[StageResource, Preview]], found: dict[str, Any]) -> None:
    """Put the plan into C(found). Raises C(conflict) if the approved plan does not fit."""
    titled = [(part, part.resource.title(part.want, one.have), one) for part, one in seen]
    if want.approved is not None:
        found["failed_stage"] = "provisioning"
        now = [approval.PlannedResource(part.stage, title, one.plan, _names(part)) for part, title, one in titled]
        approval.compare(want.approved, now)
    plan = found["plan"]
    for part, title, one in titled:
        others = approval.unapproved(one.plan.steps, _approved_writes(want))
        if part.stage == "authorization" and not want.offboards:
            rows = [row["id"] for row in one.have.authorizations.rows]
            gone = [library for library in _approved_libraries(want) if library not in rows]
            found["remaining"] += [remainder.not_visible(library) for library in gone]
        found["appeared"] += [step.ids["library_id"] for step in others]
        steps = [step for step in one.plan.steps if step not in others]
        if steps:
            left = {field for step in others for field in step.touches}
            before, after = (_without(left, view) for view in (one.plan.before, one.plan.after))
            plan["changes"].append({"stage": part.stage, "title": title, "before": before, "after": after})
            plan["writes"] += planned_rows(Plan(before, after, steps, None), title)
        if steps or one.plan.refused:
            # The stage does the rest, and reports what was refused.
            found["stages"].append(part.stage)
    found["remaining"] += map(remainder.appeared, found["appeared"])
    found["planned"] = None if want.approved is None else plan["writes"]
    found["stages"] = list(dict.fromkeys(found["stages"]))
    assumptions = [words for _part, one in seen for words in one.assumptions]
    if plan["writes"] and client.scope_assumption:
        assumptions.append(client.scope_assumption)
    plan["assumptions"] = list(dict.fromkeys(assumptions))


def _names(part: StageResource) -> list[str] | None:
    """The libraries that the options name, or None."""
    names: list[str] | None = part.want.managed.libraries if part.stage == "authorization" else None
    return names


def _approved_writes(want: Want) -> list[Mapping[str, Any]] | None:
    return None if want.approved is None else approval.writes_of(want.approved)


def _approved_libraries(want: Want) -> list[str]:
    writes = [write for write in _approved_writes(want) or [] if write.get("operation") == "authorizeLibrary"]
    return [str((write.get("ids") or {}).get("library_id")) for write in writes]


def _without(fields: Container[str], view: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in view.items() if field not in fields}


# -- what the options ask for ---------------------------------------------------------------------------------------


# Offboarding withdraws every authorization, whatever the options for an onboarding are.
_ALL = {"libraries": None, "except": None, "authorized_on": None, "email": None, "renew_before_days": 0}


def _want(parameters: Mapping[str, Any]) -> Want:
    """Return what the options ask for, stage by stage. Raises C(bad_option)."""
    if (parameters["approved"] or {}).get("unusable"):
        raise Failure("bad_option", str(parameters["approved"]["unusable"]), advice="Nobody signed in.")
    offboards = parameters["state"] == "absent"
    listed = parameters["applications"]
    names = [application["name"] for application in listed]
    if not names or len(set(names)) < len(names):
        raise Failure(
            "bad_option", "applications is empty, or names an application twice.", advice="Name each application once."
        )
    # To remove an application, only its name counts.
    kept = ["name"] if offboards else list(listed[0])
    given = [
        {**dict.fromkeys(one), **{field: one[field] for field in kept}, "app_id": None, "state": parameters["state"]}
        for one in listed
    ]
    parts = [StageResource("application", applications, applications.want_of(one)) for one in given]
    authorization = parameters["authorization"]
    if not offboards:
        with_policy = [one for one in given if any(one[field] is not None for field in POLICY)]
        parts += [StageResource("refresh_token", token_policy, token_policy.want_of(one)) for one in with_policy]
    if authorization is not None:
        managed = {
            **authorization,
            **(_ALL if offboards else {}),
            "state": "unauthorized" if offboards else "authorized",
        }
        parts.append(StageResource("authorization", library_authorizations, library_authorizations.want_of(managed)))
    if offboards:
        # The page of authorizations disappears with its application, so withdraw them first.
        parts.reverse()
    stages = [stage for stage in WRITING_STAGES if stage in parameters["stages"]]
    wanted = {part.stage for part in parts}
    return Want(
        names,
        stages,
        [stage for stage in WRITING_STAGES if stage in wanted and stage not in stages],
        [part for part in parts if part.stage in stages],
        offboards,
        parameters["on_unprovisioned"] == "fail",
        _second_account(parameters, authorization or {}) if "authorization" in stages else None,
        parameters["approved"],
    )


def _second_account(parameters: Mapping[str, Any], authorization: Mapping[str, Any]) -> Connection | None:
    """The connection of the second account. It never uses the tokens, which belong to the first account."""
    if not (authorization.get("username") or authorization.get("password")):
        return None
    account = {name: authorization.get(name) for name in ("username", "password")}
    return connection(
        {**parameters, **account, **dict.fromkeys(("access_token", "refresh_token", "refresh_token_file"))}
    )
