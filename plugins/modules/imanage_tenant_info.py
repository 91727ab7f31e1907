#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a tenant and its signed-in user."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_tenant_info
short_description: Read a tenant of iManage Control Center
version_added: 1.0.0
description:
  - Signs in and returns the tenant, the user, the libraries, and whether the account has App Management.
  - It is a good first task for a new tenant, because it changes nothing and shows that the credentials work.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.reads
seealso:
  - module: imanage.control_center.imanage_contract_info
  - module: imanage.control_center.imanage_session
options: {}
"""

EXAMPLES = r"""
- name: Check the credentials and the tenant
  imanage.control_center.imanage_tenant_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    customer_id: 101
"""

RETURN = r"""
tenant:
  description: The tenant as the signed-in user sees it.
  returned: success
  type: dict
  contains:
    customer_id:
      description: The tenant's number.
      type: int
      sample: 101
    user:
      description: The signed-in user.
      type: str
      sample: admin@acme.example
    api_url:
      description: The address of the API.
      type: str
      sample: https://cloudimanage.com/work/api/v2
    api_version:
      description: The version of the API, or null.
      type: str
      sample: 2.1.1234
    app_management:
      description: Whether the user has App Management. Null if the user may not read roles.
      type: bool
      sample: true
    libraries:
      description: All libraries of the tenant.
      type: list
      elements: str
      sample: [ACTIVE, ARCHIVE]
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

from ansible_collections.imanage.control_center.plugins.module_utils._resources import tenant
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(own={}),
    result=tenant.result,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
