# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that ask iManage to provision an application."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.plugin_utils._report.provisioning_request import request
from support.places import TRACKER

GIVEN = {"customer_name": "Śliwiński & Söhne", "from": "it@acme.example", "to": "onboarding@imanage.example"}
# What ends a line for somebody, and what could do other things in a head.
BREAKS = ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0", "\x7f", "\ud800", "\u202e"]


def test_the_request_has_what_is_given_and_a_text_with_all_of_it():
    assert request(GIVEN, "acme", TRACKER) == {
        "application": TRACKER,
        **GIVEN,
        "text": (
            "From: it@acme.example\n"
            "To: onboarding@imanage.example\n"
            "Subject: Provisioning of iManage Tracker for Śliwiński & Söhne\n"
            "\n"
            "Please ensure that the following application is provisioned for our account.\n"
            "\n"
            "Customer name: Śliwiński & Söhne\n"
            "Application name: iManage Tracker\n"
        ),
    }


@pytest.mark.parametrize("given", [{}, dict.fromkeys(GIVEN), dict.fromkeys(GIVEN, ""), dict.fromkeys(GIVEN, "\n")])
def test_what_is_not_given_is_the_tenant_and_a_placeholder_in_the_text_alone(given):
    made = request(given, "acme", TRACKER)
    assert [made[name] for name in GIVEN] == ["acme", None, None]
    assert made["text"].startswith(
        "From: (an address with an iManage Help Center account)\n"
        "To: (the account representative at iManage, or the address that iManage has given you)\n"
        f"Subject: Provisioning of {TRACKER} for acme\n\n"
    )


@pytest.mark.parametrize("name", ["customer_name", "from", "to", "tenant", "application"])
@pytest.mark.parametrize("line_break", BREAKS)
def test_no_value_adds_a_line_to_the_head(name, line_break):
    hostile = f"Acme{line_break}Bcc: thief@b.example"
    given = {**GIVEN, name: hostile} if name in GIVEN else {}
    tenant, application = (hostile if name == one else one for one in ("tenant", "application"))
    made = request(given, tenant, application)
    assert made["customer_name" if name == "tenant" else name] == "Acme Bcc: thief@b.example"
    assert len(made["text"].splitlines()) == 8


def test_a_name_that_yaml_took_for_a_number_is_a_name():
    assert request({"customer_name": 3}, "acme", TRACKER)["customer_name"] == "3"
