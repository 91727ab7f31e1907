# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server says through all playbooks, where it would be a template, markup, a formula, a path or endless."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest
from playbooks_support import Stage
from sandbox import Fault

pytestmark = pytest.mark.sweep

COLLECTION = "imanage.control_center"
HALF = "\ud83d"
TOUCHED = "touched-by-a-template"
TEMPLATE = "{{ lookup('pipe', 'touch " + TOUCHED + "') }}"
STATEMENT = "{% for x in [1] %}{{ lookup('pipe', 'touch " + TOUCHED + "') }}{% endfor %}"
MARKUP, FORMULA = "<script>alert(1)</script>", "=HYPERLINK(1)"
HIDING = "\N{FULLWIDTH EQUALS SIGN}Mu\u0308ller\u061c\u200b\u202e\u2060\ufeff "
HIDES = "\u061c\u200b\u202e\u2060\ufeff\u0308"
SHOWN = '"\N{FULLWIDTH EQUALS SIGN}Mu\\u0308ller\\u061c\\u200b\\u202e\\u2060\\ufeff "'
LIBRARIES = (TEMPLATE, STATEMENT, MARKUP, FORMULA, f"\n{FORMULA}", "a/../b?c#d%2f", "..%2f..", "x" * 10_000, HIDING)
NAMED = {f"named{number}": library for number, library in enumerate(LIBRARIES)}
RUNS = {
    "preview": ("-v",),
    "onboard": ("-v", "--diff", "-e", "imanage_plan={where}/run1/report/plan.json"),
    "audit": ("-v", "--diff"),
    "offboard": ("-v", "--check", "--diff"),
}
REPORTED = (*RUNS, "merge_reports")


def _played(where):
    with Stage(where) as stage:
        for name, library in NAMED.items():
            user = {"id": f"admin@{name}.example", "password": f"{name}-admin-password", "app_management": True}
            stage.add(name, libraries=[library], users=[{**user, "nrtadmin": "all", "name": TEMPLATE}])
        stage.add("words")
        stage.add("consent", consent_required=True, libraries=["ACTIVE", TEMPLATE])
        body = {"error": {"code": TEMPLATE, "code_message": f"{TEMPLATE} {MARKUP}", "transaction": MARKUP}}
        stage.sandbox.tenant("words").faults.append(Fault("status", "listApps", status=409, body=body))
        stage.add("half_word")
        body = {"error": {"code": "Half", "message": f"bad {HALF} words"}}
        stage.sandbox.tenant("half_word").faults.append(Fault("status", "listApps", status=403, body=body))
        stage.add("half_library", libraries=["ACTIVE", f"half{HALF}"])
        runs = {
            name: stage.run(*(one.format(where=where) for one in arguments), f"{COLLECTION}.{name}")
            for name, arguments in RUNS.items()
        }
        reports = json.dumps({"imanage_reports": [str(where / "run2" / "report" / "report.json")]})
        runs["merge_reports"] = stage.run("-v", "-e", reports, f"{COLLECTION}.merge_reports")
    pages = [path.read_text(encoding="utf-8") for path in where.rglob("*.html")]
    modes = {path.name: path.stat().st_mode & 0o777 for path in where.glob("run*/report/*")}
    return {"runs": runs, "pages": pages, "modes": modes, "files": [str(path) for path in where.rglob("*")]}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """What the playbooks left, made once."""
    return _played(tmp_path_factory.mktemp("hostile"))


def test_the_tenants_end_as_if_they_had_usual_names(played):
    report = played["runs"]["onboard"].report
    assert {name: report[name]["libraries"]["authorized"] for name in NAMED} == {
        name: [library] for name, library in NAMED.items()
    }
    assert {report[name]["status"] for name in NAMED} == {"onboarded"}
    assert report["words"]["failure"]["kind"] == "conflict"
    assert any(TEMPLATE in step for step in report["consent"]["next_steps"])


def test_text_of_a_server_is_never_a_template(played):
    assert [path for path in played["files"] if TOUCHED in path.rpartition("/")[2]] == []
    for name in ("onboard", "audit", "merge_reports"):
        report = played["runs"][name].report
        assert report["named0"]["libraries"]["authorized"] == [TEMPLATE], name
        assert report["named1"]["libraries"]["authorized"] == [STATEMENT], name
        assert f"{TEMPLATE} {MARKUP}" in report["words"]["failure"]["msg"], name
    # As a debug or a failure shows it, too.
    assert TEMPLATE in played["runs"]["onboard"].output.partition("PLAY [Fail")[2]


def test_text_of_a_server_is_not_markup(played):
    # One for each run, and what a change board looks at, of the preview and of the offboarding in check mode.
    assert len(played["pages"]) == len(REPORTED) + 2
    for page in played["pages"]:
        assert MARKUP not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("name", REPORTED)
def test_text_of_a_server_is_not_a_formula(played, name):
    rows = _sheet(played["runs"][name])
    assert len(rows) == len(NAMED) + 4
    assert not [cell for row in rows for cell in row.values() if cell.startswith((*"=+-@\t\r\n", HIDING[0]))]
    if name == "onboard":
        assert f"'{FORMULA}" in {row["authorized"] for row in rows}


@pytest.mark.parametrize("name", REPORTED)
def test_half_a_character_of_one_tenant_does_not_break_the_report(played, name):
    run = played["runs"][name]
    assert set(run.files) == {"report.html", "report.json", "report.csv"}
    assert "bad \ufffd words" in run.report["half_word"]["failure"]["msg"]
    if name == "onboard":
        # Nobody can ask for such a library. The others are done.
        failed = run.report["half_library"]
        assert (failed["failure"]["kind"], failed["libraries"]["authorized"]) == ("not_found", ["ACTIVE"])
        assert "half\ufffd: " in failed["failure"]["msg"]


def test_a_sheet_says_that_it_is_utf_8(played):
    assert [name for name in REPORTED if not played["runs"][name].files["report.csv"].startswith("\ufeff")] == []


def test_what_hides_in_a_name_is_seen(played):
    run = played["runs"]["onboard"]
    assert run.report[f"named{LIBRARIES.index(HIDING)}"]["libraries"]["authorized"] == [HIDING]
    assert SHOWN in {row["authorized"] for row in _sheet(run)}
    assert len([page for page in played["pages"] if html.escape(SHOWN, quote=False).replace('"', "&#34;") in page]) > 1
    texts = {"csv": run.files["report.csv"].removeprefix("\ufeff"), "screen": run.output.partition("TASK [Summary]")[2]}
    for name, text in {**texts, **{f"page {number}": page for number, page in enumerate(played["pages"])}}.items():
        assert [sign for sign in HIDES if sign in text] == [], name


def _sheet(run):
    """The rows of a report, as a spreadsheet reads them."""
    text = run.files["report.csv"].removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_files_that_name_people_are_for_their_owner(played):
    files = {"report.html", "report.json", "report.csv", "plan.json", "changes.html", "renewals.ics"}
    assert set(played["modes"]) == files
    assert set(played["modes"].values()) == {0o600}


# What a pattern of hosts would take for more than one, or for another.
FAILING, OTHERS = ("Birch LLP", "a.b", "x,y"), ("LLP", "a-b", "x")


@pytest.fixture(scope="module")
def patterns(tmp_path_factory):
    """The runs over tenants whose names mean something as a pattern, by name. Those that fail have a wrong password."""
    with Stage(tmp_path_factory.mktemp("patterns")) as stage:
        stage.add("good")
        del stage.hosts["good"]
        for host in (*OTHERS, *FAILING):
            password = "guessed" if host in FAILING else "good-admin-password"
            stage.hosts[host] = {"imanage_username": "admin@good.example", "imanage_password": password}
        runs = {name: stage.run(f"{COLLECTION}.{name}") for name in ("onboard", "audit")}
        runs["verify_contract"] = stage.run(f"{COLLECTION}.verify_contract", report=None)
        for host in OTHERS:
            del stage.hosts[host]
        runs["verify_contract of those"] = stage.run(f"{COLLECTION}.verify_contract", report=None)
    return runs


@pytest.mark.parametrize("name", ["onboard", "audit", "verify_contract", "verify_contract of those"])
def test_a_name_that_means_something_as_a_pattern_fails_its_own_tenant_alone(patterns, name):
    assert patterns[name].code == 2
    failed = re.findall(r"^(.+?) +: ok=\d+.* failed=[1-9]", patterns[name].output, re.MULTILINE)
    assert sorted(failed) == sorted(FAILING)
