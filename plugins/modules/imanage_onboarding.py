#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboard applications of a tenant, or take them back, in one task and one session."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_onboarding
short_description: Onboard applications of a tenant in iManage Control Center, all stages in one task
version_added: 1.0.0
description:
  - Does in one session what M(imanage.control_center.imanage_application), M(imanage.control_center.imanage_app_auth)
    and M(imanage.control_center.imanage_library_authorization) do one by one. The roles tracker_onboarding
    and application_onboarding use it.
  - Every stage is read and planned before the first write. What can be known to fail fails while the tenant is
    untouched.
  - A tenant whose catalog lacks one of the applications is left alone, see O(on_unprovisioned).
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.writes
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
      - V(present) adds the applications in the given order, sets their token policies, and authorizes the libraries.
      - V(absent) withdraws the authorizations and removes the applications in the opposite order.
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
        description: Whether the application may refresh its access.
        type: bool
      refresh_token_expiry_days:
        description: After how many days a refresh token ends, at least 1.
        type: int
      access_token_expiry_minutes:
        description: After how many minutes of inactivity an access token ends, at least 1.
        type: int
  authorization:
    description:
      - The authorization of Tracker's background service for the libraries. Not given, no library is looked at.
    type: dict
    suboptions:
      libraries:
        description: The libraries. Without it, all libraries that the page lists.
        type: list
        elements: str
      email:
        description: The e-mail address to enter. Without it, that of the account.
        type: str
      authorizer:
        description: V(keep) leaves alone what somebody else authorized. V(me) takes it over.
        type: str
        choices: [keep, me]
        default: keep
      renew_before_days:
        description: Authorizes again what ends within so many days.
        type: int
        default: 0
      on_consent_required:
        description:
          - What to do where Control Center insists on a person's consent. V(fail) fails, V(hand_over) says what that
            person has to do.
        type: str
        choices: [fail, hand_over]
        default: fail
      consent_timeout:
        description:
          - For how many seconds to wait until that person has done it. V(0) does not wait, and a preview never does.
            It needs V(hand_over).
          - What the person authorized in that time counts as changed. What is left when it is over stays handed over.
        type: int
        default: 0
      username:
        description: A second account, for this stage, where the first is no NRTADMIN. It has to be of the same tenant.
        type: str
      password:
        description: Its password.
        type: str
  on_unprovisioned:
    description:
      - What to do when the catalog lacks one of the applications. V(end) leaves the tenant untouched and succeeds,
        V(fail) fails.
    type: str
    choices: [end, fail]
    default: end
  approved:
    description:
      - A RV(plan) that a preview returned and that was approved. The task stops before the first write, with the kind
        V(conflict) and what has changed, unless it would make the same plan now, on the same state of the tenant.
      - Where a later stage turns out to need another write than the plan has, the task stops before that write.
      - An empty one means that nothing was approved. Then the tenant is neither read nor changed.
    type: dict
  stages:
    description:
      - The stages to go through. The provisioning check is always made.
      - In a task with tags that end in V(_provisioning), V(_application), V(_refresh_token) and V(_authorization),
        C(--tags) chooses among them.
    type: list
    elements: str
    choices: [provisioning, application, refresh_token, authorization]
    default: [provisioning, application, refresh_token, authorization]
"""

EXAMPLES = r"""
- name: Onboard iManage Tracker
  imanage.control_center.imanage_onboarding:
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

# The options of the connection may stand in module_defaults of group/imanage.control_center.all, or in the environment.

- name: Change the token policy of an application that is there already
  imanage.control_center.imanage_onboarding:
    applications:
      - name: iManage Insight+ Admin
        allow_refresh_token: false

- name: Take Tracker back
  imanage.control_center.imanage_onboarding:
    state: absent
    applications:
      - name: iManage Tracker
      - name: iManage Tracker CC configuration
    authorization: {}
"""

RETURN = r"""
stages:
  description:
    - What each stage returned, in the order in which they ran, a failed one included. A stage that was not reached is
      not there.
  returned: when the options were accepted
  type: dict
  contains:
    session:
      description: As M(imanage.control_center.imanage_session) returns it, without the token; one for each account.
      type: list
      elements: dict
      sample: [{customer_id: 101, user: admin@acme.example}]
    provisioning:
      description:
        - As M(imanage.control_center.imanage_application_info) returns it, and C(missing), the names that the catalog
          lacks.
      type: list
      elements: dict
      sample: [{applications: [], near_misses: [], missing: [iManage Tracker]}]
    application:
      description: As M(imanage.control_center.imanage_application) returns it, one for each application.
      type: list
      elements: dict
      sample: [{changed: true, application: {id: tracker}}]
    refresh_token:
      description: As M(imanage.control_center.imanage_app_auth) returns it, one for each token policy that is managed.
      type: list
      elements: dict
      sample: [{changed: true, token_policy: {allow_refresh_token: true}}]
    authorization:
      description: As M(imanage.control_center.imanage_library_authorization) returns it.
      type: list
      elements: dict
      sample: [{changed: true, libraries: [], unlisted: [], handed_over: []}]
plan:
  description:
    - What a preview shows and a run does, as it was planned before the first write, for O(approved). Null when it was
      not made.
  returned: when the options were accepted
  type: dict
  contains:
    fingerprint:
      description: Of C(state). The same as long as the state is the same.
      type: str
      sample: 1b0c3f4e
    state:
      description: What was read and the plan stands on, by C(stage) and C(title), in C(facts).
      type: list
      elements: dict
      sample: [{stage: application, title: iManage Tracker, facts: {id: tracker, status: available}}]
    changes:
      description:
        - What changes, by C(stage) and C(title), C(before) and C(after) in the words of the screen, and the C(writes),
          in order.
      type: list
      elements: dict
      sample: [{stage: application, title: iManage Tracker, before: {Added: false}, after: {Added: true}, writes: []}]
    assumptions:
      description: What was assumed about what earlier stages bring.
      type: list
      elements: str
      sample: []
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
          V(unexpected_reply), V(wrong_tenant).
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

from ansible_collections.imanage.control_center.plugins.module_utils import _onboarding
from ansible_collections.imanage.control_center.plugins.module_utils._module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._options import (
    STAGES,
    Options,
    authorization_options,
    policy_options,
    state_options,
)
from ansible_collections.imanage.control_center.plugins.module_utils._task import Task

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
            "approved": {"type": "dict"},
            "stages": {
                "type": "list",
                "elements": "str",
                "choices": list(STAGES),
                "default": list(STAGES),
            },
        }
    ),
    chain=_onboarding,
    tells_check_mode=True,
)


def main() -> None:
    """Run as a module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
