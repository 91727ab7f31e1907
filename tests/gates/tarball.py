# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tarball that Galaxy gets: what is in it, that it is what git has, and that its pages lead nowhere else."""

from __future__ import annotations

import posixpath
import re
import shutil
import tarfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from .checkout import tracked
from .gate import BIN, WORK, Failed, Gate, call

# What runs, what documents it, and the licence.
BELONGS = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "COPYING",
    "LICENSES",
    "README.md",
    "changelogs/changelog.yaml",
    "docs",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
}
# Of the repository alone. ansible-galaxy turns galaxy.yml into MANIFEST.json and FILES.json.
STAYS = {
    ".ansible-lint",
    ".ci",
    ".gitignore",
    ".yamllint",
    "Makefile",
    "REUSE.toml",
    "changelogs/config.yaml",
    "changelogs/fragments",
    "demo",
    "docs/conf.py",
    "docs/site.css",
    "execution-environment.yml",
    "extensions",
    "galaxy.yml",
    "pyproject.toml",
    "tests",
}
MADE = {"MANIFEST.json", "FILES.json"}
_LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


def gates() -> list[Gate]:
    """The one gate."""
    return [Gate("tarball", check)]


def build() -> Path:
    """Build the tarball from the working directory, with whatever lies around there."""
    folder = WORK / "tarball"
    shutil.rmtree(folder, ignore_errors=True)
    call([BIN / "ansible-galaxy", "collection", "build", "--output-path", folder])
    (tarball,) = folder.glob("*.tar.gz")
    return tarball


def check() -> None:
    """Compare the names in the tarball with the rule, and see where the links of its pages lead."""
    tarball = build()
    with tarfile.open(tarball) as archive:
        members = {member.name: member for member in archive.getmembers() if not member.isdir()}
        pages = {name: _text(archive, member) for name, member in members.items() if name.endswith(".md")}
    there = set(members)
    places = {name: place(name) for name in tracked()}
    if unknown := sorted(name for name, found in places.items() if found is None):
        raise Failed(f"say in tests/gates/tarball.py whether these belong into the tarball: {', '.join(unknown)}")
    wanted = MADE | {name for name, found in places.items() if found in BELONGS}
    wrong = [f"lacks {name}" for name in sorted(wanted - there)] + [f"has {name}" for name in sorted(there - wanted)]
    wrong += [f"has no {target}, where {page} leads" for page, target in lost_links(pages, there)]
    wrong += [f"has {image}, which no page shows" for image in unseen_images(pages, there)]
    if wrong:
        print(*wrong, sep="\n")
        raise Failed(f"the tarball {wrong[0]}" + (f", and {len(wrong) - 1} more" if wrong[1:] else ""))
    size = sum(member.size for member in members.values())
    print(f"{len(there)} files of {size / 1e6:.2f} MB, as git has them, in {tarball.stat().st_size / 1e6:.2f} MB")


def place(name: str) -> str | None:
    """What the rule has about a file: the longest of its names that is the file's or that of a folder around it."""
    parts = name.split("/")
    around = ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((one for one in around if one in BELONGS | STAYS), None)


def lost_links(pages: Mapping[str, str], there: Collection[str]) -> list[tuple[str, str]]:
    """The links of pages that lead to files that are not there, each with its page."""
    return [(page, target) for page, target in _links(pages) if target not in there]


def unseen_images(pages: Mapping[str, str], there: Collection[str]) -> list[str]:
    """The images that no page shows."""
    shown = {target for _page, target in _links(pages)}
    return sorted(name for name in there if name.startswith("docs/images/") and name not in shown)


def _links(pages: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for page, text in pages.items():
        for target in _LINK.findall(text):
            if "://" not in target:
                yield page, posixpath.normpath(posixpath.join(posixpath.dirname(page), target))


def _text(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    file = archive.extractfile(member)
    return file.read().decode() if file else ""
