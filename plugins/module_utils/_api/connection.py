# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options, checked before any socket is opened."""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS, Operation
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure, quoted
from ansible_collections.imanage.control_center.plugins.module_utils._api.text import replace_halves

_LABEL = r"(?!-)[\w-]{1,63}(?<!-)"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")

# The @ that ends user information, also in the forms that a server or a person may read as one.
_AT = re.compile("@|%(?:25)*40|\N{FULLWIDTH COMMERCIAL AT}|\N{SMALL COMMERCIAL AT}")
# The characters that a header can carry. requests refuses others, with an error that shows the value.
_TOKEN = re.compile("[!-~]+")
SHARED_HOST, PRIVATE_CLOUD = "cloudimanage.com", "imanage.work"
SECRET_OPTIONS = ("password", "client_secret", "refresh_token", "access_token")


class Connection(NamedTuple):
    """The checked connection options. C(operations) has the paths of api_paths."""

    url: str
    username: str | None
    password: str | None
    client_id: str | None
    client_secret: str | None
    refresh_token: str | None
    refresh_token_file: str | None
    access_token: str | None
    scope: str | None
    customer_id: int | None
    api_url: str | None
    validate_certs: bool
    ca_path: str | None
    timeout: float
    retry_timeout: float
    operations: dict[str, Operation]

    @property
    def secrets(self) -> list[str]:
        """The secrets that the user gave."""
        return [value for value in (getattr(self, name) for name in SECRET_OPTIONS) if value]

    @property
    def can_sign_in(self) -> bool:
        """Whether there are credentials for a sign-in."""
        return bool(self.refresh_token or self.refresh_token_file or self.password)


def connection(options: Mapping[str, Any]) -> Connection:
    """Check the options and return the connection. Raises C(bad_option)."""
    url = _checked_url(options["url"])
    _check_texts(options)
    _check_credentials(options)
    _check_tokens(options)
    for name in ("timeout", "retry_timeout"):
        if options[name] <= 0:
            raise Failure("bad_option", f"{name} is {options[name]}, but it must be more than 0 seconds.")
    api_url = options.get("api_url")
    if api_url and not same_origin(api_url, url):
        # If the address has an @, any part of it may be a password.
        elsewhere = "another address" if _AT.search(api_url) else origin(api_url)
        raise Failure(
            "bad_option",
            f"api_url points to {elsewhere}, but the token is sent to {url} only.",
            advice="Pass on what imanage_session returned for this url.",
        )
    kept: dict[str, Any] = {name: options.get(name) for name in Connection._fields if name != "operations"}
    kept.update(
        url=url,
        api_url=api_base(api_url, url) if api_url else None,
        operations=_replaced_paths(options.get("api_paths") or {}),
    )
    return Connection(**kept)


def origin(url: str) -> str:
    """Scheme, host and port of a URL of a server, without user information and path, which may be secret."""
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises ValueError if it is invalid
    except ValueError:
        return "an unreadable address"
    if not parts.netloc:
        return "an address without a host"
    return f"{parts.scheme}://{_AT.split(parts.netloc)[-1]}".lower()


def safe_url(url: Any) -> str:
    """A URL that is not checked yet, without user information, for a message."""
    text = _AT.split(str(url or "Control Center"))[-1]
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError:
        return "Control Center"
    try:
        _port = parts.port
    except ValueError:  # An invalid port may be part of a password, so it is not shown.
        text = f"{parts.scheme}://{parts.hostname}".removeprefix("://")
    return quoted(text)


def user_information(url: Any) -> list[str]:
    """The parts before the @ of a URL. They may be a password, so no message may show them."""
    text = str(url or "")
    before = text[: max((at.start() for at in _AT.finditer(text)), default=0)]
    return [part for part in before.rpartition("//")[2].split(":") if part]


def same_origin(one: str, other: str) -> bool:
    """Whether both URLs are on the same scheme, host and port."""
    try:
        return _address(urlsplit(one)) == _address(urlsplit(other))
    except ValueError:
        return False


def api_base(address: str, url: str) -> str:
    """The base of the API on the host of C(url). Only the path of C(address) is used."""
    return url + urlsplit(address).path.rstrip("/")


def is_private_cloud(url: str) -> bool:
    """Whether a URL belongs to imanage.work, which has no catalog: an administrator uploads packages there."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return host == PRIVATE_CLOUD or host.endswith("." + PRIVATE_CLOUD)


def _address(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _checked_url(given: str) -> str:
    example = "Give it like https://cloudimanage.com."
    # Check this first: a password with a slash would be read, and shown, as a port.
    if _AT.search(given):
        raise Failure("bad_option", "url contains user information.", advice="Use username and password instead.")
    try:
        parts = urlsplit(given.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:  # The message of this error may show a password.
        raise Failure("bad_option", "url cannot be read.", advice=example) from None
    if host and not is_host(host):
        raise Failure("bad_option", f"url cannot be read: {quoted(host)!r} is not a host name.", advice=example)
    if parts.scheme not in ("https", "http"):
        raise Failure("bad_option", f"url {safe_url(given)!r} does not start with https://.", advice=example)
    if not host:
        raise Failure("bad_option", "url names no host.", advice=example)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Failure("bad_option", f"url {safe_url(given)!r} has more than a host.", advice=example)
    if parts.scheme == "http" and not is_loopback(host):
        raise Failure(
            "bad_option", f"url uses plain http to {host}, which would expose secrets on the network.", advice=example
        )
    return f"{parts.scheme}://{parts.netloc}"


def is_host(text: str) -> bool:
    """Whether a text can be a host name or an IP address."""
    try:
        return bool(_HOST.fullmatch(text) or ipaddress.ip_address(text))
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: localhost or a loopback address. Other names are not resolved."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_texts(options: Mapping[str, Any]) -> None:
    for name in Connection._fields:
        if isinstance(options.get(name), str) and options[name] != replace_halves(options[name]):
            raise Failure(
                "bad_option",
                f"{name} contains half of a character, which cannot be sent.",
                advice="Correct the option. In the environment, a byte that is not UTF-8 is read like this.",
            )


def _check_credentials(options: Mapping[str, Any]) -> None:
    if options.get("refresh_token") and options.get("refresh_token_file"):
        raise Failure(
            "bad_option", "refresh_token and refresh_token_file are both given.", advice="Leave one of the two out."
        )
    missing = []
    if options.get("username") and not options.get("password"):
        missing.append("username is given without password")
    if options.get("password") and not options.get("username"):
        missing.append("password is given without username")
    for name in ("password", "refresh_token", "refresh_token_file"):
        if options.get(name) and not options.get("client_id"):
            missing.append(f"{name} is given without client_id")
    if missing:
        raise Failure(
            "bad_option", f"The credentials are incomplete: {'; '.join(missing)}.", advice="Give the missing options."
        )


def white_space_hints(given: Connection) -> str:
    """Sentences about credentials that begin or end with white space; empty if there are none."""
    credentials = {name: getattr(given, name) for name in ("username", "client_id", *SECRET_OPTIONS)}
    found = [name for name, value in credentials.items() if value and value != value.strip()]
    return "".join(
        f" {name} begins or ends with a space or a line break, which echo adds for example." for name in found
    )


def _check_tokens(options: Mapping[str, Any]) -> None:
    for name in ("access_token", "session_token"):
        if options.get(name) and not is_token(options[name]):
            raise Failure(
                "bad_option",
                f"{name} contains a space, a line break or another character that no token has.",
                advice="Give the token alone: echo and a YAML block add a line break.",
            )


def is_token(text: str) -> bool:
    """Whether a text can be an access token in a header."""
    return bool(_TOKEN.fullmatch(text))


def _replaced_paths(paths: Mapping[str, str]) -> dict[str, Operation]:
    operations = dict(OPERATIONS)
    for name, path in paths.items():
        if name not in operations:
            raise Failure(
                "bad_option",
                f"api_paths has the unknown operation {name!r}.",
                advice=f"Use one of {', '.join(sorted(operations))}.",
            )
        operations[name] = operations[name]._replace(path=_checked_path(operations[name], path))
    return operations


def _checked_path(operation: Operation, path: str) -> str:
    place = f"api_paths gives {operation.id} the path {path!r}"
    advice = f"Give a path like {operation.path}."
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//") or set(path) & set("?#\\ "):
        raise Failure("bad_option", f"{place}, which is not a plain path from the root of the host.", advice=advice)
    try:
        names = placeholders(path)
    except ValueError as error:
        raise Failure("bad_option", f"{place}, which cannot be read: {error}.", advice=advice) from None
    known = placeholders(operation.path)
    if names - known or known - names - {"customer_id"}:
        raise Failure(
            "bad_option", f"{place}, which must use {' and '.join(sorted(known)) or 'no placeholder'}.", advice=advice
        )
    return path


def placeholders(path: str) -> set[str]:
    """The placeholders of a path. Raises ValueError for anything else in braces."""
    fields = [field for field in string.Formatter().parse(path) if field[1] is not None]
    if any(spec or conversion for _text, _name, spec, conversion in fields):
        raise ValueError("a placeholder is only a name in braces")
    return {name for _text, name, _spec, _conversion in fields if name is not None}
