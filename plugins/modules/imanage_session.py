#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sign in once for several tasks, and sign out."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_session
short_description: Sign in to iManage Control Center once for several tasks
version_added: 1.0.0
description:
  - Signs in and returns the options with which later tasks use the same session, or revokes the session's token.
  - Register the result with C(no_log), pass it on as C(access_token), C(api_url) and C(customer_id), and sign out in an
    C(always) section.
  - It signs in and out in check mode too, and never counts as a change.
  - It only runs inside the controller. With a connection other than local it fails, because debug output would show the
    raw reply of a module.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.reads
seealso:
  - module: imanage.control_center.imanage_tenant_info
  - module: imanage.control_center.imanage_onboarding_info
options:
  state:
    description:
      - V(present) signs in. V(absent) revokes O(session_token).
    type: str
    choices: [present, absent]
    default: present
  session_token:
    description:
      - The token to revoke with O(state=absent), as O(state=present) returned it. If it is empty, nothing is done.
    type: str
"""

EXAMPLES = r"""
- name: Work in one session
  block:
    - name: Sign in
      imanage.control_center.imanage_session:
        url: https://cloudimanage.com
        username: admin@acme.example
        password: "{{ vaulted_password }}"
        client_id: control-center-client
      register: session
      no_log: true

    - name: Read the catalog
      imanage.control_center.imanage_application_info:
        url: https://cloudimanage.com
        access_token: "{{ session.access_token }}"
        api_url: "{{ session.api_url }}"
        customer_id: "{{ session.customer_id }}"
        status: available
  always:
    - name: Sign out
      imanage.control_center.imanage_session:
        url: https://cloudimanage.com
        state: absent
        session_token: "{{ session.access_token | default('', true) }}"
      no_log: true
"""

RETURN = r"""
access_token:
  description:
    - The token that was issued. Null if O(access_token) was given and is still valid, and when signing out.
  returned: success
  type: str
api_url:
  description: The address of the API. Null when signing out.
  returned: success
  type: str
  sample: https://cloudimanage.com/work/api/v2
customer_id:
  description: The tenant's number. Null when signing out.
  returned: success
  type: int
  sample: 101
user:
  description: The signed-in user. Null when signing out.
  returned: success
  type: str
  sample: admin@acme.example
email:
  description: The user's e-mail address, or null.
  returned: success
  type: str
  sample: admin@acme.example
check_mode:
  description:
    - Whether the task ran in check mode, for roles that report it. For a single play, no variable shows this.
  returned: always
  type: bool
  sample: false
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

from ansible_collections.imanage.control_center.plugins.module_utils._resources import session
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(
        own={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "session_token": {"type": "str", "no_log": True},
        }
    ),
    result=session.result,
    reveals="access_token",
    returns_check_mode=True,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
