# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority for servers of tests."""

from __future__ import annotations

import datetime
from pathlib import Path

import trustme


class Authority:
    """A certificate authority, its certificate as a file and as a directory of the kind that OpenSSL reads."""

    def __init__(self, folder: Path):
        folder.mkdir()
        self._authority = trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.file))
        self.directory = folder / "hashed"
        self.directory.mkdir()
        (self.directory / f"{self._hash():08x}.0").write_bytes(self._authority.cert_pem.bytes())
        self._folder = folder

    def certificate(self, host: str, ended: datetime.datetime | None = None) -> tuple[Path, Path]:
        """A server's certificate chain and key; C(ended), when it stopped being valid."""
        began = ended and ended - datetime.timedelta(days=1)
        made = self._authority.issue_cert(host, not_before=began, not_after=ended)
        chain, key = self._folder / f"{host}.pem", self._folder / f"{host}.key"
        chain.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        made.private_key_pem.write_to_path(str(key))
        return chain, key

    def _hash(self) -> int:
        """What OpenSSL calls the subject hash: SHA-1 over the canonical subject."""
        from cryptography import x509

        subject = x509.load_pem_x509_certificate(self._authority.cert_pem.bytes()).subject
        return _subject_hash(subject)


def _subject_hash(subject) -> int:
    import hashlib

    def length(size):
        return bytes([size]) if size < 0x80 else bytes([0x81, size])

    def part(tag, content):
        return bytes([tag]) + length(len(content)) + content

    encoded = b""
    for rdn in subject.rdns:
        rows = b""
        for attribute in rdn:
            text = " ".join(str(attribute.value).lower().split()).encode()
            oid = _oid(attribute.oid.dotted_string)
            rows += part(0x30, part(0x06, oid) + part(0x0C, text))
        encoded += part(0x31, rows)
    digest = hashlib.sha1(encoded, usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "little")


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(one) for one in dotted.split("."))
    out = bytes([40 * first + second])
    for number in rest:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.insert(0, number & 0x7F | 0x80)
        out += bytes(septets)
    return out
