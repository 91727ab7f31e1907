# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a task, from its options to its result. In module_utils, only this file and module.py know check mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import (
    SECRET_OPTIONS,
    connection,
    safe_url,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, failure_of
from ansible_collections.imanage.control_center.plugins.module_utils._api.secrets import hide
from ansible_collections.imanage.control_center.plugins.module_utils._run import converge
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._run.resource import Resource


class Task(NamedTuple):
    """A module: its options, and either the resource that it manages or the function that makes its result.

    C(result) takes the client and the parameters, and never writes. C(result_in_run) replaces it outside check mode.
    C(reveals) names the one return value that has to carry a secret. C(returns_check_mode) adds check_mode to the
    result.
    """

    options: Options
    resource: Resource | None = None
    result: Callable[[Client, Mapping[str, Any]], dict[str, Any]] | None = None
    result_in_run: Callable[[Client, Mapping[str, Any]], dict[str, Any]] | None = None
    reveals: str | None = None
    returns_check_mode: bool = False


def run(task: Task, parameters: Mapping[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """Run a task with validated parameters. Return its result, also if it fails or is stopped.

    KeyboardInterrupt and SystemExit end the whole process, so they are raised again.
    """
    client = None
    try:
        client = Client(connection(parameters))
        if not client.connection.validate_certs:
            client.warnings.append(
                f"{client.where}: validate_certs is false, so others on the network can read and change the traffic."
            )
        make = task.result if check_mode else task.result_in_run or task.result
        if make is not None:
            result = {"changed": False, **make(client, parameters)}
        else:
            assert task.resource is not None
            go = converge.show if check_mode else converge.converge
            result = go(task.resource, client, task.resource.want_of(parameters), parameters["planned"], diff)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - the result has to list what was written
        result = failure_of(error).render(client.where if client else safe_url(parameters["url"]))
    finally:
        if client is not None:
            _close(client)
    if client is not None and client.warnings:
        result["warnings"] = list(dict.fromkeys(client.warnings))
    return _without_secrets(task, _completed(task, result, check_mode), client, parameters)


def _close(client: Client) -> None:
    """Sign out and close the connections. The result is already made, so a time-out here does not lose it."""
    try:
        client.sign_out()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001
        client.warnings.append(f"{client.where}: signing out was not completed. {failure_of(error).reason()}")
    client.close()


def refusal(task: Task, failure: Failure, where: str, check_mode: bool) -> dict[str, Any]:
    """Return the result of a task with invalid options."""
    return _completed(task, failure.render(where), check_mode)


def _completed(task: Task, result: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """Add what every task of this kind returns, also if it failed."""
    if task.returns_check_mode:
        result["check_mode"] = check_mode
    return result if task.resource is None else {"writes": [], **result}


def _without_secrets(
    task: Task, result: dict[str, Any], client: Client | None, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Remove secrets once more. Results have named fields and scrubbed server text, so this should find nothing."""
    revealed = {task.reveals: result.pop(task.reveals)} if task.reveals in result else {}
    secrets = [*_given_secrets(parameters), *(client.secrets if client else [])]
    return {**hide(result, secrets), **revealed}


def _given_secrets(parameters: Mapping[str, Any]) -> Iterator[str | None]:
    """Yield the secrets that the user gave, also those in nested options."""
    for name, value in parameters.items():
        if name in (*SECRET_OPTIONS, "session_token"):
            yield value
        elif isinstance(value, Mapping):
            yield from _given_secrets(value)
