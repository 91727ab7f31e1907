# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the request for provisioning find ready: servers for mail, and parameters for them."""

from __future__ import annotations

import os
import socket

import pytest
import trustme
from support.asking import MACHINE
from support.post import PASSWORD, USERNAME, Post


@pytest.fixture
def known_machine(monkeypatch):
    """A name of this machine that nothing else has in it."""
    monkeypatch.setattr(socket, "gethostname", lambda: MACHINE)
    monkeypatch.setattr(socket, "getfqdn", lambda name="": MACHINE)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A function: the certificate chain and the key of a host, and under C(ca) the authority's certificate."""
    folder, made = tmp_path_factory.mktemp("authority"), trustme.CA()
    made.cert_pem.write_to_path(str(folder / "ca.pem"))

    def files(host="127.0.0.1"):
        certificate = made.issue_cert(host)
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{host}.pem"))
        return (str(folder / f"{host}.pem"),)

    files.ca, files.nobody = str(folder / "ca.pem"), str(folder / "nobody")
    os.mkdir(files.nobody)
    return files


@pytest.fixture
def post(authority):
    """A server that wants STARTTLS and an account."""
    with Post(authority(), signs_in=True) as running:
        yield running


@pytest.fixture
def plain():
    """A server without TLS and accounts."""
    with Post() as running:
        yield running


@pytest.fixture
def given(tmp_path):
    """A function: parameters for a server, with changes; None takes one away."""

    def parameters(port, **changes):
        usual = {
            "customer_name": "Acme & Söhne",
            "from": "it@acme.example",
            "to": "onboarding@imanage.example",
            "smtp_server": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "sent_path": str(tmp_path / "sent"),
        }
        return {**usual, **changes}

    return parameters


@pytest.fixture
def secured(given, authority):
    """The same, with STARTTLS and an account."""

    def parameters(port, **changes):
        account = {"smtp_username": USERNAME, "smtp_password": PASSWORD}
        return given(port, **{"smtp_security": "starttls", "smtp_ca_path": authority.ca, **account, **changes})

    return parameters
