"""A pay sheet's way from file to approval 规程二(五), 条例28.

草稿 → 已提交 → 已审核, with 已退回 between and 作废 as the way out. Whoever is late learns who
moved the sheet, when and to what. Payment goes on in :mod:`payroll.services.payments`.

An open sheet (草稿, 已退回) takes a new file in place of its lines. Once a sheet is approved, a new
file of the same month becomes its successor with the next sequence and may hold only workers whom
no earlier sheet of that month pays: a worker has one line a month, and a line is paid once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Max

from core import attachments, audit
from core.actor import Actor
from core.errors import Overtaken, Refused
from core.locks import Lock, take_turns
from core.models import Attachment
from core.touch import touch
from identity.models import Organisation
from payroll.models import PayLine, PaySheet
from payroll.services.sheet_status import move_sheet, sheet_moved, write_step
from payroll.tables import Amounts
from projects import permissions
from projects import selectors as projects
from projects.models import Project

ENTER = audit.action(
    "paysheet.enter",
    "录入工资表",
    {"headcount": "人数", "gross": audit.Amount("应发合计"), "net": audit.Amount("实发合计")},
)
SIGNED = audit.action("paysheet.signed_copy", "上传签字表", {"file": "文件"})
SHOWN = audit.action("paysheet.show_signed", "查看签字表", {"file": "文件"})
PROGRESS = audit.action("paysheet.progress", "填写工程进度")
#: Statuses stand as codes: the action says in words what happened.
_STEP = {"note": "说明", "from": audit.CODE, "to": audit.CODE}
SUBMIT = audit.action("paysheet.submit", "提交工资表", _STEP)
RETURN = audit.action("paysheet.return", "退回工资表", _STEP)
APPROVE = audit.action("paysheet.approve", "审核通过工资表", _STEP)
VOID = audit.action("paysheet.void", "作废工资表", _STEP)

Status = PaySheet.Status
OPEN = PaySheet.OPEN
SIGNED_KINDS = (*attachments.PAPERS, *attachments.IMAGES)
# The columns in the order of _write_lines.
_COPY_LINES = (
    "COPY payroll_payline (uuid, sheet_id, row, engagement_id, card_id, days, rate, overtime,"
    " gross, advance, deduction, net, status, failure) FROM STDIN"
)


@dataclass(frozen=True, slots=True)
class NewPayLine:
    """A worker's line as it is written: row of the sender's table, worker, card, amounts in 元."""

    row: int
    engagement: int
    card: int
    amounts: Amounts


@transaction.atomic
def enter_lines(
    *,
    actor: Actor,
    project_code: str,
    employer: UUID,
    month: date,
    lines: Sequence[NewPayLine],
    original: Attachment,
    now: datetime,
) -> PaySheet:
    """Write a month's lines: into the open sheet where there is one, else into a new one.

    :raises Project.DoesNotExist: out of scope.
    :raises Organisation.DoesNotExist: employs nobody on the project.
    :raises Forbidden: the actor does not keep this employer's people.
    :raises Refused: a sheet of the month waits for review, or one that was approved meanwhile
        pays one of these workers.
    """
    project, unit = projects.kept_employer(actor=actor, code=project_code, employer=employer)
    # One at a time for each employer, or two sheets would get one number.
    take_turns(Lock.PAY_SHEET_NUMBERS, unit.pk)
    of_month = list(
        PaySheet.everything.select_for_update(of=("self",)).filter(
            project=project, employer=unit, month=month
        )
    )
    for sheet in of_month:
        if sheet.status == Status.SUBMITTED:
            raise Refused("paysheet.waits_for_review", number=sheet.number)
    # Nobody has two lines a month: the file was checked before the month was locked.
    paid_elsewhere = PayLine.everything.filter(
        sheet__in=[sheet for sheet in of_month if sheet.status in PaySheet.BINDING],
        engagement__person__engagements__in={line.engagement for line in lines},
    )
    if line := paid_elsewhere.select_related("sheet").first():
        raise Refused("paysheet.worker_listed", number=line.sheet.number)
    open_sheet = next((sheet for sheet in of_month if sheet.status in OPEN), None)
    sheet = open_sheet or _new_sheet(project, unit, month, of_month, actor, now)
    _write_lines(sheet, lines)
    sheet.original = original
    # What the workers signed was another table.
    sheet.signed_copy = None
    sheet.headcount = len(lines)
    sheet.days = sum((line.amounts.days for line in lines), Decimal())
    sheet.gross = sum((line.amounts.gross for line in lines), Decimal())
    sheet.net = sum((line.amounts.net for line in lines), Decimal())
    sheet.save(update_fields=["original", "signed_copy", "headcount", "days", "gross", "net"])
    detail = {"headcount": sheet.headcount, "gross": str(sheet.gross), "net": str(sheet.net)}
    _record_act(sheet, actor, ENTER, now, detail)
    touch(project.subject)
    return sheet


def _new_sheet(
    project: Project,
    employer: Organisation,
    month: date,
    of_month: Sequence[PaySheet],
    actor: Actor,
    now: datetime,
) -> PaySheet:
    """A draft, numbered GZD, the employer's six digits, YYYYMM and a sequence over all the
    employer's projects."""
    prefix = f"GZD{employer.pk:06d}{month:%Y%m}"
    numbered = PaySheet.everything.filter(number__startswith=prefix)
    last_number = numbered.aggregate(last=Max("number"))["last"] or "0"
    sheet = PaySheet.everything.create(
        number=f"{prefix}{int(last_number[-3:]) + 1:03d}",
        project=project,
        employer=employer,
        month=month,
        sequence=max((one.sequence for one in of_month), default=0) + 1,
        due_on=project.due_day(month),
        created_at=now,
    )
    write_step(sheet, actor=actor, now=now)
    return sheet


def _write_lines(sheet: PaySheet, lines: Sequence[NewPayLine]) -> None:
    """Put these lines in place of what the sheet held, by COPY."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payroll_payline WHERE sheet_id = %s", [sheet.pk])
        with cursor.copy(_COPY_LINES) as copy:
            for line in lines:
                money = line.amounts
                copy.write_row(
                    (
                        *(uuid4(), sheet.pk, line.row, line.engagement, line.card),
                        *(money.days, money.rate, money.overtime, money.gross),
                        *(money.advance, money.deduction, money.net),
                        *(PayLine.Status.UNPAID.value, ""),
                    )
                )


@transaction.atomic
def store_signed_copy(
    *, actor: Actor, sheet_uuid: UUID, file: IO[bytes], name: str, now: datetime
) -> PaySheet:
    """Keep the scan that the workers signed; it may be replaced until the sheet is submitted.

    :raises Refused: the sheet is no longer open; or the file is no PDF or picture, empty, too
        large.
    """
    sheet = _open_sheet_of_sender(actor, sheet_uuid)
    sheet.signed_copy = attachments.store_attachment(
        file, actor=actor, name=name, kinds=SIGNED_KINDS, sealed=True, now=now
    )
    sheet.save(update_fields=["signed_copy"])
    _record_act(sheet, actor, SIGNED, now, {"file": sheet.signed_copy.name})
    return sheet


@transaction.atomic
def open_signed_copy(*, actor: Actor, sheet_uuid: UUID, now: datetime) -> Attachment:
    """The scan that the workers signed, which shows their numbers in full: an audit entry.

    :raises Attachment.DoesNotExist: none was uploaded.
    """
    sheets = PaySheet.objects.visible_to(actor).select_related("project", "signed_copy")
    sheet = sheets.get(uuid=sheet_uuid)
    if sheet.signed_copy is None:
        raise Attachment.DoesNotExist
    _record_act(sheet, actor, SHOWN, now, {"file": sheet.signed_copy.name})
    return sheet.signed_copy


@transaction.atomic
def note_progress(*, actor: Actor, sheet_uuid: UUID, progress: str, now: datetime) -> PaySheet:
    """Say how far the works came in the month, which goes with the sheet 规程三(二).

    :raises Refused: the sheet is no longer open.
    """
    sheet = _open_sheet_of_sender(actor, sheet_uuid)
    sheet.progress = " ".join(progress.split())[:500]
    sheet.save(update_fields=["progress"])
    _record_act(sheet, actor, PROGRESS, now)
    return sheet


@transaction.atomic
def submit_sheet(*, actor: Actor, sheet_uuid: UUID, now: datetime) -> PaySheet:
    """Hand the sheet in to the general contractor.

    :raises Refused: no signed copy, no lines, or submitted already.
    """
    sheet = _open_sheet_of_sender(actor, sheet_uuid)
    if sheet.signed_copy_id is None:
        raise Refused("paysheet.no_signed_copy")
    if not sheet.headcount:
        raise Refused("paysheet.empty")
    return _take_step(
        sheet, Status.SUBMITTED, SUBMIT, actor, now, from_states=OPEN, stamp="submitted_at"
    )


@transaction.atomic
def return_sheet(
    *, actor: Actor, sheet_uuid: UUID, seen: datetime | None, reason: str, now: datetime
) -> PaySheet:
    """Return a submitted sheet to its sender; it then counts as not handed in.

    ``seen`` is when the sheet that the reviewer looked at was submitted.

    :raises Refused: without a reason, no longer submitted, or submitted anew since.
    """
    sheet = _submitted_sheet_seen(actor, sheet_uuid, seen)
    note = _stated_reason(reason, Refused("paysheet.return_unexplained", "reason"))
    return _take_step(
        sheet, Status.RETURNED, RETURN, actor, now, from_states=[Status.SUBMITTED], note=note
    )


@transaction.atomic
def approve_sheet(
    *, actor: Actor, sheet_uuid: UUID, seen: datetime | None, now: datetime
) -> PaySheet:
    """Approve a submitted sheet for payment from the wage account 条例28.

    ``seen`` is when the sheet that the reviewer looked at was submitted: what came back with other
    lines after a return has to be looked at again.

    :raises Refused: no longer submitted, or submitted anew since.
    """
    sheet = _submitted_sheet_seen(actor, sheet_uuid, seen)
    return _take_step(
        sheet,
        Status.APPROVED,
        APPROVE,
        actor,
        now,
        from_states=[Status.SUBMITTED],
        stamp="approved_at",
    )


@transaction.atomic
def void_sheet(*, actor: Actor, sheet_uuid: UUID, reason: str, now: datetime) -> PaySheet:
    """Withdraw a sheet of which nothing was ordered to be paid; its lines stay on record.

    An open sheet is its sender's to withdraw, an approved one the reviewer's.

    :raises Refused: without a reason, or payment has begun.
    """
    sheet = _locked_sheet(actor, sheet_uuid)
    if sheet.status in OPEN:
        permissions.require_employer(actor, sheet.project, sheet.employer_id)
    else:
        permissions.require(actor, sheet.project, "review")
    note = _stated_reason(reason, Refused("paysheet.void_unexplained", "reason"))
    if sheet.lines.filter(items__isnull=False).exists():
        raise Refused("paysheet.payment_begun")
    return _take_step(
        sheet, Status.VOID, VOID, actor, now, from_states=[*OPEN, Status.APPROVED], note=note
    )


def _locked_sheet(actor: Actor, sheet_uuid: UUID) -> PaySheet:
    """The sheet as it stands, locked: what a step insists on holds until it is taken."""
    sheets = PaySheet.objects.visible_to(actor).select_related("project", "employer")
    return sheets.select_for_update(of=("self",)).get(uuid=sheet_uuid)


def _open_sheet_of_sender(actor: Actor, sheet_uuid: UUID) -> PaySheet:
    sheet = _locked_sheet(actor, sheet_uuid)
    permissions.require_employer(actor, sheet.project, sheet.employer_id)
    if sheet.status not in OPEN:
        raise sheet_moved(sheet)
    return sheet


def _submitted_sheet_seen(actor: Actor, sheet_uuid: UUID, seen: datetime | None) -> PaySheet:
    sheet = _locked_sheet(actor, sheet_uuid)
    permissions.require(actor, sheet.project, "review")
    if sheet.status == Status.SUBMITTED and sheet.submitted_at != seen:
        raise Overtaken("paysheet.submitted_anew")
    return sheet


def _stated_reason(text: str, missing: Refused) -> str:
    note = " ".join(text.split())[:500]
    if not note:
        raise missing
    return note


def _take_step(
    sheet: PaySheet,
    to: str,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    from_states: Sequence[str],
    note: str = "",
    stamp: str = "",
) -> PaySheet:
    """A person's step: the move with its event, an audit entry and a mark for the rules."""
    before = sheet.status
    move_sheet(sheet, to, actor=actor, now=now, from_states=from_states, note=note, stamp=stamp)
    _record_act(sheet, actor, action, now, {"from": before, "to": str(to), "note": note})
    touch(sheet.project.subject)
    return sheet


def _record_act(
    sheet: PaySheet,
    actor: Actor,
    action: str,
    now: datetime,
    detail: dict[str, object] | None = None,
) -> None:
    project = sheet.project.subject
    audit.record(actor, action, sheet.subject, now=now, within=project, detail=detail)
