# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session for several tasks: sign in once, pass the token on, sign out once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.client import Client


def result(client: Client, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Sign in and return the token and the account, or revoke the token of an earlier task.

    Signing in and out happen in check mode too and never count as a change.
    """
    if parameters["state"] == "absent":
        client.sign_out(parameters["session_token"])
        return dict.fromkeys(("access_token", "api_url", "customer_id", "user", "email"))
    signed_in = who(client)
    return {"access_token": client.keep_token(), **signed_in}


def who(client: Client) -> dict[str, Any]:
    """Return who is signed in, the tenant, and the address of its API."""
    known = client.identity
    return {
        "api_url": known.api_url,
        "customer_id": known.customer_id,
        "user": known.user,
        "email": known.email,
    }
