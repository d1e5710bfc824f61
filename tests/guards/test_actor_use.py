"""A selector that takes an actor uses it: to cut rows, to ask what it may, or in another's hands.

That it takes one (test_scope) proves little: it could be forgotten on the way. Here each use is
followed through the platform's own functions until something is done with it: an attribute is
read, or it is handed to what is none of our functions (``visible_to``, a class).
"""

import ast
from collections.abc import Iterator
from functools import cache

from tests.guards.source import Module, functions, module, modules

#: Public selectors whose actor does not matter, and why they take one all the same.
IGNORING: dict[str, str] = {
    "accounts.selectors.accounts.asked_name": "an account's name as its contract has it",
    "identity.selectors.organisations.bank": "cooperating banks are public",
    "identity.selectors.organisations.banks": "cooperating banks are public",
    "identity.selectors.organisations.industry": "industries are a public dictionary",
    "identity.selectors.organisations.prefecture_choices": "divisions are a public dictionary",
    "identity.selectors.organisations.region": "divisions are a public dictionary",
    "identity.selectors.organisations.role_choices": "which roles a kind of unit has is no secret",
    "identity.selectors.organisations.unit_by_uscc": "what a licence says, to who holds its number",
}
ACTOR = "actor"


class Code:
    """Modules by their names, with what each name in them means."""

    def __init__(self, all_modules: tuple[Module, ...]):
        self.functions = {m.name: _top_level(m.tree) for m in all_modules}
        self.imports = {m.name: dict(_imported(m.tree)) for m in all_modules}

    def find(self, where: str, name: str) -> tuple[str, ast.FunctionDef] | None:
        """The function of ours that a name, plain or dotted, means in a module, and its home."""
        head, _, rest = name.partition(".")
        if not rest and head in self.functions[where]:
            return where, self.functions[where][head]
        meant = self.imports[where].get(head)
        if meant is None:
            return None
        home, _, last = (f"{meant}.{rest}" if rest else meant).rpartition(".")
        return self.find(home, last) if home in self.functions else None

    def uses(self, where: str, function: ast.FunctionDef, parameter: str) -> bool:
        """Whether something is done with a parameter, here or where it is handed on to."""
        return self._uses(where, function, parameter, frozenset())

    def _uses(
        self, where: str, function: ast.FunctionDef, parameter: str, seen: frozenset[tuple]
    ) -> bool:
        if (where, function.name, parameter) in seen:
            return False
        seen |= {(where, function.name, parameter)}
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and _is(node.value, parameter):
                return True
            if isinstance(node, ast.Dict) and any(_is(value, parameter) for value in node.values):
                return True  # handed on as **where: too far to follow
            if isinstance(node, ast.Call):
                for name in _handed_as(node, parameter):
                    called = self.find(where, ast.unparse(node.func))
                    if called is None or self._uses(*called, _named(called[1], name), seen):
                        return True
        return False


def _top_level(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(name here, what it is, dotted)."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, alias.name


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _handed_as(call: ast.Call, name: str) -> Iterator[str | int]:
    """By which keywords or places a call is handed the name."""
    yield from (place for place, argument in enumerate(call.args) if _is(argument, name))
    yield from (one.arg for one in call.keywords if one.arg and _is(one.value, name))


def _named(function: ast.FunctionDef, key: str | int) -> str:
    return function.args.args[key].arg if isinstance(key, int) else key


@cache
def code() -> Code:
    return Code(modules())


def ignoring(module: Module, known: Code) -> Iterator[str]:
    """Public selectors that take an actor and do nothing with it."""
    if module.layer != "selectors":
        return
    for name, function in functions(module.tree):
        taken = {a.arg for a in [*function.args.args, *function.args.kwonlyargs]}
        is_public = not name.rpartition(".")[2].startswith("_")
        if is_public and ACTOR in taken and not known.uses(module.name, function, ACTOR):
            yield f"{module.name}.{name}"


def found(**sources: str) -> list[str]:
    """What the guard finds in modules made up for it."""
    made = tuple(module(source, name.replace("__", ".")) for name, source in sources.items())
    return [name for one in made for name in ignoring(one, Code(made))]


class TestSelectors:
    def test_use_their_actor(self):
        names = {name for one in modules() for name in ignoring(one, code())}
        assert names - set(IGNORING) == set()

    def test_reasons_are_still_needed(self):
        names = {name for one in modules() for name in ignoring(one, code())}
        assert set(IGNORING) - names == set()


class TestCanary:
    def test_that_only_take_it_are_found(self):
        source = (
            "def a(*, actor):\n    return Sheet.everything.all()\n"
            "def b(*, actor):\n    del actor\n    return 1\n"
            "def c(*, actor):\n    return once_a_request(('key', actor), lambda: 1)\n"
        )
        assert found(payroll__selectors=source) == [f"payroll.selectors.{name}" for name in "abc"]

    def test_that_hand_it_to_one_that_ignores_it_are_found(self):
        wrong = found(
            workers__selectors__people="def known(*, actor):\n    return 1\n",
            workers__selectors="from workers.selectors.people import known\n",
            payroll__selectors=(
                "from workers import selectors as workers\n"
                "def a(*, actor):\n    return workers.known(actor=actor)\n"
                "def _b(who):\n    return who\n"
                "def c(*, actor):\n    return _b(actor)\n"
                "def d(*, actor):\n    return d(actor=actor)\n"
            ),
        )
        assert wrong == [
            "workers.selectors.people.known",
            "payroll.selectors.a",
            "payroll.selectors.c",
            "payroll.selectors.d",
        ]

    def test_that_use_it_pass(self):
        source = (
            "def a(*, actor):\n    return Sheet.objects.visible_to(actor)\n"
            "def b(*, actor):\n    return a(actor=actor)\n"
            "def c(*, actor):\n    return actor.organisation\n"
            "def d(*, actor):\n    return once_a_request('key', lambda: a(actor=actor))\n"
            "def e(*, actor):\n    return Work(actor)\n"
            "def h(*, actor):\n    where = {'actor': actor}\n    return a(**where)\n"
            "def _f(rows, who):\n    return rows.visible_to(who)\n"
            "def g(*, actor):\n    return _f(rows, actor)\n"
        )
        assert found(payroll__selectors=source) == []
