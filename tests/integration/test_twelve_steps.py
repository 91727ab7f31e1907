# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, again, change, again, remove, again, each in check mode first, for every module that writes."""

from __future__ import annotations

import pytest
from sandbox.policy import by_options
from support.cases import ADDED, APPLICATION, AUTHORIZATION, POLICY
from support.compare import assert_same_outcome
from support.places import EXTENSION, TRACKER, refreshing


class Steps:
    """Runs a task in check mode, then for real, and compares the two."""

    def __init__(self, acme, module):
        self.acme = acme
        self.module = module
        self.count = 0

    def __call__(self, changes, writes, **options):
        state = self.acme.snapshot()
        self.acme.forget()
        preview = self.acme.run(self.module, check=True, **options)
        assert self.acme.writes == []
        assert self.acme.snapshot() == state
        if changes:
            self.allows_nothing(preview, **options)
            assert self.acme.snapshot() == state
        self.acme.forget()
        # What was previewed is all that the run may write.
        run = self.acme.run(self.module, planned=preview["writes"], **options)
        assert_same_outcome(preview, run)
        assert run["changed"] is changes
        assert (run["diff"]["before"] != run["diff"]["after"]) is changes
        assert self.acme.writes == writes
        assert [row["operation"] for row in preview["writes"]] == writes
        assert {row["outcome"] for row in preview["writes"]} <= {"planned"}
        assert {row["outcome"] for row in run["writes"]} <= {"done"}
        assert (self.acme.snapshot() != state) is changes
        self.count += 2
        return preview, run

    def allows_nothing(self, preview, **options):
        """With an empty plan nothing is sent, in check mode too: a conflict, or all libraries are left out."""
        for check in (True, False):
            self.acme.forget()
            refused = self.acme.run(self.module, check=check, planned=[], **options)
            assert self.acme.writes == []
            assert not refused["changed"]
            if self.module == AUTHORIZATION and not options.keys() & {"libraries", "state"}:
                assert [row["outcome"] for row in refused["writes"]] == ["not_planned"] * len(preview["writes"])
            else:
                assert refused["failure"]["kind"] == "conflict"
                assert refused["writes"] == []


def test_twelve_steps_of_an_application(acme):
    steps = Steps(acme, APPLICATION)
    wanted = {"name": TRACKER, "enabled": True, "access": "custom", "groups": ["it"]}
    preview, run = steps(True, ["updateApp", "updateAppAccess", "updateApp"], **wanted)
    assert preview["application"]["access"] == {"mode": "custom", "users": [], "groups": None}
    assert run["application"]["access"] == {"mode": "custom", "users": [], "groups": ["IT"]}
    assert run["diff"]["before"] == "Added: no\n"
    assert run["diff"]["after"] == ("Added: yes\nEnable application?: yes\nAllow access to: Custom\nGroups:\n  - it\n")
    assert acme.app("tracker")["access"] == {"default_security": "private", "members": [{"id": "IT", "type": "group"}]}
    steps(False, [], **wanted)

    wanted = {
        "name": TRACKER,
        "access": "custom",
        "users": [acme.user("pat"), acme.user("nrt")],
        "groups": [],
        "exclusive": True,
    }
    preview, run = steps(True, ["updateAppAccess"], **wanted)
    assert preview["application"]["access"] == {"mode": "custom", "users": None, "groups": []}
    assert run["application"]["access"]["users"] == [acme.user("nrt"), acme.user("pat")]
    assert run["diff"]["before"] == "Added: yes\nAllow access to: Custom\nUsers: []\nGroups:\n  - IT\n"
    _rest, again = steps(False, [], **wanted)
    assert again["application"] == run["application"]

    preview, run = steps(True, ["removeApp"], name=TRACKER, state="absent")
    assert preview["application"] == run["application"]
    assert run["application"]["status"] == "available"
    assert run["application"]["access"] is None
    assert (run["diff"]["before"], run["diff"]["after"]) == ("Added: yes\n", "Added: no\n")
    steps(False, [], name=TRACKER, state="absent")
    assert acme.app("tracker")["status"] == "available"
    assert steps.count == 12


def test_twelve_steps_of_a_token_policy(tenant):
    acme = tenant(applications=ADDED)
    steps = Steps(acme, POLICY)
    preview, run = steps(True, ["writeTokenPolicy"], name=EXTENSION, allow_refresh_token=True)
    assert preview["token_policy"] == run["token_policy"]
    allowed = {"allow_refresh_token": True, "refresh_token_expiry_days": 365, "access_token_expiry_minutes": 30}
    assert run["token_policy"] == {**by_options({}), **allowed}
    assert (run["diff"]["before"], run["diff"]["after"]) == ("Allow Refresh Token: no\n", "Allow Refresh Token: yes\n")
    steps(False, [], name=EXTENSION, allow_refresh_token=True)

    wanted = {"app_id": "tracker-cc", "refresh_token_expiry_days": 14, "access_token_expiry_minutes": 60}
    preview, run = steps(True, ["writeTokenPolicy"], **wanted)
    assert preview["token_policy"] == run["token_policy"]
    assert run["diff"]["after"] == "Refresh Token Expiry (days): 14\nAccess Token Expiry (minutes): 60\n"
    assert acme.app("tracker-cc")["token_policy"] == {
        "allow_refresh_token": True,
        "refresh_token_expiry": 14,
        "access_token_max_idle_time": 60,
    }
    steps(False, [], **wanted)

    preview, run = steps(True, ["writeTokenPolicy"], name=EXTENSION, allow_refresh_token=False)
    assert run["token_policy"] == {
        "allow_refresh_token": False,
        "refresh_token_expiry_days": None,
        "access_token_expiry_minutes": 60,
    }
    assert preview["token_policy"] == run["token_policy"]
    steps(False, [], name=EXTENSION, allow_refresh_token=False)
    assert acme.app("tracker-cc")["token_policy"]["access_token_max_idle_time"] == 60
    assert steps.count == 12


def test_twelve_steps_of_library_authorizations(tenant):
    acme = tenant(applications=refreshing())
    steps = Steps(acme, AUTHORIZATION)
    preview, run = steps(True, ["authorizeLibrary"], libraries=["active"], user="nrt")
    assert preview["libraries"] == [
        {
            "id": "ACTIVE",
            "authorized": True,
            "authorized_by": None,
            "authorized_by_email": None,
            "authorized_at": None,
            "expires_at": None,
            "expires_from": None,
        }
    ]
    assert run["libraries"][0]["expires_from"] == "tenant"
    assert run["libraries"][0]["authorized_by"] == run["libraries"][0]["authorized_by_email"] == acme.user("nrt")
    assert run["libraries"][0]["expires_at"] > run["libraries"][0]["authorized_at"]
    assert run["not_visible"] == [], "nothing is wanted of the others"
    assert run["handed_over"] == []
    assert (run["diff"]["before"], run["diff"]["after"]) == ("ACTIVE: unauthorized\n", "ACTIVE: authorized\n")
    steps(False, [], libraries=["active"], user="nrt")

    _rest, run = steps(True, ["authorizeLibrary"] * 3, authorizer="me", email="service@acme.example")
    assert run["diff"]["before"] == (
        f"ACTIVE: authorized by {acme.user('nrt')}\nARCHIVE: unauthorized\nSPM: unauthorized\n"
    )
    assert {row["authorized_by_email"] for row in run["libraries"]} == {"service@acme.example"}
    assert run["not_visible"] == []
    steps(False, [], authorizer="me", email="other@acme.example")

    preview, run = steps(True, ["unauthorizeLibrary"] * 3, state="unauthorized")
    assert preview["libraries"] == run["libraries"]
    assert not any(row["authorized"] for row in run["libraries"])
    steps(False, [], state="unauthorized")
    assert [one["authorized_by"] for one in acme.snapshot()["libraries"]] == [None] * 3
    assert steps.count == 12


@pytest.mark.parametrize("diff", [True, False])
def test_a_diff_is_returned_only_where_it_is_asked_for(acme, diff):
    assert ("diff" in acme.run(APPLICATION, diff=diff, name=TRACKER)) is diff
    assert ("diff" in acme.run(APPLICATION, diff=diff, check=True, name=TRACKER)) is diff
