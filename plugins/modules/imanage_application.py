#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add, enable and remove an application of a tenant, and set who has access."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_application
short_description: Manage an application in iManage Control Center
version_added: 1.0.0
description:
  - Adds an application from the tenant's catalog, like I(Settings > Applications > Add application). Enables, disables
    or removes it, and sets who has access.
  - iManage has to release an application first. No administrator can add one that is not in the catalog.
  - The account needs the App Management privilege of a Global Management role.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.writes
seealso:
  - module: imanage.control_center.imanage_app_auth
  - module: imanage.control_center.imanage_application_info
  - module: imanage.control_center.imanage_onboarding_info
  - name: Adding an application
    description: The vendor's page about the screens that this module replaces.
    link: https://docs.imanage.com/cloud/cc-help/en-US/Adding_an_application.html
options:
  name:
    description:
      - The name of the application, exactly as Control Center lists it, upper and lower case included.
      - Exactly one of O(name) and O(app_id) is needed.
    type: str
  app_id:
    description:
      - The id of the application. An id that does not exist never creates anything.
    type: str
  state:
    description:
      - V(present) adds the application from the catalog if it is not added yet.
      - V(absent) removes it, with its token policy and its access list. Control Center refuses to remove an application
        that has associated settings.
    type: str
    choices: [present, absent]
    default: present
  enabled:
    description:
      - Whether the application is enabled, I(Enable application?) on the screen.
      - If it is not given, it is not managed, except that a newly added application is enabled.
    type: bool
  access:
    description:
      - V(all) allows access to all users, V(custom) only to the users and groups of the list. This is I(Allow access
        to) on the screen.
      - With O(enabled=true) and V(custom), a new application stays disabled until its list is set, so that no other
        users can use it meanwhile.
    type: str
    choices: [all, custom]
  users:
    description:
      - Ids of users that have access. Upper and lower case do not matter.
      - They are added to the list. See O(exclusive).
    type: list
    elements: str
  groups:
    description:
      - Ids of groups that have access. Upper and lower case do not matter.
      - They are added to the list. See O(exclusive).
    type: list
    elements: str
  exclusive:
    description:
      - Whether members that are not named are removed from the list. It applies to O(users) and to O(groups), each only
        if it is given.
    type: bool
    default: false
  planned:
    description:
      - The approved writes, as in RV(writes) of a preview. Give it only if a plan was approved.
      - A write that is not in the list is not sent, and the task fails with the kind V(conflict). A write fits if the
        list has one with the same operation and ids that asks for as much or more. An empty list allows no write.
      - If the access list is refused, the task may remove the application that it has just added without an entry.
    type: list
    elements: dict
"""

EXAMPLES = r"""
- name: Add iManage Tracker for all users
  imanage.control_center.imanage_application:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    name: iManage Tracker
    access: all

# The connection options can be set in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Start with one group
  imanage.control_center.imanage_application:
    name: iManage Tracker
    enabled: true
    access: custom
    groups: [Pilot]
    exclusive: true

- name: Disable an application and keep its settings
  imanage.control_center.imanage_application:
    app_id: tracker
    enabled: false

- name: Remove it
  imanage.control_center.imanage_application:
    name: iManage Tracker
    state: absent
"""

RETURN = r"""
application:
  description:
    - The application as it was read. In a preview, as a run would leave it.
    - Null if no application has this name or id.
  returned: success
  type: dict
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
      description: Whether RV(application.status) is V(enabled).
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
        - Who may use it. Null while the application is not added, and if access is not managed, because it is not read
          then.
      type: dict
      contains:
        mode:
          description: V(all) users, or V(custom), the users and groups of the list.
          type: str
          sample: custom
        users:
          description: Ids of users. Null in a preview that adds users, because the server may spell ids in another way.
          type: list
          elements: str
          sample: []
        groups:
          description: Ids of groups, with the same exception.
          type: list
          elements: str
          sample: [Partners]
writes:
  description:
    - The writes, in order, including refused ones. In a preview, the writes that a run would make.
  returned: always
  type: list
  elements: dict
  contains:
    operation:
      description: The id of the call in the contract.
      type: str
      sample: updateApp
    ids:
      description: The ids in the path of the call, C(app_id) or C(library_id).
      type: dict
      sample: {app_id: tracker}
    does:
      description: What the write does, in words.
      type: str
      sample: add the application
    title:
      description: The name of the changed object.
      type: str
      sample: iManage Tracker
    body:
      description: The body of the request, or null.
      type: dict
      sample: {status: enabled}
    before:
      description: The fields that this write changes, before it, with the labels of the screen.
      type: dict
      sample: {Added: false}
    after:
      description: The same fields after the write.
      type: dict
      sample: {Added: true}
    outcome:
      description:
        - V(done), the server accepted the write, or it was read back. V(refused), it was not made. V(unknown), it may
          have been made, but it could not be read back. V(not_planned), it was not sent, because O(planned) does not
          have it. V(planned), this is a preview.
      type: str
      sample: done
    time:
      description: The time of the outcome, or null in a preview.
      type: str
      sample: "2026-03-01T09:30:00.000+00:00"
    customer_id:
      description: The tenant, or null in a preview.
      type: int
      sample: 101
    user:
      description: The signed-in user. Null in a preview, and if C(api_url) was given and the user was not read.
      type: str
      sample: admin@acme.example
    failure:
      description: Why the write was not made, as in RV(failure), with C(reason) in words; or null.
      type: dict
      sample: null
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

from ansible_collections.imanage.control_center.plugins.module_utils._resources import applications
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import (
    Options,
    application_options,
    planned_options,
    state_options,
)
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(
        own={
            **application_options(),
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **state_options(),
            **planned_options(),
        },
        mutually_exclusive=(("name", "app_id"),),
        required_one_of=(("name", "app_id"),),
    ),
    resource=applications,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
