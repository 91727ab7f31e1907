# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates by Ansible, without a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ansible.template
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

# Before ansible-core 2.19 every text was trusted.
_trusted = getattr(ansible.template, "trust_as_template", str)


def templated(text: str, variables: Mapping[str, Any]) -> Any:
    """The value of this text with these variables, which may be templates too. An omitted value is the text omitted."""
    known = {name: _trusted(value) if isinstance(value, str) else value for name, value in variables.items()}
    templar = Templar(loader=DataLoader(), variables={"omit": "omitted", **known})
    return templar.template({"value": _trusted(text)}).get("value", "omitted")
