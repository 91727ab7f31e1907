# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Would the tests notice? Plants every fault that cosmic-ray knows into the decisions, one at a time, and runs tests.

Works on copies of the project, two for each processor. Prints how many were noticed in each file, and every one that
was not; exits with 1 when fewer than 90 in 100 were, or when the control, a fault that surely shows, was not.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import entry_points
from itertools import count
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[2]
UTILS = Path("plugins/module_utils")
# Each with the tests of its own; those of a file of decisions are called after it.
RESOURCES = {
    "_resources/applications": ["tests/unit/test_applications.py", "tests/integration/test_finding_applications.py"],
    "_resources/token_policy": ["tests/integration/test_token_policies.py"],
    "_resources/library_authorizations": [
        "tests/unit/test_library_authorizations.py",
        "tests/integration/test_authorization_edges.py",
        "tests/integration/test_authorize_by_person.py",
        "tests/integration/test_lists.py",
        "tests/integration/test_expected_libraries.py",
    ],
}
# The files of the plan that decide. The others have tests of their own.
PLAN = ("applications", "authorizations", "model", "remainder", "token_policy")
FILES = [*(f"_plan/{name}" for name in PLAN), *RESOURCES]
DECISIONS = [
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "unit").glob("test_plan_*.py")),
    "tests/unit/test_renewal.py",
]
# The longest come last.
TESTS = [
    "tests/integration/test_twelve_steps.py",
    *(name for own in RESOURCES.values() for name in own),
    "tests/integration/test_bad_input.py",
    "tests/integration/test_consent_over_http.py",
    "tests/unit/test_approval.py",
    "tests/integration/test_laws.py",
    "tests/integration/test_wire_faults.py",
    "tests/integration/test_previews_tell_the_truth.py",
    "tests/integration/test_tenants_that_disagree.py",
]
# Tests that do not end have noticed a fault. All of them take far less, also where several run at once.
TIMEOUT = 900
AIM = 0.9
# A fault that surely shows: the file, the code, and what is put in its place.
CONTROL = ("_plan/model", "        if caseless(item) not in known:", "        if caseless(item) in known:")


class Mutant(NamedTuple):
    """A fault: the file it is planted in, and the whole text with it."""

    stem: str
    text: str

    def told(self) -> str:
        """That no test noticed it, and the lines that differ."""
        before = (ROOT / UTILS / f"{self.stem}.py").read_text(encoding="utf-8").splitlines()
        lines = list(difflib.unified_diff(before, self.text.splitlines(), lineterm="", n=0))[2:]
        return "\n".join([f"not noticed in {self.stem}.py:", *(f"    {line}" for line in lines)])


def main() -> None:
    """Plant and run; names of files as arguments limit it to those."""
    chosen = sys.argv[1:] or FILES
    mutants = [_control(), *(mutant for stem in chosen for mutant in _mutants(stem))]
    print(f"{len(mutants)} faults in {', '.join(chosen)}", flush=True)
    # Tests of the wire wait as much as they work.
    processes = 2 * (os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as folder, multiprocessing.Pool(processes, _start, [folder]) as pool:
        _check_untouched(pool)
        results = []
        for number, result in enumerate(pool.imap_unordered(_is_noticed, mutants), start=1):
            results.append(result)
            mutant, noticed = result
            if not noticed:
                print(mutant.told(), flush=True)
            if number % 25 == 0:
                print(
                    f"{number} of {len(mutants)}, {sum(not found for _mutant, found in results)} not noticed",
                    flush=True,
                )
    sys.exit(_report(dict(results)))


def _report(results: dict[Mutant, bool]) -> int:
    control = results.pop(_control())
    planted = Counter(mutant.stem for mutant in results)
    noticed = Counter(mutant.stem for mutant, was_noticed in results.items() if was_noticed)
    print("\n| file | faults | noticed | share |\n|---|---|---|---|")
    for stem in planted:
        print(f"| `{stem}.py` | {planted[stem]} | {noticed[stem]} | {noticed[stem] / planted[stem]:.0%} |")
    share = noticed.total() / planted.total()
    print(f"| all | {planted.total()} | {noticed.total()} | {share:.1%} |")
    print(f"\nThe control was {'noticed' if control else 'NOT noticed: these figures mean nothing'}.\n")
    for mutant, was_noticed in sorted(results.items()):
        if not was_noticed:
            print(mutant.told())
    return int(share < AIM or not control)


def _control() -> Mutant:
    stem, old, new = CONTROL
    text = (ROOT / UTILS / f"{stem}.py").read_text(encoding="utf-8")
    if old not in text:
        sys.exit(f"The control no longer fits {stem}.py: {old!r} is not in it.")
    return Mutant(stem, text.replace(old, new))


def _mutants(stem: str) -> Iterator[Mutant]:
    """Every fault in a file that can show: those that only alter annotations, which nothing evaluates, are left out."""
    text = (ROOT / UTILS / f"{stem}.py").read_text(encoding="utf-8")
    seen = {_meaning(text)}
    for name in sorted(operator_names()):
        operator = get_operator(name)
        if operator.arguments():  # It swaps the variables that it is told, and no two are ours.
            continue
        for occurrence in count():
            mutated = mutate_code(text, operator(), occurrence)
            if mutated is None:
                break
            with contextlib.suppress(SyntaxError):
                meaning = _meaning(mutated)
                if meaning not in seen:
                    seen.add(meaning)
                    yield Mutant(stem, mutated)


class _Bare(ast.NodeTransformer):
    """A module without what is never evaluated."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        for argument in [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]:
            argument.annotation = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = ast.Constant(None)
        self.generic_visit(node)
        return node


def _meaning(text: str) -> str:
    return ast.dump(_Bare().visit(ast.parse(text)))


def _rounds(stem: str) -> list[list[str]]:
    """The tests for a fault in a file: its own first, since what they notice needs no others."""
    own = RESOURCES.get(stem, [f"tests/unit/test_plan_{stem.rpartition('/')[2]}.py"])
    tests = TESTS if stem in RESOURCES else [*DECISIONS, *TESTS]
    return [own, [name for name in tests if name not in own]]


# -- in the processes that run the tests ------------------------------------------------------------------------------


def _start(folder: str) -> None:
    """Make a copy of the project, and import once what every run of the tests needs."""
    home = Path(tempfile.mkdtemp(dir=folder))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, home / name)
    os.chdir(home)
    # A file that was changed twice within a second would be taken from its cache.
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    sys.path.insert(0, str(home / "tests"))
    for name in ("ansible.plugins.action", "ansible.plugins.loader", "requests", "starlette.applications", "uvicorn"):
        __import__(name)
    for plugin in entry_points(group="pytest11"):
        plugin.load()


def _is_noticed(mutant: Mutant) -> tuple[Mutant, bool]:
    place = UTILS / f"{mutant.stem}.py"
    original = place.read_text(encoding="utf-8")
    place.write_text(mutant.text, encoding="utf-8")
    try:
        return mutant, not _passes(mutant.stem)
    finally:
        place.write_text(original, encoding="utf-8")


def _passes(stem: str) -> bool:
    """Whether the tests of a file pass, in a fork that has everything imported but the project."""
    child = os.fork()
    if not child:
        _be_tests(_rounds(stem))
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _be_tests(rounds: list[list[str]]) -> None:
    """Run these tests, one round after the other, and end at the first that fails, with nothing said."""
    os.setpgid(0, 0)
    import pytest

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    plain = ["-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    failed = True
    with contextlib.suppress(BaseException):
        failed = any(pytest.main([*plain, *tests]) for tests in rounds if tests)
    os._exit(failed)


def _check_untouched(pool: multiprocessing.pool.Pool) -> None:
    """Faults mean nothing where the tests fail without one: those of decisions, and those of resources."""
    if not all(pool.map(_passes, [FILES[0], FILES[-1]])):
        sys.exit("The tests do not pass on an untouched copy.")


if __name__ == "__main__":
    main()
