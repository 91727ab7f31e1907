# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: what can go wrong between a client and a server, as data."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import dataclass, field, fields, replace
from typing import Any

from . import contract
from .fields import DescriptionError, Fields
from .wire import HTML, JSON, WITHOUT_BODY, Delivery, Refusal, Reply, error_reply, json_reply

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Sign in</form></body></html>"

# kind: (fields of its own, is the request applied unless the fault says otherwise, may the fault say so)
KINDS: dict[str, tuple[tuple[str, ...], bool, bool]] = {
    "status": (("status", "headers", "body", "text", "content_type"), False, True),
    "delay": (("seconds",), True, False),
    "drop_before": ((), False, False),
    "drop_after": ((), True, False),
    "drop_middle": ((), True, False),
    "hang": ((), False, True),
    "drip": (("seconds",), True, False),
    "html": ((), False, True),
    "empty": ((), True, True),
    "truncated": ((), True, True),
    "shape": (("body",), True, True),
    "redirect": (("location", "status"), False, True),
    "extra": (("size",), True, False),
    "null": ((), True, False),
    "lacking": ((), True, False),
    "repeat_page": ((), True, False),
    "big": (("size",), True, True),
    "gzip": (("size",), True, False),
}
COMMON = ("kind", "operation", "times", "skip", "chance", "seed")


@dataclass
class Fault:
    """One fault; it strikes the calls of an operation (or of all, "*") after the first `skip`, `times` times.

    With a `chance` between 0 and 1 it strikes at random, in the same way for the same `seed`.
    """

    kind: str
    operation: str = "*"
    times: int | None = None
    skip: int = 0
    chance: float | None = None
    seed: str | None = None
    applied: bool | None = None
    status: int | None = None
    headers: dict[str, str] | None = None
    body: Any = None
    text: str | None = None
    content_type: str | None = None
    seconds: float | None = None
    location: str | None = None
    size: int | None = None
    seen: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DescriptionError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")
        if self.operation != "*" and self.operation not in contract.operations():
            raise DescriptionError(f"The fault {self.kind} names an unknown operation: {self.operation!r}.")
        own, applied, choosable = KINDS[self.kind]
        usable = (*COMMON, *own, *(("applied",) if choosable else ()))
        for one in fields(self):
            if one.init and one.name not in usable and getattr(self, one.name) is not None:
                raise DescriptionError(f"The fault {self.kind} has no {one.name}.")
        needed = {"status": ("status",), "redirect": ("location",), "big": ("size",)}.get(self.kind, ())
        for name in (*needed, *(("seconds",) if "seconds" in own else ())):
            if getattr(self, name) is None:
                raise DescriptionError(f"The fault {self.kind} needs {name}.")
        if self.status is not None and not 200 <= self.status <= 599:
            raise DescriptionError(f"The fault {self.kind} has a status outside 200 to 599: {self.status}.")
        if self.chance is not None and not 0 <= self.chance <= 1:
            raise DescriptionError(f"The fault {self.kind} has a chance outside 0 to 1: {self.chance}.")
        if self.applied is None:
            self.applied = applied
        self._dice = random.Random(self.seed)

    @classmethod
    def from_description(cls, description: Any, what: str = "A fault") -> Fault:
        """Build from plain data."""
        given = Fields(description, what)
        kinds = {"kind": str, "applied": bool, "headers": dict, "body": (dict, list, str, int, float)}
        kinds |= dict.fromkeys(("operation", "seed", "text", "content_type", "location"), str)
        kinds |= dict.fromkeys(("times", "skip", "status", "size"), int)
        kinds |= dict.fromkeys(("chance", "seconds"), (int, float))
        taken = {name: given.take(name, kind, None) for name, kind in kinds.items()}
        given.end()
        if taken["kind"] is None:
            raise DescriptionError(f"{what} needs kind.")
        return cls(**{name: value for name, value in taken.items() if value is not None})

    def strikes(self, operation: contract.Operation) -> bool:
        """Whether this call is struck; it is counted."""
        if self.operation not in ("*", operation.id) or (self.kind == "repeat_page" and not operation.paged):
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.chance is not None and self._dice.random() >= self.chance):
            return False
        self.struck += 1
        return True

    def disguise(self, reply: Reply | None, transaction: str) -> Reply:
        """What is sent instead of the true reply, which is None if the request was not applied."""
        truth = reply or Reply(200)
        match self.kind:
            case "status":
                return self._status(transaction)
            case "delay":
                return replace(truth, delivery=Delivery("delay", self.seconds or 0))
            case "drop_before" | "drop_after":
                return replace(truth, delivery=Delivery("drop"))
            case "drop_middle":
                return replace(truth, delivery=Delivery("middle" if truth.body else "drop"))
            case "hang":
                return replace(truth, delivery=Delivery("hang"))
            case "drip":
                return replace(truth, delivery=Delivery("drip", self.seconds or 0))
            case "html":
                return Reply(200, {"content-type": HTML}, LOGIN_PAGE)
            case "empty":
                return Reply(200, {"content-type": JSON})
            case "truncated":
                body = truth.body or b'{"data": {"id": "cut off"}}'
                return Reply(truth.status if truth.body else 200, {"content-type": JSON}, body[: len(body) // 2])
            case "shape":
                return json_reply(200, {"data": "unexpected"} if self.body is None else self.body)
            case "extra" | "null" | "lacking":
                return _altered(truth, self.kind, self.size or 0)
            case "redirect":
                return Reply(self.status or 302, {"location": self.location or ""})
            case "big":
                return Reply(200, {"content-type": JSON}, _filler(self.size or 0))
            case "gzip":
                return _zipped(Reply(200, {"content-type": JSON}, _filler(self.size)) if self.size else truth)
        return truth

    def _status(self, transaction: str) -> Reply:
        status = self.status or 500
        headers = {name.lower(): str(value) for name, value in (self.headers or {}).items()}
        if status in WITHOUT_BODY:
            return Reply(status, headers)
        if self.text is not None:
            return Reply(status, {"content-type": self.content_type or "text/plain", **headers}, self.text.encode())
        if self.body is not None:
            typed = {"content-type": self.content_type or JSON, **headers}
            return Reply(status, typed, json.dumps(self.body).encode())
        return error_reply(Refusal(status, "Fault", f"The server answers {status}."), transaction, headers)


def _altered(truth: Reply, kind: str, size: int) -> Reply:
    """The true reply with more or with less in it; a refusal, and a reply without JSON, is left alone."""
    if truth.status >= 400 or not truth.body or truth.headers.get("content-type") != JSON:
        return truth
    value = truth.json()
    rows = value["data"] if isinstance(value.get("data"), list) else None
    if kind == "extra":
        value = _with_more({**value, "x_filler": "x" * size} if size else value)
    elif rows:
        value["data"] = [None, *rows[1:]] if kind == "null" else rows[:-1]
    else:
        inner = None if kind == "null" else {}
        value = {**value, "data": inner} if "data" in value else inner
    return replace(json_reply(truth.status, value), headers=truth.headers)


def _with_more(value: Any) -> Any:
    """The value with a field that nobody knows in each of its objects."""
    if isinstance(value, dict):
        return {"x_new": {"x": [1]}, **{name: _with_more(one) for name, one in value.items()}}
    return [_with_more(one) for one in value] if isinstance(value, list) else value


def _filler(size: int) -> bytes:
    """Valid JSON of exactly that many bytes, if that many suffice."""
    return b'{"data": "' + b"x" * (size - 12) + b'"}'


def _zipped(reply: Reply) -> Reply:
    if not reply.body:
        return reply
    return replace(reply, headers={**reply.headers, "content-encoding": "gzip"}, body=gzip.compress(reply.body))
