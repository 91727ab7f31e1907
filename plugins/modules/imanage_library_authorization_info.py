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
  - Reads the page I(Tracker background service authorization), and the libraries of the tenant that it does not list.
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
      - The libraries to return. Upper and lower case do not matter. The default is all libraries that the page lists.
      - A library that is not listed fails the task.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Read who authorized the libraries, and until when
  imanage.control_center.imanage_library_authorization_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
  register: authorizations
"""

RETURN = r"""
libraries:
  description: The selected libraries.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The library.
      type: str
      sample: ACTIVE
    authorized:
      description: Whether the library is authorized and the authorization has not expired.
      type: bool
      sample: true
    authorized_by:
      description:
        - The id of the user who authorized the library, or the name if the page shows no id. Null if it is not
          authorized.
      type: str
      sample: admin@acme.example
    authorized_by_email:
      description: The e-mail address that was entered, or null.
      type: str
      sample: admin@acme.example
    authorized_at:
      description: The time of the authorization, or null.
      type: str
      sample: "2026-03-01T09:30:00Z"
    expires_at:
      description: The end of the token that Tracker's service keeps, or null if it is not known.
      type: str
      sample: "2027-03-01T09:30:00Z"
    expires_from:
      description:
        - The source of RV(libraries[].expires_at). V(tenant), the page shows it. V(reckoned), it is computed from the
          time of the authorization and the expiry in the token policy. V(unknown), there is none. Null if the library
          is not authorized.
      type: str
      sample: tenant
unlisted:
  description:
    - Libraries of the tenant that the page does not list, because the signed-in user is not an NRTADMIN there.
    - Null if that cannot be known, because the page does not exist yet or the user may not list libraries.
  returned: success
  type: list
  elements: str
  sample: [FINANCE]
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

from ansible_collections.imanage.control_center.plugins.module_utils._resources import library_page
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(own={"libraries": {"type": "list", "elements": "str"}}),
    result=library_page.result,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
