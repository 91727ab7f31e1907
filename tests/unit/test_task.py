# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a task answers, no option that is declared a secret is in its result: those of every module, derived."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task, run
from support.tasks import MODULES, task

SECRET = "se/cret ü&of=all"
# A header carries it, so it has fewer of what is encoded.
TOKEN = 'se/cret"&of=all'


def secret_options(spec, above=()):
    """The options that are declared as secrets, each as the way to it."""
    for name, about in spec.items():
        if about.get("no_log"):
            yield (*above, name)
        yield from secret_options(about.get("options", {}), (*above, name))


OPTIONS = sorted({(name, way) for name in MODULES for way in secret_options(task(name).options.spec)})


def test_secrets_within_options_are_among_them():
    ways = {way for _name, way in OPTIONS}
    assert {("password",), ("session_token",), ("authorization", "password")} < ways


@pytest.mark.parametrize(("name", "way"), OPTIONS, ids=lambda one: one if isinstance(one, str) else ".".join(one))
def test_law_5_a_given_secret_is_removed_from_the_result_of_a_task(name, way):
    given = secret = TOKEN if way[-1] in ("access_token", "session_token") else SECRET
    for part in reversed(way):
        given = {part: given}
    parameters = {"url": "http://127.0.0.1:9", "validate_certs": True, "timeout": 1, "retry_timeout": 1, **given}
    # Credentials go in pairs, or the task would not get as far as the result.
    parameters.update({"username": "ada", "client_id": "x"} if way == ("password",) else {})
    parameters.update({"client_id": "x"} if way == ("refresh_token",) else {})
    spelled = [secret, quote(secret), base64.b64encode(secret.encode()).decode(), json.dumps(secret)]

    def made(client, options):
        return {"said": [f"before {one} after" for one in spelled]}

    result = run(Task(task(name).options, result=made), parameters, False, False)
    assert len(result["said"]) == len(spelled)
    for text, one in zip(result["said"], spelled, strict=True):
        assert one not in text
        assert text.startswith("before ")
