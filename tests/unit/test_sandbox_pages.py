# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's pages without a browser: they exist, for who may see them, and change what the API would change."""

from __future__ import annotations

import re

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
}


@pytest.fixture(scope="module")
def server():
    applications = [one for one in example()["applications"] if one["id"] != "tracker-cc"]
    extension = {"id": "tracker-cc", "name": "iManage Tracker CC configuration", "status": "enabled"}
    extension |= {"client_secret": "extension-client-secret", "token_policy": {"allow_refresh_token": True}}
    more = {
        "libraries": [{"id": "ACTIVE", "authorized_by": "nrt@acme.example"}, "ARCHIVE", "SPM"],
        "page_size": 1,
        "consent_required": True,
        "rate_limit": {"requests": 1, "seconds": 60},
    }
    with serve(Sandbox([example(applications=[*applications, extension], **more)])) as running:
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

    def sign_in(self, user="admin", password=None, **more):
        form = {"username": f"{user}@acme.example", "password": password or f"acme-{user}-password", **more}
        return self.post("/sign-in", form)


@pytest.fixture
def visitor(server):
    return Visitor(server)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_who_is_signed_in_and_has_no_secret(visitor, path):
    assert "/sign-in" in visitor.get(path).url
    visitor.sign_in()
    reply = visitor.get(path)
    assert (reply.status_code, reply.url.endswith(path)) == (200, True)
    assert "<h1>" in reply.text
    assert "client-secret" not in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("path", FORMS)
def test_a_form_changes_nothing_for_whoever_may_not(sandbox, visitor, path):
    before = sandbox.tenant("acme").snapshot()
    assert visitor.post(path, FORMS[path]).headers["location"].startswith("/work/cc/sign-in")
    visitor.sign_in("pat")
    assert visitor.post(path, FORMS[path], proof="from elsewhere").status_code == 403
    assert 'role="alert"' in visitor.post(path, FORMS[path]).text
    assert sandbox.tenant("acme").snapshot() == before


def test_signing_in_and_out_opens_and_closes(visitor):
    assert "The credentials are not valid." in visitor.sign_in(password="wrong").text
    assert visitor.sign_in(to="https://elsewhere.example/work/cc").headers["location"] == "/work/cc"
    assert visitor.get().url == visitor.url
    kept = visitor.session.cookies.get_dict()
    assert visitor.post("/sign-out", {}).status_code == 303
    assert requests.get(visitor.url, cookies=kept, timeout=5, allow_redirects=False).status_code == 303


def test_a_session_ends_as_an_access_token_does(sandbox, visitor):
    visitor.sign_in()
    sandbox.advance(30 * 60)
    assert "/sign-in" in visitor.get().url


def test_a_person_consents_and_pages_are_no_traffic(sandbox, visitor):
    sandbox.faults.append(Fault("status", status=500))
    visitor.sign_in("nrt")
    assert "There is no library ARCHIVE" in visitor.post("/tracker/authorize?library=ARCHIVE", {"email": "a@b"}).text
    visitor.sign_in()
    assert visitor.post("/tracker/authorize?library=ARCHIVE", {"email": "a@b.example"}).status_code == 303
    assert [library.authorized_by is None for library in sandbox.tenant("acme").libraries] == [False, False, True]
    # However short the server's pages are.
    assert re.findall(r'<th scope="row">(\w+)</th>', visitor.get("/tracker").text) == ["ACTIVE", "ARCHIVE", "SPM"]
    assert sandbox.log == []


def test_nothing_is_written_before_finish_nor_by_a_finish_that_makes_no_sense(sandbox, visitor):
    visitor.sign_in()
    before = sandbox.tenant("acme").snapshot()
    chosen = "app=tracker&allow_refresh_token=on&refresh_token_expiry=7&default_security=private&group=IT"
    for step in ("authentication", "access", "review"):
        assert visitor.get(f"/applications/add/{step}?{chosen}").status_code == 200
    for form in ({"app": "tracker", "access_token_max_idle_time": "0"}, {"app": "drive"}, {}):
        assert 'role="alert"' in visitor.post("/applications/add/review", form).text
    assert 'role="alert"' in visitor.post("/application?id=drive", {"do": "something"}).text
    assert sandbox.tenant("acme").snapshot() == before


def test_an_address_that_leads_nowhere_says_so(visitor):
    visitor.sign_in()
    reply = visitor.get("/no/<b>such</b>/page")
    assert reply.status_code == 404
    assert "There is no page" in reply.text
    assert "<b>" not in reply.text
    assert visitor.get("/static/style.css").headers["content-type"].startswith("text/css")
