# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator reads on the terminal with --diff, with --check and without, letter by letter."""

from __future__ import annotations

import re

import pytest
from playbooks_support import Stage, catalog, once

pytestmark = pytest.mark.sweep

NAMED = {"tracker_onboarding_access": "custom", "tracker_onboarding_groups": ["IT", "Pilot"]}
HOST = {**NAMED, "tracker_onboarding_renew_before_days": 30, "tracker_onboarding_refresh_token_expiry_days": 90}
PRINTED = """\
--- before: URL, customer 1000, iManage Tracker (as it is)
+++ after: URL, customer 1000, iManage Tracker (as planned)
@@ -1,6 +1,7 @@
 Added: yes
-Enable application?: no
-Allow access to: All Users
+Enable application?: yes
+Allow access to: Custom
 Groups:
+  - IT
   - Partners
   - Pilot

--- before: URL, customer 1000, iManage Tracker CC configuration (as it is)
+++ after: URL, customer 1000, iManage Tracker CC configuration (as planned)
@@ -1,2 +1,2 @@
 Added: yes
-Enable application?: no
+Enable application?: yes

--- before: URL, customer 1000, iManage Tracker CC configuration, Authentication (as it is)
+++ after: URL, customer 1000, iManage Tracker CC configuration, Authentication (as planned)
@@ -1,2 +1,2 @@
 Allow Refresh Token: yes
-Refresh Token Expiry (days): 365
+Refresh Token Expiry (days): 90

--- before: URL, customer 1000, Tracker background service authorization (as it is)
+++ after: URL, customer 1000, Tracker background service authorization (as planned)
@@ -1,3 +1,3 @@
-ACTIVE: unauthorized
-"2026-A: x": unauthorized
-SPM: unauthorized
+ACTIVE: authorized
+"2026-A: x": authorized
+SPM: authorized

changed: [acme]
"""
ADDED = """\
--- before: URL, customer 1001, iManage Tracker (as it is)
+++ after: URL, customer 1001, iManage Tracker (as planned)
@@ -1 +1,2 @@
-Added: no
+Added: yes
+Enable application?: yes
"""


def printed(run, url):
    """What stands on the terminal between the head of the task and the result of each tenant."""
    task = run.output.partition("Go through the stages of the tenant] ")[2].partition("\nTASK [")[0]
    lines = [line for line in task.splitlines()[1:] if not line.startswith("[WARNING]")]
    return "\n".join(lines).replace(url, "URL") + "\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A tenant that is half done and one where nothing is: shown, then done, then nothing left."""

    def make():
        with Stage(tmp_path_factory.mktemp("printed")) as stage:
            access = {"mode": "all", "groups": ["Partners", "Pilot"]}
            stage.add(
                "acme",
                HOST,
                groups=["IT", "Partners", "Pilot"],
                applications=catalog(
                    tracker={"status": "disabled", "access": access},
                    tracker_cc={"status": "disabled", "token_policy": {"allow_refresh_token": True}},
                ),
                libraries=["ACTIVE", "2026-A: x", "SPM"],
            )
            stage.add("birch")
            books = {
                "check": ("--check", "--diff", "imanage.control_center.onboard"),
                "run": ("--diff", "imanage.control_center.onboard"),
                "again": ("--diff", "imanage.control_center.onboard"),
            }
            found = {name: stage.run("-f", "1", *arguments) for name, arguments in books.items()}
            secrets = sorted(stage.sandbox._tokens._access)
            return {"url": stage.server.url, "secrets": [*secrets, "tracker-client-secret"], **found}

    return once(tmp_path_factory, "printed_diff", make)


@pytest.mark.parametrize("name", ["check", "run"])
def test_the_terminal_shows_this(runs, name):
    text = printed(runs[name], runs["url"])
    assert text.startswith(PRINTED)
    assert text[len(PRINTED) :].startswith(ADDED)


def test_a_preview_prints_what_the_run_prints(runs):
    assert printed(runs["check"], runs["url"]) == printed(runs["run"], runs["url"])


def test_nothing_is_printed_where_nothing_is_left(runs):
    assert printed(runs["again"], runs["url"]) == "ok: [acme]\nok: [birch]\n"


def test_no_secret_is_printed(runs):
    everything = "".join(runs[name].output for name in ("check", "run", "again"))
    assert len(runs["secrets"]) > 5
    assert [secret for secret in [*runs["secrets"], "acme-admin-password"] if secret in everything] == []


def test_each_head_names_tenant_and_page_once(runs):
    heads = re.findall(r"^\+\+\+ after: (.*)$", printed(runs["check"], runs["url"]), re.MULTILINE)
    assert len(heads) == len(set(heads)) == 8
    assert all(re.match(r"URL, customer 100[01], .+ \(as planned\)$", head) for head in heads)
