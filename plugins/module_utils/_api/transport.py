# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP by requests: one TLS context, bounded patience, nothing followed, nothing sent to another host."""

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
    from requests import Session
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
    # ansible-test imports every file on Pythons without requests; a task then says what is missing.
    IMPORT_ERROR: str | None = traceback.format_exc()
    Session = HTTPAdapter = object  # type: ignore[misc, assignment]
else:
    IMPORT_ERROR = None
    # Before this release a reply of some thousand bytes unpacks to gigabytes before anybody can count them.
    _CAN_UNPACK = tuple(map(int, re.findall(r"\d+", urllib3.__version__)[:2])) >= (2, 6)  # type: ignore[attr-defined]

# Three releases before it take no TLS context from an adapter: they would trust other authorities than ca_path.
_LEAST_REQUESTS = (2, 32, 3)
LARGEST_REPLY = 16 * 1024 * 1024
# All replies that a task reads, in bytes.
MOST_BYTES = 4 * LARGEST_REPLY
READ_AGAIN = (429, 502, 503, 504)
WRITE_AGAIN = (429,)
# A host that cannot be reached at all is more often a typing error than a passing fault.
CONNECT_AGAIN = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
# How many times the wait that the server asks for may be added to it at random.
_WIDEST_SPREAD = 7
# Seconds since 1970 are at least this many; a wait is less.
_SOME_TIME_AGO = 1_000_000_000


class Patience:
    """When a call is sent again, and how long to wait before: with a deadline, and by Control Center's headers.

    urllib3 retries too, but by calling itself, which ends after some hundred times.
    """

    def __init__(self, deadline: float, repeatable: bool, waits: list[float]) -> None:
        """C(deadline) is on the monotonic clock, in seconds; C(waits) collects the seconds waited because of 429.

        C(repeatable) says whether a request that may have arrived can be sent again.
        """
        self._deadline = deadline
        self._repeatable = repeatable
        self._waits = waits
        self._pauses = self._refusals = 0

    def pause(self, reply: Reply | None, error: Any = None) -> float | None:
        """The seconds to wait after a reply that asks for another attempt, or after an error; None to give up."""
        if error is not None and not self._may_repeat(error):
            return None
        # Zero seconds is no answer either: the call would be sent again at once, and again.
        wait = (reply and _asked_wait(reply)) or min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._pauses, 10))
        left = self._deadline - time.monotonic()
        if wait >= left:
            return None
        self._pauses += 1
        # Jitter keeps a hundred tenants on one host from coming back in the same moment; a task that is refused again
        # and again spreads further.
        is_limited = reply is not None and reply.status == 429
        spread = wait * min(_WIDEST_SPREAD, 1 + 2 * len(self._waits)) if is_limited else wait / 4
        # Half of the time left after the wait is kept for the reply.
        pause = wait + random.uniform(0, min(0.1 + spread, (left - wait) / 2))  # noqa: S311
        if is_limited:
            self._waits.append(pause)
        return pause

    def _may_repeat(self, error: Any) -> bool:
        if never_sent(error):
            self._refusals += 1
            return self._refusals <= CONNECT_AGAIN
        return self._repeatable and isinstance(error, (HTTPTimeout, ProtocolError, ProxyError, DecodeError, OSError))


def _asked_wait(reply: Reply) -> float | None:
    """The longest wait that a reply asks for, in seconds; None where it asks for none.

    A moment, given as a date or as seconds since 1970, is one of the server's clock, which the reply tells too.
    """
    there = http_date(reply.headers.get("Date"))
    now = there.timestamp() if there else time.time()
    waits = [_wait(reply.headers.get(name, "").strip(), now) for name in ("x-ratelimit-reset", "Retry-After")]
    return max((wait for wait in waits if wait > 0), default=None)


def _wait(text: str, now: float) -> float:
    """The seconds that a header asks for, which has them or a moment. Not more than zero where it says nothing."""
    if re.fullmatch(r"[0-9]{1,15}", text):
        number = float(text)
        return number - now if number >= _SOME_TIME_AGO else number
    moment = http_date(text)
    return moment.timestamp() - now if moment else 0


def never_sent(error: Any) -> bool:
    """Whether the request cannot have reached the server."""
    if isinstance(error, ProxyError):
        error = error.original_error
    return isinstance(error, (ConnectTimeoutError, NewConnectionError))


def _has_requests() -> bool:
    """Whether there is requests, and new enough."""
    if IMPORT_ERROR is not None:
        return False
    return tuple(map(int, re.findall(r"\d+", _VERSION)[:3])) >= _LEAST_REQUESTS


@functools.cache
def tls_context(ca_path: str | None, validate_certs: bool, bundle: str | None = None) -> ssl.SSLContext:
    """One context per trust setting and process: to build one costs more than a whole task.

    C(ca_path), a file or a directory, replaces all other authorities; without it C(bundle) counts, the environment's
    C(REQUESTS_CA_BUNDLE), and then the authorities that requests comes with.
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
    """The authorities that the environment names, as requests reads it."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")


class _Adapter(HTTPAdapter):
    """Our TLS context everywhere: requests would otherwise load its own authorities into it on each connection."""

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
        """Nothing: the context verifies."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, _tls = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._context}


class _Session(Session):
    """Without a look at redirects: requests reads the body of one that it does not follow too, and parses its place."""

    def get_redirect_target(self, resp: Any) -> None:
        """Nowhere."""


class Transport:
    """One HTTP session for one task. It knows nothing of Control Center but its rate limit headers."""

    def __init__(self, *, timeout: float, validate_certs: bool = True, ca_path: str | None = None) -> None:
        """C(timeout) is in seconds and holds for each connection attempt and each wait for bytes."""
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
        self._session = _Session()
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)

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
        """Send a request and read its whole reply; whatever its status, a reply is a reply.

        C(repeatable) says that sending it twice does no harm; C(retry_timeout) is in seconds, for the call with all
        its retries; with C(once) it is sent again only where it never left. Raises TransportError when there is no
        reply.
        """
        deadline = time.monotonic() + retry_timeout
        again: tuple[int, ...] = () if once else READ_AGAIN if repeatable else WRITE_AGAIN
        patience = Patience(deadline, repeatable, self.waits)
        request = self._prepared(method, url, headers, params=query, json=json, data=form)
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
        self._session.close()

    def _prepared(self, method: str, url: str, headers: Mapping[str, str], **content: Any) -> Any:
        """The request, made without the session, which would look for each through its defaults and the environment.

        It would also add what a netrc file has for the host, and cookies, while only the token says who calls.
        """
        headers = {**self._session.headers, **({} if _CAN_UNPACK else {"Accept-Encoding": "identity"}), **headers}
        try:
            return requests.Request(method, url, headers, **content).prepare()
        except requests.exceptions.InvalidURL:
            # The address was checked before. Only the library knows which letters a name may have.
            raise TransportError("bad_option", "the host of url is no name that can be looked up", False) from None

    def _ask(self, request: Any, proxies: dict[str, str], again: tuple[int, ...], deadline: float) -> Reply:
        """Send it once. Of a reply with a status in C(again), the status counts, whatever becomes of its body."""
        DEADLINE.set(deadline)
        with self._warnings_kept_quiet():
            response = self._session.send(
                request, timeout=self.timeout, proxies=proxies, allow_redirects=False, stream=True
            )
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
        """The proxies that the environment names, as requests reads it, looked up once for each host.

        None for plain HTTP: a proxy would read the token, and the loopback, the only place for plain HTTP, is here.
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
    def _warnings_kept_quiet(self) -> Iterator[None]:
        with warnings.catch_warnings():
            if self._quiet:
                # The task warns in its own words.
                warnings.simplefilter("ignore", InsecureRequestWarning)
            yield


def _whole_body(response: Any) -> bytes:
    """The body, within a size."""
    if not _CAN_UNPACK and response.headers.get("Content-Encoding", "identity") != "identity":
        raise TransportError("unexpected_reply", "the reply is compressed, which takes urllib3 2.6 or newer", True)
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
    """What urllib3 calls an error of requests."""
    if isinstance(error, requests.RequestException) and error.args:
        error = error.args[0]
    return getattr(error, "reason", None) or error


def _no_reply(cause: Any, timeout: float, over: float | None) -> TransportError:
    """Why there is no reply. C(over): the seconds that the call had, where they are over."""
    if isinstance(cause, SSLError):
        # A certificate is refused before anything is sent. Anything else may have broken behind the request.
        sent = not any(isinstance(inner, ssl.SSLCertVerificationError) for inner in cause.args)
        return TransportError("tls", f"the TLS connection failed: {_plain(cause)}", sent)
    is_late = isinstance(cause, HTTPTimeout) and not isinstance(cause, NewConnectionError)
    if is_late and over is not None:
        return TransportError("unreachable", f"no whole answer within {over:g} seconds", not never_sent(cause))
    if is_late or "timed out" in str(cause):
        return TransportError("unreachable", f"no answer within {timeout:g} seconds", not never_sent(cause))
    return TransportError("unreachable", _plain(cause), not never_sent(cause))


def _plain(error: Any) -> str:
    """The innermost words of an error, without the object that urllib3 prints in front."""
    while inner := _inner(error):
        error = inner
    if isinstance(error, http.client.BadStatusLine) and not isinstance(error, http.client.RemoteDisconnected):
        return f"the reply is no HTTP: {str(error)!r}"
    return str(error) or type(error).__name__


def _inner(error: Any) -> BaseException | None:
    """What an error of urllib3 was made of, and not what was being handled around it."""
    parts = [part for part in getattr(error, "args", ()) if isinstance(part, BaseException)]
    behind = getattr(error, "__cause__", None)
    if isinstance(error, NewConnectionError):  # urllib3 1.26 does not name its cause
        behind = behind or error.__context__
    return parts[-1] if parts else behind
