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
  - Reads the applications of a tenant, including those of its catalog. If none matches, the list is empty.
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
      - What else to read. Each entry needs one more call for each added application.
    type: list
    elements: str
    choices: [token_policy, access]
    default: []
"""

EXAMPLES = r"""
- name: Read the applications that can be added
  imanage.control_center.imanage_application_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    status: available
  register: catalog

# The connection options can be set in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Read two applications with their token policies and access
  imanage.control_center.imanage_application_info:
    name:
      - iManage Tracker
      - iManage Tracker CC configuration
    include: [token_policy, access]
"""

RETURN = r"""
applications:
  description: The matching applications.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id, which is also the OAuth client id. It is not always a UUID.
      type: str
      sample: tracker
    name:
      description: The name as Control Center lists it.
      type: str
      sample: iManage Tracker
    status:
      description: V(available) is only in the catalog. V(enabled) and V(disabled) are added.
      type: str
      sample: enabled
    enabled:
      description: Whether RV(applications[].status) is V(enabled).
      type: bool
      sample: true
    description:
      description: The description in Control Center, or null.
      type: str
      sample: Time entry in Outlook
    publisher:
      description: The publisher, or null.
      type: str
      sample: iManage
    access:
      description:
        - Who may use it, as C(mode), C(users) and C(groups). Null if O(include) does not ask for it, and while the
          application is not added.
      type: dict
      sample: {mode: custom, users: [], groups: [Partners]}
    token_policy:
      description: The token policy. Null if O(include) does not ask for it, and while the application is not added.
      type: dict
      sample: {allow_refresh_token: true, refresh_token_expiry_days: 365, access_token_expiry_minutes: 30}
near_misses:
  description: The names of O(name) that differ from the name of an application only in case or spaces.
  returned: success
  type: list
  elements: str
  sample: []
failure:
  description: Why the task failed, for programs. C(msg) is for people.
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
      description: The HTTP status, or null without a reply.
      type: int
      sample: 403
    code:
      description: The server's error code, or null.
      type: str
      sample: NotAuthorized
    operation:
      description: The id of the call in the contract, or null if the failure is not about a call.
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
      description: The id by which iManage's support can find the request, or null.
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
    result=application_info.result,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
