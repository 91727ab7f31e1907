# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The next release, rehearsed on a copy: the fragment that CONTRIBUTING.md shows, and the commands that it names."""

from __future__ import annotations

import re
import textwrap

import yaml
from support.tree import ROOT

from .checkout import copied
from .gate import WORK, Failed, Gate, call

_VERSION = "999.0.0"
_SUMMARY = "A rehearsal."


def gates() -> list[Gate]:
    """The one gate."""
    return [Gate("release", _check)]


def _check() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    fragment = textwrap.dedent(_only(r"(?s) *```yaml\n(.*?)```", guide))
    place = copied(WORK / "release")
    galaxy = place / "galaxy.yml"
    galaxy.write_text(re.sub(r"(?m)^version: .*", f"version: {_VERSION}", galaxy.read_text()))
    fragments = place / "changelogs" / "fragments"
    fragments.mkdir(exist_ok=True)
    (fragments / "rehearsal.yml").write_text(fragment)
    (fragments / f"{_VERSION}.yml").write_text(f"release_summary: {_SUMMARY}\n")
    call(_only(r"(?m)&& PATH=\S+ (antsibull-changelog .*)$", (ROOT / "Makefile").read_text()).split(), cwd=place)
    notes = _plain((place / "CHANGELOG.md").read_text(encoding="utf-8"))
    (lines,) = yaml.safe_load(fragment).values()
    for wanted in map(_plain, (_VERSION, _SUMMARY, *lines)):
        if wanted not in notes:
            raise Failed(f"the change log lacks {wanted!r}")
    call(_only(r"(?m)^ *(ansible-galaxy collection build)$", guide).split(), cwd=place)
    if not (place / f"imanage-control_center-{_VERSION}.tar.gz").exists():
        raise Failed("there is no tarball")


def _only(pattern: str, text: str) -> str:
    (found,) = re.findall(pattern, text)
    return str(found)


def _plain(text: str) -> str:
    """Without what marks it up."""
    return re.sub(r"\\|`|<[^>]*>", "", text)
