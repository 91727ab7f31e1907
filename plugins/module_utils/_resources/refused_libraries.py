# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries that were refused: those that a person has to authorize, and one failure for the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import CONFIGURATION
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, NoSuchCall
from ansible_collections.imanage.control_center.plugins.module_utils._api.quoting import spelled
from ansible_collections.imanage.control_center.plugins.module_utils._plan.model import Step


def waiting_for_a_person(client: Client, refused: Sequence[tuple[Step, Failure]]) -> list[dict[str, Any]]:
    """The refused libraries that a person has to authorize, as rows of C(handed_over)."""
    waiting = [one for one in refused if one[1].kind == "consent_required" or isinstance(one[1], NoSuchCall)]
    return [handed_over(client, step.ids["library_id"], failure.words or "") for step, failure in waiting]


def handed_over(client: Client, library: str, words: str, is_served: bool = True) -> dict[str, Any]:
    """A row of C(handed_over): the library, and what the person has to do.

    C(words) are those of Control Center. C(is_served) is false where the tenant does not answer Tracker's calls.
    """
    user, url = client.identity.user, f"{client.connection.url}/work/cc"
    quote = f' Control Center said: "{words}"' if words else ""
    unverified = (
        ""
        if is_served
        else " This account could not verify it: the tenant did not answer Tracker's calls. If it did before, run "
        "again first."
    )
    return {
        "library": library,
        "url": url,
        "user": user,
        "instructions": (
            "Sign out of Control Center first, or use a private window: an open session would authorize as somebody "
            f"else. Sign in at {url} as {spelled(user)}, select {CONFIGURATION} under Extensions, then Open tracker "
            f"configuration; select Authorize for the library {spelled(library)}, enter the e-mail address, and select "
            f"Use my credentials & authorize.{quote}{unverified}"
        ),
    }


def failure_of_all(failed: Sequence[tuple[Step, Failure]], total: int, result: dict[str, Any]) -> Failure:
    """One failure for all the libraries that were refused, each with its reason."""
    reasons = "; ".join(f"{spelled(step.ids['library_id'])}: {failure.reason()}" for step, failure in failed)
    first = failed[0][1]
    return Failure(
        first.kind,
        f"Failed libraries: {len(failed)} of {total}. {reasons}",
        advice=first.advice,
        result=result,
        **first.wire,
    )
