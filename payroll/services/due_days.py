"""The due day on a sheet follows its month's terms and the calendar until the sheet is paid."""

from collections.abc import Collection

from django.db import transaction

from core.locks import Lock, take_turns
from payroll.models import PaySheet
from projects.models import WageTerms


@transaction.atomic
def restate_due_days(*, projects: Collection[int] | None = None) -> int:
    """Bring the due days of sheets that are not paid in line; how many have moved.

    What is paid keeps the day by which it was due then.
    """
    take_turns(Lock.DUE_DAYS, "")
    rows = PaySheet.everything.exclude(status__in=[PaySheet.Status.PAID, PaySheet.Status.VOID])
    if projects is not None:
        rows = rows.filter(project__in=projects)
    terms = WageTerms.of_projects(projects)
    moved = []
    for sheet in rows.select_for_update().only("pk", "project", "month", "due_on"):
        due_on = terms.due_day(sheet.project_id, sheet.month)
        if sheet.due_on != due_on:
            sheet.due_on = due_on
            moved.append(sheet)
    PaySheet.everything.bulk_update(moved, ["due_on"], batch_size=1000)
    return len(moved)
