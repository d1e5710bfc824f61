"""The registry of declared hooks: what is wrong stops the start."""

from dataclasses import dataclass

import pytest
from django.template.loader import get_template
from django.urls import reverse

from core import hook_kinds, hooks
from core.hook_kinds import Bar, BarredAct, HomeSection, NavigationSection, Panel
from core.hooks import Hook, WrongHook
from projects.hook_kinds import ProjectTab, System


@dataclass(frozen=True, kw_only=True)
class Flag(Hook):
    """A kind of the tests' own."""

    colour: str


@pytest.fixture
def reading(monkeypatch):
    """A registry of its own, as if the hooks of notices were being read."""
    monkeypatch.setattr(hooks, "_declared", {})
    monkeypatch.setattr(hooks, "_reading", "notices")


class TestDeclare:
    def test_is_for_hooks_modules_alone(self):
        with pytest.raises(WrongHook, match=r"hooks\.py"):
            hooks.declare(Flag(key="red", colour="red"))

    def test_refuses_a_key_twice(self, reading):
        hooks.declare(Flag(key="red", colour="red"))
        with pytest.raises(WrongHook, match="Flag red of notices is notices's already"):
            hooks.declare(Flag(key="red", colour="orange"))

    def test_takes_the_same_key_of_another_kind(self, reading):
        act = BarredAct(key="red", label="红")
        hooks.declare(Flag(key="red", colour="red"), act)
        assert hooks.declared(BarredAct) == [act]

    def test_refuses_what_is_of_no_kind(self, reading):
        for wrong in (Hook(key="red"), "red"):
            with pytest.raises(WrongHook, match="of no kind"):
                hooks.declare(wrong)

    def test_refuses_an_unknown_field(self):
        with pytest.raises(TypeError, match="colours"):
            Flag(key="red", colours="red")


class TestDeclared:
    def test_stands_in_order_then_by_key(self, reading):
        for key, order in (("c", 10), ("b", 20), ("a", 20)):
            hooks.declare(Flag(key=key, order=order, colour="red"))
        assert [flag.key for flag in hooks.declared(Flag)] == ["c", "a", "b"]

    def test_leaves_out_apps_that_are_not_installed(self, reading, settings):
        hooks.declare(Flag(key="red", colour="red"))
        settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "notices"]
        assert hooks.declared(Flag) == []

    def test_of_one_key_is_there_or_says_so(self, reading):
        hooks.declare(Flag(key="red", colour="red"))
        assert hooks.one(Flag, "red").colour == "red"
        with pytest.raises(LookupError, match="Flag blue"):
            hooks.one(Flag, "blue")


def nothing(**asked):
    """A selector that finds nothing."""


class TestLoad:
    @pytest.mark.parametrize(
        ("hook", "names"),
        [
            (Panel(key="x", beside="nowhere", selector=nothing, template=""), "nowhere"),
            (Bar(key="x", act="fly", reason="", selector=nothing), "fly"),
            (System(key="x", name="", tab="garden", selector=nothing), "garden"),
        ],
    )
    def test_refuses_a_reference_to_nothing(self, reading, hook, names):
        hooks.declare(hook)
        with pytest.raises(WrongHook, match=names):
            hooks.load()


class TestPlatform:
    """What the apps of the platform have declared."""

    def test_names_pages_that_exist(self):
        for section in hooks.declared(NavigationSection):
            assert reverse(section.page)
        for tab in hooks.declared(ProjectTab):
            assert reverse(tab.page, args=["XJ1"])

    def test_names_templates_that_exist(self):
        for kind in (HomeSection, Panel):
            for hook in hooks.declared(kind):
                assert get_template(hook.template)


def counted(counts):
    """A selector that counts so whatever it is handed."""
    return lambda objects: counts


class TestStandingBars:
    def test_say_why_on_each_object(self, reading):
        hooks.declare(
            BarredAct(key="close", label="销户"),
            Bar(
                key="b",
                act="close",
                order=2,
                reason="{count} 乙",
                selector=counted({1: 3, 2: 1}),
            ),
            Bar(key="a", act="close", order=1, reason="甲", selector=counted({1: 1, 2: 0})),
            Bar(key="c", act="open", reason="丙", selector=counted({1: 1})),
        )
        found = hook_kinds.standing_bars("close", [1, 2, 3])
        assert found == {1: ["甲", "3 乙"], 2: ["1 乙"]}

    def test_ask_nothing_of_no_objects(self, reading):
        def fail(ids):
            raise AssertionError

        hooks.declare(Bar(key="a", act="close", reason="甲。", selector=fail))
        assert hook_kinds.standing_bars("close", []) == {}
