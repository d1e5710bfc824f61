"""A list's workbook holds what its page shows: the same rows, in the same order, the same sums."""

import io
from collections.abc import Iterator
from decimal import Decimal

import lxml.html
import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse

from accounts.models import StatementEntry
from tests.guards.access_table import TABLE
from tests.guards.test_queries import more_movements, more_orders
from tests.guards.world import World

pytestmark = pytest.mark.django_db
#: (the list's page, its export, who reads it, what is asked of both)
PAIRS = [
    ("accounts:kept", "accounts:export_kept", "bank", ""),
    ("accounts:kept_account", "accounts:export_movements", "bank", "?sort=-credit"),
    ("accounts:kept_account", "accounts:export_movements", "county", "?direction=DBIT"),
    ("accounts:funding", "accounts:export_funding", "owner", "?sort=-missing"),
    ("payroll:orders", "payroll:export_orders", "bank", ""),
    ("payroll:orders", "payroll:export_orders", "labour", "?q=nothing-like-it"),
    ("projects:orders", "projects:export_orders", "county", ""),
    ("core:documents", "core:export_documents", "county", ""),
    ("payroll:project", "payroll:export_months", "sub", "?sort=month"),
    ("payroll:uploads", "payroll:export_uploads", "sub", ""),
    ("workers:uploads", "workers:export_uploads", "sub", "?sort=file"),
    ("workers:attendance", "workers:export_attendance", "admin", "?month=2026-09&sort=days"),
]
#: Lists of papers: nothing in them adds up.
WITHOUT_SUM = {"core:export_documents", "projects:export_orders"}
#: What a first cell ends with for who hears the page.
OPENS = "展开或收起这一行"
#: The other exports, whose lists have tests of their own.
OTHERS = {
    "bonds:export",
    "identity:export_organisations",
    "monitoring:coverage_export",
    "monitoring:export",
    "payroll:export",
    "projects:export",
    "workers:export",
    "workers:export_in_full",
}


@pytest.fixture
def full(world) -> Iterator[World]:
    """Movements in and out, and orders."""
    with transaction.atomic():
        more_movements(world, 0)
        more_orders(world, 0)
        entry = StatementEntry.everything.filter(account=world.cast.account).first()
        StatementEntry.everything.filter(pk=entry.pk).update(
            direction=StatementEntry.Direction.DEBIT, kind=StatementEntry.Kind.OTHER
        )
        yield world
        transaction.set_rollback(True)


def sums_of_page(tree: lxml.html.HtmlElement) -> list[Decimal]:
    cells = tree.xpath("//tfoot//td[@data-label]")
    return [Decimal(cell.text_content().strip().replace(",", "")) for cell in cells]


@pytest.mark.parametrize(("page", "export", "reader", "query"), PAIRS)
def test_holds_the_rows_and_sums_of_its_page(full, page, export, reader, query):
    arguments = full.arguments(TABLE[page].at)
    shown = full.ask(reader, reverse(page, kwargs=arguments) + query)
    tree = lxml.html.fromstring(shown.content.decode())
    answer = full.ask(reader, reverse(export, kwargs=arguments) + query)
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.body)).active
    _, *rows = book.iter_rows(values_only=True)
    last = () if export in WITHOUT_SUM else rows.pop()
    assert not last or last[0] == "合计"
    listed = tree.xpath("//div[contains(@class, 'list')]//tbody/tr")
    assert len(rows) == len(listed)
    sums = [Decimal(str(value)) for value in last if isinstance(value, int | float)]
    assert sorted(sums) == sorted(sums_of_page(tree)) or not listed
    # What the page's first cell begins with stands in the row: the same rows in the same order.
    for row, line in zip(rows, listed, strict=True):
        words = " ".join(line[0].itertext()).replace(OPENS, "").split()[:2]
        texts = [f"{value:%Y-%m-%d}" if hasattr(value, "year") else str(value) for value in row]
        assert set(words) <= set(texts), (words, texts)


def test_every_export_is_compared_with_its_page():
    exports = {name for name in TABLE if "export" in name}
    assert exports == {export for _, export, _, _ in PAIRS} | OTHERS


def test_names_are_masked_as_on_the_page(full):
    arguments = full.arguments("project")
    url = reverse("workers:export_attendance", kwargs=arguments) + "?month=2026-09"
    book = openpyxl.load_workbook(io.BytesIO(full.ask("admin", url).body)).active
    names = [row[0] for row in book.iter_rows(min_row=2, values_only=True)][:-1]
    assert names
    assert all("*" in name for name in names)
