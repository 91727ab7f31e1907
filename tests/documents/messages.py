# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message that the code can give, read from its syntax tree."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api import contract

PLUGINS = Path(__file__).parents[2] / "plugins"
# What makes a failure: its first argument is the kind, its second says what went wrong.
FAILURES = {"Failure", "NotYet", "Uncertain", "TransportError", "kind", "failure"}
# These give a part of a sentence; the rest is the client's. Without the library, or authorities, nothing can be called.
SENTENCES = {
    "TransportError": "Cannot {call} ({operation}): %s.",
    "TransportError in __init__": "Control Center cannot be called: %s.",
    "unexpected": "Cannot {call}: {operation} %s.",
}
UNEXPECTED = "unexpected"
WARNINGS = {"append", "warning"}
# Places that their code names for another reader.
PLACES = {
    "client.where": "tenant",
    "self.where": "tenant",
    "self._as_whom": "tenant",
    "self._where()": "tenant",
    "operation.does": "call",
    "operation.id": "operation",
    "self._hidden(error)": "reason",
    "failure.reason()": "reason",
    "error": "reason",
    "error.strerror": "reason",
    "reply.status": "number",
    "'; '.join(readable).rstrip('.')": "what does not fit",
    "name.replace('_', ' ')": "id of which it is",
    "len(matches)": "number",
    "sum(self._transport.waits)": "number",
}


class Message(NamedTuple):
    """What is said, with {names} for what only the moment knows; C(kind) None: it depends, or it is a warning."""

    kind: str | None
    text: str
    advice: str | None = None


class _Reader(ast.NodeVisitor):
    """Collects the messages of one file."""

    def __init__(self, tree: ast.Module) -> None:
        self.failures: list[Message] = []
        self.warnings: list[str] = []
        self._tree = tree
        self._scopes: list[ast.AST] = [tree]
        self._open: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name == UNEXPECTED:
            return  # It is read where it is called.
        self._scopes.append(node)
        self.generic_visit(node)
        self._scopes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = _last_name(node.func)
        if name in WARNINGS and "warn" in ast.unparse(node.func):
            self.warnings += [text for text in self._texts(node.args[0]) if text.count("}") < len(text.split())]
        elif name == UNEXPECTED:
            advice = next((word.value for word in node.keywords if word.arg == "advice"), None)
            self._add("unexpected_reply", SENTENCES[name], node.args[2], advice)
        elif name in FAILURES and len(node.args) > 1:
            kind = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            advice = next((word.value for word in node.keywords if word.arg == "advice"), None)
            if name == "TransportError":
                advice = node.args[3] if len(node.args) > 3 else None
            sentence = SENTENCES.get(f"{name} in {_last_name(self._scopes[-1])}") or SENTENCES.get(name, "%s")
            self._add(kind, sentence, node.args[1], advice)
            for word in node.keywords:
                if word.arg == "assumption":
                    self.warnings += ["{tenant}: " + text for text in self._texts(word.value)]

    def visit_Assign(self, node: ast.Assign) -> None:
        """A failure that is told in other words: failure.what = ..., and the advice that goes with it."""
        self.generic_visit(node)
        if ast.unparse(node.targets[0]) == "failure.what":
            advice = next(iter(self._assigned("failure.advice", self._scopes[-1])), None)
            self._add(None, "%s", node.value, advice)

    def _add(self, kind: str | None, sentence: str, text: ast.expr, advice: ast.expr | None) -> None:
        told = None if advice is None else " ".join(self._texts(advice)) or None
        self.failures += [Message(kind, sentence.replace("%s", one), told) for one in self._texts(text)]

    def _texts(self, node: ast.expr) -> list[str]:
        """The texts that an expression can be; none where only the moment knows it."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else []
        if isinstance(node, ast.IfExp):
            return [*self._texts(node.body), *self._texts(node.orelse)]
        if isinstance(node, ast.JoinedStr):
            together = self._from_one_loop(node)
            filled = (
                [_place(part)] if _inner(part) in together else self._texts(part) or [_place(part)]
                for part in node.values
            )
            return ["".join(parts) for parts in itertools.product(*filled)]
        if isinstance(node, ast.FormattedValue):
            return self._texts(node.value) if isinstance(node.value, ast.Name) else []
        if isinstance(node, ast.Name):
            if node.id.isupper():
                return [str(getattr(contract, node.id))] if hasattr(contract, node.id) else self._named(node.id)
            return self._named(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._returned(node.func.id)
        return []

    def _from_one_loop(self, node: ast.JoinedStr) -> set[str]:
        """The places whose values go with each other, which cannot be told one by one."""
        names = {_inner(part) for part in node.values if isinstance(part, ast.FormattedValue)}
        for one in ast.walk(self._scopes[-1]):
            if isinstance(one, ast.For) and isinstance(one.target, ast.Tuple):
                together = names & {ast.unparse(name) for name in one.target.elts}
                if len(together) > 1:
                    return together
        return set()

    def _named(self, name: str) -> list[str]:
        """What a variable can be: what is assigned to it, what a loop gives it, or what callers pass."""
        place = f"{name} of {_last_name(self._scopes[-1])}"
        if place in self._open:
            return []  # It is made of itself.
        self._open.add(place)
        texts: list[str] = []
        for scope in reversed(self._scopes):
            values = [*self._assigned(name, scope), *_looped(name, scope)]
            texts = [text for value in values for text in self._texts(value)] + self._passed(name, scope)
            if values or texts:
                break
        self._open.remove(place)
        return list(dict.fromkeys(texts))

    @staticmethod
    def _assigned(name: str, scope: ast.AST) -> Iterator[ast.expr]:
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign):
                yield from _given(name, node.targets[0], node.value)

    def _passed(self, name: str, scope: ast.AST) -> list[str]:
        """What the callers of a function give for its parameter."""
        names = [one.arg for one in scope.args.args] if isinstance(scope, ast.FunctionDef) else []
        if not isinstance(scope, ast.FunctionDef) or name not in names:
            return []
        here, texts = self._scopes, []
        for caller in ast.walk(self._tree):
            if isinstance(caller, ast.FunctionDef) and caller is not scope:
                self._scopes = [self._tree, caller]
                for node in ast.walk(caller):
                    if isinstance(node, ast.Call) and _last_name(node.func) == scope.name:
                        given = node.args[names.index(name) : names.index(name) + 1]
                        texts += [text for value in given for text in self._texts(value)]
        self._scopes = here
        return texts

    def _returned(self, name: str) -> list[str]:
        functions = [one for one in ast.walk(self._tree) if isinstance(one, ast.FunctionDef) and one.name == name]
        values = [one.value for scope in functions for one in ast.walk(scope) if isinstance(one, ast.Return)]
        return [text for value in values if value for text in self._texts(value)]


def _given(name: str, target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=True):
            yield from _given(name, one, its)
    elif ast.unparse(target) == name:
        yield value


def _looped(name: str, scope: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(scope):
        if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple) and isinstance(node.iter, ast.Tuple):
            names = [ast.unparse(one) for one in node.target.elts]
            if name in names:
                yield from (row.elts[names.index(name)] for row in node.iter.elts if isinstance(row, ast.Tuple))


def _inner(part: ast.expr) -> str:
    return ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else ""


def _place(part: ast.expr) -> str:
    """A place that the moment fills in, by what is said of it."""
    node = part.value if isinstance(part, ast.FormattedValue) else part
    return "{" + (PLACES.get(ast.unparse(node)) or _word(node)) + "}"


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _word(node.args[0]) if node.args else _word(node.func)
    if isinstance(node, ast.Subscript):
        return _word(node.slice if isinstance(node.slice, ast.Constant) else node.value)
    if isinstance(node, (ast.BoolOp, ast.IfExp)):
        return _word(node.values[0] if isinstance(node, ast.BoolOp) else node.body)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return _word(node.generators[0].iter)
    if isinstance(node, ast.Constant):
        return str(node.value).replace("_", " ")
    return _last_name(node).strip("_").replace("_", " ").lower() or "value"


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", getattr(node, "name", ""))


def read() -> tuple[list[Message], list[str]]:
    """The messages of failures and of warnings, each once, in the order of their text."""
    failures: set[Message] = set()
    warnings: set[str] = set()
    for path in sorted(PLUGINS.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        reader = _Reader(tree)
        reader.visit(tree)
        failures.update(reader.failures)
        warnings.update(reader.warnings)
    return sorted(failures, key=lambda one: (one.text, one.advice or "")), sorted(warnings)
