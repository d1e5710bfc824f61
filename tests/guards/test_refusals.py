"""Every refusal has its sentence, somebody who raises it and a test that names it."""

import ast
import re
from collections.abc import Iterator
from itertools import chain

from core.errors import Refused, declared_refusals, placeholders
from tests.guards.source import ROOT, Module, imports, module, modules

#: Codes that no test names yet. It only shrinks.
NOT_YET_NAMED: set[str] = set()
#: Modules whose status changes do not go through core.transition, each with its reason.
ASSIGN_STATUS = {
    "core.transition": "is the way itself",
    "core.messages.services.delivery": "gives back what dead workers left, all at once",
    "monitoring.engine": "says how a run went before it is on record",
    "monitoring.reconciling": "brings all of a rule's warnings in line under the lock of the pass",
    "monitoring.services": "takes back all runs of a clock that ran ahead",
    "payroll.services.claims": "settles items and lines of claims that it has locked",
    "payroll.services.payments": "settles items and lines of an order that it has locked",
    "demo.accounts": "writes a past that the bank has settled",
}
#: Refused and the classes that are told apart from it.
NAMES = {"Refused", *(each.__name__ for each in Refused.__subclasses__())}
STATUS_COLUMNS = {"status", "state", "condition", "handling"}


def refusals(of: Module) -> Iterator[tuple[str, set[str]]]:
    """The codes that a module refuses with, each with the values that it hands in."""
    for node in ast.walk(of.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in NAMES:
            code = node.args[0] if node.args else None
            values = {keyword.arg or "**" for keyword in node.keywords} - {"field"}
            if isinstance(code, ast.Constant):
                yield str(code.value), values
            elif code is not None:
                yield f"{of.name} makes its code up: {ast.unparse(code)}", values


def wrongly_refused(of: Module) -> Iterator[str]:
    """Refusals with codes that nobody declared, or with other values than the sentence takes."""
    if of.parts[0] == "sandbox_bank":
        return  # It is another firm's program and refuses in words of its own.
    known = declared_refusals()
    for code, values in refusals(of):
        if code not in known:
            yield f"{of.name}: {code}"
        elif values != placeholders(code):
            yield f"{of.name}: {code} takes {sorted(placeholders(code))}, not {sorted(values)}"


def status_changes(of: Module) -> Iterator[str]:
    """Where a module sets a status by hand: an update, a bulk update or an assignment."""
    if "migrations" in of.parts or "models" in of.parts:
        return
    for node in ast.walk(of.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = {keyword.arg for keyword in node.keywords}
            if node.func.attr == "bulk_update":
                named = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
            if node.func.attr in {"update", "bulk_update"} and named & STATUS_COLUMNS:
                yield f"{of.name}:{node.lineno}"
        elif isinstance(node, ast.Assign):
            targets = chain.from_iterable(map(ast.walk, node.targets))
            written = (t for t in targets if isinstance(t, ast.Attribute))
            if any(t.attr in STATUS_COLUMNS and ast.unparse(t.value) != "self" for t in written):
                yield f"{of.name}:{node.lineno}"


def texts_of_tests() -> str:
    here = ROOT / "tests"
    return "\n".join(
        path.read_text("utf-8") for path in here.rglob("test_*.py") if path.parent.name != "guards"
    )


class TestRefusals:
    def test_are_declared_and_filled(self):
        assert list(chain.from_iterable(map(wrongly_refused, modules()))) == []

    def test_that_are_not_are_found(self):
        for source in ('Refused("no.such")', 'Refused("state.changed", count=1)', "Refused(code)"):
            assert list(wrongly_refused(module(source))), source

    def test_are_all_raised_somewhere(self):
        raised = {code for each in modules() for code, _ in refusals(each)}
        assert set(declared_refusals()) - raised == set()

    def test_are_all_named_in_a_test(self):
        named = set(re.findall(r'"([a-z][a-z0-9_.]+)"', texts_of_tests()))
        assert set(declared_refusals()) - named - NOT_YET_NAMED == set()

    def test_leave_the_list_once_they_are_named(self):
        named = set(re.findall(r'"([a-z][a-z0-9_.]+)"', texts_of_tests()))
        assert {code for code in NOT_YET_NAMED if code in named} == set()
        assert set(declared_refusals()) >= NOT_YET_NAMED


class TestStatus:
    def test_is_only_changed_by_a_transition(self):
        found = [
            each for m in modules() if m.name not in ASSIGN_STATUS for each in status_changes(m)
        ]
        assert found == []

    def test_exceptions_are_still_exceptions(self):
        assert {m.name for m in modules() if any(status_changes(m))} == set(ASSIGN_STATUS) - {
            "core.transition"
        }

    def test_changed_by_hand_is_found(self):
        for source in (
            "rows.update(status=to)",
            "sheet.status = to",
            "a.status, b.at = to, now",
            'Line.objects.bulk_update(lines, ["status"])',
        ):
            assert list(status_changes(module(source, "payroll.services"))), source


class TestRedirect:
    def test_is_the_one_of_core(self):
        """django.shortcuts.redirect knows no htmx call: the page would be swapped into a piece."""
        assert [m.name for m in modules() if "django.shortcuts.redirect" in imports(m.tree)] == []
