# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests for provisioning that are still to be sent, as messages for a mail program to open. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils import _provisioning_request
from ansible_collections.imanage.control_center.plugins.module_utils._provisioning_request import Request

SUFFIX = ".eml"
# Of up to four bytes each, which leaves room for a number in the 255 bytes that a name of a file may have.
_LONGEST = 50


def drafts(results: Iterable[Mapping[str, Any]], together: bool) -> dict[str, bytes]:
    """The messages by the names of their files: one for each tenant that waits and whose request was not sent.

    C(together): one for all tenants with the same sender, recipient and application. Raises C(bad_option) for a request
    that no message can be made of.
    """
    asking: dict[tuple[Any, ...], list[Request]] = {}
    for result in results:
        asked = result.get("provisioning_request")
        if not asked or asked.get("sent_at"):
            continue
        application, tenant = asked["application"], result["tenant"]
        request = _provisioning_request.request(
            {name: asked.get(name) for name in ("customer_name", "from", "to")}, tenant
        )
        title = application if together else tenant
        asking.setdefault((title, application, request.sender, request.recipient), []).append(request)
    files: dict[str, bytes] = {}
    for (title, application, *_people), requests in asking.items():
        files[_name(title, files)] = bytes(_provisioning_request.draft(requests, application))
    return files


def _name(title: str, taken: Collection[str]) -> str:
    """The name of a file that is for people to recognize. On some systems, names that differ in their case are one."""
    readable = re.sub(r"[^\w.@+]+", "-", unicodedata.normalize("NFC", title))[:_LONGEST].strip("-.") or "tenant"
    others = {name.casefold() for name in taken}
    name, number = readable, 1
    while f"{name}{SUFFIX}".casefold() in others:
        number += 1
        name = f"{readable}-{number}"
    return f"{name}{SUFFIX}"
