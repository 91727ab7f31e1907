# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request for provisioning within an onboarding: asked once, never by a preview, and without its password."""

from __future__ import annotations

import json

import pytest
from ansible_collections.imanage.control_center.plugins.module_utils import (
    _options,
    _secrets,
    _task,
)
from ansible_collections.imanage.control_center.plugins.module_utils import _provisioning_request as mail
from ansible_collections.imanage.control_center.plugins.module_utils._errors import Failure
from support.cases import BOTH, ONBOARDING
from support.places import TRACKER, applications
from support.post import PASSWORD, answering
from support.tasks import task

pytestmark = pytest.mark.usefixtures("known_machine")


def onboarding(parameters):
    return {"applications": BOTH, "authorization": {}, "provisioning_request": parameters}


def unprovisioned(tenant):
    return tenant(applications=[one for one in applications() if one["name"] != TRACKER])


def test_an_onboarding_asks_once_and_a_preview_never(tenant, plain, given):
    acme = unprovisioned(tenant)
    options = onboarding(given(plain.port))
    preview = acme.run(ONBOARDING, check=True, **options)
    assert plain.taken == []
    run = acme.run(ONBOARDING, **options)
    assert plain.letter()["To"] == "onboarding@imanage.example"
    assert (preview["changed"], run["changed"]) == (True, True)
    assert preview["diff"] == run["diff"]
    assert run["diff"][0]["after"] == "Request to iManage: sent to onboarding@imanage.example\n"
    for check in (True, False):
        again = acme.run(ONBOARDING, check=check, **options)
        assert (again["changed"], again["diff"]) == (False, [])
        assert again["stages"]["provisioning"][0]["request"]["sent_at"]
    assert len(plain.taken) == 1
    assert acme.writes == []


def test_applications_that_are_no_parts_of_one_are_asked_for_by_their_own_names(tenant, plain, given):
    """With an authorization the vendor is asked for the first, whatever is missing."""
    parts = [one["name"] for one in BOTH]
    options = {**onboarding(given(plain.port)), "applications": [{"name": "iManage Drive"}, *BOTH]}
    del options["authorization"]
    rows = applications()
    acme = tenant(applications=[one for one in rows if one["name"] not in parts])
    first = acme.run(ONBOARDING, **options)
    assert plain.letter()["Subject"] == f"Provisioning of {', '.join(parts)} for Acme & Söhne"
    assert f"Application name: {', '.join(parts)}\n" in first["stages"]["provisioning"][0]["request"]["text"]
    assert acme.run(ONBOARDING, **options)["changed"] is False
    assert len(plain.taken) == 1
    assert acme.writes == []


def test_an_onboarding_without_a_server_has_the_text_and_changes_nothing(tenant):
    acme = unprovisioned(tenant)
    result = acme.run(ONBOARDING, **onboarding({"customer_name": "Acme"}))
    (looked,) = result["stages"]["provisioning"]
    assert (result["changed"], looked["request"]["sends"], looked["request"]["sent_at"]) == (False, False, None)
    assert "Customer name: Acme\n" in looked["request"]["text"]


def test_a_port_that_is_not_given_is_the_usual_one_for_the_module_too(tenant, given, monkeypatch):
    """A default of the option would look like a port that is given."""

    def called(server, *_):
        raise Failure("unreachable", f"Called {server.where}.")

    monkeypatch.setattr(mail._mail, "ready", called)
    result = unprovisioned(tenant).run(ONBOARDING, **onboarding(given(None, smtp_security="tls")))
    assert "Called 127.0.0.1:465." in result["msg"]


def test_a_request_that_cannot_be_sent_fails_the_onboarding_in_its_stage(tenant, plain, given):
    plain.on["RCPT"] = answering("550 5.1.1 nobody here")
    acme = unprovisioned(tenant)
    result = acme.run(ONBOARDING, **onboarding(given(plain.port)))
    assert result["failure"]["kind"] == "conflict"
    assert "nobody here" in result["msg"]
    assert result["stages"]["provisioning"][0]["failed"]
    assert acme.tokens_alive() == []


def run_told(acme, parameters, tell):
    """The result of an onboarding; a change is told as it happens."""
    what = task(ONBOARDING)
    options = _options.validated(what.options, acme.options(**onboarding(parameters)))
    return _task.run(what, options, False, True, tell)


def told_of(acme, parameters):
    """The result of an onboarding, and every change that was told."""
    told = []
    return run_told(acme, parameters, told.append), told


def test_the_request_is_in_the_record_of_changes_as_it_ended(tenant, plain, given):
    acme = unprovisioned(tenant)
    plain.on["RCPT"] = answering("550 5.1.1 nobody here")
    result, (line,) = told_of(acme, given(plain.port))
    assert (line["outcome"], line["failure"]["kind"], result["changed"]) == ("refused", "conflict", False)
    del plain.on["RCPT"]
    result, (line,) = told_of(acme, given(plain.port))
    assert (line["operation"], line["outcome"], result["changed"]) == ("provisioningRequest", "done", True)
    assert (line["before"], line["after"]) == (
        {"Request to iManage": "not sent"},
        {"Request to iManage": "sent to onboarding@imanage.example"},
    )
    assert told_of(acme, given(plain.port))[1] == []


def test_a_request_that_is_cut_off_is_unknown_in_the_record_of_changes(tenant, plain, given, monkeypatch):
    class Ended(BaseException):
        """As a task's timeout ends it."""

    told = []

    def cut_off(*_):
        raise Ended

    monkeypatch.setattr(mail._mail, "hand_over", cut_off)
    with pytest.raises(Ended):
        run_told(unprovisioned(tenant), given(plain.port), told.append)
    assert [line["outcome"] for line in told] == ["unknown"]


def test_a_request_that_was_sent_counts_as_changed_without_its_file(tenant, plain, given, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mail._sent.os, "replace", full)
    result, (line,) = told_of(unprovisioned(tenant), given(plain.port))
    assert (result["failed"], result["changed"], line["outcome"]) == (True, True, "unknown")
    assert "was sent" in result["msg"]
    assert len(plain.taken) == 1


def test_a_request_that_was_sent_counts_as_changed_without_a_record(tenant, plain, given):
    def refuse(change):
        raise Failure("bad_option", "The record of changes cannot be written.")

    result = run_told(unprovisioned(tenant), given(plain.port), refuse)
    assert (result["failed"], result["changed"]) == (True, True)
    assert len(plain.taken) == 1


def test_a_tenant_that_is_provisioned_asks_for_nothing(acme, plain, given):
    result = acme.run(ONBOARDING, **onboarding(given(plain.port)))
    assert result["stages"]["application"][0]["changed"]
    assert plain.taken == []


def test_the_password_of_the_mail_is_in_no_result(tenant, post, secured):
    post.refusal = f"535 no {PASSWORD}"
    options = onboarding(secured(post.port, smtp_username="somebody"))
    result = unprovisioned(tenant).run(ONBOARDING, **options)
    assert result["failure"]["kind"] == "sign_in"
    for form in _secrets.forms([PASSWORD]):
        assert form not in json.dumps(result)
