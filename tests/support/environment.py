# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of processes under test."""

from __future__ import annotations

from collections.abc import Mapping

_FOREIGN = ("IMANAGE_", "ANSIBLE_", "AWX_", "TTY_")
_OTHERS = ("NETRC", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "FORCE_COLOR", "NO_COLOR")


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without what would change how tasks behave, or what a terminal shows of them."""
    return {
        name: value
        for name, value in environment.items()
        if name == "ANSIBLE_COLLECTIONS_PATH"
        or not (name.startswith(_FOREIGN) or name in _OTHERS or name.lower().endswith("_proxy"))
    }
