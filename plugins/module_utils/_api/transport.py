# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP with requests: one TLS context, retries with a deadline, no redirects."""

from __future__ import annotations

import contextlib
import functools
import http.client
import os
import random
import re
import ssl
import sys
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils._api.deadline import DEADLINE, POOLS
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import TransportError
from ansible_collections.imanage.control_center.plugins.module_utils._api.proxies import check_proxy
from ansible_collections.imanage.control_center.plugins.module_utils._api.replies import Reply, http_date

try:
    import requests
    import urllib3
    from requests.__version__ import __version__ as _VERSION
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import (
        ConnectTimeoutError,
        DecodeError,
        HTTPError,
        InsecureRequestWarning,
        NewConnectionError,
        ProtocolError,
        ProxyError,
        SSLError,
    )
    from urllib3.exceptions import TimeoutError as HTTPTimeout
except ImportError:
    # ansible-test imports every file on Pythons without requests. A task without it fails and says so.
    IMPORT_ERROR: str | None = traceback.format_exc()
    HTTPAdapter = object  # type: ignore[misc, assignment]
else:
    IMPORT_ERROR = None
    # Before urllib3 2.6 a small compressed reply could fill the memory before its size is checked.
    _CAN_UNPACK = tuple(map(int, re.findall(r"\d+", urllib3.__version__)[:2])) >= (2, 6)  # type: ignore[attr-defined]

# Older releases ignore the TLS context of an adapter, and would trust other authorities than ca_path.
_MIN_REQUESTS_VERSION = (2, 32, 3)
LARGEST_REPLY = 16 * 1024 * 1024
# The most that a task reads in all its replies, in bytes.
MOST_BYTES = 4 * LARGEST_REPLY
READ_RETRY_STATUSES = (429, 502, 503, 504)
WRITE_RETRY_STATUSES = (429,)
# An unreachable host is more often a typing error than a passing fault.
MAX_CONNECT_RETRIES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
# The most random jitter, as a multiple of the wait that the server asks for.
_WIDEST_SPREAD = 7
# A larger number is a time in seconds since 1970. A smaller one is a wait.
_LEAST_EPOCH = 1_000_000_000


class Patience:
    """Decides whether to repeat a call and how long to wait, by a deadline and Control Center's headers.

    The retries of urllib3 are not used, because they are recursive and end after a few hundred.
    """

    def __init__(self, deadline: float, repeatable: bool, waits: list[float]) -> None:
        """C(deadline) is in seconds on the monotonic clock. C(waits) collects the seconds waited because of 429.

        C(repeatable) says whether a request that may have arrived can be sent again.
        """
        self._deadline = deadline
        self._repeatable = repeatable
        self._waits = waits
        self._pauses = self._refusals = 0

    def pause(self, reply: Reply | None, error: Any = None) -> float | None:
        """The seconds to wait before the next attempt, after a reply or an error; None to give up."""
        if error is not None and not self._may_repeat(error):
            return None
        # A wait of zero seconds is ignored: the call would be repeated without a pause.
        wait = (reply and _asked_wait(reply)) or min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._pauses, 10))
        left = self._deadline - time.monotonic()
        if wait >= left:
            return None
        self._pauses += 1
        # Jitter keeps a hundred tenants on one host from retrying at the same moment. It grows with each refusal.
        is_limited = reply is not None and reply.status == 429
        spread = wait * min(_WIDEST_SPREAD, 1 + 2 * len(self._waits)) if is_limited else wait / 4
        # Keep half of the remaining time for the reply.
        pause = wait + random.uniform(0, min(0.1 + spread, (left - wait) / 2))  # noqa: S311
        if is_limited:
            self._waits.append(pause)
        return pause

    def _may_repeat(self, error: Any) -> bool:
        if never_sent(error):
            self._refusals += 1
            return self._refusals <= MAX_CONNECT_RETRIES
        return self._repeatable and isinstance(error, (HTTPTimeout, ProtocolError, ProxyError, DecodeError, OSError))


def _asked_wait(reply: Reply) -> float | None:
    """The longest wait that a reply asks for, in seconds; None if it asks for no wait.

    A date or an epoch is measured by the server's clock, which the Date header shows.
    """
    there = http_date(reply.headers.get("Date"))
    now = there.timestamp() if there else time.time()
    waits = [_wait(reply.headers.get(name, "").strip(), now) for name in ("x-ratelimit-reset", "Retry-After")]
    return max((wait for wait in waits if wait > 0), default=None)


def _wait(text: str, now: float) -> float:
    """The seconds that a header asks for, as a number or a time. Zero or less if it asks for no wait."""
    if re.fullmatch(r"[0-9]{1,15}", text):
        number = float(text)
        return number - now if number >= _LEAST_EPOCH else number
    moment = http_date(text)
    return moment.timestamp() - now if moment else 0


def never_sent(error: Any) -> bool:
    """Whether the request cannot have reached the server."""
    if isinstance(error, ProxyError):
        error = error.original_error
    return isinstance(error, (ConnectTimeoutError, NewConnectionError))


def _has_requests() -> bool:
    """Whether requests is installed and new enough."""
    if IMPORT_ERROR is not None:
        return False
    return tuple(map(int, re.findall(r"\d+", _VERSION)[:3])) >= _MIN_REQUESTS_VERSION


@functools.cache
def tls_context(ca_path: str | None, validate_certs: bool, bundle: str | None = None) -> ssl.SSLContext:
    """One context per trust setting and process, because building one costs more than a whole task.

    C(ca_path), a file or a directory, replaces all other authorities. Without it C(bundle) is used, the environment's
    C(REQUESTS_CA_BUNDLE). Without both, the authorities of requests are used.
    """
    if not validate_certs:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        trusted = ca_path or bundle or requests.utils.DEFAULT_CA_BUNDLE_PATH
        is_directory = os.path.isdir(trusted)
        context = ssl.create_default_context(
            cafile=None if is_directory else trusted, capath=trusted if is_directory else None
        )
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def environment_bundle() -> str | None:
    """The path of the authorities from the environment, as requests reads it."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")


class _Adapter(HTTPAdapter):
    """Uses our TLS context everywhere. Otherwise requests adds its own authorities on each connection."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing: the context verifies."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, _tls = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._context}


class Transport:
    """The HTTP connections of one task. Of Control Center it knows only the rate limit headers.

    It uses the adapter of requests without a session. A session would be slower, would add cookies and the credentials
    of a netrc file, and would read the Location of a redirect. Only the token may identify the caller.
    """

    def __init__(self, *, timeout: float, validate_certs: bool = True, ca_path: str | None = None) -> None:
        """C(timeout) is in seconds, for each connection attempt and each wait for bytes."""
        if not _has_requests():
            raise TransportError(
                "bad_option",
                "the Python library requests (2.32.3 or newer) is not installed",
                False,
                f"Install it for the Python that runs this task, {sys.executable}.",
            )
        self.timeout = timeout
        self.waits: list[float] = []
        self._received = 0
        self._quiet = not validate_certs
        self._known_proxies: dict[tuple[str, ...], dict[str, str]] = {}
        try:
            context = tls_context(ca_path, validate_certs, None if ca_path else environment_bundle())
        except (OSError, ssl.SSLError) as error:
            raise TransportError(
                "bad_option",
                f"the authorities in {ca_path or 'the environment'} cannot be read: {error}",
                False,
                "Give ca_path a file of certificates in PEM form, or a directory of them, that this user may read."
                if ca_path
                else "Correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, or give ca_path.",
            ) from None
        self._adapter = _Adapter(context)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        repeatable: bool,
        retry_timeout: float,
        once: bool = False,
    ) -> Reply:
        """Send a request and return its whole reply, with any status. Raises TransportError without a reply.

        C(repeatable) says that sending it twice does no harm. C(retry_timeout) is in seconds, for the call with all its
        retries. With C(once), the request is repeated only if it was never sent.
        """
        deadline = time.monotonic() + retry_timeout
        again: tuple[int, ...] = () if once else READ_RETRY_STATUSES if repeatable else WRITE_RETRY_STATUSES
        patience = Patience(deadline, repeatable, self.waits)
        request = self._prepared(method, url, headers, query, form, json)
        proxies = self._proxies(url)
        while True:
            reply = error = None
            try:
                reply = self._ask(request, proxies, again, deadline)
                if reply.status not in again:
                    return reply
            except (HTTPError, OSError) as caught:  # of urllib3, and of requests
                error = _cause(caught)
            pause = patience.pause(reply, error)
            if pause is None:
                if reply:
                    return reply
                raise _no_reply(error, self.timeout, retry_timeout if time.monotonic() >= deadline else None)
            time.sleep(pause)

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    @staticmethod
    def _prepared(
        method: str, url: str, headers: Mapping[str, str], query: Any = None, form: Any = None, json: Any = None
    ) -> Any:
        request = requests.PreparedRequest()
        request.prepare_method(method)
        try:
            request.prepare_url(url, query)
        except requests.exceptions.InvalidURL:
            # The url was checked before, but only the library knows which letters a name may have.
            raise TransportError("bad_option", "the host in url is not a valid name", False) from None
        unpacked = {} if _CAN_UNPACK else {"Accept-Encoding": "identity"}
        request.prepare_headers({**requests.utils.default_headers(), **unpacked, **headers})
        request.prepare_body(form, None, json)
        return request

    def _ask(self, request: Any, proxies: dict[str, str], again: tuple[int, ...], deadline: float) -> Reply:
        """Send the request once. For a status in C(again), a broken body does not matter."""
        DEADLINE.set(deadline)
        with self._without_tls_warnings():
            response = self._adapter.send(request, stream=True, timeout=self.timeout, proxies=proxies)
        with response:
            try:
                body = _whole_body(response)
            except (HTTPError, OSError, TransportError):
                if response.status_code not in again:
                    raise
                body = b""
        self._received += len(body)
        if self._received > MOST_BYTES:
            raise TransportError("unexpected_reply", f"the replies are larger than {MOST_BYTES} bytes together", True)
        return Reply(response.status_code, response.headers, body)

    def _proxies(self, url: str) -> dict[str, str]:
        """The proxies from the environment, as requests reads it, looked up once for each host.

        Plain HTTP never uses a proxy, which could read the token. It is allowed for the loopback only.
        """
        host = urlsplit(url)[:2]
        if host[0] == "http":
            return {}
        if host not in self._known_proxies:
            proxies = requests.utils.get_environ_proxies(url)
            check_proxy(self._adapter, requests.utils.select_proxy(url, proxies))
            self._known_proxies[host] = proxies
        return self._known_proxies[host]

    @contextlib.contextmanager
    def _without_tls_warnings(self) -> Iterator[None]:
        with warnings.catch_warnings():
            if self._quiet:
                # The task has its own warning.
                warnings.simplefilter("ignore", InsecureRequestWarning)
            yield


def _whole_body(response: Any) -> bytes:
    """The body, up to the size limit."""
    if not _CAN_UNPACK and response.headers.get("Content-Encoding", "identity") != "identity":
        raise TransportError("unexpected_reply", "the reply is compressed, which needs urllib3 2.6 or newer", True)
    body = bytearray()
    for piece in _pieces(response):
        body += piece
        if len(body) > LARGEST_REPLY:
            raise TransportError("unexpected_reply", f"the reply is larger than {LARGEST_REPLY} bytes", True)
    return bytes(body)


def _pieces(response: Any) -> Iterator[bytes]:
    read1 = getattr(response.raw, "read1", None)
    if read1 is None:  # urllib3 1.26, on older hosts
        yield from response.raw.stream(1024, decode_content=True)
        return
    while True:
        piece = read1(65536, decode_content=True)
        if not piece:
            return
        yield piece


def _cause(error: Any) -> Any:
    """The error of urllib3 inside an error of requests."""
    if isinstance(error, requests.RequestException) and error.args:
        error = error.args[0]
    return getattr(error, "reason", None) or error


def _no_reply(cause: Any, timeout: float, over: float | None) -> TransportError:
    """The error for a missing reply. C(over) is the retry_timeout, if it has passed."""
    if isinstance(cause, SSLError):
        # A certificate is refused before anything is sent. Another TLS error may come after the request.
        sent = not any(isinstance(inner, ssl.SSLCertVerificationError) for inner in cause.args)
        return TransportError("tls", f"the TLS connection failed: {_plain(cause)}", sent)
    is_late = isinstance(cause, HTTPTimeout) and not isinstance(cause, NewConnectionError)
    if is_late and over is not None:
        return TransportError("unreachable", f"no complete reply within {over:g} seconds", not never_sent(cause))
    if is_late or "timed out" in str(cause):
        return TransportError("unreachable", f"no reply within {timeout:g} seconds", not never_sent(cause))
    return TransportError("unreachable", _plain(cause), not never_sent(cause))


def _plain(error: Any) -> str:
    """The innermost message of an error, without the object that urllib3 prints before it."""
    while inner := _inner(error):
        error = inner
    if isinstance(error, http.client.BadStatusLine) and not isinstance(error, http.client.RemoteDisconnected):
        return f"the reply is not HTTP: {str(error)!r}"
    return str(error) or type(error).__name__


def _inner(error: Any) -> BaseException | None:
    """The cause of an error of urllib3, not the error that was being handled around it."""
    parts = [part for part in getattr(error, "args", ()) if isinstance(part, BaseException)]
    behind = getattr(error, "__cause__", None)
    if isinstance(error, NewConnectionError):  # urllib3 1.26 does not name its cause
        behind = behind or error.__context__
    return parts[-1] if parts else behind
