# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties of previews once more, on fewer examples, against the sandbox's server over real HTTP."""

from __future__ import annotations

import pytest
from support.chain import CHAIN
from support.generated import described
from support.places import filled
from support.tasks import WRITERS, run
from support.truth import CUSTOMER, NAME, reached, tell, told_of

pytestmark = pytest.mark.sweep

EXAMPLES = 100


@pytest.mark.parametrize("module", [*WRITERS, CHAIN])
def test_previews_tell_the_truth_over_http(module, places):
    def tell_over_http(situation):
        places.start_afresh()
        places.sandbox.add(described(filled(situation.tenant, NAME), NAME, CUSTOMER))
        options = reached(situation, places.server.url)
        return tell(situation, places.sandbox, lambda check: run(module, options, check))

    endings = told_of(module, tell_over_http, EXAMPLES, "over HTTP")
    assert sum(endings.values()) >= EXAMPLES
    assert {"changed", "unchanged"} <= set(endings)
