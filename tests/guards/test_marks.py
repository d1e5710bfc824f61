"""Whatever rules care about marks its project, through the pages and services that people use.

A mark that set-up left proves nothing: each act begins without any. Every place in the source that
marks is reached by one of the acts, so that a new one has to be tried here.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from PIL import Image

from accounts import services as accounts
from accounts.bank.camt053 import Movement, Statement
from core import touch
from core.models import Touch
from notices import services as notices
from notices.models import NoticeDetails
from payroll.models import PayLine, PaymentItem, PaySheet
from payroll.services import payments, returns
from tests.accounts.bank import bank
from tests.cast import MONTH, NOW, SAMPLES, TODAY
from tests.guards.access_table import TABLE
from tests.guards.source import Module, functions, module, modules
from tests.guards.world import World
from tests.payroll.conftest import saved
from workers.imports import ATTENDANCE_IMPORT, place_of

__all__ = ["bank"]

pytestmark = pytest.mark.django_db
#: Addresses whose POST marks the project, and who sends it what.
PAGES: dict[str, tuple[str, dict]] = {
    "accounts:status": ("bank", {}),
    "accounts:funding_term": ("admin", {"day": "10", "amount": "500000", "since": "2026-10-01"}),
    "accounts:papers": ("admin", {"branch": "某某支行", "filed_on": "2026-03-02"}),
    "bonds:check": ("bank", {"is_right": "yes", "reference": "B9"}),
    "bonds:issue_use": ("prefecture", {}),
    "notices:details": ("admin", {}),
    "payroll:return": ("labour", {"seen": NOW.isoformat()}),
    "payroll:approve": ("labour", {"seen": NOW.isoformat()}),
    "projects:add_participant": ("admin", {}),
    "projects:appoint": ("admin", {}),
    "projects:end_participation": ("admin", {}),
    "workers:change_card": ("sub", {}),
    "workers:complete": ("sub", {}),
    "workers:leave": ("sub", {}),
    "workers:upload_commit": ("sub", {}),
}


@pytest.fixture
def marked_by(monkeypatch) -> set[str]:
    """The functions that marked something, dotted."""
    found: set[str] = set()
    real = touch.touch

    def spy(subject: str) -> None:
        caller = sys._getframe(1)
        found.add(f"{caller.f_globals['__name__']}.{caller.f_code.co_name}")
        real(subject)

    for name in {one.rpartition(".")[0] for one in markers(modules())}:
        monkeypatch.setattr(f"{name}.touch", spy)
    return found


@pytest.fixture
def undone() -> Iterator[None]:
    """What the act did is undone: the world is shared."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def markers(source: tuple[Module, ...]) -> set[str]:
    """The functions that mark, dotted."""
    return {
        f"{one.name}.{name.rpartition('.')[2]}"
        for one in source
        for name, function in functions(one.tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "touch"
    }


def marks_of(act: Callable[[], object]) -> set[str]:
    """The subjects that an act marks."""
    Touch.objects.all().delete()
    act()
    return set(Touch.objects.values_list("subject", flat=True))


def post(world: World, name: str) -> None:
    """Do at an address what its row of the access table says, and succeed."""
    persona, data = PAGES[name]
    row = TABLE[name]
    url = reverse(name, kwargs=world.arguments(row.at))
    answer = world.clients[persona].post(url, row.data() | data)
    assert answer.status_code in (200, 302), answer.content.decode()
    assert "请改正" not in (answer.content.decode() if answer.status_code == 200 else "")


def enter(world: World) -> None:
    """Another pay sheet comes in, in place of the one that was returned."""
    PaySheet.everything.update(status=PaySheet.Status.RETURNED)
    world.payroll.commit(world.payroll.receive(world.payroll.first_row_alone()))


def attend(world: World) -> None:
    """Attendance comes in again, with a day more or less for somebody."""
    book = openpyxl.load_workbook(SAMPLES / "attendance.xlsx")
    rows = list(book.active.iter_rows(min_row=4))
    day = next(cell for row in rows for cell in row if cell.value == "×")
    day.value = "√"
    place = place_of(ATTENDANCE_IMPORT, world.cast.project, world.cast.subcontractor, MONTH)
    actor = world.actors["sub"]
    upload = ATTENDANCE_IMPORT.read_now(
        BytesIO(saved(book)), name="考勤.xlsx", actor=actor, place=place, now=NOW
    )
    ATTENDANCE_IMPORT.commit(upload, actor=actor, now=NOW)


def make_board(world: World) -> None:
    """A new version of the board, and its photo at the gate."""
    actor, code = world.actors["admin"], world.cast.project.code
    NoticeDetails.everything.all().delete()
    world.cast.project.address = "昆仑大道 2 号"
    world.cast.project.save()
    board = notices.make_board(actor=actor, code=code, now=NOW)
    assert board.version == 2


def post_board(world: World) -> None:
    """A photo of another place."""
    data = TABLE["notices:post"].data() | {"place": "生活区", "photo": other_photo()}
    url = reverse("notices:post", kwargs=world.arguments("board"))
    assert world.clients["admin"].post(url, data).status_code == 302


def other_photo() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (64, 48), "#a08080").save(out, "JPEG")
    return SimpleUploadedFile("生活区.jpg", out.getvalue())


#: What marks the project and is no address's POST in the shared world.
ACTS = [enter, attend, make_board, post_board]


def pay(world: World) -> None:
    PaySheet.everything.update(status=PaySheet.Status.APPROVED, approved_at=NOW)
    payments.order_payment(actor=world.actors["labour"], sheet_uuid=world.sheet.uuid, now=NOW)


def state(world: World, *movements: Movement) -> None:
    account = world.cast.account
    closing = sum((movement.signed for movement in movements), Decimal(0))
    number = f"ST{len(movements)}"
    statement = Statement(number, account.number, TODAY, TODAY, Decimal(0), closing, movements)
    accounts.record_statement(account=account, statement=statement, now=NOW)


@pytest.fixture
def ordered(world: World, bank, undone) -> World:
    """A month's wages ordered from a bank that pays at once."""
    bank.open(world.cast.account, "900000.00")
    pay(world)
    return world


class TestPages:
    @pytest.mark.parametrize("name", PAGES)
    def test_mark_the_project(self, world, undone, name):
        assert marks_of(lambda: post(world, name)) == {world.cast.project.subject}


class TestServices:
    @pytest.mark.parametrize("act", ACTS)
    def test_mark_the_project(self, world, undone, act):
        assert marks_of(lambda: act(world)) == {world.cast.project.subject}

    def test_mark_an_order(self, world, bank, undone):
        bank.open(world.cast.account, "900000.00")
        assert marks_of(lambda: pay(world)) == {world.cast.project.subject}

    def test_mark_what_the_bank_paid(self, ordered):
        order = PaymentItem.everything.first().order
        payments.send_order(order=order.uuid, now=NOW)
        later = NOW + timedelta(minutes=1)
        assert marks_of(lambda: payments.poll_orders(now=later)) == {ordered.cast.project.subject}
        assert PayLine.everything.filter(status=PayLine.Status.PAID).exists()

    def test_mark_what_came_back(self, ordered):
        order = PaymentItem.everything.first().order
        payments.send_order(order=order.uuid, now=NOW)
        payments.poll_orders(now=NOW)
        item = PaymentItem.everything.first()
        back = Movement(
            *("R1", TODAY, "CRDT", item.amount, "", ""), item.end_to_end_id, summary="退汇"
        )
        state(ordered, back)
        account = ordered.cast.account
        assert marks_of(lambda: returns.reconcile(account=account, now=NOW)) == {
            ordered.cast.project.subject
        }
        item.refresh_from_db()
        assert item.status == PaymentItem.Status.FAILED

    def test_mark_a_statement_with_movements(self, world, undone):
        spent = Movement("D1", TODAY, "DBIT", Decimal("86.00"))
        assert marks_of(lambda: state(world, spent)) == {world.cast.project.subject}

    def test_mark_a_debit_that_turns_out_to_be_a_wage(self, ordered):
        item = PaymentItem.everything.first()
        state(ordered, Movement("D1", TODAY, "DBIT", item.amount, end_to_end_id=item.end_to_end_id))
        account = ordered.cast.account
        assert marks_of(lambda: returns.reconcile(account=account, now=NOW)) == {
            ordered.cast.project.subject
        }


class TestEveryMarker:
    def test_is_reached_by_an_act(self, world, bank, undone, marked_by):
        for name in PAGES:
            with transaction.atomic():
                post(world, name)
                transaction.set_rollback(True)
        for act in ACTS:
            with transaction.atomic():
                act(world)
                transaction.set_rollback(True)
        bank.open(world.cast.account, "900000.00")
        pay(world)
        item = PaymentItem.everything.first()
        state(world, Movement("D1", TODAY, "DBIT", item.amount, end_to_end_id=item.end_to_end_id))
        returns.reconcile(account=world.cast.account, now=NOW)
        payments.send_order(order=item.order.uuid, now=NOW)
        payments.poll_orders(now=NOW)
        assert markers(modules()) - marked_by == set()

    def test_is_found_in_the_source(self):
        source = module(
            "def keep(x):\n    touch(x)\n\ndef read(x):\n    pass\n", "workers.services"
        )
        assert markers((source,)) == {"workers.services.keep"}
        assert len(markers(modules())) > 8
