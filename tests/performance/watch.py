# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether who was measured has done the job: by what the sandbox was asked, and by what it holds afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import requests
from performance.script import APPLICATIONS
from sandbox import contract

SIGNING = ("requestToken", "revokeToken")
WRITES = [one.id for one in contract.operations().values() if one.method != "GET" and one.id not in SIGNING]


class Watch:
    """Looks at a sandbox before and after each run."""

    def __init__(self, url: str, verify: str | bool) -> None:
        self._url = f"{url}/_sandbox"
        self._verify = verify
        self._session = requests.Session()

    def reset(self) -> None:
        """Bring every tenant back to how it began."""
        self._call("POST", "reset")

    def begin(self) -> None:
        """Forget what the sandbox was asked."""
        self._call("DELETE", "log")

    def complaint(self, run: str) -> str | None:
        """What a run has not done, or should not have; None if all is well."""
        tenants = [one["name"] for one in self._call("GET", "tenants").json()]
        signed_in = self._asked(SIGNING[0])
        if set(signed_in) != set(tenants) or len(set(signed_in.values())) > 1:
            return f"{len(signed_in)} of {len(tenants)} tenants were signed in to, {signed_in.total()} times"
        if run != "first":
            written = {name for name in WRITES if self._asked(name)}
            return f"there was {' and '.join(sorted(written))}" if written else None
        left = [name for name in tenants if not is_onboarded(self._call("GET", f"tenants/{name}").json())]
        return f"{len(left)} tenants are not onboarded, {left[0]} for one" if left else None

    def requests(self) -> int:
        """How many requests there were."""
        return len(self._call("GET", "log").json())

    def _asked(self, operation: str) -> Counter[str]:
        """How often an operation was called, by tenant.

        One at a time: a process that is started counts the memory of who starts it as its own, so this one stays small.
        """
        return Counter(one["tenant"] for one in self._call("GET", f"log?operation={operation}").json())

    def _call(self, method: str, path: str) -> requests.Response:
        # For each request: what the environment names would count more than what the session has.
        reply = self._session.request(method, f"{self._url}/{path}", verify=self._verify, timeout=60)
        reply.raise_for_status()
        return reply


def is_onboarded(tenant: Mapping[str, Any]) -> bool:
    """Whether a tenant is where onboarding brings it."""
    applications = {one["name"]: one for one in tenant["applications"]}
    policy = applications[APPLICATIONS[1]]["token_policy"] or {}
    return (
        all(applications[name]["status"] == "enabled" for name in APPLICATIONS)
        and policy.get("allow_refresh_token") is True
        and all(library["authorized_by"] for library in tenant["libraries"])
    )
