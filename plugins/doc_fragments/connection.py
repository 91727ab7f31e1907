# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the options that every module has."""

from __future__ import annotations


class ModuleDocFragment:
    """How a task reaches Control Center and signs in."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Where Control Center is, with the scheme and nothing behind the host, for example V(https://cloudimanage.com).
        Tenants of imanage.work are not served.
      - Plain http is refused, except for a loopback address.
      - The value of E(IMANAGE_URL) is used where the option is not given.
    type: str
    required: true
  username:
    description:
      - The account to sign in with, by its e-mail address.
      - The account must be allowed to sign in with a password. Where only single sign-on is allowed use
        O(refresh_token) or O(access_token).
      - The value of E(IMANAGE_USERNAME) is used where the option is not given.
    type: str
  password:
    description:
      - The password of O(username).
      - The value of E(IMANAGE_PASSWORD) is used where the option is not given.
    type: str
  client_id:
    description:
      - The id of the OAuth client to sign in through. Needed with O(password) and with O(refresh_token).
      - The value of E(IMANAGE_CLIENT_ID) is used where the option is not given.
    type: str
  client_secret:
    description:
      - The secret of the OAuth client, if it has one.
      - The value of E(IMANAGE_CLIENT_SECRET) is used where the option is not given.
    type: str
  refresh_token:
    description:
      - A refresh token to sign in with, for tenants with single sign-on. It is used rather than O(password).
      - Where the tenant gives a new one at each sign-in, the one that was given may be used up after the first task.
        The task warns then. Use O(refresh_token_file) there.
      - The value of E(IMANAGE_REFRESH_TOKEN) is used where the option is not given and the task names no account.
    type: str
  refresh_token_file:
    description:
      - A file that has a refresh token and nothing else. A new one that a sign-in gives takes its place, in check mode
        too, before any other call. The file is locked meanwhile, and readable by its owner alone afterwards.
      - The file is on the host that runs the task. It cannot be encrypted by ansible-vault.
      - The value of E(IMANAGE_REFRESH_TOKEN_FILE) is used where the option is not given and the task names no account.
    type: path
  access_token:
    description:
      - An access token to use, for example the one that M(imanage.control_center.imanage_session) returned.
      - It is used first. Once it has ended, the other credentials, if there are any, are used to sign in again, once.
        An account of the environment counts among them only where O(customer_id) says which tenant it has to be of.
      - It is never revoked by the task.
      - The value of E(IMANAGE_ACCESS_TOKEN) is used where the option is not given and the task names no account.
    type: str
  scope:
    description:
      - The OAuth scope to ask for. An empty text asks for none.
      - Without it, V(admin) is asked for with O(password), since onboarding is administration, and none with a refresh
        token, which has its own.
      - Where the scope is refused as C(invalid_scope), the sign-in is repeated once without one, with a warning.
      - The value of E(IMANAGE_SCOPE) is used where the option is not given.
    type: str
  customer_id:
    description:
      - The number of the tenant. The task fails before anything else when the signed-in user belongs to another one.
      - The value of E(IMANAGE_CUSTOMER_ID) is used where the option is not given.
    type: int
  api_url:
    description:
      - The address of the API, as M(imanage.control_center.imanage_session) returned it. Together with O(customer_id)
        it saves the task from asking for it, and counts rather than what Control Center says.
      - An address on another host than that of O(url) is refused.
    type: str
  validate_certs:
    description:
      - Whether the server's certificate is verified. Turn it off for tests only.
    type: bool
    default: true
  ca_path:
    description:
      - A file or a directory with the certificates of authorities, which replace all others.
      - Without it E(REQUESTS_CA_BUNDLE) counts, and then the authorities that the Python library requests comes with.
    type: path
  timeout:
    description:
      - How long to wait for a connection, and for each part of a reply, in seconds.
    type: int
    default: 30
  retry_timeout:
    description:
      - How long one call may take with all its retries, in seconds. An attempt that is under way then may take
        O(timeout) longer.
      - Calls are repeated when the server limits their rate (429), and those that only read also when it is not
        available (502, 503, 504) or the connection is lost. A write that may have been applied is never repeated before
        the tenant was read again.
    type: int
    default: 300
  api_paths:
    description:
      - Replaces paths of the calls by the id of their operation, for tenants that serve a call at another place.
      - The operations, and how sure their paths are, are in the guide C(docs/verifying-a-tenant.md) of the collection.
    type: dict
    default: {}
requirements:
  - The Python library L(requests,https://requests.readthedocs.io), 2.32.3 or newer.
notes:
  - On a connection of type local, without C(become), C(async) and C(environment), the task runs inside the controller,
    which is many times faster than a module. Anywhere else it runs as a module.
  - An option that is not given is not managed. It is never sent, compared, or shown in a diff.
"""
