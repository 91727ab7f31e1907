# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of an export: what they say of a tenant, how they are written, and who cannot have a file."""

from __future__ import annotations

import datetime

import pytest
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.export import Part, parts
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.vars_file import MARK, text, without_a_file
from hypothesis import given
from hypothesis import strategies as st
from support.places import EXTENSION, TRACKER
from support.unsafe import LOADERS, load

POLICY = {"allow_refresh_token": True, "refresh_token_expiry_days": 90, "access_token_expiry_minutes": 30}
ALL = {"mode": "all", "users": [], "groups": []}
UNAUTHORIZED = dict.fromkeys(("authorized_by", "authorized_by_email", "authorized_at", "expires_at", "expires_from"))


def application(name=TRACKER, status="enabled", **more):
    """An application as it is read."""
    added = status != "available"
    known = {"access": ALL if added else None, "token_policy": POLICY if added else None}
    return {"id": name, "name": name, "status": status, **known, **more}


def library(name, by="ada@acme.example", since="2026-03-01T10:00:00Z", **more):
    """A library as it is read; by nobody, it is not authorized."""
    known = {"authorized_by": by, "authorized_by_email": by, "authorized_at": since}
    return {"id": name, "authorized": bool(by), **UNAUTHORIZED, **(known if by else {}), **more}


def there(tracker=None, configuration=None, **more):
    """What was read of a tenant, and what the inventory says; onboarded except for what is given."""
    info = {
        "libraries": [library("ACTIVE"), library("SPM")],
        "not_visible": [],
        "tracker_calls": True,
        "missing": [],
        **{name: more.pop(name) for name in ("libraries", "not_visible", "tracker_calls", "missing") if name in more},
    }
    applications = [tracker or application(), configuration or application(EXTENSION)]
    return {
        "info": info,
        "applications": [row for row in applications if row["name"] not in info["missing"]],
        "names": [TRACKER, EXTENSION],
        **dict.fromkeys(("users", "groups")),
        "authorize_by": "account",
        "authorized_on": {},
        "libraries_except": [],
        "with_email": False,
        **more,
    }


def said(*given, **more):
    """The variables, and the comments."""
    found = parts(there(*given, **more))
    variables = {name: value for part in found for name, value in part.variables.items()}
    return variables, [words for part in found for words in part.comments]


SETTLED = {
    "state": "present",
    "access": "all",
    "refresh_token_expiry_days": 90,
    "access_token_expiry_minutes": 30,
}


def test_an_onboarded_tenant_needs_no_library_by_name():
    assert said() == (SETTLED, [])


@pytest.mark.parametrize("missing", [[], [TRACKER]])
def test_neither_application_is_absent(missing):
    away = (application(status="available"), application(EXTENSION, status="available"))
    variables, comments = said(*away, missing=missing, authorized_on={"ACTIVE": "2026-03-01"})
    assert variables == {"state": "absent"}
    assert len(comments) == 1 + len(missing)


def test_one_application_is_present_and_the_gap_is_said():
    variables, comments = said(application(status="available"), tracker_calls=True)
    assert variables["state"] == "present"
    assert "access" not in variables
    assert comments == ["iManage Tracker is not added. A run does that."]


def test_who_has_access_is_said_as_read():
    access = {"mode": "custom", "users": ["zoë"], "groups": []}
    variables, comments = said(application(access=access), users=["bob"])
    assert (variables["access"], variables["users"], variables["groups"]) == ("custom", ["zoë"], [])
    assert "exclusive" not in variables
    assert len(comments) == 1


def test_a_list_of_the_inventory_is_taken_back_where_access_is_for_all():
    variables, _comments = said(users=["bob"], groups=None)
    assert (variables["users"], "groups" in variables) == (None, False)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"allow_refresh_token": False, "refresh_token_expiry_days": None}, {"access_token_expiry_minutes": 30}),
        ({"refresh_token_expiry_days": 0}, {"access_token_expiry_minutes": 30}),
        ({"access_token_expiry_minutes": 5}, {"refresh_token_expiry_days": 90, "access_token_expiry_minutes": 5}),
    ],
)
def test_only_expiries_that_can_be_asked_for_are_said(policy, expected):
    variables, comments = said(configuration=application(EXTENSION, token_policy={**POLICY, **policy}))
    assert {name: value for name, value in variables.items() if "expiry" in name} == expected
    assert len(comments) == ("access_token_expiry_minutes" not in policy)


def test_libraries_are_named_where_not_all_are_authorized():
    rows = [library("ACTIVE"), library("NEW", by=None), library("OLD", authorized=False)]
    variables, comments = said(libraries=rows, not_visible=["HIDDEN, too"])
    assert variables["libraries"] == ["ACTIVE"]
    assert comments[0].endswith('whether authorized: "HIDDEN, too".')
    assert comments[1:] == ["Not authorized: NEW, OLD."]


def test_without_an_authorized_library_no_list_is_exported():
    variables, comments = said(libraries=[library("NEW", by=None)])
    assert "libraries" not in variables
    assert "so none is named" in comments[-1]


def test_libraries_that_the_inventory_excludes_are_excluded():
    rows = [library("ACTIVE"), library("Draft", by=None)]
    variables, comments = said(libraries=rows, libraries_except=["DRAFT", "GONE"])
    assert (variables.get("libraries"), variables["libraries_except"], comments) == (None, ["DRAFT", "GONE"], [])


def test_the_inventory_is_the_record_of_days_that_the_page_does_not_show():
    rows = [library("SHOWN"), library("Dateless", since=None), library("NEW", by=None)]
    day = datetime.date(2026, 3, 1)
    days = {"shown": day, "DATELESS": day, "new": day, "elsewhere": "2026-03-02"}
    variables, _comments = said(libraries=rows, authorized_on=days)
    assert variables["authorized_on"] == {"DATELESS": "2026-03-01", "elsewhere": "2026-03-02"}


def test_a_person_authorizes_if_the_inventory_says_so_or_the_calls_are_not_answered():
    assert said(authorize_by="person")[0]["authorize_by"] == "person"
    rows = [{**library("ACTIVE", by=None), "authorized": None}, {**library("NEW", by=None), "authorized": None}]
    variables, comments = said(libraries=rows, tracker_calls=False, not_visible=None, authorized_on={"active": "2026"})
    assert variables["authorize_by"] == "person"
    assert (variables["libraries"], variables["authorized_on"]) == (["ACTIVE"], {"active": "2026"})
    assert comments[0] == "Perhaps not authorized, because the inventory has no day: NEW."


def test_without_the_page_the_days_stay():
    variables, comments = said(libraries=[], tracker_calls=None, not_visible=None, authorized_on={"ACTIVE": "2026"})
    assert (variables["authorized_on"], "libraries" in variables) == ({"ACTIVE": "2026"}, False)
    assert len(comments) == 1


def test_names_of_applications_are_said_where_they_differ():
    own = there(application("Tracker EU"), names=["Tracker EU", EXTENSION])
    assert parts(own)[0].variables == {"state": "present", "application": "Tracker EU"}


@pytest.mark.parametrize(
    ("addresses", "asked", "expected"),
    [
        (("a@x", "a@x"), True, "a@x"),
        (("a@x", "a@x"), False, None),
        (("a@x", "b@x"), True, None),
        (("a@x", None), True, "a@x"),
        (("nobody", None), True, None),
    ],
)
def test_an_address_is_said_only_if_asked_for_and_one(addresses, asked, expected):
    rows = [library(f"L{number}", authorized_by_email=one) for number, one in enumerate(addresses)]
    assert said(libraries=rows, with_email=asked)[0].get("email") == expected


# -- the file ---------------------------------------------------------------------------------------------------------


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
ODD = st.sampled_from(["NO", "007", "12:30:45", "{{ x }}", "{% if %}", "{# x", "a: b", "# c", "~", "null", "", "1e3"])


@given(st.lists(WORDS | ODD), st.dictionaries(WORDS | ODD, WORDS | ODD))
def test_every_text_is_read_as_it_was(names, days):
    written = text([Part({"libraries": names, "authorized_on": days}, ["Words."])])
    assert load(written) == {
        "tracker_onboarding_libraries": names,
        "tracker_onboarding_authorized_on": days,
    }
    assert written.replace("\n", "").isprintable()
    first, *others = (load(written, loader) for loader in LOADERS)
    assert others == [first]


def test_a_template_is_marked_and_nothing_else_is():
    written = text([Part({"users": ["{{ a }}", "{%b", "{#", "{ c }"], "authorized_on": {"{{ d }}": "e"}}, [])])
    assert written.count("!unsafe") == 4
    assert '!unsafe "{{ d }}": e' in written
    assert '\n  - "{ c }"\n' in written
    assert written.startswith(f"{MARK}\n---\n")


@pytest.mark.parametrize("length", [100, 300, 10_000])
def test_a_long_name_is_read_as_it_was(length):
    days = {"a b" * length: "2026-03-01", "{{" * length: "2026-03-02"}
    written = text([Part({"authorized_on": days}, [])])
    assert [load(written, loader) for loader in LOADERS] == [{"tracker_onboarding_authorized_on": days}] * 2


def test_a_part_without_variables_is_a_comment():
    assert text([Part({}, ["One.", "Two."])]).endswith("---\n# One.\n# Two.\n")


# -- the names of the files -------------------------------------------------------------------------------------------


def refused(tenants, folder, hosts=None):
    """The tenants that cannot have a file."""
    return without_a_file(tenants, hosts or tenants, str(folder))


@pytest.mark.parametrize("name", ["a/b", "../a", "..", ".", "/etc/a", "a\nb", "a\0b", "$HOME", "a\\b", "x" * 253])
def test_a_name_that_cannot_be_a_file_is_refused(tmp_path, name):
    assert list(refused([name, "fine"], tmp_path)) == [name]


@pytest.mark.parametrize("name", ["Birch LLP", "a.b", "x,y", "...", ".a", "~a", "-a", "{a}", "Ä:b", "x" * 250])
def test_an_odd_name_that_can_be_a_file_is_not(tmp_path, name):
    assert refused([name], tmp_path) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("acme", "ACME"),
        ("m\u00fcller", "mu\u0308ller"),
        ("acme", "acme.yml"),
        ("ACME.yml", "acme"),
        ("stra\u00dfe", "STRASSE"),
    ],
)
def test_two_hosts_that_could_share_a_file_are_refused(tmp_path, one, other):
    assert set(refused([one, other, "fine"], tmp_path)) == {one, other}
    assert other in refused([one], tmp_path, [one, other])[one]


def test_a_file_that_an_export_did_not_write_stays(tmp_path):
    folder = tmp_path / "host_vars"
    folder.mkdir()
    for name, content in {"own.yml": "imanage_password: x\n", "ours.yml": f"{MARK}\n---\n", "bare": ""}.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "dir").mkdir()
    (folder / "dir2.yml").mkdir()
    found = refused(["own", "ours", "bare", "dir", "dir2", "new"], tmp_path)
    assert set(found) == {"own", "bare", "dir", "dir2"}
    assert "was not written by an export" in found["own"]
    assert "Ansible would read" in found["dir"]
