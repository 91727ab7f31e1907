# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and replies held against the written contract, by a library that knows neither client nor sandbox."""

from __future__ import annotations

from functools import cache

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from sandbox import Reply, Request, contract

HOST = "https://cloudimanage.com"


@cache
def openapi() -> OpenAPI:
    """The contract as the library reads it."""
    return OpenAPI.from_file_path(str(contract.PATH))


def check_request(request: Request) -> None:
    """Raise where a request is not as the contract has it."""
    openapi().validate_request(_as_asked(request))


def check_reply(request: Request, reply: Reply) -> None:
    """Raise where the reply to a request is not."""
    content_type = reply.headers.get("content-type", "application/json")
    answer = MockResponse(reply.body, reply.status, reply.headers, content_type)
    openapi().validate_response(_as_asked(request), answer)


def _as_asked(request: Request) -> MockRequest:
    return MockRequest(
        HOST,
        request.method,
        request.path,
        args=request.query,
        headers=request.headers,
        data=request.body,
        content_type=request.content_type or "application/json",
    )
