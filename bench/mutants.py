"""Deliberate faults in an app's services, and which no test notices: ``make mutants APP=payroll``.

Every test of the app is run once with coverage, so that it is known which tests run a line. Then
each fault (a comparison turned, a condition of a filter dropped, a call or a refusal left out, a
number off by one, an emptied body) is put into a copy of the sources and the tests of its lines are
run until one fails. What survives is printed as file:line with the line before and after: either
a hole in the tests, or a change that makes no difference. Faults are tried in an order that spreads
over the files, until all were tried or the minutes are over.

A process per copy holds the tests read, and forks for each fault: the functions of the file get the
faulty code in the fork, so that a run costs its tests and nothing else. What stands outside of
functions is tried in a process of its own.
"""

import argparse
import ast
import copy
import gc
import json
import os
import random
import shutil
import signal
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
from types import CodeType, FunctionType
from typing import IO, cast

import coverage
import pytest
from pytest import ExitCode

from wagemon import embedded

ROOT = Path(__file__).resolve().parent.parent
#: Tests of one line that are tried first: a fault that many tests run is seen by the first.
FIRST_TESTS = 40
#: A fault that makes a test hang is noticed, too.
SECONDS = 180
#: Exit statuses beside those of pytest.
HUNG, NOT_EXCHANGED = 100, 101
QUIET = ["-q", "-x", "--reuse-db", "-p", "no:randomly", "-p", "no:cacheprovider"]
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
    #: The function at the top of the file, or of a class there, that holds it; "" for none.
    function: str
    #: Those of the statement that it changes.
    lines: range
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.lines[0]}\n  - {self.before}\n  + {self.after}"


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """Every fault that can be put into a file, one at a time."""
    tree = ast.parse(source)
    places = places_of(tree)
    for number, node in enumerate(ast.walk(tree)):
        for change in range(len(list(faults_of(node)))):
            twin = copy.deepcopy(tree)
            target = next(one for place, one in enumerate(ast.walk(twin)) if place == number)
            before = ast.unparse(target)
            list(faults_of(target))[change]()
            after = ast.unparse(target)
            if isinstance(target, ast.FunctionDef):
                before, after = source.splitlines()[target.lineno - 1].strip(), "(its body emptied)"
            yield Mutant(file, *places[node], before, after, ast.unparse(twin))


def places_of(tree: ast.Module) -> dict[ast.AST, tuple[str, range]]:
    """For each node the function that holds it and the lines of its statement."""
    places: dict[ast.AST, tuple[str, range]] = {}

    def visit(node: ast.AST, function: str, scope: str, lines: range) -> None:
        if isinstance(node, ast.stmt):
            # Of a statement with a body the head alone.
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            lines = range(node.lineno, max(end, node.lineno) + 1)
        if isinstance(node, ast.FunctionDef):
            inside = function or f"{scope}{node.name}"
            first = node.body[min(1, len(node.body) - 1)]
            places[node] = inside, range(first.lineno, (first.end_lineno or first.lineno) + 1)
            for child in ast.iter_child_nodes(node):
                # Defaults and decorators are worked out where the function stands.
                visit(child, inside if child in node.body else function, scope, lines)
            return
        places[node] = function, lines
        scope = f"{scope}{node.name}." if isinstance(node, ast.ClassDef) else scope
        for child in ast.iter_child_nodes(node):
            visit(child, function, scope, lines)

    visit(tree, "", "", range(1, 2))
    return places


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

    def __init__(self, folder: Path, number: int, urls: embedded.Urls, folders: list[str]):
        self.home = folder / f"copy{number}"
        copy_sources(self.home)
        # As a process of xdist: its servers and its data folder are given, and stay.
        given = {"PYTEST_XDIST_WORKER": f"gw{number}", "WAGEMON_TEST_FOLDER": f"{folder}/files"}
        self.environment = os.environ | urls.as_environment() | given
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.mutants", "--serve", *folders],
            cwd=self.home,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, *arguments: str, mutant: Mutant | None = None, seconds: int = 0) -> int:
        """Run tests in a fork; the exit status."""
        wanted = {"arguments": arguments, "seconds": seconds}
        if mutant:
            wanted |= {one: getattr(mutant, one) for one in ("file", "function", "source")}
        print(json.dumps(wanted), file=cast(IO[str], self.process.stdin), flush=True)
        return int(cast(IO[str], self.process.stdout).readline())

    def run_anew(self, mutant: Mutant, *arguments: str) -> int:
        """Run tests in a process of their own, with the fault in the file."""
        path = self.home / mutant.file
        sound = path.read_text("utf-8")
        path.write_text(mutant.source, "utf-8")
        try:
            return subprocess.run(
                [sys.executable, "-B", "-m", "pytest", *QUIET, *arguments],
                cwd=self.home,
                env=self.environment,
                timeout=SECONDS,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return HUNG
        finally:
            path.write_text(sound, "utf-8")

    def survives(self, mutant: Mutant, tests: list[str]) -> bool:
        """Whether no test notices the fault."""
        for some in (tests[:FIRST_TESTS], tests[FIRST_TESTS:]):
            status = self.run(*some, mutant=mutant, seconds=SECONDS) if some else 0
            if status == NOT_EXCHANGED:
                status = self.run_anew(mutant, *some)
            if status in (ExitCode.USAGE_ERROR, ExitCode.NO_TESTS_COLLECTED):
                raise LookupError(f"Tests are not found by their names: {some}")
            if status:
                return False
        return True

    def close(self) -> None:
        self.process.communicate()


def serve_runs(folders: list[str]) -> None:
    """The process of a bench: reads the tests once, then forks for each run."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    pytest.main(["--collect-only", *QUIET, *folders])
    anew: list[str] = []
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if not child:
            if "file" in wanted and not exchange_code(wanted):
                os._exit(NOT_EXCHANGED)
            os._exit(pytest.main([*QUIET, *anew, *wanted["arguments"]]))
        status = wait_for(child, wanted["seconds"])
        # Who was ended in a test that commits has left rows behind.
        anew = ["--create-db"] if status == HUNG else []
        print(status, file=answers, flush=True)


def exchange_code(wanted: dict[str, str]) -> bool:
    """Give a function, wherever it is held, the code of the faulty source; whether that went."""
    file = sys.modules[wanted["file"].removesuffix(".py").replace("/", ".")].__file__
    name = wanted["function"]
    code = code_of(compile(wanted["source"], str(file), "exec"), name)
    alive = [
        one
        for one in gc.get_objects()
        if isinstance(one, FunctionType)
        and (one.__code__.co_filename, one.__code__.co_qualname) == (file, name)
    ]
    if code is None or not alive:
        return False
    try:
        for one in alive:
            one.__code__ = code
    except ValueError:
        # Its closure holds other names.
        return False
    return True


def code_of(code: CodeType, name: str) -> CodeType | None:
    """A function's code within that of its file."""
    if code.co_qualname == name:
        return code
    inner = (code_of(one, name) for one in code.co_consts if isinstance(one, CodeType))
    return next((one for one in inner if one), None)


def wait_for(child: int, seconds: int) -> int:
    """A fork's exit status, ``HUNG`` where it had to be ended."""
    until = time.monotonic() + seconds
    while seconds and time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    if seconds:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return HUNG if seconds else os.waitstatus_to_exitcode(status)


def tests_by_line(bench: Bench, app: str, folders: list[str]) -> dict[tuple[str, int], set[str]]:
    """Which tests run a line, from one run with coverage."""
    status = bench.run(*folders, f"--cov={app}", "--cov-context=test", "--cov-report=")
    if status:
        sys.exit(f"The tests of {app} fail without any fault (status {status}).")
    data = coverage.CoverageData(str(bench.home / ".coverage"))
    data.read()
    found: dict[tuple[str, int], set[str]] = {}
    for file in data.measured_files():
        name = str(Path(file).relative_to(bench.home))
        for line, contexts in data.contexts_by_lineno(file).items():
            tests = {context.rpartition("|")[0] for context in contexts if "|run" in context}
            found[name, line] = tests
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("app")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--since", default="", help="only services that changed after this commit")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tests", nargs="*", help="folders of tests; the app's own if left out")
    options = parser.parse_args()
    folders = options.tests or [f"tests/{options.app}"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutants-")))
        benches: Queue[Bench] = Queue()
        for number in range(options.processes):
            urls = stack.enter_context(embedded.temporary())
            bench = Bench(folder, number, urls, folders)
            stack.callback(bench.close)
            benches.put(bench)
        try_all(options, benches, folders)


def try_all(options: argparse.Namespace, benches: Queue[Bench], folders: list[str]) -> None:
    first = benches.get()
    lines = tests_by_line(first, options.app, folders)
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
        tests = set().union(*(lines.get((mutant.file, line), set()) for line in mutant.lines))
        tried += 1
        if not tests:
            untested.append(mutant)
            return
        bench = benches.get()
        try:
            if bench.survives(mutant, sorted(tests, key=len)):
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
    if sys.argv[1:2] == ["--serve"]:
        serve_runs(sys.argv[2:])
    else:
        main()
