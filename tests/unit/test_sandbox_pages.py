# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's pages without a browser: sessions, forms from elsewhere, and what is never shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
import requests
from sandbox import Fault, Sandbox, serve
from sandbox.examples import example

PAGES = (
    "",
    "/applications",
    "/applications/add",
    "/applications/add/authentication?app=tracker",
    "/applications/add/access?app=tracker",
    "/applications/add/review?app=tracker",
    "/application?id=tracker-cc",
    "/extension",
    "/tracker",
    "/tracker/authorize?library=ACTIVE",
)
FORMS = {
    "/applications/add/review": {"app": "tracker"},
    "/application?id=drive": {"do": "disabled"},
    "/tracker": {"library": "ACTIVE"},
    "/tracker/authorize?library=ARCHIVE": {"email": "ada@acme.example"},
    "/sign-out": {},
}
SECRET = "extension-client-secret"


@pytest.fixture(scope="module")
def server():
    applications = [one for one in example()["applications"] if one["id"] != "tracker-cc"]
    extension = {"id": "tracker-cc", "name": "iManage Tracker CC configuration", "status": "enabled"}
    extension |= {"client_secret": SECRET, "token_policy": {"allow_refresh_token": True}}
    libraries = [{"id": "ACTIVE", "authorized_by": "nrt@acme.example"}, "ARCHIVE", "SPM"]
    with serve(
        Sandbox([example(applications=[*applications, extension], libraries=libraries, page_size=1)])
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def sandbox(server):
    server.sandbox.reset()
    return server.sandbox


class Visitor:
    """A browser as far as forms and cookies go."""

    def __init__(self, server):
        self.url = f"{server.url}/work/cc"
        self.session = requests.Session()

    def get(self, path="", **more):
        return self.session.get(f"{self.url}{path}", timeout=5, **more)

    def post(self, path, form, proof=None):
        proof = proof or re.search(r'name="proof" value="([^"]+)"', self.get().text)[1]
        return self.session.post(f"{self.url}{path}", data={**form, "proof": proof}, timeout=5, allow_redirects=False)

    def sign_in(self, user="admin", **more):
        form = {"username": f"{user}@acme.example", "password": f"acme-{user}-password", **more}
        return self.post("/sign-in", form)


@pytest.fixture
def visitor(server):
    return Visitor(server)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_shown_to_whoever_is_not_signed_in(visitor, path):
    reply = visitor.get(path, allow_redirects=False)
    assert (reply.status_code, urlsplit(reply.headers["location"]).path) == (303, "/work/cc/sign-in")
    assert reply.text == ""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_its_headers_and_no_secret(visitor, path):
    visitor.sign_in()
    reply = visitor.get(path)
    assert (reply.status_code, reply.url.endswith(path)) == (200, True)
    assert "<h1>" in reply.text
    assert "client-secret" not in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("proof", ["", "wrong", "é", "of somebody else"])
def test_a_form_from_elsewhere_changes_nothing(sandbox, server, visitor, path, proof):
    visitor.sign_in()
    if proof == "of somebody else":
        other = Visitor(server)
        other.sign_in()
        proof = re.search(r'name="proof" value="([^"]+)"', other.get().text)[1]
    before = sandbox.tenant("acme").snapshot()
    reply = visitor.session.post(f"{visitor.url}{path}", data={**FORMS[path], "proof": proof}, timeout=5)
    assert reply.status_code == 403
    assert "Nothing was changed." in reply.text
    assert sandbox.tenant("acme").snapshot() == before
    assert visitor.get().url == visitor.url


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_whoever_is_not_signed_in_changes_nothing(sandbox, visitor, path):
    before = sandbox.tenant("acme").snapshot()
    assert visitor.post(path, FORMS[path]).headers["location"].startswith("/work/cc/sign-in")
    assert sandbox.tenant("acme").snapshot() == before


@pytest.mark.parametrize("path", [path for path in FORMS if path != "/sign-out"])
def test_a_form_of_whoever_may_not_changes_nothing(sandbox, visitor, path):
    visitor.sign_in("pat")
    before = sandbox.tenant("acme").snapshot()
    assert 'role="alert"' in visitor.post(path, FORMS[path]).text
    assert sandbox.tenant("acme").snapshot() == before


def test_signing_in_needs_the_form_too_and_changes_the_key(visitor):
    visitor.get()
    before = visitor.session.cookies.get_dict()
    assert visitor.post("/sign-in", {"username": "admin@acme.example"}, proof="wrong").status_code == 403
    reply = visitor.sign_in()
    ((name, key),) = visitor.session.cookies.get_dict().items()
    assert key not in before.values()
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith(name)
    for part in ("HttpOnly", "SameSite=strict", "Path=/work/cc"):
        assert part in cookie


def test_the_old_key_opens_nothing_after_signing_out(visitor):
    visitor.sign_in()
    kept = visitor.session.cookies.get_dict()
    assert visitor.post("/sign-out", {}).status_code == 303
    reply = requests.get(visitor.url, cookies=kept, timeout=5, allow_redirects=False)
    assert reply.status_code == 303


@pytest.mark.parametrize(
    ("to", "path"),
    [
        ("/work/cc/tracker?refresh=2", "/work/cc/tracker?refresh=2"),
        ("https://elsewhere.example/work/cc", "/work/cc"),
        ("//elsewhere.example", "/work/cc"),
        ("/work/ccx", "/work/cc"),
        ("/work/cc@elsewhere.example", "/work/cc"),
    ],
)
def test_signing_in_leads_nowhere_else(visitor, to, path):
    assert visitor.sign_in(to=to).headers["location"] == path


def test_a_session_ends_as_an_access_token_does_and_with_its_tenant(sandbox, visitor):
    visitor.sign_in()
    sandbox.advance(29 * 60)
    assert visitor.get().url == visitor.url
    sandbox.advance(30 * 60)
    assert "/sign-in" in visitor.get().url
    visitor.sign_in()
    assert visitor.get().url == visitor.url
    sandbox.add(example())
    assert "/sign-in" in visitor.get().url


def test_pages_leave_no_trace_in_the_log_and_meet_no_faults(sandbox, visitor):
    sandbox.faults.append(Fault("status", status=500))
    visitor.sign_in()
    assert visitor.post("/tracker/authorize?library=ARCHIVE", {"email": "a@b.example"}).status_code == 303
    assert [library.authorized_by is None for library in sandbox.tenant("acme").libraries] == [False, False, True]
    assert sandbox.log == []


def test_a_list_has_every_row_however_short_the_servers_pages_are(visitor):
    visitor.sign_in()
    text = visitor.get("/tracker").text
    assert re.findall(r'<th scope="row">(\w+)</th>', text) == ["ACTIVE", "ARCHIVE", "SPM"]


def test_nothing_is_written_before_finish_nor_by_a_finish_that_makes_no_sense(sandbox, visitor):
    visitor.sign_in()
    before = sandbox.tenant("acme").snapshot()
    chosen = "app=tracker&allow_refresh_token=on&refresh_token_expiry=7&default_security=private&group=IT"
    for step in ("authentication", "access", "review"):
        assert visitor.get(f"/applications/add/{step}?{chosen}").status_code == 200
    for form in (
        {"app": "tracker", "access_token_max_idle_time": "0"},
        {"app": "tracker", "allow_refresh_token": "on", "refresh_token_expiry": "9" * 5000},
        {"app": "drive"},
        {"app": "none"},
        {},
    ):
        assert 'role="alert"' in visitor.post("/applications/add/review", form).text
    assert 'role="alert"' in visitor.post("/application?id=drive", {"do": "something"}).text
    assert sandbox.tenant("acme").snapshot() == before


def test_an_address_that_leads_nowhere_says_so(visitor):
    visitor.sign_in()
    reply = visitor.get("/no/<b>such</b>/page")
    assert reply.status_code == 404
    assert "There is no page" in reply.text
    assert "<b>" not in reply.text
    assert visitor.get("/").url == visitor.url
    assert visitor.get("/static/style.css").headers["content-type"].startswith("text/css")
    assert visitor.get("/static/../site.py").status_code == 404
