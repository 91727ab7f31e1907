# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of the writing modules, generated: every option is there or not, and most of them fit the tenant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from sandbox.policy import ALLOW, EXPIRY, FIELDS

from .chain import CHAIN
from .generated import ADMIN, GROUPS, KEEPER, LIBRARIES, NAMES, PEOPLE, in_any_case, seldom, some, tenants
from .places import EXTENSION, TRACKER

STAGES = ("application", "refresh_token", "authorization")
ADDRESSES = ("service@{name}.example", "Zoë@{name}.example")
Draw = Callable[..., Any]


@dataclass(frozen=True)
class Situation:
    """A tenant, and a task on it: the module, its own options, who signs in, and how."""

    module: str
    tenant: dict[str, Any]
    options: dict[str, Any]
    user: str
    by: str


def perhaps(draw: Draw, name: str, strategy: st.SearchStrategy[Any]) -> dict[str, Any]:
    """An option that is given or not."""
    return {name: draw(strategy)} if draw(st.booleans()) else {}


def _members(draw: Draw) -> dict[str, Any]:
    ghosts = ("ghost@{name}.example",) if seldom(draw) else ()
    users, groups = some((*PEOPLE, *ghosts)), some((*GROUPS, *map(str.title, ghosts)))
    return {**perhaps(draw, "users", users), **perhaps(draw, "groups", groups)}


def state(draw: Draw) -> dict[str, Any]:
    """What can be wanted of an application that is added."""
    access = perhaps(draw, "access", st.sampled_from(["all", "custom"]))
    fits = access.get("access") == "custom" or seldom(draw)
    return {
        **perhaps(draw, "enabled", st.booleans()),
        **access,
        **(_members(draw) if fits else {}),
        **perhaps(draw, "exclusive", st.booleans()),
    }


def policy(draw: Draw) -> dict[str, Any]:
    """What can be wanted of a token policy."""
    numbers = (0, -7) if seldom(draw) else (1, 14, 30, 365, 98765)
    given: dict[str, Any] = {}
    for field in FIELDS:
        values = [True, True, False] if isinstance(field.default, bool) else numbers
        if field is not EXPIRY or given.get(ALLOW.option) or seldom(draw):
            given |= perhaps(draw, field.option, st.sampled_from(values))
    return given


def authorization(draw: Draw, tenant: dict[str, Any]) -> dict[str, Any]:
    """What can be wanted of the libraries' authorization."""
    known = tuple(row["id"] for row in tenant["libraries"])
    names = LIBRARIES if seldom(draw) or not known else known
    asked = st.lists(in_any_case(names), min_size=0 if seldom(draw) else 1, max_size=4)
    return {
        **perhaps(draw, "libraries", asked),
        **perhaps(draw, "email", st.sampled_from(["nobody"] if seldom(draw) else ADDRESSES)),
        **perhaps(draw, "authorizer", st.sampled_from(["keep", "me", ["pat@{name}.example"]])),
        **perhaps(draw, "renew_before_days", st.sampled_from([0, 1, 10, 30, 400])),
        **perhaps(draw, "on_consent_required", st.sampled_from(["fail", "hand_over"])),
    }


def _name(draw: Draw, tenant: dict[str, Any]) -> str:
    known = [row["name"] for row in tenant["applications"]]
    return draw(st.sampled_from([TRACKER, EXTENSION, *NAMES] if seldom(draw) or not known else known))


def application(draw: Draw, tenant: dict[str, Any]) -> dict[str, Any]:
    """Which application, by its name or by its id."""
    if draw(st.booleans()):
        return {"name": _name(draw, tenant)}
    known = [row["id"] for row in tenant["applications"]]
    return {"app_id": draw(st.sampled_from(["A0 é/%"] if seldom(draw) or not known else known))}


def _as_the_role(draw: Draw) -> dict[str, Any]:
    """The applications as the role asks for them."""
    access = {key: value for key, value in state(draw).items() if key in ("access", "users", "groups")}
    expiries = {key: value for key, value in policy(draw).items() if key != ALLOW.option}
    return {
        "applications": [
            {"name": TRACKER, "enabled": True, **access},
            {"name": EXTENSION, "enabled": True, "allow_refresh_token": True, **expiries},
        ]
    }


def _several(draw: Draw, tenant: dict[str, Any]) -> dict[str, Any]:
    names = [_name(draw, tenant) for _turn in range(draw(st.integers(1, 3)))]
    names = names if seldom(draw) else list(dict.fromkeys(names))
    return {"applications": [{"name": name, **state(draw), **policy(draw)} for name in names]}


def onboarding(draw: Draw, tenant: dict[str, Any]) -> dict[str, Any]:
    """What can be wanted of a whole tenant: the role's own, or any other."""
    as_the_role = draw(st.booleans())
    options = _as_the_role(draw) if as_the_role else _several(draw, tenant)
    if as_the_role or draw(st.booleans()):
        keeper = {"username": KEEPER, "password": "{name}-keeper-password"} if draw(st.booleans()) else {}
        options["authorization"] = {**authorization(draw, tenant), **keeper}
    if not as_the_role or seldom(draw):
        options |= perhaps(draw, "stages", st.lists(st.sampled_from(STAGES), unique=True))
    return {
        **options,
        **perhaps(draw, "state", st.sampled_from(["present", "present", "absent"])),
        **perhaps(draw, "on_unprovisioned", st.sampled_from(["end", "fail"])),
        **perhaps(draw, "is_bound", st.just(True)),
    }


def want(draw: Draw, module: str, tenant: dict[str, Any]) -> dict[str, Any]:
    """The options of a module, without those that say where and who."""
    if module == "imanage_application":
        chosen = perhaps(draw, "state", st.sampled_from(["present", "present", "absent"]))
        return {**application(draw, tenant), **chosen, **state(draw)}
    if module == "imanage_app_auth":
        return {**application(draw, tenant), **policy(draw)}
    if module == "imanage_library_authorization":
        chosen = perhaps(draw, "state", st.sampled_from(["authorized", "unauthorized"]))
        return {**authorization(draw, tenant), **chosen}
    return onboarding(draw, tenant)


@st.composite
def situations(draw: Draw, module: str) -> Situation:
    """A tenant and a task of the module on it."""
    tenant = draw(tenants())
    user = KEEPER if seldom(draw) else ADMIN
    by = "password" if seldom(draw) else "access_token"
    return Situation(module, tenant, want(draw, module, tenant), user, by)


@st.composite
def role_situations(draw: Draw) -> Situation:
    """A tenant, and the options that the role would give to its task."""
    tenant = draw(tenants())
    keeper = {"username": KEEPER, "password": "{name}-keeper-password"} if draw(st.booleans()) else {}
    wanted = {key: value for key, value in authorization(draw, tenant).items() if key != "authorizer"}
    options = {
        **_as_the_role(draw),
        "authorization": {"on_consent_required": "hand_over", **wanted, **keeper},
        **perhaps(draw, "on_unprovisioned", st.sampled_from(["end", "fail"])),
    }
    return Situation(CHAIN, tenant, options, ADMIN, "password")


def role_variables(options: dict[str, Any]) -> dict[str, Any]:
    """The variables of a host that ask the role for these options."""
    tracker, configuration = options["applications"]
    own = {**tracker, **configuration, **options["authorization"]}
    wanted = {key: value for key, value in own.items() if key not in ("name", "enabled", "allow_refresh_token")}
    if "on_unprovisioned" in options:
        wanted["on_unprovisioned"] = options["on_unprovisioned"]
    prefixes = dict.fromkeys(("username", "password"), "imanage_nrtadmin_")
    return {f"{prefixes.get(key, 'tracker_onboarding_')}{key}": value for key, value in wanted.items()}
