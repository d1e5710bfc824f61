"""The one way a pay sheet goes from state to state, for people's steps and for payments alike."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone

from core.actor import Actor
from core.errors import Overtaken
from core.transition import try_transition
from payroll.models import PaySheet, PaySheetEvent


def move_sheet(
    sheet: PaySheet,
    to: str,
    *,
    actor: Actor,
    now: datetime,
    from_states: Collection[str],
    note: str = "",
    stamp: str = "",
    **columns: Any,
) -> None:
    """Move a sheet from one of some states, with other columns, and write the step down.

    The caller holds the sheet's row, so that the state it has read is the state it is in.
    ``stamp`` names a column that holds when this step was taken.

    :raises Overtaken: it is in none of these states any more; says who moved it, when and to what.
    """
    before, at = sheet.status, moment_of_step(sheet, now)
    if stamp:
        columns[stamp] = at
    if not try_transition(sheet, to, from_states=from_states, **columns):
        raise sheet_moved(sheet)
    write_step(sheet, actor=actor, now=at, before=before, note=note)


def write_step(
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


def moment_of_step(sheet: PaySheet, now: datetime) -> datetime:
    """When a step counts as taken: ``now``, yet never before the step that it follows.

    ``now`` was read when the request came in. While it waited for the sheet's row, whoever held
    the row may have read the clock later and come first all the same.
    """
    last = PaySheetEvent.everything.filter(sheet=sheet).order_by("-at").first()
    return max(now, last.at) if last else now


def sheet_moved(sheet: PaySheet) -> Overtaken:
    """What to say to whoever came too late: the sheet as it stands now, and by whose hand."""
    current = PaySheet.everything.get(pk=sheet.pk)
    last = PaySheetEvent.everything.filter(sheet=sheet).order_by("-at", "-pk").first()
    status = current.get_status_display()
    if last is None:
        return Overtaken("paysheet.in_state", number=current.number, status=status)
    return Overtaken(
        "paysheet.moved",
        by=last.actor_name,
        at=f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}",
        number=current.number,
        status=status,
    )
