# Copyright: (c) 2026, the imanage.control_center authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in and out, and saying who is signed in."""

from __future__ import annotations

from collections.abc import Mapping

from .answers import DOOR
from .call import Call, form_body
from .model import Tenant
from .people import User
from .policy import IDLE
from .tokens import Token, lives
from .wire import Refusal, Reply, data_reply, json_reply, oauth_error

UNKNOWN = "The credentials are not valid."


def request_token(call: Call) -> Reply:
    """Issue tokens for a password or for a refresh token."""
    form = form_body(call)
    grant, client = form.get("grant_type"), form.get("client_id")
    if not grant or not client:
        return oauth_error("invalid_request", "grant_type and client_id are required.")
    if grant not in ("password", "refresh_token"):
        return oauth_error("unsupported_grant_type", f"The grant {grant} is not supported.")
    if form.get("scope", "user") not in ("admin", "user"):
        return oauth_error("invalid_scope", "The scope must be admin or user.")
    if not any(_accepts_client(tenant, form) for tenant in call.tenants.values()):
        raise Refusal(401, "InvalidClient", "The client is unknown, or its secret is wrong.")
    old = call.tokens.refresh(form.get("refresh_token", "")) if grant == "refresh_token" else None
    if grant == "password":
        found = by_password(call.tenants, form.get("username", ""), form.get("password", ""))
    else:
        found = _by_refresh_token(call, old)
    if found is None:
        return oauth_error("invalid_grant", UNKNOWN)
    tenant, user = found
    if not _accepts_client(tenant, form):
        raise Refusal(401, "InvalidClient", "The client is unknown, or its secret is wrong.")
    if not user.allow_logon:
        return oauth_error("invalid_grant", no_logon(user))
    answers, asked = tenant.answers, form.get("scope")
    if asked and answers.scope == "invalid":
        return oauth_error("invalid_scope", "There are no scopes here.")
    scope = answers.granted(asked or (old.scope if old else None))
    if old and answers.refresh == "rotates":
        old.ended = True
    access, refresh = call.tokens.issue(tenant, user, scope, call.now)
    return json_reply(
        200,
        {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": IDLE.default * 60,
            # Where it is used up, and at a first sign-in, there is a new one.
            "refresh_token": refresh if old is None or answers.refresh == "rotates" else form["refresh_token"],
            **({"scope": scope} if scope else {}),
        },
        {"cache-control": "no-store"},
    )


def revoke_token(call: Call) -> Reply:
    """End an access token of the signed-in user; an unknown one has ended already."""
    form = form_body(call)
    if "access_token" not in form:
        raise Refusal(400, "InvalidInput", "access_token is required.")
    token = call.tokens.access(form["access_token"])
    if token and (token.tenant, token.user) == (call.tenant.name, call.user.id):
        token.ended = True
    return json_reply(200, {})


def discover(call: Call) -> Reply:
    """Who is signed in, and where the versioned API is."""
    tenant, user, base = call.tenant, call.user, call.request.base
    path = f"{DOOR}api/v2" if call.answers.door else "/work/api/v2"
    shown = [library.id for library in tenant.libraries if not library.hidden]
    return data_reply(
        {
            "auth_status": "authenticated",
            "capabilities": [],
            "dms_version": "10.6.0.0",
            "user": {"customer_id": tenant.customer_id, **user.person(), "user_type": "enterprise"},
            "versions": [
                {"name": "v1", "url": f"{base}/api/v1", "version": "1.3.200"},
                {"name": "v2", "url": tenant.api_url or base + path, "version": "2.1.1200"},
            ],
            "work": {
                **({"preferred_library": shown[0]} if shown else {}),
                "libraries": [{"alias": one, "type": "worksite", "status": "online"} for one in shown],
            },
        }
    )


def sign_in_by_hand(tenants: Mapping[str, Tenant], username: str, password: str) -> tuple[Tenant, User]:
    """Whose password it is, on a page: there is no client, and no token is issued."""
    found = by_password(tenants, username, password)
    if found is None:
        raise Refusal(401, "NotAuthenticated", UNKNOWN)
    if not found[1].allow_logon:
        raise Refusal(401, "NotAuthenticated", no_logon(found[1]))
    return found


def by_password(tenants: Mapping[str, Tenant], username: str, password: str) -> tuple[Tenant, User] | None:
    """The user of an id and a password."""
    for tenant in tenants.values():
        user = tenant.user(username)
        if user and user.password is not None and password == user.password:
            return tenant, user
    return None


def no_logon(user: User) -> str:
    """Why an account that exists is turned away."""
    return f"The account {user.id} is not allowed to log on."


def _accepts_client(tenant: Tenant, form: dict[str, str]) -> bool:
    secret = tenant.client_secret
    return form["client_id"] == tenant.client_id and (secret is None or form.get("client_secret") == secret)


def _by_refresh_token(call: Call, token: Token | None) -> tuple[Tenant, User] | None:
    if token is None:
        return None
    tenant = call.tenants[token.tenant]
    user = tenant.user(token.user)
    return (tenant, user) if user and lives(token, call.now) else None


HANDLERS = {"requestToken": request_token, "revokeToken": revoke_token, "discover": discover}
