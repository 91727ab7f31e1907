# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Law 9, the wire: what the client believes of every call is what the written contract says."""

from __future__ import annotations

import ansible_collections.imanage.control_center.plugins.module_utils._api.contract as ours
import pytest
import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api.shape import mismatch
from ansible_collections.imanage.control_center.plugins.module_utils._plan.applications import MEMBER_KINDS
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tree import ROOT

CONTRACT = yaml.safe_load((ROOT / "tests" / "contract" / "control-center.yaml").read_text(encoding="utf-8"))
SOURCES = ("the vendor in public", "public client code", "inference")
# What x-graded grades, in the words of its guide.
METHODS = ("get", "put", "post", "patch", "delete")
TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict}


def resolved(node):
    while "$ref" in node:
        target = CONTRACT
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def written():
    for path, item in CONTRACT["paths"].items():
        for method in METHODS:
            if method in item:
                yield item[method]["operationId"], (path, method.upper(), item[method])


WRITTEN = dict(written())


def success(operation):
    """The contract's success replies: status, and schema or None."""
    for status, reply in WRITTEN[operation][2]["responses"].items():
        if status != "default" and status.startswith("2"):
            content = resolved(reply).get("content", {})
            yield int(status), content["application/json"]["schema"] if content else None


def test_law_9_the_same_operations():
    assert set(ours.OPERATIONS) == set(WRITTEN)
    assert all(name == operation.id for name, operation in ours.OPERATIONS.items())


@pytest.mark.parametrize("name", WRITTEN)
def test_law_9_methods_paths_and_evidence(name):
    path, method, described = WRITTEN[name]
    operation = ours.OPERATIONS[name]
    assert (operation.path, operation.method) == (path, method)
    assert operation.evidence == described["x-evidence"]
    assert operation.writes == (method != "GET" and name not in ("requestToken", "revokeToken"))


@pytest.mark.parametrize("name", WRITTEN)
def test_every_grade_says_where_it_comes_from(name):
    described = WRITTEN[name][2]
    grades = [(described["x-evidence"], described["x-source"])]
    grades += [(one["evidence"], one["source"]) for one in described.get("x-graded", {}).values()]
    for evidence, source in grades:
        assert evidence in ("published", "seen", "assumed")
        assert any(one in source.lower() for one in SOURCES), source


def table(*rows):
    """Rows as a table of Markdown, the first of them its head."""
    head, *others = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *others])


def test_the_guide_has_the_evidence_for_every_call():
    rows = [
        (f"`{name}`", described["x-evidence"], f"`{method} {path}`")
        for name, (path, method, described) in WRITTEN.items()
    ]
    guide = (ROOT / "docs" / "verifying-a-tenant.md").read_text(encoding="utf-8")
    assert f"\n\n{table(('call', 'evidence', 'path'), *rows)}\n\n" in guide


@pytest.mark.parametrize("name", WRITTEN)
def test_law_9_success_statuses(name):
    operation = ours.OPERATIONS[name]
    assert all(operation.accepts(status) for status, _schema in success(name))
    assert [operation.accepts(status) for status in (199, 204, 299, 300)] == [False, *[operation.writes] * 2, False]


@pytest.mark.parametrize("name", WRITTEN)
def test_law_9_paging_and_other_places(name):
    _path, _method, described = WRITTEN[name]
    query = {resolved(one)["name"] for one in described.get("parameters", [])}
    assert ours.OPERATIONS[name].paged == ({"limit", "offset", "total"} <= query)
    assert ours.OPERATIONS[name].candidates == tuple(described.get("x-candidates", ()))


@pytest.mark.parametrize("name", WRITTEN)
def test_law_9_shapes_of_replies(name):
    # Of a write what is read back decides, and what signing out answers is not described.
    schemas = [schema for _status, schema in success(name) if schema and not ours.OPERATIONS[name].writes]
    if name == "revokeToken":
        schemas = []
    assert (ours.OPERATIONS[name].reply is None) == (not schemas)
    for schema in schemas:
        assert compared(ours.OPERATIONS[name].reply, schema, name) > 0


def compared(shape, schema, at):
    """Compare a shape with a schema; returns how many fields were compared. What a shape leaves out decides nothing."""
    schema = resolved(schema)
    forms = [one for one in schema.get("oneOf", []) if one.get("type") != "null"]
    if isinstance(shape, ours.OneOf):
        assert len(forms) == len(shape.shapes), at
        return sum(compared(one, form, at) for one, form in zip(shape.shapes, forms, strict=True))
    if forms:
        (schema,) = map(resolved, forms)
    if isinstance(shape, dict):
        required = set(schema.get("required", []))
        for key, inner in shape.items():
            name = key.rstrip("?")
            assert name in schema["properties"], f"{at}.{name} is not in the contract"
            assert key.endswith("?") or name in required, f"{at}.{name} may be left out, says the contract"
            compared(inner, schema["properties"][name], f"{at}.{name}")
        return len(shape)
    if isinstance(shape, list):
        assert schema["type"] == "array", at
        return compared(shape[0], schema["items"], f"{at}[]")
    if isinstance(shape, tuple):
        assert sorted(shape) == sorted(schema.get("enum") or [schema["const"]]), at
        return 1
    kind = schema.get("type", "string")  # what has words for values is text
    kinds = kind if isinstance(kind, list) else [kind]
    assert shape in [TYPES.get(kind) for kind in kinds], at
    return 1


def examples(schema):
    """Values that fit a schema, optional fields sometimes left out."""
    schema = resolved(schema)
    if "oneOf" in schema:
        return st.one_of(*[examples(one) for one in schema["oneOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of(*[example(kind, schema) for kind in kinds])


def example(kind, schema):
    if kind == "object":
        required = set(schema.get("required", []))
        fields = {name: examples(inner) for name, inner in schema.get("properties", {}).items()}
        return st.fixed_dictionaries(
            {name: one for name, one in fields.items() if name in required},
            optional={name: one for name, one in fields.items() if name not in required},
        )
    return {
        "array": lambda: st.lists(examples(schema["items"]), max_size=2),
        "string": lambda: st.sampled_from(["", "a", "true"]),
        "integer": st.integers,
        "boolean": st.booleans,
        "null": st.none,
    }[kind]()


@pytest.mark.parametrize("name", [name for name in WRITTEN if ours.OPERATIONS[name].reply])
@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.data())
def test_law_9_every_reply_of_the_contract_fits(name, data):
    for schema in [schema for _status, schema in success(name) if schema]:
        value = data.draw(examples(schema))
        assert mismatch(value, ours.OPERATIONS[name].reply) is None


def test_law_9_defaults_and_words():
    policy = CONTRACT["components"]["schemas"]["TokenPolicy"]["properties"]
    assert {field.wire: field.default for field in ours.POLICY.values()} == {
        wire: about["default"] for wire, about in policy.items()
    }
    schemas = CONTRACT["components"]["schemas"]
    assert sorted(ours.ACCESS_MODES.values()) == sorted(schemas["DefaultSecurity"]["enum"])
    assert {"available", *ours.ADDED} == set(schemas["AppStatus"]["enum"])
    assert sorted(MEMBER_KINDS.values()) == sorted(schemas["Member"]["properties"]["type"]["enum"])
    assert CONTRACT["components"]["securitySchemes"]["accessToken"]["name"] == ours.TOKEN_HEADER
    assert ours.CONSENT_CODE in WRITTEN["authorizeLibrary"][2]["description"]
    assert f'"{ours.API_VERSION_NAME}"' in str(WRITTEN["discover"][2])
    assert ours.CONFIGURATION in WRITTEN["listLibraryAuthorizations"][2]["description"]
