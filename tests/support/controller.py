# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automation controller as far as tests need it: the data of its guide, and what it makes of them for a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from . import unsafe
from .tree import ROOT

ENVIRONMENT = ImmutableSandboxedEnvironment()


DATA: dict[str, Any] = unsafe.load((ROOT / "docs" / "automation-controller.yml").read_text(encoding="utf-8"))


def survey(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The questions of a survey, by variable."""
    return {question["variable"]: question for question in template["survey_spec"]["spec"]}


def injected(inputs: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of a credential; what is not filled in is empty."""
    (kind,) = DATA["controller_credential_types"]
    return {name: ENVIRONMENT.from_string(text).render(inputs) for name, text in kind["injectors"]["env"].items()}


def extra_variables(
    template: Mapping[str, Any], number: int, answers: Mapping[str, str], artifacts: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The extra variables of a job: of the template, of its survey, of nodes before it, and the controller's own."""
    defaults = {name: question["default"] for name, question in survey(template).items() if "default" in question}
    return {**template["extra_vars"], **defaults, **(artifacts or {}), **answers, "awx_job_id": number}
