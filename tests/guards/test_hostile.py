"""Names that try to break pages and workbooks: shown as what they are, wherever they stand.

Every address that answers a GET, and every workbook, as the readers of all roles get them; a new
app's are found in its access table.
"""

import io
from collections.abc import Iterator

import lxml.html
import openpyxl
import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from core import audit
from core.actor import Actor
from core.export import Column, workbook
from core.filekinds import media_type
from tests.cast import NOW
from tests.guards.access_table import TABLE
from tests.guards.hostile import fill, free_fields
from tests.guards.rows import Row
from tests.guards.test_queries import more_movements, more_orders
from tests.guards.walk import READERS
from tests.guards.world import ANONYMOUS, World

pytestmark = pytest.mark.django_db
MARKUP = "<script>\"'&{{x}}</td>" + "超长单位名称" * 12 + "ئۇيغۇر ئاپتونوم رايونى" * 3
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1"]
XLSX = media_type("xlsx")


def readers(row: Row, method: str) -> list[str]:
    if row.public:
        return [ANONYMOUS]
    return [one for one in READERS if one in row.allowed(method)]


GETS = [
    (name, reader)
    for name, row in TABLE.items()
    if "GET" in row.methods
    for reader in readers(row, "GET")
]
#: Workbooks that leave by a POST, with a stated purpose.
POSTED = ["payroll:export", "workers:export_in_full"]


def address(world: World, name: str) -> str:
    return reverse(name, kwargs=world.arguments(TABLE[name].at)) + TABLE[name].query


@pytest.fixture
def filled(world, request) -> Iterator[World]:
    """The world with one hostile text everywhere; undone afterwards."""
    with transaction.atomic():
        more_movements(world, 0)
        more_orders(world, 0)
        text = getattr(request, "param", MARKUP)
        fill(text)
        project = world.cast.project.subject
        stranger = Actor(world.actors["admin"].id, text[:40])
        audit.record(
            stranger, "project.update", project, now=NOW, within=project, detail={"名称": text}
        )
        yield world
        transaction.set_rollback(True)


def content_of(answer: HttpResponse) -> bytes:
    return answer.body if answer.streaming else answer.content


def is_page(answer: HttpResponse) -> bool:
    return answer["Content-Type"].startswith("text/html")


class TestMarkup:
    def test_is_escaped_on_every_page_of_everybody(self, filled):
        shown = set()
        for name, reader in GETS:
            answer = filled.ask(reader, address(filled, name))
            assert answer.status_code in TABLE[name].ok, (name, reader)
            assert "\n" not in answer.get("Content-Disposition", "")
            if is_page(answer) and (text := answer.content.decode()):
                assert "<script>\"'" not in text, (name, reader)
                inner = lxml.html.fromstring(text).xpath("//script[not(@src)]")
                assert [one for one in inner if one.get("type") != "application/json"] == []
                shown |= {name} if "&lt;script&gt;&quot;" in text else set()
        # Were the text not in the pages, nothing would have been tried.
        assert len(shown) >= 25, shown

    def test_stands_in_the_columns_of_every_app_that_has_words(self):
        models = {field.model._meta.app_label for field in free_fields()}
        assert models >= {"accounts", "identity", "monitoring", "notices", "payroll", "projects"}


def cells_of(content: bytes) -> list[openpyxl.cell.Cell]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for sheet in book for line in sheet.iter_rows() for cell in line]


class TestFormulas:
    @pytest.mark.parametrize("filled", FORMULAS, indirect=True)
    def test_stay_text_in_every_workbook(self, filled, request):
        text, seen = request.node.callspec.params["filled"], {}
        for name, row in TABLE.items():
            is_export = "export" in name or name in POSTED
            if not is_export:
                continue
            method = "POST" if name in POSTED else "GET"
            reader = readers(row, method)[0]
            data = row.data() if method == "POST" else None
            answer = filled.ask(reader, address(filled, name), data)
            assert answer.status_code == 200, name
            assert answer["Content-Type"] == XLSX, name
            cells = cells_of(content_of(answer))
            assert [cell.coordinate for cell in cells if cell.data_type == "f"] == [], name
            seen[name] = sum(str(cell.value).lstrip().startswith(text.strip()) for cell in cells)
        # Lists of words have them; a list without any of its own names none.
        assert len(seen) >= 10
        assert sum(count > 0 for count in seen.values()) >= 9, seen

    @pytest.mark.parametrize("text", FORMULAS)
    def test_stay_text_in_headings_watermarks_and_totals(self, text):
        columns = [Column(text, lambda row: row), Column("额", lambda row: row)]
        with workbook([text], columns, watermark=text, sheet="表", totals={"额": text}) as book:
            cells = cells_of(book.read())
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        assert sum(str(cell.value).strip() == text.strip() for cell in cells) == 5
