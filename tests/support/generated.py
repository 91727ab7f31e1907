# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants as they may be found, generated; C({name}) is replaced by the tenant's name, as in the written cases."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from sandbox.examples import example

from .places import EXTENSION, TRACKER

PEOPLE = tuple(f"{name}@{{name}}.example" for name in ("admin", "keeper", "pat", "Zoë", "straße"))
ADMIN, KEEPER = PEOPLE[:2]
GONE = "gone@elsewhere.example"
GROUPS = ("Partners", "IT", "Größe & Co", "группа: all")
LIBRARIES = ("ACTIVE", "Archive", "SPM", "Bücher", "two words", "a/b%c")
# Names that only a careful comparison keeps apart, and names that have to be quoted somewhere.
NAMES = ("iManage Drive", "imanage drive", "iManage  Drive", " iManage Drive", "iManage tracker", "Über ☃: #1", "a/b")
# Half days, so that the time that passes between a preview and its run decides nothing.
DAYS = (None, -400, -0.5, 0.5, 9.5, 29.5, 30.5, 364.5)
PAGE_SIZES = (1, 2, 3, 7, 100, 1000)
_FOUR, _SIXTEEN = st.integers(0, 3), st.integers(0, 15)


def seldom(draw: Callable[..., Any]) -> bool:
    """True once in a while."""
    return draw(_SIXTEEN) == 15


@cache
def in_any_case(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """One of the names, in upper and lower case as it comes."""
    # There is no capital ß: as SS it would be another name.
    changes = tuple(
        lambda text, change=one: "ß".join(map(change, text.split("ß"))) for one in (str.upper, str.lower, str.swapcase)
    )
    # The tenant's name is still to be filled in.
    spellings = ["{name}".join(map(changes[number % 3], name.split("{name}"))) for number, name in enumerate(names)]
    return st.sampled_from([*names, *spellings])


@cache
def some(names: tuple[str, ...], most: int = 3) -> st.SearchStrategy[list[str]]:
    """A few of the names, each once, without regard to case."""
    return st.lists(in_any_case(names), max_size=most, unique_by=str.lower)


@cache
def token_policies() -> st.SearchStrategy[dict[str, Any] | None]:
    """What somebody may have set; None: nobody ever did."""
    minutes = {"access_token_max_idle_time": st.sampled_from([1, 30, 5000])}
    days = {"refresh_token_expiry": st.sampled_from([1, 14, 365, 98765])}
    off = st.fixed_dictionaries({"allow_refresh_token": st.just(False)}, optional=minutes)
    on = st.fixed_dictionaries({"allow_refresh_token": st.just(True)}, optional={**minutes, **days})
    return st.one_of(on, off, st.none())


@st.composite
def applications(draw: Callable[..., Any]) -> list[dict[str, Any]]:
    """Applications of a tenant in every state. Those of Tracker may be among them, and seldom there is one twice."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
    names += [name for name in (TRACKER, EXTENSION) if not seldom(draw)]
    if names and seldom(draw):
        names.append(names[0])
    rows = []
    for number, name in enumerate(draw(st.permutations(names))):
        statuses = ("enabled", "enabled", "available", "disabled")
        row: dict[str, Any] = {"id": f"a{number} é/%", "name": name, "status": draw(st.sampled_from(statuses))}
        if row["status"] != "available":
            policy = draw(token_policies())
            row.update({"token_policy": policy} if policy else {})
            mode = draw(st.sampled_from(["all", "custom"]))
            row["access"] = {"mode": mode, "users": draw(some(PEOPLE)), "groups": draw(some(GROUPS))}
            row["associated_settings"] = draw(_FOUR) == 3
        if name == EXTENSION and draw(st.booleans()):
            row |= {"status": "enabled", "token_policy": {"allow_refresh_token": True}}
        rows.append(row)
    return rows


@st.composite
def libraries(draw: Callable[..., Any], authorizers: tuple[str | None, ...]) -> list[dict[str, Any]]:
    """Libraries, authorized by one of these or by nobody, for ever, about to end, or ended."""
    rows = []
    for identity in draw(st.lists(st.sampled_from(LIBRARIES), max_size=4, unique=True)):
        row: dict[str, Any] = {"id": identity, "consent_required": seldom(draw)}
        by = draw(st.sampled_from(authorizers))
        if by:
            row["authorized_by"], row["expires_in_days"] = by, draw(st.sampled_from(DAYS))
        rows.append(row)
    return rows


def _user(identity: str, **more: Any) -> dict[str, Any]:
    local = identity.partition("@")[0]
    return {
        "id": identity,
        "password": f"{{name}}-{local}-password",
        "access_token": f"{{name}}-{local}-token",
        "refresh_token": f"{{name}}-{local}-refresh",
        **more,
    }


@st.composite
def tenants(draw: Callable[..., Any]) -> dict[str, Any]:
    """What sandbox.examples.example has to change for a tenant."""
    apps = draw(applications())
    # Authorizations go with the application that brings their page.
    had_page = any(row["name"] == EXTENSION and row["status"] != "available" for row in apps)
    rows = draw(libraries((None, None, ADMIN, KEEPER, GONE) if had_page else (None,)))
    ids = [row["id"] for row in rows]
    in_some = st.lists(st.sampled_from(ids), unique=True) if ids else st.just([])
    admin = {"app_management": not seldom(draw), "nrtadmin": draw(st.one_of(st.just("all"), st.just("all"), in_some))}
    keeper = {"app_management": seldom(draw), "nrtadmin": draw(st.one_of(st.just("all"), in_some))}
    return {
        "users": [_user(ADMIN, **admin), _user(KEEPER, **keeper), *map(_user, PEOPLE[2:])],
        "groups": list(GROUPS),
        "libraries": rows,
        "applications": apps,
        "page_size": draw(st.sampled_from(PAGE_SIZES)),
        "consent_required": draw(_FOUR) == 3,
        "answers": {"dates": "none" if seldom(draw) else "shown"},
    }


def described(changes: dict[str, Any], name: str, customer_id: int) -> dict[str, Any]:
    """The description of a generated tenant for a sandbox."""
    return example(name, customer_id, **changes)


def drawn(strategy: st.SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """So many examples of a strategy, the same for the same number."""
    found: list[Any] = []

    @seed(number)
    @settings(max_examples=count, phases=[Phase.generate], database=None)
    @given(strategy)
    def collect(one: Any) -> None:
        found.append(one)

    collect()
    return found
