#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add, enable, open, and remove an application of a tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_application
short_description: Manage an application in iManage Control Center
version_added: 1.0.0
description:
  - Adds an application from the tenant's catalog, as I(Settings > Applications > Add application) does, enables or
    disables it, says who has access, and removes it.
  - An application that is not in the catalog is waiting for iManage, and no administrator can add it.
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
    description: What iManage says of the screens that this module stands for.
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
      - V(absent) removes it. Its token policy and its access list are gone then. Control Center refuses to remove an
        application that has associated settings.
    type: str
    choices: [present, absent]
    default: present
  enabled:
    description:
      - Whether the application is enabled, I(Enable application?) on the screen.
      - Not managed unless given, except that an application is enabled when it is added.
    type: bool
  access:
    description:
      - V(all) allows access to all users, V(custom) to the users and groups of the list, I(Allow access to) on the
        screen.
      - With O(enabled=true) and V(custom) a new application stays disabled until its list is in place, so that nobody
        else can use it in between.
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
      - Whether members that are not named are taken from the list. It holds for O(users) and O(groups), each for
        itself and only where it is given.
    type: bool
    default: false
  planned:
    description:
      - The writes that were approved, as RV(writes) of a preview has them. Give it only where a plan was approved.
      - A write that the list does not have is not sent, and the task fails with the kind V(conflict). A write fits if
        the list has one of the same operation and ids that asks for as much or more. An empty list allows none.
      - Taking back what the task itself has added, when the list of who has access is refused, needs no entry.
    type: list
    elements: dict
"""

EXAMPLES = r"""
- name: Add iManage Tracker for everybody
  imanage.control_center.imanage_application:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    name: iManage Tracker
    access: all

# The options of the connection may stand in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Start with one group
  imanage.control_center.imanage_application:
    name: iManage Tracker
    enabled: true
    access: custom
    groups: [Pilot]
    exclusive: true

- name: Take an application from everybody, and keep its settings
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
    - The application as it was read; in a preview, as a run would leave it.
    - It is null when there is none of that name or id.
  returned: success
  type: dict
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
      description: Whether RV(application.status) is V(enabled).
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
        - Who may use it. Null while the application is not added, and where nothing is wanted of it, which is not read
          then.
      type: dict
      contains:
        mode:
          description: V(all) users, or V(custom), the users and groups of the list.
          type: str
          sample: custom
        users:
          description: Ids of users. In a preview, null where some are new, because their spelling is the server's.
          type: list
          elements: str
          sample: []
        groups:
          description: Ids of groups, likewise.
          type: list
          elements: str
          sample: [Partners]
writes:
  description:
    - What was written, in order, a refused write too; in a preview, what a run would write.
  returned: always
  type: list
  elements: dict
  contains:
    operation:
      description: The call by its id in the contract.
      type: str
      sample: updateApp
    ids:
      description: What the call was about, C(app_id) or C(library_id).
      type: dict
      sample: {app_id: tracker}
    does:
      description: What the write does, in words.
      type: str
      sample: add the application
    title:
      description: The name of what it changes.
      type: str
      sample: iManage Tracker
    body:
      description: What was sent, or null.
      type: dict
      sample: {status: enabled}
    before:
      description: The fields that this write changes, as they were, in the words of the screen.
      type: dict
      sample: {Added: false}
    after:
      description: The same fields as the write leaves them.
      type: dict
      sample: {Added: true}
    outcome:
      description:
        - V(done) was accepted, or reading showed it. V(refused) was not made. V(unknown) may have been made, and nobody
          could read whether it was. V(not_planned) was not sent, because O(planned) does not have it. V(planned) is a
          preview.
      type: str
      sample: done
    time:
      description: When this was known, or null in a preview.
      type: str
      sample: "2026-03-01T09:30:00.000+00:00"
    customer_id:
      description: The tenant, or null in a preview.
      type: int
      sample: 101
    user:
      description: Who was signed in, or null in a preview, or where C(api_url) was given and nobody had to ask.
      type: str
      sample: admin@acme.example
    failure:
      description: Why the write was not made, as RV(failure), with C(reason) in words; or null.
      type: dict
      sample: null
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
    """Run as a module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
