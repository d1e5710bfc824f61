"""Every fault that a table or a form can have is named in a test, by its code."""

import ast
import re
from collections.abc import Iterator

from tests.guards.source import ROOT, Module, module, modules

#: What makes a fault, and which of its arguments is the code.
MAKERS = {"fail": 0, "Unreadable": 0, "fault": 1, "Issue": 3}


def fault_codes(of: Module) -> Iterator[str]:
    """The codes of the faults that a module finds."""
    for node in ast.walk(of.tree):
        if not isinstance(node, ast.Call):
            continue
        place = MAKERS.get(ast.unparse(node.func).rpartition(".")[2])
        if place is not None and len(node.args) > place:
            yield from (
                each.value
                for each in ast.walk(node.args[place])
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )
        yield from (
            keyword.value.value
            for keyword in node.keywords
            if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
            if ast.unparse(node.func) == "ValidationError"
        )


def all_codes() -> set[str]:
    return {code for one in modules() for code in fault_codes(one)}


def named_in_tests() -> set[str]:
    """Every short string of the tests, guards apart."""
    texts = (
        path.read_text("utf-8")
        for path in (ROOT / "tests").rglob("*.py")
        if path.parent.name != "guards"
    )
    return {word for text in texts for word in re.findall(r'"([a-z][a-z0-9_]+)"', text)}


class TestFaultCodes:
    def test_are_all_named_in_a_test(self):
        assert all_codes() - named_in_tests() == set()

    def test_are_found(self):
        assert {"check_digit", "already_listed", "no_header", "net_mismatch"} <= all_codes()
        for source in (
            'fail("new_code", "……")',
            'row.fault("name", "new_code", "……")',
            'Issue("", 0, "", "new_code", "……")',
            'raise Unreadable("new_code", "……")',
            'ValidationError("……", code="new_code")',
            'row.fault("id", "new_code" if x else "other", "……")',
        ):
            assert "new_code" in set(fault_codes(module(source))), source
