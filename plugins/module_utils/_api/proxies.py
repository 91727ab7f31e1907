# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the proxies from the environment, without showing their passwords."""

from __future__ import annotations

import os
import sys
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import is_host
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import TransportError

try:
    import requests
    from urllib3.util import parse_url
except ImportError:
    # transport.py reports what is missing.
    pass


def check_proxy(adapter: Any, proxy: str | None) -> None:
    """Check that an adapter of requests can use a proxy. Raises TransportError, which names only the variable.

    The check comes before the use, because the errors of the libraries may show a password.
    """
    if not proxy:
        return
    name = _named_by(proxy)
    try:
        address = requests.utils.prepend_scheme_if_needed(proxy, "http")
        if not _is_address(address):
            raise ValueError
        adapter.proxy_manager_for(address)
        adapter.proxy_headers(address)
    except requests.exceptions.InvalidSchema:
        raise TransportError(
            "bad_option",
            f"{name} names a SOCKS proxy, which needs the Python library PySocks",
            False,
            f"Install requests[socks] for the Python that runs this task, {sys.executable}, or unset {name}.",
        ) from None
    except (ValueError, TypeError):
        raise TransportError(
            "bad_option",
            f"{name} is not a usable proxy",
            False,
            f"Unset {name}, or write it like http://proxy.example:8080. In a user name or password before the "
            "host, percent-encode all but letters and digits: %2F for /, %23 for #.",
        ) from None


def _named_by(proxy: str) -> str:
    """The variable that has this proxy. On a Mac it may come from the system settings instead."""
    set_to_it = [name for name, value in os.environ.items() if value == proxy]
    names = [name for known in ("https_proxy", "all_proxy") for name in set_to_it if name.lower() == known]
    return next(iter(names), "the proxy setting of this machine")


def _is_address(proxy: str) -> bool:
    """Whether there is a valid host and no @ after it. Such an @ would mean that the host is part of a password."""
    parts = parse_url(proxy)
    behind = f"{parts.path}{parts.query}{parts.fragment}"
    return is_host((parts.host or "").strip("[]")) and "@" not in behind
