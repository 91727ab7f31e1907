# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the text that asks iManage to provision an application for a tenant. Sends nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def request(given: Mapping[str, Any], tenant: str, application: str) -> dict[str, Any]:
    """Make the request of a tenant: its parts, and in C(text) the whole message for a person to send.

    C(given) may have C(customer_name), C(from) and C(to). The default of C(customer_name) is the name of the tenant.
    """
    asked = _one_line(application)
    customer = _one_line(given.get("customer_name")) or _one_line(tenant)
    sender, recipient = _one_line(given.get("from")), _one_line(given.get("to"))
    return {
        "application": asked,
        "customer_name": customer,
        "from": sender,
        "to": recipient,
        "text": (
            f"From: {sender or '(an address with an iManage Help Center account)'}\n"
            f"To: {recipient or '(the account representative at iManage, or the address that iManage has given you)'}\n"
            f"Subject: Provisioning of {asked} for {customer}\n\n"
            "Please ensure that the following application is provisioned for our account.\n\n"
            f"Customer name: {customer}\nApplication name: {asked}\n"
        ),
    }


def _one_line(value: Any) -> str | None:
    """Remove line breaks and control characters, which could add a header. None if nothing is left."""
    text = "" if value is None else str(value)
    return " ".join("".join(one if one.isprintable() else " " for one in text).split()) or None
