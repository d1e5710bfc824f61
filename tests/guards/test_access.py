"""What each view declares at its head (core.access) is what the written table says.

Every address declares whom it is open to. The declaration is asked for everybody of the cast, and
has to answer as the table does; that the view then behaves so is test_urls' business.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.views.decorators.http import require_safe

import wagemon.urls
from core.access import PUBLIC, SIGNED_IN, HasRole, InScope, Rule, open_to
from core.actor import Forbidden
from identity.roles import GOVERNMENT
from tests.guards.access_table import TABLE
from tests.guards.rows import EVERYBODY, Row, form, page, public

pytestmark = pytest.mark.django_db


def live_views(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, Callable]]:
    """Every address's name and view; ``admin/`` has its own permissions."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from live_views(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern.callback


def declared() -> dict[str, Rule]:
    """Address → whom its view declares itself open to."""
    views = live_views(get_resolver().url_patterns)
    return {name: view.open_to for name, view in views if hasattr(view, "open_to")}


def undeclared() -> dict[str, str]:
    """Address → module, of the views that declare nothing."""
    views = live_views(get_resolver().url_patterns)
    return {name: view.__module__ for name, view in views if not hasattr(view, "open_to")}


def outcome(rule: Rule, actor: Any, address: dict[str, Any]) -> int:
    """What the rule answers somebody, as a status."""
    try:
        rule.check(actor, **address)
    except ObjectDoesNotExist:
        return 404
    except Forbidden:
        return 403
    return 200


def mismatches(world: Any, rule: Rule, row: Row) -> dict[str, str]:
    """For whom the declaration and the written table differ."""
    if row.public or not rule.signed_in:
        return {} if row.public != rule.signed_in else {"everybody": f"sign-in: {rule.signed_in}"}
    method = row.methods[-1]
    if rule is SIGNED_IN:
        barred = row.sees - row.allowed(method)
        return dict.fromkeys(barred, "declared for all who see it")
    wrong = {}
    for persona in EVERYBODY:
        written = 404 if persona not in row.sees else 403
        written = 200 if persona in row.allowed(method) else written
        answer = outcome(rule, world.actors[persona], world.arguments(row.at))
        if answer != written:
            wrong[persona] = f"declared {answer}, written {written}"
    return wrong


def names() -> list[str]:
    return sorted(declared())


class TestDeclarations:
    def test_stand_at_the_head_of_every_view(self):
        assert undeclared() == {}

    @pytest.mark.parametrize("name", names())
    def test_are_what_the_table_says(self, world, name):
        assert mismatches(world, declared()[name], TABLE[name]) == {}


@require_safe
def silent_view(request):
    """What somebody might add in a hurry."""
    return HttpResponse("全部工人的名单")


@require_safe
@open_to(HasRole(*GOVERNMENT))
def officers_view(request):
    return silent_view(request)


class Canary:
    """The live addresses and two more."""

    urlpatterns = [
        *wagemon.urls.urlpatterns,
        path("canary/", silent_view, name="canary"),
        path("officers/", officers_view, name="officers"),
    ]


class TestCanary:
    def test_that_declares_nothing_is_found(self):
        with override_settings(ROOT_URLCONF=Canary):
            assert undeclared()["canary"] == __name__
            assert "officers" in declared()

    def test_that_declares_too_much_is_found(self, world):
        row = form({"admin", "owner"}, {"admin"}, at="project")
        assert mismatches(world, SIGNED_IN, row) == {"owner": "declared for all who see it"}
        assert mismatches(world, PUBLIC, row) == {"everybody": "sign-in: False"}

    def test_that_declares_too_little_is_found(self, world):
        rule = HasRole(*GOVERNMENT)
        assert mismatches(world, rule, page(EVERYBODY))["admin"] == "declared 403, written 200"
        assert mismatches(world, rule, public()) == {"everybody": "sign-in: True"}

    def test_that_loads_past_the_scope_is_found(self, world):
        rule = InScope(lambda **address: None, lambda actor, row: None)
        assert mismatches(world, rule, TABLE["projects:people"])["bank"] == (
            "declared 200, written 404"
        )

    def test_is_enforced_too(self, world):
        with override_settings(ROOT_URLCONF=Canary):
            assert world.ask("admin", "/officers/").status_code == 403
            assert world.ask("county", "/officers/").status_code == 200
