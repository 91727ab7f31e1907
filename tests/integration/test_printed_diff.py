# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator reads on the terminal with --diff, with --check and without, letter by letter."""

from __future__ import annotations

import re

import pytest
from playbooks_support import Stage, catalog

pytestmark = pytest.mark.sweep

NAMED = {"tracker_onboarding_access": "custom", "tracker_onboarding_groups": ["IT", "Pilot"]}
HOST = {**NAMED, "tracker_onboarding_renew_before_days": 30, "tracker_onboarding_refresh_token_expiry_days": 90}
PRINTED = """\
TASK: Add iManage Tracker and its configuration application
--- before: acme, URL, customer 1000, iManage Tracker (as it is)
+++ after: acme, URL, customer 1000, iManage Tracker (as planned)
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

changed: [acme] => (item=iManage Tracker)
--- before: acme, URL, customer 1000, iManage Tracker CC configuration (as it is)
+++ after: acme, URL, customer 1000, iManage Tracker CC configuration (as planned)
@@ -1,2 +1,2 @@
 Added: yes
-Enable application?: no
+Enable application?: yes

changed: [acme] => (item=iManage Tracker CC configuration)
--- before: birch, URL, customer 1001, iManage Tracker (as it is)
+++ after: birch, URL, customer 1001, iManage Tracker (as planned)
@@ -1 +1,2 @@
-Added: no
+Added: yes
+Enable application?: yes

changed: [birch] => (item=iManage Tracker)
--- before: birch, URL, customer 1001, iManage Tracker CC configuration (as it is)
+++ after: birch, URL, customer 1001, iManage Tracker CC configuration (as planned)
@@ -1 +1,2 @@
-Added: no
+Added: yes
+Enable application?: yes

changed: [birch] => (item=iManage Tracker CC configuration)

TASK: Allow refresh tokens for the configuration application
--- before: acme, URL, customer 1000, iManage Tracker CC configuration, Authentication (as it is)
+++ after: acme, URL, customer 1000, iManage Tracker CC configuration, Authentication (as planned)
@@ -1,2 +1,2 @@
 Allow Refresh Token: yes
-Refresh Token Expiry (days): 365
+Refresh Token Expiry (days): 90

changed: [acme]
--- before: birch, URL, customer 1001, iManage Tracker CC configuration, Authentication (as it is)
+++ after: birch, URL, customer 1001, iManage Tracker CC configuration, Authentication (as planned)
@@ -1 +1 @@
-Allow Refresh Token: no
+Allow Refresh Token: yes

changed: [birch]

TASK: Authorize Tracker's background service for the libraries
--- before: acme, URL, customer 1000, Tracker background service authorization (as it is)
+++ after: acme, URL, customer 1000, Tracker background service authorization (as planned)
@@ -1,3 +1,3 @@
-ACTIVE: unauthorized
-"2026-A: x": unauthorized
-SPM: unauthorized
+ACTIVE: authorized
+"2026-A: x": authorized
+SPM: authorized

changed: [acme]
--- before: birch, URL, customer 1001, Tracker background service authorization (as it is)
+++ after: birch, URL, customer 1001, Tracker background service authorization (as planned)
@@ -1,3 +1,3 @@
-ACTIVE: unauthorized
-ARCHIVE: unauthorized
-SPM: unauthorized
+ACTIVE: authorized
+ARCHIVE: authorized
+SPM: authorized

changed: [birch]
"""


def printed(run, url):
    """What the terminal shows from the first stage to the result of the tenants."""
    stages = re.search(
        r"(?s)TASK \[[^]]* : Add iManage Tracker .*?(?=\nTASK \[[^]]* : Set the result fact)", run.output
    )
    lines = [line for line in (stages[0] if stages else "").splitlines() if not line.startswith("[WARNING]")]
    text = re.sub(r"^TASK \[.* : (.*)\] \*+$", r"TASK: \1", "\n".join(lines), flags=re.MULTILINE)
    return text.replace(url, "URL").rstrip("\n") + "\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A tenant that is half done and one where nothing is: shown, then done, then nothing left."""
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
        return {"url": stage.server.url, **found}


@pytest.mark.parametrize("name", ["check", "run"])
def test_the_terminal_shows_this(runs, name):
    """A task for each stage, with what it changes; a preview prints what the run prints."""
    assert printed(runs[name], runs["url"]) == PRINTED


def test_nothing_is_printed_where_nothing_is_left(runs):
    again = runs["again"].output
    assert "\n+++ " not in again
    assert not re.search(r"^changed: ", again, re.MULTILINE)
    # The plan, and the result.
    assert len(re.findall(r"^ok: \[acme\]", again, re.MULTILINE)) == 2


@pytest.mark.parametrize(("count", "shown"), [(20, 80), (21, 0)])
def test_a_preview_prints_the_diffs_of_twenty_tenants_and_of_more_only_if_asked(tmp_path, count, shown):
    with Stage(tmp_path) as stage:
        for number in range(count):
            stage.add(f"firm-{number}")
        run = stage.run("imanage.control_center.preview", report=None)
    heads = re.findall(r"^\+\+\+ after: (firm-\d+), ", run.output, re.MULTILINE)
    assert len(heads) == shown
    assert len(set(heads)) == (count if shown else 0)
