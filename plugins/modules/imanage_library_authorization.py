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
  - Does what I(Use my credentials & authorize) does on the page I(Tracker background service authorization), library by
    library, or withdraws it. The service keeps a refresh token of the signed-in user. Without it there is no daily task
    mail.
  - A list is worked through to its end. One library that is refused does not stop the others. The task then fails and
    names each with its reason, and what was done stays done.
  - The account needs NRTADMIN in each library, and the application I(iManage Tracker CC configuration) has to be added
    and enabled, with refresh tokens allowed.
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
      - The libraries. Upper and lower case do not matter. One that is named twice counts once. Where the firm has
        Security Policy Manager, its library has to be among them.
      - Without it, all libraries that the page lists, which are those in which the signed-in user is NRTADMIN.
      - A library that the tenant does not have fails the task before anything is written.
      - One that the page does not list, because the signed-in user is no NRTADMIN there, fails the task once the others
        are done.
    type: list
    elements: str
  except:
    description:
      - Libraries that are left alone, whatever is wanted of the others. They need not exist.
    type: list
    elements: str
  state:
    description:
      - V(authorized) authorizes what is unauthorized or has ended. V(unauthorized) withdraws.
    type: str
    choices: [authorized, unauthorized]
    default: authorized
  authorize_by:
    description:
      - V(account) authorizes with the account of the task. V(person) authorizes nothing, and returns each library that
        is wanted and not authorized in RV(handed_over).
      - Where the tenant does not answer Tracker's calls, this account cannot authorize either, and nobody can read how
        the libraries stand. All are handed over then, unless O(authorized_on) has them.
    type: str
    choices: [account, person]
    default: account
  authorized_on:
    description:
      - On which day a library was authorized, by its name, where Control Center does not show it. Its end is reckoned
        from that day and the refresh token expiry of the configuration application.
      - What the page shows, and what this task itself authorizes, count first.
    type: dict
  refresh_token_expiry_days:
    description:
      - After how many days a refresh token of the configuration application ended before an earlier task changed that.
        Nothing is set. Where Control Center does not show when an authorization ends, its end is reckoned from the
        fewer of these days and those of the token policy.
    type: int
  email:
    description:
      - The e-mail address to enter. Without it, that of the signed-in user.
    type: str
  authorizer:
    description:
      - V(keep) leaves alone what somebody else authorized. V(me) takes it over.
      - A list of user ids says whose authorizations may stand, beside those of the account. All others are taken over,
        those of somebody who has left for example.
    type: list
    elements: str
    default: [keep]
  renew_before_days:
    description:
      - Authorizes again what ends within so many days. V(0) renews only what has ended.
      - It should be less than the refresh token expiry of the configuration application, or every run renews.
    type: int
    default: 0
  on_consent_required:
    description:
      - What to do where Control Center insists on a person's consent in a browser. V(fail) fails the task at its end,
        V(hand_over) reports these libraries in RV(handed_over) instead.
    type: str
    choices: [fail, hand_over]
    default: fail
  planned:
    description:
      - The writes that were approved, as RV(writes) of a preview has them. Give it only where a plan was approved.
      - A write that the list does not have is not sent, and the task fails with the kind V(conflict). A write fits if
        the list has one of the same operation and ids that asks for as much or more. An empty list allows none.
      - Without O(libraries), a library whose write the list does not have is left out, with V(not_planned) in
        RV(writes), and nothing fails.
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

# The options of the connection may stand in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Renew two libraries ahead of time
  imanage.control_center.imanage_library_authorization:
    libraries: [ACTIVE, ARCHIVE]
    renew_before_days: 30

- name: Withdraw all authorizations
  imanage.control_center.imanage_library_authorization:
    state: unauthorized
"""

RETURN = r"""
libraries:
  description: The libraries that were asked for, as they were read last; in a preview, as a run would leave them.
  returned: success, and on a failure that is about some of the libraries only
  type: list
  elements: dict
  contains:
    id:
      description: The library.
      type: str
      sample: ACTIVE
    authorized:
      description:
        - Whether somebody's authorization stands. One that has ended does not. Null where the tenant does not answer
          Tracker's calls, so that nobody can read it.
      type: bool
      sample: true
    authorized_by:
      description:
        - The user id of who authorized the library, or the name where the page shows no id. Null when nobody has, and
          in a preview where only a run can tell.
      type: str
      sample: admin@acme.example
    authorized_by_email:
      description: The e-mail address that was entered, or null.
      type: str
      sample: admin@acme.example
    authorized_at:
      description: When, by the page, by this task's own write, or by O(authorized_on); or null.
      type: str
      sample: "2026-03-01T09:30:00Z"
    expires_at:
      description: When the token that Tracker's service keeps ends, or null where that is not known.
      type: str
      sample: "2027-03-01T09:30:00Z"
    expires_from:
      description:
        - Where RV(libraries[].expires_at) comes from, V(tenant), V(reckoned) from when it was authorized and the days
          of the token policy, or V(unknown). Null where the library is not authorized, and before a run.
      type: str
      sample: tenant
not_visible:
  description:
    - The wanted libraries of the tenant that the page does not list, because the signed-in user is no NRTADMIN there.
      Whether somebody else has authorized them is not known.
    - Null where that cannot be known, because the page does not exist yet or the user may not list libraries.
  returned: success, and on a failure that is about some of the libraries only
  type: list
  elements: str
  sample: [FINANCE]
handed_over:
  description:
    - The libraries that wait for a person, as they were read last, with what that person has to do. In a preview, those
      that this account would not even try to authorize.
  returned: success, and on a failure that is about some of the libraries only
  type: list
  elements: dict
  contains:
    library:
      description: The library.
      type: str
      sample: ACTIVE
    url:
      description: Where to go.
      type: str
      sample: https://cloudimanage.com/work/cc
    user:
      description: As whom to sign in.
      type: str
      sample: admin@acme.example
    instructions:
      description: What to do there, with the server's words.
      type: str
      sample: Sign in to Control Center as admin@acme.example, select ...
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
      sample: authorizeLibrary
    ids:
      description: What the call was about, C(app_id) or C(library_id).
      type: dict
      sample: {library_id: ACTIVE}
    does:
      description: What the write does, in words.
      type: str
      sample: authorize ACTIVE
    title:
      description: The name of what it changes.
      type: str
      sample: Tracker background service authorization
    body:
      description: What was sent, or null.
      type: dict
      sample: {email: admin@acme.example}
    before:
      description: The fields that this write changes, as they were, in the words of the screen.
      type: dict
      sample: {ACTIVE: unauthorized}
    after:
      description: The same fields as the write leaves them.
      type: dict
      sample: {ACTIVE: authorized}
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
    """Run as a module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
