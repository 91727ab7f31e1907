# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract as data: the operation of a method and a path, and what it accepts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

PATH = Path(__file__).resolve().parent.parent / "contract" / "control-center.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Python refuses to read integers of more than a few thousand digits.
INTEGER = re.compile(r"-?[0-9]{1,1000}")


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    segments: tuple[str, ...]
    candidates: tuple[tuple[str, ...], ...]
    query: dict[str, dict[str, Any]]
    body_required: bool
    body_type: str | None
    signed_in: bool

    @property
    def paged(self) -> bool:
        """Whether the operation lists page by page."""
        return "offset" in self.query

    @property
    def writes(self) -> bool:
        """Whether the operation changes what an administrator manages; signing in and out does not."""
        return self.method != "GET" and self.segments[1] != "auth"


@dataclass(frozen=True)
class Route:
    """Where a request leads: an operation, or None and the methods that the path has (if there is such a path).

    At a candidate stands an operation only on tenants that do not have it at its own path.
    """

    operation: Operation | None
    parameters: dict[str, str]
    allowed: tuple[str, ...]
    candidate: bool = False


NOWHERE = Route(None, {}, ())


@cache
def document() -> dict[str, Any]:
    """The whole contract."""
    return yaml.safe_load(PATH.read_text(encoding="utf-8"))


@cache
def operations() -> dict[str, Operation]:
    """Every operation by its id."""
    found = {}
    for template, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                operation = _operation(template, method, item)
                found[operation.id] = operation
    return found


def route(method: str, path: str) -> Route:
    """Find the operation for a request; the path is still percent-encoded."""
    segments = [unquote(segment) for segment in path.split("/")]
    matches = []
    for operation in operations().values():
        for template in (operation.segments, *operation.candidates):
            parameters = _match(template, segments)
            if parameters is not None:
                matches.append((operation, parameters, template != operation.segments))
    for operation, parameters, candidate in matches:
        if operation.method == method:
            return Route(operation, parameters, (), candidate)
    allowed = tuple(operation.method for operation, *_rest in matches)
    return Route(None, {}, allowed, any(candidate for *_rest, candidate in matches))


def query_error(operation: Operation, query: dict[str, str]) -> str | None:
    """What is wrong with a query, in words; None if it is as the contract has it."""
    for name, value in query.items():
        schema = operation.query.get(name)
        if schema is None:
            return f"The parameter {name} is not known here."
        if "enum" in schema and value not in schema["enum"]:
            return f"The parameter {name} must be one of {', '.join(schema['enum'])}."
        if schema.get("type") == "boolean" and value not in ("true", "false"):
            return f"The parameter {name} must be true or false, in lower case."
        if schema.get("type") == "integer":
            if not INTEGER.fullmatch(value):
                return f"The parameter {name} must be an integer."
            if int(value) < schema.get("minimum", int(value)):
                return f"The parameter {name} must be at least {schema['minimum']}."
    return None


def _operation(template: str, method: str, item: dict[str, Any]) -> Operation:
    described = item[method]
    parameters = [_resolve(one) for one in item.get("parameters", []) + described.get("parameters", [])]
    body = described.get("requestBody", {})
    return Operation(
        id=described["operationId"],
        method=method.upper(),
        segments=tuple(template.split("/")),
        candidates=tuple(tuple(one.split("/")) for one in described.get("x-candidates", [])),
        query={one["name"]: _resolve(one["schema"]) for one in parameters if one["in"] == "query"},
        body_required=body.get("required", False),
        body_type=next(iter(body.get("content", {})), None),
        signed_in=bool(described.get("security", document()["security"])),
    )


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document()
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def _match(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    parameters = {}
    for wanted, given in zip(template, segments, strict=True):
        if wanted.startswith("{"):
            if not given:
                return None
            parameters[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return parameters
