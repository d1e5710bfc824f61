"""The registry of what apps declare for pages and acts that many apps share.

A *kind* is a frozen dataclass derived from :class:`Hook`; it belongs to the lowest app that knows
its words: general kinds stand in :mod:`core.hook_kinds`, those of a project's pages in
:mod:`projects.hook_kinds`. An app declares its own in its module ``hooks.py``::

    from core import hooks
    from projects.hook_kinds import ProjectTab

    hooks.declare(ProjectTab(key="bond", order=40, label="保证金", page="bonds:project"))

and whoever owns the shared page asks :func:`declared` for the kind, naming no app. Everything is
read once at start (core's ``AppConfig.ready``, when all apps and their models are there). What is
wrong stops the start: an unknown field, a key declared twice, a reference to something that nobody
declared, a declaration from anywhere but ``hooks.py``.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar, cast

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule


class WrongHook(Exception):
    """A declaration that cannot hold; it stops the start."""


@dataclass(frozen=True, kw_only=True)
class Hook:
    """What all kinds have: a ``key`` that is unique in the kind, and a place in its order.

    Equal ``order`` is settled by the key. Leave gaps (10, 20, …) for apps to come.
    """

    key: str
    order: int = 0

    def check(self) -> None:
        """Look at what this declaration refers to, once everything is declared.

        :raises WrongHook: it refers to something that nobody declared.
        """


Kind = TypeVar("Kind", bound=Hook)
#: What was declared, by kind and key, with the app that did.
_declared: dict[type[Hook], dict[str, tuple[str, Hook]]] = {}
#: The app whose hooks are being read; None outside of :func:`load`.
_reading: str | None = None


def declare(*hooks: Hook) -> None:
    """Put these into their shared pages; only in an app's ``hooks.py`` or what it imports.

    :raises WrongHook: no hook, at another time, or a key that the kind has already.
    """
    if _reading is None:
        raise WrongHook("Hooks are declared in an app's hooks.py, which is read at start.")
    for hook in hooks:
        if not isinstance(hook, Hook) or type(hook) is Hook:
            raise WrongHook(f"{hook!r} is of no kind: derive one from core.hooks.Hook.")
        known = _declared.setdefault(type(hook), {})
        if hook.key in known:
            owner = known[hook.key][0]
            raise WrongHook(f"{type(hook).__name__} {hook.key} of {_reading} is {owner}'s already.")
        known[hook.key] = (_reading, hook)


def declared(kind: type[Kind]) -> list[Kind]:
    """What the installed apps declared of a kind, in its order."""
    installed = {config.name for config in apps.get_app_configs()}
    found = (cast(Kind, hook) for app, hook in _declared.get(kind, {}).values() if app in installed)
    return sorted(found, key=lambda hook: (hook.order, hook.key))


def one(kind: type[Kind], key: str) -> Kind:
    """The declaration of that key.

    :raises LookupError: no installed app declared it.
    """
    for hook in declared(kind):
        if hook.key == key:
            return hook
    raise LookupError(f"No installed app declares the {kind.__name__} {key}.")


def kinds() -> list[type[Hook]]:
    """The kinds of which something is declared."""
    return list(_declared)


def is_platform_app(config: AppConfig) -> bool:
    """Whether the app is one of the platform's own: it has a ``hooks.py``."""
    return module_has_submodule(config.module, "hooks")


def load() -> None:
    """Read the ``hooks.py`` of every installed app, then check what they refer to.

    :raises WrongHook: a declaration cannot hold.
    """
    global _reading
    for config in apps.get_app_configs():
        # core.hooks is this module.
        if config.name != "core" and is_platform_app(config):
            _reading = config.name
            try:
                import_module(f"{config.name}.hooks")
            finally:
                _reading = None
    for kind in kinds():
        for hook in declared(kind):
            hook.check()
