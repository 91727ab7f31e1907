# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in, being somebody, and signing out, over real HTTP."""

from __future__ import annotations

import pytest

INFO = "imanage_tenant_info"


@pytest.mark.parametrize("by", ["password", "refresh_token"])
def test_signs_in_and_out_again(acme, by):
    result = acme.run(INFO, by=by)
    assert result["tenant"]["user"] == acme.admin
    assert acme.calls[0] == "requestToken"
    assert acme.log[0].body["grant_type"] == by
    assert acme.calls[-1] == "revokeToken"
    assert acme.tokens_alive() == []
