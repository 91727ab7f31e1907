#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a tenant and plan its onboarding."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_onboarding_info
short_description: Read a tenant and plan its onboarding in iManage Control Center
version_added: 1.0.0
description:
  - Reads a tenant once and plans what M(imanage.control_center.imanage_application),
    M(imanage.control_center.imanage_app_auth) and M(imanage.control_center.imanage_library_authorization) would do, in
    this order. It never writes. The role C(tracker_onboarding) begins with it.
  - Problems that can be known in advance fail this task, before anything is changed.
  - If the catalog lacks an application, RV(missing) has its name and the plan is empty.
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
      - V(absent) plans to withdraw the authorizations and to remove the applications in the opposite order. Then only
        the names and the second account are used from the other options.
    type: str
    choices: [present, absent]
    default: present
  applications:
    description:
      - The applications. With O(authorization), the last one is the application with the page of authorizations.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name, exactly as Control Center lists it, upper and lower case included.
        type: str
        required: true
      enabled:
        description: Whether users can use the application. By default, a newly added application is enabled.
        type: bool
      access:
        description: Who may use the application, V(all) users, or with V(custom) only the users and groups of its
          lists.
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
        description: Whether refresh tokens are allowed. Allowing them sets their expiry to 365 days by default.
        type: bool
      refresh_token_expiry_days:
        description: The refresh token expiry in days, at least 1. The longest published recommendation is 365.
        type: int
      access_token_expiry_minutes:
        description: The access token expiry in minutes of inactivity, at least 1. The longest recommendation is 5,000.
        type: int
  authorization:
    description:
      - The authorization of Tracker's background service for the libraries. If it is not given, no library is read.
    type: dict
    suboptions:
      libraries:
        description:
          - The libraries. If the firm has Security Policy Manager, include its library.
          - The default is all libraries that the page lists.
        type: list
        elements: str
      except:
        description: Libraries that are left alone. They need not exist.
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
        description: The e-mail address to enter. The default is the address of the account.
        type: str
      authorizer:
        description: As in M(imanage.control_center.imanage_library_authorization).
        type: list
        elements: str
        default: [keep]
      renew_before_days:
        description: Plans to renew authorizations that end within this number of days.
        type: int
        default: 0
      on_consent_required:
        description: As in M(imanage.control_center.imanage_library_authorization). Planning itself never asks for
          consent.
        type: str
        choices: [fail, hand_over]
        default: fail
      username:
        description: A second account for this stage, if the first is not an NRTADMIN. It must belong to the same
          tenant.
        type: str
      password:
        description: The password of the second account.
        type: str
  on_unprovisioned:
    description:
      - What to do if the catalog lacks an application. V(end) returns its name in RV(missing). V(fail) fails.
    type: str
    choices: [end, fail]
    default: end
  stages:
    description:
      - The stages to read and plan. A stage that is left out is listed in RV(remaining). Provisioning is always
        checked.
    type: list
    elements: str
    choices: [application, refresh_token, authorization]
    default: [application, refresh_token, authorization]
  approved:
    description:
      - The approved plan for this tenant, as a preview returned it in RV(plan).
      - Each of its changes has to be done or still to do. If something else has changed, or if another change of an
        application or token policy is needed, the task fails with the kind V(conflict). A library that the plan does
        not have is left out and listed in RV(remaining).
      - An empty plan means that nothing was approved. Then the tenant is left alone, without a sign-in.
    type: dict
"""

EXAMPLES = r"""
- name: Plan an onboarding of iManage Tracker
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
  register: onboarding

# The connection options can be set in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Add the application, and send only planned writes
  imanage.control_center.imanage_application:
    name: iManage Tracker
    planned: "{{ onboarding.plan.writes }}"
"""

RETURN = r"""
tenant:
  description: The tenant and the signed-in user. All values are null without a sign-in.
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
      description: The user who would authorize the libraries, or null if that stage is left out.
      type: str
      sample: nrt@acme.example
    authorizes_name:
      description: The name of that user, or null.
      type: str
      sample: Ann Archivist
left_alone:
  description: Whether the tenant was not read, because nothing was approved for it.
  returned: success, and on a failure as far as it was known
  type: bool
  sample: false
applications:
  description: The applications, as M(imanage.control_center.imanage_application_info) returns them.
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: [{id: tracker, name: iManage Tracker, status: available}]
missing:
  description: The names of applications that are not in the catalog. iManage has to release them.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: []
near_misses:
  description: The names that differ from the name of an application only in case or spaces.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: []
libraries:
  description:
    - The current state of the managed libraries, as M(imanage.control_center.imanage_library_authorization) returns
      them. Empty while the page that lists them does not exist.
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: [{id: ACTIVE, authorized: false}]
wanted:
  description: The managed libraries, including those that the page does not list.
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
  description: The managed libraries that the page does not list, or null if that cannot be known.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: [FINANCE]
handed_over:
  description:
    - The libraries that only a person can authorize, as
      M(imanage.control_center.imanage_library_authorization) returns them.
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: []
tracker_calls:
  description:
    - Whether the tenant answers Tracker's calls. Null if they were not made, and while the configuration application
      is not added.
  returned: success, and on a failure as far as it was known
  type: bool
  sample: true
refresh_token_expiry_days:
  description:
    - The refresh token expiry of the configuration application in days, the shorter of the current and the planned one.
      Null if its token policy was not read.
  returned: success, and on a failure as far as it was known
  type: int
  sample: 365
plan:
  description: What a run would do.
  returned: success, and on a failure as far as it was known
  type: dict
  contains:
    changes:
      description: The changes, with C(stage), C(title), and C(before) and C(after) with the labels of the screen.
      type: list
      elements: dict
      sample: [{stage: application, title: iManage Tracker, before: {Added: false}, after: {Added: true}}]
    writes:
      description: The writes, in order, in the form in which the modules return them.
      type: list
      elements: dict
      sample: [{operation: updateApp, ids: {app_id: tracker}, body: {status: enabled}}]
    assumptions:
      description: Assumptions about what only an earlier stage or the server decides.
      type: list
      elements: str
      sample: []
planned:
  description: The writes of O(approved) that are still to do. Null without O(approved).
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: [{operation: updateApp, ids: {app_id: tracker}, body: {status: enabled}}]
appeared:
  description: The libraries that O(approved) does not have.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: [NEW]
stages:
  description:
    - The stages that would write, in order.
    - V(authorization) is included too if a named library is not listed for the account. The stage then does the other
      libraries, and fails.
  returned: success, and on a failure as far as it was known
  type: list
  elements: str
  sample: [application]
remaining:
  description:
    - What a run would leave undone, with C(stage), C(library) or null, C(reason) and C(remedy).
    - The reason is V(left_out_by_tags) for a stage that O(stages) leaves out although the other options need it, and
      V(appeared_after_plan) for a library that O(approved) does not have.
  returned: success, and on a failure as far as it was known
  type: list
  elements: dict
  sample: [{stage: authorization, library: NEW, reason: appeared_after_plan, remedy: Preview again.}]
failed_stage:
  description: The stage that failed.
  returned: failure, when the options were accepted
  type: str
  sample: provisioning
check_mode:
  description: Whether this was a preview, as the task itself saw it.
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
    result=onboarding.result,
    returns_check_mode=True,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
