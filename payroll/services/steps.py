"""The one way a pay sheet goes from state to state."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from core.actor import Actor
from payroll.models import PaySheet, PaySheetEvent


class SheetMoved(Exception):
    """Somebody else moved the sheet meanwhile; the message says who, when and to what."""


def move(
    sheet: PaySheet, to: str, *, actor: Actor, now: datetime, note: str = "", **changes: Any
) -> None:
    """Move a sheet from the state it was read in, with other columns, and put it on record.

    :raises SheetMoved: it is in that state no more.
    """
    before = sheet.status
    rows = PaySheet.everything.filter(pk=sheet.pk, status=before)
    if rows.update(status=to, **changes) != 1:
        raise moved(sheet)
    for name, value in {"status": to, **changes}.items():
        setattr(sheet, name, value)
    put_on_record(sheet, actor=actor, now=now, before=before, note=note)


def put_on_record(
    sheet: PaySheet, *, actor: Actor, now: datetime, before: str = "", note: str = ""
) -> None:
    """Write down the step that led to the state that the sheet is in."""
    PaySheetEvent.everything.create(
        sheet=sheet,
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        from_status=before,
        to_status=sheet.status,
        note=note,
    )


def moved(sheet: PaySheet) -> SheetMoved:
    """What to say to whoever came too late: the sheet as it stands now, and by whose hand."""
    current = PaySheet.everything.get(pk=sheet.pk)
    last = PaySheetEvent.everything.filter(sheet=sheet).order_by("-at", "-pk").first()
    by = f"{last.actor_name}已于 {timezone.localtime(last.at):%Y-%m-%d %H:%M} " if last else "已"
    return SheetMoved(
        f"没有办理：{by}把工资表 {current.number} 办理为“{current.get_status_display()}”，"
        "请按现在的状态办理。"
    )
