# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole onboarding, or its taking back, in one session: all of it is planned before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils import (
    _application_info,
    _applications,
    _approval,
    _library_authorizations,
    _plan_chain,
    _session,
    _token_policy,
)
from ansible_collections.imanage.control_center.plugins.module_utils._client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._connection import Connection, connection
from ansible_collections.imanage.control_center.plugins.module_utils._contract import POLICY_FIELDS
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure

if TYPE_CHECKING:
    from ansible_collections.imanage.control_center.plugins.module_utils._task import Course, Foreseen


class Link(NamedTuple):
    """One link of the chain: the stage it belongs to, the noun, and what is wanted of it."""

    stage: str
    noun: Any
    wish: Any


class Wishes(NamedTuple):
    """What is wanted of a tenant.

    C(second_account) authorizes the libraries, None where the first does. C(approved): the one plan that may be carried
    out, None where any may.
    """

    names: list[str]
    links: list[Link]
    leaving: bool
    fails_unprovisioned: bool
    second_account: Connection | None
    approved: Mapping[str, Any] | None


def wishes(parameters: Mapping[str, Any]) -> Wishes:
    """What the options ask for, every stage of it; raises C(bad_option)."""
    leaving = parameters["state"] == "absent"
    applications = parameters["applications"]
    names = [application["name"] for application in applications]
    if not names or len(set(names)) < len(names):
        raise Failure("bad_option", "applications names none, or one twice.", advice="Name each application once.")
    links = [Link("application", _applications, _application_wish(one, leaving)) for one in applications]
    authorization = parameters["authorization"]
    if not leaving:
        with_policy = [one for one in applications if any(one[field] is not None for field in POLICY_FIELDS)]
        links += [
            Link("refresh_token", _token_policy, _token_policy.wish({**one, "app_id": None})) for one in with_policy
        ]
    if authorization is not None:
        managed = {**authorization, "state": "unauthorized" if leaving else "authorized"}
        links.append(Link("authorization", _library_authorizations, _library_authorizations.wish(managed)))
    if leaving:
        # The page of authorizations goes with its application, so they are withdrawn first.
        links.reverse()
    return Wishes(
        names,
        [link for link in links if link.stage in parameters["stages"]],
        leaving,
        parameters["on_unprovisioned"] == "fail",
        _second_account(parameters, authorization or {}),
        parameters["approved"],
    )


def _application_wish(application: Mapping[str, Any], leaving: bool) -> _applications.Wish:
    state = "absent" if leaving else "present"
    return _applications.wish({**application, "app_id": None, "state": state})


def _second_account(parameters: Mapping[str, Any], authorization: Mapping[str, Any]) -> Connection | None:
    """The connection as the second account. Tokens are of the first, and never stand in for it."""
    if not (authorization.get("username") or authorization.get("password")):
        return None
    account = {name: authorization.get(name) for name in ("username", "password")}
    return connection({**parameters, **account, "access_token": None, "refresh_token": None, "api_url": None})


def perform(client: Client, wanted: Wishes, course: Course) -> dict[str, Any]:
    """Go through the stages, and return what each of them returned, and the plan.

    Everything is read and planned before the first write, so what can be known to fail fails while the tenant is
    untouched. Raises Failure, with what the stages returned so far.
    """
    stages: dict[str, list[dict[str, Any]]] = {}
    plan = None
    if wanted.approved == {}:
        return _told(stages, plan, course)
    try:
        authorizing = _sign_in(client, wanted, stages)
        found = _look_up(client, wanted, stages)
        links = [(link, authorizing if link.stage == "authorization" else client) for link in _possible(wanted, found)]
        previews: list[Foreseen] = []
        for link, account in links:
            with _noted(stages, link.stage, client):
                preview = course.preview(link.noun, account, link.wish, client)
                earlier = [one.result for one in previews]
                result = _plan_chain.following(link.stage, preview.result, earlier)
                previews.append(preview._replace(result=result))
        plan = _planned(stages, authorizing, [link for link, _account in links], previews)
        if wanted.approved is not None:
            _approval.check(wanted.approved, plan)
        acting = False
        for (link, account), preview in zip(links, previews):
            acting = acting or (preview.result["changed"] and not course.shows_only)
            approved = None if wanted.approved is None else preview.plan.steps
            with _noted(stages, link.stage, client) as noted:
                noted.append(course.converge(link.noun, account, link.wish, approved) if acting else preview.result)
    except Failure as failure:
        failure.result = _told(stages, plan, course)
        raise
    return _told(stages, plan, course)


def _planned(
    stages: Mapping[str, list[dict[str, Any]]], authorizing: Client, links: list[Link], previews: list[Foreseen]
) -> dict[str, Any]:
    """The plan of the tenant, as people approve it."""
    (provisioning,) = stages["provisioning"]
    who: dict[str, Any] = {"customer_id": authorizing.customer_id}
    if any(link.stage == "authorization" for link in links):
        who["authorizes"] = authorizing.identity.user
    state = [
        _approval.facts_of("provisioning", "The tenant", who),
        _approval.facts_of("provisioning", "Its catalog", {"missing": provisioning["missing"]}),
    ]
    changes = []
    for link, preview in zip(links, previews):
        title = link.noun.title(link.wish, preview.current)
        state.append(_approval.facts_of(link.stage, title, link.noun.facts(link.wish, preview.current)))
        if preview.plan.steps:
            changes.append(_approval.change_of(link.stage, title, preview.plan))
    assumptions = [preview.assumption for preview in previews if preview.assumption]
    return _approval.whole(state, changes, list(dict.fromkeys(assumptions)))


@contextmanager
def _noted(stages: dict[str, list[dict[str, Any]]], stage: str, client: Client) -> Iterator[list[dict[str, Any]]]:
    """Where the results of a stage are kept; a failure is one of them."""
    noted = stages.setdefault(stage, [])
    try:
        yield noted
    except Failure as failure:
        noted.append(failure.render(client.where))
        raise


def _sign_in(client: Client, wanted: Wishes, stages: dict[str, list[dict[str, Any]]]) -> Client:
    """Sign in, the second account included; returns who authorizes the libraries."""
    with _noted(stages, "session", client) as noted:
        noted.append({"changed": False, **_session.who(client)})
        if wanted.second_account is None:
            return client
        # Two accounts of two tenants end here, as wrong_tenant.
        second = client.beside(wanted.second_account._replace(customer_id=client.identity.customer_id))
        noted.append({"changed": False, **_session.who(second)})
        return second


def _look_up(client: Client, wanted: Wishes, stages: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The applications that are there, each once. A name that is there twice or nearly there is a mistake."""
    with _noted(stages, "provisioning", client) as noted:
        question = {"name": wanted.names, "app_id": None, "status": None, "include": []}
        result = _application_info.answer(client, question)
        applications: list[dict[str, Any]] = result["applications"]
        names = [row["name"] for row in applications]
        for name in wanted.names:
            must_be_there = name in result["near_misses"] or wanted.fails_unprovisioned
            if names.count(name) > 1 or (must_be_there and name not in names and not wanted.leaving):
                _applications.find(client, name, None)  # It says what is wrong with the name.
        missing = [name for name in wanted.names if name not in names]
        noted.append({**result, "missing": missing, "changed": False})
        return applications


def _possible(wanted: Wishes, found: list[dict[str, Any]]) -> list[Link]:
    """The links that this tenant is ready for."""
    if not wanted.leaving:
        return wanted.links if len(found) == len(wanted.names) else []
    has_page = any(row["name"] == wanted.names[-1] and row["enabled"] for row in found)
    return [link for link in wanted.links if has_page or link.stage != "authorization"]


def _told(stages: dict[str, list[dict[str, Any]]], plan: dict[str, Any] | None, course: Course) -> dict[str, Any]:
    """The return values: what the stages returned, one diff for each of them that changed something, and the plan."""
    results = [result for of_stage in stages.values() for result in of_stage]
    diffs = [(result.pop("diff", None), result["changed"]) for result in results]
    return {
        "changed": any(result["changed"] for result in results),
        **({"diff": [diff for diff, changed in diffs if diff and changed]} if course.diff else {}),
        "stages": stages,
        "plan": plan,
    }
