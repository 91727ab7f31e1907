#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set the token policy of an application of a tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_app_auth
short_description: Manage the token policy of an application in iManage Control Center
version_added: 1.0.0
description:
  - Sets the fields of the I(Authentication) screen of an application, which say whether refresh tokens are allowed and
    when tokens end.
  - The application has to be added. If it is still in the catalog, check mode plans with the documented defaults and
    warns.
  - The account needs the App Management privilege of a Global Management role.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.writes
seealso:
  - module: imanage.control_center.imanage_application
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
  allow_refresh_token:
    description:
      - Whether refresh tokens are allowed, I(Allow Refresh Token) or I(Allow Token Refresh) on the I(Authentication)
        screen. Control Center's default is no.
      - Turning it on sets the expiry of refresh tokens to 365 days, unless O(refresh_token_expiry_days) is given.
    type: bool
  refresh_token_expiry_days:
    description:
      - The number of days after which a refresh token ends, at least 1. Control Center's default is 365, which is also
        the longest published recommendation. It can be set only while refresh tokens are allowed.
    type: int
  access_token_expiry_minutes:
    description:
      - The number of minutes of inactivity after which an access token ends, at least 1. Control Center's default is
        30, and the longest published recommendation is 5,000.
    type: int
  planned:
    description:
      - The approved writes, as in RV(writes) of a preview. Give it only if a plan was approved.
      - A write that is not in the list is not sent, and the task fails with the kind V(conflict). A write fits if the
        list has one with the same operation and ids that asks for as much or more. An empty list allows no write.
    type: list
    elements: dict
"""

EXAMPLES = r"""
- name: Allow refresh tokens
  imanage.control_center.imanage_app_auth:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    name: iManage Tracker CC configuration
    allow_refresh_token: true

# The connection options can be set in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Set the refresh token expiry to half a year
  imanage.control_center.imanage_app_auth:
    name: iManage Tracker CC configuration
    allow_refresh_token: true
    refresh_token_expiry_days: 182

- name: Set the access token expiry of an application, by its id, to a quarter of an hour
  imanage.control_center.imanage_app_auth:
    app_id: 5d0c1a9e-6f7b-4c34-9a52-0f6f0a1b1c01
    access_token_expiry_minutes: 15
"""

RETURN = r"""
application:
  description:
    - The application as it was read. In a preview, an application of the catalog is returned as if it were added.
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
      description: Always null, because this module does not read it.
      type: dict
      sample: null
token_policy:
  description: The token policy as it was read. In a preview, as a run would leave it.
  returned: success
  type: dict
  contains:
    allow_refresh_token:
      description: Whether refresh tokens are allowed.
      type: bool
      sample: true
    refresh_token_expiry_days:
      description: The number of days after which a refresh token ends. Null while they are not allowed.
      type: int
      sample: 365
    access_token_expiry_minutes:
      description: The number of minutes of inactivity after which an access token ends.
      type: int
      sample: 30
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
      sample: writeTokenPolicy
    ids:
      description: The ids in the path of the call, C(app_id) or C(library_id).
      type: dict
      sample: {app_id: tracker-cc}
    does:
      description: What the write does, in words.
      type: str
      sample: set the token policy
    title:
      description: The name of the changed object.
      type: str
      sample: "iManage Tracker CC configuration, Authentication"
    body:
      description: The body of the request, or null.
      type: dict
      sample: {type: value, value: {allow_refresh_token: true}}
    before:
      description: The fields that this write changes, before it, with the labels of the screen.
      type: dict
      sample: {Allow Refresh Token: false}
    after:
      description: The same fields after the write.
      type: dict
      sample: {Allow Refresh Token: true}
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

from ansible_collections.imanage.control_center.plugins.module_utils._resources import token_policy
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import (
    Options,
    application_options,
    planned_options,
    policy_options,
)
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(
        own={
            **application_options(),
            **policy_options(),
            **planned_options(),
        },
        mutually_exclusive=(("name", "app_id"),),
        required_one_of=(("name", "app_id"),),
    ),
    resource=token_policy,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
