# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/troubleshooting.md: every message that the collection can give, with what to do next."""

from __future__ import annotations

from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import ADVICE

from .messages import PLUGINS, Message, read

PAGE = PLUGINS.parent / "docs" / "troubleshooting.md"
_HEAD = """# Messages, and what to do

A failed task says four things, in this order: on which tenant, what was tried and went wrong, what Control Center
said in its own words, and what to do next:

> https://cloudimanage.com, customer 101: Cannot set who has access to an application (updateAppAccess, status 403).
> Control Center said: "Access denied" (403). Applications need the App Management privilege of a Global Management
> role …

The result has `failure.kind`, one of those below, and of the call `failure.operation`, `failure.status`,
`failure.code` and `failure.request_id`, by which iManage's support finds it. In a report they stand with the tenant.

What was done before a failure stays done, and the message names it. The next run completes the rest.

Words in {braces} stand for what only the moment knows. A message's own advice takes the place of that of its kind.
"""
_MEANINGS = {
    "bad_option": "An option is missing, or does not fit another, or Control Center refused a value.",
    "sign_in": "Control Center did not accept the credentials, or ended the session and no credentials were given.",
    "permission": "The signed-in user may not do that.",
    "not_provisioned": "iManage has not released the application for this tenant.",
    "not_added": "The application is in the catalog, but it is not added, or not enabled.",
    "not_found": "The tenant has nothing of that name or id.",
    "ambiguous_name": "The tenant has several applications of that name.",
    "consent_required": "Only a person can do that, in Control Center.",
    "conflict": "Something is in another state than the task needs it to be in.",
    "rate_limited": "Control Center limits the rate of calls, and did so for longer than `retry_timeout`.",
    "unreachable": "There was no answer, or only one that says that Control Center is not there now.",
    "tls": "Who answered could not show that it is Control Center.",
    "unexpected_reply": "The answer is another one than the contract describes, so nothing is concluded from it.",
    "wrong_tenant": "The credentials belong to another tenant than `customer_id` says.",
    "interrupted": "The task was stopped before its end, by Ansible's time-out for example. `writes` has what it sent.",
    "task_failed": (
        "Something failed that is no answer of Control Center: there is no Python on the host, `become` was refused, a "
        "variable is undefined, a task crashed, or a tag left the whole role out. The message has Ansible's own words."
    ),
}
_ANY = "Messages of several kinds"
_ANY_MEANING = "`failure.kind` says which; the status that Control Center answered with decides."


def render() -> str:
    """The whole page."""
    failures, warnings = read()
    parts = [_HEAD]
    for kind, advice in ADVICE.items():
        parts.append(f"## {kind}\n\n{_MEANINGS[kind]}\n\n**What to do:** {advice}\n")
        parts += _rows([one for one in failures if one.kind == kind])
    parts.append(f"## {_ANY}\n\n{_ANY_MEANING}\n")
    parts += _rows([one for one in failures if one.kind is None])
    parts.append("## Warnings\n\nThe task did its work; this is worth knowing.\n")
    parts.append("".join(f"- {text}\n" for text in warnings))
    return "\n".join(parts)


def _rows(messages: list[Message]) -> list[str]:
    rows = [f"| {one.text} | {one.advice or ''} |".replace("  |", " |") for one in messages]
    return ["\n".join(["| message | its own advice |", "|---|---|", *rows]) + "\n"] if rows else []


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    print(f"{PAGE.name} is written.")
