"""The project's own source, as the guards read it."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
#: The platform's own apps, as settings name them.
APPS = [name for name in settings.INSTALLED_APPS if (ROOT / name / "__init__.py").exists()]


@dataclass(frozen=True)
class Module:
    """A file of Python: ``name`` is dotted, ``parts`` are its words."""

    name: str
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.name.split("."))

    @property
    def layer(self) -> str:
        """The second word: "views" of payroll.views.sheets; "" of an app itself.

        The third of what is built like an app inside core: "selectors" of core.messages.selectors.
        """
        words = self.parts[2:] if self.parts[:2] == ("core", "messages") else self.parts[1:]
        return words[0] if words else ""


def module(source: str, name: str = "payroll.views") -> Module:
    """A sample for a canary, as if it stood in that module."""
    return Module(name, ast.parse(source))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the apps, migrations apart."""
    paths = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
    return tuple(
        Module(_dotted(path), ast.parse(path.read_text("utf-8")))
        for path in paths
        if "migrations" not in path.parts
    )


def _dotted(path: Path) -> str:
    words = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


def imports(tree: ast.AST) -> Iterator[str]:
    """What a module imports, dotted: ``from a import b`` gives "a" and "a.b"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of a module and the methods of its classes, with their qualified names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def attributes(tree: ast.AST) -> set[str]:
    """Every name that is read after a dot."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def names(tree: ast.AST) -> set[str]:
    """Every plain name that is read."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


@cache
def files() -> tuple[Path, ...]:
    """The project's files: those of version control, or all but what was made or installed."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        found = (ROOT / line for line in listed.stdout.splitlines())
    else:
        found = (path for path in ROOT.rglob("*") if not _made(path.relative_to(ROOT)))
    return tuple(sorted(path for path in found if path.is_file()))


def _made(path: Path) -> bool:
    return path.parts[0] == "var" or any(
        part.startswith(".") or part == "__pycache__" for part in path.parts
    )
