# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report, the recap and the exit code of the playbooks, and what must not be in them."""

from __future__ import annotations

import base64
import csv
import hashlib
import html.parser
import io
import re
import socket
import stat
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from playbooks_support import EXTENSION, PROCESS, Run, Stage, authorizers, catalog

pytestmark = pytest.mark.sweep

ONBOARD = "imanage.control_center.onboard"
AUDIT = "imanage.control_center.audit"
REPORTS = {"report.html", "report.json", "report.csv"}
COLUMNS = (
    *("tenant", "customer_id", "url", "status", "check_mode", "changed"),
    *("provisioning", "application", "refresh_token", "authorization"),
    *("authorized", "expected", "pending", "not_visible", "expires_at", "next_steps", "failure"),
)
# Characters that are encoded wherever something is encoded; no secret is part of another word.
PASSWORD = "pass/word+of two&people=é"
KEEPER_PASSWORD = "keeper's <pass> word"
REFUSED_PASSWORD = "refused pass%20word"
SECRET = "client/secret+of=all"
REFRESH = "refresh/token+of one"
ACCESS = "access/token+of=another"
EVIL = "=HYPERLINK(<script>alert(1)</script>)"


def _tenants(stage: Stage) -> None:
    """A failing tenant before and after those that are well; secrets of every kind."""
    client = {"client": {"id": "control-center-client", "secret": SECRET}}
    stage.common["imanage_client_secret"] = SECRET
    people = [
        {"id": "admin@a_wrong.example", "password": PASSWORD, "app_management": True, "nrtadmin": "all"},
    ]
    stage.add("a_wrong", {"imanage_password": REFUSED_PASSWORD}, users=people, **client)
    stage.add(
        "b_fine",
        {
            "imanage_password": PASSWORD,
            "imanage_nrtadmin_username": "keeper@b_fine.example",
            "imanage_nrtadmin_password": KEEPER_PASSWORD,
        },
        users=[
            {"id": "admin@b_fine.example", "password": PASSWORD, "app_management": True},
            {"id": "keeper@b_fine.example", "password": KEEPER_PASSWORD, "nrtadmin": "all"},
        ],
        **client,
    )
    stage.add("c_bare", applications=catalog(EXTENSION), **client)
    stage.add("d_consent", consent_required=True, **client)
    administrator = {"id": "admin@e_refresh.example", "app_management": True, "nrtadmin": "all"}
    stage.add(
        "e_refresh",
        {"imanage_refresh_token": REFRESH},
        by_password=False,
        users=[{**administrator, "refresh_token": REFRESH}],
        **client,
    )
    stage.add(
        "f_access",
        {"imanage_access_token": ACCESS},
        by_password=False,
        users=[{**administrator, "id": "admin@f_access.example", "access_token": ACCESS}],
        **client,
    )
    # A tenant whose password repeats in what the server says, and one whose password cannot be found out.
    stage.add("g_echo", {"imanage_password": PASSWORD}, users=[{**people[0], "id": "admin@g_echo.example"}], **client)
    stage.sandbox.tenant("g_echo").faults.extend(
        [_echo("listApps", f"No lists for {PASSWORD} and {quote_plus(PASSWORD)}, {SECRET}.")]
    )
    stage.add("h_unset", {"imanage_password": "{{ a_variable_that_is_not_there }}"}, **client)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    stage.add("i_nowhere", {"imanage_url": address, "imanage_retry_timeout": 1}, **client)
    stage.add("z_fine", **client)


def _echo(operation: str, words: str) -> Any:
    from sandbox import Fault

    body = {"error": {"code": "Echo", "code_message": words}}
    return Fault("status", operation=operation, status=400, body=body)


def _scenario(where: Any) -> dict[str, Any]:
    with Stage(where) as stage:
        _tenants(stage)
        runs: dict[str, Any] = {}
        start = stage.snapshots()
        runs["check"] = stage.run("--check", ONBOARD)
        assert stage.snapshots() == start
        # The free strategy in a check, so that the run after it finds something to do.
        runs["free"] = stage.run("--check", ONBOARD, ANSIBLE_STRATEGY="ansible.builtin.free")
        everything = ("-vvv", "--diff", ONBOARD)
        runs["all"] = stage.run(*everything, files=(*REPORTS, "log"), ANSIBLE_LOG_PATH="log")
        runs["issued"] = sorted(stage.sandbox._tokens._access) + sorted(stage.sandbox._tokens._refresh)
        runs["serial"] = stage.run("-e", "imanage_serial=1", "--limit", "a_wrong,b_fine,h_unset,z_fine", ONBOARD)
        runs["all failed"] = stage.run("--limit", "a_wrong,g_echo,h_unset", ONBOARD)
        runs["only failing"] = stage.run("--limit", "a_wrong", "-e", "imanage_serial=1", ONBOARD)
        runs["waiting"] = stage.run("--limit", "b_fine,c_bare,d_consent", ONBOARD)
    return runs


def _others(where: Any) -> dict[str, Any]:
    """Tenants in a group of another name; the report goes to a directory that is not there yet."""
    with Stage(where) as stage:
        stage.add("drifting")
        stage.add("bare", applications=catalog(EXTENSION))
        stage.hosts[EVIL] = {
            "imanage_username": "admin@drifting.example",
            "imanage_password": "drifting-admin-password",
        }
        stage.hosts["+1"] = {"imanage_url": "http://a&b\"'<i>.example"}
        mine = ("-e", "imanage_tenants=mine")
        quiet = ("--limit", "drifting,bare", *mine)
        runs: dict[str, Any] = {}
        stage.run(*quiet, "-e", "imanage_report=new/place", AUDIT, report=None, group="mine")
        runs["new place"] = sorted(path.name for path in stage.where.glob("run*/new/place/*"))
        runs["evil"] = stage.run(*mine, "imanage.control_center.preview", group="mine")
        runs["no report"] = stage.run("--limit", "bare", *mine, AUDIT, report=None, group="mine")
    return runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs of the inventory with failing tenants, by name."""
    return _scenario(tmp_path_factory.mktemp("exit"))


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """The runs of the other inventory, by name."""
    return _others(tmp_path_factory.mktemp("others"))


ALL = ("a_wrong", "b_fine", "c_bare", "d_consent", "e_refresh", "f_access", "g_echo", "h_unset", "i_nowhere", "z_fine")
FAILED = {"a_wrong": "sign_in", "g_echo": "bad_option", "h_unset": "bad_option", "i_nowhere": "unreachable"}
LIMITED = {
    "check": ALL,
    "free": ALL,
    "all": ALL,
    "serial": ("a_wrong", "b_fine", "h_unset", "z_fine"),
    "all failed": ("a_wrong", "g_echo", "h_unset"),
    "only failing": ("a_wrong",),
    "waiting": ("b_fine", "c_bare", "d_consent"),
}


def _rows(run: Run) -> list[dict[str, str]]:
    """The rows of the table for spreadsheets."""
    return list(csv.DictReader(io.StringIO(run.files["report.csv"].removeprefix("\ufeff"), newline="")))


class _Page(html.parser.HTMLParser):
    """What a browser sees of a page: its elements and its words."""

    def __init__(self, text: str):
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[str] = []
        self.words = ""
        self.heads: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """An element begins."""
        self.elements.append(tag)
        self.attributes.extend(name for name, _value in attrs)
        if tag == "th":
            self.heads.append("")

    def handle_data(self, data):
        """Words between elements."""
        self.words += data
        if self.heads:
            self.heads[-1] += data


# -- exit code, recap, rows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIMITED)
def test_the_exit_code_says_whether_a_tenant_failed(runs, name):
    assert runs[name].code == (2 if set(LIMITED[name]) & set(FAILED) else 0)


@pytest.mark.parametrize("name", LIMITED)
def test_the_recap_has_every_tenant_once_and_fails_the_failed(runs, name):
    recap = runs[name].recap
    assert set(recap) == set(LIMITED[name])
    failed = {tenant for tenant, counters in recap.items() if counters["failed"]}
    assert failed == set(LIMITED[name]) & set(FAILED)
    assert not any(counters["unreachable"] for counters in recap.values())


@pytest.mark.parametrize("name", LIMITED)
def test_the_report_has_one_row_a_tenant_in_every_format(runs, name):
    run = runs[name]
    assert set(run.files) - {"log"} == REPORTS
    assert tuple(run.report) == LIMITED[name]
    assert tuple(row["tenant"] for row in _rows(run)) == LIMITED[name]
    heads = _Page(run.files["report.html"]).heads
    assert [head for tenant in LIMITED[name] for head in heads if head.startswith(tenant)] == [
        head for head in heads if head[:2] in {tenant[:2] for tenant in ALL}
    ]
    assert sum(head.startswith(LIMITED[name]) for head in heads) == len(LIMITED[name])


@pytest.mark.parametrize("name", LIMITED)
def test_the_rows_say_who_failed_and_why(runs, name):
    failed = {tenant: kind for tenant, kind in FAILED.items() if tenant in LIMITED[name]}
    report = runs[name].report
    assert {tenant: row["failure"]["kind"] for tenant, row in report.items() if row["failure"]} == failed
    assert {tenant for tenant, row in report.items() if row["status"] == "failed"} == set(failed)
    assert {row["tenant"]: row["failure"] for row in _rows(runs[name]) if row["failure"]} == failed


@pytest.mark.parametrize("name", LIMITED)
def test_the_report_is_for_its_owner_only(runs, name):
    assert {file: stat.filemode(runs[name].modes[file]) for file in REPORTS} == dict.fromkeys(REPORTS, "?rw-------")


@pytest.mark.parametrize("name", LIMITED)
def test_the_screen_says_how_each_tenant_stands_once(runs, name):
    said = re.findall(r"^(\w+): (?:would be )?([a-z_]+)", runs[name].output.partition("PLAY [Fail")[0], re.MULTILINE)
    told = [(tenant, status) for tenant, status in said if tenant in ALL]
    assert told == [(tenant, row["status"]) for tenant, row in runs[name].report.items()]


@pytest.mark.parametrize("name", LIMITED)
def test_a_failed_tenant_says_why_at_the_end(runs, name):
    end = runs[name].output.partition("PLAY [Fail")[2]
    assert set(re.findall(r"^fatal: \[(\w+)\]", end, re.MULTILINE)) == set(LIMITED[name]) & set(FAILED)


@pytest.mark.parametrize("name", LIMITED)
def test_writing_the_report_is_not_a_change(runs, name):
    for tenant, counters in runs[name].recap.items():
        if not runs[name].report[tenant]["changed"]:
            assert (tenant, counters["changed"]) == (tenant, 0)


def test_the_rows_of_the_table_say_what_the_facts_say(runs):
    run = runs["all"]
    for row, fact in zip(_rows(run), run.report.values(), strict=True):
        assert tuple(row) == COLUMNS
        assert row["customer_id"] == ("" if fact["customer_id"] is None else str(fact["customer_id"]))
        assert (row["status"], row["check_mode"], row["changed"]) == (
            fact["status"],
            str(fact["check_mode"]),
            str(fact["changed"]),
        )
        assert {stage: row[stage] for stage in fact["stages"]} == fact["stages"]
        assert row["authorized"].split() == fact["libraries"]["authorized"]
        assert row["next_steps"] == "\n\n".join(fact["next_steps"])
        assert row["expires_at"] == (fact["expires_at"] or "")


def test_one_tenant_fails_and_the_others_are_done(runs):
    run = runs["all"]
    status = {tenant: row["status"] for tenant, row in run.report.items() if tenant not in FAILED}
    assert status == {
        "b_fine": "onboarded",
        "c_bare": "awaiting_provisioning",
        "d_consent": "awaiting_consent",
        "e_refresh": "onboarded",
        "f_access": "onboarded",
        "z_fine": "onboarded",
    }
    assert all(authorizers(run.snapshots["z_fine"]).values())


@pytest.mark.parametrize("name", ["check", "free"])
def test_a_check_writes_the_report_and_nothing_else(runs, name):
    run = runs[name]
    assert {tenant: run.writes(tenant) for tenant in ALL if run.writes(tenant)} == {}
    assert {row["check_mode"] for row in run.report.values()} == {True}
    assert "A preview: nothing was written" in run.files["report.html"]


def test_a_report_of_a_run_does_not_call_itself_a_preview(runs):
    assert "preview" not in runs["all"].files["report.html"].lower()
    assert {row["check_mode"] for row in runs["all"].report.values()} == {False}


def test_a_strategy_changes_nothing(runs):
    status = [{tenant: row["status"] for tenant, row in runs[name].report.items()} for name in ("check", "free")]
    assert status[0] == status[1]


def test_a_batch_after_a_failed_one_is_done(runs):
    statuses = {tenant: row["status"] for tenant, row in runs["serial"].report.items()}
    assert statuses == {"a_wrong": "failed", "b_fine": "onboarded", "h_unset": "failed", "z_fine": "onboarded"}


def test_everybody_is_signed_out(runs):
    for name in LIMITED:
        assert set(runs[name].tokens_left.values()) == {0}


def test_a_variable_that_is_not_there_is_named(runs):
    assert "a_variable_that_is_not_there" in runs["all"].report["h_unset"]["failure"]["msg"]
    assert runs["all"].calls("h_unset") == []


def test_a_directory_that_is_not_there_is_made(others):
    assert others["new place"] == sorted([*REPORTS, "provisioning-request.eml"])


def test_no_report_unless_asked_for(others):
    run = others["no report"]
    assert (run.code, run.files) == (0, {})
    assert "bare: awaiting_provisioning" in run.output
    assert PROCESS.findall(run.output) == []
    assert [one for one in run.warnings if " assumed to " not in one] == []


# -- what must not be in them ---------------------------------------------------------------------------------------


def _forms(secret: str) -> set[str]:
    """A secret as given and as it would look on the wire, in JSON and in headers."""
    raw = secret.encode()
    encoded = {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), html_text(secret), *encoded}


def html_text(text: str) -> str:
    """As templates escape it."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ('"', "&#34;")):
        text = text.replace(sign, entity)
    return text


def test_no_secret_is_shown_logged_or_reported(runs):
    run = runs["all"]
    given = [PASSWORD, KEEPER_PASSWORD, REFUSED_PASSWORD, SECRET, REFRESH, ACCESS, "c_bare-admin-password"]
    assert len(run.output) > 20_000
    assert run.files["log"]
    assert len(runs["issued"]) > 5
    texts = {"output": run.output, **run.files, "lines": repr(run.lines)}
    found = [
        (where, secret)
        for secret in [*given, *runs["issued"], "tracker-client-secret"]
        for form in _forms(secret)
        for where, text in texts.items()
        if form in text
    ]
    assert found == []


def test_all_the_output_was_asked_for(runs):
    """The tests for secrets and for processes look at an output that would show them."""
    assert "task path: " in runs["all"].output
    assert PROCESS.findall(runs["all"].output)
    assert "+ARCHIVE: authorized" in runs["all"].output


def test_what_the_server_echoes_is_hidden(runs):
    msg = runs["all"].report["g_echo"]["failure"]["msg"]
    assert "No lists for" in msg
    assert "pass/word" not in msg


def test_a_name_is_inert_in_html(others):
    page = others["evil"].files["report.html"]
    seen = _Page(page)
    (script,) = re.findall(r"<script[^>]*>(.*?)</script", page, re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{allowed}'" in page, "no script but the page's own is run"
    assert seen.elements.count("script") == 1
    assert "i" not in seen.elements
    assert EVIL in seen.words
    assert not any(name.startswith("on") for name in seen.attributes)
    assert seen.attributes.count("data-status") == len(others["evil"].report)


def test_a_name_is_inert_in_a_spreadsheet(others):
    rows = _rows(others["evil"])
    assert [row["tenant"] for row in rows] == ["drifting", "bare", f"'{EVIL}", "'+1"]
    for row in rows:
        assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in row.values())


def test_a_preview_writes_nothing_without_being_told_to_check(others):
    run = others["evil"]
    assert {tenant: run.writes(tenant) for tenant in ("drifting", "bare")} == {"drifting": [], "bare": []}
    assert {row["check_mode"] for row in run.report.values()} == {True}
    assert run.report["drifting"]["status"] == "onboarded"
    assert "+ARCHIVE: authorized" in run.output


@pytest.mark.parametrize("name", ["serial", "all failed", "only failing", "waiting"])
def test_nothing_warns(runs, name):
    assert runs[name].warnings == []
