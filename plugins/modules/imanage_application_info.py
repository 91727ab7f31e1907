#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the applications of a tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_application_info
short_description: Read applications in iManage Control Center
version_added: 1.0.0
description:
  - Reads the applications of a tenant, those of its catalog included. None that fits is an empty list and no failure.
  - The account needs the App Management privilege of a Global Management role.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.reads
seealso:
  - module: imanage.control_center.imanage_application
  - module: imanage.control_center.imanage_app_auth
options:
  name:
    description:
      - The name of an application, or a list of names. A name matches exactly and is never split at a comma.
    type: raw
  app_id:
    description:
      - The id of an application.
    type: str
  status:
    description:
      - Return only applications of this status. V(available) is the catalog.
    type: str
    choices: [available, enabled, disabled]
  include:
    description:
      - What to read besides, each with one more call for each added application.
    type: list
    elements: str
    choices: [token_policy, access]
    default: []
"""

EXAMPLES = r"""
- name: What can be added
  imanage.control_center.imanage_application_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    status: available
  register: catalog

# The options of the connection may stand in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Two applications with their token policies
  imanage.control_center.imanage_application_info:
    name:
      - iManage Tracker
      - iManage Tracker CC configuration
    include: [token_policy, access]
"""

RETURN = r"""
applications:
  description: The applications that fit.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id, which is the OAuth client id too. Not always a UUID.
      type: str
      sample: tracker
    name:
      description: The name as Control Center lists it.
      type: str
      sample: iManage Tracker
    status:
      description: V(available) stands in the catalog only, V(enabled) and V(disabled) are added.
      type: str
      sample: enabled
    enabled:
      description: Whether RV(applications[].status) is V(enabled).
      type: bool
      sample: true
    description:
      description: What Control Center says of the application, or null.
      type: str
      sample: Time entry in Outlook
    publisher:
      description: Who publishes it, or null.
      type: str
      sample: iManage
    access:
      description:
        - Who may use it, as C(mode), C(users) and C(groups), if O(include) asks for it; else, and while the
          application is not added, null.
      type: dict
      sample: {mode: custom, users: [], groups: [Partners]}
    token_policy:
      description: The token policy, if O(include) asks for it; else, and while the application is not added, null.
      type: dict
      sample: {allow_refresh_token: true, refresh_token_expiry_days: 365, access_token_expiry_minutes: 30}
near_misses:
  description: Those names of O(name) that no application has, while one has a name that differs in case or spaces only.
  returned: success
  type: list
  elements: str
  sample: []
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

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import STATUSES
from ansible_collections.imanage.control_center.plugins.module_utils._resources import application_info
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(
        own={
            "name": {"type": "raw"},
            "app_id": {"type": "str"},
            "status": {"type": "str", "choices": list(STATUSES)},
            "include": {"type": "list", "elements": "str", "choices": ["token_policy", "access"], "default": []},
        },
        mutually_exclusive=(("name", "app_id"),),
    ),
    answer=application_info.answer,
)


def main() -> None:
    """Run as a module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
