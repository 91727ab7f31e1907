# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of changes with ansible and ansible-console, which load callbacks only on request."""

from __future__ import annotations

import json

import pytest
from ansible.release import __version__
from playbooks_support import shell
from support.places import TRACKER
from support.tasks import COLLECTION

pytestmark = pytest.mark.sweep

TASK = f"{COLLECTION}.imanage_application"
SCRIPTS = {
    "ansible": f"ansible acme -i acme, -c local -m {TASK} -a \"name='{TRACKER}'\"",
    "ansible-console": f"echo \"{TASK} name='{TRACKER}'\" | ansible-console -i acme, -c local acme",
}


@pytest.fixture(params=sorted(SCRIPTS))
def ran(request, tmp_path, places):
    """A function that adds Tracker to a tenant by a program: the tenant, the lines of the record, and the output."""

    def run(path="changes", **environment):
        acme = places.add()
        options = {f"IMANAGE_{name.upper()}": str(value) for name, value in acme.options().items()}
        record = tmp_path / path
        _code, output = shell(
            SCRIPTS[request.param],
            tmp_path,
            ANSIBLE_CALLBACKS_ENABLED=f"{COLLECTION}.change_record",
            IMANAGE_CHANGE_RECORD_PATH=str(record),
            **options,
            **environment,
        )
        lines = [json.loads(one) for one in record.read_text().splitlines()] if record.exists() else None
        return acme, lines, " ".join(output.split())

    return run


def test_it_is_kept_where_callbacks_are_loaded(ran):
    acme, lines, output = ran(ANSIBLE_LOAD_CALLBACK_PLUGINS="1")
    assert acme.app("tracker")["status"] == "enabled", output
    assert [(one["tenant"], one["operation"], one["outcome"]) for one in lines] == [("acme", "updateApp", "done")]
    assert "keeps no record" not in output


def test_a_run_says_that_it_keeps_none_where_they_are_not(ran):
    acme, lines, output = ran()
    assert acme.app("tracker")["status"] == "enabled", output
    assert lines is None
    assert "was not loaded, so this run keeps no record of changes" in output
    assert "ANSIBLE_LOAD_CALLBACK_PLUGINS=1" in output


def test_nothing_is_changed_where_the_file_cannot_be_written(ran, request):
    acme, lines, output = ran("missing/changes", ANSIBLE_LOAD_CALLBACK_PLUGINS="1")
    assert acme.log == []
    assert lines is None
    # The ansible-console of ansible-core 2.18 fails to show why it stopped.
    is_silent = __version__.startswith("2.18.") and "ansible-console" in request.node.name
    assert ("does not have a verbosity" if is_silent else "The record of changes cannot be written: ") in output
