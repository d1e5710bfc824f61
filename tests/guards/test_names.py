"""What may not stand in any file: addresses of machines and registries, notes to self, real people.

Words are written with a cut in them, so that this file passes its own guards.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest
from stdnum.cn import ric

from core import audit
from tests.guards.source import ROOT, Module, files, module, modules

#: Stands in words that this file may not hold whole.
CUT = "~"
BARRED = {
    "machine paths": r"(?<![\w.{<])/(ro~ot|ho~me/\w+|wo~rk/(main|shared|plan)|Us~ers/\w+)\b",
    "registries' addresses": (
        r"py~pi\.(org|python)|python~hosted\.org|registry\.npm~js|proxy\.go~lang"
        r"|mirrors?\.(ali~yun|tu~na|us~tc|ten~cent|hua~wei)|ghcr\.i~o|docker\.i~o"
    ),
    "notes to self": r"\b(TO~DO|FIX~ME|HA~CK)\b",
    "merge marks": r"^(<{7}|>{7}) ",
    "keys": r"-----BEGIN [A-Z ]*PRIVATE K~EY-----|\bAK~IA[0-9A-Z]{16}\b",
}
CANARIES = [
    ("cache = '/ro~ot/.cache'", "see /ho~me/wang/x", "/wo~rk/main/core", "/Us~ers/li/x"),
    ("https://py~pi.org/simple", "https://files.python~hosted.org/x", "mirrors.ali~yun.com"),
    ("# TO~DO: later", "# FIX~ME", "# HA~CK"),
    ("<<<<<<< HEAD", ">>>>>>> branch"),
    ("-----BEGIN RSA PRIVATE K~EY-----", "AK~IA" + "A1" * 8),
]
TEXT = {".py", ".html", ".css", ".js", ".md", ".toml", ".in", ".txt", ".json", ".csv", ".xml", ""}
INDEXES = r"--(extra-)?index-url|--find-links|--trusted-host|https?://|git\+|@ file:"
#: People invented for the tests; outside of tests no whole ID number stands in any file.
ID_NUMBER = re.compile(r"(?<!\d)[1-6]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dX](?!\d)")


def whole(text: str) -> str:
    return text.replace(CUT, "")


def barred(text: str) -> list[str]:
    rules = ((name, whole(rule)) for name, rule in BARRED.items())
    return [name for name, rule in rules if re.search(rule, text, re.MULTILINE)]


def texts() -> Iterator[tuple[Path, str]]:
    for path in files():
        if path.suffix in TEXT and not path.is_relative_to(ROOT / "tests" / "data"):
            yield path.relative_to(ROOT), path.read_text("utf-8")


def id_numbers(text: str) -> list[str]:
    """Whole numbers with a true check digit, which somebody may bear."""
    return [number for number in ID_NUMBER.findall(text) if _checks(number)]


def _checks(number: str) -> bool:
    return ric.calc_check_digit(number) == number[-1]


def printing(module: Module) -> Iterator[str]:
    """Modules that write past log and command output."""
    for node in ast.walk(module.tree):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if name in {"print", "breakpoint", "pprint"}:
            yield f"{module.name} calls {name}"


def unnamed_actions(module: Module) -> Iterator[str]:
    """Calls of audit.record with an action in quotes, which nobody has declared."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
            action = node.args[1] if len(node.args) > 1 else None
            if isinstance(action, ast.Constant):
                yield f"{module.name} records {action.value!r}"


def assigned_twice(tree: ast.Module) -> list[str]:
    """Settings of which only the last one counts."""
    targets = chain.from_iterable(
        node.targets if isinstance(node, ast.Assign) else [node.target]
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    )
    counted = Counter(node.id for node in targets if isinstance(node, ast.Name))
    return [name for name, count in counted.items() if count > 1]


def is_chinese(text: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", text)) and not re.search(r"[A-Za-z]{4,}", text)


class TestFiles:
    def test_hold_nothing_barred(self):
        found = {str(path): barred(text) for path, text in texts()}
        assert {path: names for path, names in found.items() if names} == {}

    @pytest.mark.parametrize(
        ("name", "canaries"), list(zip(BARRED, CANARIES, strict=True)), ids=list(BARRED)
    )
    def test_every_rule_bites(self, name, canaries):
        assert [canary for canary in canaries if name not in barred(whole(canary))] == []

    def test_are_looked_at_all(self):
        seen = {path.name for path, _ in texts()}
        assert {"settings.py", "Makefile", "base.html", "base.txt", "CONTRIBUTING.md"} <= seen


class TestLockFiles:
    def test_name_no_index(self):
        locks = sorted((ROOT / "requirements").glob("*.*"))
        assert {path.name for path in locks} >= {"base.txt", "dev.txt"}
        assert [path.name for path in locks if re.search(INDEXES, path.read_text())] == []

    def test_that_do_are_found(self):
        for line in ("--index-url https://x", "x @ git+ssh://y", "--find-links ."):
            assert re.search(INDEXES, line)


class TestPeople:
    def test_stand_in_tests_only(self):
        found = {str(path): id_numbers(text) for path, text in texts() if path.parts[0] != "tests"}
        assert {path: numbers for path, numbers in found.items() if numbers} == {}

    def test_elsewhere_are_found(self):
        assert id_numbers('example="654201197302110832"') == ["654201197302110832"]
        assert id_numbers("654201197302110831 has a wrong check digit") == []


class TestCode:
    def test_prints_nothing(self):
        assert list(chain.from_iterable(map(printing, modules()))) == []

    def test_that_prints_is_found(self):
        assert list(printing(module("print(row)"))) == ["payroll.views calls print"]


@pytest.fixture(scope="module")
def actions() -> dict[str, str]:
    """Everything that can be recorded, whichever module declares it."""
    for one in modules():
        import_module(one.name)
    return {code: declared.label for code, declared in audit._actions.items()}


class TestAuditActions:
    def test_have_chinese_names(self, actions):
        assert len(actions) > 20
        assert [code for code, label in actions.items() if not is_chinese(label)] == []

    def test_have_codes_of_two_words(self, actions):
        pattern = re.compile(r"[a-z_]+\.[a-z_]+")
        assert [code for code in actions if not pattern.fullmatch(code)] == []

    def test_differ_on_screen(self, actions):
        counted = Counter(actions.values())
        assert [label for label, count in counted.items() if count > 1] == []

    def test_are_declared_where_they_are_recorded(self):
        assert list(chain.from_iterable(map(unnamed_actions, modules()))) == []

    def test_in_quotes_are_found(self):
        assert list(unnamed_actions(module("audit.record(actor, 'sheet.x', subject, now=NOW)")))

    @pytest.mark.parametrize("label", ["Submit", "提交 sheet", ""])
    def test_without_a_chinese_name_are_found(self, label):
        assert not is_chinese(label)


class TestSettings:
    def test_are_given_once(self):
        tree = ast.parse((ROOT / "wagemon" / "settings.py").read_text("utf-8"))
        assert assigned_twice(tree) == []

    def test_given_twice_are_found(self):
        assert assigned_twice(ast.parse("A = 1\nB: int = 2\nA = 3")) == ["A"]
