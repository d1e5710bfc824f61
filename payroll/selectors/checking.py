"""What a month's pay sheet is checked against."""

from datetime import date
from decimal import Decimal

from django.db.models import FilteredRelation, Q

from core.months import days_in
from identity.models import Organisation
from payroll.models import MinimumWage, PayLine, PaySheet
from payroll.tables import EnrolledWorker, PaySheetContext
from projects.models import Project
from workers.models import Engagement


def pay_sheet_context(*, project: Project, employer: Organisation, month: date) -> PaySheetContext:
    """The register, the earlier sheets and the minimum wage for one place; four queries.

    It holds no value that is sealed in the clear and serves the checks alone: the actor's right to
    bring in this employer's sheet is established before.
    """
    return PaySheetContext(
        month=month,
        people=_enrolled_workers(project, employer, month),
        listed=_approved_lines(project, employer, month),
        minimum=minimum_wage(region=project.region_id, month=month),
        closed=_waiting_sheet(project, employer, month),
    )


def _enrolled_workers(
    project: Project, employer: Organisation, month: date
) -> dict[bytes, EnrolledWorker]:
    rows = (
        Engagement.everything.filter(project=project, employer=employer)
        .filter(entered_on__lte=month.replace(day=days_in(month)))
        .filter(Q(left_on__isnull=True) | Q(left_on__gte=month))
        .annotate(
            card=FilteredRelation(
                "person__cards", condition=Q(person__cards__valid_to__isnull=True)
            ),
            marked=FilteredRelation("attendance", condition=Q(attendance__month=month)),
        )
        .order_by("entered_on", "pk")
        .values_list(
            *("person__id_index", "pk", "person_id", "person__name"),
            *("card__pk", "card__number_index", "marked__days"),
        )
    )
    people: dict[bytes, EnrolledWorker] = {}
    for index, pk, person, name, card, card_index, days in rows:
        key = bytes(index)
        # Who left and came back within the month has two engagements and one attendance each.
        before = people[key].days if key in people else None
        total = days if before is None else before + (days or 0)
        people[key] = EnrolledWorker(
            pk, person, name, card, card_index and bytes(card_index), total
        )
    return people


def _approved_lines(project: Project, employer: Organisation, month: date) -> dict[int, str]:
    """Whom the month's approved sheets pay; the one before them takes the new file instead."""
    lines = PayLine.everything.filter(
        sheet__project=project,
        sheet__employer=employer,
        sheet__month=month,
        sheet__status__in=PaySheet.BINDING,
    )
    return dict(lines.values_list("engagement__person_id", "sheet__number"))


def _waiting_sheet(project: Project, employer: Organisation, month: date) -> str:
    waiting = PaySheet.everything.filter(
        project=project, employer=employer, month=month, status=PaySheet.Status.SUBMITTED
    ).first()
    if waiting is None:
        return ""
    return f"本月工资表 {waiting.number} 已提交，正在等待总包审核。要换表，请先由总包退回。"


def minimum_wage(*, region: str, month: date) -> Decimal | None:
    """The county's monthly minimum wage on the month's first day; None where none is known."""
    return (
        MinimumWage.objects.filter(region_id=region, since__lte=month)
        .order_by("-since")
        .values_list("monthly", flat=True)
        .first()
    )
