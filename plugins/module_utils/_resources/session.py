# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session that several tasks share: sign in once, pass the token on, sign out once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client


def answer(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Sign in and say who and where, or revoke the token that an earlier task was given.

    Signing in and out happen in check mode too and never count as a change.
    """
    if parameters["state"] == "absent":
        client.sign_out(parameters["session_token"])
        return dict.fromkeys(("access_token", "api_url", "customer_id", "user", "email"))
    signed_in = who(client)
    return {"access_token": client.keep_token(), **signed_in}


def who(client: Client) -> dict[str, Any]:
    """Who is signed in, to which tenant, and where its API is."""
    known = client.identity
    return {
        "api_url": known.api_url,
        "customer_id": known.customer_id,
        "user": known.user,
        "email": known.email,
    }
