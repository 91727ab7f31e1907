# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks in this process, through the same functions as the action plugins use."""

from __future__ import annotations

import importlib
import json
from typing import Any

import yaml
from ansible_collections.imanage.control_center.plugins.module_utils._api import client
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import Connection, safe_url
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._api.transport import Transport
from ansible_collections.imanage.control_center.plugins.module_utils._run import task as _task
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import validated
from sandbox import MemoryAdapter, Sandbox

from . import chain
from .model import as_given
from .tree import COLLECTION, ROOT

PACKAGE = f"ansible_collections.{COLLECTION}.plugins.modules"
MODULES = tuple(sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("imanage_*.py")))
WRITERS = ("imanage_application", "imanage_app_auth", "imanage_library_authorization")


def module(name: str) -> Any:
    """The imported module file."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def task(name: str) -> _task.Task:
    """What a module does."""
    return module(name).TASK


def documentation(name: str) -> dict[str, Any]:
    """A module's DOCUMENTATION with its fragments merged in, as ansible-doc does."""
    own = yaml.safe_load(module(name).DOCUMENTATION)
    merged: dict[str, Any] = {"options": {}, "attributes": {}}
    for fragment in own["extends_documentation_fragment"]:
        words = fragment.removeprefix(f"{COLLECTION}.").split(".")
        holder = importlib.import_module(f"{PACKAGE.removesuffix('modules')}doc_fragments.{words[0]}")
        name_of_part = words[1].upper() if len(words) > 1 else "DOCUMENTATION"
        part = yaml.safe_load(getattr(holder.ModuleDocFragment, name_of_part))
        merged["options"].update(part.get("options") or {})
        for attribute, text in (part.get("attributes") or {}).items():
            merged["attributes"].setdefault(attribute, {}).update(text)
    merged["options"].update(own.get("options") or {})
    return {**own, **merged}


def returned(name: str) -> dict[str, Any]:
    """A module's RETURN."""
    return yaml.safe_load(module(name).RETURN)


def run(name: str, options: dict[str, Any], check: bool = False, diff: bool = True) -> dict[str, Any]:
    """The result of a task; its options are validated first, as in a play. The chain is a task here too."""
    if name == chain.CHAIN:
        return chain.run(lambda module, own: run(module, own, check, diff), options)
    what = task(name)
    try:
        parameters = validated(what.options, as_given(options))
    except Failure as failure:
        result = _task.refusal(what, failure, safe_url(options.get("url")), check)
    else:
        result = _task.run(what, parameters, check, diff)
    json.dumps(result)  # a result is plain data, always
    if (result.get("failure") or {}).get("kind") == "task_failed":
        raise Crashed(result)
    return result


class Crashed(Exception):
    """A task that crashed, which only a test that wants just that may pass over; C(result) is what it returned."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(result["msg"])
        self.result = result


def memory_client(sandbox: Sandbox, connection: Connection) -> client.Client:
    """A client that reaches a sandbox without a network."""
    transport = Transport(timeout=connection.timeout, validate_certs=connection.validate_certs)
    transport._adapter = MemoryAdapter(sandbox)
    return client.Client(connection, transport)


def run_in_memory(
    monkeypatch: Any, sandbox: Sandbox, name: str, options: dict[str, Any], check: bool = False, diff: bool = True
) -> dict[str, Any]:
    """As run, against a sandbox without a network."""
    with monkeypatch.context() as patch:
        patch.setattr(_task, "Client", lambda connection: memory_client(sandbox, connection))
        return run(name, options, check, diff)
