"""Who gets what at which address: the written table that the live addresses are held to.

Each app has its own rows in ``tests/<app>/access.py``; this puts them together, so that a new app
adds a file and changes none. A file holds

``TABLE``        its addresses, by name
``NO_PAGES``     those that answer with a file or a piece of a page (may be left out)
``places``       makes the app's objects in the guards' world and says the arguments of their
                 addresses; called in the order of INSTALLED_APPS (may be left out)
"""

from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps

from tests.guards.rows import EVERYBODY, Row, page
from tests.guards.source import APPS


def access_files() -> dict[str, ModuleType]:
    """The file of each app that has one, by the app's label, low apps first."""
    names = {
        app.label: f"tests.{app.label}.access" for app in apps.get_app_configs() if app.name in APPS
    }
    return {label: import_module(name) for label, name in names.items() if find_spec(name)}


def joined(files: dict[str, ModuleType]) -> dict[str, Row]:
    """All rows; an app lists addresses of its own name space only."""
    table: dict[str, Row] = {}
    for label, file in files.items():
        strange = [name for name in file.TABLE if name.split(":")[0] != label]
        assert not strange, f"{file.__name__} lists addresses of other apps: {strange}"
        table |= file.TABLE
    return table


FILES = access_files()
TABLE = joined(FILES)
NO_PAGES = {name for file in FILES.values() for name in getattr(file, "NO_PAGES", ())}
#: What the operator configures; everybody else is sent home.
ADMIN = replace(page(EVERYBODY), ok=(200, 302))
