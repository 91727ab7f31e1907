# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A spreadsheet of tenants: how its cells are read, what they become, and which files are refused."""

from __future__ import annotations

import csv
import io

import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.plugin_utils._tenants import sheet
from hypothesis import given
from hypothesis import strategies as st
from support.tree import ROOT

SPECS = yaml.safe_load((ROOT / "roles/tracker_onboarding/meta/argument_specs.yml").read_text(encoding="utf-8"))
TYPES = sheet.types(SPECS)
SECRET = "hunter2-of-acme"
SITE = "https://cloudimanage.com"


def tenants(*rows, encoding="utf-8"):
    """The tenants of a file with these rows."""
    return sheet.tenants("\r\n".join(rows).encode(encoding), TYPES)


def refusal(*rows, encoding="utf-8"):
    """Why a file with these rows is refused."""
    with pytest.raises(sheet.Refused) as refused:
        tenants(*rows, encoding=encoding)
    words = str(refused.value)
    assert SECRET not in words
    assert words.endswith(".")
    return words


# Cells: any texts, as Python writes them.

cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    ['"', '""', ";", ",", "a;b", "a,b", "\n", "\r\n", "\r", " ", "007", '"a"', "sep=;", "\ufeff"]
)


@given(st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(cell, min_size=width, max_size=width))), st.data())
def test_a_table_of_any_texts_is_read_as_it_was_written(rows, data):
    header = [f"column{number}" for number in range(len(rows[0]) if rows else 2)]
    file = io.StringIO(newline="")
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    csv.writer(file, delimiter=data.draw(st.sampled_from(",;")), quoting=quoting).writerows([header, *rows])
    assert sheet.cells(file.getvalue()) == [header, *rows]


@pytest.mark.parametrize(
    "content",
    [
        "tenant,code\r\nacme,1\r\n",
        "tenant,code\nacme,1",
        "tenant;code\racme;1\r",
        "tenant;code\r\nacme;1\r\n",
        'sep=;\r\n"tenant";"code"\r\n"acme";"1"\r\n',
        "SEP=,\ntenant,code\nacme,1\n",
    ],
)
def test_separators_line_ends_and_the_line_of_excel(content):
    assert sheet.cells(content) == [["tenant", "code"], ["acme", "1"]]


def test_separators_within_quotes_of_the_first_row_do_not_count():
    assert sheet.cells('"a;b;c",tenant\n1;2,acme') == [["a;b;c", "tenant"], ["1;2", "acme"]]


def test_the_line_for_excel_decides_and_is_not_a_row():
    assert sheet.cells("sep=;\ntenant,code\n")[0] == ["tenant,code"]
    assert "Row 2 has a cell in the column imanage_customer_id" in refusal(
        "sep=;", "tenant;imanage_customer_id", "acme;x"
    )


def test_a_byte_order_mark_is_not_part_of_the_first_name():
    assert tenants("tenant,code", "acme,Müller", encoding="utf-8-sig") == {"acme": {"code": "Müller"}}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_refused_with_the_type_to_save(encoding):
    assert "save it as the type 'CSV UTF-8'" in refusal("tenant,code", "acme,Müller", encoding=encoding)


@pytest.mark.parametrize("row", ['acme,"open', 'acme,"a"b'])
def test_quotes_that_do_not_match_are_refused_with_their_row(row):
    assert "The quotes of row 4 do not match" in refusal("tenant,code", 'birch,"two\r\nlines"', "", row, "cedar,1")


# Values: by the type of the variable in the role.


def test_the_role_has_variables_of_every_type_that_is_read():
    assert {*TYPES.values()} == {"str", "path", "dict", *sheet._READERS}
    assert TYPES["tracker_onboarding_libraries"] == "list"


def test_values_have_the_types_of_the_role_and_others_are_texts():
    found = tenants(
        "tenant,imanage_customer_id,imanage_validate_certs,tracker_onboarding_exclusive,code,tracker_onboarding_email",
        "acme,007,No,TRUE,007,a;b",
        "birch, 12 ,yes,false, x ,yes",
    )
    assert found == {
        "acme": {
            "imanage_customer_id": 7,
            "imanage_validate_certs": False,
            "tracker_onboarding_exclusive": True,
            "code": "007",
            "tracker_onboarding_email": "a;b",
        },
        "birch": {
            "imanage_customer_id": 12,
            "imanage_validate_certs": True,
            "tracker_onboarding_exclusive": False,
            "code": " x ",
            "tracker_onboarding_email": "yes",
        },
    }
    assert {type(one["imanage_validate_certs"]) for one in found.values()} == {bool}


@pytest.mark.parametrize("name", sorted(name for name, kind in TYPES.items() if kind == "list"))
def test_the_cell_of_each_list_is_split_at_semicolons(name):
    assert tenants(f"tenant,{name}", "acme, ACTIVE;Old Matters ;;") == {"acme": {name: ["ACTIVE", "Old Matters"]}}
    assert tenants(f"tenant;{name}", 'acme;"ACTIVE;a,b"') == {"acme": {name: ["ACTIVE", "a,b"]}}


@pytest.mark.parametrize("name", sorted(name for name, kind in TYPES.items() if kind in ("str", "path")))
def test_the_cell_of_a_text_is_never_split(name):
    if not sheet._is_secret(name):
        assert tenants(f"tenant,{name}", "acme,a; b") == {"acme": {name: "a; b"}}


def test_empty_cells_are_not_given_and_empty_rows_are_ignored():
    assert tenants(
        "", "tenant,code,tracker_onboarding_users,more,", ",,,,", "", "acme,, ; ,", "birch", " , ,", "cedar,1,,2,,,"
    ) == {"acme": {}, "birch": {}, "cedar": {"code": "1", "more": "2"}}
    assert tenants("tenant,code") == {}


def test_blanks_around_names_do_not_count():
    assert tenants("tenant , code", " acme ,1") == {"acme": {"code": "1"}}


@pytest.mark.parametrize("cell", ["many", "1.5", "1e3", "٣", "1,000", "0x1F", SECRET, "9" * 5000])
def test_a_cell_that_is_not_a_whole_number_is_refused(cell):
    words = refusal("tenant;imanage_customer_id", "acme;101", "birch;", f"cedar;{cell}", f"dogwood;{cell}")
    assert words.startswith("Rows 4 and 5 have a cell in the column imanage_customer_id that is not a whole number")


@pytest.mark.parametrize("cell", ["ja", "1", "y", SECRET])
def test_a_cell_that_is_neither_yes_nor_no_is_refused(cell):
    words = refusal("tenant,imanage_validate_certs", f"acme,{cell}")
    assert words.startswith("Row 2 has a cell in the column imanage_validate_certs that is not yes or no")


# Columns.

SECRETS = (
    *("imanage_password", "imanage_client_secret", "imanage_refresh_token", "imanage_access_token"),
    *("imanage_nrtadmin_password", "ansible_password", "ansible_become_password", "ansible_become_pass"),
    *("ansible_ssh_pass", "IMANAGE_PASSWORD", "imanage_pasword"),
)


@pytest.mark.parametrize("name", SECRETS)
def test_a_column_for_a_secret_is_refused_without_its_cells(name):
    words = refusal(f"tenant,no name,{name}", f"acme,1,{SECRET}")
    assert f"The column {name} is for a secret" in words
    assert "vault" in words


@pytest.mark.parametrize("name", ["imanage_refresh_token_file", "tracker_onboarding_access_token_expiry_minutes"])
def test_what_only_sounds_like_a_secret_is_not_refused(name):
    assert set(tenants(f"tenant,{name}", "acme,9")["acme"]) == {name}


@pytest.mark.parametrize("name", sorted(name for name, kind in TYPES.items() if kind == "dict"))
def test_a_column_for_a_dictionary_is_refused(name):
    words = refusal(f"tenant,{name}", "acme,")
    assert f"The column {name} is for a dictionary" in words
    assert "host_vars" in words


@pytest.mark.parametrize("name", ["E-Mail", "2nd", "a b", "größe", "class", "{{ x }}", "a.b"])
def test_a_column_that_is_not_named_as_a_variable_is_refused(name):
    assert f"The column '{name}' is not named as a variable" in refusal(f"tenant,{name}", "acme,1")


def test_a_name_that_is_there_twice_is_refused():
    assert "There are 2 columns code." in refusal("tenant,code,code", "acme,1,2")


@pytest.mark.parametrize("rows", [(), ("",), (f"acme,{SECRET}",), ("Tenant,code", "acme,1"), ("tenant\tcode", "a\tb")])
def test_without_a_column_tenant_no_cell_is_shown(rows):
    assert "There is no column tenant." in refusal(*rows)


# Rows.


def test_more_cells_than_columns_are_refused_with_their_rows():
    words = refusal("tenant,code", 'acme,"two\r\nlines"', "birch,1,2", "cedar,1,,", f"dogwood,1,{SECRET}")
    assert words.startswith("Rows 3 and 5 have more cells than the first row has columns.")


def test_a_cell_of_a_column_without_a_name_is_refused():
    assert refusal("tenant,,code", "acme,,1", f"birch,{SECRET},1").startswith("Row 3 has a cell in a column without")


def test_a_row_without_a_tenant_is_refused():
    assert refusal("tenant,code", "acme,1", f",{SECRET}").startswith("Row 3 has cells, but none in the column tenant.")


@pytest.mark.parametrize("name", ["{{ x }}", "{% x %}", "{# x #}", '"a\nb"', "a\u202eb"])
def test_a_tenant_that_is_a_template_or_hides_something_is_refused(name):
    assert refusal("tenant,code", f"{name},1").startswith(
        "Row 2 has a line break, an invisible character or a template"
    )


@pytest.mark.parametrize("name", ["all", "ungrouped", "imanage_tenants"])
def test_a_tenant_is_not_named_as_a_group(name):
    assert refusal("tenant,code", f"{name},1").startswith("Row 2 has the name of a group")


def test_tenants_that_differ_only_in_case_are_refused_with_all_their_rows():
    words = refusal("tenant,code", "acme,1", "Birch,2", "acme,3", "cedar,4", "BIRCH,5", "acme,6")
    assert "rows 2, 4 and 7 (acme), rows 3 and 6 (Birch, BIRCH)" in words


def test_a_customer_number_at_the_same_site_is_refused_with_all_its_rows():
    words = refusal(
        "tenant,imanage_url,imanage_customer_id",
        f"acme,{SITE},101",
        "birch,https://birch.cloudimanage.com,0101",
        "cedar,https://cc.firm.example,101",
        f"dogwood,{SITE},102",
    )
    assert "one tenant" in words
    assert "rows 2 and 3 (acme, birch)." in words


def test_rows_without_a_site_are_of_one_site():
    words = refusal("tenant,imanage_customer_id", "acme,101", "birch,102", "cedar,101")
    assert "rows 2 and 4 (acme, cedar)." in words


@pytest.mark.parametrize("url", ["", "https://[", "https://a.example"])
def test_a_customer_number_elsewhere_is_another_tenant(url):
    found = tenants("tenant,imanage_url,imanage_customer_id", f"acme,{SITE},101", f"birch,{url},101")
    assert {one["imanage_customer_id"] for one in found.values()} == {101}
