#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at a tenant and plan its onboarding."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_onboarding_info
short_description: Look at a tenant and plan its onboarding in iManage Control Center
version_added: 1.0.0
description:
  - Reads a tenant once and plans what M(imanage.control_center.imanage_application),
    M(imanage.control_center.imanage_app_auth) and M(imanage.control_center.imanage_library_authorization) would do,
    one after the other. It never writes. The role C(tracker_onboarding) begins with it.
  - What can be known to fail fails here, while the tenant is untouched.
  - A tenant whose catalog lacks one of the applications has them in RV(missing) and an empty plan.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.reads
seealso:
  - module: imanage.control_center.imanage_application
  - module: imanage.control_center.imanage_app_auth
  - module: imanage.control_center.imanage_library_authorization
  - name: Configuring iManage Tracker in iManage Control Center
    description: The vendor's instructions, stage by stage.
    link: https://docs.imanage.com/tracker-admin-help/en-US/Configuring_iManage_Tracker_at_cloudimanage.com_in_iManage_Control_Center.html
options:
  state:
    description:
      - V(present) plans to add the applications in the given order, to set their token policies, and to authorize the
        libraries.
      - V(absent) plans to withdraw the authorizations and to remove the applications in the opposite order. Of the
        other options, the names and the second account count then.
    type: str
    choices: [present, absent]
    default: present
  applications:
    description:
      - The applications. With O(authorization), the last one is that whose page the libraries are authorized on.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name, exactly as Control Center lists it, upper and lower case included.
        type: str
        required: true
      enabled:
        description: Whether users can use the application. Not given, one that is added now is enabled.
        type: bool
      access:
        description: Who may use the application, V(all) users, or V(custom), the users and groups of its lists.
        type: str
        choices: [all, custom]
      users:
        description: Ids of users in the list of the application.
        type: list
        elements: str
      groups:
        description: Ids of groups in the list of the application.
        type: list
        elements: str
      exclusive:
        description: Whether members that are not named are removed from the lists that are given.
        type: bool
        default: false
      allow_refresh_token:
        description: Whether refresh tokens are allowed. Allowing them sets their expiry to 365 days by itself.
        type: bool
      refresh_token_expiry_days:
        description: After how many days a refresh token ends, at least 1. The widest published advice is 365.
        type: int
      access_token_expiry_minutes:
        description: After how many minutes of inactivity an access token ends, at least 1. The widest advice is 5,000.
        type: int
  authorization:
    description:
      - The authorization of Tracker's background service for the libraries. Not given, no library is looked at.
    type: dict
    suboptions:
      libraries:
        description:
          - The libraries, that of Security Policy Manager among them where the firm has it.
          - Without it, all libraries that the page lists.
        type: list
        elements: str
      except:
        description: Libraries that are left alone, whatever is wanted of the others.
        type: list
        elements: str
      authorize_by:
        description: As in M(imanage.control_center.imanage_library_authorization).
        type: str
        choices: [account, person]
        default: account
      authorized_on:
        description: As in M(imanage.control_center.imanage_library_authorization).
        type: dict
      email:
        description: The e-mail address to enter. Without it, that of the account.
        type: str
      authorizer:
        description: As in M(imanage.control_center.imanage_library_authorization).
        type: list
        elements: str
        default: [keep]
      renew_before_days:
        description: Plans to authorize again what ends within so many days.
        type: int
        default: 0
      on_consent_required:
        description: As in M(imanage.control_center.imanage_library_authorization). A look does not come to it.
        type: str
        choices: [fail, hand_over]
        default: fail
      username:
        description: A second account, for this stage, where the first is no NRTADMIN. It has to be of the same tenant.
        type: str
      password:
        description: Its password.
        type: str
  on_unprovisioned:
    description:
      - What to do when the catalog lacks one of the applications. V(end) returns them in RV(missing), V(fail) fails.
    type: str
    choices: [end, fail]
    default: end
  stages:
    description:
      - The stages to look at. A stage that is left out is neither read nor planned, and stands in RV(remaining).
        Whether the tenant is provisioned is always looked at.
    type: list
    elements: str
    choices: [application, refresh_token, authorization]
    default: [application, refresh_token, authorization]
  approved:
    description:
      - The plan that was approved for this tenant, as a preview returned it in RV(plan).
      - Each of its changes has to be still to do, or done. Where something else has changed, or another application or
        token policy would have to be changed, the task fails with the kind V(conflict). A library that the plan does
        not have is left out and stands in RV(remaining).
      - An empty one means that nothing was approved for the tenant. Then it is left alone, and nobody signs in.
    type: dict
"""

EXAMPLES = r"""
- name: See what an onboarding of iManage Tracker would do
  imanage.control_center.imanage_onboarding_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    applications:
      - name: iManage Tracker
      - name: iManage Tracker CC configuration
        allow_refresh_token: true
    authorization:
      renew_before_days: 30
  register: look

# The options of the connection may stand in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Add the application, and send nothing else than was planned
  imanage.control_center.imanage_application:
    name: iManage Tracker
    planned: "{{ look.plan.writes }}"
"""

RETURN = r"""
tenant:
  description: Who is signed in, to which tenant; all null where nobody signed in.
  returned: success, and on a failure as far as it was known
  type: dict
  contains:
    customer_id:
      description: The number of the tenant.
      type: int
      sample: 101
    user:
      description: The user id.
      type: str
      sample: admin@acme.example
    email:
      description: The e-mail address of that user, or null.
      type: str
      sample: admin@acme.example
    authorizes:
      description: Who would authorize the libraries, or null where that stage is left out.
      type: str
      sample: nrt@acme.example
    authorizes_name:
      description: The name of that user, or null.
      type: str
      sample: Ann Archivist
left_alone:
  description: Whether nothing was looked at, because nothing was approved for the tenant.
  returned: success, and on a failure as far as it was known
  type: bool
  sample: false
applications:
  description: The applications that are there, as M(imanage.control_center.imanage_application_info) returns them.
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: [{id: tracker, name: iManage Tracker, status: available}]
missing:
  description: The names that the catalog lacks. They wait for iManage.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: []
near_misses:
  description: The names that differ from an application's only in case or spaces.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: []
libraries:
  description:
    - The libraries that were asked for, as they are, as M(imanage.control_center.imanage_library_authorization) returns
      them. Empty while there is no page that lists them.
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: [{id: ACTIVE, authorized: false}]
wanted:
  description: The libraries that something is wanted of, those too that the page does not list.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: [ACTIVE, FINANCE]
others:
  description: The other libraries of the tenant.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: []
not_visible:
  description: The wanted libraries of the tenant that the page does not list, or null where that cannot be known.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: [FINANCE]
handed_over:
  description:
    - The libraries that wait for a person whatever this account does, as
      M(imanage.control_center.imanage_library_authorization) returns them.
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: []
tracker_calls:
  description:
    - Whether the tenant answers Tracker's own calls. Null where nobody asked, and while the configuration application
      is not there.
  returned: success, and on a failure as far as it was known
  type: bool
  sample: true
refresh_token_expiry_days:
  description:
    - After how many days a refresh token of the configuration application ends, the fewer of those now and those
      planned. Null where its token policy was not looked at.
  returned: success, and on a failure as far as it was known
  type: int
  sample: 365
plan:
  description: What a run would do.
  returned: success, and on a failure as far as it was known
  type: dict
  contains:
    changes:
      description: What would change, by C(stage) and C(title), C(before) and C(after) in the words of the screen.
      type: list
      elements: dict
      sample: [{stage: application, title: iManage Tracker, before: {Added: false}, after: {Added: true}}]
    writes:
      description: The writes, in order, in the form in which the modules return them.
      type: list
      elements: dict
      sample: [{operation: updateApp, ids: {app_id: tracker}, body: {status: enabled}}]
    assumptions:
      description: What was assumed, because only an earlier stage or the server decides it.
      type: list
      elements: str
      sample: []
stages:
  description:
    - The stages that would write, in order.
    - V(authorization) is one of them too where a library that is asked for by name is not listed for the account. The
      stage does the others, and fails.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: [application]
remaining:
  description:
    - What a run would leave, by C(stage), C(library) or null, C(reason) and C(remedy).
    - The reason is V(left_out_by_tags) for a stage that O(stages) leaves out although the other options want something
      of it, and V(appeared_after_plan) for a library that O(approved) does not have.
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: [{stage: authorization, library: NEW, reason: appeared_after_plan, remedy: Preview again.}]
failed_stage:
  description: The stage that could not be looked at.
  returned: failure, when the options were accepted
  type: str
  sample: provisioning
check_mode:
  description: Whether this was a preview, as the task itself saw it.
  returned: always
  type: bool
  sample: false
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

from ansible_collections.imanage.control_center.plugins.module_utils._run import onboarding
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import (
    WRITING_STAGES,
    Options,
    authorization_options,
    policy_options,
    state_options,
)
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

STAGES = list(WRITING_STAGES)
TASK = Task(
    Options(
        own={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "applications": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {"name": {"type": "str", "required": True}, **state_options(), **policy_options()},
            },
            "authorization": {
                "type": "dict",
                "options": {
                    **authorization_options(),
                    "username": {"type": "str"},
                    "password": {"type": "str", "no_log": True},
                },
            },
            "on_unprovisioned": {"type": "str", "choices": ["end", "fail"], "default": "end"},
            "stages": {"type": "list", "elements": "str", "choices": STAGES, "default": STAGES},
            "approved": {"type": "dict"},
        }
    ),
    answer=onboarding.answer,
    returns_check_mode=True,
)


def main() -> None:
    """Run as a module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
