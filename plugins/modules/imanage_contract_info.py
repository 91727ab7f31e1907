#!/usr/bin/python
# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a tenant whether it answers as the contract says."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: imanage_contract_info
short_description: Verify that a tenant answers as this collection expects
version_added: 1.0.0
description:
  - Makes every reading call of the contract on the tenant, and says of each whether the answer is as the contract says.
    A list that comes page by page is asked for a second page too.
  - Most calls of Control Center are not published, so a tenant may answer differently. This shows it without changing
    anything. Calls that write are listed and not made, unless O(probe) asks for it.
  - A call that fails does not fail the task and does not stop the others. Signing in that fails does.
  - Of an answer, only the status and the names and types of fields are returned, and where Control Center refuses, its
    own words. Never a value, but for what a probe sends.
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
      - Whether to make each assumed call that writes once, for an object that does not exist, a fresh UUID as
        application or a library of a random name. What Control Center answers tells whether the call is there.
      - The applications and the authorizations are listed before and after, and the task fails where they are others
        then. A call whose list cannot be read is not made.
      - In check mode nothing is sent, and RV(operations[].probe) says what would be.
    type: bool
    default: false
  probe_application:
    description: The name of one added application. Its token policy is read, written back as it was read, and read
      again. Only with O(probe). Without it no token policy is written.
    type: str
"""

EXAMPLES = r"""
- name: Does the tenant answer as expected?
  imanage.control_center.imanage_contract_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
  register: contract

- name: Stop where an onboarding would be in trouble
  ansible.builtin.assert:
    that: contract.obstacles | length == 0

- name: Would it take the calls that write?
  imanage.control_center.imanage_contract_info:
    url: https://cloudimanage.com
    username: admin@acme.example
    password: "{{ vaulted_password }}"
    client_id: control-center-client
    probe: true
"""

RETURN = r"""
customer_id:
  description: The tenant's number, or null where it is not known.
  returned: success
  type: int
  sample: 101
url:
  description: Where the tenant is.
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
      description: The call by its id in the contract, which is what O(api_paths) takes.
      type: str
      sample: readTokenPolicy
    does:
      description: What the call is for.
      type: str
      sample: read the token policy
    method:
      description: The HTTP method.
      type: str
      sample: GET
    path:
      description: The path that was asked for, with placeholders instead of ids.
      type: str
      sample: /work/api/v2/customers/{customer_id}/settings/{app_id}/oauth2.tokens
    evidence:
      description: How sure the contract is of the call, V(published), V(seen) or V(assumed).
      type: str
      sample: assumed
    needed:
      description: Whether every onboarding makes this call. Of those that write none is marked.
      type: bool
      sample: true
    verdict:
      description:
        - V(as_contract), the answer is what the contract says. Of a call that writes, Control Center says in its own
          form that there is no such object.
        - V(differs), there was an answer, but another one.
        - V(absent), the tenant knows no such call. Where it answers at another path that is known,
          RV(operations[].details) says what to set.
        - V(not_allowed), the signed-in user may not make it.
        - V(not_tried), the call was not made, or its answer says nothing.
        - V(failed), there was no answer, or the server was in trouble.
      type: str
      sample: differs
    status:
      description: The HTTP status, or null where there was none.
      type: int
      sample: 200
    details:
      description: Sentences that say how the answer differs, or why the call was not tried.
      type: list
      elements: str
      sample: ["The reply.data.value has no allow_refresh_token."]
    unknown_fields:
      description:
        - Fields of the answer that the contract does not name. They are no difference; a field that has another name
          stands here.
        - A name that may be an id, a number for example, is shown as a placeholder.
      type: list
      elements: str
      sample: [data.value.refresh_allowed]
    probe:
      description: What a probe sent, or in check mode would send, as method, path and body. Null for every other call.
      type: str
      sample: 'DELETE /work/api/v2/customers/101/apps/2f1d0c1e-7f0b-4c0e-9a53-1f4f5c6f2a11 without a body'
obstacles:
  description:
    - The calls that every onboarding makes and that differ, are absent or failed, and those that write among them where
      they were probed. Empty where an onboarding can rely on what could be verified.
  returned: success
  type: list
  elements: str
  sample: [readTokenPolicy]
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

from ansible_collections.imanage.control_center.plugins.module_utils._api import contract_probe
from ansible_collections.imanage.control_center.plugins.module_utils._run.module import run_module
from ansible_collections.imanage.control_center.plugins.module_utils._run.options import Options
from ansible_collections.imanage.control_center.plugins.module_utils._run.task import Task

TASK = Task(
    Options(own={"probe": {"type": "bool", "default": False}, "probe_application": {"type": "str"}}),
    answer=contract_probe.preview,
    answer_in_run=contract_probe.run,
)


def main() -> None:
    """Run as a module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
