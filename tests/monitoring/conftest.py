"""The facts that the rules look at, put straight into the tables."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Value
from django.db.models.functions import Coalesce

from accounts.models import SpecialAccount, StatementEntry, StatementImport
from core.actor import SYSTEM
from core.hook_kinds import subject_of
from core.models import Attachment
from core.sealed import blind_index
from monitoring.catalogue import RULES
from monitoring.evidence import undeclared_keys
from monitoring.models import EarlyWarning
from monitoring.services import run_rules
from notices.models import NoticeBoard, Posting
from payroll.models import PayLine, PaymentItem, PaymentOrder, PaySheet
from tests.cast import MONTH, NOW, SHANGHAI, Cast, roster_entries
from workers.models import AttendanceMonth, Engagement
from workers.services.register import enrol_workers

Status = PaySheet.Status


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)


class Facts:
    """昆仑大道 with four workers of the subcontractor, and whatever a test adds."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.project, self.employer = cast, cast.project, cast.subcontractor
        self.entries = roster_entries()[:4]
        enrol_workers(
            actor=SYSTEM,
            now=at(MONTH),
            code=self.project.code,
            employer=self.employer.uuid,
            entries=self.entries,
        )
        rows = Engagement.everything.select_related("person").order_by("pk")
        self.engagements = list(rows)
        self._made = 0

    def attend(self, *workers: int, month: date = MONTH, days: int = 20) -> None:
        """These workers (all by default) attend so many days."""
        for index in workers or range(4):
            AttendanceMonth.everything.create(
                engagement=self.engagements[index],
                project=self.project,
                employer=self.employer,
                month=month,
                marks="1" * days + " " * (31 - days),
                days=days,
                updated_at=NOW,
            )

    def sheet(
        self, *workers: int, month: date = MONTH, status: str = Status.SUBMITTED, **line: Any
    ) -> PaySheet:
        """A sheet for these workers (all by default), 5,000 元 for 20 days each."""
        self._made += 1
        chosen = [self.engagements[i] for i in workers or range(4)]
        values: dict[str, Any] = {"days": 20, "gross": Decimal(5000), "net": Decimal(5000)}
        values |= line
        sheet = PaySheet.everything.create(
            number=f"GZD{self._made:015}",
            project=self.project,
            employer=self.employer,
            month=month,
            sequence=self._made,
            status=status,
            headcount=len(chosen),
            net=values["net"] * len(chosen),
            due_on=self.project.due_day(month),
            created_at=NOW,
            submitted_at=at(date(2026, 10, 2)),
        )
        for row, engagement in enumerate(chosen, 4):
            PayLine.everything.create(
                sheet=sheet,
                row=row,
                engagement=engagement,
                card=engagement.person.cards.get(),
                **values,
            )
        return sheet

    def pay(self, sheet: PaySheet, *rows: int, on: date) -> None:
        """The bank has paid these rows (all by default)."""
        lines = sheet.lines.filter(row__in=rows) if rows else sheet.lines.all()
        lines.update(status=PayLine.Status.PAID, paid_on=on, failed_on=None, failure="")
        whole = not sheet.lines.exclude(status=PayLine.Status.PAID).exists()
        sheet.status = Status.PAID if whole else Status.PARTLY_PAID
        sheet.paid_on = on if whole else None
        sheet.save()

    def fail(self, sheet: PaySheet, row: int, on: date) -> None:
        """The bank has returned a row."""
        sheet.lines.filter(row=row).update(
            status=PayLine.Status.FAILED,
            failed_on=on,
            first_failed_on=Coalesce("first_failed_on", Value(on)),
            failure="户名不符",
        )

    def retry(self, sheet: PaySheet, row: int) -> None:
        """The contractor has ordered the payment of a returned row again."""
        sheet.lines.filter(row=row).update(status=PayLine.Status.RETRYING)

    def order(
        self, sheet: PaySheet, row: int, *, status: str = "sent", paid_on: date | None = None
    ) -> PaymentOrder:
        """An order of Friday 9 October for one row, in a state, or paid on a day."""
        line = sheet.lines.get(row=row)
        order = PaymentOrder.everything.create(
            number=f"DF{sheet.number}",
            sheet=sheet,
            account=self.cast.account,
            status=PaymentOrder.Status.SUCCEEDED if paid_on else status,
            count=1,
            total=line.net,
            ordered_by=SYSTEM.id,
            ordered_by_name="李专管",
            created_at=NOW,
            sent_at=None if status == "pending" else NOW,
            accepted_at=NOW if status == "accepted" else None,
        )
        PaymentItem.everything.create(
            order=order,
            line=line,
            card=line.card,
            end_to_end_id=f"{order.number}1",
            amount=line.net,
            status=PaymentItem.Status.PAID if paid_on else PaymentItem.Status.PENDING,
            settled_on=paid_on,
        )
        if paid_on:
            self.pay(sheet, row, on=paid_on)
        return order

    def other_accounts(self, count: int) -> None:
        """So many further projects with an account at the same bank, of which it told nothing."""
        for number in range(count):
            project = self.cast.make_project(f"XJ65010220268{number:03d}", f"另一项目{number}")
            SpecialAccount.everything.create(
                project=project,
                bank=self.cast.bank,
                number=f"650501616250009{number:05d}",
                name=f"专户{number}",
                opened_on=date(2026, 2, 25),
            )

    def balance(self, amount: int, on: date) -> StatementImport:
        """The bank told a closing balance."""
        return StatementImport.everything.create(
            account=self.cast.account,
            message_id=f"ST-{on}",
            from_date=on,
            to_date=on,
            opening=0,
            closing=amount,
            received_at=at(on),
        )

    def debit(self, amount: int, on: date, **changes: Any) -> StatementEntry:
        """Money left the account."""
        statement = StatementImport.everything.filter(account=self.cast.account).first()
        number = changes.pop("number", "65050161500000001234")
        fields: dict[str, Any] = {
            "direction": StatementEntry.Direction.DEBIT,
            "counterparty_name": "某某建材经销部",
            "counterparty_account": number,
            "counterparty_index": blind_index(number, "card"),
            "summary": "材料款",
        }
        return StatementEntry.everything.create(
            account=self.cast.account,
            statement=statement or self.balance(0, on),
            bank_reference=f"REF{StatementEntry.everything.count()}",
            booked_on=on,
            amount=amount,
            **(fields | changes),
        )

    def post_board(self, on: date, code: str = "BOARD2345678", version: int = 1) -> None:
        """A board with a photo hangs on site."""
        board = NoticeBoard.everything.create(
            code=code,
            project=self.project,
            version=version,
            content={},
            digest="0" * 64,
            made_at=at(on),
            made_by="李专管",
        )
        photo = Attachment.objects.create(
            name="现场.jpg", kind="jpg", size=1, hash="0" * 64, owner=SYSTEM.id, created_at=at(on)
        )
        Posting.everything.create(
            board=board,
            photo=photo,
            place="大门",
            posted_on=on,
            recorded_at=at(on),
            recorded_by="李",
        )

    def run(self, code: str, as_of: date, **options: Any) -> list[EarlyWarning]:
        """Evaluate one rule and return what is live for it; evidence and subject have a name."""
        run_rules(as_of=as_of, now=at(as_of), codes=[code], **options)
        live = self.live(code)
        for warning in live:
            assert undeclared_keys(warning.evidence, RULES[code].evidence) == set()
            assert subject_of(warning.subject, actor=SYSTEM), warning.subject
        return live

    def live(self, code: str) -> list[EarlyWarning]:
        return list(EarlyWarning.everything.live().filter(rule=code).order_by("pk"))

    def level(self, code: str, as_of: date) -> str:
        """The level of the one live warning of a rule on a day; "" when there is none."""
        return "".join(warning.get_level_display() for warning in self.run(code, as_of))


@pytest.fixture
def facts(cast) -> Facts:
    return Facts(cast)
