#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorize Tracker's background service for libraries."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_library_authorization
short_description: Authorize iManage Tracker's background service for libraries
version_added: 1.0.0
description:
  - Authorizes each library, like I(Use my credentials & authorize) on the page I(Tracker background service
    authorization), or withdraws the authorization. The service keeps a refresh token of the signed-in user. Without it,
    Tracker sends no daily task mail.
  - A refused library does not stop the others. The task then fails and names each refused library with its reason. The
    other authorizations stay.
  - The account needs NRTADMIN in each library. The application I(iManage Tracker CC configuration) has to be added and
    enabled, with refresh tokens allowed.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.writes
seealso:
  - module: imanage.control_center.imanage_library_authorization_info
  - module: imanage.control_center.imanage_app_auth
  - module: imanage.control_center.imanage_onboarding_info
  - name: Configuring iManage Tracker in iManage Control Center
    description: The vendor's instructions, stage by stage.
    link: https://docs.imanage.com/tracker-admin-help/en-US/Configuring_iManage_Tracker_at_cloudimanage.com_in_iManage_Control_Center.html
options:
  libraries:
    description:
      - The libraries. Upper and lower case do not matter. A library that is named twice counts once. If the firm has
        Security Policy Manager, include its library.
      - The default is all libraries that the page lists. These are the libraries in which the signed-in user is
        NRTADMIN.
      - A library that the tenant does not have fails the task before anything is written.
      - A library that the page does not list, because the signed-in user is not an NRTADMIN there, fails the task after
        the others are done.
    type: list
    elements: str
  except:
    description:
      - Libraries that are left alone. They need not exist.
    type: list
    elements: str
  state:
    description:
      - V(authorized) authorizes libraries that are unauthorized or whose authorization has expired. V(unauthorized)
        withdraws authorizations.
    type: str
    choices: [authorized, unauthorized]
    default: authorized
  authorize_by:
    description:
      - V(account) authorizes with the account of the task. V(person) authorizes nothing, and returns each wanted
        library that is not authorized in RV(handed_over).
      - If the tenant does not answer Tracker's calls, this account can neither authorize the libraries nor read their
        state. Then all libraries are handed over, unless O(authorized_on) has them.
    type: str
    choices: [account, person]
    default: account
  authorized_on:
    description:
      - The day on which each library was authorized, by its name, if Control Center does not show it. The end is
        reckoned from that day and the refresh token expiry of the configuration application.
      - A time that the page shows, and an authorization by this task, take precedence.
    type: dict
  refresh_token_expiry_days:
    description:
      - The refresh token expiry of the configuration application, in days, before an earlier task changed it. This task
        does not set it. If Control Center does not show when an authorization ends, the end is reckoned from the
        shorter of this expiry and that of the token policy.
    type: int
  email:
    description:
      - The e-mail address to enter. The default is the address of the signed-in user.
    type: str
  authorizer:
    description:
      - V(keep) keeps the authorizations of other users. V(me) replaces them by authorizations of the account.
      - A list of user ids keeps the authorizations of these users and of the account. All others are replaced, for
        example those of a user who has left.
    type: list
    elements: str
    default: [keep]
  renew_before_days:
    description:
      - Renews authorizations that end within this number of days. V(0) renews only those that have expired.
      - It should be less than the refresh token expiry of the configuration application. Otherwise every run renews.
    type: int
    default: 0
  on_consent_required:
    description:
      - What to do if Control Center requires a person's consent in a browser. V(fail) fails the task at its end.
        V(hand_over) returns these libraries in RV(handed_over) instead.
    type: str
    choices: [fail, hand_over]
    default: fail
  planned:
    description:
      - The approved writes, as in RV(writes) of a preview. Give it only if a plan was approved.
      - A write that is not in the list is not sent, and the task fails with the kind V(conflict). A write fits if the
        list has one with the same operation and ids that asks for as much or more. An empty list allows no write.
      - Without O(libraries), a library whose write is not in the list is left out, with V(not_planned) in RV(writes).
        This does not fail the task.
    type: list
    elements: dict
"""

EXAMPLES = r"""
- name: Authorize every library in which I am NRTADMIN
  imanage.control_center.imanage_library_authorization:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client

# The connection options can be set in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Renew two libraries 30 days before their end
  imanage.control_center.imanage_library_authorization:
    libraries: [ACTIVE, ARCHIVE]
    renew_before_days: 30

- name: Withdraw all authorizations
  imanage.control_center.imanage_library_authorization:
    state: unauthorized
"""

RETURN = r"""
libraries:
  description: The managed libraries as they were last read. In a preview, as a run would leave them.
  returned: success, and on a failure of only some of the libraries
  type: list
  elements: dict
  contains:
    id:
      description: The library.
      type: str
      sample: ACTIVE
    authorized:
      description:
        - Whether the library is authorized and the authorization has not expired. Null if the tenant does not answer
          Tracker's calls, so that it cannot be read.
      type: bool
      sample: true
    authorized_by:
      description:
        - The id of the user who authorized the library, or the name if the page shows no id. Null if it is not
          authorized, and in a preview that would authorize it.
      type: str
      sample: admin@acme.example
    authorized_by_email:
      description: The e-mail address that was entered, or null.
      type: str
      sample: admin@acme.example
    authorized_at:
      description: The time of the authorization, from the page, this task's write, or O(authorized_on); or null.
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
          is not authorized, and before a run.
      type: str
      sample: tenant
not_visible:
  description:
    - The wanted libraries of the tenant that the page does not list, because the signed-in user is not an NRTADMIN
      there. It is not known whether another user has authorized them.
    - Null if that cannot be known, because the page does not exist yet or the user may not list libraries.
  returned: success, and on a failure of only some of the libraries
  type: list
  elements: str
  sample: [FINANCE]
handed_over:
  description:
    - The libraries that wait for a person, with what that person has to do. In a preview, only the libraries that this
      account would not try to authorize.
  returned: success, and on a failure of only some of the libraries
  type: list
  elements: dict
  contains:
    library:
      description: The library.
      type: str
      sample: ACTIVE
    url:
      description: The address of Control Center.
      type: str
      sample: https://cloudimanage.com/work/cc
    user:
      description: The user to sign in as.
      type: str
      sample: admin@acme.example
    instructions:
      description: What to do there, with the server's words if it refused.
      type: str
      sample: Sign in to Control Center as admin@acme.example, select ...
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
      sample: authorizeLibrary
    ids:
      description: The ids in the path of the call, C(app_id) or C(library_id).
      type: dict
      sample: {library_id: ACTIVE}
    does:
      description: What the write does, in words.
      type: str
      sample: authorize ACTIVE
    title:
      description: The name of the changed object.
      type: str
      sample: Tracker background service authorization
    body:
      description: The body of the request, or null.
      type: dict
      sample: {email: admin@acme.example}
    before:
      description: The fields that this write changes, before it, with the labels of the screen.
      type: dict
      sample: {ACTIVE: unauthorized}
    after:
      description: The same fields after the write.
      type: dict
      sample: {ACTIVE: authorized}
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

from ansible_collections.imanage.control_center.plugins.module_utils._resources import library_authorizations
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import (
    Options,
    authorization_options,
    planned_options,
)
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(
        own={
            **authorization_options(),
            **planned_options(),
            "refresh_token_expiry_days": {"type": "int", "no_log": False},
            "state": {"type": "str", "choices": ["authorized", "unauthorized"], "default": "authorized"},
        }
    ),
    resource=library_authorizations,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
