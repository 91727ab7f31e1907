# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add application: find it, then Authentication, Access, Review and Finish. Until then nothing is written.

What was chosen travels from step to step in the fields of the forms, so the way back is the browser's own.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from ..policy import completed_policy, policy_problem
from ..wire import Refusal
from . import paths
from .choices import NEVER_SET, AccessChoice, PolicyChoice
from .visit import Visit


def find(visit: Visit) -> Response:
    """The catalog, searched."""
    search = visit.value("search")
    rows = visit.rows("listApps", status="available", name=search)
    return visit.show("add_application.html", rows=rows, search=search, chosen=visit.value("app"))


def authentication(visit: Visit) -> Response:
    """The first step."""
    return _step(visit, "authentication")


def access(visit: Visit) -> Response:
    """The second step, once the first makes sense."""
    return _step(visit, "access")


def review(visit: Visit) -> Response:
    """The last step; a form that is sent from it is Finish."""
    if not visit.posted:
        return _step(visit, "review")
    row = _available(visit)
    policy, wanted = PolicyChoice.read(visit.values), AccessChoice.read(visit.values)
    if policy_problem(policy.policy):
        return _step(visit, "review")
    visit.do("updateApp", {"status": "enabled"}, app_id=row["id"])
    if completed_policy(policy.policy) != NEVER_SET:
        visit.do("writeTokenPolicy", {"type": "value", "value": policy.policy}, app_id=row["id"])
    if wanted.custom:
        visit.do("updateAppAccess", wanted.change(AccessChoice()), app_id=row["id"])
    return visit.go(paths.APPLICATIONS, f"The application {row['name']} is added.")


def _step(visit: Visit, step: str) -> Response:
    row, policy = _available(visit), PolicyChoice.read(visit.values)
    problem = policy_problem(policy.policy) if step != "authentication" else None
    return visit.show(
        f"add_{'authentication' if problem else step}.html",
        row=row,
        policy=policy,
        access=AccessChoice.read(visit.values),
        problem=problem,
    )


def _available(visit: Visit) -> dict[str, Any]:
    """The chosen application, which is in the catalog."""
    identity = visit.value("app")
    row = next((row for row in visit.rows("listApps", status="available") if row["id"] == identity), None)
    if row is None:
        raise Refusal(404, "NotFound", f"There is no application {identity} in the catalog.")
    return row
