# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the earlier stages leave has to let libraries be authorized."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._contract import EXTENSION
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from ansible_collections.imanage.control_center.plugins.module_utils._plan_chain import check_extension

ON, OFF = {"enabled": True}, {"enabled": False}
ALLOWED, NOT_ALLOWED = {"allow_refresh_token": True}, {"allow_refresh_token": False}


@pytest.mark.parametrize(
    ("application", "policy", "kind", "advice"),
    [
        (OFF, None, "not_added", "enabled: true"),
        (OFF, NOT_ALLOWED, "not_added", "enabled: true"),
        (ON, NOT_ALLOWED, "conflict", "allow_refresh_token: true"),
        (None, NOT_ALLOWED, "conflict", "allow_refresh_token: true"),
    ],
)
def test_what_stands_in_the_way_is_told_with_how_to_mend_it(application, policy, kind, advice):
    with pytest.raises(Failure) as caught:
        check_extension(application, policy)
    assert caught.value.kind == kind
    assert EXTENSION in caught.value.what
    assert advice in caught.value.advice


@pytest.mark.parametrize("application", [ON, None])
@pytest.mark.parametrize("policy", [ALLOWED, None])
def test_nothing_stands_in_the_way(application, policy):
    check_extension(application, policy)
