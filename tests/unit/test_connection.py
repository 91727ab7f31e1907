# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options: every way to give them wrongly, before any socket is opened."""

from __future__ import annotations

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api.connection import (
    connection,
    is_private_cloud,
    origin,
    placeholders,
    safe_url,
    same_origin,
    user_information,
)
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import OPERATIONS
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure

GOOD = {
    "url": "https://cloudimanage.com",
    "username": "ada",
    "password": "s3cret-word",
    "client_id": "client",
    "validate_certs": True,
    "timeout": 30,
    "retry_timeout": 300,
}


TEXTS = ("username", "password", "client_secret", "refresh_token", "access_token", "scope", "ca_path")


def refused(**changes):
    with pytest.raises(Failure) as caught:
        connection({**GOOD, **changes})
    failure = caught.value
    assert failure.kind == "bad_option"
    assert failure.what.endswith(".")
    assert failure.advice
    assert "s3cret" not in failure.what + failure.advice
    return failure.what


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("half", [chr(0xD83D), chr(0xDCE9)])
def test_half_a_character_is_refused_before_anybody_signs_in(acme, name, half):
    assert f"{name} contains half of a character" in refused(**{name: f"s3cret{half}"})
    result = acme.run("imanage_tenant_info", **{name: f"s3cret{half}"})
    assert (result["failure"]["kind"], acme.calls) == ("bad_option", [])
    assert "s3cret" not in str(result)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://cloudimanage.com", "https://cloudimanage.com"),
        ("https://cloudimanage.com/", "https://cloudimanage.com"),
        (" https://firm.cloudimanage.com:8443 ", "https://firm.cloudimanage.com:8443"),
        ("HTTPS://cloudimanage.com", "https://cloudimanage.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.255.0.1", "http://127.255.0.1"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://cloud_1.imanage.example.", "https://cloud_1.imanage.example."),
        ("https://kanzlei-müller.example", "https://kanzlei-müller.example"),
    ],
)
def test_good_urls(given, kept):
    assert connection({**GOOD, "url": given}).url == kept


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("cloudimanage.com", "does not start with https://"),
        ("//cloudimanage.com", "does not start with https://"),
        ("", "does not start with https://"),
        ("ftp://cloudimanage.com", "does not start with https://"),
        ("cloudimanage.com:443", "does not start with https://"),
        ("https://", "names no host"),
        ("https://:443", "names no host"),
        ("https:///work", "names no host"),
        ("https://cloudimanage.com/work/cc", "more than a host"),
        ("https://cloudimanage.com/?a=b", "more than a host"),
        ("https://cloudimanage.com?a=b", "more than a host"),
        ("https://cloudimanage.com#top", "more than a host"),
        ("https://ada:s3cret@cloudimanage.com", "user information"),
        ("https://ada@cloudimanage.com", "user information"),
        ("https://ada:s3cret/1@cloudimanage.com", "user information"),
        ("https://ada:s3cret#1@cloudimanage.com", "user information"),
        ("https://s3cret word/1@cloudimanage.com", "user information"),
        ("https://ada:s3cret%40cloudimanage.com", "user information"),
        ("https://ada:s3cret%2540cloudimanage.com", "user information"),
        ("https://ada:s3cret\N{FULLWIDTH COMMERCIAL AT}cloudimanage.com", "user information"),
        ("https://ada:s3cret\N{SMALL COMMERCIAL AT}cloudimanage.com", "user information"),
        ("https://ada:s3cret", "cannot be read"),
        ("https://cloudimanage.com:port", "cannot be read"),
        ("https://*.cloudimanage.com", "'*.cloudimanage.com' is not a host name"),
        ("https://.cloudimanage.com", "not a host name"),
        ("https://cloudimanage..com", "not a host name"),
        ("https://cloud imanage.com", "not a host name"),
        ("https://cloudimanage-.com", "not a host name"),
        ("https://" + 64 * "c" + ".com", "not a host name"),
        ("https://%63loudimanage.com", "not a host name"),
        ("https://cloudimanage.com:99999", "cannot be read"),
        ("https://[::1", "cannot be read"),
        ("http://cloudimanage.com", "plain http to cloudimanage.com"),
        ("http://10.0.0.1", "plain http to 10.0.0.1"),
        ("http://127.evil.example", "plain http to 127.evil.example"),
        ("http://localhost.evil.example", "plain http to localhost.evil.example"),
        ("http://[2001:db8::1]", "plain http to 2001:db8::1"),
        ("https://cloudimanage.com\\@evil.example", "url"),
    ],
)
def test_bad_urls(url, words):
    assert words in refused(url=url)


def test_secrets_in_a_url_are_not_shown():
    assert "s3cret" not in refused(url="https://ada:s3cret@cloudimanage.com/work?token=s3cret")
    assert "s3cret" not in refused(url="ada:s3cret@cloudimanage.com")
    for at in ("@", "%40", "%2540", "\N{FULLWIDTH COMMERCIAL AT}", "\N{SMALL COMMERCIAL AT}"):
        url = f"https://ada:s3cret{at}cloudimanage.com"
        assert safe_url(url) == "cloudimanage.com"
        assert user_information(url) == ["ada", "s3cret"]
    assert user_information("https://cloudimanage.com") == user_information(None) == []
    assert safe_url(None) == safe_url("https://[s3cret") == "Control Center"
    assert safe_url("https://ada:s3cret") == "https://ada"
    assert safe_url("ada:s3cret") == safe_url("https://me@ada:s3cret") == "ada"
    assert safe_url("https://firm.example:844x") == "https://firm.example"
    assert safe_url("https://firm.example:8443") == "https://firm.example:8443"


@pytest.mark.parametrize("name", ["access_token", "session_token"])
@pytest.mark.parametrize(
    "token", ["s3cret\n", " s3cret", "s3 cret", "s3cret\r", "s3cret\x7f", "s3cr\N{LATIN SMALL LETTER E WITH ACUTE}t"]
)
def test_a_text_that_no_header_can_carry_is_not_a_token_and_is_not_shown(name, token):
    message = refused(**{name: token})
    assert name in message
    assert "s3" not in message


def test_a_text_that_a_header_can_carry_is_a_token():
    assert connection({**GOOD, "access_token": "aZ09-._~+/=!"}).access_token == "aZ09-._~+/=!"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": None}, ["username is given without password"]),
        ({"username": None}, ["password is given without username"]),
        ({"client_id": None}, ["password is given without client_id"]),
        ({"client_id": ""}, ["password is given without client_id"]),
        ({"username": None, "client_id": None}, ["without username", "without client_id"]),
        ({"password": None, "refresh_token": "s3cret", "client_id": None}, ["without password", "refresh_token"]),
        (
            {"username": None, "password": None, "refresh_token": "s3cret", "client_id": None},
            ["refresh_token is given without client_id"],
        ),
        ({"access_token": "s3cret", "password": None}, ["username is given without password"]),
    ],
)
def test_incomplete_credentials(changes, words):
    message = refused(**changes)
    for part in words:
        assert part in message


@pytest.mark.parametrize(
    ("changes", "can_sign_in", "secrets"),
    [
        ({}, True, ["s3cret-word"]),
        ({"username": None, "password": None}, False, []),
        ({"username": None, "password": None, "access_token": "a"}, False, ["a"]),
        ({"username": None, "password": None, "refresh_token": "r"}, True, ["r"]),
        ({"client_secret": "c", "refresh_token": "r", "access_token": "a"}, True, ["s3cret-word", "c", "r", "a"]),
    ],
)
def test_good_credentials(changes, can_sign_in, secrets):
    made = connection({**GOOD, **changes})
    assert made.can_sign_in is can_sign_in
    assert made.secrets == secrets


@pytest.mark.parametrize("name", ["timeout", "retry_timeout"])
@pytest.mark.parametrize("value", [0, -1])
def test_times_are_positive(name, value):
    assert refused(**{name: value}).startswith(f"{name} is {value}")


@pytest.mark.parametrize(
    "api_url",
    [
        "https://evil.example/work/api/v2",
        "http://cloudimanage.com/work/api/v2",
        "https://cloudimanage.com:8443/work/api/v2",
        "https://cloudimanage.com.evil.example/work/api/v2",
        "https://cloudimanage.com@evil.example/work/api/v2",
        "/work/api/v2",
        "https://[::1/work",
        "https://cloudimanage.com:port/work",
        "https://ada:s3cret/word@cloudimanage.com/work",
        "https://ada:s3cret?word@cloudimanage.com/work",
        "https://s3cret#word@cloudimanage.com/work",
        "ht\ttps://ada:s3\tcret/word@cloudimanage.com/work",
        "https://ada:s3cret%40evil.example/work",
        "https://ada:s3cret",
    ],
)
def test_an_api_url_elsewhere_is_refused(api_url):
    assert "api_url" in refused(api_url=api_url)


@pytest.mark.parametrize(
    "api_url",
    [
        "https://cloudimanage.com/work/api/v2/",
        "https://CLOUDIMANAGE.com:443/work/api/v2",
        "https://@cloudimanage.com/work/api/v2",
        "https://ada:word@cloudimanage.com/work/api/v2",
        " https://cloudimanage.com/work/api/v2",
        "ht\ttps://cloudimanage.com/work/api/v2?a=b#c",
    ],
)
def test_of_an_api_url_on_the_same_host_the_path_is_taken(api_url):
    assert connection({**GOOD, "api_url": api_url}).api_url == "https://cloudimanage.com/work/api/v2"


def test_own_paths_replace_those_of_the_contract():
    own = "/x/{customer_id}/apps/{app_id}"
    made = connection({**GOOD, "api_paths": {"updateApp": own, "discover": "/whoami"}})
    assert made.operations["updateApp"].path == own
    assert made.operations["discover"].path == "/whoami"
    assert made.operations["readApp"] == OPERATIONS["readApp"]
    assert connection({**GOOD, "api_paths": {"updateApp": "/x/{app_id}"}}).operations["updateApp"].path == "/x/{app_id}"


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ({"updateApps": "/x"}, "unknown operation 'updateApps'"),
        ({"updateApp": "https://evil.example/{customer_id}/{app_id}"}, "not a plain path"),
        ({"updateApp": "//evil.example/{customer_id}/{app_id}"}, "not a plain path"),
        ({"updateApp": "x/{customer_id}/{app_id}"}, "not a plain path"),
        ({"updateApp": "/x/{customer_id}/{app_id}?a=b"}, "not a plain path"),
        ({"updateApp": "/x/{customer_id}/{app_id}#a"}, "not a plain path"),
        ({"updateApp": "/\\evil.example/{customer_id}/{app_id}"}, "not a plain path"),
        ({"updateApp": ""}, "not a plain path"),
        ({"updateApp": None}, "not a plain path"),
        ({"updateApp": 1}, "not a plain path"),
        ({"updateApp": "/x/{customer_id}"}, "must use app_id and customer_id"),
        ({"updateApp": "/x/{app_id}/{library_id}"}, "must use app_id and customer_id"),
        ({"updateApp": "/x/{app_id"}, "cannot be read"),
        ({"updateApp": "/x/{}/{app_id}"}, "must use"),
        ({"updateApp": "/x/{app_id.real}"}, "must use"),
        ({"updateApp": "/x/{app_id!r}"}, "updateApp"),
        ({"updateApp": "/x/{app_id:>9999}"}, "updateApp"),
        ({"discover": "/api/{customer_id}"}, "must use no placeholder"),
        ({"updateApp": "/x/{app_id}\r\nHost: evil"}, "not a plain path"),
    ],
)
def test_bad_paths(paths, words):
    assert words in refused(api_paths=paths)


def test_the_advice_for_an_unknown_operation_lists_the_known_ones():
    with pytest.raises(Failure) as caught:
        connection({**GOOD, "api_paths": {"nothing": "/x"}})
    for name in OPERATIONS:
        assert name in caught.value.advice


def test_origins():
    assert origin("https://ada:x@Host.example:8443/a?b=c@d#e") == "https://host.example:8443"
    assert origin("https://[2001:DB8::1]:8443/a") == "https://[2001:db8::1]:8443"
    assert origin("https://ada:word/x@host.example") == origin("https://[") == "an unreadable address"
    assert same_origin("https://h", "https://H:443/x")
    assert not same_origin("https://h", "http://h")
    assert not same_origin("https://h", "https://[")
    assert placeholders("/a/{b}/{c}") == {"b", "c"}


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        *(
            (host, True)
            for host in ("imanage.work", "IManage.Work", "imanage.work:443", "imanage.work.", "a.b.imanage.work")
        ),
        *((host, False) for host in ("cloudimanage.com", "notimanage.work", "imanage.work.example", "127.0.0.1:8080")),
    ],
)
def test_the_host_of_the_private_cloud_is_known(host, is_it):
    assert is_private_cloud(f"https://{host}") is is_it


def test_a_text_that_is_not_a_url_is_not_of_the_private_cloud():
    assert not is_private_cloud("imanage.work")
    assert not is_private_cloud("")
