"""Deliberate faults in an app's services, and which no test notices: ``make mutants APP=payroll``.

Every test of the app is run once with coverage, so that it is known which tests run a line. Then
each fault (a comparison turned, a condition of a filter dropped, a call or a refusal left out, a
number off by one, an emptied body) is put into a copy of the sources and the tests of its lines are
run until one fails. What survives is printed as file:line with the line before and after: either
a hole in the tests, or a change that makes no difference. Faults are tried in an order that spreads
over the files, until all were tried or the minutes are over.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import coverage

from wagemon import embedded

ROOT = Path(__file__).resolve().parent.parent
#: Tests of one line that are tried; the fault of a line that many tests run is seen by the first.
MOST_TESTS = 40
#: A fault that makes a test hang is noticed, too.
SECONDS = 180
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
FILTERS = {"filter", "exclude", "get", "update", "Q"}


@dataclass(frozen=True)
class Mutant:
    """A fault: the file with it, and where it stands."""

    file: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}\n  - {self.before}\n  + {self.after}"


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """Every fault that can be put into a file, one at a time."""
    tree = ast.parse(source)
    lines = source.splitlines()
    for number, node in enumerate(ast.walk(tree)):
        for change in range(len(list(faults_of(node)))):
            twin = copy.deepcopy(tree)
            target = next(one for place, one in enumerate(ast.walk(twin)) if place == number)
            before = ast.unparse(target)
            list(faults_of(target))[change]()
            after = ast.unparse(target)
            if isinstance(target, ast.FunctionDef):
                before, after = lines[target.lineno - 1].strip(), "(its body emptied)"
            yield Mutant(file, node.lineno, before, after, ast.unparse(twin))


def faults_of(node: ast.AST) -> Iterator:
    """Functions that each put one fault into the node."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in TURNED:
            yield lambda: node.ops.__setitem__(0, TURNED[type(op)]())
        case ast.BoolOp(op=op):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield lambda: setattr(node, "op", other)
        case ast.UnaryOp(op=ast.Not()):
            yield lambda: _become(node, ast.BoolOp(ast.And(), [node.operand]))
        case ast.Constant(value=bool(value)):
            yield lambda: setattr(node, "value", not value)
        case ast.Constant(value=int(value)):
            yield lambda: setattr(node, "value", value + 1)
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield lambda: _become(node, ast.Pass())
        case ast.FunctionDef(body=[_, _, *_]):
            yield lambda: setattr(node, "body", [ast.Pass()])
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in FILTERS:
            if len(node.keywords) > 1:
                for place in range(len(node.keywords)):
                    yield lambda place=place: node.keywords.pop(place)


def _become(node: ast.AST, other: ast.AST) -> None:
    """Make a node another one in its place."""
    place = {name: getattr(node, name) for name in ("lineno", "col_offset")}
    node.__class__ = other.__class__
    node.__dict__.clear()
    node.__dict__.update(vars(other) | place)


def services_of(app: str, since: str) -> list[str]:
    """The app's services; with ``since`` only those that changed after that commit."""
    paths = [*ROOT.glob(f"{app}/services.py"), *ROOT.glob(f"{app}/services/**/*.py")]
    found = sorted(str(path.relative_to(ROOT)) for path in paths)
    if not since:
        return found
    changed = subprocess.run(
        ["git", "diff", "--name-only", since], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [file for file in found if file in changed.stdout.splitlines()]


def copy_sources(to: Path) -> None:
    """The project as it is here, without what was made or installed."""
    skip = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, to, ignore=skip)


class Bench:
    """A copy of the sources with servers of its own, in which one fault after another is tried."""

    def __init__(self, folder: Path, number: int, urls: embedded.Urls):
        self.home = folder / f"copy{number}"
        copy_sources(self.home)
        self.environment = os.environ | urls.as_environment()

    def run(self, *arguments: str) -> int:
        """Run tests; the exit status, that of a failure where they hang."""
        command = [sys.executable, "-m", "pytest", "-q", "-x", "--reuse-db", "-p", "no:randomly"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            done = subprocess.run(
                [*command, "-p", "no:cacheprovider", *arguments],
                cwd=self.home,
                env=self.environment,
                timeout=None if "--cov-context=test" in arguments else SECONDS,
                check=False,
                **quiet,
            )
        except subprocess.TimeoutExpired:
            return 1
        return done.returncode

    def survives(self, mutant: Mutant, tests: list[str]) -> bool:
        """Whether no test notices the fault."""
        path = self.home / mutant.file
        sound = path.read_text("utf-8")
        path.write_text(mutant.source, "utf-8")
        try:
            return self.run(*tests) == 0
        finally:
            path.write_text(sound, "utf-8")


def tests_by_line(bench: Bench, app: str, folders: list[str]) -> dict[tuple[str, int], list[str]]:
    """Which tests run a line, from one run with coverage."""
    status = bench.run(*folders, f"--cov={app}", "--cov-context=test", "--cov-report=")
    if status:
        sys.exit(f"The tests of {app} fail without any fault (status {status}).")
    data = coverage.CoverageData(str(bench.home / ".coverage"))
    data.read()
    found: dict[tuple[str, int], list[str]] = {}
    for file in data.measured_files():
        name = str(Path(file).relative_to(bench.home))
        for line, contexts in data.contexts_by_lineno(file).items():
            tests = {context.rpartition("|")[0] for context in contexts if "|run" in context}
            found[name, line] = sorted(tests, key=len)[:MOST_TESTS]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("app")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--since", default="", help="only services that changed after this commit")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tests", nargs="*", help="folders of tests; the app's own if left out")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutants-")))
        benches: Queue[Bench] = Queue()
        for number in range(options.processes):
            benches.put(Bench(folder, number, stack.enter_context(embedded.temporary())))
        try_all(options, benches)


def try_all(options: argparse.Namespace, benches: Queue[Bench]) -> None:
    first = benches.get()
    lines = tests_by_line(first, options.app, options.tests or [f"tests/{options.app}"])
    benches.put(first)
    files = services_of(options.app, options.since)
    # From the copy: the sources here may change meanwhile.
    sources = {file: (first.home / file).read_text("utf-8") for file in files}
    made = [one for file, source in sources.items() for one in mutants(file, source)]
    random.Random(0).shuffle(made)
    until = time.monotonic() + 60 * options.minutes
    survivors: list[Mutant] = []
    untested: list[Mutant] = []
    tried = 0

    def attempt(mutant: Mutant) -> None:
        nonlocal tried
        if time.monotonic() > until:
            return
        tests = lines.get((mutant.file, mutant.line)) or lines.get((mutant.file, mutant.line + 1))
        tried += 1
        if not tests:
            untested.append(mutant)
            return
        bench = benches.get()
        try:
            if bench.survives(mutant, tests):
                survivors.append(mutant)
                print(mutant, flush=True)
        finally:
            benches.put(bench)

    with ThreadPoolExecutor(options.processes) as pool:
        list(pool.map(attempt, made))
    for mutant in untested:
        print(f"no test runs it: {mutant}")
    noticed = tried - len(survivors) - len(untested)
    print(
        f"{options.app}: {len(made)} faults, {tried} tried, {noticed} noticed, "
        f"{len(survivors)} survived, {len(untested)} run by no test"
    )


if __name__ == "__main__":
    main()
