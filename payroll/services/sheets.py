"""A pay sheet's life from file to approval 规程二(五), 条例28.

草稿 → 已提交 → 已审核, with 已退回 between and 作废 as the way out. Whoever is late learns who
moved the sheet, when and to what. Payment goes on in :mod:`payroll.services.payments`.

An open sheet (草稿, 已退回) takes a new file in place of its lines. Once a sheet is approved, a new
file of the same month becomes its successor with the next sequence and may hold only workers whom
no earlier sheet of that month pays: a worker has one line a month, and a line is paid once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Max

from core import attachments, audit
from core.actor import Actor
from core.locks import Lock, take_turns
from core.models import Attachment
from core.touch import touch
from identity.models import Organisation
from payroll.models import PayLine, PaySheet
from payroll.schema.lines import Amounts
from payroll.services.steps import move, moved, put_on_record
from projects import permissions
from projects.models import Project

ENTER = audit.action(
    "paysheet.enter",
    "录入工资表",
    {"headcount": "人数", "gross": audit.Amount("应发合计"), "net": audit.Amount("实发合计")},
)
#: Statuses stand as codes: the action says in words what happened.
_MOVE = {"note": "说明", "from": audit.CODE, "to": audit.CODE}
SIGNED = audit.action("paysheet.signed_copy", "上传签字表", {"file": "文件"})
SHOWN = audit.action("paysheet.show_signed", "查看签字表", {"file": "文件"})
PROGRESS = audit.action("paysheet.progress", "填写工程进度")
STEPS = {
    PaySheet.Status.SUBMITTED: audit.action("paysheet.submit", "提交工资表", _MOVE),
    PaySheet.Status.RETURNED: audit.action("paysheet.return", "退回工资表", _MOVE),
    PaySheet.Status.APPROVED: audit.action("paysheet.approve", "审核通过工资表", _MOVE),
    PaySheet.Status.VOID: audit.action("paysheet.void", "作废工资表", _MOVE),
}
OPEN = (PaySheet.Status.DRAFT, PaySheet.Status.RETURNED)
SIGNED_KINDS = (*attachments.PAPERS, *attachments.IMAGES)
_COPY = (
    "COPY payroll_payline (uuid, sheet_id, row, engagement_id, card_id, days, rate, overtime,"
    " gross, advance, deduction, net, status, failure) FROM STDIN"
)


class SheetRefused(Exception):
    """The sheet cannot take this step; the message says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Line:
    """A worker's line as it is written: row of the sender's table, worker, card, amounts in 元."""

    row: int
    engagement: int
    card: int
    amounts: Amounts


@transaction.atomic
def enter(
    *,
    project: Project,
    employer: Organisation,
    month: date,
    lines: Sequence[Line],
    original: Attachment,
    actor: Actor,
    now: datetime,
) -> PaySheet:
    """Write a month's lines: into the open sheet where there is one, else into a new one.

    :raises SheetRefused: a sheet of the month waits for review, or one that was approved meanwhile
        pays one of these workers.
    """
    # One at a time for each employer: numbers have no gaps to fight over.
    take_turns(Lock.PAY_SHEET_NUMBERS, employer.pk)
    of_month = _locked_month(project, employer, month)
    _refuse_waiting(of_month)
    _refuse_listed(of_month, lines)
    sheet = next((one for one in of_month if one.status in OPEN), None)
    if sheet is None:
        sheet = _new_sheet(project, employer, month, now)
        put_on_record(sheet, actor=actor, now=now)
    _fill(sheet, lines, original)
    audit.record(
        actor,
        ENTER,
        sheet.subject,
        now=now,
        within=project.subject,
        detail={"headcount": sheet.headcount, "gross": str(sheet.gross), "net": str(sheet.net)},
    )
    touch(project.subject)
    return sheet


def _locked_month(project: Project, employer: Organisation, month: date) -> list[PaySheet]:
    """The month's sheets, none of which moves on before the new lines are written."""
    sheets = PaySheet.everything.select_for_update(of=("self",))
    return list(sheets.filter(project=project, employer=employer, month=month))


def _refuse_waiting(of_month: Iterable[PaySheet]) -> None:
    for sheet in of_month:
        if sheet.status == PaySheet.Status.SUBMITTED:
            raise SheetRefused(f"本月工资表 {sheet.number} 正在等待审核，要换表请先由总包退回。")


def _refuse_listed(of_month: Iterable[PaySheet], lines: Sequence[Line]) -> None:
    """Nobody has two lines a month: the checks read the month before it was locked."""
    binding = [sheet for sheet in of_month if sheet.status in PaySheet.BINDING]
    if not binding:
        return
    listed = PayLine.everything.filter(
        sheet__in=binding,
        engagement__person__engagements__in={line.engagement for line in lines},
    )
    if line := listed.select_related("sheet").first():
        raise SheetRefused(
            f"有人刚刚列入了本月已审核的工资表 {line.sheet.number}，一个人一个月不能发两次。"
            "上传的内容都还在，请再次确认入库，看清是哪几行后改正。"
        )


def _new_sheet(project: Project, employer: Organisation, month: date, now: datetime) -> PaySheet:
    before = PaySheet.everything.filter(project=project, employer=employer, month=month)
    return PaySheet.everything.create(
        number=_next_number(employer, month),
        project=project,
        employer=employer,
        month=month,
        sequence=(before.aggregate(last=Max("sequence"))["last"] or 0) + 1,
        due_on=project.due_day(month),
        created_at=now,
    )


def _next_number(employer: Organisation, month: date) -> str:
    """GZD, the employer's six digits, YYYYMM and a sequence over all the employer's projects."""
    prefix = f"GZD{employer.pk:06d}{month:%Y%m}"
    last = PaySheet.everything.filter(number__startswith=prefix).aggregate(last=Max("number"))
    return f"{prefix}{int((last['last'] or '0')[-3:]) + 1:03d}"


def _fill(sheet: PaySheet, lines: Sequence[Line], original: Attachment) -> None:
    """Put these lines in place of what the sheet held, by COPY."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payroll_payline WHERE sheet_id = %s", [sheet.pk])
        with cursor.copy(_COPY) as copy:
            for line in lines:
                copy.write_row(_values(sheet, line))
    sheet.original = original
    # What the workers signed was another table.
    sheet.signed_copy = None
    sheet.headcount = len(lines)
    sheet.days = _total(line.amounts.days for line in lines)
    sheet.gross = _total(line.amounts.gross for line in lines)
    sheet.net = _total(line.amounts.net for line in lines)
    sheet.save(update_fields=["original", "signed_copy", "headcount", "days", "gross", "net"])


def _total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal())


def _values(sheet: PaySheet, line: Line) -> tuple[object, ...]:
    money = line.amounts
    return (
        *(uuid4(), sheet.pk, line.row, line.engagement, line.card, money.days, money.rate),
        *(money.overtime, money.gross, money.advance, money.deduction, money.net),
        *(PayLine.Status.UNPAID.value, ""),
    )


@transaction.atomic
def keep_signed_copy(
    *,
    actor: Actor,
    sheet_uuid: UUID,
    file: IO[bytes],
    name: str,
    now: datetime | None = None,
) -> PaySheet:
    """Keep the scan that the workers signed; it may be replaced until the sheet is submitted.

    :raises SheetRefused: the sheet is no longer open.
    :raises core.attachments.AttachmentRefused: no PDF or picture, empty or too large.
    """
    sheet = _open_for_sender(actor, sheet_uuid)
    scan = attachments.keep(file, actor=actor, name=name, kinds=SIGNED_KINDS, sealed=True, now=now)
    _change_open(sheet, signed_copy=scan)
    audit.record(
        actor,
        SIGNED,
        sheet.subject,
        now=now,
        within=sheet.project.subject,
        detail={"file": scan.name},
    )
    return sheet


@transaction.atomic
def signed_copy(*, actor: Actor, sheet_uuid: UUID) -> Attachment:
    """The scan that the workers signed, which shows their numbers in full: an audit entry.

    :raises Attachment.DoesNotExist: none was uploaded.
    """
    sheets = PaySheet.objects.visible_to(actor).select_related("project", "signed_copy")
    sheet = sheets.get(uuid=sheet_uuid)
    scan = sheet.signed_copy
    if scan is None:
        raise Attachment.DoesNotExist
    audit.record(
        actor, SHOWN, sheet.subject, within=sheet.project.subject, detail={"file": scan.name}
    )
    return scan


@transaction.atomic
def note_progress(*, actor: Actor, sheet_uuid: UUID, progress: str) -> PaySheet:
    """Say how far the works came in the month, which goes with the sheet 规程三(二).

    :raises SheetRefused: the sheet is no longer open.
    """
    sheet = _open_for_sender(actor, sheet_uuid)
    _change_open(sheet, progress=" ".join(progress.split())[:500])
    audit.record(actor, PROGRESS, sheet.subject, within=sheet.project.subject)
    return sheet


def _open_for_sender(actor: Actor, sheet_uuid: UUID) -> PaySheet:
    sheet = _locked(actor, sheet_uuid)
    permissions.require_employer(actor, sheet.project, sheet.employer_id)
    if sheet.status not in OPEN:
        raise moved(sheet)
    return sheet


def _change_open(sheet: PaySheet, **changes: object) -> None:
    rows = PaySheet.everything.filter(pk=sheet.pk, status__in=OPEN)
    if rows.update(**changes) != 1:
        raise moved(sheet)
    for name, value in changes.items():
        setattr(sheet, name, value)


@transaction.atomic
def submit(*, actor: Actor, sheet_uuid: UUID, now: datetime) -> PaySheet:
    """Hand the sheet in to the general contractor.

    :raises SheetRefused: no signed copy, no lines, or submitted already.
    """
    sheet = _locked(actor, sheet_uuid)
    permissions.require_employer(actor, sheet.project, sheet.employer_id)
    if sheet.status in OPEN and sheet.signed_copy_id is None:
        raise SheetRefused("还没有上传农民工本人签字的工资表扫描件，请先上传再提交。")
    if sheet.status in OPEN and not sheet.headcount:
        raise SheetRefused("工资表里没有人，不能提交。")
    return _step(
        sheet, actor=actor, now=now, to=PaySheet.Status.SUBMITTED, from_=OPEN, submitted_at=now
    )


@transaction.atomic
def send_back(
    *, actor: Actor, sheet_uuid: UUID, seen: datetime | None, reason: str, now: datetime
) -> PaySheet:
    """Return a submitted sheet to its sender; it then counts as not handed in.

    ``seen`` is when the sheet that the reviewer looked at was submitted.

    :raises SheetRefused: without a reason, or submitted anew since.
    :raises payroll.services.steps.SheetMoved: no longer submitted.
    """
    sheet = _for_reviewer(actor, sheet_uuid, seen)
    note = _stated(reason, "请写明退回原因，让对方知道要改什么。")
    return _step(
        sheet,
        actor=actor,
        now=now,
        to=PaySheet.Status.RETURNED,
        from_=(PaySheet.Status.SUBMITTED,),
        note=note,
    )


@transaction.atomic
def approve(*, actor: Actor, sheet_uuid: UUID, seen: datetime | None, now: datetime) -> PaySheet:
    """Approve a submitted sheet for payment from the wage account 条例28.

    ``seen`` is when the sheet that the reviewer looked at was submitted: what came back with other
    lines after a return has to be looked at again.

    :raises SheetRefused: submitted anew since.
    :raises payroll.services.steps.SheetMoved: no longer submitted.
    """
    return _step(
        _for_reviewer(actor, sheet_uuid, seen),
        actor=actor,
        now=now,
        to=PaySheet.Status.APPROVED,
        from_=(PaySheet.Status.SUBMITTED,),
        approved_at=now,
    )


@transaction.atomic
def void(*, actor: Actor, sheet_uuid: UUID, reason: str, now: datetime) -> PaySheet:
    """Withdraw a sheet of which nothing was ordered to be paid; its lines stay on record.

    An open sheet is its sender's to withdraw, an approved one the reviewer's.

    :raises SheetRefused: without a reason, or payment has begun.
    """
    sheet = _locked(actor, sheet_uuid)
    if sheet.status in OPEN:
        permissions.require_employer(actor, sheet.project, sheet.employer_id)
    else:
        permissions.require(actor, sheet.project, "review")
    note = _stated(reason, "请写明作废原因。")
    if sheet.orders.exists():
        raise SheetRefused("这张工资表已下达代发指令，不能作废。")
    return _step(
        sheet,
        actor=actor,
        now=now,
        to=PaySheet.Status.VOID,
        from_=(*OPEN, PaySheet.Status.APPROVED),
        note=note,
    )


def _locked(actor: Actor, sheet_uuid: UUID) -> PaySheet:
    """The sheet as it stands, locked: what a step insists on holds until it is taken."""
    sheets = PaySheet.objects.visible_to(actor).select_related("project", "employer")
    return sheets.select_for_update(of=("self",)).get(uuid=sheet_uuid)


def _for_reviewer(actor: Actor, sheet_uuid: UUID, seen: datetime | None) -> PaySheet:
    sheet = _locked(actor, sheet_uuid)
    permissions.require(actor, sheet.project, "review")
    if sheet.status == PaySheet.Status.SUBMITTED and sheet.submitted_at != seen:
        raise SheetRefused(
            "没有办理：您打开页面以后，这张表被退回又重新提交过，内容可能变了。"
            "请按现在的内容重新核对后再办理。"
        )
    return sheet


def _stated(text: str, missing: str) -> str:
    note = " ".join(text.split())[:500]
    if not note:
        raise SheetRefused(missing)
    return note


def _step(
    sheet: PaySheet,
    *,
    actor: Actor,
    now: datetime,
    to: PaySheet.Status,
    from_: Sequence[str],
    note: str = "",
    **changes: object,
) -> PaySheet:
    """One step from one of some states, with its event, audit entry and mark."""
    if sheet.status not in from_:
        raise moved(sheet)
    before = sheet.status
    move(sheet, to, actor=actor, now=now, note=note, **changes)
    audit.record(
        actor,
        STEPS[to],
        sheet.subject,
        now=now,
        within=sheet.project.subject,
        detail={"from": before, "to": str(to), "note": note},
    )
    touch(sheet.project.subject)
    return sheet
