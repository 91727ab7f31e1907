# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was sent already: one small file for each tenant and application, so that nothing is sent twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure, Uncertain

# What a record says; its file has its state besides.
RECORD = ("sent_at", "to", "application", "customer")


def record_path(folder: str, customer_id: int, application: str) -> str:
    """The file of a tenant and an application."""
    readable = re.sub("[^a-z0-9]+", "-", application.lower())[:40].strip("-")
    unique = hashlib.sha256(application.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    return os.path.join(folder, f"{int(customer_id)}-{readable}-{unique}.json")


def read(path: str, application: str) -> dict[str, Any] | None:
    """The record, None if nothing was sent; raises C(conflict) when nobody knows."""
    try:
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unusable(path, error) from None
    except ValueError:
        kept = {}
    if not isinstance(kept, dict) or kept.get("state") != "sent" or not set(RECORD) <= set(kept):
        raise unknown("conflict", path, application, "another run is sending it now or was cut off while it did")
    return {name: kept[name] for name in RECORD}


def claim(path: str, content: Mapping[str, Any]) -> bool:
    """Whether this run is the one that sends: it made the file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise unusable(path, error) from None
    try:
        _write(descriptor, content)
    except OSError as error:
        os.unlink(path)
        raise unusable(path, error) from None
    return True


def give_back(path: str) -> None:
    """Remove the file again: nothing was sent."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def complete(path: str, content: Mapping[str, Any]) -> None:
    """Replace the file as a whole, so that nobody reads half of it."""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".", dir=os.path.dirname(path))
        _write(descriptor, content)
        os.replace(temporary, path)
    except OSError as error:
        raise Uncertain(
            "conflict",
            f"The request for provisioning was sent, but {path} cannot be completed: {error.strerror}.",
            advice="Leave this file there: without it the next run would send again.",
            result={"changed": True},
        ) from None


def unusable(path: str, error: OSError) -> Failure:
    """What is wrong with the file or its directory, before anything was sent."""
    return Failure(
        "bad_option", f"provisioning_request: sent_path cannot be used, so nothing was sent: {path}: {error.strerror}."
    )


def unknown(kind: str, path: str, application: str, cause: str) -> Uncertain:
    """The failure of a request that may have been sent or not."""
    return Uncertain(
        kind,
        f"Nobody knows whether the request for provisioning of {application} was sent, because {cause}; "
        f"removing {path} lets it be sent again.",
        advice="Find out whether it arrived before you remove that file.",
    )


def _write(descriptor: int, content: Mapping[str, Any]) -> None:
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(descriptor)
