# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Control Center over real HTTP, or in memory, for tests and demos."""

from .descriptions import sandbox_from_file
from .faults import Fault
from .fields import DescriptionError
from .log import Entry
from .machine import Sandbox
from .memory import MemoryAdapter
from .model import Tenant
from .server import Server, serve
from .wire import Reply, Request

__all__ = [
    "DescriptionError",
    "Entry",
    "Fault",
    "MemoryAdapter",
    "Reply",
    "Request",
    "Sandbox",
    "Server",
    "Tenant",
    "sandbox_from_file",
    "serve",
]
