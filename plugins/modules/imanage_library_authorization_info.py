#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read who authorized Tracker's background service for libraries."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_library_authorization_info
short_description: Read which libraries iManage Tracker's background service is authorized for
version_added: 1.0.0
description:
  - Reads the page I(Tracker background service authorization), and which libraries of the tenant it does not list.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.reads
seealso:
  - module: imanage.control_center.imanage_library_authorization
options:
  libraries:
    description:
      - The libraries to return. Upper and lower case do not matter. Without it, all that the page lists.
      - A library that is not listed fails the task.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Who authorized what, and until when
  imanage.control_center.imanage_library_authorization_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
  register: authorizations
"""

RETURN = r"""
libraries:
  description: The libraries that were asked for.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The library.
      type: str
      sample: ACTIVE
    authorized:
      description: Whether somebody's authorization stands. One that has ended does not.
      type: bool
      sample: true
    authorized_by:
      description:
        - The user id of who authorized the library. Null when nobody has, and in a preview where only a run can
          tell.
      type: str
      sample: admin@acme.example
    authorized_by_email:
      description: The e-mail address that was entered, or null.
      type: str
      sample: admin@acme.example
    authorized_at:
      description: When, or null.
      type: str
      sample: "2026-03-01T09:30:00Z"
    expires_at:
      description: When the token that Tracker's service keeps ends, or null where that is not known.
      type: str
      sample: "2027-03-01T09:30:00Z"
    expires_from:
      description:
        - Where RV(libraries[].expires_at) comes from, V(tenant), V(reckoned) from when it was authorized and the days
          of the token policy, or V(unknown). Null where the library is not authorized.
      type: str
      sample: tenant
unlisted:
  description:
    - Libraries of the tenant that the page does not list, because the signed-in user is no NRTADMIN there.
    - Null where that cannot be known, because the page does not exist yet or the user may not list libraries.
  returned: success
  type: list
  elements: str
  sample: [FINANCE]
failure:
  description: Why the task failed, for machines. C(msg) says it for people.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - One of V(bad_option), V(sign_in), V(permission), V(not_provisioned), V(not_added), V(not_found),
          V(ambiguous_name), V(consent_required), V(conflict), V(rate_limited), V(unreachable), V(tls),
          V(unexpected_reply), V(wrong_tenant), V(interrupted), V(task_failed).
      type: str
      sample: permission
    status:
      description: The HTTP status, or null when there was no reply.
      type: int
      sample: 403
    code:
      description: The server's code for the error, or null.
      type: str
      sample: NotAuthorized
    operation:
      description: The call by its id in the contract, or null when the failure is not about one.
      type: str
      sample: listApps
    method:
      description: The HTTP method, or null.
      type: str
      sample: GET
    path:
      description: The path without the query, or null.
      type: str
      sample: /work/api/v2/customers/101/apps
    request_id:
      description: What iManage's support finds the request by, or null.
      type: str
      sample: 8f0c2f9a
"""

from ansible_collections.imanage.control_center.plugins.module_utils._resources import library_page
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(own={"libraries": {"type": "list", "elements": "str"}}),
    answer=library_page.answer,
)


def main() -> None:
    """Run as a module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
