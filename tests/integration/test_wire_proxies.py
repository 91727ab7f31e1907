# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a proxy of the environment gets to see: the name of the host, and nothing that is said to it."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import sys
import threading

import pytest
from support.authority import Authority
from support.places import Places

INFO = "imanage_tenant_info"


class Tunnels(socketserver.ThreadingTCPServer):
    """A proxy that opens a tunnel to any host, and keeps every byte that clients send through it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.asked: list[bytes] = []
        self.carried = bytearray()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Tunnel(socketserver.StreamRequestHandler):
    def handle(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        self.server.asked.append(head)
        method, target, _rest = head.split(b" ", 2)
        if method != b"CONNECT":
            self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        host, port = target.decode().rsplit(":", 1)
        with socket.create_connection((host, int(port))) as server, contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._carry(server)

    def _carry(self, server):
        other = {self.connection: server, server: self.connection}
        while True:
            for end in select.select(list(other), [], [])[0]:
                piece = end.recv(65536)
                if not piece:
                    return
                self.server.carried += piece
                other[end].sendall(piece)


@pytest.fixture
def proxy(monkeypatch):
    with Tunnels() as tunnels:
        threading.Thread(target=tunnels.serve_forever, daemon=True).start()
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, tunnels.url)
        yield tunnels
        tunnels.shutdown()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("proxies") / "authority")


@pytest.fixture
def secure(authority):
    with Places(ssl_context_files=authority.certificate("127.0.0.1")) as places:
        yield places.add()


def test_a_proxy_sees_the_host_and_nothing_else(secure, authority, proxy):
    result = secure.run(INFO, ca_path=str(authority.file))
    assert not result.get("failed"), result
    host = secure.url.removeprefix("https://").encode()
    assert proxy.asked
    for head in proxy.asked:
        lines = head.split(b"\r\n")
        assert lines[0] == b"CONNECT " + host + b" HTTP/1.0" or lines[0] == b"CONNECT " + host + b" HTTP/1.1"
        assert {line.split(b":")[0].lower() for line in lines[1:] if line} <= {b"host"}
    assert proxy.carried
    for readable in (b"Bearer", b"X-Auth-Token", b"password", b"/platform"):
        assert readable.lower() not in bytes(proxy.carried).lower()


def test_hosts_of_no_proxy_are_spoken_to_directly(secure, authority, proxy, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert not secure.run(INFO, ca_path=str(authority.file)).get("failed")
    assert proxy.asked == []


def test_the_certificate_is_checked_through_a_proxy(secure, naps, proxy):
    result = secure.run(INFO)
    assert result["failure"]["kind"] == "tls"
    assert proxy.asked


def test_what_is_not_encrypted_never_goes_through_a_proxy(tenant, proxy):
    acme = tenant()
    assert not acme.run(INFO).get("failed")
    assert acme.calls
    assert proxy.asked == []


def test_a_proxy_that_is_not_there_is_unreachable(secure, authority, naps, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    result = secure.run(INFO, ca_path=str(authority.file), retry_timeout=1)
    assert result["failure"]["kind"] == "unreachable"
    assert secure.calls == []


def test_a_proxy_that_refuses_is_unreachable(secure, authority, naps, tenant, monkeypatch):
    # The sandbox is not a proxy: it answers CONNECT with an error.
    monkeypatch.setenv("https_proxy", tenant().url)
    result = secure.run(INFO, ca_path=str(authority.file), retry_timeout=1)
    assert result["failure"]["kind"] == "unreachable"
    assert secure.calls == []


NO_PROXIES = (
    "http://user:s3cret/x@127.0.0.1:9",
    "http://user:s3cret#x@127.0.0.1:9",
    "http://user:s3cret?x@127.0.0.1:9",
    "http://user:s3cret\\x@127.0.0.1:9",
    "http://user:p@s3cret/x@127.0.0.1:9",
    "http://user:s3cret@127.0.0.1:99999",
    "http://user:s3cret\N{SNOWMAN}@127.0.0.1:9",
    "http://user:s3cret@",
    "user:s3cret@127.0.0.1:9",
    "ftp://user:s3cret@127.0.0.1:9",
)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("value", NO_PROXIES)
def test_an_unusable_proxy_setting_is_named_without_its_value(secure, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    result = secure.run(INFO)
    assert result["failure"]["kind"] == "bad_option"
    assert f"{name} is not a usable proxy. Unset {name}, or write it like " in result["msg"]
    assert "s3cret" not in str(result)
    assert secure.calls == []


def test_a_socks_proxy_without_its_library_says_what_to_install(secure, monkeypatch):
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setenv("ALL_PROXY", "socks5h://user:s3cret@127.0.0.1:9")
    result = secure.run(INFO)
    assert result["failure"]["kind"] == "bad_option"
    assert "ALL_PROXY names a SOCKS proxy, which needs the Python library PySocks." in result["msg"]
    assert "Install requests[socks] " in result["msg"]
    assert "s3cret" not in str(result)
    assert secure.calls == []


def test_an_address_of_a_proxy_that_is_right_is_used_however_it_is_written(secure, authority, proxy, monkeypatch):
    host = proxy.url.removeprefix("http://")
    for value in (host, f"{proxy.url}/", f"http://user:p%2Fw%23@{host}"):
        monkeypatch.setenv("https_proxy", value)
        assert not secure.run(INFO, ca_path=str(authority.file)).get("failed"), value
    assert b"Proxy-Authorization: Basic " in proxy.asked[-1]
