# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only a run can know of libraries is expected: the lines and the page of a preview say who may be needed."""

from __future__ import annotations

import json
import re

import pytest
from browser.report_rows import authorized, reported, row
from playbooks_support import shell

ME = "ada@one.example"
STATED = {"library": "EU", "by": None, "since": "2026-03-01", "until": "2099-03-01T00:00:00Z", "until_from": "reckoned"}
ROWS = [
    row("one", "onboarded", "uccc", check_mode=True, **authorized(("EU", None, None))),
    row(
        "two",
        "onboarded",
        "uuuc",
        check_mode=True,
        **authorized(("EU", ME, 90), ("US", None, None), ("UK", None, None)),
    ),
    row("same", "onboarded", "uuuu", check_mode=True, **authorized(("EU", ME, 90))),
    row("kept", "incomplete", "uuuu", check_mode=True, **{**authorized(), "authorizations": [STATED]}),
    # Of an earlier release.
    row("done", "onboarded", "uccc", **authorized(("EU", None, None), ("US", ME, None))),
]
MERGE = (
    "ansible-playbook imanage.control_center.merge_reports -e imanage_report=report"
    """ -e '{"imanage_reports": ["r.json"]}'"""
)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The lines of the summary, and the page's texts without its marks."""
    folder = tmp_path_factory.mktemp("expected")
    (folder / "r.json").write_text(json.dumps(reported(ROWS)), encoding="utf-8")
    code, output = shell(MERGE, folder)
    assert code == 0, output
    page = (folder / "report" / "report.html").read_text(encoding="utf-8")
    body = page.partition("<body>")[2]
    return {"output": output, "page": " ".join(re.sub(r"<[^>]+>", " ", body).split())}


@pytest.mark.parametrize(
    "line",
    [
        "one: would be onboarded, 1 library expected (a person may have to authorize it)",
        "two: would be onboarded, 1 library authorized, 2 libraries expected (a person may have to authorize them)",
        "same: onboarded, 1 library authorized",
        "kept: incomplete",
        "done: onboarded (changed), 2 libraries authorized",
    ],
)
def test_the_line_of_a_tenant_says_what_is_known_and_what_is_expected(told, line):
    assert re.search(f"^{re.escape(line)}$", told["output"], re.MULTILINE), told["output"]


@pytest.mark.parametrize(
    "words",
    [
        "nothing was written. 3 libraries are expected to be authorized; a person may have to authorize them.",
        "1 of 3 2 expected",
        "US expected; a person may have to authorize it",
        "EU only the inventory says so 2099-03-01, reckoned",
        "EU somebody",
    ],
)
def test_the_page_says_it_too(told, words):
    assert words in told["page"]


def test_what_was_done_is_not_expected(told):
    assert told["page"].count("a person may have to authorize it") == 3
