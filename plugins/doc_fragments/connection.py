# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the connection options of every module."""

from __future__ import annotations


class ModuleDocFragment:
    """How a task reaches Control Center and signs in."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - The address of Control Center, with a scheme and a host but no path, for example V(https://cloudimanage.com).
        Tenants of imanage.work are not supported.
      - Plain http is refused, except for a loopback address.
      - The value of E(IMANAGE_URL) is used if the option is not given.
    type: str
    required: true
  username:
    description:
      - The e-mail address of the account.
      - The account must be allowed to sign in with a password. If only single sign-on is allowed, use O(refresh_token)
        or O(access_token).
      - The value of E(IMANAGE_USERNAME) is used if the option is not given.
    type: str
  password:
    description:
      - The password of O(username).
      - The value of E(IMANAGE_PASSWORD) is used if the option is not given.
    type: str
  client_id:
    description:
      - The id of the OAuth client for the sign-in. Required with O(password) and with O(refresh_token).
      - The value of E(IMANAGE_CLIENT_ID) is used if the option is not given.
    type: str
  client_secret:
    description:
      - The secret of the OAuth client, if it has one.
      - The value of E(IMANAGE_CLIENT_SECRET) is used if the option is not given.
    type: str
  refresh_token:
    description:
      - A refresh token for the sign-in, for tenants with single sign-on. It takes precedence over O(password).
      - If the tenant returns a new token at each sign-in, the given one may be used up after the first task. The task
        then warns. Use O(refresh_token_file) for such a tenant.
      - The value of E(IMANAGE_REFRESH_TOKEN) is used if neither this option nor another account is given.
    type: str
  refresh_token_file:
    description:
      - A file with only a refresh token. If a sign-in returns a new token, it replaces the old one before any other
        call, in check mode too. The file is locked meanwhile. Afterwards only its owner can read it.
      - The file is on the host that runs the task. It cannot be encrypted by ansible-vault.
      - The value of E(IMANAGE_REFRESH_TOKEN_FILE) is used if neither this option nor another account is given.
    type: path
  access_token:
    description:
      - An access token to use, for example the one that M(imanage.control_center.imanage_session) returned.
      - It is used first. After it has expired, the task signs in again once with the other credentials, if they are
        given. An account from the environment is used for this only if O(customer_id) is given, which names its tenant.
      - The task never revokes it.
      - The value of E(IMANAGE_ACCESS_TOKEN) is used if neither this option nor another account is given.
    type: str
  scope:
    description:
      - The OAuth scope to request. An empty text requests no scope.
      - The default is V(admin) with O(password), because onboarding needs administrative rights. With a refresh token,
        which already has a scope, the default is no scope.
      - If the scope is refused as C(invalid_scope), the sign-in is repeated once without a scope, with a warning.
      - The value of E(IMANAGE_SCOPE) is used if the option is not given.
    type: str
  customer_id:
    description:
      - The number of the tenant. The task fails first if the signed-in user belongs to another tenant.
      - The value of E(IMANAGE_CUSTOMER_ID) is used if the option is not given.
    type: int
  api_url:
    description:
      - The address of the API, as M(imanage.control_center.imanage_session) returned it. Together with O(customer_id),
        it is used instead of the address that Control Center returns, and saves a call.
      - An address on another host than O(url) is refused.
    type: str
  validate_certs:
    description:
      - Whether to verify the server's certificate. Turn it off only for tests.
    type: bool
    default: true
  ca_path:
    description:
      - A file or a directory with the certificates of authorities. They replace all other authorities.
      - The default is the value of E(REQUESTS_CA_BUNDLE), and then the authorities of the Python library requests.
    type: path
  timeout:
    description:
      - How many seconds to wait for a connection, and for each part of a reply.
    type: int
    default: 30
  retry_timeout:
    description:
      - How many seconds one call may take with all its retries. An attempt that is already running may take O(timeout)
        longer.
      - A call is repeated if the server limits the rate (429). A reading call is also repeated if the server is not
        available (502, 503, 504) or the connection is lost. A write that may have been applied is never repeated before
        the tenant is read again.
    type: int
    default: 300
  api_paths:
    description:
      - Other paths of calls, by the id of the operation, for tenants that serve a call at another path.
      - The operations, and the evidence for their paths, are in the guide C(docs/verifying-a-tenant.md) of the
        collection.
    type: dict
    default: {}
requirements:
  - The Python library L(requests,https://requests.readthedocs.io), 2.32.3 or newer.
notes:
  - On a connection of type local, without C(become), C(async) and C(environment), the task runs inside the controller,
    which is many times faster than a module. Otherwise it runs as a module.
  - An option that is not given is not managed. It is never sent, compared, or shown in a diff.
"""
