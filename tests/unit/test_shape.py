# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a reply has the shape of the contract, and how a difference is put into words."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import names as names
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS
from ansible_collections.imanage.control_center.plugins.module_utils._api.shape import (
    differences,
    mismatch,
    unknown_fields,
)

ROW = {"id": str, "count?": int, "kind?": ("one", "two"), "by?": {"id": str}, "on?": bool}
PAGE = {"data": [ROW]}


@pytest.mark.parametrize(
    "row",
    [
        {"id": "a"},
        {"id": ""},
        {"id": "a", "count": 0, "kind": "two", "by": {"id": "x"}, "on": False},
        {"id": "a", "count": None, "kind": None, "by": None, "on": None},
        {"id": "a", "unknown": [1, {"deep": None}]},
    ],
)
def test_fits(row):
    assert mismatch({"data": [row]}, PAGE) is None
    assert mismatch({"data": []}, PAGE) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "the reply is null instead of an object"),
        ([], "the reply is a list instead of an object"),
        ("x", "the reply is a text instead of an object"),
        ({}, "the reply has no data"),
        ({"data": None}, "the reply.data is null instead of a list"),
        ({"data": {}}, "the reply.data is an object instead of a list"),
        ({"data": [{"id": "a"}, {}]}, "the reply.data[1] has no id"),
        ({"data": [{"id": None}]}, "the reply.data[0].id is null instead of a text"),
        ({"data": [{"id": 1}]}, "the reply.data[0].id is a whole number instead of a text"),
        ({"data": [{"id": "a", "count": True}]}, "the reply.data[0].count is true or false instead of a whole number"),
        ({"data": [{"id": "a", "count": 1.5}]}, "the reply.data[0].count is a number instead of a whole number"),
        ({"data": [{"id": "a", "on": 1}]}, "the reply.data[0].on is a whole number instead of true or false"),
        ({"data": [{"id": "a", "kind": "three"}]}, "the reply.data[0].kind is not one of one, two"),
        ({"data": [{"id": "a", "kind": ["one"]}]}, "the reply.data[0].kind is not one of one, two"),
        ({"data": [{"id": "a", "by": {"name": "x"}}]}, "the reply.data[0].by has no id"),
        ({"data": ["a"]}, "the reply.data[0] is a text instead of an object"),
    ],
)
def test_does_not_fit(value, words):
    assert mismatch(value, PAGE) == words


@pytest.mark.parametrize("operation", [one for one in OPERATIONS.values() if one.reply], ids=lambda one: one.id)
@pytest.mark.parametrize("value", [None, [], {}, {"data": None}, {"data": 1}, {"error": {}}, "x", 1, True])
def test_no_operation_takes_another_shape(operation, value):
    assert mismatch(value, operation.reply)


def test_every_difference_is_reported():
    value = {"data": [{"id": 1, "kind": "three"}, "a", {"count": "x"}]}
    assert list(differences(value, PAGE)) == [
        "the reply.data[0].id is a whole number instead of a text",
        "the reply.data[0].kind is not one of one, two",
        "the reply.data[1] is a text instead of an object",
        "the reply.data[2] has no id",
        "the reply.data[2].count is a text instead of a whole number",
    ]


def test_fields_that_the_shape_does_not_name():
    value = {"data": [{"id": "a", "new": {"id": 1}}, {"by": {"new": 1}, "count": {"x": 1}}, "a"], "more": []}
    assert [names.safe_path(way) for way in unknown_fields(value, PAGE)] == ["data[].new", "data[].by.new", "more"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("client_secret", "client_secret"),
        ("$type", "$type"),
        ("oauth2.tokens", "oauth2.tokens"),
        ("4711", "{number}"),
        ("ada@acme.example", "{address}"),
        ("8d9f1c2e-0000-4000-8000-123456789abc", "{uuid}"),
        ("8D9F1C2E000040008000123456789ABC", "{uuid}"),
        ("defaultSecurityMode", "defaultSecurityMode"),
        ("X-Request-ID", "X-Request-ID"),
        ("a1b2c3d4", "{text}"),
        ("W5xTokenOfThree", "{text}"),
        ("aQzRtYuIoPlK", "{text}"),
        ("a" * 41, "{text}"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx", "{text}"),
        ("two words", "{text}"),
        ("", "{text}"),
    ],
)
def test_names_that_may_be_ids_are_shown_as_their_kind(name, shown):
    assert names.safe_name(name) == shown
