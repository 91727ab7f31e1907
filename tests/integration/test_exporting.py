# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there becomes variables: exports by playbook, and previews with the files of an export.

A preview with these files is unchanged for every tenant that an audit calls onboarded or incomplete.
"""

from __future__ import annotations

import shutil

import pytest
from playbooks_support import BY_PASSWORD, TRACKER, Stage, catalog, in_pipe, keep
from support import unsafe
from support.generated import drawn
from support.places import filled
from support.wants import role_situations, role_variables

C = "imanage.control_center"
TEMPLATE = "{{ lookup('pipe', 'touch touched-by-a-template') }}"
NAMES = (TEMPLATE, "NO", "007", "12:30:45", "a: b", "# c", "{% raw %}", "Bücher ☃", "'", '"', "x" * 300, "- d", "&e")
POLICY = {"allow_refresh_token": True, "refresh_token_expiry": 3650, "access_token_max_idle_time": 20}
MARK = "# Written by imanage.control_center.export, and replaced by the next export. Keep what you add elsewhere."


def variables(text):
    """The variables of a file, without the prefix of the role."""
    return {key.removeprefix("tracker_onboarding_"): value for key, value in unsafe.load(text).items()}


def files(folder):
    """The texts of the files of an export, by tenant."""
    return {path.stem: path.read_text(encoding="utf-8") for path in (folder / "host_vars").glob("*.yml")}


def with_files_of(folder):
    """A way to run a command with the files of an export next to the inventory."""

    def execute(command, cwd, env):
        shutil.copytree(folder / "host_vars", cwd / "host_vars")
        return in_pipe(command, cwd=cwd, env=env)

    return execute


def with_a_date(command, cwd, env):
    """Run a command where the inventory has a day without quotes, which YAML reads as a date."""
    keep(cwd, **{"host_vars/unserved.yml": "tracker_onboarding_authorized_on: {ACTIVE: 2026-03-01}\n"})
    return in_pipe(command, cwd=cwd, env=env)


def export(stage, folder, *arguments, report=None, execute=None):
    """Export to a folder."""
    return stage.run("-e", f"imanage_export={folder}", *arguments, f"{C}.export", report=report, execute=execute)


def done(name, tracker="enabled", by="admin", access=None, **more):
    """A tenant that is onboarded except for what is given."""
    user = {"id": f"admin@{name}.example", "password": f"{name}-admin-password", "app_management": True}
    return {
        "users": [{**user, "nrtadmin": "all", "email": f"pat.doe@{name}.example"}],
        "applications": catalog(
            tracker={"status": tracker, **({"access": access} if access else {})},
            tracker_cc={"status": "enabled", "token_policy": POLICY},
        ),
        "libraries": [{"id": "ACTIVE", "authorized_by": f"{by}@{name}.example"}],
        **more,
    }


def test_an_onboarded_tenant_and_an_empty_one_become_variables(tmp_path):
    with Stage(tmp_path) as stage:
        stage.add("fine", **done("fine"))
        stage.add("absent")
        run = export(stage, "out")
        folder = stage.where / "run1" / "out"
        preview = stage.run(f"{C}.preview", execute=with_files_of(folder), report=None)
    assert (run.code, preview.code) == (0, 0), run.output
    found = {name: variables(text) for name, text in files(folder).items()}
    assert found == {
        "fine": {
            "state": "present",
            "access": "all",
            "refresh_token_expiry_days": 3650,
            "access_token_expiry_minutes": 20,
        },
        "absent": {"state": "absent"},
    }
    assert {name: row["status"] for name, row in run.report.items()} == {"fine": "onboarded", "absent": "offboarded"}
    assert {name: row["changed"] for name, row in preview.report.items()} == {"fine": False, "absent": False}
    assert {name: run.writes(name) for name in run.entries} == {"fine": [], "absent": []}


def _add_tenants(stage):
    """Tenants of every sort, most of which are onboarded."""
    stage.add("fine", **done("fine"))
    access = {"mode": "custom", "users": ["admin@custom.example"], "groups": ["IT", "Partners"]}
    stage.add("custom", {"tracker_onboarding_exclusive": True}, **done("custom", access=access))
    lists = {"tracker_onboarding_access": "custom", "tracker_onboarding_users": ["pat@opened.example"]}
    stage.add("opened", lists, **done("opened"))
    some = [{"id": "ACTIVE", "authorized_by": "admin@some.example"}, "NEW", {"id": "HIDDEN", "hidden": True}]
    stage.add("some", {"tracker_onboarding_libraries": ["ACTIVE"]}, **done("some", libraries=some))
    stage.add("off", **done("off", tracker="disabled"))
    stage.add("absent", {"tracker_onboarding_users": ["pat@absent.example"]})
    stage.add("waiting", applications=catalog(TRACKER))
    odd = [{"id": name, "authorized_by": "admin@odd.example"} for name in NAMES]
    access = {"mode": "custom", "users": [], "groups": list(NAMES)}
    host = {"tracker_onboarding_authorize_by": "person"}
    stage.add("odd", host, **done("odd", libraries=[*odd, "NOT THIS"], groups=list(NAMES), access=access))
    record = {"tracker_onboarding_authorized_on": {"ACTIVE": "2026-03-01", TEMPLATE: "2026-03-02"}}
    stage.add("dateless", record, **done("dateless", answers={"dates": "none"}))
    host = {"tracker_onboarding_libraries": ["ACTIVE"], "tracker_onboarding_authorize_by": "person"}
    stage.add("unserved", host, **done("unserved", answers={"tracker": "page_404"}, libraries=["ACTIVE", "SPM"]))
    stage.add("locked", {"imanage_password": "guessed"}, **done("locked"))
    stage.add("away", {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}, **done("away"))
    stage.add("Fine.yml", **done("Fine.yml"))
    stage.add("a:b, {c}", **done("a:b, {c}"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs by name, and the files that they left."""
    where = tmp_path_factory.mktemp("export")
    with Stage(where) as stage:
        _add_tenants(stage)
        start, folder = stage.snapshots(), where / "out"
        beside = with_files_of(folder)
        (folder / "host_vars").mkdir(parents=True)
        old = f"{MARK}\n---\nold: true\n"
        (folder / "host_vars" / "locked.yml").write_text(old, encoding="utf-8")
        runs = {"export": export(stage, folder, "-v", "--diff", report="report", execute=with_a_date)}
        runs["files"] = files(folder)
        runs["locked"] = runs["files"].pop("locked") == old
        runs["modes"] = {
            path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*.yml") if path.stem != "locked"
        }
        shutil.move(folder / "host_vars" / "locked.yml", where)
        runs["audit before"] = stage.run(f"{C}.audit", execute=with_a_date, report=None)
        runs["preview"] = stage.run(f"{C}.preview", execute=beside, report=None)
        runs["audit"] = stage.run(f"{C}.audit", execute=beside, report=None)
        runs["again"] = export(stage, folder, "--check", "--limit", "fine:custom", "-e", "imanage_export_email=true")
        runs["files again"] = files(folder)
        runs["touched"] = list(where.rglob("touched-by-a-template"))
        runs["untouched"] = stage.snapshots() == start
        runs["secrets"] = [secret for name in stage.hosts for secret in secrets_of(stage, name)]
    return runs


def secrets_of(stage, name):
    """The passwords and tokens of a tenant."""
    users = stage.sandbox.tenant(name).users
    return [secret for user in users for secret in (user.password, user.access_token, user.refresh_token) if secret]


STATUS = {
    **dict.fromkeys(("fine", "custom", "opened", "some", "odd", "dateless", "a:b, {c}"), "onboarded"),
    **dict.fromkeys(("absent", "waiting"), "offboarded"),
    **dict.fromkeys(("locked", "away", "Fine.yml"), "failed"),
    "off": "drifted",
    "unserved": "incomplete",
}
FAILING = ("locked", "away", "Fine.yml", "fine")


@pytest.mark.sweep
def test_every_tenant_ends_with_the_status_that_an_audit_with_its_file_gives(runs):
    run = runs["export"]
    # Ansible could read its file as that of Fine.yml.
    expected = {**STATUS, "fine": "failed"}
    assert run.code == 2
    assert {name: row["status"] for name, row in run.report.items()} == expected
    assert {name: row["status"] for name, row in runs["audit"].report.items() if name not in FAILING} == {
        name: status for name, status in expected.items() if name not in FAILING
    }
    kinds = {name: run.report[name]["failure"]["kind"] for name in FAILING}
    assert kinds == {"locked": "sign_in", "away": "unreachable", "Fine.yml": "bad_option", "fine": "bad_option"}


@pytest.mark.sweep
def test_a_tenant_that_fails_gets_no_new_file_and_the_old_one_stays(runs):
    assert set(runs["files"]) == set(STATUS) - set(FAILING)
    assert runs["locked"]
    assert "10 files are in " in runs["export"].output
    assert "No new file for fine, locked, away, Fine.yml. An older file stays." in runs["export"].output


@pytest.mark.sweep
def test_a_preview_with_the_files_is_unchanged_and_changes_only_what_is_missing_elsewhere(runs):
    preview = runs["preview"]
    changed = [name for name, row in preview.report.items() if row["changed"] and name not in FAILING]
    assert changed == ["off"]
    (change,) = preview.report["off"]["changes"]
    assert [field["field"] for field in change["fields"]] == ["Enable application?"]
    statuses = {preview.report[name]["status"] for name in ("absent", "waiting")}
    assert statuses == {"left_alone"}
    held = [name for name, row in runs["audit before"].report.items() if row["status"] in ("onboarded", "incomplete")]
    assert len(set(held) - set(FAILING)) >= 5


@pytest.mark.sweep
def test_the_files_say_what_is_there(runs):
    found = {name: variables(text) for name, text in runs["files"].items()}
    assert (found["opened"]["access"], found["opened"]["users"]) == ("all", None)
    assert found["some"]["libraries"] == ["ACTIVE"]
    assert found["odd"]["libraries"] == list(NAMES)
    assert sorted(found["odd"]["groups"]) == sorted(NAMES)
    assert found["odd"]["authorize_by"] == found["unserved"]["authorize_by"] == "person"
    assert found["dateless"]["authorized_on"] == {"ACTIVE": "2026-03-01", TEMPLATE: "2026-03-02"}
    assert found["unserved"]["authorized_on"] == {"ACTIVE": "2026-03-01"}
    assert found["waiting"] == {"state": "absent"}
    assert "iManage has not provisioned" in runs["files"]["waiting"]
    assert "# Not authorized: NEW, HIDDEN.\n" in runs["files"]["some"]


@pytest.mark.sweep
def test_no_name_is_a_template(runs):
    assert runs["touched"] == []
    assert runs["preview"].report["odd"]["libraries"]["authorized"] == list(NAMES)


@pytest.mark.sweep
def test_no_file_has_a_secret_a_connection_or_an_address_that_nobody_asked_for(runs):
    texts = "".join(runs["files"].values())
    assert texts.isascii() is False
    assert [secret for secret in runs["secrets"] if secret in texts + runs["export"].output] == []
    assert "imanage_" not in texts.replace(MARK, "")
    assert "pat.doe@" not in texts
    assert set(runs["modes"].values()) == {0o600}


@pytest.mark.sweep
def test_check_mode_writes_files_too_and_an_address_if_asked(runs):
    assert variables(runs["files again"]["custom"])["email"] == "pat.doe@custom.example"
    others = set(runs["files"]) - {"custom"}
    assert {name: runs["files again"][name] for name in others} == {name: runs["files"][name] for name in others}


@pytest.mark.sweep
def test_nothing_is_written_to_a_tenant_and_nothing_changed(runs):
    assert runs["untouched"]
    assert {name: runs["export"].writes(name) for name in STATUS} == {name: [] for name in STATUS}
    assert {counters["changed"] for counters in runs["export"].recap.values()} == {0}
    assert runs["export"].warnings == []


REFUSED = {
    "not given": ([], "imanage_export is not given"),
    "empty": (["-e", "imanage_export="], "imanage_export is given, but empty"),
    "in a file": (["-e", "imanage_export=inventory.json/x"], "is not a folder, so no set of files can be written"),
    "mistyped": (["-e", "imanage_exprt=out", "-e", "imanage_export=/dev/null"], "/dev/null is not a folder"),
}


@pytest.mark.sweep
@pytest.mark.parametrize("name", REFUSED)
def test_a_folder_that_cannot_be_is_said_before_anybody_signs_in(tmp_path, name):
    given, words = REFUSED[name]
    with Stage(tmp_path) as stage:
        stage.add("acme")
        run = stage.run(*given, f"{C}.export", report=None)
    assert (run.code, run.calls("acme")) == (2, [])
    assert words in run.output


@pytest.mark.sweep
def test_a_file_of_the_user_stays_and_nobody_signs_in_for_it(tmp_path):
    own = tmp_path / "host_vars" / "acme.yml"
    own.parent.mkdir()
    own.write_text("imanage_password: mine\n", encoding="utf-8")
    with Stage(tmp_path) as stage:
        stage.add("acme")
        stage.add("birch")
        run = export(stage, tmp_path)
    assert (run.code, run.calls("acme")) == (2, [])
    assert own.read_text(encoding="utf-8") == "imanage_password: mine\n"
    assert set(files(tmp_path)) == {"acme", "birch"}


# -- generated tenants ------------------------------------------------------------------------------------------------

GENERATED = 16
ALL = [f"g{number}" for number in range(GENERATED)]
# What makes a tenant onboarded, besides the libraries.
MENDS = {"Added", "Enable application?", "Allow Refresh Token"}


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Runs on generated tenants as they are found, and again as they are wanted by their variables."""
    where = tmp_path_factory.mktemp("generated")
    with Stage(where) as stage:
        stage.common["imanage_retry_timeout"] = 120
        wanted, bare = {}, {}
        for name, situation in zip(ALL, drawn(role_situations(), GENERATED, 8), strict=False):
            account = {
                key: value.replace("admin", situation.user.partition("@")[0]) for key, value in BY_PASSWORD.items()
            }
            keeper = {key: value for key, value in role_variables(situation.options).items() if "nrtadmin" in key}
            wanted[name] = filled({**account, **role_variables(situation.options)}, name)
            bare[name] = filled({**account, **keeper}, name)
            stage.add(name, bare[name], by_password=False, **filled(situation.tenant, name))
        found = {"as found": _exported(stage, where / "found")}
        stage.hosts = wanted
        stage.run(f"{C}.onboard", report=None)
        found["as wanted"] = _exported(stage, where / "wanted")
        # The files say all of it, so an inventory that says nothing does as well.
        stage.hosts = bare
        bare_preview = stage.run(f"{C}.preview", execute=with_files_of(where / "wanted"), report=None)
        found["by the files alone"] = {**found["as wanted"], "preview": bare_preview}
        return found


def _exported(stage, folder):
    """An export, an audit without its files, and a preview with them."""
    before = stage.snapshots()
    runs = {
        "export": export(stage, folder),
        "audit": stage.run(f"{C}.audit", report=None),
        "preview": stage.run(f"{C}.preview", execute=with_files_of(folder), report=None),
    }
    assert stage.snapshots() == before
    return {**runs, "files": files(folder)}


@pytest.mark.sweep
def test_the_generated_tenants_are_of_every_sort(generated):
    for moment, runs in generated.items():
        statuses = {row["status"] for row in runs["export"].report.values()}
        assert {"onboarded", "failed"} <= statuses, moment
    assert len([row for row in generated["as wanted"]["audit"].report.values() if row["status"] == "onboarded"]) > 3


@pytest.mark.sweep
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("moment", ["as found", "as wanted", "by the files alone"])
def test_a_generated_tenant_that_an_audit_calls_onboarded_is_unchanged_with_its_file(generated, moment, name):
    runs = generated[moment]
    audit, preview = (runs[run].report[name] for run in ("audit", "preview"))
    if audit["status"] in ("onboarded", "incomplete"):
        assert name in runs["files"]
        assert (preview["status"], preview["changed"]) == (audit["status"], False), runs["files"][name]


@pytest.mark.sweep
@pytest.mark.parametrize("name", ALL)
def test_the_file_of_a_generated_tenant_changes_only_what_makes_it_onboarded(generated, name):
    runs = generated["as found"]
    assert (name in runs["files"]) == (runs["export"].report[name]["status"] != "failed")
    preview = runs["preview"].report[name]
    if name not in runs["files"] or preview["status"] == "failed":
        return
    for change in preview["changes"]:
        fields = {field["field"] for field in change["fields"]}
        if change["stage"] != "authorization":
            refresh = {"Refresh Token Expiry (days)"} if "Allow Refresh Token" in fields else set()
            assert fields <= MENDS | refresh, runs["files"][name]
