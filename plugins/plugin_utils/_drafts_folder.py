# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of messages that has those of one run and no others, so that nobody sends one of an earlier run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure


class Difference(NamedTuple):
    """What has to be done to a folder."""

    write: list[str]
    remove: list[str]


def difference(folder: Path, files: Mapping[str, bytes], suffix: str) -> Difference:
    """What the folder lacks of the files, by name, and the other files with the suffix in it."""
    with _explained(folder):
        there = folder.glob(f"*{suffix}") if folder.is_dir() else ()
        found = {path.name for path in there if path.is_symlink() or path.is_file()}
        return Difference(
            [name for name, content in files.items() if name not in found or (folder / name).read_bytes() != content],
            sorted(found - set(files)),
        )


def carry_out(folder: Path, files: Mapping[str, bytes], what: Difference) -> None:
    """Do that. Files are replaced as a whole, and are for their owner alone."""
    with _explained(folder):
        for name in what.remove:
            (folder / name).unlink()
        if what.write:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in what.write:
            descriptor, temporary = tempfile.mkstemp(prefix=".", dir=folder)
            try:
                with open(descriptor, "wb") as file:
                    file.write(files[name])
                os.replace(temporary, folder / name)
            except OSError:
                os.unlink(temporary)
                raise


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failure(
            "bad_option",
            f"The drafts of requests for provisioning cannot be kept in {folder}: {error.strerror}.",
            advice="Give another folder, or let this account write there.",
        ) from None
