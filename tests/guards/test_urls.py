"""Every address of the platform, with everybody who could ask for it, against the written table.

Out of scope is 404, in scope but not allowed 403, and whoever has not signed in is sent to do so.
An address that the table does not list fails, and so does a row that no address answers to.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

import wagemon.urls
from tests.guards.access_table import ADMIN, TABLE
from tests.guards.rows import EVERYBODY, Row, page
from tests.guards.world import ANONYMOUS, World

pytestmark = pytest.mark.django_db
#: Addresses of admin/ without an object, which go by one rule.
ADMIN_PAGES = ("index", "identity_region_changelist", "core_calendarday_add")
OPERATOR = "operator"


def addresses(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    """The names of all addresses; one without a name goes by what it answers to."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"


def unlisted(table: dict[str, Row]) -> set[str]:
    """Live addresses that the table does not know."""
    live = set(addresses(get_resolver().url_patterns))
    return {name for name in live if not name.startswith("admin:")} - set(table)


def ask(world: World, persona: str, method: str, url: str, row: Row) -> tuple[int, str]:
    """Status and place of an answer."""
    answer = world.ask(persona, url, row.data() if method == "POST" else None)
    return answer.status_code, answer.headers.get("Location", "")


def mismatches(world: World, name: str, row: Row) -> dict[str, str]:
    """Who got something else than the table says."""
    url = reverse(name, kwargs=world.arguments(row.at)) + row.query
    wrong = {}
    for method in row.methods:
        for persona in asked(row, method):
            status, _ = ask(world, persona, method, url, row)
            if status not in row.expected(persona, method):
                wrong[f"{method} {persona}"] = f"{status}, not {row.expected(persona, method)}"
    for method in ("GET", "POST"):
        wrong |= strangers(world, method, url, row)
    return wrong | wrong_methods(world, url, row) | nowhere(world, name, row)


def asked(row: Row, method: str) -> list[str]:
    """Everybody; of those who may, one where the answer is made at length."""
    allowed = row.allowed(method)
    spared = allowed - {min(allowed)} if row.costly else set()
    return sorted(EVERYBODY - spared)


def strangers(world: World, method: str, url: str, row: Row) -> dict[str, str]:
    """What somebody gets who has not signed in."""
    status, place = ask(world, ANONYMOUS, method, url, row)
    if row.public:
        right = status in (row.expected("admin", method) if method in row.methods else (405,))
    else:
        right = status == 302 and place.startswith(reverse("identity:sign_in"))
    return {} if right else {f"{method} {ANONYMOUS}": f"{status} {place}"}


def wrong_methods(world: World, url: str, row: Row) -> dict[str, str]:
    """Whoever may do it gets 405 for a method that is not one of it."""
    persona = min(row.sees)
    others = {"GET", "POST"} - set(row.methods)
    answers = {method: ask(world, persona, method, url, row)[0] for method in others}
    return {f"{m} {persona}": f"{s}, not 405" for m, s in answers.items() if s != 405}


def nowhere(world: World, name: str, row: Row) -> dict[str, str]:
    """Whoever may do it with one object gets 404 for one that is not there."""
    if not row.at or row.public:
        return {}
    url = reverse(name, kwargs=world.arguments(row.at, unknown=True)) + row.query
    persona = min(row.allowed(row.methods[-1]))
    answers = {method: ask(world, persona, method, url, row)[0] for method in row.methods}
    return {f"{m} unknown {persona}": str(s) for m, s in answers.items() if s != 404}


class TestTable:
    def test_lists_every_address(self):
        assert unlisted(TABLE) == set()

    def test_lists_no_address_that_is_gone(self):
        assert set(TABLE) - set(addresses(get_resolver().url_patterns)) == set()

    def test_names_only_people_of_the_cast(self, world):
        named = set().union(*(row.sees | (row.may or set()) for row in TABLE.values()))
        assert named - EVERYBODY == set()
        assert set(vars(world.cast.users)) - EVERYBODY == {"county_second"}


@pytest.mark.parametrize("name", TABLE)
def test_answers_everybody_as_the_table_says(world, name):
    assert mismatches(world, name, TABLE[name]) == {}


class TestAdmin:
    @pytest.mark.parametrize("name", ADMIN_PAGES)
    def test_opens_to_the_operator_alone(self, world, name):
        url = reverse(f"admin:{name}")
        got = {persona: ask(world, persona, "GET", url, ADMIN) for persona in EVERYBODY}
        assert got.pop(OPERATOR)[0] == 200
        assert {status for status, _ in got.values()} == {302}
        assert ask(world, ANONYMOUS, "GET", url, ADMIN)[0] == 302


def hasty_view(request):
    """What somebody might add in a hurry."""
    return HttpResponse("全部工人的名单")


@login_not_required
def open_view(request):
    """The same, open to all the world."""
    return hasty_view(request)


class Canary:
    """The live addresses and two more: one nobody listed, one that is open to all."""

    urlpatterns = [
        *wagemon.urls.urlpatterns,
        path("canary/", hasty_view, name="canary"),
        path("open/", open_view, name="open"),
        path("nameless/", hasty_view),
    ]


@pytest.fixture
def canary():
    with override_settings(ROOT_URLCONF=Canary):
        yield


class TestCanary:
    def test_is_missed_in_the_table(self, canary):
        assert unlisted(TABLE) == {"canary", "open", "nameless/"}

    def test_that_lets_everybody_in_is_seen(self, canary, world):
        wrong = mismatches(world, "canary", page({"county"}))
        assert wrong.pop("POST county") == "200, not 405"
        assert wrong == {f"GET {persona}": "200, not (404,)" for persona in EVERYBODY - {"county"}}

    def test_that_is_open_without_sign_in_is_seen(self, canary, world):
        wrong = mismatches(world, "open", page(EVERYBODY))
        assert {f"GET {ANONYMOUS}", f"POST {ANONYMOUS}"} <= set(wrong)

    def test_that_refuses_too_much_is_seen(self, world):
        wrong = mismatches(world, "projects:edit", page({"admin", "owner"}, at="project"))
        assert "GET owner" in wrong
