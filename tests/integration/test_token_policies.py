# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edges of a token policy: the least values, one that was never set, and one that cannot be read."""

from __future__ import annotations

import pytest
from support.cases import POLICY
from support.places import EXTENSION, refreshing


@pytest.mark.parametrize("field", ["refresh_token_expiry_days", "access_token_expiry_minutes"])
def test_one_is_the_least(tenant, field):
    acme = tenant(applications=refreshing())
    assert acme.run(POLICY, name=EXTENSION, **{field: 1})["token_policy"][field] == 1
    assert acme.run(POLICY, name=EXTENSION, **{field: 0})["failure"]["kind"] == "bad_option"


@pytest.mark.parametrize(("status", "kind"), [(400, "bad_option"), (403, "permission"), (409, "conflict")])
def test_an_unreadable_policy_does_not_count_as_never_set(tenant, status, kind):
    acme = tenant(applications=refreshing())
    acme.fault("status", "readTokenPolicy", status=status)
    assert acme.run(POLICY, name=EXTENSION, allow_refresh_token=True)["failure"]["kind"] == kind
    assert acme.writes == []
