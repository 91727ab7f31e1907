# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the tasks, and their validation by Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.imanage.control_center.plugins.module_utils._api.contract import POLICY
from ansible_collections.imanage.control_center.plugins.module_utils._api.errors import Failure


def _from_environment(name: str, **spec: Any) -> dict[str, Any]:
    return {"type": "str", **spec, "fallback": (env_fallback, [name])}


CONNECTION_OPTIONS: dict[str, dict[str, Any]] = {
    "url": _from_environment("IMANAGE_URL", required=True),
    "username": _from_environment("IMANAGE_USERNAME"),
    "password": _from_environment("IMANAGE_PASSWORD", no_log=True),
    "client_id": _from_environment("IMANAGE_CLIENT_ID"),
    "client_secret": _from_environment("IMANAGE_CLIENT_SECRET", no_log=True),
    "refresh_token": _from_environment("IMANAGE_REFRESH_TOKEN", no_log=True),
    "refresh_token_file": _from_environment("IMANAGE_REFRESH_TOKEN_FILE", type="path", no_log=False),
    "access_token": _from_environment("IMANAGE_ACCESS_TOKEN", no_log=True),
    "scope": _from_environment("IMANAGE_SCOPE"),
    "customer_id": _from_environment("IMANAGE_CUSTOMER_ID", type="int"),
    "api_url": {"type": "str"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "int", "default": 30},
    "retry_timeout": {"type": "int", "default": 300},
    "api_paths": {"type": "dict", "default": {}},
}


# The stages of an onboarding, in order. Each has a tag, a place in the result fact, and a column in the report.
STAGES = ("provisioning", "application", "refresh_token", "authorization")
# The stages that write.
WRITING_STAGES = STAGES[1:]

TOKENS = ("refresh_token", "refresh_token_file", "access_token")
# Each of these options names the account that signs in.
_ACCOUNT = ("username", "password", *TOKENS)


# The kinds of failure that an unknown name leads to.
_NAME_FAILURES = ("bad_option", "not_found", "not_provisioned")
_NUMBERS = "YAML reads 007 as 7 and 12:30:45 as 45045, so put texts into quotes."


class Options(NamedTuple):
    """A module's own options as an argument spec, and which of them exclude or need each other."""

    own: dict[str, dict[str, Any]]
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()

    @property
    def spec(self) -> dict[str, dict[str, Any]]:
        """The whole argument spec, connection included."""
        return {**CONNECTION_OPTIONS, **self.own}

    @property
    def rules(self) -> dict[str, list[tuple[str, ...]]]:
        """The same rules, by the names of Ansible's validators."""
        return {"mutually_exclusive": list(self.mutually_exclusive), "required_one_of": list(self.required_one_of)}


def without_environment_account(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the environment's account out if the task names its own account.

    An account belongs to one tenant. Used for another tenant, it would write into the wrong one. An empty text
    overrides the value of the environment. If the task gives a token, the environment's user name and password may be
    used after that token has expired, but only if customer_id says which tenant they must belong to.
    """
    named = {name for name in _ACCOUNT if given.get(name)}
    by_token = not named & {"username", "password"}
    guarded = given.get("customer_id") is not None
    kept = {"username", "password"} if not by_token or guarded else set()
    return {**{name: "" for name in _ACCOUNT if named and name not in kept}, **given}


def validated(options: Options, given: Mapping[str, Any]) -> dict[str, Any]:
    """Apply defaults, environment and types to the given parameters. Raises C(bad_option)."""
    result = ArgumentSpecValidator(options.spec, **options.rules).validate(dict(given))
    if result.error_messages:
        raise refused(result.error_messages)
    parameters: dict[str, Any] = result.validated_parameters
    return parameters


def check_texts(options: Options, given: Mapping[str, Any]) -> None:
    """Raise C(bad_option) for true or false in place of a text: the original word is lost."""
    for option, value in _not_texts(options.spec, given):
        if isinstance(value, bool):
            raise Failure(
                "bad_option",
                f"{option} has true or false in place of a text.",
                advice="YAML reads words such as NO, off and yes as true or false: put the text into quotes.",
            )


def number_hint(options: Options, given: Mapping[str, Any], failure: Mapping[str, Any]) -> str:
    """Return a hint for a failure that a text read as a number may have caused, or an empty text."""
    is_sign_in = failure["kind"] == "sign_in"
    if not is_sign_in and failure["kind"] not in _NAME_FAILURES:
        return ""
    found = [name for name, _value in _not_texts(options.spec, given) if (name in CONNECTION_OPTIONS) == is_sign_in]
    return "".join(f" {name} has a number in place of a text: {_NUMBERS}" for name in dict.fromkeys(found))


def _not_texts(spec: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each option that must be a text and is not, also in nested options."""
    for name in [name for name in spec if name in given]:
        about, value = spec[name], given[name]
        values = value if isinstance(value, (list, tuple)) else [value]
        if "options" in about:
            for inner in values:
                yield from _not_texts(about["options"], inner) if isinstance(inner, Mapping) else ()
        elif isinstance(value, Mapping) or {"str", "raw"} & {about["type"], about.get("elements")}:
            # The keys of a dictionary are names. Its values may be of any type.
            texts = value if isinstance(value, Mapping) else values
            yield from ((name, one) for one in texts if isinstance(one, (bool, int, float)))


def refused(messages: list[str]) -> Failure:
    """Make a failure of Ansible's messages about invalid options."""
    readable = [f"there is no option {text}" if "Supported parameters include" in text else text for text in messages]
    return Failure("bad_option", f"The options are invalid: {'; '.join(readable).rstrip('.')}.")


def application_options() -> dict[str, dict[str, Any]]:
    """The options that name one application."""
    return {"name": {"type": "str"}, "app_id": {"type": "str"}}


def state_options() -> dict[str, dict[str, Any]]:
    """The options for the state and access of an application."""
    return {
        "enabled": {"type": "bool"},
        "access": {"type": "str", "choices": ["all", "custom"]},
        "users": {"type": "list", "elements": "str"},
        "groups": {"type": "list", "elements": "str"},
        "exclusive": {"type": "bool", "default": False},
    }


def policy_options() -> dict[str, dict[str, Any]]:
    """The options for a token policy. None is a secret, whatever its name says."""
    return {name: {"type": type(field.default).__name__, "no_log": False} for name, field in POLICY.items()}


def authorization_options() -> dict[str, dict[str, Any]]:
    """The options for the libraries' authorizations."""
    return {
        "libraries": {"type": "list", "elements": "str"},
        "except": {"type": "list", "elements": "str"},
        "authorize_by": {"type": "str", "choices": ["account", "person"], "default": "account"},
        "authorized_on": {"type": "dict"},
        "email": {"type": "str"},
        "authorizer": {"type": "list", "elements": "str", "default": ["keep"]},
        "renew_before_days": {"type": "int", "default": 0},
        "on_consent_required": {"type": "str", "choices": ["fail", "hand_over"], "default": "fail"},
    }


def planned_options() -> dict[str, dict[str, Any]]:
    """The option that binds a task to an approved plan."""
    return {"planned": {"type": "list", "elements": "dict"}}
