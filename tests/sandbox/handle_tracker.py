# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page "Tracker background service authorization"."""

from __future__ import annotations

from typing import Any

from .applications import Application
from .call import Call, json_body, page
from .model import Tenant
from .people import Library, User
from .wire import Refusal, Reply, data_reply


def list_library_authorizations(call: Call) -> Reply:
    """The libraries in which the signed-in user is NRTADMIN, with who authorized each."""
    _extension(call)
    return page(call, [_row(call, one) for one in call.tenant.libraries if call.user.is_nrtadmin(one.id)])


def authorize_library(call: Call) -> Reply:
    """Keep a refresh token of the signed-in user for a library."""
    extension, library = _extension(call), _library(call)
    email = json_body(call, ("email",)).get("email")
    if not isinstance(email, str) or "@" not in email:
        raise Refusal(400, "InvalidInput", "email must be an e-mail address.")
    if not extension.allows_refresh:
        raise Refusal(409, "Conflict", f"Refresh tokens are not allowed for {extension.name}.")
    if insists_on_consent(call.tenant, library) and not call.in_browser:
        raise Refusal(
            403,
            "InteractiveConsentRequired",
            f"Open {call.request.base}/work/cc, then {extension.name}, Open tracker configuration, "
            f"and authorize the library {library.id} in the browser as {call.user.id}.",
        )
    status = 200 if library.authorized_by else 201
    library.authorize({**call.user.person(), "email": email}, call.now, extension.refresh_days)
    return data_reply(_row(call, library), status)


def unauthorize_library(call: Call) -> Reply:
    """Forget the refresh token of a library."""
    _extension(call)
    library = _library(call)
    if library.authorized_by is None:
        raise Refusal(404, "NotFound", f"The library {library.id} is not authorized.")
    library.unauthorize()
    return Reply(204)


def insists_on_consent(tenant: Tenant, library: Library) -> bool:
    """Whether a library can be authorized only by a person in a browser."""
    return tenant.consent_required or library.consent_required


def _extension(call: Call) -> Application:
    extension = call.tenant.extension
    if extension is None:
        raise Refusal(404, "NotFound", "There is no tracker configuration; its application is not added and enabled.")
    return extension


def listed(tenant: Tenant, user: User, identity: str) -> Library:
    """A library that the page shows to a user."""
    library = tenant.library(identity)
    if library is None or not user.is_nrtadmin(library.id):
        raise Refusal(404, "NotFound", f"There is no library {identity} in which {user.id} is NRTADMIN.")
    return library


def _library(call: Call) -> Library:
    return listed(call.tenant, call.user, call.parameters["library_id"])


def _row(call: Call, library: Library) -> dict[str, Any]:
    row = library.authorization_row(call.tenant.never_expires)
    if call.answers.dates == "shown":
        return row
    person = row["authorized_by"]
    return {"id": row["id"], **({"authorized_by": {"name": person["name"]}} if person else {})}


HANDLERS = {
    "listLibraryAuthorizations": list_library_authorizations,
    "authorizeLibrary": authorize_library,
    "unauthorizeLibrary": unauthorize_library,
}
