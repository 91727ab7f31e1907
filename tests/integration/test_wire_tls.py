# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the client trusts: certificates over a real TLS server."""

from __future__ import annotations

import contextlib
import datetime
import os
import socket
import ssl
import threading
import warnings
from types import SimpleNamespace

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils._api import transport as _transport
from support.authority import Authority
from support.places import EXTENSION, TRACKER, Places
from support.tasks import MODULES

INFO = "imanage_tenant_info"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "right")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "wrong")


@pytest.fixture(scope="module")
def secure(authority):
    with Places(ssl_context_files=authority.certificate("127.0.0.1")) as places:
        yield places


@pytest.fixture
def acme(secure):
    return secure.add()


def refused(result):
    assert result.get("failed"), result
    assert result["failure"]["kind"] == "tls"
    assert "ca_path" in result["msg"]
    return result["msg"]


@contextlib.contextmanager
def breaking(authority, said):
    """A server that takes one request, answers with what is said, and then breaks the TLS connection; its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.certificate("127.0.0.1"))

    def answer():
        plain, _address = listener.accept()
        with context.wrap_socket(plain, server_side=True) as connection:
            assert b"\r\n\r\n" in connection.recv(65536)
            connection.sendall(said)
            os.write(connection.fileno(), b"\x17\x03\x03\x00\x20" + b"x" * 32)
            over.wait(5)

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=answer)
        server.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        server.join()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"])
def test_a_write_that_breaks_after_the_request_may_have_been_applied(authority, said):
    transport = _transport.Transport(timeout=5, ca_path=str(authority.file))
    with breaking(authority, said) as url, pytest.raises(_transport.TransportError) as caught:
        transport.send("POST", url, headers={}, json={}, repeatable=False, retry_timeout=5)
    assert (caught.value.kind, caught.value.sent) == ("tls", True)


def test_a_refused_certificate_is_refused_before_anything_is_sent(secure):
    with pytest.raises(_transport.TransportError) as caught:
        _transport.Transport(timeout=5).send(
            "POST", secure.server.url, headers={}, json={}, repeatable=False, retry_timeout=5
        )
    assert (caught.value.kind, caught.value.sent) == ("tls", False)


def test_an_unknown_authority_is_refused(acme, naps):
    message = refused(acme.run(INFO))
    assert acme.url in message
    assert "certificate verify failed" in message
    assert acme.log == []
    assert naps == [], "trying again makes no certificate better"


@pytest.mark.parametrize("form", ["file", "directory"])
def test_ca_path_is_trusted(acme, authority, form):
    result = acme.run(INFO, ca_path=str(getattr(authority, form)))
    assert result["tenant"]["user"] == acme.admin
    assert "warnings" not in result


@pytest.mark.parametrize("form", ["file", "directory"])
def test_ca_path_replaces_every_other_authority(acme, authority, stranger, monkeypatch, form):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    assert "tenant" in acme.run(INFO)
    refused(acme.run(INFO, ca_path=str(getattr(stranger, form))))


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_bundle_of_the_environment_counts(acme, authority, stranger, monkeypatch, variable):
    monkeypatch.setenv(variable, str(authority.file))
    assert "tenant" in acme.run(INFO)
    monkeypatch.setenv(variable, str(stranger.file))
    refused(acme.run(INFO))
    assert "tenant" in acme.run(INFO, ca_path=str(authority.file))


def test_a_certificate_for_another_host_is_refused(authority, naps):
    with Places(ssl_context_files=authority.certificate("other.example")) as places:
        acme = places.add()
        message = refused(acme.run(INFO, ca_path=str(authority.file)))
        assert "127.0.0.1" in message
        assert "host name" in message
        assert acme.log == []


def test_an_expired_certificate_is_refused(authority, naps):
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    with Places(ssl_context_files=authority.certificate("127.0.0.1", yesterday)) as places:
        acme = places.add()
        assert "expired" in refused(acme.run(INFO, ca_path=str(authority.file)))
        assert acme.log == []
        assert "tenant" in acme.run(INFO, validate_certs=False)


@pytest.mark.filterwarnings("ignore:.*TLSv1_1:DeprecationWarning")
@pytest.mark.parametrize("validate", [True, False])
def test_a_server_that_knows_old_tls_only_is_refused(acme, secure, authority, naps, validate):
    context = secure.server.tls
    usual = context.maximum_version
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        result = acme.run(INFO, ca_path=str(authority.file), validate_certs=validate)
    finally:
        context.maximum_version = usual
    assert "TLS" in refused(result)
    assert acme.log == []


@pytest.mark.filterwarnings("ignore:.*TLSv1_1:DeprecationWarning")
@pytest.mark.parametrize("validate", [True, False])
def test_tls_1_2_is_the_least_whatever_a_new_context_allows(monkeypatch, validate):
    # On Python 3.9 what a new context allows is OpenSSL's, and so the system's.
    def lax(make):
        def made(*arguments, **trusted):
            context = make(*arguments, **trusted)
            context.minimum_version = ssl.TLSVersion.TLSv1_1
            return context

        return made

    older = {name: lax(getattr(ssl, name)) for name in ("SSLContext", "create_default_context")}
    monkeypatch.setattr(_transport, "ssl", SimpleNamespace(**{**vars(ssl), **older}))
    context = _transport.tls_context.__wrapped__(None, validate)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("module", MODULES)
def test_every_module_warns_each_time_that_nobody_checks(secure, module):
    acme = secure.add()
    options = {"imanage_application": {"app_id": "drive"}, "imanage_app_auth": {"app_id": "drive"}}.get(module, {})
    if module == "imanage_onboarding_info":
        options = {"applications": [{"name": TRACKER}, {"name": EXTENSION}]}
    for _time in range(2):
        warned = [
            one for one in acme.run(module, validate_certs=False, **options)["warnings"] if "validate_certs" in one
        ]
        assert len(warned) == 1


def test_without_validation_the_task_works_and_warns_once(acme):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        result = acme.run(INFO, validate_certs=False)
    assert result["tenant"]["user"] == acme.admin
    (warning,) = result["warnings"]
    assert "validate_certs is false" in warning
    assert not [one for one in heard if "InsecureRequest" in one.category.__name__]


def test_validation_is_not_turned_off_by_a_task_that_did_without(acme):
    assert "tenant" in acme.run(INFO, validate_certs=False)
    refused(acme.run(INFO))


@pytest.mark.parametrize("content", [None, "no certificate\n"])
def test_an_unusable_ca_path_is_a_bad_option(acme, tmp_path, content):
    path = tmp_path / "none.pem"
    if content is not None:
        path.write_text(content)
    result = acme.run(INFO, ca_path=str(path))
    assert result["failure"]["kind"] == "bad_option"
    assert str(path) in result["msg"]
    assert acme.log == []


def test_plain_http_to_a_tls_port_has_its_own_message(acme, naps):
    result = acme.run(INFO, url=acme.url.replace("https", "http"), retry_timeout=1)
    assert result["failure"]["kind"] in ("unreachable", "tls", "unexpected_reply")


def test_tls_to_a_plain_port_is_a_tls_failure(places, naps):
    places.start_afresh()
    plain = places.add()
    message = refused(plain.run(INFO, url=plain.url.replace("http", "https")))
    assert "TLS" in message


def test_writing_works_over_tls(acme, authority):
    result = acme.run("imanage_application", name="iManage Tracker", ca_path=str(authority.file))
    assert result["changed"]
    assert acme.app("tracker")["status"] == "enabled"
