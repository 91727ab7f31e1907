#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify that a tenant answers as the contract says."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_contract_info
short_description: Verify that a tenant answers as this collection expects
version_added: 1.0.0
description:
  - Makes every reading call of the contract on the tenant, and reports for each whether the reply is as the contract
    says. For a paged list, it also reads the second page.
  - Most calls of Control Center are not published, so a tenant may answer differently. This module shows that without
    changing anything. Calls that write are listed, but only made with O(probe).
  - A failed call does not fail the task and does not stop the other calls. A failed sign-in fails the task.
  - It returns only the status of a reply, the names and types of its fields, and Control Center's words for a
    refusal. It returns no values, except those that a probe sends.
author: the imanage.control_center authors (@imanage-control-center)
extends_documentation_fragment:
  - imanage.control_center.connection
  - imanage.control_center.attributes
  - imanage.control_center.attributes.reads
seealso:
  - module: imanage.control_center.imanage_tenant_info
options:
  probe:
    description:
      - Whether to make each assumed call that writes once, for an object that does not exist, which is an application
        with a new UUID or a library with a random name. The reply shows whether the call exists.
      - The applications and the authorizations are listed before and after. The task fails if they differ. A call is
        not made if its list cannot be read.
      - In check mode no writing call is made, and RV(operations[].probe) shows what a probe would send.
    type: bool
    default: false
  probe_application:
    description: The name of one added application. With O(probe), its token policy is read, written back unchanged, and
      read again. Without this option, no token policy is written.
    type: str
"""

EXAMPLES = r"""
- name: Verify that the tenant answers as expected
  imanage.control_center.imanage_contract_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
  register: contract

- name: Stop if an onboarding could not rely on the tenant
  ansible.builtin.assert:
    that: contract.obstacles | length == 0

- name: Probe the calls that write
  imanage.control_center.imanage_contract_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    probe: true
"""

RETURN = r"""
customer_id:
  description: The tenant's number, or null if it is not known.
  returned: success
  type: int
  sample: 101
url:
  description: The address of Control Center.
  returned: success
  type: str
  sample: https://cloudimanage.com
operations:
  description: Every call of the contract.
  returned: success
  type: list
  elements: dict
  contains:
    operation:
      description: The id of the call in the contract, which O(api_paths) accepts.
      type: str
      sample: readTokenPolicy
    does:
      description: What the call does.
      type: str
      sample: read the token policy
    method:
      description: The HTTP method.
      type: str
      sample: GET
    path:
      description: The path, with placeholders instead of ids.
      type: str
      sample: /work/api/v2/customers/{customer_id}/settings/{app_id}/oauth2.tokens
    evidence:
      description: The evidence for the call, V(published), V(seen) in public client code, or V(assumed).
      type: str
      sample: assumed
    needed:
      description: Whether every onboarding makes this reading call. It is false for calls that write.
      type: bool
      sample: true
    verdict:
      description:
        - V(as_contract), the reply is as the contract says. For a call that writes, Control Center says in its own
          form that the object does not exist.
        - V(differs), there was a reply, but it differs from the contract.
        - V(absent), the tenant does not have this call. If it answers at another known path,
          RV(operations[].details) says what to set.
        - V(not_allowed), the signed-in user may not make it.
        - V(not_tried), the call was not made, or its reply is inconclusive.
        - V(failed), there was no reply, or the server was in trouble.
      type: str
      sample: differs
    status:
      description: The HTTP status, or null without a reply.
      type: int
      sample: 200
    details:
      description: Sentences that say how the reply differs, or why the call was not tried.
      type: list
      elements: str
      sample: ["The reply.data.value has no allow_refresh_token."]
    unknown_fields:
      description:
        - Fields of the reply that the contract does not name. They do not count as a difference. A renamed field
          appears here.
        - A name that may be an id, for example a number, is shown as a placeholder.
      type: list
      elements: str
      sample: [data.value.refresh_allowed]
    probe:
      description: The method, path and body that a probe sent, or would send in check mode. Null for other calls.
      type: str
      sample: 'DELETE /work/api/v2/customers/101/apps/2f1d0c1e-7f0b-4c0e-9a53-1f4f5c6f2a11 without a body'
obstacles:
  description:
    - The calls of every onboarding that differ, are absent or failed, including calls that write if they were probed.
      If it is empty, an onboarding can rely on the calls that could be verified.
  returned: success
  type: list
  elements: str
  sample: [readTokenPolicy]
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

from ansible_collections.imanage.control_center.plugins.module_utils._api import contract_probe
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(own={"probe": {"type": "bool", "default": False}, "probe_application": {"type": "str"}}),
    result=contract_probe.preview,
    result_in_run=contract_probe.run,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
