# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preview, run and second run of a task compared, and, as data, what a preview cannot know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.imanage.control_center.plugins.module_utils._plan.diff import _document
from hypothesis import given, note, seed, settings
from sandbox import Sandbox

from . import screen
from .chain import CHAIN
from .compare import agrees, planned
from .expected import Wanted, normalized, parts
from .places import CLIENT_ID, SIGNING, filled
from .wants import Situation, situations

Result = dict[str, Any]
NAME, CUSTOMER = "t", 700_000
PASSING = 60.0


@dataclass(frozen=True)
class Unknowable:
    """A failure of a run that its preview cannot tell, and the warning of the preview that names what it assumes."""

    kind: str
    operation: str | None
    assumption: str | None
    reason: str

    def excuses(self, preview: Result, ran: Result) -> bool:
        """Whether this is what happened."""
        failed_so = (self.kind, self.operation) == (kind(ran), ran["failure"]["operation"])
        return failed_so and (self.assumption is None or is_assumed(self.assumption, preview))


ADDED = "is assumed to be added by an earlier task"
HAS_A_PAGE = "is assumed to create the page"
REFRESH_IS_ALLOWED = "Refresh tokens are assumed to be allowed"
NO_CONSENT = "without a person's consent"
LISTS_EVERYTHING = "to list every library of the tenant"
UNKNOWABLE = (
    Unknowable(
        "consent_required", "authorizeLibrary", NO_CONSENT, "only the server decides to ask for a person's consent"
    ),
    Unknowable("bad_option", "updateAppAccess", None, "only the server knows its users and groups"),
    Unknowable("conflict", "removeApp", None, "only the server knows what settings an application has"),
    Unknowable("not_added", None, ADDED, "an earlier task of the play may add it"),
    Unknowable("not_added", "listLibraryAuthorizations", HAS_A_PAGE, "an earlier task of the play may bring the page"),
    Unknowable("unexpected_reply", "listLibraryAuthorizations", HAS_A_PAGE, "whether it names people by id, likewise"),
    Unknowable("conflict", "authorizeLibrary", REFRESH_IS_ALLOWED, "an earlier task of the play may allow it"),
    Unknowable("not_found", None, LISTS_EVERYTHING, "which libraries are listed is unknown before there is a page"),
    Unknowable("permission", None, LISTS_EVERYTHING, "as not_found, for a library that the tenant does have"),
)


def reached(situation: Situation, url: str) -> Result:
    """All options of the task, with where and who."""
    user, password = filled([situation.user, "{name}-" + situation.user.partition("@")[0]], NAME)
    account = {"username": user, "password": f"{password}-password", "client_id": CLIENT_ID}
    # What imanage_session hands on spares the task its sign-in and discovery.
    session = {"access_token": f"{password}-token", "api_url": f"{url}/work/api/v2", "customer_id": CUSTOMER}
    known = account if situation.by == "password" else session
    return {"url": url, **known, **filled(situation.options, NAME)}


def writes(sandbox: Sandbox) -> list[str]:
    """The operations that were called by another method than GET, signing in and out left out."""
    return [str(one.operation) for one in sandbox.log if one.method != "GET" and one.operation not in SIGNING]


def tell(situation: Situation, sandbox: Sandbox, run: Callable[[bool], Result]) -> str:
    """Assert that a preview tells the truth; returns how the run ended. C(run) runs the task, in check mode or not."""
    before = _state(sandbox)
    sandbox.clear_log()
    preview = run(True)
    assert writes(sandbox) == []
    assert _state(sandbox) == before
    sandbox.advance(PASSING)
    wanted = Wanted(before, sandbox.now(), ends=situation.tenant["answers"]["dates"] == "shown")
    ran = run(False)
    after = _state(sandbox)
    if preview.get("failed"):
        assert_both_failed(preview, ran)
        assert ran["changed"] == (after != before)
        if ran["changed"]:
            _assert_only_asked_for(before, after, wanted.apply(situation.module, *_filled(situation)))
        return kind(ran)
    if ran.get("failed"):
        assert any(one.excuses(preview, ran) for one in UNKNOWABLE), (preview, ran)
        assert ran["changed"] == (after != before)
        if ran["changed"]:
            _assert_only_asked_for(before, after, wanted.apply(situation.module, *_filled(situation)))
        return kind(ran)
    goal = wanted.apply(situation.module, *_filled(situation))
    if handed_over(ran):
        assert_same(_without_authorization(preview), _without_authorization(ran))
        _assert_only_asked_for(before, after, goal)
        return "handed over"
    assumed = is_assumed(LISTS_EVERYTHING, preview)
    if assumed:
        assert_same(_without_authorization(preview), _without_authorization(ran))
    else:
        assert_same(preview, ran)
    assert after == goal
    if situation.module == CHAIN:
        assert_adds_up(preview, ran, assumed)
    for diff in _diffs(ran):
        if ran["changed"] and not (assumed and screen.LIBRARIES in diff["before_header"]):
            screen.assert_shows(diff, before, after)
    sandbox.advance(PASSING)
    sandbox.clear_log()
    again = run(False)
    if wanted.is_due_again(situation.options, after, sandbox.now()):
        assert again["changed"], "an authorization that does not last as long as the notice is renewed by every run"
        return "renewed"
    assert_nothing_to_do(again, sandbox)
    assert _state(sandbox) == after
    return "assumed" if assumed else "changed" if ran["changed"] else "unchanged"


def _state(sandbox: Sandbox) -> Result:
    return normalized(sandbox.tenant(NAME).snapshot())


def _filled(situation: Situation) -> tuple[Result, str]:
    return filled(situation.options, NAME), filled(situation.user, NAME)


def kind(result: Result) -> str:
    """The kind of a failure."""
    return result["failure"]["kind"]


def is_assumed(words: str, preview: Result) -> bool:
    """Whether a warning names that assumption."""
    return any(words in warning for warning in preview.get("warnings", []))


def assert_same(preview: Result, ran: Result) -> None:
    """Whatever a preview says is what the run says; null is what only the run can say."""
    assert set(preview) - {"warnings"} == set(ran) - {"warnings"}
    assert planned(preview.get("writes", [])) == planned(ran.get("writes", []))
    for key in set(ran) - {"check_mode", "warnings", "writes"}:
        is_same = preview[key] == ran[key] if key in ("changed", "diff") else agrees(preview[key], ran[key])
        assert is_same, f"{key}: {preview[key]} and {ran[key]}"


def _without_authorization(result: Result) -> Result:
    """What a task returned of the stages that depend on no page; nothing where it is about nothing else."""
    stages = {stage: told for stage, told in result.get("stages", {}).items() if stage != "authorization"}
    return {"stages": stages}


def assert_adds_up(preview: Result, ran: Result, assumed: bool) -> None:
    """The stages do what was planned: their diffs are its changes, and their writes are exactly its writes."""
    plan = ran["plan"]
    assert preview["plan"] == plan
    known = [one for one in plan["writes"] if not (assumed and one["operation"] == "authorizeLibrary")]
    done = planned(ran["writes"])
    assert [one for one in done if one in planned(known)] == planned(known)
    assert all(one in planned(plan["writes"]) for one in done if one["operation"] != "authorizeLibrary")
    views = [(_document(change["before"]), _document(change["after"])) for change in plan["changes"]]
    diffs = [(diff["before"], diff["after"]) for diff in ran["diff"]]
    assert diffs[: len(views) - assumed] == views[: len(views) - assumed]
    assert assumed or len(diffs) == len(views)


def assert_nothing_to_do(again: Result, sandbox: Sandbox) -> None:
    """A second run finds nothing to do."""
    assert not again.get("failed"), again
    assert not again["changed"]
    assert all(diff["before"] == diff["after"] for diff in _diffs(again))
    assert writes(sandbox) == []


def _diffs(result: Result) -> list[dict[str, str]]:
    return result["diff"] if isinstance(result["diff"], list) else [result["diff"]]


def handed_over(result: Result) -> list[Any]:
    """What a person has to consent to."""
    return result.get("handed_over") or [
        row for one in result.get("stages", {}).get("authorization", []) for row in one.get("handed_over", [])
    ]


def assert_both_failed(preview: Result, ran: Result) -> None:
    """A preview that fails is a run that fails for the same reason, and writes no more than the preview says."""
    assert ran.get("failed"), (preview, ran)
    expected = planned(preview.get("writes", []))
    assert all(write in expected for write in planned(ran.get("writes", []))), (preview, ran)
    assert preview["changed"] or not ran["changed"], (preview, ran)
    # A run stops at what is missing; a preview goes on as if it were there, and may find the next thing wrong.
    assert kind(preview) == kind(ran) or kind(ran) == "not_added", (preview, ran)


def _assert_only_asked_for(before: Result, after: Result, wanted: Result) -> None:
    """Each part of the tenant is as it was, or as it was wanted."""
    then, goal = parts(before), parts(wanted)
    for name, part in parts(after).items():
        assert part in (then[name], goal[name]), name


def told_of(module: str, tell_one: Callable[[Situation], str], count: int, number: str) -> Counter[str]:
    """How so many generated situations of a module ended, or more under a profile that asks for more."""
    endings: Counter[str] = Counter()

    @seed(number)
    @settings(max_examples=max(count, settings.default.max_examples))
    @given(situations(module))
    def holds(situation: Situation) -> None:
        note(f"{situation.options} by {situation.user} in {situation.tenant}")
        endings[tell_one(situation)] += 1

    holds()
    return endings
