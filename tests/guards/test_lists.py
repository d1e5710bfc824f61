"""Every list of the system, in every order that its headings offer.

A list is found by its headings that sort; a new one is held to this by itself.
"""

import lxml.html
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from lxml.html import HtmlElement

from tests.guards.test_queries import more_movements, more_orders, more_projects
from tests.guards.walk import PAGES, Walked
from tests.guards.world import World

pytestmark = pytest.mark.django_db
#: Lists that there must be: none may fall back to a table that does not sort.
LISTS = {
    "accounts:funding",
    "accounts:kept",
    "accounts:kept_account",
    "accounts:project",
    "core:messages",
    "core:documents",
    "bonds:area",
    "bonds:deposit",
    "bonds:deposits",
    "bonds:list",
    "bonds:policies",
    "bonds:published",
    "identity:organisations",
    "identity:regions",
    "identity:renewals",
    "identity:sessions",
    "identity:users",
    "monitoring:coverage",
    "monitoring:list",
    "monitoring:project",
    "monitoring:rule_runs",
    "monitoring:rules",
    "monitoring:runs",
    "payroll:minimum_wages",
    "payroll:orders",
    "payroll:project",
    "payroll:review",
    "payroll:sheet",
    "payroll:uploads",
    "payroll:wages",
    "projects:list",
    "projects:orders",
    "projects:people",
    "projects:wage_terms",
    "supervision:project",
    "workers:attendance",
    "workers:register",
    "workers:uploads",
}


def orders(tree: HtmlElement) -> list[str]:
    return [link.get("href") for link in tree.xpath("//th/a[contains(@class, 'sort')]")]


def read(world: World, page: Walked, address: str) -> HtmlElement:
    answer = world.ask(page.persona, address)
    assert answer.status_code == 200, address
    return lxml.html.fromstring(answer.content.decode())


@pytest.fixture
def full(world):
    """The month's work with something on every list."""
    with transaction.atomic():
        more_projects(world)
        more_movements(world, 0)
        more_orders(world, 0)
        yield world
        transaction.set_rollback(True)


@pytest.mark.parametrize("page", [p for p in PAGES if p.name in LISTS], ids=lambda page: page.name)
class TestList:
    def test_sorts_by_every_heading_that_offers_it(self, full, page):
        url = page.url(full)
        found = orders(read(full, page, url))
        assert found
        for query in found:
            tree = read(full, page, url + query)
            sorted_by = tree.xpath("//th[@aria-sort]")
            assert len(sorted_by) == 1, query
            # The way back stands in the same heading.
            assert sorted_by[0].xpath("a/@href") != [query]

    def test_costs_the_same_in_every_order(self, full, page):
        url, costs = page.url(full), {}
        for query in ["", *orders(read(full, page, url))]:
            with CaptureQueriesContext(connection) as queries:
                full.ask(page.persona, url + query)
            costs[query] = len(queries)
        assert len(set(costs.values())) == 1, costs

    def test_opens_its_rows_on_a_phone(self, full, page):
        tree = read(full, page, page.url(full))
        for row in tree.xpath("//div[contains(@class, 'list')]//tbody/tr"):
            hidden = row.xpath("*[@data-label and not(contains(@class, 'slot-'))]")
            assert not hidden or row.xpath(".//details[@class='row-more']")
            assert len(row.xpath("*[contains(@class, 'slot-main')]")) == 1

    def test_aligns_the_headings_of_figures_with_their_figures(self, full, page):
        tree = read(full, page, page.url(full))
        for table in tree.xpath("//div[contains(@class, 'list')]//table"):
            heads = ["num" in (th.get("class") or "") for th in table.xpath("thead/tr/th")]
            for row in table.xpath("tbody/tr"):
                cells = ["num" in (cell.get("class") or "") for cell in row]
                assert cells == heads


class TestLists:
    def test_are_all_there(self):
        assert {page.name for page in PAGES} >= LISTS

    def test_are_all_watched(self, full):
        sorting = {p.name for p in PAGES if orders(lxml.html.fromstring(p.read(full).content))}
        assert sorting - LISTS == set()
