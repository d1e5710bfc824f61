"""A site with thousands of workers, and the month's pay sheet as its office keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

from django.db import transaction
from openpyxl import Workbook
from stdnum import luhn
from stdnum.cn import ric, uscc

from core.masking import mask_id
from core.sealed import blind_index
from identity.models import Organisation
from projects.models import Participant, Project, WageTerm
from workers.models import AttendanceMonth, Engagement, Person, Trade, WageCard

MONTH = date(2026, 9, 1)
NOW = datetime(2026, 10, 9, 11, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADINGS = (
    *("序号", "姓名", "身份证号码", "班组", "工种", "出勤天数", "日工资", "加班工资", "应发工资"),
    *("借支", "代扣", "实发工资", "银行卡号", "开户银行", "联系电话", "本人签字", "备注"),
)


@dataclass(frozen=True)
class Site:
    """Where the sheet goes, and its rows in the order of HEADINGS."""

    project: Project
    employer: Organisation
    rows: Sequence[Sequence[object]]


def build(workers: int) -> Site:
    """A project with so many workers on its register, attendance included."""
    employer = _unit("天山劳务有限公司", Organisation.Kind.SUBCONTRACTOR, 1)
    contractor = _unit("新疆某某建设工程有限公司", Organisation.Kind.CONTRACTOR, 2)
    project = _project()
    _take_part(project, contractor, Participant.Role.CONTRACTOR)
    _take_part(project, employer, Participant.Role.LABOUR)
    rows = [_row(number) for number in range(1, workers + 1)]
    _enrol(project, employer, rows)
    return Site(project, employer, rows)


def office_sheet(site: Site) -> bytes:
    """The sheet under its title, with a subtotal after every hundred and a grand total."""
    book = Workbook(write_only=True)
    page = book.create_sheet("工资表")
    page.append([f"{site.project.name} 2026年9月农民工工资支付表"])
    page.append(HEADINGS)
    for start in range(0, len(site.rows), 100):
        part = site.rows[start : start + 100]
        for row in part:
            page.append(row)
        page.append(["", "小计", *[""] * 9, sum(float(row[11]) for row in part)])
    page.append(["合计", *[""] * 10, sum(float(row[11]) for row in site.rows)])
    page.append(["制表人：", "", "班组长：", "", "项目经理："])
    return saved_book(book)


def plain_sheet(site: Site) -> bytes:
    """The same rows with the headings in the first line and nothing else."""
    book = Workbook(write_only=True)
    page = book.create_sheet("工资表")
    page.append(HEADINGS)
    for row in site.rows:
        page.append(row)
    return saved_book(book)


def saved_book(book: Workbook) -> bytes:
    """A workbook as a file."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _unit(name: str, kind: str, number: int) -> Organisation:
    stem = f"91650100MA{number:07d}"
    return Organisation.everything.create(
        uscc=stem + uscc.calc_check_digit(stem), name=name, kind=kind, region_id="650102"
    )


@transaction.atomic
def _project() -> Project:
    project = Project.everything.create(
        code="XJ6501022026001",
        name="昆仑大道安置房二期",
        status=Project.Status.UNDER_CONSTRUCTION,
        category=Project.Category.BUILDING,
        region_id="650102",
        industry_id="housing",
        address="昆仑大道 1 号",
        contract_amount=Decimal(86_000_000),
        planned_start=date(2026, 3, 1),
        planned_end=date(2027, 10, 31),
        registered_at=NOW,
        updated_at=NOW,
    )
    WageTerm.everything.create(
        project=project, since=date(2026, 3, 1), recorded_at=NOW, recorded_by="登记人"
    )
    return project


def _take_part(project: Project, organisation: Organisation, role: str) -> None:
    Participant.everything.create(
        project=project, organisation=organisation, role=role, entered_on=date(2026, 3, 1)
    )


def identity_of(number: int) -> tuple[str, str]:
    """The ID and the card number of a worker, of whom there are 480,000."""
    thousand, order = divmod(number, 1000)
    year, month, day = 1965 + thousand % 40, 1 + thousand // 40 % 12, 1 + number % 28
    stem = f"650102{year}{month:02d}{day:02d}{order:03d}"
    card = f"62170012{number:010d}"
    return stem + ric.calc_check_digit(stem + "0"), card + luhn.calc_check_digit(card)


def _row(number: int) -> list[object]:
    identity, card = identity_of(number)
    days, rate, deduction = 20 + number % 10, 200 + number % 15 * 10, 36.5
    gross = days * rate
    return [
        *(number, f"张{chr(0x4E00 + number)}", identity, f"{number // 100 + 1}班", "钢筋工"),
        *(days, rate, 0, gross, 0, deduction, gross - deduction),
        *(card, "中国建设银行", f"138{number:08d}", "", ""),
    ]


def _enrol(project: Project, employer: Organisation, rows: Sequence[Sequence[object]]) -> None:
    people = Person.objects.bulk_create(_person(row) for row in rows)
    cards = zip(people, rows, strict=True)
    WageCard.objects.bulk_create(_card(person, str(row[12])) for person, row in cards)
    trade = Trade.objects.get(name="钢筋工")
    engagements = Engagement.everything.bulk_create(
        Engagement(
            project=project,
            employer=employer,
            person=person,
            trade=trade,
            entered_on=date(2026, 3, 1),
        )
        for person in people
    )
    AttendanceMonth.everything.bulk_create(
        AttendanceMonth(
            engagement=engagement,
            project=project,
            employer=employer,
            month=MONTH,
            marks="1" * int(row[5]) + " " * (31 - int(row[5])),
            days=row[5],
            updated_at=NOW,
        )
        for engagement, row in zip(engagements, rows, strict=True)
    )


def _person(row: Sequence[object]) -> Person:
    identity = str(row[2])
    return Person(
        name=str(row[1]),
        id_number=identity,
        id_index=blind_index(identity, "id"),
        id_masked=mask_id(identity),
        gender="0",
        born_on=date(int(identity[6:10]), int(identity[10:12]), int(identity[12:14])),
    )


def _card(person: Person, number: str) -> WageCard:
    return WageCard(
        person=person,
        number=number,
        number_index=blind_index(number, "card"),
        last_four=number[-4:],
        bank_name="中国建设银行",
        valid_from=date(2026, 3, 1),
    )
