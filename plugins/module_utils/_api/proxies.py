# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies that the environment names: whether they can be used, said without a word of their passwords."""

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
    # As in _transport, which says what is missing.
    pass


def check_proxy(adapter: Any, proxy: str | None) -> None:
    """See that an adapter of requests can use a proxy. Raises TransportError, which names the variable and no value.

    This is before it is used: the libraries' words about one that cannot be used may have its password.
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
            f"{name} names a SOCKS proxy, for which the Python library PySocks is missing",
            False,
            f"Install requests[socks] for the Python that runs this task, {sys.executable}, or unset {name}.",
        ) from None
    except (ValueError, TypeError):
        raise TransportError(
            "bad_option",
            f"{name} names no proxy that can be used",
            False,
            f"Unset {name}, or write it like http://proxy.example:8080. In a user name or password before the "
            "host, percent-encode all but letters and digits: %2F for /, %23 for #.",
        ) from None


def _named_by(proxy: str) -> str:
    """Which variable names a proxy. None does where the settings of a Mac do."""
    set_to_it = [name for name, value in os.environ.items() if value == proxy]
    names = [name for known in ("https_proxy", "all_proxy") for name in set_to_it if name.lower() == known]
    return next(iter(names), "the proxy setting of this machine")


def _is_address(proxy: str) -> bool:
    """Whether there is a host, and no @ behind it: it would end a password whose start was taken for the host."""
    parts = parse_url(proxy)
    behind = f"{parts.path}{parts.query}{parts.fragment}"
    return is_host((parts.host or "").strip("[]")) and "@" not in behind
