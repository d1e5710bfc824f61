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
    due = {
        pk: due_on
        for pk, project, month, before in rows.values_list("pk", "project", "month", "due_on")
        if (due_on := terms.due_day(project, month)) != before
    }
    # Only what moves is locked, and not what was paid meanwhile.
    moved = list(rows.filter(pk__in=due).order_by("pk").select_for_update().only("pk"))
    for sheet in moved:
        sheet.due_on = due[sheet.pk]
    PaySheet.everything.bulk_update(moved, ["due_on"], batch_size=1000)
    return len(moved)
