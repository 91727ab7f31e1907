# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request for provisioning as a run sends it, and the files that it leaves."""

from __future__ import annotations

import os

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils import _provisioning_request as mail
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure

from .places import TRACKER
from .post import PASSWORD

# A name that nothing else has in it.
MACHINE = "machine-7.inside.example"


def wanted(parameters, timeout=10.0):
    made = mail.request(parameters, "acme")
    return made._replace(server=made.server and made.server._replace(timeout=timeout))


def send(parameters, **patience):
    return mail.send(wanted(parameters, **patience), 101, TRACKER)


def refused(parameters, kind, **patience):
    """What the failure says, as people see it."""
    with pytest.raises(Failure) as caught:
        send(parameters, **patience)
    shown = caught.value.render("acme")["msg"]
    assert caught.value.kind == kind, shown
    assert MACHINE not in shown
    assert PASSWORD not in shown
    assert "\n" not in shown
    return shown


def files(parameters):
    """The files of the records by name, in the directory where they belong."""
    folder = parameters["sent_path"]
    return {name: os.path.join(folder, name) for name in os.listdir(folder)} if os.path.isdir(folder) else {}


def the_file(parameters):
    (path,) = list(files(parameters).values())
    return path


def content_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
