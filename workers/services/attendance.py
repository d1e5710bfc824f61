"""Monthly attendance, as employers keep it and hand it in 规程三(二)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from core import audit, months
from core.actor import Actor
from core.touch import touch
from identity.models import Organisation
from projects.models import Project
from projects.permissions import require_employer
from workers.models import AttendanceMonth
from workers.schema import days_of

RECORDED = audit.action("attendance.record", "登记月考勤")


@transaction.atomic
def record_month(
    *,
    actor: Actor,
    project: Project,
    employer: Organisation,
    month: date,
    marks: Mapping[int, str],
    now: datetime,
) -> None:
    """Put the month's marks (engagement id → 31 marks) in place of what was recorded before.

    :raises Forbidden: neither the general contractor nor the employer itself.
    """
    require_employer(actor, project, employer.pk)
    rows = [
        AttendanceMonth(
            engagement_id=engagement,
            project=project,
            employer=employer,
            month=month,
            marks=text,
            days=days_of(text),
            updated_at=now,
        )
        for engagement, text in marks.items()
    ]
    AttendanceMonth.everything.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["engagement", "month"],
        update_fields=["marks", "days", "updated_at"],
    )
    audit.record(
        actor,
        RECORDED,
        f"organisation:{employer.uscc}",
        within=project.subject,
        detail={"month": months.iso(month), "workers": len(rows)},
    )
    touch(project.subject)
