# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads tenants and their variables from a CSV file as spreadsheets write it. Pure.

No message shows a cell, except the name of a tenant, because somebody may have put a secret into it.
"""

from __future__ import annotations

import csv
import io
import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import quoted
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import CONNECTION_OPTIONS
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.run_checks import site
from ansible_collections.imanage.control_center.plugins.plugin_utils._task.misspelt import misspelt

NAME, GROUP = "tenant", "imanage_tenants"
_URL, _NUMBER = "imanage_url", "imanage_customer_id"
_WITHIN_A_LIST = ";"
_SECRETS = frozenset(
    f"imanage_{account}{option}"
    for account in ("", "nrtadmin_")
    for option, spec in CONNECTION_OPTIONS.items()
    if spec.get("no_log")
)
# The passwords of Ansible's own connections, such as ansible_become_password and ansible_ssh_pass.
_PASSWORD_OF_ANSIBLE = re.compile(r"ansible_(?:\w+_)?pass(?:word|wd|phrase)?")
# The line that tells Excel the separator. Excel does not count it as a row.
_SEPARATOR_LINE = re.compile(r'"?sep=([,;])"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}
_TEMPLATE = ("{{", "{%", "{#")


class Refused(Exception):
    """The file cannot be used. The text says why, and what to do."""


class Row(NamedTuple):
    """A row of a tenant, its number as a spreadsheet counts, and those of its cells that are not empty."""

    number: int
    tenant: str
    cells: Mapping[str, str]


def types(specs: Mapping[str, Any]) -> dict[str, str]:
    """The type of each variable of the role, from its argument specs."""
    return {
        name: about.get("type", "str")
        for entry in specs["argument_specs"].values()
        for name, about in entry["options"].items()
    }


def tenants(content: bytes, declared: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The variables of each tenant, by its name. C(declared) has the types of variables. Raises C(Refused)."""
    rows = _rows(cells(text(content)), declared)
    _check_names(rows)
    found: dict[str, dict[str, Any]] = {row.tenant: {} for row in rows}
    for variable in dict.fromkeys(name for row in rows for name in row.cells):
        read, wanted = _READERS.get(declared.get(variable, ""), (str, ""))
        given = [(row, read(row.cells[variable])) for row in rows if variable in row.cells]
        _refuse(
            (row.number for row, value in given if value is None),
            f"a cell in the column {variable} that is not {wanted}. Correct or empty it.",
        )
        for row, value in given:
            # An empty list would have an effect, for example remove members.
            if value != []:
                found[row.tenant][variable] = value
    _check_numbers(rows, found)
    return found


def text(content: bytes) -> str:
    """The text of a file in UTF-8. Raises C(Refused) for another encoding."""
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        decoded = "\0"
    # UTF-16 without a mark may be read as UTF-8, with a null in each character.
    if "\0" in decoded:
        raise Refused("This is not UTF-8 text. In Excel, save it as the type 'CSV UTF-8'.")
    return decoded


def cells(content: str) -> list[list[str]]:
    """The cells of each row, also of empty rows. Raises C(Refused) if quotes are not closed or not doubled."""
    line = _SEPARATOR_LINE.match(content)
    content = content[line.end() :] if line else content
    separator = line[1] if line else _separator(content)
    rows: list[list[str]] = []
    try:
        # Within quotes, a line break stays as it is.
        rows.extend(csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise Refused(
            f"The quotes of row {len(rows) + 1} do not match. Quote a cell with quotes, and double those in it."
        ) from None
    return rows


def _separator(content: str) -> str:
    """The separator that is in the first row more often, outside of quotes. In many countries it is a semicolon."""
    within, count = False, {",": 0, ";": 0}
    for sign in content.lstrip():
        if sign == '"':
            within = not within
        elif not within and sign in "\r\n":
            break
        elif not within and sign in count:
            count[sign] += 1
    return max(count, key=lambda one: count[one])


def _rows(table: Sequence[Sequence[str]], declared: Mapping[str, str]) -> list[Row]:
    filled = [(number, row) for number, row in enumerate(table, 1) if _is_filled(row)]
    columns = [name.strip() for name in filled[0][1]] if filled else []
    _check_columns(columns, declared)
    _refuse(
        (number for number, row in filled if _is_filled(row[len(columns) :])),
        "more cells than the first row has columns. Put a cell that has the separator in it into quotes.",
    )
    _refuse(
        (number for number, row in filled[1:] if any(cell.strip() for name, cell in zip(columns, row) if not name)),
        "a cell in a column without a name. Name the column in the first row, or empty it.",
    )
    rows = []
    for number, row in filled[1:]:
        given = {name: cell for name, cell in zip(columns, row) if name and cell.strip()}
        rows.append(Row(number, given.pop(NAME, "").strip(), given))
    return rows


def _check_columns(columns: Sequence[str], declared: Mapping[str, str]) -> None:
    if NAME not in columns:
        # Without a header, the first row may have a secret, so it is not shown.
        raise Refused(
            f"There is no column {NAME}. The first row has to name the variables, and the column {NAME} the hosts."
        )
    named = [name for name in columns if name]
    for name in named:
        if _is_secret(name):
            raise Refused(
                f"The column {quoted(name)} is for a secret, which must not be in a spreadsheet. Remove the column, "
                "and keep the secret in a vault, in group_vars or host_vars."
            )
    for name in named:
        if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
            raise Refused(
                f"The column '{quoted(name)}' is not named as a variable. Use letters, digits and underscores, as in "
                "imanage_username."
            )
        if named.count(name) > 1:
            raise Refused(f"There are {named.count(name)} columns {name}. Remove all but one.")
        if declared.get(name) == "dict":
            raise Refused(
                f"The column {name} is for a dictionary, which a cell cannot hold. Remove the column, and set the "
                "variable in host_vars, or with compose in a configuration of this inventory."
            )


def _is_secret(column: str) -> bool:
    name = column.lower()
    meant = misspelt([name]).get(name, name)
    return meant in _SECRETS or _PASSWORD_OF_ANSIBLE.fullmatch(name) is not None


def _check_names(rows: Sequence[Row]) -> None:
    _refuse((row.number for row in rows if not row.tenant), f"cells, but none in the column {NAME}. Name the host.")
    _refuse(
        (row.number for row in rows if not row.tenant.isprintable() or any(sign in row.tenant for sign in _TEMPLATE)),
        f"a line break, an invisible character or a template in the column {NAME}. Write the name of a host.",
    )
    _refuse(
        (row.number for row in rows if row.tenant in ("all", "ungrouped", GROUP)),
        f"the name of a group in the column {NAME}. Write another name.",
    )
    # Reports and exports write files with these names, and many file systems ignore case.
    same = _several(rows, lambda row: row.tenant.casefold())
    if same:
        those = ", ".join(f"{_listed(row.number for row in group)} ({_names(group)})" for group in same)
        raise Refused(f"Each tenant needs one row, and a name that differs in more than case: correct {those}.")


def _check_numbers(rows: Sequence[Row], found: Mapping[str, Mapping[str, Any]]) -> None:
    """Rows without a URL have that of their group. If only some rows have one, a playbook checks the numbers."""
    same = _several(rows, lambda row: _identity(found[row.tenant]))
    if same:
        those = ", ".join(f"{_listed(row.number for row in group)} ({_names(group)})" for group in same)
        raise Refused(
            f"Rows with the same customer number at the same site are one tenant. Correct {_NUMBER}, or remove all but "
            f"one: {those}."
        )


def _identity(variables: Mapping[str, Any]) -> tuple[str, int] | None:
    if _NUMBER not in variables:
        return None
    return site(variables[_URL]) if _URL in variables else "", variables[_NUMBER]


def _several(rows: Iterable[Row], key: Callable[[Row], Any]) -> list[list[Row]]:
    """The rows that share a key with another row, grouped. A row without a key shares none."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return [group for shared, group in groups.items() if shared is not None and len(group) > 1]


def _refuse(numbers: Iterable[int], words: str) -> None:
    """Refuse the file if there are such rows."""
    found = list(numbers)
    if found:
        raise Refused(f"{_listed(found).capitalize()} {'has' if len(found) == 1 else 'have'} {words}")


def _listed(numbers: Iterable[int]) -> str:
    *others, last = map(str, numbers)
    return f"rows {', '.join(others)} and {last}" if others else f"row {last}"


def _names(rows: Iterable[Row]) -> str:
    return ", ".join(dict.fromkeys(quoted(row.tenant) for row in rows))


def _is_filled(row: Iterable[str]) -> bool:
    return any(cell.strip() for cell in row)


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(_WITHIN_A_LIST) if part.strip()]


def _whole_number(cell: str) -> int | None:
    return int(cell) if _WHOLE_NUMBER.fullmatch(cell.strip()) else None


def _yes_or_no(cell: str) -> bool | None:
    return _YES_OR_NO.get(cell.strip().lower())


# How a cell is read, by the type of the variable, and what it has to be. Others are texts.
_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "list": (_list, ""),
    "int": (_whole_number, "a whole number, for example 101"),
    "bool": (_yes_or_no, "yes or no"),
}
