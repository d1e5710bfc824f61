"""The apps stand where the contracts say, and nothing stands beside them.

import-linter holds the contracts; it cannot see what they leave out. These guards can.
"""

import ast
import tomllib
from collections.abc import Iterator
from itertools import chain

from tests.guards.source import APPS, ROOT, Module, imports, module, modules

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINTER = CONFIG["tool"]["importlinter"]
BETWEEN, INSIDE, VIEWS = LINTER["contracts"]
#: Python at the top that is no app: the project package, tests, benchmarks.
NO_APPS = {"wagemon", "tests", "bench"}
#: What stands on top of an app; nothing below may reach up to it.
TOP = {"urls", "views", "tasks", "admin", "management", "hooks"}
#: Not a declaration: the registry that every app's hooks.py declares to.
REGISTRY = "core.hooks"
#: The clock is read at the edge and handed down; core keeps its own mechanisms' time.
READS_CLOCK = {"views", "tasks", "hooks", "management", "middleware"}
CLOCKS = {"timezone.now", "timezone.localdate", "date.today", "datetime.now", "datetime.today"}
WALL_CLOCK = {
    # Sessions expire by the browser's time, not by a demo's.
    "identity.guessing",
    "identity.sessions",
    "identity.signing_in",
    # Codes age by the moment of the request.
    "identity.step_up",
}


def words(layers: list[str]) -> set[str]:
    """The modules of a contract's layers: "(views) | (tasks)" names two."""
    return {word.strip(" ()") for layer in layers for word in layer.split("|")}


def having(name: str) -> set[str]:
    """The apps that have a module or package of this name."""
    return {m.parts[0] for m in modules() if m.parts[1:] == (name,)}


def folders() -> set[str]:
    """Folders at the top that hold Python."""
    found = (path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
    return {path.name for path in found if any(path.glob("*.py"))}


def reaching_up(module: Module) -> Iterator[str]:
    """What a module below the top imports from the top of an app."""
    if module.layer in TOP or module.parts[0] not in APPS:
        return
    for name in imports(module.tree):
        parts = name.split(".")
        if name.startswith(REGISTRY):
            continue
        if parts[0] in APPS and len(parts) > 1 and parts[1] in TOP:
            yield f"{module.name} imports {name}"


def telling_time(module: Module) -> Iterator[str]:
    """Modules below the edge that look at a clock."""
    if module.parts[0] == "core" or READS_CLOCK & set(module.parts) or module.name in WALL_CLOCK:
        return
    clocks = {"core.clock", "core.clock.now", "core.clock.today", "django.utils.timezone.now"}
    if clocks & set(imports(module.tree)):
        yield f"{module.name} imports a clock"
    yield from (f"{module.name} calls {call}" for call in _calls(module) if call in CLOCKS)


def beyond_messages(module: Module) -> Iterator[str]:
    """What the sandbox bank knows of the platform besides the messages that they exchange."""
    for name in imports(module.tree):
        ours = name.split(".")[0] in {*APPS, "wagemon"} - {"sandbox_bank"}
        if ours and not f"{name}.".startswith("accounts.bank.") and name != "accounts":
            yield f"{module.name} imports {name}"


def _calls(module: Module) -> Iterator[str]:
    """Calls of what is reached by a dot; ``localdate(moment)`` only turns a moment into its day."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = ast.unparse(node.func)
            if name != "timezone.localdate" or not node.args:
                yield name


class TestApps:
    def test_are_the_folders(self):
        assert folders() - NO_APPS == set(APPS)

    def test_are_all_watched(self):
        assert set(LINTER["root_packages"]) == set(APPS)

    def test_are_all_placed(self):
        assert words(BETWEEN["layers"]) == set(APPS)

    def test_are_placed_as_the_map_says(self):
        order = " > ".join(BETWEEN["layers"])
        assert f"`{order}`" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")

    def test_are_ordered_inside(self):
        assert set(INSIDE["containers"]) == set(APPS) - {"core"}

    def test_with_addresses_declare_themselves(self):
        """wagemon.urls takes the addresses of apps that have a hooks.py."""
        assert having("urls") - having("hooks") == set()

    def test_have_their_hooks_beside_views(self):
        (beside,) = (layer for layer in INSIDE["layers"] if "(views)" in layer)
        assert "hooks" in words([beside])

    def test_that_are_not_placed_are_found(self, tmp_path, monkeypatch):
        (tmp_path / "bonds").mkdir()
        (tmp_path / "bonds" / "models.py").touch()
        monkeypatch.setattr("tests.guards.test_layers.ROOT", tmp_path)
        assert folders() - NO_APPS == {"bonds"}


class TestViews:
    def test_of_every_app_are_kept_from_models(self):
        assert set(VIEWS["source_modules"]) == {f"{app}.views" for app in having("views")}

    def test_are_kept_from_the_models_of_every_app(self):
        models = {f"{app}.models" for app in having("models") - {"core"}}
        assert set(VIEWS["forbidden_modules"]) == models


class TestLayersInside:
    def test_never_reach_up(self):
        assert list(chain.from_iterable(map(reaching_up, modules()))) == []

    def test_reaching_up_is_found(self):
        source = "from payroll import views\nfrom monitoring.tasks import sweep_daily"
        assert len(list(reaching_up(module(source, "payroll.services.sheets")))) == 3
        declaring = module("from workers import hooks", "payroll.services.sheets")
        assert list(reaching_up(declaring)) == ["payroll.services.sheets imports workers.hooks"]
        assert list(reaching_up(module("from core.hooks import declared"))) == []
        assert list(reaching_up(module(source, "payroll.urls"))) == []


class TestSandboxBank:
    def test_knows_the_messages_and_nothing_else_of_ours(self):
        own = [one for one in modules() if one.parts[0] == "sandbox_bank"]
        assert len(own) > 3
        assert list(chain.from_iterable(map(beyond_messages, own))) == []

    def test_that_knows_more_is_found(self):
        for source in (
            "from core import clock",
            "from accounts.models import SpecialAccount",
            "from accounts import services",
            "import payroll",
        ):
            assert list(beyond_messages(module(source, "sandbox_bank.web"))), source
        source = "from accounts.bank import pain001\nfrom accounts.bank.xml import BadMessage"
        assert list(beyond_messages(module(source, "sandbox_bank.web"))) == []


class TestTime:
    def test_is_told_at_the_edge_and_handed_down(self):
        assert list(chain.from_iterable(map(telling_time, modules()))) == []

    def test_told_below_is_found(self):
        for source in (
            "from core import clock",
            "from core.clock import today",
            "day = date.today()",
            "day = timezone.localdate()",
            "moment = timezone.now()",
        ):
            assert list(telling_time(module(source, "payroll.services.sheets"))), source
        assert list(telling_time(module("from core import clock", "payroll.views.sheets"))) == []
